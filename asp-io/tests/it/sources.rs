//! What is read from files that are right.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::kit::{Files, at};
use asp_core::{ErrorKind, Event, Runner, Stream};
use asp_io::{ReadOptions, Uri, Writer};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Quake {
    magnitude: Option<f64>,
    place: String,
}

fn quake(magnitude: Option<f64>, place: &str) -> Quake {
    Quake { magnitude, place: place.into() }
}

#[test]
fn structs_take_the_columns_of_their_names() {
    let files = Files::with(
        "q.csv",
        "id,place,time,magnitude\n1,\"a, \"\"b\"\"\",2018-01-31T00:00:00.5Z,\n2,c,2018-02-01,1e-3\n",
    );
    let expected = [
        (at("2018-01-31T00:00:00.5Z"), quake(None, "a, \"b\"")),
        (at("2018-02-01"), quake(Some(0.001), "c")),
    ];
    assert_eq!(files.read::<Quake>("q.csv").unwrap(), expected);
    files.add(
        "q.jsonl",
        "{\"id\":1,\"place\":\"a, \\\"b\\\"\",\"time\":\"2018-01-31T00:00:00.5Z\"}\n\n\
         {\"magnitude\":1e-3,\"t\\u0069me\":\"2018-02-0\\u0031\",\"place\":\"c\"}",
    );
    assert_eq!(files.read::<Quake>("q.jsonl").unwrap(), expected);
}

#[test]
fn single_values_take_the_only_other_column() {
    let files = Files::with("v.csv", "time,v\n2018-01-31,1.5\n");
    assert_eq!(files.values::<f64>("v.csv").unwrap(), [1.5]);
    assert_eq!(files.values::<String>("v.csv").unwrap(), ["1.5"]);
    assert_eq!(files.values::<Option<f32>>("v.csv").unwrap(), [Some(1.5)]);
    files.add("w.csv", "w,time,v\n7,2018-01-31,true\n");
    assert_eq!(files.values::<i64>("w.csv?value=w").unwrap(), [7]);
    assert_eq!(files.values::<bool>("w.csv?value=v").unwrap(), [true]);
    assert_eq!(files.values::<(u8, bool)>("w.csv").unwrap(), [(7, true)]);
    files.add("w.jsonl", "{\"w\":7,\"time\":\"2018-01-31\",\"v\":true}");
    assert_eq!(files.values::<i64>("w.jsonl?value=w").unwrap(), [7]);
    assert_eq!(files.values::<(u8, bool)>("w.jsonl").unwrap(), [(7, true)]);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Celsius(f64);
    assert_eq!(files.values::<Celsius>("w.csv?value=w").unwrap(), [Celsius(7.0)]);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Nested {
        x: f64,
    }
    files.add("n.jsonl", "{\"time\":\"2018-01-31\",\"at\":{\"x\":1}}");
    assert_eq!(files.values::<Nested>("n.jsonl?value=at").unwrap(), [Nested { x: 1.0 }]);
}

#[test]
fn maps_and_flattened_structs_take_what_there_is() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Flat {
        a: f64,
        #[serde(flatten)]
        rest: HashMap<String, f64>,
    }
    let files = Files::with("m.csv", "a,time,b\n1,2018-01-31,2\n");
    files.add("m.jsonl", "{\"a\":1,\"time\":\"2018-01-31\",\"b\":2}");
    let (a, b) = (("a".to_owned(), 1.0), ("b".to_owned(), 2.0));
    for file in ["m.csv", "m.jsonl"] {
        assert_eq!(
            files.values::<HashMap<String, f64>>(file).unwrap(),
            [HashMap::from([a.clone(), b.clone()])]
        );
        assert_eq!(files.values::<Flat>(file).unwrap(), [Flat { a: 1.0, rest: HashMap::from([b.clone()]) }]);
        assert_eq!(files.values::<()>(file).unwrap(), [()]);
    }
}

#[test]
fn unknown_columns_are_refused_where_the_type_says_so() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        a: f64,
    }
    let files = Files::with("s.csv", "a,time\n1,2018-01-31\n");
    files.add("s.jsonl", "{\"a\":1,\"time\":\"2018-01-31\"}");
    files.add("t.csv", "a,time,b\n1,2018-01-31,2\n");
    assert_eq!(files.values::<Strict>("s.csv").unwrap(), [Strict { a: 1.0 }]);
    assert_eq!(files.values::<Strict>("s.jsonl").unwrap(), [Strict { a: 1.0 }]);
    assert_eq!(files.error::<Strict>("t.csv"), "t.csv:2: unknown field `b`, expected `a`");
}

#[test]
fn a_payload_may_have_the_time_too() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Timed {
        time: String,
        v: f64,
    }
    let files = Files::with("t.csv", "time,v\n2018-01-31,1\n");
    files.add("t.jsonl", "{\"time\":\"2018-01-31\",\"v\":1}");
    let expected = [(at("2018-01-31"), Timed { time: "2018-01-31".into(), v: 1.0 })];
    assert_eq!(files.read::<Timed>("t.csv").unwrap(), expected);
    assert_eq!(files.read::<Timed>("t.jsonl").unwrap(), expected);

    #[derive(Debug, Deserialize, PartialEq)]
    struct Counted {
        time: u64,
    }
    files.add("c.csv", "time\n5\n");
    files.add("c.jsonl", "{\"time\":5}");
    let expected = [(at("1970-01-01T00:00:05Z"), Counted { time: 5 })];
    assert_eq!(files.read::<Counted>("c.csv?unit=s").unwrap(), expected);
    assert_eq!(files.read::<Counted>("c.jsonl?unit=s").unwrap(), expected);
}

#[test]
fn times_are_counted_exactly() {
    let time = at("2018-01-31T01:49:59.650123456Z");
    let files = Files::with("s.csv", "ts,v\n1517363399.650123456,1\n");
    files
        .add("s.jsonl", "{\"ts\":1517363399.650123456,\"v\":1}\n{\"ts\":\"1517363399.650123456\",\"v\":1}\n");
    assert_eq!(files.read::<f64>("s.csv?time=ts&unit=s").unwrap(), [(time, 1.0)]);
    assert_eq!(files.read::<f64>("s.jsonl?time=ts&unit=s").unwrap(), [(time, 1.0), (time, 1.0)]);
    files.add("u.csv", "ts,v\n1517363399650123.456,1\n1517363399650124,2\n");
    let later = at("2018-01-31T01:49:59.650124Z");
    assert_eq!(files.read::<f64>("u.csv?time=ts&unit=us").unwrap(), [(time, 1.0), (later, 2.0)]);
}

#[test]
fn files_of_a_pattern_come_by_name_and_end_to_end() {
    let files = Files::with("d-2.csv", "time,v\n2018-02-02,2\n");
    files.add("d-1.csv", "v,time\n1,2018-02-01\n");
    files.add("d-3.csv", "time,v\n2018-02-03,x\n");
    files.add("other.csv", "");
    assert_eq!(files.values::<f64>("d-[12].csv").unwrap(), [1.0, 2.0], "each file has its own header");
    assert_eq!(files.error::<f64>("d-?.csv"), "d-3.csv:2: column \"v\": \"x\" is not a number (f64)");
    files.add("[x].csv", "time,v\n2018-02-02,9\n");
    assert_eq!(files.values::<f64>("[x].csv").unwrap(), [9.0], "a file of that very name goes first");
}

#[test]
fn the_order_across_files_is_checked_by_the_run() {
    const LEVELS: Stream<f64> = Stream::new("levels");
    let files = Files::with("d-1.csv", "time,v\n2018-02-02,2\n");
    files.add("d-2.csv", "time,v\n2018-02-01,1\n");
    let source = asp_io::source(&files.uri("d-*.csv"), &ReadOptions::new()).unwrap();
    let error = Runner::new().feed(LEVELS, source).collect(LEVELS).run().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unordered { index: 1, .. }));
}

#[test]
fn compressed_files_are_told_by_their_content() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all("\u{feff}time,v\n2018-02-02,2\n".as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let files = Files::with("v.csv.gz", &gzip);
    files.add("v.csv", [&gzip[..], &gzip[..0]].concat());
    assert_eq!(files.values::<f64>("v.csv.gz").unwrap(), [2.0]);
    assert_eq!(files.values::<f64>("v.csv").unwrap(), [2.0]);
    files.add("cut.csv.gz", &gzip[..gzip.len() - 12]);
    assert!(
        files.error::<f64>("cut.csv.gz").starts_with("cut.csv.gz:"),
        "{}",
        files.error::<f64>("cut.csv.gz")
    );
}

#[test]
fn files_without_rows_are_empty_streams() {
    let files = Files::with("e.csv", "time\n");
    files.add("e.jsonl", "\n \n");
    assert_eq!(files.values::<f64>("e.csv").unwrap(), [0.0; 0]);
    assert_eq!(files.values::<Quake>("e.csv").unwrap(), []);
    assert_eq!(files.values::<f64>("e.jsonl").unwrap(), [0.0; 0]);
}

#[test]
fn lines_are_counted_in_every_kind_of_file() {
    let files = Files::new();
    let line = |content: &str| {
        files.add("l.csv", content);
        let rows = asp_io::rows::<f64>(&files.uri("l.csv"), &ReadOptions::new()).unwrap();
        let bad: Vec<u64> = rows.filter_map(Result::err).map(|error| error.row().unwrap().line()).collect();
        bad
    };
    assert_eq!(line("time,v\n2018-02-01,x\n2018-02-01,1\n2018-02-01,x"), [2, 4]);
    assert_eq!(line("time,v\r\n2018-02-01,x\r\n2018-02-01,1\r\n2018-02-01,x"), [2, 4]);
    assert_eq!(line("time,v\r\n2018-02-01,x\r\n2018-02-01,1\r\n2018-02-01,x\r\n"), [2, 4]);
    assert_eq!(line("time,v\n\n\n2018-02-01,x\n\n2018-02-01,x\n"), [4, 6], "empty lines count");
    assert_eq!(line("time,v\r\n\r\n\r\n2018-02-01,x\r\n\r\n2018-02-01,x\r\n"), [4, 6]);
    assert_eq!(line("time,v\n2018-02-01,\"x\ny\"\n2018-02-01,x\n"), [2, 4], "a row begins on its first line");
}

#[test]
fn a_week_of_recorded_earthquakes_is_read() {
    #[derive(Deserialize)]
    struct Recorded {
        time: String,
        magnitude: f64,
        place: String,
    }
    let uri = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/earthquakes.csv").parse().unwrap();
    let rows = asp_io::rows::<Recorded>(&uri, &ReadOptions::new()).unwrap();
    let rows: Vec<_> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1707);
    assert!(rows.iter().all(|(time, row)| at(&row.time) == *time && !row.place.is_empty()));
    assert_eq!(rows.iter().filter(|(_, row)| row.magnitude >= 5.0).count(), 39);
    assert!(rows.is_sorted_by_key(|(time, _)| *time));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_content_makes_a_reader_panic_or_go_on_for_ever(
        parts in proptest::collection::vec(part(), 0..24),
        header in any::<bool>(),
        query in prop_oneof![Just(""), Just("?unit=s&tz=Europe/Paris"), Just("?value=place")],
    ) {
        let files = Files::new();
        let content = parts.concat();
        for name in ["x.csv", "x.jsonl"] {
            let header = if header && name == "x.csv" { "time,magnitude,place\n" } else { "" };
            files.add(name, [header.as_bytes(), &content].concat());
            let uri = files.uri(&format!("{name}{query}"));
            // A row takes at least one byte.
            for rows in [count::<Quake>(&uri), count::<f64>(&uri)] {
                prop_assert!(rows <= content.len() + 1);
            }
        }
    }
}

/// How many rows there are, good and bad; each error is put into words.
fn count<T: DeserializeOwned>(uri: &Uri) -> usize {
    match asp_io::rows::<T>(uri, &ReadOptions::new()) {
        Ok(rows) => {
            rows.inspect(|row| assert!(row.as_ref().err().is_none_or(|e| !e.to_string().is_empty()))).count()
        }
        Err(error) => error.to_string().len().min(1),
    }
}

/// Pieces of files, whole and broken.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "time",
        "magnitude",
        "place",
        ",",
        "\n",
        "\r\n",
        "\"",
        "2018-01-31",
        "2025-10-26T02:30:00",
        "1.5",
        "5",
        "-",
        "{\"time\":",
        "\"2018-01-31\"",
        "\"magnitude\":",
        "\"place\":",
        "}",
        "null",
        "[",
        "{}",
        "\u{feff}",
        "1e9",
    ]);
    prop_oneof![
        8 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ]
}

#[test]
fn standard_input_and_output_are_places_too() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sources::from_input_to_output", "--ignored", "--nocapture", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"time,v\n2018-02-01,1\n2018-02-02,x\n").unwrap();
    drop(input);
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let lines: Vec<&str> =
        output.lines().filter(|line| line.contains(':') && !line.contains("ok.")).collect();
    assert_eq!(
        lines,
        [
            "{\"time\":\"2018-02-01T00:00:00Z\",\"value\":1.0}",
            "standard input:3: column \"v\": \"x\" is not a number (f64)"
        ]
    );
}

/// Run by the test above, in a process of its own.
#[test]
#[ignore = "reads standard input"]
fn from_input_to_output() {
    let input = "-?format=csv".parse().unwrap();
    let mut writer = Writer::create(&"-?format=jsonl".parse().unwrap()).unwrap();
    let mut error = None;
    for row in asp_io::rows::<f64>(&input, &ReadOptions::new()).unwrap() {
        match row {
            Ok((time, value)) => writer.write(&Event { time, value }).unwrap(),
            Err(bad) => error = Some(bad),
        }
    }
    writer.finish().unwrap();
    println!("{}", error.unwrap());
}

#[test]
fn uris_read_back_as_they_are_written() {
    for text in [
        "a.csv",
        "dir/a?.jsonl.gz",
        "-?format=jsonl",
        "a.CSV?time=ts&unit=ns&tz=America/New_York&value=a%26b%25",
        "50%.csv?time=t",
    ] {
        let uri: Uri = text.parse().unwrap();
        assert_eq!(uri.to_string(), text);
        assert_eq!(uri.to_string().parse::<Uri>().unwrap(), uri);
    }
    assert_eq!("a.csv?value=a%26b%25%zz".parse::<Uri>().unwrap().value(), Some("a&b%%zz"));
}
