//! Two strategies in a row: one makes a mid price of bids and asks, the other values its trades with it.
//!
//! `Book` emits each mid price, and `Account` reads that stream by its constant, `Book::MIDS`, so that the compiler
//! checks the type. An emission comes at the same instant, after all that is already pending there: at 09:30:05 a
//! trade meets a new bid, and is valued at the old mid price first.

use asp::prelude::*;

#[derive(Default)]
struct Book {
    bid: Option<f64>,
    ask: Option<f64>,
}

#[strategy(emits(mids: f64))]
impl Book {
    #[on_event(stream = "bids")]
    fn set_bid(&mut self, cx: &Context<Self>, price: f64) {
        self.bid = Some(price);
        self.publish(cx);
    }

    #[on_event(stream = "asks")]
    fn set_ask(&mut self, cx: &Context<Self>, price: f64) {
        self.ask = Some(price);
        self.publish(cx);
    }

    /// A method without an attribute is an ordinary one. There is no mid price before both sides are known.
    fn publish(&self, cx: &Context<Self>) {
        if let (Some(bid), Some(ask)) = (self.bid, self.ask) {
            cx.emit(Self::MIDS, (bid + ask) / 2.0);
        }
    }
}

/// Shares bought, or sold if `quantity` is negative.
struct Trade {
    quantity: i32,
    price: f64,
}

#[derive(Default)]
struct Account {
    mid: f64,
    position: i32,
    cash: f64,
}

#[strategy]
impl Account {
    #[on_start]
    fn header(&mut self) {
        println!("{:<24} {:<18} {:>8} {:>8} {:>8}", "time", "event", "mid", "position", "profit");
    }

    #[on_event(stream = Book::MIDS)]
    fn revalue(&mut self, cx: &Context<Self>, mid: f64) {
        self.mid = mid;
        self.show(cx, "mid price");
    }

    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, &Trade { quantity, price }: &Trade) {
        self.position += quantity;
        self.cash -= f64::from(quantity) * price;
        let what = if quantity < 0 { "sell" } else { "buy" };
        self.show(cx, &format!("{what} {} at {price:.2}", quantity.abs()));
    }

    fn show(&self, cx: &Context<Self>, event: &str) {
        let profit = self.cash + f64::from(self.position) * self.mid;
        let (mid, position) = (self.mid, self.position);
        println!("{:<24} {event:<18} {mid:>8.3} {position:>8} {profit:>8.2}", cx.now());
    }
}

fn main() -> asp::Result<()> {
    let open: Timestamp = "2020-01-02T09:30:00Z".parse()?;
    let at = |millis| open + Duration::from_millis(millis);
    // Prices move by quarters, which binary fractions hold exactly.
    let bids = [(at(500), 99.0), (at(1500), 99.25), (at(5000), 100.25)];
    let asks = [(at(600), 99.5), (at(1300), 99.75), (at(4200), 100.5)];
    let trades = [(1000, 100, 99.5), (2000, -50, 99.25), (3000, 100, 99.75), (5000, -150, 100.25)]
        .map(|(millis, quantity, price)| (at(millis), Trade { quantity, price }));
    Runner::new()
        .feed(Book::BIDS, bids)
        .feed(Book::ASKS, asks)
        .feed(Account::TRADES, trades)
        .add(Book::default())
        .add(Account::default())
        .run()?;
    Ok(())
}
