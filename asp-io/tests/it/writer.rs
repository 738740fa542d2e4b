//! What is written, and that it reads back.

use std::collections::BTreeMap;

use crate::kit::{Files, at};
use asp_core::{Event, Timestamp};
use asp_io::{ReadOptions, Uri, Writer};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

fn write<T: Serialize>(uri: &Uri, events: &[Event<T>]) -> u64 {
    let mut writer = Writer::create(uri).unwrap();
    for event in events {
        writer.write(event).unwrap();
    }
    writer.finish().unwrap()
}

fn read<T: DeserializeOwned>(uri: &Uri) -> Vec<Event<T>> {
    let rows = asp_io::rows(uri, &ReadOptions::new()).unwrap();
    rows.map(|row| row.unwrap()).map(|(time, value)| Event { time, value }).collect()
}

fn event<T>(time: &str, value: T) -> Event<T> {
    Event { time: at(time), value }
}

fn written<T: Serialize>(name: &str, events: &[Event<T>]) -> String {
    let files = Files::new();
    write(&files.uri(name), events);
    std::fs::read_to_string(files.path(name.split('?').next().unwrap())).unwrap()
}

#[test]
fn rows_begin_with_the_time() {
    #[derive(Serialize)]
    struct Trade {
        price: f64,
        buyer: Option<String>,
    }
    let trades = [
        event("2025-01-01", Trade { price: 1.0, buyer: None }),
        event("2025-01-02T00:00:00.001Z", Trade { price: 2.5, buyer: Some("a \"b\",\nc".into()) }),
    ];
    assert_eq!(
        written("t.csv", &trades),
        "time,price,buyer\n2025-01-01T00:00:00Z,1.0,\n\
         2025-01-02T00:00:00.001Z,2.5,\"a \"\"b\"\",\nc\"\n"
    );
    assert_eq!(
        written("t.jsonl?time=ts", &trades[1..]),
        "{\"ts\":\"2025-01-02T00:00:00.001Z\",\"price\":2.5,\"buyer\":\"a \\\"b\\\",\\nc\"}\n"
    );
    assert_eq!(written("v.csv", &[event("2025-01-01", 7)]), "time,value\n2025-01-01T00:00:00Z,7\n");
    assert_eq!(written("v.csv?value=n", &[event("2025-01-01", 7)]), "time,n\n2025-01-01T00:00:00Z,7\n");
    assert_eq!(written("v.csv", &[event("2025-01-01", (7, 'x'))]), "time,0,1\n2025-01-01T00:00:00Z,7,x\n");
    assert_eq!(written::<f64>("v.csv", &[]), "time\n");
    assert_eq!(written::<f64>("v.jsonl", &[]), "");
}

#[test]
fn rows_of_maps_keep_the_columns_of_the_first() {
    let map = |pairs: &[(&str, i32)]| -> BTreeMap<String, i32> {
        pairs.iter().map(|&(key, value)| (key.to_owned(), value)).collect()
    };
    let rows = [event("2025-01-01", map(&[("a", 1), ("b", 2)])), event("2025-01-02", map(&[("b", 3)]))];
    assert_eq!(written("m.csv", &rows), "time,a,b\n2025-01-01T00:00:00Z,1,2\n2025-01-02T00:00:00Z,,3\n");
    let files = Files::new();
    let mut writer = Writer::create(&files.uri("m.csv")).unwrap();
    writer.write(&rows[1]).unwrap();
    assert_eq!(
        files.short(&writer.write(&rows[0]).unwrap_err()),
        "cannot write m.csv: a row has a field `a` that the first one had not; the columns are `time`, `b`"
    );
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let files = Files::with("o.csv", "before");
    let mut writer = Writer::create(&files.uri("o.csv")).unwrap();
    writer.write(&event("2025-01-01", 1.0)).unwrap();
    assert_eq!(files.names().len(), 2, "a temporary file beside it");
    drop(writer);
    assert_eq!(files.names(), ["o.csv"]);
    assert_eq!(std::fs::read_to_string(files.path("o.csv")).unwrap(), "before");

    let mut writer = Writer::create(&files.uri("o.csv")).unwrap();
    writer.write(&event("2025-01-01", 1.0)).unwrap();
    assert_eq!(writer.finish().unwrap(), 1);
    assert_eq!(files.names(), ["o.csv"]);
    assert_eq!(
        std::fs::read_to_string(files.path("o.csv")).unwrap(),
        "time,value\n2025-01-01T00:00:00Z,1.0\n"
    );
}

#[cfg(unix)]
#[test]
fn a_file_has_the_rights_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::with("other", "");
    write(&files.uri("o.csv"), &[event("2025-01-01", 1.0)]);
    let mode = |name| files.path(name).metadata().unwrap().permissions().mode();
    assert_eq!(mode("o.csv"), mode("other"));
}

#[test]
fn a_writer_can_be_sent() {
    fn is_send<T: Send>() {}
    is_send::<Writer<std::cell::Cell<f64>>>();
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    number: f64,
    single: f32,
    whole: i64,
    count: u64,
    maybe: Option<f64>,
    flag: bool,
    letter: char,
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Buy,
    Sell,
}

fn number() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![".*", "[\"',\n\r\\\\ ;a]{0,8}", Just("\u{feff}".to_owned())]
}

prop_compose! {
    fn everything()(
        number in number(),
        single in proptest::num::f32::NORMAL | proptest::num::f32::SUBNORMAL | proptest::num::f32::ZERO,
        whole in any::<i64>(),
        count in any::<u64>(),
        maybe in proptest::option::of(number()),
        flag in any::<bool>(),
        letter in any::<char>(),
        kind in prop_oneof![Just(Kind::Buy), Just(Kind::Sell)],
        text in text(),
    ) -> Everything {
        Everything { number, single, whole, count, maybe, flag, letter, kind, text }
    }
}

fn events<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<Event<T>>> {
    let event =
        (any::<i64>(), value).prop_map(|(time, value)| Event { time: Timestamp::from_nanos(time), value });
    proptest::collection::vec(event, 0..8)
}

const URIS: [&str; 4] = ["o.csv", "o.jsonl?time=at", "o.csv.gz", "o.parquet"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn structs_read_back_equal(events in events(everything())) {
        let files = Files::new();
        for uri in URIS.map(|uri| files.uri(uri)) {
            prop_assert_eq!(write(&uri, &events), events.len() as u64);
            prop_assert_eq!(&read::<Everything>(&uri), &events);
        }
    }

    #[test]
    fn numbers_read_back_to_the_bit(events in events(number())) {
        let files = Files::new();
        for uri in URIS.map(|uri| files.uri(uri)) {
            write(&uri, &events);
            let bits = |events: &[Event<f64>]| -> Vec<_> {
                events.iter().map(|event| (event.time, event.value.to_bits())).collect()
            };
            prop_assert_eq!(bits(&read(&uri)), bits(&events));
        }
    }

    #[test]
    fn texts_read_back_equal(events in events(text())) {
        let files = Files::new();
        for uri in URIS.map(|uri| files.uri(uri)) {
            write(&uri, &events);
            prop_assert_eq!(&read::<String>(&uri), &events);
        }
    }

    #[test]
    fn tuples_read_back_equal(events in events((number(), any::<i32>()))) {
        let files = Files::new();
        for uri in URIS.map(|uri| files.uri(uri)) {
            write(&uri, &events);
            prop_assert_eq!(&read::<(f64, i32)>(&uri), &events);
        }
    }
}
