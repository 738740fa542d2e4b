//! The data of a run and its page: complete, bounded, and safe whatever the names are.

use asp_core::{Duration, Runner, Stream, Timestamp, timestamps};
use asp_report::{Recorder, RunData};
use serde::Serialize;

const PRICES: Stream<Price> = Stream::new("prices");

#[derive(Clone, Debug, Serialize)]
struct Price {
    bid: f64,
    ask: f64,
    venue: &'static str,
}

fn start() -> Timestamp {
    "2025-01-01".parse().expect("a time")
}

fn prices(count: u32) -> impl Iterator<Item = (Timestamp, Price)> + Send {
    let price = |k: u32| {
        let bid = f64::from(k % 1000);
        Price { bid, ask: bid + 0.5, venue: "</script><script>alert(1)</script>" }
    };
    timestamps(start(), Duration::from_secs(1)).zip((0..count).map(price))
}

fn recorded(count: u32) -> RunData {
    let runner = Runner::new().feed(PRICES, prices(count));
    let recorder = Recorder::new().title("</title><b>").parameter("</script>", "<!-- \"").chart(PRICES);
    let (runner, recorder) = recorder.attach(runner);
    recorder.finish(&runner.run().expect("a run"))
}

#[test]
fn the_data_has_what_the_run_had() {
    let data = recorded(5000);
    assert_eq!((data.rates.streams[0].events, data.rates.width), (5000, Duration::from_secs(10)));
    assert_eq!(data.rates.streams[0].counts, [10; 500]);
    let names: Vec<String> = data.series.iter().map(|series| series.name()).collect();
    assert_eq!(names, ["prices.bid", "prices.ask"]);
    let ask = &data.series[1];
    assert_eq!((ask.count, ask.min, ask.max, ask.mean), (5000, 0.5, 999.5, 500.0));
    assert_eq!(data.last_events.len(), 50);
    let last = &data.last_events[49];
    assert_eq!((last.time, last.stream.as_str()), (start() + Duration::from_secs(4999), "prices"));
    assert!(last.payload.starts_with("{\"bid\":999.0,\"ask\":999.5,"), "{}", last.payload);
    assert_eq!(data.behind, None);
    assert!(data.graph.starts_with("<svg "));
}

#[test]
fn the_data_comes_back_as_it_was() {
    let data = recorded(5000);
    let text = serde_json::to_string(&data).expect("data is JSON");
    assert_eq!(serde_json::from_str::<RunData>(&text).expect("JSON is data"), data);
}

#[test]
fn the_size_of_a_report_is_bounded() {
    let few = recorded(5000);
    let many = recorded(300_000);
    assert!(many.to_html().len() < few.to_html().len() * 3, "{} bytes", many.to_html().len());
    assert!(many.series.iter().all(|series| series.values.len() <= 4000));
    assert_eq!(many.series[0].max, 999.0);
}

#[test]
fn no_name_ends_a_script() {
    let page = recorded(10).to_html();
    assert!(!page.contains("<script>alert") && !page.contains("<b>") && !page.contains("<!--"));
    // The data, uPlot, the script.
    assert_eq!(page.matches("</script>").count(), 3);
    assert!(page.contains("<title>&lt;/title&gt;&lt;b&gt;</title>"));
}

#[test]
fn a_page_names_no_address() {
    let page = recorded(10).to_html();
    let begins = |text: &&str| text.starts_with("://") || text.starts_with("s://");
    let addresses: Vec<&str> = page.split("http").skip(1).filter(begins).collect();
    // That of uPlot's home stands in a comment; that of SVG is a name.
    let known = ["s://github.com/leeoniya/uPlot (v", "://www.w3.org/2000/svg%22"];
    for address in &addresses {
        assert!(known.iter().any(|known| address.starts_with(known)), "{}", &address[..40]);
    }
    assert_eq!(addresses.len(), 2);
}

#[test]
fn two_runs_stand_beside_each_other() {
    let (this, other) = (recorded(2000), recorded(1000));
    let page = this.to_html_beside(&other, "before <1>.json");
    assert!(page.contains("<th class=\"number\">before &lt;1&gt;.json</th>"));
    assert!(page.contains("+1,000 (+100 %)"), "the count of events");
    assert!(page.contains("prices.bid, before \\u003c1>.json"), "a line of the other run");
    let same = this.to_html_beside(&this, "itself");
    assert!(same.contains("prices.bid: the same in both runs."));
}

#[test]
fn data_that_cannot_be_read_says_why() {
    let folder = std::env::temp_dir().join(format!("asp-report-errors-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("run.json");
    let mut data = recorded(3);
    data.version = 7;
    data.write_json(&path).expect("a file");
    let shown =
        |error: asp_report::ReadError| error.to_string().replace(&path.display().to_string(), "run.json");
    assert_eq!(
        shown(RunData::read(&path).unwrap_err()),
        "run.json is of version 7 of the format, and this program reads 1\n\
         = help: repeat that run with this version of asp and `--report \"run.json\"`"
    );
    data.write_html(&path).expect("a file");
    assert_eq!(
        shown(RunData::read(&path).unwrap_err()),
        "run.json is not the data of a run: expected value at line 1 column 1\n\
         = help: a run with `--report NAME.json` writes such data; a page cannot be read back"
    );
    std::fs::remove_dir_all(&folder).expect("the folder is there");
}
