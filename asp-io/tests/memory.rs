//! Files larger than memory: the resident set does not grow with the file.
#![cfg(target_os = "linux")]

#[path = "it/kit.rs"]
#[allow(dead_code, reason = "the other tests use more of it")]
mod kit;

use std::fs::{self, File};
use std::io::{BufWriter, Write};

use asp_core::{Event, Runner, Source, Stream, Timestamp};
use asp_io::{ReadOptions, Writer};
use kit::Files;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Trade {
    price: f64,
    quantity: i64,
    symbol: String,
}

/// Resident kilobytes of this process.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn row(name: &str, time: Timestamp, k: u64) -> String {
    if name.ends_with(".csv") {
        format!("{time},{}.25,{},SYM{}\n", k % 1000, k % 77, k % 100)
    } else {
        format!(
            "{{\"time\":\"{time}\",\"price\":{}.25,\"quantity\":{},\"symbol\":\"SYM{}\"}}\n",
            k % 1000,
            k % 77,
            k % 100
        )
    }
}

fn time(k: u64) -> Timestamp {
    Timestamp::from_micros(1_500_000_000_000_000 + k as i64 * 1_000)
}

fn generate(files: &Files, name: &str, bytes: u64) {
    if name.ends_with(".parquet") {
        return generate_parquet(files, name, bytes / 96);
    }
    let mut file = BufWriter::new(File::create(files.path(name)).unwrap());
    if name.ends_with(".csv") {
        file.write_all(b"time,price,quantity,symbol\n").unwrap();
    }
    let (mut written, mut k) = (0, 0);
    while written < bytes {
        let row = row(name, time(k), k);
        file.write_all(row.as_bytes()).unwrap();
        written += row.len() as u64;
        k += 1;
    }
    file.flush().unwrap();
}

/// Prices are of no use to compression.
fn generate_parquet(files: &Files, name: &str, rows: u64) {
    let mut writer = Writer::create(&files.uri(name)).unwrap();
    for k in 0..rows {
        let price = k.wrapping_mul(11_400_714_819_323_198_485) as f64;
        let value = Trade { price, quantity: (k % 77) as i64, symbol: format!("SYM{}", k % 100) };
        writer.write(&Event { time: time(k), value }).unwrap();
    }
    writer.finish().unwrap();
}

fn grows_little(name: &str, is_followed: bool) {
    const TRADES: Stream<Trade> = Stream::new("trades");
    const MIB: u64 = 1024;
    let megabytes = std::env::var("ASP_IO_MIB").map_or(50, |mib| mib.parse().unwrap());
    let files = Files::new();
    generate(&files, name, megabytes << 20);
    let before = resident();
    let trades = if is_followed {
        let uri = format!("tail:{}", files.uri(name)).parse().unwrap();
        Source::past(asp_io::live_rows::<Trade>(&uri, &ReadOptions::new()).unwrap().0)
    } else {
        asp_io::source(&files.uri(name), &ReadOptions::new()).unwrap()
    };
    let (mut count, mut most) = (0_u64, before);
    let outcome = Runner::new()
        .feed(TRADES, trades)
        .add(Counter)
        .observe(move |_| {
            count += 1;
            if count.is_multiple_of(100_000) {
                most = most.max(resident());
                assert!(most - before < 16 * MIB, "{before} kB have become {most} kB");
            }
        })
        .run()
        .unwrap();
    println!(
        "{name}: {before} kB before, {} kB after, {} events",
        resident(),
        outcome.report().dispatched.total()
    );
    assert!(outcome.report().dispatched.total() > megabytes << 10);
}

/// Looks at each trade.
struct Counter;

impl asp_core::Strategy for Counter {
    const NAME: &'static str = "Counter";
    type Call = ();
    type Calls<Q: asp_core::Slot<()>> = ();
    type Emits = ();

    fn wire(wiring: &mut asp_core::Wiring<Self>) {
        wiring.on_event_ref(Stream::new("trades"), "trade", |_: &mut Self, _, _: &Trade| {});
    }
    fn calls<Q: asp_core::Slot<()>>(_: Q) {}
    fn call(&mut self, _: &asp_core::Context<Self>, (): ()) -> asp_core::HandlerResult {
        Ok(())
    }
    fn call_name((): &()) -> &'static str {
        "none"
    }
}

// One after the other: both look at the same process.
#[test]
fn memory_is_constant() {
    grows_little("trades.csv", false);
    grows_little("trades.jsonl", false);
    grows_little("trades.csv", true);
    grows_little("trades.parquet", false);
}
