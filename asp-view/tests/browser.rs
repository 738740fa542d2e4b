//! The page in a browser, of a run that goes on meanwhile: several snapshots are drawn, the graph has its counts, the last
//! events are listed, at the width of a desk and of a phone, in light and in dark.
//!
//! Where there is no Chromium the test says so and passes; with `ASP_BROWSER=1` it fails. `ASP_CHROMIUM` names the program.

mod kit;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use kit::Served;

/// A browser, unless there is none.
fn chromium() -> Option<PathBuf> {
    let named = env::var_os("ASP_CHROMIUM").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut known = env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    named.or_else(|| known.find(|program| program.is_file()))
}

/// What the page says of itself when it has drawn five snapshots.
fn facts(chromium: &Path, folder: &Path, url: &str, width: u32, is_dark: bool) -> String {
    let output = Command::new(chromium)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        // Time passes as long as nothing is loaded: the page loads until it has seen enough.
        .arg("--virtual-time-budget=20000")
        .arg(format!("--window-size={width},900"))
        .args(["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--proxy-server=direct://"])
        .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!is_dark)))
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("{url}#probe=5"))
        .output()
        .expect("Chromium can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let begin = text.find("<html").unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    text[begin..].lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_run_is_seen_in_a_browser_while_it_goes_on() {
    let Some(chromium) = chromium() else {
        assert!(env::var_os("ASP_BROWSER").is_none(), "ASP_BROWSER is set, and there is no Chromium");
        eprintln!("left out: there is no Chromium in PATH; set ASP_CHROMIUM to one");
        return;
    };
    let folder = env::temp_dir().join(format!("asp-view-browser-{}", std::process::id()));
    let served = Served::begin();
    for (width, is_dark) in [(1280, false), (500, true)] {
        let found = facts(&chromium, &folder, &served.view.url(), width, is_dark);
        for fact in [
            "ready=\"true\"",
            "visible=\"true\"",
            "phase=\"history\"",
            "streams=\"2\"",
            "counted=\"2\"",
            "wide=\"false\"",
        ] {
            assert!(found.contains(&format!("data-{fact}")), "{width} wide: {fact} in {found}");
        }
        let number = |name: &str| -> u64 {
            let (_, rest) =
                found.split_once(&format!("data-{name}=\"")).unwrap_or_else(|| panic!("{name} in {found}"));
            rest.split('"').next().and_then(|number| number.parse().ok()).expect("a number")
        };
        assert!(number("snapshots") >= 5 && number("drawn") >= 4 && number("events") > 0, "{found}");
    }
    drop(served.end());
    std::fs::remove_dir_all(&folder).expect("the folder is there");
}
