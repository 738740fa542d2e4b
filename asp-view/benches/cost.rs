//! What a run costs more when it is shown in a browser: `scripts/view`.
//!
//! The same run in turns without a page, with one that nobody looks at, and with one that is looked at, as a page does it,
//! over server-sent events. What counts is the processor time of the thread that runs, since other work on the machine
//! stretches the wall clock; both are shown, as medians.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration as StdDuration, Instant};

use asp::prelude::*;
use asp_view::View;
use cpu_time::ThreadTime;

/// The most that a page may cost, in percent.
const MOST: f64 = 5.0;

/// A moving average per stream, orders that are asked for again a while later, a timer.
#[derive(Default)]
struct Trader {
    fast: f64,
    slow: f64,
    spread: f64,
    orders: u64,
    checks: u64,
}

#[strategy(emits(orders: (u64, f64)))]
impl Trader {
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: f64) {
        self.fast += (price - self.fast) * 0.1;
        self.slow += (price - self.slow) * 0.001;
        if self.fast > self.slow * 1.02 {
            self.orders += 1;
            if self.orders.is_multiple_of(100) {
                cx.emit(Self::ORDERS, (self.orders, price));
                cx.after(Duration::from_secs(1)).check(price);
            }
        }
    }

    #[on_event(stream = "spreads")]
    fn spread(&mut self, spread: f64) {
        self.spread += (spread - self.spread) * 0.01;
    }

    #[after]
    fn check(&mut self, price: f64) {
        self.checks += u64::from(price < self.fast);
    }

    #[every("1s")]
    fn look(&mut self) {
        self.slow = self.slow.max(1.0);
    }
}

/// Writes the orders down.
#[derive(Default)]
struct Book {
    orders: u64,
}

#[strategy]
impl Book {
    #[on_event(stream = "orders")]
    fn order(&mut self, order: &(u64, f64)) {
        self.orders = order.0;
    }
}

fn runner(events: u64) -> Runner {
    let wave = |k: u64| 100.0 + ((k % 10_000) as f64 * 0.000_628).sin() * 10.0;
    let prices = (0..events * 4 / 5).map(move |k| (Timestamp::from_nanos(k as i64 * 1_000_000), wave(k)));
    let spreads =
        (0..events / 5).map(move |k| (Timestamp::from_nanos(k as i64 * 4_000_000 + 1), wave(k) * 0.01));
    Runner::new()
        .feed(Trader::PRICES, prices)
        .feed(Trader::SPREADS, spreads)
        .add(Trader::default())
        .add(Book::default())
}

/// How a run is shown.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Plain,
    Unseen,
    Seen,
    /// Seen, and the events of the busiest stream are shown.
    Events,
}

const WAYS: [Way; 4] = [Way::Plain, Way::Unseen, Way::Seen, Way::Events];

/// Reads what a page reads; how many messages.
fn look(address: SocketAddr) -> usize {
    let mut stream = TcpStream::connect(address).expect("it is served");
    write!(stream, "GET /events HTTP/1.0\r\nHost: localhost\r\n\r\n").expect("it listens");
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.filter(|line| line.starts_with("data: ")).count()
}

/// Seconds of the thread and of the wall, and how many messages were read.
fn measured(events: u64, way: Way) -> (f64, f64, usize) {
    let runner = runner(events);
    // As programs have it: somebody may stop the run.
    let stop = runner.stop_handle();
    let (runner, view) = match way {
        Way::Plain => (runner, None),
        _ => {
            let mut view = View::new().events(Trader::ORDERS);
            if way == Way::Events {
                view = view.events(Trader::PRICES);
            }
            let (runner, view) = view.serve(runner).expect("a port is free");
            (runner, Some(view))
        }
    };
    let address = view.as_ref().filter(|_| way != Way::Unseen).map(|view| view.address());
    let viewer = address.map(|address| thread::spawn(move || look(address)));
    while viewer.is_some() && view.as_ref().is_some_and(|view| view.viewers() == 0) {
        thread::sleep(StdDuration::from_millis(1));
    }
    let (wall, processor) = (Instant::now(), ThreadTime::now());
    let outcome = runner.run().expect("no error");
    let times = (processor.elapsed().as_secs_f64(), wall.elapsed().as_secs_f64());
    assert_eq!(outcome.report().dispatched.events, events + outcome_orders(&outcome), "all were dispatched");
    drop((view, stop));
    (times.0, times.1, viewer.map_or(0, |viewer| viewer.join().expect("it reads")))
}

/// The events that the run itself brought.
fn outcome_orders(outcome: &asp::Outcome) -> u64 {
    outcome.report().dispatched.calls
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> ExitCode {
    // `cargo bench` says `--bench`.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let events = numbers.next().unwrap_or(10_000_000);
    let rounds = numbers.next().unwrap_or(7);
    let mut rows: [Vec<(f64, f64, usize)>; 4] = Default::default();
    for round in 0..=rounds {
        for k in 0..WAYS.len() {
            // Each way comes first, second and so on as often as the others.
            let k = (k + round as usize) % WAYS.len();
            let row = measured(events, WAYS[k]);
            // The first round only warms up.
            if round > 0 {
                rows[k].push(row);
            }
        }
    }
    let plain = rows[0].clone();
    println!("{events} events, {rounds} rounds; processor time of the thread that runs, and wall clock\n");
    let mut is_cheap = true;
    for (k, name) in [
        "without a page",
        "with a page, not looked at",
        "looked at",
        "looked at, events of the busiest stream",
    ]
    .into_iter()
    .enumerate()
    {
        let of = |pick: fn(&(f64, f64, usize)) -> f64| {
            let more = rows[k].iter().zip(&plain).map(|(row, plain)| (pick(row) / pick(plain) - 1.0) * 100.0);
            (median(rows[k].iter().map(pick).collect()), median(more.collect()))
        };
        let ((processor, more), (wall, more_wall)) = (of(|row| row.0), of(|row| row.1));
        let nanos = processor * 1e9 / events as f64;
        let messages = median(rows[k].iter().map(|row| row.2 as f64).collect());
        println!(
            "{name:<42} {processor:>7.3} s ({nanos:>5.1} ns an event) {more:>+6.1} %   wall {wall:>7.3} s {more_wall:>+6.1} %   {messages} messages"
        );
        is_cheap &= WAYS[k] != Way::Seen || more < MOST;
    }
    if !is_cheap {
        eprintln!("error: a page that is looked at costs more than {MOST} %");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
