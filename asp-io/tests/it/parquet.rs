//! Parquet: what is read of columns, what is written, and what is said where that fails.

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use crate::kit::{Files, at};
use arrow_array::builder::{ListBuilder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_schema::DataType;
use asp_core::{Event, Timestamp};
use asp_io::{BadRows, ReadOptions, RowReport, Writer};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};

type Columns<'c> = Vec<(&'c str, ArrayRef)>;

fn column(values: impl Array + 'static) -> ArrayRef {
    Arc::new(values)
}

/// Writes a file of other programs, with so many rows in a row group.
fn add_groups(files: &Files, name: &str, columns: Columns<'_>, rows: usize) {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, values)| (name, values, true)),
    )
    .unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows)).build();
    let file = File::create(files.path(name)).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn add(files: &Files, name: &str, columns: Columns<'_>) {
    add_groups(files, name, columns, 1000);
}

fn with(columns: Columns<'_>) -> Files {
    let files = Files::new();
    add(&files, "t.parquet", columns);
    files
}

/// Days of January 2025, in milliseconds of UTC.
fn days(count: i64) -> ArrayRef {
    let begin = at("2025-01-01").as_nanos() / 1_000_000;
    let days = (0..count).map(|day| begin + day * 86_400_000);
    column(TimestampMillisecondArray::from_iter_values(days).with_timezone("+00:00"))
}

fn metadata(files: &Files, name: &str) -> ArrowReaderMetadata {
    let file = File::open(files.path(name)).unwrap();
    ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).unwrap()
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Quake {
    magnitude: Option<f64>,
    place: String,
}

fn quakes() -> Columns<'static> {
    vec![
        ("id", column(Int64Array::from(vec![1, 2, 3]))),
        ("place", column(StringArray::from(vec!["a", "", "ü"]))),
        ("time", days(3)),
        ("magnitude", column(Float64Array::from(vec![None, Some(1e-3), Some(5.5)]))),
    ]
}

fn quake(day: &str, magnitude: Option<f64>, place: &str) -> (Timestamp, Quake) {
    (at(day), Quake { magnitude, place: place.into() })
}

#[test]
fn structs_take_the_columns_of_their_names() {
    let expected = [
        quake("2025-01-01", None, "a"),
        quake("2025-01-02", Some(0.001), ""),
        quake("2025-01-03", Some(5.5), "ü"),
    ];
    let files = with(quakes());
    assert_eq!(files.read::<Quake>("t.parquet").unwrap(), expected);
    add_groups(&files, "g.parquet", quakes(), 2);
    assert_eq!(metadata(&files, "g.parquet").metadata().num_row_groups(), 2);
    assert_eq!(files.read::<Quake>("g.parquet").unwrap(), expected);
    std::fs::rename(files.path("g.parquet"), files.path("g")).unwrap();
    assert_eq!(files.read::<Quake>("g?format=parquet").unwrap(), expected);
}

#[test]
fn columns_without_a_field_are_not_read() {
    let files = with(quakes());
    let metadata = metadata(&files, "t.parquet");
    let mut bytes = std::fs::read(files.path("t.parquet")).unwrap();
    let (begin, length) = metadata.metadata().row_group(0).column(0).byte_range();
    bytes[begin as usize..(begin + length) as usize].fill(0);
    files.add("t.parquet", &bytes);
    assert_eq!(files.read::<Quake>("t.parquet").unwrap().len(), 3);
    let error = files.error::<i64>("t.parquet?value=id");
    assert!(error.starts_with("t.parquet: row group 0 cannot be read from row 1 on: "), "{error}");
    assert!(error.ends_with("; the file is damaged, write it again"), "{error}");
}

#[test]
fn times_have_the_unit_of_their_column() {
    let time = at("2025-07-01T10:00:00.5Z");
    let nanos = time.as_nanos();
    let value = || ("v", column(Float64Array::from(vec![1.5])));
    let files = Files::new();
    let is_read = |uri: &str, values: ArrayRef| {
        add(&files, "t.parquet", vec![("time", values), value()]);
        assert_eq!(files.read::<f64>(uri).unwrap(), [(time, 1.5)], "{uri}");
    };
    is_read(
        "t.parquet",
        column(TimestampMillisecondArray::from(vec![nanos / 1_000_000]).with_timezone("UTC")),
    );
    is_read("t.parquet", column(TimestampMicrosecondArray::from(vec![nanos / 1000]).with_timezone("UTC")));
    is_read("t.parquet", column(TimestampNanosecondArray::from(vec![nanos])));
    is_read("t.parquet?unit=ns", column(TimestampNanosecondArray::from(vec![nanos])));
    is_read("t.parquet?unit=ms", column(Int64Array::from(vec![nanos / 1_000_000])));
    is_read("t.parquet?unit=us", column(UInt64Array::from(vec![nanos as u64 / 1000])));
    is_read("t.parquet?unit=s", column(Float64Array::from(vec![nanos as f64 / 1e9])));
    is_read("t.parquet", column(StringArray::from(vec!["2025-07-01T12:00:00.5+02:00"])));
    let local = nanos + 2 * 3_600_000_000_000;
    is_read("t.parquet?tz=Europe/Paris", column(TimestampMicrosecondArray::from(vec![local / 1000])));
    is_read("t.parquet?tz=Europe/Paris", column(StringArray::from(vec!["2025-07-01 12:00:00.5"])));
    let decimal = Decimal128Array::from(vec![i128::from(nanos / 1000)]).with_precision_and_scale(20, 6);
    is_read("t.parquet?unit=s", column(decimal.unwrap()));
    add(&files, "d.parquet", vec![("time", column(Date32Array::from(vec![1]))), value()]);
    assert_eq!(files.read::<f64>("d.parquet").unwrap(), [(at("1970-01-02"), 1.5)]);
    assert_eq!(files.read::<f64>("d.parquet?tz=Asia/Tokyo").unwrap(), [(at("1970-01-01T15:00:00Z"), 1.5)]);
}

#[test]
fn values_are_of_the_types_of_their_columns() {
    let files = Files::new();
    macro_rules! reads {
        ($values:expr => $($type:ty: $expected:expr),+ $(,)?) => {
            add(&files, "t.parquet", vec![("time", days(1)), ("v", column($values))]);
            $(assert_eq!(files.values::<$type>("t.parquet").unwrap(), [$expected]);)+
        };
    }
    reads!(Int8Array::from(vec![-7]) => i8: -7, i64: -7, i128: -7, f64: -7.0, Option<i16>: Some(-7));
    reads!(UInt8Array::from(vec![255]) => u8: 255, i32: 255, f32: 255.0);
    reads!(Int16Array::from(vec![-300]) => i16: -300);
    reads!(UInt16Array::from(vec![65_535]) => u16: 65_535, u32: 65_535);
    reads!(UInt32Array::from(vec![u32::MAX]) => u32: u32::MAX, u128: u128::from(u32::MAX));
    reads!(UInt64Array::from(vec![u64::MAX]) => u64: u64::MAX);
    reads!(Int64Array::from(vec![i64::MIN]) => i64: i64::MIN);
    reads!(Float32Array::from(vec![1.5]) => f32: 1.5, f64: 1.5);
    reads!(BooleanArray::from(vec![true]) => bool: true);
    reads!(StringArray::from(vec!["x"]) => String: "x".to_owned(), char: 'x');
    reads!(BinaryArray::from(vec![&b"x"[..]]) => String: "x".to_owned(), Vec<u8>: vec![b'x']);
    reads!(FixedSizeBinaryArray::try_from_iter([[1_u8, 2]].iter()).unwrap() => Vec<u8>: vec![1, 2]);
    let decimal = Decimal128Array::from(vec![-1_234_567]).with_precision_and_scale(10, 3).unwrap();
    reads!(decimal => f64: -1234.567, String: "-1234.567".to_owned());
    reads!(Decimal128Array::from(vec![12]).with_precision_and_scale(10, 0).unwrap() => i64: 12);
    reads!(Date32Array::from(vec![20_089]) => String: "2025-01-01".to_owned(), i32: 20_089);
    reads!(Time64MicrosecondArray::from(vec![3_600_000_001]) => String: "01:00:00.000001".to_owned());
    reads!(Time32MillisecondArray::from(vec![1]) => i64: 1);
    reads!(TimestampMicrosecondArray::from(vec![1_500_000]) => String: "1970-01-01T00:00:01.500".to_owned(), i64: 1_500_000);
    let names = ["buy", "sell"].into_iter().map(Some).chain([None]);
    let mut dictionary = StringDictionaryBuilder::<Int32Type>::new();
    names.for_each(|name| dictionary.append_option(name));
    add(&files, "t.parquet", vec![("time", days(3)), ("v", column(dictionary.finish()))]);
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Side {
        Buy,
        Sell,
    }
    let expected = [Some(Side::Buy), Some(Side::Sell), None];
    assert_eq!(files.values::<Option<Side>>("t.parquet").unwrap(), expected);
}

#[test]
fn maps_and_tuples_take_what_there_is() {
    let files = with(vec![
        ("a", column(Float64Array::from(vec![1.0]))),
        ("time", days(1)),
        ("b", column(Int32Array::from(vec![2]))),
    ]);
    assert_eq!(files.values::<(f64, u8)>("t.parquet").unwrap(), [(1.0, 2)]);
    let map = HashMap::from([("a".to_owned(), 1.0), ("b".to_owned(), 2.0)]);
    assert_eq!(files.values::<HashMap<String, f64>>("t.parquet").unwrap(), [map]);
    assert_eq!(files.values::<()>("t.parquet").unwrap(), [()]);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Timed {
        time: String,
        a: f64,
    }
    let expected = [Timed { time: "2025-01-01T00:00:00Z".into(), a: 1.0 }];
    assert_eq!(files.values::<Timed>("t.parquet").unwrap(), expected);
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is not read")]
    struct Strict {
        a: f64,
    }
    assert_eq!(
        files.error::<Strict>("t.parquet"),
        "t.parquet: row 1 (row group 0): unknown field `b`, expected `a`"
    );
}

#[test]
fn files_come_end_to_end_and_are_counted() {
    let files = with(quakes());
    add(&files, "u.parquet", quakes());
    let report = RowReport::new();
    let rows = asp_io::rows::<Quake>(&files.uri("*.parquet"), &ReadOptions::new().report(&report)).unwrap();
    assert_eq!(rows.map(Result::unwrap).count(), 6);
    assert_eq!((report.rows(), report.bytes_total()), (6, Some(report.bytes_read())));
    let none: Vec<f64> = vec![];
    add(&files, "e.parquet", vec![("x", column(Float64Array::from(none)))]);
    assert_eq!(files.values::<Quake>("e.parquet").unwrap(), []);
}

#[test]
fn columns_that_do_not_fit_are_named() {
    let files = with(quakes());
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is not read")]
    struct Slip {
        magntude: f64,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is not read")]
    struct Wrong {
        place: f64,
    }
    assert_eq!(
        files.error::<Slip>("t.parquet"),
        "t.parquet: there is no column `magntude`; a column with a similar name exists: `magnitude`"
    );
    assert_eq!(
        files.error::<Wrong>("t.parquet"),
        "t.parquet: column `place` holds text (BYTE_ARRAY), and the field takes a number (f64), in row 1 (row group \
         0); take a `String`"
    );
    assert_eq!(
        files.error::<i64>("t.parquet?value=magnitude"),
        "t.parquet: row 1 (row group 0): column \"magnitude\": null is not a whole number (i64); take an `Option`"
    );
    assert_eq!(
        files.error::<Quake>("t.parquet?time=id"),
        "t.parquet: the time column `id` holds whole numbers (INT64); name their unit in the URI: `unit=s`, `unit=ms`, \
         `unit=us` or `unit=ns`"
    );
    assert_eq!(
        files.error::<Quake>("t.parquet?unit=s"),
        "t.parquet: column `time` is a timestamp that counts milliseconds, and the URI says seconds; remove the key \
         `unit`"
    );
    assert!(
        files.error::<Quake>("t.parquet?time=tmie").starts_with(
            "t.parquet: there is no time column `tmie`; name the one that holds the time, as in `"
        )
    );
    assert!(
        files
            .error::<Quake>("t.parquet?time=place")
            .starts_with("t.parquet: row 1 (row group 0): column \"place\": \"a\" is not a time;")
    );

    let mut list = ListBuilder::new(Float64Array::builder(1));
    list.append_value([Some(1.0)]);
    add(&files, "n.parquet", vec![("time", days(1)), ("legs", column(list.finish()))]);
    assert_eq!(
        files.error::<Vec<f64>>("n.parquet"),
        "n.parquet: column `legs` holds lists, which are not read; have them written as columns of their own, or \
         leave the field out"
    );
    assert_eq!(files.values::<()>("n.parquet").unwrap(), [()], "nobody asks for it");
    assert_eq!(
        files.error::<()>("n.parquet?time=legs"),
        "n.parquet: column `legs` holds lists, which are not read; have them written as columns of their own, or \
         leave the field out"
    );
}

#[test]
fn bad_rows_are_named_or_skipped() {
    let files = Files::new();
    let times = TimestampMillisecondArray::from(vec![Some(0), Some(1), Some(2), None, Some(i64::MAX)]);
    let values = vec![Some(1), None, Some(300), Some(4), Some(5)];
    add_groups(
        &files,
        "t.parquet",
        vec![("time", column(times)), ("v", column(Int64Array::from(values)))],
        2,
    );
    let report = RowReport::new();
    let options = ReadOptions::new().bad_rows(BadRows::Skip).report(&report);
    let rows = asp_io::rows::<u8>(&files.uri("t.parquet"), &options).unwrap();
    assert_eq!(rows.map(Result::unwrap).collect::<Vec<_>>(), [(at("1970-01-01"), 1)]);
    assert_eq!(
        files.short(&report),
        "4 of 5 rows skipped\n  \
         t.parquet: row 2 (row group 0): column \"v\": null is not a whole number (u8); take an `Option`\n  \
         t.parquet: row 3 (row group 1): column \"v\": 300 is out of range for u8, 0 to 255\n  \
         t.parquet: row 4 (row group 1): column \"time\": null is not a time; have the row written with a time, or \
         leave it out\n  \
         t.parquet: row 5 (row group 2): column \"time\": 9223372036854775807 milliseconds since 1970 lie outside \
         1677-09-21T00:12:43.145224192Z to 2262-04-11T23:47:16.854775807Z"
    );
    let first = &report.first()[1];
    assert_eq!((first.line(), first.row_group(), first.value()), (3, Some(1), Some("300")));
}

#[test]
fn files_that_are_none_are_refused() {
    let files = with(quakes());
    let bytes = std::fs::read(files.path("t.parquet")).unwrap();
    files.add("cut.parquet", &bytes[..bytes.len() - 20]);
    files.add("text.parquet", "time,v\n");
    files.add("empty.parquet", "");
    files.add("gzip.parquet", [0x1f, 0x8b, 0, 0]);
    let error = |name: &str| files.error::<Quake>(name);
    assert_eq!(
        error("cut.parquet"),
        "cannot open cut.parquet: its end is missing; it was cut off, or is still being written"
    );
    let other = "it is no Parquet file; name its format in the URI, as in `format=csv`";
    assert_eq!(error("text.parquet"), format!("cannot open text.parquet: {other}"));
    assert_eq!(error("empty.parquet"), format!("cannot open empty.parquet: {other}"));
    assert_eq!(
        error("gzip.parquet"),
        "cannot open gzip.parquet: it is compressed as a whole; decompress it first"
    );
    let stdin = asp_io::rows::<Quake>(&"-?format=parquet".parse().unwrap(), &ReadOptions::new());
    assert_eq!(
        stdin.unwrap_err().to_string(),
        "cannot open standard input: it is Parquet, whose table of contents is at the end; write it to a file and read \
         that"
    );
    assert_eq!(
        "t.parquet.gz".parse::<asp_io::Uri>().unwrap_err().to_string(),
        "\"t.parquet.gz\" is Parquet, which compresses its columns itself\n\
         = help: leave `.gz` out; a file that has been compressed so is to be decompressed first"
    );
    assert_eq!(
        "tail:t.parquet".parse::<asp_io::LiveUri>().unwrap_err().to_string(),
        "\"tail:t.parquet\" is Parquet, of which nothing can be read before it is complete\n\
         = help: have what grows written as CSV or JSON lines, or feed the complete file"
    );
}

fn event<T>(day: i64, value: T) -> Event<T> {
    Event { time: Timestamp::from_secs(day * 86_400), value }
}

#[test]
fn columns_have_the_types_of_their_fields() {
    #[derive(Serialize)]
    struct Trade {
        price: f64,
        size: u32,
        buyer: Option<&'static str>,
        note: Option<f64>,
    }
    let files = Files::new();
    let mut writer = Writer::create(&files.uri("t.parquet?time=at")).unwrap();
    writer.write(&event(0, Trade { price: 0.5, size: 1, buyer: None, note: None })).unwrap();
    writer.write(&event(1, Trade { price: 1.5, size: 2, buyer: Some("a"), note: None })).unwrap();
    assert_eq!(files.names().len(), 1, "a temporary file");
    assert_eq!(writer.finish().unwrap(), 2);
    assert_eq!(files.names(), ["t.parquet"]);
    let metadata = metadata(&files, "t.parquet");
    let types: Vec<_> = metadata.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    let nanos = arrow_schema::TimeUnit::Nanosecond;
    let time = DataType::Timestamp(nanos, Some("UTC".into()));
    assert_eq!(types, [time, DataType::Float64, DataType::Int64, DataType::Utf8, DataType::Null]);
    let codec = metadata.metadata().row_group(0).column(0).compression();
    assert_eq!(codec.to_string().split('(').next(), Some("ZSTD"));
    let rows = files.read::<(f64, u32, Option<String>, Option<f64>)>("t.parquet?time=at").unwrap();
    assert_eq!(rows[1], (at("1970-01-02"), (1.5, 2, Some("a".into()), None)));
    assert_eq!(rows[0].1, (0.5, 1, None, None));

    let writer = Writer::<f64>::create(&files.uri("e.parquet")).unwrap();
    assert_eq!(writer.finish().unwrap(), 0);
    assert_eq!(files.values::<Quake>("e.parquet").unwrap(), []);
}

#[test]
fn rows_that_cannot_be_written_leave_nothing() {
    let map = |pairs: &[(&str, i32)]| -> std::collections::BTreeMap<String, i32> {
        pairs.iter().map(|&(key, value)| (key.to_owned(), value)).collect()
    };
    let files = Files::new();
    let mut writer = Writer::create(&files.uri("m.parquet")).unwrap();
    writer.write(&event(0, map(&[("a", 1), ("b", 2)]))).unwrap();
    assert_eq!(
        files.short(&writer.write(&event(1, map(&[("a", 5), ("c", 3)]))).unwrap_err()),
        "cannot write m.parquet: a row has a field `c` that the first one had not; the columns are `time`, `a`, `b`"
    );
    writer.write(&event(2, map(&[("b", 4)]))).unwrap();
    assert_eq!(writer.finish().unwrap(), 2);
    assert_eq!(files.values::<(Option<i32>, i32)>("m.parquet").unwrap(), [(Some(1), 2), (None, 4)]);

    #[derive(Serialize)]
    #[serde(untagged)]
    enum Either {
        Text(&'static str),
        Number(f64),
        List([u8; 2]),
        Large(u128),
    }
    let mut writer = Writer::create(&files.uri("v.parquet")).unwrap();
    writer.write(&event(0, Either::Text("x"))).unwrap();
    let mut error = |value| files.short(&writer.write(&event(1, value)).unwrap_err());
    assert_eq!(
        error(Either::Number(1.5)),
        "cannot write v.parquet: field `value`: this is a number of 64 bits, and rows before have a text; a column has \
         values of one type"
    );
    let mut writer = Writer::create(&files.uri("v.parquet?value=v")).unwrap();
    let mut error = |value| files.short(&writer.write(&event(1, value)).unwrap_err());
    assert_eq!(
        error(Either::List([1, 2])),
        "cannot write v.parquet: field `v`: a tuple does not fit into one column; emit single values, or write JSON \
         lines"
    );
    assert_eq!(
        error(Either::Large(1)),
        "cannot write v.parquet: field `v`: a whole number of 128 bits does not fit into one column; emit single \
         values, or write JSON lines"
    );
    assert_eq!(
        files.short(&Writer::<f64>::create(&files.uri("o.parquet?unit=s")).unwrap_err()),
        "cannot open o.parquet: key `unit` is for reading; times are written as timestamps in UTC, remove the key"
    );
}

#[test]
fn a_column_may_wait_for_its_first_value() {
    let files = Files::new();
    let mut writer = Writer::create(&files.uri("v.parquet")).unwrap();
    for k in 0..10_000 {
        writer.write(&event(k, (k == 9_000).then_some(1.5))).unwrap();
    }
    writer.finish().unwrap();
    let values = files.values::<Option<f64>>("v.parquet").unwrap();
    assert_eq!((values.len(), values[9_000], values[9_001]), (10_000, Some(1.5), None));

    let mut writer = Writer::create(&files.uri("v.parquet")).unwrap();
    for k in 0..65_536 {
        writer.write(&event(k, None)).unwrap();
    }
    assert_eq!(
        files.short(&writer.write(&event(65_536, Some(1.5))).unwrap_err()),
        "cannot write v.parquet: field `value`: a value comes after 65536 rows without one, and the column was written \
         without a type; emit a value earlier, or write CSV or JSON lines"
    );
}

#[test]
fn row_groups_are_bounded() {
    let files = Files::new();
    let text = |k: i64| {
        // Of no use to compression.
        let mut state = k as u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'!' + (state >> 58) as u8)
        };
        (0..100_000).map(|_| next()).collect::<String>()
    };
    let mut writer = Writer::create(&files.uri("v.parquet")).unwrap();
    for k in 0..400 {
        writer.write(&event(k, text(k))).unwrap();
    }
    writer.finish().unwrap();
    let groups = metadata(&files, "v.parquet").metadata().row_groups().to_vec();
    assert!(groups.len() >= 2 && groups.iter().all(|group| group.total_byte_size() < 24 << 20));
    assert_eq!(files.values::<String>("v.parquet").unwrap()[399], text(399));
}
