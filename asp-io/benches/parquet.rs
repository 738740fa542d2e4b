//! A large Parquet file, written and read in processes of their own: `scripts/parquet`.
//!
//! - `write FILE MIB` writes a file of about so many MiB, through a `Writer`;
//! - `read FILE` reads it through a run with one handler;
//! - `bare FILE` reads it with the `parquet` crate alone, and makes the same structs.
//!
//! Each prints seconds of CPU time and of real time, events per second of the latter, and the peak of resident memory. Reading
//! adds up a field, which both print. A run decodes on a second thread what the bare loop decodes on its only one.

use std::fs::{self, File};
use std::hint::black_box;
use std::time::Instant;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampNanosecondType};
use asp_core::{Context, Event, HandlerResult, Runner, Slot, Strategy, Stream, Timestamp, Wiring};
use asp_io::{ReadOptions, Uri, Writer};
use cpu_time::ProcessTime;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

/// Some 24 bytes are left of it in the file.
#[derive(Serialize, Deserialize)]
struct Trade {
    price: f64,
    bid: f64,
    ask: f64,
    quantity: i64,
    symbol: String,
}

const BYTES_OF_ROW: u64 = 24;
const TRADES: Stream<Trade> = Stream::new("trades");

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (begun, clock) = (ProcessTime::now(), Instant::now());
    let (events, sum) = match *words {
        ["write", path, mib] => (write(path, mib.parse().expect("a number of MiB")), 0.0),
        ["read", path] => read(path),
        ["bare", path] => bare(path),
        // Without a file there is nothing to do, as when all benchmarks are run.
        _ => return,
    };
    let (seconds, wall) = (begun.elapsed().as_secs_f64(), clock.elapsed().as_secs_f64());
    let bytes = fs::metadata(words[1]).expect("a file").len();
    println!(
        "parquet {} mib={} events={events} seconds={seconds:.2} wall={wall:.2} events_per_s={:.0} sum={sum:.3} peak_kb={}",
        words[0],
        bytes >> 20,
        events as f64 / wall,
        peak().map_or("unknown".into(), |kilobytes| kilobytes.to_string())
    );
}

/// The most memory that this process has had, in kilobytes; `None` on systems without `/proc`.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn write(path: &str, mib: u64) -> u64 {
    let uri: Uri = path.parse().expect("a good URI");
    let mut writer = Writer::create(&uri).expect("a new file");
    let mut state = 1_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for k in 0..(mib << 20) / BYTES_OF_ROW {
        let mut price = || 100.0 + (random() >> 11) as f64 / (1_u64 << 53) as f64;
        let (price, bid, ask) = (price(), price(), price());
        let (quantity, symbol) = ((random() >> 40) as i64, format!("SYM{}", random() % 100));
        let time = Timestamp::from_nanos(1_735_689_600_000_000_000 + k as i64 * 1_003_000);
        writer
            .write(&Event { time, value: Trade { price, bid, ask, quantity, symbol } })
            .expect("room for it");
    }
    writer.finish().expect("room for it")
}

/// Adds up.
#[derive(Default)]
struct Sum {
    events: u64,
    sum: f64,
}

impl Sum {
    fn add(&mut self, trade: &Trade) {
        black_box((trade.bid, trade.ask, trade.quantity, trade.symbol.len()));
        self.events += 1;
        self.sum += trade.price;
    }
}

impl Strategy for Sum {
    const NAME: &'static str = "Sum";
    type Call = ();
    type Calls<Q: Slot<()>> = ();
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        wiring.on_event_ref(TRADES, "add", |sum: &mut Self, _, trade| sum.add(trade));
    }
    fn calls<Q: Slot<()>>(_: Q) {}
    fn call(&mut self, _: &Context<Self>, (): ()) -> HandlerResult {
        Ok(())
    }
    fn call_name((): &()) -> &'static str {
        "none"
    }
}

fn read(path: &str) -> (u64, f64) {
    let trades =
        asp_io::source(&path.parse().expect("a good URI"), &ReadOptions::new()).expect("a good file");
    let mut outcome = Runner::new().feed(TRADES, trades).add(Sum::default()).run().expect("good rows");
    let Sum { events, sum } = outcome.take().expect("it was added");
    (events, sum)
}

fn bare(path: &str) -> (u64, f64) {
    let file = File::open(path).expect("a good file");
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).expect("a good file").with_batch_size(4096);
    let mut sum = Sum::default();
    for batch in batches.build().expect("a good file") {
        let batch = batch.expect("good rows");
        let times = batch.column(0).as_primitive::<TimestampNanosecondType>().values();
        let floats = |column: usize| batch.column(column).as_primitive::<Float64Type>().values();
        let (prices, bids, asks) = (floats(1), floats(2), floats(3));
        let quantities = batch.column(4).as_primitive::<Int64Type>().values();
        let symbols = batch.column(5).as_string::<i32>();
        for row in 0..batch.num_rows() {
            black_box(Timestamp::from_nanos(times[row]));
            let (price, bid, ask, quantity) = (prices[row], bids[row], asks[row], quantities[row]);
            sum.add(black_box(&Trade { price, bid, ask, quantity, symbol: symbols.value(row).to_owned() }));
        }
    }
    (sum.events, sum.sum)
}
