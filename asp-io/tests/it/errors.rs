//! Each text of an error, whole.

use crate::kit::Files;
use asp_core::Event;
use asp_io::{BadRows, ReadOptions, RowReport, Uri, Writer};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq)]
struct Quake {
    magnitude: f64,
    stations: u8,
    kind: Kind,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Earthquake,
    Explosion,
}

const HEADER: &str = "time,magnitude,stations,kind,place\n";

/// The error of one row of a CSV file.
fn csv(row: &str) -> String {
    Files::with("q.csv", format!("{HEADER}2018-01-31,1.5,3,explosion,here\n{row}\n")).error::<Quake>("q.csv")
}

/// The error of one line of JSON.
fn json(line: &str) -> String {
    Files::with("q.jsonl", format!("\n{line}\n")).error::<Quake>("q.jsonl")
}

fn uri(text: &str) -> String {
    text.parse::<Uri>().unwrap_err().to_string()
}

#[test]
fn bad_values_in_csv() {
    assert_eq!(
        csv("2018-02-01,abc,1,earthquake,"),
        "q.csv:3: column \"magnitude\": \"abc\" is not a number (f64)"
    );
    assert_eq!(csv("2018-02-01,,1,earthquake,"), "q.csv:3: column \"magnitude\": \"\" is not a number (f64)");
    assert_eq!(
        csv("2018-02-01,1,2.5,earthquake,"),
        "q.csv:3: column \"stations\": \"2.5\" is not a whole number (u8)"
    );
    assert_eq!(
        csv("2018-02-01,1,300,earthquake,"),
        "q.csv:3: column \"stations\": 300 is out of range for u8, 0 to 255"
    );
    assert_eq!(
        csv("2018-02-01,1,3,earthquak,"),
        "q.csv:3: column \"kind\": \"earthquak\" is none of `earthquake`, `explosion`; a similar name exists: \
         `earthquake`"
    );
    assert_eq!(
        csv("2018-02-01,1,3"),
        "q.csv:3: the row has 3 columns and the header 5; leave a value empty, but keep its comma"
    );
    assert_eq!(
        csv("2018-02-01,1,3,explosion,Amboy, Washington"),
        "q.csv:3: the row has 6 columns and the header 5; quote values that hold a comma, as in \"a, b\""
    );
    assert_eq!(
        Files::with("b.csv", "time,on\n2018-01-31,yes\n").error::<bool>("b.csv"),
        "b.csv:2: column \"on\": \"yes\" is not true or false (bool)"
    );
    assert_eq!(
        Files::with("s.csv", b"time,s\n2018-01-31,\xff\n").error::<String>("s.csv"),
        "s.csv:2: column \"s\": \"\u{fffd}\" is not UTF-8; convert the file"
    );
    assert_eq!(
        Files::with("s.csv", "time,a,b\n2018-01-31,1,2\n").error::<(f64, [f64; 2])>("s.csv"),
        "s.csv:2: column \"b\": a tuple does not fit into one column; take single values, or JSON lines"
    );
}

#[test]
fn bad_times_in_csv() {
    let with = |time: &str, query: &str| {
        Files::with("t.csv", format!("time,v\n{time},1\n")).error::<f64>(&format!("t.csv{query}"))
    };
    assert_eq!(
        with("yesterday", ""),
        "t.csv:2: column \"time\": \"yesterday\" is not a time; write it as \"2025-01-01T00:00:00Z\" or \
         \"2025-01-01\""
    );
    assert_eq!(
        with("1517363399650", ""),
        "t.csv:2: column \"time\": \"1517363399650\" is a number, not a time; name its unit in the URI: `unit=s`, \
         `unit=ms`, `unit=us` or `unit=ns`"
    );
    assert_eq!(
        with("abc", "?unit=ms"),
        "t.csv:2: column \"time\": \"abc\" is neither a number of milliseconds nor a time"
    );
    assert_eq!(
        with("0.0000000001", "?unit=s"),
        "t.csv:2: column \"time\": \"0.0000000001\" seconds are finer than the clock; time is counted in whole \
         nanoseconds"
    );
    assert_eq!(
        with("1e20", "?unit=s"),
        "t.csv:2: column \"time\": \"1e20\" seconds are beyond the last timestamp 2262-04-11T23:47:16.854775807Z"
    );
    assert_eq!(
        with("2025-03-30T02:30:00", "?tz=Europe/Paris"),
        "t.csv:2: column \"time\": \"2025-03-30T02:30:00\" does not exist in Europe/Paris, where clocks were put \
         forward over it; write the time with its offset, as in \"2025-01-01T00:00:00+01:00\""
    );
    assert_eq!(
        with("2025-10-26 02:30:00", "?tz=Europe/Paris"),
        "t.csv:2: column \"time\": \"2025-10-26 02:30:00\" comes twice in Europe/Paris; write the one that is \
         meant, \"2025-10-26 02:30:00+02:00\" or \"2025-10-26 02:30:00+01:00\""
    );
}

#[test]
fn bad_values_in_json_lines() {
    let row = |rest: &str| json(&format!("{{\"time\": \"2018-02-01\", {rest}}}"));
    assert_eq!(
        row("\"magnitude\": \"abc\", \"stations\": 1"),
        "q.jsonl:2: field \"magnitude\": \"abc\" is not a number (f64)"
    );
    assert_eq!(row("\"magnitude\": null"), "q.jsonl:2: field \"magnitude\": null is not a number (f64)");
    assert_eq!(row("\"stations\": 2.5"), "q.jsonl:2: field \"stations\": 2.5 is not a whole number (u8)");
    assert_eq!(
        row("\"stations\": 300, \"magnitude\": 1"),
        "q.jsonl:2: field \"stations\": 300 is out of range for u8, 0 to 255"
    );
    assert_eq!(row("\"stations\": -1"), "q.jsonl:2: field \"stations\": -1 is out of range for u8, 0 to 255");
    assert_eq!(
        row("\"kind\": \"earthquak\""),
        "q.jsonl:2: field \"kind\": \"earthquak\" is none of `earthquake`, `explosion`; a similar name exists: \
         `earthquake`"
    );
    assert_eq!(
        row("\"stations\": 1, \"magntude\": 2"),
        "q.jsonl:2: there is no field `magnitude`; a field with a similar name exists: `magntude`"
    );
    assert_eq!(
        row("\"stations\": 1, \"magnitude\": 2"),
        "q.jsonl:2: there is no field `kind`; the fields are `time`, `stations`, `magnitude`"
    );
    assert_eq!(
        json("{\"ts\": 1, \"magnitude\": 1, \"stations\": 3, \"kind\": \"explosion\"}"),
        "q.jsonl:2: there is no time field `time`; name the one that holds the time, as in `q.jsonl?time=ts`; the \
         fields are `ts`, `magnitude`, `stations`, `kind`"
    );
}

#[test]
fn bad_lines_and_times_in_json_lines() {
    assert_eq!(
        json("[1, 2]"),
        "q.jsonl:2: [1, 2] is not an object; each line is one, as in {\"time\": .., ..}"
    );
    assert_eq!(
        json("{\"time\": \"2018-02-01\", magnitude: 1}"),
        "q.jsonl:2: this is not JSON: key must be a string at character 24; each line is one object"
    );
    assert_eq!(
        json("{\"time\": 1517363399650, \"magnitude\": 1}"),
        "q.jsonl:2: field \"time\": \"1517363399650\" is a number, not a time; name its unit in the URI: `unit=s`, \
         `unit=ms`, `unit=us` or `unit=ns`"
    );
    assert_eq!(
        Files::with("t.jsonl", "{\"time\": true, \"v\": 1}").error::<f64>("t.jsonl?unit=s"),
        "t.jsonl:1: field \"time\": true is not a time; write it as \"2025-01-01T00:00:00Z\""
    );
    assert_eq!(
        Files::with("t.jsonl", "{\"v\": 1, \"time\": \"yesterday\"}").error::<f64>("t.jsonl"),
        "t.jsonl:1: field \"time\": \"yesterday\" is not a time; write it as \"2025-01-01T00:00:00Z\" or \
         \"2025-01-01\""
    );
    assert_eq!(
        Files::with("t.jsonl", "{\"v\": 1, \"w\": 1, \"time\": \"2018-02-01\"}").error::<f64>("t.jsonl"),
        "t.jsonl:1: the payload is one field, but there are `v`, `w`, `time`; name the one that is meant, as in \
         `t.jsonl?value=v`, or take a struct"
    );
    assert_eq!(
        Files::with("t.jsonl", "{\"time\": \"2018-02-01\"}").error::<f64>("t.jsonl"),
        "t.jsonl:1: there is no field besides the time `time`, and so no payload"
    );
    assert_eq!(
        Files::with("t.jsonl", "{\"v\": 1, \"time\": \"2018-02-01\"}").error::<f64>("t.jsonl?value=w"),
        "t.jsonl:1: there is no field `w`; a field with a similar name exists: `v`"
    );
}

#[test]
fn columns_that_do_not_fit_are_told_at_once() {
    let error = |content: &str, uri: &str| {
        let files = Files::with("q.csv", content);
        files.short(&asp_io::source::<f64>(&files.uri(uri), &ReadOptions::new()).unwrap_err())
    };
    assert_eq!(error("", "q.csv"), "q.csv: the file is empty; its first line holds the names of the columns");
    assert_eq!(
        error("ts,v\n1,2\n", "q.csv"),
        "q.csv: there is no time column `time`; name the one that holds the time, as in `q.csv?time=ts`; the \
         columns are `ts`, `v`"
    );
    assert_eq!(error("time,v,time\n1,2,3\n", "q.csv"), "q.csv: two columns have the name `time`; rename one");
    assert_eq!(
        error("time,bid,ask\n1,2,3\n", "q.csv"),
        "q.csv: the payload is one column, but there are `bid`, `ask`; name the one that is meant, as in \
         `q.csv?value=bid`, or take a struct"
    );
    assert_eq!(
        error("time\n1\n", "q.csv"),
        "q.csv: there is no column besides the time `time`, and so no payload"
    );
    assert_eq!(
        error("time,bid,ask\n1,2,3\n", "q.csv?value=big"),
        "q.csv: there is no column `big`; a column with a similar name exists: `bid`"
    );
    let files = Files::with("q.csv", "time,magnitude,stations\n2018-01-31,1,2\n");
    assert_eq!(
        files.error::<Quake>("q.csv"),
        "q.csv: there is no column `kind`; the columns are `time`, `magnitude`, `stations`"
    );
    assert_eq!(
        files.error::<Quake>("q.csv?value=stations"),
        "q.csv: `value=stations` names one column, but the payload takes several; remove the key"
    );
}

#[test]
fn words_of_the_payload_are_kept() {
    fn even<'de, D: serde::Deserializer<'de>>(json: D) -> Result<u32, D::Error> {
        let number = u32::deserialize(json)?;
        if number.is_multiple_of(2) { Ok(number) } else { Err(serde::de::Error::custom("odd")) }
    }
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "Plain")]
    #[expect(dead_code, reason = "shown by Debug alone")]
    struct Checked(u32);
    #[derive(Deserialize)]
    struct Plain {
        #[serde(deserialize_with = "even")]
        v: u32,
    }
    impl TryFrom<Plain> for Checked {
        type Error = String;
        fn try_from(plain: Plain) -> Result<Self, String> {
            if plain.v < 10 { Ok(Checked(plain.v)) } else { Err("more than ten".into()) }
        }
    }
    let files = Files::with("q.csv", "time,v\n2018-01-31,3\n");
    assert_eq!(files.error::<Checked>("q.csv"), "q.csv:2: column \"v\": \"3\": odd");
    files.add("q.jsonl", "{\"time\":\"2018-01-31\",\"v\":3}");
    assert_eq!(files.error::<Checked>("q.jsonl"), "q.jsonl:1: field \"v\": 3: odd");
    files.add("q.csv", "time,v\n2018-01-31,12\n");
    assert_eq!(files.error::<Checked>("q.csv"), "q.csv:2: more than ten");
    files.add("q.jsonl", "{\"time\":\"2018-01-31\",\"v\":12}");
    assert_eq!(files.error::<Checked>("q.jsonl"), "q.jsonl:1: more than ten");
    files.add("q.jsonl", "{\"time\":\"2018-01-31\",\"v\":2,\"v\":4}");
    assert_eq!(files.error::<Checked>("q.jsonl"), "q.jsonl:1: duplicate field `v`");
    files.add("q.jsonl", "{\"time\":\"2018-01-31\",\"v\":2,\"time\":\"2018-01-31\"}");
    assert_eq!(files.error::<Checked>("q.jsonl"), "q.jsonl:1: duplicate field `time`");
    files.add("q.csv", "time,v,v\n2018-01-31,12,3\n");
    assert_eq!(files.error::<Checked>("q.csv"), "q.csv: two columns have the name `v`; rename one");
}

#[test]
fn files_that_cannot_be_opened() {
    let files = Files::with("quakes.csv", HEADER);
    let error = |name: &str| files.error::<Quake>(name);
    assert_eq!(
        error("quaks.csv"),
        "cannot open quaks.csv: there is no such file; a file with a similar name exists: `quakes.csv`"
    );
    assert_eq!(
        error("trades.csv"),
        "cannot open trades.csv: there is no such file; paths count from the folder in which the program runs"
    );
    assert_eq!(
        error("nowhere/trades.csv"),
        "cannot open nowhere/trades.csv: there is no folder `nowhere` here; paths count from the folder in which \
         the program runs"
    );
    assert_eq!(
        error("2025-*.csv"),
        "cannot open 2025-*.csv: no file matches; paths count from the folder in which the program runs"
    );
    assert_eq!(
        error("a[.csv"),
        "cannot open a[.csv: the pattern is wrong at character 1: invalid range pattern"
            .replace("character 1", &format!("character {}", files.path("a").to_str().unwrap().len()))
    );
    std::fs::create_dir(files.path("folder.csv")).unwrap();
    assert_eq!(
        error("folder.csv"),
        "cannot open folder.csv: it is a folder; name its files, as in `folder.csv/*.csv`"
    );
}

#[test]
fn uris_that_are_none() {
    assert_eq!(
        uri("q.csv?tz=Europe/Pari"),
        "unknown zone `Europe/Pari` in \"q.csv?tz=Europe/Pari\"\n\
         = help: a zone with a similar name exists: `Europe/Paris`"
    );
    assert_eq!(
        uri("q.csv?tz=Atlantis"),
        "unknown zone `Atlantis` in \"q.csv?tz=Atlantis\"\n\
         = help: zones are named as in the IANA database: `UTC`, `Europe/Paris`, `America/New_York`"
    );
    assert_eq!(
        uri("q.csv?colour=red"),
        "unknown key `colour` in \"q.csv?colour=red\"\n\
         = note: the keys are `format`, `time`, `unit`, `tz`, `value`"
    );
    assert_eq!(
        uri("q.csv?time=a&time=b"),
        "key `time` is given twice in \"q.csv?time=a&time=b\"\n= help: remove one"
    );
    assert_eq!(
        uri("q.csv?time="),
        "key `time` has no value in \"q.csv?time=\"\n\
         = help: write the name of the column that holds the time, as in `time=ts`"
    );
    assert_eq!(
        uri("q?format=xml"),
        "unknown format `xml` in \"q?format=xml\"\n= help: the formats are `csv`, `jsonl`, `parquet`"
    );
    assert_eq!(
        uri("-"),
        "the format of \"-\" is not known\n\
         = help: add `?format=csv`, `?format=jsonl` or `?format=parquet`\n\
         = note: files that end in `.csv`, `.jsonl` or `.ndjson`, also with `.gz`, or in `.parquet` need no such key"
    );
    assert_eq!(uri("?time=a"), "\"?time=a\" has no path\n= help: begin with one, as in \"quakes.csv\"");
}

#[test]
fn endless_rows_are_refused() {
    let mut open_quote = format!("{HEADER}2018-01-31,\"1");
    open_quote.push_str(&"x\n".repeat(9 << 20));
    assert_eq!(
        Files::with("q.csv", open_quote).error::<Quake>("q.csv"),
        "q.csv:2: cannot read on: the row is longer than 16 MiB; close the quote that is left open, or break the file into \
         lines"
    );
}

#[test]
fn skipped_rows_are_counted_and_the_first_ten_kept() {
    let bad: String = (0..12).map(|k| format!("2018-01-31,bad{k}\n")).collect();
    let files = Files::with("q.csv", format!("time,v\n2018-01-31,1\n{bad}2018-01-31,2\n"));
    let report = RowReport::new();
    let options = ReadOptions::new().bad_rows(BadRows::Skip).report(&report);
    let rows: Vec<_> = asp_io::rows::<f64>(&files.uri("q.csv"), &options).unwrap().collect();
    assert!(rows.iter().all(Result::is_ok));
    assert_eq!((rows.len(), report.rows(), report.skipped(), report.first().len()), (2, 14, 12, 10));
    let text = files.short(&report);
    assert_eq!(text.lines().next(), Some("12 of 14 rows skipped"));
    assert_eq!(text.lines().last(), Some("  and 2 more"));
    assert_eq!(report.bytes_total(), Some(report.bytes_read()));
}

#[test]
fn payloads_that_cannot_be_written() {
    #[derive(Serialize)]
    struct Timed {
        time: i64,
    }
    fn write<T: Serialize>(uri: &str, value: T) -> String {
        let files = Files::new();
        let mut writer = Writer::create(&files.uri(uri)).unwrap();
        let event = Event { time: crate::kit::at("2025-01-01"), value };
        files.short(&writer.write(&event).unwrap_err())
    }
    for uri in ["o.csv", "o.jsonl"] {
        assert_eq!(
            write(uri, Timed { time: 5 }),
            format!(
                "cannot write {uri}: the payload has a field `time` of its own; name the column of the event \
                 time, as in `{uri}?time=event_time`"
            )
        );
    }
    assert_eq!(
        write("o.csv", vec![1, 2]),
        "cannot write o.csv: a list does not fit into one column; emit single values, or write JSON lines"
    );
    assert_eq!(
        write("o.jsonl", f64::NAN),
        "cannot write o.jsonl: field `value` is NaN, for which JSON has no form; write CSV, or emit an `Option`"
    );
    let files = Files::new();
    let error = |uri: &str| files.short(&Writer::<f64>::create(&files.uri(uri)).unwrap_err());
    assert_eq!(error("no/o.csv"), "cannot open no/o.csv: there is no folder `no` here; create it first");
    assert_eq!(
        error("o.csv?unit=s"),
        "cannot open o.csv: key `unit` is for reading; times are written in RFC 3339, remove the key"
    );
}
