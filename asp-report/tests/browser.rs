//! The page in a browser that has no network: all charts are drawn, zoom together and say the values under the cursor, at
//! the width of a desk and of a phone, in light and in dark.
//!
//! Where there is no Chromium the test says so and passes; with `ASP_BROWSER=1` it fails. `ASP_CHROMIUM` names the program.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use asp_core::{Duration, Runner, Stream, timestamps};
use asp_report::{Recorder, RunData};

const PRICES: Stream<(f64, u32)> = Stream::new("prices");
const LEVELS: Stream<f64> = Stream::new("levels");

/// What the page says of itself when its address ends in `#check`.
const FACTS: [&str; 5] = ["charts", "drawn", "visible", "zoomed", "hovered"];

fn recorded(step: f64) -> RunData {
    let start = "2025-01-01".parse().expect("a time");
    let prices = (0..50_000).map(move |k| (100.0 + (f64::from(k) * step).sin(), k % 7));
    let levels = [3.0, 1.0, 2.0];
    let runner = Runner::new()
        .feed(PRICES, timestamps(start, Duration::from_secs(1)).zip(prices))
        .feed(LEVELS, timestamps(start, Duration::from_hours(4)).zip(levels));
    let (runner, recorder) = Recorder::new().title("prices").chart(PRICES).chart(LEVELS).attach(runner);
    recorder.finish(&runner.run().expect("a run"))
}

/// A browser, unless there is none.
fn chromium() -> Option<PathBuf> {
    let named = env::var_os("ASP_CHROMIUM").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut known = env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    named.or_else(|| known.find(|program| program.is_file()))
}

/// The page in a frame of that width, as it looks to the page around it, which repeats its facts.
fn facts(chromium: &Path, folder: &Path, page: &str, width: u32, is_dark: bool) -> String {
    let frame = format!(
        "<!doctype html><body style='margin:0'><iframe id='it' src='{page}#check' style='width:{width}px;height:844px;border:0'>\
         </iframe><script>const it = document.getElementById('it'); const timer = setInterval(() => {{\
         const facts = it.contentDocument.documentElement.dataset; if (!facts.hovered) return;\
         Object.assign(document.documentElement.dataset, facts); clearInterval(timer); }}, 20);</script>"
    );
    fs::write(folder.join("frame.html"), frame).expect("a file can be written");
    let output = Command::new(chromium)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"])
        .args(["--virtual-time-budget=10000", "--window-size=1300,900", "--dump-dom"])
        // No name is known, and nobody is there to ask.
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"])
        .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!is_dark)))
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", folder.join("frame.html").display()))
        .output()
        .expect("Chromium can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let begin = text.find("<html").unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    text[begin..].lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_charts_are_drawn_without_a_network() {
    let Some(chromium) = chromium() else {
        assert!(env::var_os("ASP_BROWSER").is_none(), "ASP_BROWSER is set, and there is no Chromium");
        eprintln!("left out: there is no Chromium in PATH; set ASP_CHROMIUM to one");
        return;
    };
    let folder = env::temp_dir().join(format!("asp-report-browser-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let (this, other) = (recorded(0.001), recorded(0.002));
    this.write_html(folder.join("run.html")).expect("a page");
    fs::write(folder.join("both.html"), this.to_html_beside(&other, "other")).expect("a page");
    for (page, charts, width, is_dark) in [
        ("run.html", 5, 1280, false),
        ("run.html", 5, 390, true),
        ("both.html", 5, 1280, true),
        ("both.html", 5, 390, false),
    ] {
        let found = facts(&chromium, &folder, page, width, is_dark);
        for fact in FACTS {
            assert!(
                found.contains(&format!("data-{fact}=\"{charts}\"")),
                "{page}, {width} wide: {fact} in {found}"
            );
        }
        assert!(found.contains("data-wide=\"false\""), "{page}, {width} wide, scrolls to the side: {found}");
    }
    fs::remove_dir_all(&folder).expect("the folder is there");
}
