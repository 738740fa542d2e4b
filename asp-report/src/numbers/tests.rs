use std::collections::BTreeMap;

use serde::Serialize;

use super::*;

#[derive(Serialize)]
struct Quote {
    symbol: &'static str,
    bid: Option<f64>,
    levels: Vec<(f64, u32)>,
    kind: Kind,
    #[serde(flatten)]
    more: BTreeMap<&'static str, i64>,
}

#[derive(Serialize)]
enum Kind {
    Plain,
    Limit(f32),
    Stop { at: u8 },
}

fn quote(bid: Option<f64>, kind: Kind) -> Quote {
    Quote { symbol: "A", bid, levels: vec![(1.5, 2), (2.5, 3)], kind, more: BTreeMap::from([("fee", -1)]) }
}

fn names(numbers: &Numbers) -> Vec<(String, u64)> {
    numbers.series("quotes", 0).into_iter().map(|series| (series.name(), series.count)).collect()
}

#[test]
fn each_number_has_the_path_of_its_field() {
    let mut numbers = Numbers::new();
    numbers.take(0, &quote(Some(1.0), Kind::Limit(2.0)));
    numbers.take(1, &quote(None, Kind::Stop { at: 3 }));
    numbers.take(2, &quote(Some(2.0), Kind::Plain));
    let expected = [
        ("quotes.bid", 2),
        ("quotes.levels.0.0", 3),
        ("quotes.levels.0.1", 3),
        ("quotes.levels.1.0", 3),
        ("quotes.levels.1.1", 3),
        ("quotes.kind.Limit", 1),
        ("quotes.fee", 3),
        ("quotes.kind.Stop.at", 1),
    ];
    assert_eq!(names(&numbers), expected.map(|(name, count)| (name.to_owned(), count)));
    assert!(!numbers.is_cut());
}

#[test]
fn a_payload_may_be_a_number() {
    let mut numbers = Numbers::new();
    numbers.take(0, &1.5);
    numbers.take(1, &2.5);
    let series = &numbers.series("levels", 0)[0];
    assert_eq!((series.name(), series.values.as_slice()), ("levels".to_owned(), &[1.5, 2.5][..]));
}

#[test]
fn the_number_of_fields_is_bounded() {
    let mut numbers = Numbers::new();
    for k in 0..1000 {
        numbers.take(k, &BTreeMap::from([(format!("key {k}"), k)]));
    }
    assert_eq!(numbers.series("s", 0).len(), MOST_FIELDS);
    assert!(numbers.nodes.len() <= MOST_NODES && numbers.is_cut());
    let mut numbers = Numbers::new();
    numbers.take(0, &vec![1.0; 1000]);
    assert!(numbers.is_cut());
}

#[test]
fn payloads_that_cannot_be_serialized_have_no_numbers() {
    let mut numbers = Numbers::new();
    numbers.take(0, &BTreeMap::from([((1, 2), 3)]));
    assert_eq!(names(&numbers), []);
}
