//! A graph that grows: symbols that nobody knew at the start, each with a desk of its own while there are orders for it.
//!
//! `Desk` is keyed by symbol: the first order for one makes its desk, which reports each minute after that, and retires
//! when it has had no order for two. A later order finds none, and makes a new one, which begins at zero.
//!
//! `Watch` sees to the prices. At the first order of all it opens the source of quotes with `cx.feed`; what was quoted
//! earlier comes at once. At the first order for a symbol it spawns a `Subscription`, which passes on the quotes of that
//! symbol, until its desk is closed: a price for a symbol without a desk would make one. Nobody asks for MSFT.

use std::collections::HashSet;

use asp::prelude::*;

type Symbol = &'static str;
/// So many shares.
type Order = (Symbol, u32);
/// Its price.
type Quote = (Symbol, f64);

/// The orders for one symbol.
struct Desk {
    symbol: Symbol,
    shares: u32,
    price: Option<f64>,
    last_order: Timestamp,
}

#[strategy(emits(closed: Symbol))]
impl Desk {
    #[on_start]
    fn open(&mut self, cx: &Context<Self>) {
        println!("{} {:<4} opens", cx.now(), self.symbol);
    }

    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, (_, shares): Order) {
        self.shares += shares;
        self.last_order = cx.now();
    }

    #[on_event(stream = Subscription::PRICES)]
    fn price(&mut self, (_, price): Quote) {
        self.price = Some(price);
    }

    /// Counts from the first order.
    #[every("1min")]
    fn report(&mut self, cx: &Context<Self>) {
        let price = self.price.map_or("?".to_owned(), |price| format!("{price:.2}"));
        println!("{} {:<4} {} shares at {price}", cx.now(), self.symbol, self.shares);
        if cx.now() - self.last_order >= Duration::from_mins(2) {
            cx.retire();
        }
    }

    /// When it retires, and if it is there at the end.
    #[on_stop]
    fn close(&mut self, cx: &Context<Self>) {
        println!("{} {:<4} closes", cx.now(), self.symbol);
        cx.emit(Self::CLOSED, self.symbol);
    }
}

/// Opens what the desks need.
#[derive(Default)]
struct Watch {
    has_quotes: bool,
    symbols: HashSet<Symbol>,
}

#[strategy]
impl Watch {
    #[on_event(stream = Desk::ORDERS)]
    fn order(&mut self, cx: &Context<Self>, (symbol, _): Order) {
        if self.symbols.insert(symbol) {
            cx.spawn_as(format!("quotes of {symbol}"), Subscription { symbol });
        }
        if !std::mem::replace(&mut self.has_quotes, true) {
            cx.feed(Subscription::QUOTES, quotes());
        }
    }

    #[on_event(stream = Desk::CLOSED)]
    fn closed(&mut self, symbol: Symbol) {
        self.symbols.remove(symbol);
    }
}

/// Passes the quotes of one symbol on.
struct Subscription {
    symbol: Symbol,
}

#[strategy(emits(prices: Quote))]
impl Subscription {
    #[on_event(stream = "quotes")]
    fn quote(&mut self, cx: &Context<Self>, quote: Quote) {
        if quote.0 == self.symbol {
            cx.emit(Self::PRICES, quote);
        }
    }

    #[on_event(stream = Desk::CLOSED)]
    fn closed(&mut self, cx: &Context<Self>, symbol: Symbol) {
        if symbol == self.symbol {
            cx.retire();
        }
    }
}

const OPEN: &str = "2021-01-27T09:30:00Z";

/// Each half minute from the opening on, each price is a quarter higher.
fn quotes() -> impl Iterator<Item = (Timestamp, Quote)> {
    let first = [("AAPL", 143.0), ("FB", 283.0), ("GME", 354.0), ("AMC", 20.0), ("MSFT", 238.0)];
    let times = timestamps(OPEN.parse().expect("it is a time"), Duration::from_secs(30));
    times
        .zip(0u32..)
        .flat_map(move |(time, k)| first.map(|(symbol, price)| (time, (symbol, price + 0.25 * f64::from(k)))))
}

fn main() -> asp::Result<()> {
    let open: Timestamp = OPEN.parse()?;
    let orders = [
        (40, "AAPL", 100),
        (70, "GME", 50),
        (80, "AAPL", 200),
        (195, "FB", 30),
        (385, "AMC", 1000),
        (415, "AAPL", 10),
        (480, "AMC", 500),
    ]
    .map(|(second, symbol, shares)| (open + Duration::from_secs(second), (symbol, shares)));
    let desks = Keyed::new(move |symbol| Desk { symbol, shares: 0, price: None, last_order: open })
        .by(Desk::ORDERS, |(symbol, _)| symbol)
        .by(Subscription::PRICES, |(symbol, _)| symbol);
    let outcome = Runner::new()
        .start(open)
        .end(open + Duration::from_secs(580))
        .feed(Desk::ORDERS, orders)
        .opens(Subscription::QUOTES) // which `Watch` feeds
        .opens(Subscription::PRICES) // which those emit that it spawns
        .add(Watch::default())
        .add(desks)
        .run()?;
    println!("there at the end: {}", outcome.names().collect::<Vec<_>>().join(", "));
    println!("late quotes: {}", outcome.report().clamped);
    Ok(())
}
