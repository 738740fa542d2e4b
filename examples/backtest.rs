//! A day of generated market data, traded by a crossover of two moving averages.
//!
//! When the average of the last 5 minutes rises above that of the last 20 the strategy buys, when it falls below it
//! sells. Look at the columns `seen` and `got`: an order takes half a second to reach the market, and is
//! filled at the price of that time, as `#[after]` delivers it. Each hour the strategy values what it holds.
//!
//! The data are made with whole numbers from a fixed seed: each machine prints the same table. Do not expect a gain:
//! the price walks at random, and every trade pays the spread.

use std::collections::VecDeque;

use asp::prelude::*;

const LOT: i64 = 100;
const LATENCY: Duration = Duration::from_millis(500);
const FAST: usize = 5;
const SLOW: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Buy,
    Sell,
}

/// A trade as an exchange publishes it. Its time comes with the event.
#[derive(Clone, Copy, Debug)]
struct Trade {
    /// In cents.
    price: i64,
    quantity: i64,
    /// Who was in a hurry: buyers pay the ask, sellers get the bid.
    side: Side,
}

/// Trades at random times around a price that walks at random, without end.
struct Tape {
    random: fastrand::Rng,
    time: Timestamp,
    /// In cents.
    middle: i64,
}

impl Iterator for Tape {
    type Item = (Timestamp, Trade);

    fn next(&mut self) -> Option<(Timestamp, Trade)> {
        // A hundredth of a second in twenty brings a trade: five a second, at irregular times.
        loop {
            self.time = self.time.checked_add(Duration::from_millis(10))?;
            if self.random.u32(..20) == 0 {
                break;
            }
        }
        self.middle += self.random.i64(-1..=1);
        let side = if self.random.bool() { Side::Buy } else { Side::Sell };
        let half_spread = if side == Side::Buy { 1 } else { -1 };
        let quantity = 10 * self.random.i64(1..=20);
        Some((self.time, Trade { price: self.middle + half_spread, quantity, side }))
    }
}

struct Order {
    side: Side,
    sent: Timestamp,
    /// The price that the strategy saw when it decided.
    seen: i64,
}

struct Fill {
    order: Order,
    filled: Timestamp,
    got: i64,
}

#[derive(Default)]
struct Crossover {
    /// The last trades of either side. Both have traded long before the averages are full.
    bid: i64,
    ask: i64,
    volume: i64,
    /// The middle of bid and ask at the last minutes, the latest first, in half cents.
    minutes: VecDeque<i64>,
    /// Whether the strategy holds a lot, or has sent the order for one.
    wants: bool,
    position: i64,
    cash: i64,
    fills: Vec<Fill>,
    values: Vec<(Timestamp, i64)>,
}

#[strategy]
impl Crossover {
    #[on_event(stream = "trades")]
    fn see(&mut self, Trade { price, quantity, side }: Trade) {
        match side {
            Side::Buy => self.ask = price,
            Side::Sell => self.bid = price,
        }
        self.volume += quantity;
    }

    #[every("1min")]
    fn decide(&mut self, cx: &Context<Self>) {
        self.minutes.push_front(self.bid + self.ask);
        self.minutes.truncate(SLOW);
        if self.minutes.len() < SLOW {
            return;
        }
        let sum = |minutes| -> i64 { self.minutes.iter().take(minutes).sum() };
        // Averages compared as whole numbers: both sides are multiplied by the two lengths.
        let is_rising = sum(FAST) * SLOW as i64 > sum(SLOW) * FAST as i64;
        if is_rising != self.wants {
            self.wants = is_rising;
            let side = if is_rising { Side::Buy } else { Side::Sell };
            let order = Order { side, sent: cx.now(), seen: self.price_for(side) };
            cx.after(LATENCY).fill(order);
        }
    }

    #[after]
    fn fill(&mut self, cx: &Context<Self>, order: Order) {
        let got = self.price_for(order.side);
        let quantity = if order.side == Side::Buy { LOT } else { -LOT };
        self.position += quantity;
        self.cash -= quantity * got;
        self.fills.push(Fill { order, filled: cx.now(), got });
    }

    #[every("1h", aligned)]
    #[on_stop]
    fn value(&mut self, cx: &Context<Self>) {
        self.values.push((cx.now(), self.profit()));
    }

    fn price_for(&self, side: Side) -> i64 {
        match side {
            Side::Buy => self.ask,
            Side::Sell => self.bid,
        }
    }

    /// What would be left if the position were sold now, in cents.
    fn profit(&self) -> i64 {
        self.cash + self.position * self.bid
    }
}

fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

fn main() -> asp::Result<()> {
    let open: Timestamp = "2025-01-02T14:30:00Z".parse()?;
    let close: Timestamp = "2025-01-02T21:00:00Z".parse()?;
    let tape = Tape { random: fastrand::Rng::with_seed(2025), time: open, middle: 10_000 };
    // The tape has no end, but the run has, and pulls no more than it needs.
    let mut outcome =
        Runner::new().start(open).end(close).feed(Crossover::TRADES, tape).add(Crossover::default()).run()?;

    let day: Crossover = outcome.take()?;
    println!("{:<20} {:<24} {:<4} {:>4} {:>7} {:>7}", "sent", "filled", "side", "lot", "seen", "got");
    for Fill { order, filled, got } in &day.fills {
        let Order { side, sent, seen } = order;
        let side = format!("{side:?}");
        println!("{sent:<20} {filled:<24} {side:<4} {LOT:>4} {:>7} {:>7}", money(*seen), money(*got));
    }
    println!();
    println!("{:<20} {:>9}", "time", "profit");
    for (time, profit) in &day.values {
        println!("{time:<20} {:>9}", money(*profit));
    }
    println!();
    println!("orders {}, shares on the tape {}, profit {}", day.fills.len(), day.volume, money(day.profit()));
    println!("{}", outcome.report());
    Ok(())
}
