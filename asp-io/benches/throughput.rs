//! Sources beside the loops of the bare reader crates: `cargo bench -p asp-io --bench throughput [-- csv]`.
//!
//! Both sides read one generated file, read the time of each row, make a payload of it and add up a field of that: the
//! source through a run with one handler, the bare loop with `csv`, `serde_json` or `parquet` alone. They are run in turn, several
//! times in one process; a line gives the medians of process CPU time as rows a second, and the ratio of the times.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::marker::PhantomData;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampNanosecondType};
use asp_core::{
    Context, Event, HandlerResult, Payload, Runner, Slot, Source, Strategy, Stream, Timestamp, Wiring,
};
use asp_io::{LiveUri, ReadOptions, Uri, Writer};
use cpu_time::ProcessTime;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::{Deserialize, Serialize, de};

const ROWS: u64 = 1_000_000;
const ROUNDS: usize = 7;

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with("--")).unwrap_or_default();
    let folder = tempfile::tempdir().expect("a folder for the files");
    let file = |name: &str, line: fn(u64) -> String, header: &str| {
        let path = folder.path().join(name);
        let mut file = BufWriter::new(File::create(&path).expect("a new file"));
        file.write_all(header.as_bytes()).expect("room for it");
        (0..ROWS).for_each(|k| file.write_all(line(k).as_bytes()).expect("room for it"));
        path.display().to_string()
    };
    let trades_csv = file("trades.csv", trade_csv, "time,price,quantity,symbol\n");
    let trades_json = file("trades.jsonl", trade_json, "");
    let counts_csv = file("counts.csv", |k| format!("{},{}\n", nanos(k), price(k)), "time,price\n");
    let counts_json =
        file("counts.jsonl", |k| format!("{{\"time\":{},\"price\":{}}}\n", nanos(k), price(k)), "");

    let run = |name: &str, asp: &dyn Fn() -> f64, bare: &dyn Fn() -> f64| {
        if name.contains(&filter) {
            measure(name, asp, bare);
        }
    };
    let trades_parquet = folder.path().join("trades.parquet").display().to_string();
    write(&trades_parquet, |k| Trade {
        price: price(k),
        quantity: (k % 977) as i64,
        symbol: format!("SYM{}", k % 100),
    });
    let counts_parquet = folder.path().join("counts.parquet").display().to_string();
    write(&counts_parquet, price);

    run("csv", &|| asp::<Trade>(&trades_csv), &|| bare_csv(&trades_csv, BareTrade::number));
    run("csv-followed", &|| asp::<Trade>(&format!("tail:{trades_csv}")), &|| {
        bare_csv(&trades_csv, BareTrade::number)
    });
    run("csv-scalar", &|| asp::<f64>(&format!("{counts_csv}?unit=ns")), &|| {
        bare_csv(&counts_csv, BareCount::number)
    });
    run("jsonl", &|| asp::<Trade>(&trades_json), &|| bare_json(&trades_json, BareTrade::number));
    run("jsonl-followed", &|| asp::<Trade>(&format!("tail:{trades_json}")), &|| {
        bare_json(&trades_json, BareTrade::number)
    });
    run("jsonl-scalar", &|| asp::<f64>(&format!("{counts_json}?unit=ns")), &|| {
        bare_json(&counts_json, BareCount::number)
    });
    run("parquet", &|| asp::<Trade>(&trades_parquet), &|| bare_parquet(&trades_parquet, bare_trades));
    run("parquet-scalar", &|| asp::<f64>(&counts_parquet), &|| bare_parquet(&counts_parquet, bare_counts));
}

/// Writes a file of Parquet.
fn write<T: Serialize>(path: &str, value: fn(u64) -> T) {
    let mut writer = Writer::create(&path.parse().expect("a good URI")).expect("a new file");
    for k in 0..ROWS {
        let time = Timestamp::from_nanos(nanos(k) as i64);
        writer.write(&Event { time, value: value(k) }).expect("room for it");
    }
    writer.finish().expect("room for it");
}

fn nanos(k: u64) -> u64 {
    1_735_689_600_000_000_000 + k * 1_003_000_000
}

fn price(k: u64) -> f64 {
    100.0 + (k.wrapping_mul(2_654_435_761) % 100_000) as f64 / 1000.0
}

fn trade_csv(k: u64) -> String {
    let time = Timestamp::from_nanos(nanos(k) as i64);
    format!("{time},{},{},SYM{}\n", price(k), k % 977, k % 100)
}

fn trade_json(k: u64) -> String {
    let time = Timestamp::from_nanos(nanos(k) as i64);
    let (price, quantity, symbol) = (price(k), k % 977, k % 100);
    format!("{{\"time\":\"{time}\",\"price\":{price},\"quantity\":{quantity},\"symbol\":\"SYM{symbol}\"}}\n")
}

/// A payload of the source.
#[derive(Serialize, Deserialize)]
struct Trade {
    price: f64,
    quantity: i64,
    symbol: String,
}

/// The same for the bare loop, with the time.
#[derive(Deserialize)]
struct BareTrade {
    #[serde(deserialize_with = "timestamp")]
    time: Timestamp,
    price: f64,
    quantity: i64,
    symbol: String,
}

#[derive(Deserialize)]
struct BareCount {
    time: i64,
    price: f64,
}

impl BareTrade {
    fn number(&self) -> f64 {
        black_box((self.time, self.quantity, self.symbol.len()));
        self.price
    }
}

impl BareCount {
    fn number(&self) -> f64 {
        black_box(self.time);
        self.price
    }
}

/// Reads a time without making a `String` of it.
fn timestamp<'de, D: Deserializer<'de>>(field: D) -> Result<Timestamp, D::Error> {
    struct Text;
    impl Visitor<'_> for Text {
        type Value = Timestamp;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a time")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
            text.parse().map_err(E::custom)
        }
    }
    field.deserialize_str(Text)
}

trait Row {
    fn number(&self) -> f64;
}

impl Row for Trade {
    fn number(&self) -> f64 {
        black_box((self.quantity, self.symbol.len()));
        self.price
    }
}

impl Row for f64 {
    fn number(&self) -> f64 {
        *self
    }
}

struct Sum<T> {
    sum: f64,
    adds: PhantomData<fn(T)>,
}

impl<T: Row + Payload> Strategy for Sum<T> {
    const NAME: &'static str = "Sum";
    type Call = ();
    type Calls<Q: Slot<()>> = ();
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        wiring.on_event_ref(Stream::new("rows"), "add", |sum: &mut Self, _, row: &T| sum.sum += row.number());
    }
    fn calls<Q: Slot<()>>(_: Q) {}
    fn call(&mut self, _: &Context<Self>, (): ()) -> HandlerResult {
        Ok(())
    }
    fn call_name((): &()) -> &'static str {
        "none"
    }
}

fn asp<T: Row + Payload + DeserializeOwned>(uri: &str) -> f64 {
    let options = ReadOptions::new();
    let rows = match uri.parse::<LiveUri>() {
        // What a file that grows has for history.
        Ok(uri) => Source::past(asp_io::live_rows::<T>(&uri, &options).expect("a good file").0),
        Err(_) => {
            let uri: Uri = uri.parse().expect("a good URI");
            asp_io::source::<T>(&uri, &options).expect("a good file")
        }
    };
    let sum = Sum::<T> { sum: 0.0, adds: PhantomData };
    let mut outcome = Runner::new().feed(Stream::new("rows"), rows).add(sum).run().expect("good rows");
    outcome.take::<Sum<T>>().expect("it was added").sum
}

fn bare_csv<T: DeserializeOwned>(path: impl AsRef<Path>, number: fn(&T) -> f64) -> f64 {
    let mut reader = csv::Reader::from_path(path).expect("a good file");
    let mut sum = 0.0;
    for row in reader.deserialize::<T>() {
        sum += number(black_box(&row.expect("good rows")));
    }
    sum
}

fn bare_json<T: DeserializeOwned>(path: impl AsRef<Path>, number: fn(&T) -> f64) -> f64 {
    let mut reader = BufReader::new(File::open(path).expect("a good file"));
    let (mut line, mut sum) = (String::new(), 0.0);
    while reader.read_line(&mut line).expect("a good file") > 0 {
        let row: T = serde_json::from_str(&line).expect("good rows");
        sum += number(black_box(&row));
        line.clear();
    }
    sum
}

fn bare_parquet(path: &str, add: fn(&RecordBatch, &mut f64)) -> f64 {
    let file = File::open(path).expect("a good file");
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).expect("a good file").with_batch_size(4096);
    let mut sum = 0.0;
    for batch in batches.build().expect("a good file") {
        add(&batch.expect("good rows"), &mut sum);
    }
    sum
}

fn bare_trades(batch: &RecordBatch, sum: &mut f64) {
    let times = batch.column(0).as_primitive::<TimestampNanosecondType>().values();
    let prices = batch.column(1).as_primitive::<Float64Type>().values();
    let quantities = batch.column(2).as_primitive::<Int64Type>().values();
    let symbols = batch.column(3).as_string::<i32>();
    for row in 0..batch.num_rows() {
        let (time, symbol) = (Timestamp::from_nanos(times[row]), symbols.value(row).to_owned());
        *sum +=
            black_box(&BareTrade { time, price: prices[row], quantity: quantities[row], symbol }).number();
    }
}

fn bare_counts(batch: &RecordBatch, sum: &mut f64) {
    let times = batch.column(0).as_primitive::<TimestampNanosecondType>().values();
    let prices = batch.column(1).as_primitive::<Float64Type>().values();
    for (&time, &price) in times.iter().zip(prices) {
        *sum += black_box(&BareCount { time, price }).number();
    }
}

fn measure(name: &str, asp: &dyn Fn() -> f64, bare: &dyn Fn() -> f64) {
    let (mut by_asp, mut by_bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (asp_time, asp_sum) = time(asp);
        let (bare_time, bare_sum) = time(bare);
        assert_eq!(asp_sum.to_bits(), bare_sum.to_bits(), "{name}: both sides do the same work");
        by_asp.push(asp_time);
        by_bare.push(bare_time);
    }
    let mut ratios: Vec<f64> = by_asp.iter().zip(&by_bare).map(|(asp, bare)| asp / bare).collect();
    let rows_per_s = |seconds: &mut [f64]| ROWS as f64 / median(seconds);
    println!(
        "{name} rows_per_s={:.0} bare={:.0} ratio={:.2}",
        rows_per_s(&mut by_asp),
        rows_per_s(&mut by_bare),
        median(&mut ratios)
    );
}

/// CPU seconds and the sum of one run.
fn time(run: &dyn Fn() -> f64) -> (f64, f64) {
    let begun = ProcessTime::now();
    let sum = black_box(run());
    (begun.elapsed().as_secs_f64(), sum)
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
