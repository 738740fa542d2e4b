//! A simulated exchange: a limit order book with price-time priority, a maker who quotes and a taker who trades with it.
//!
//! Orders take their time to the exchange, and fills as long back: `emit_after` with the latency, both ways. When the price
//! changes, the maker moves its quotes, and the taker goes for the old ones. Who is there first?
//!
//! The exchange knows nobody: it reads orders and emits fills, each with the name of whom it is for.

use std::collections::BTreeMap;

use asp::prelude::*;

const MILLISECOND: Duration = Duration::from_millis(1);
const LATENCY: Duration = Duration::from_millis(3);

/// Prices are in cents.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Buy,
    Sell,
}

#[derive(Clone)]
enum Request {
    /// Rests in the book if it does not trade at once.
    Limit { owner: &'static str, side: Side, price: i64, quantity: i64 },
    /// Takes all orders of an owner out of the book.
    CancelAll { owner: &'static str },
}

#[derive(Clone)]
struct Fill {
    owner: &'static str,
    side: Side,
    price: i64,
    quantity: i64,
}

/// An order that rests in the book.
struct Resting {
    owner: &'static str,
    quantity: i64,
}

/// The best order of a side is the first of its map: by price, then by arrival. Prices of buyers are negated for that.
#[derive(Default)]
struct Exchange {
    arrivals: u64,
    buys: BTreeMap<(i64, u64), Resting>,
    sells: BTreeMap<(i64, u64), Resting>,
}

#[strategy(emits(fills: Fill))]
impl Exchange {
    #[on_event(stream = Maker::QUOTES)]
    #[on_event(stream = Taker::ORDERS)]
    fn take(&mut self, cx: &Context<Self>, request: Request) {
        match request {
            Request::CancelAll { owner } => {
                self.buys.retain(|_, order| order.owner != owner);
                self.sells.retain(|_, order| order.owner != owner);
            }
            Request::Limit { owner, side, price, quantity } => {
                self.match_order(cx, owner, side, price, quantity)
            }
        }
    }

    fn match_order(
        &mut self,
        cx: &Context<Self>,
        owner: &'static str,
        side: Side,
        price: i64,
        mut quantity: i64,
    ) {
        let (own, other, sign) = match side {
            Side::Buy => (&mut self.buys, &mut self.sells, -1),
            Side::Sell => (&mut self.sells, &mut self.buys, 1),
        };
        while quantity > 0
            && let Some(mut best) = other.first_entry()
            && best.key().0 <= -sign * price
        {
            let traded = quantity.min(best.get().quantity);
            let (price, rests) = (best.key().0.abs(), best.get().owner);
            let opposite = if side == Side::Buy { Side::Sell } else { Side::Buy };
            for (owner, side) in [(rests, opposite), (owner, side)] {
                cx.emit_after(LATENCY, Self::FILLS, Fill { owner, side, price, quantity: traded });
            }
            quantity -= traded;
            best.get_mut().quantity -= traded;
            if best.get().quantity == 0 {
                best.remove();
            }
        }
        if quantity > 0 {
            self.arrivals += 1;
            own.insert((sign * price, self.arrivals), Resting { owner, quantity });
        }
    }
}

/// What somebody has come to own by fills, in cents.
#[derive(Default)]
struct Account {
    position: i64,
    cash: i64,
}

impl Account {
    fn book(&mut self, time: Timestamp, fill: &Fill) {
        let (sign, what) = if fill.side == Side::Buy { (1, "buys") } else { (-1, "sells") };
        self.position += sign * fill.quantity;
        self.cash -= sign * fill.quantity * fill.price;
        println!("{time} {} {what:5} {:3} at {}", fill.owner, fill.quantity, fill.price);
    }
}

/// Quotes both sides around a fair price, and moves them with it.
#[derive(Default)]
struct Maker {
    account: Account,
}

#[strategy(emits(quotes: Request))]
impl Maker {
    #[on_event(stream = "fair_prices")]
    fn quote(&mut self, cx: &Context<Self>, fair: i64) {
        let owner = "maker";
        let limit = |side, price| Request::Limit { owner, side, price, quantity: 100 };
        cx.emit_after(LATENCY, Self::QUOTES, Request::CancelAll { owner });
        cx.emit_after(LATENCY, Self::QUOTES, limit(Side::Buy, fair - 1));
        cx.emit_after(LATENCY, Self::QUOTES, limit(Side::Sell, fair + 1));
    }

    #[on_event(stream = Exchange::FILLS)]
    fn fill(&mut self, cx: &Context<Self>, fill: &Fill) {
        if fill.owner == "maker" {
            self.account.book(cx.now(), fill);
        }
    }
}

/// Buys what has risen and sells what has fallen, at the price that it expects the maker to quote.
#[derive(Default)]
struct Taker {
    last: Option<i64>,
    account: Account,
}

#[strategy(emits(orders: Request))]
impl Taker {
    #[on_event(stream = Maker::FAIR_PRICES)]
    fn trade(&mut self, cx: &Context<Self>, fair: i64) {
        let (owner, quantity) = ("taker", 60);
        let last = self.last.replace(fair).unwrap_or(fair);
        let order = match fair - last {
            1.. => Request::Limit { owner, side: Side::Buy, price: last + 1, quantity },
            ..=-1 => Request::Limit { owner, side: Side::Sell, price: last - 1, quantity },
            0 => return,
        };
        // It is nearer to the exchange than the maker, but odd prices puzzle it: then the quotes have moved.
        let latency = if fair % 2 == 0 { LATENCY - MILLISECOND } else { LATENCY + MILLISECOND };
        cx.emit_after(latency, Self::ORDERS, order);
        // What is not filled at once is given up.
        cx.emit_after(latency + MILLISECOND, Self::ORDERS, Request::CancelAll { owner });
    }

    #[on_event(stream = Exchange::FILLS)]
    fn fill(&mut self, cx: &Context<Self>, fill: &Fill) {
        if fill.owner == "taker" {
            self.account.book(cx.now(), fill);
        }
    }
}

fn main() -> asp::Result<()> {
    let open: Timestamp = "2025-01-02T09:30:00Z".parse()?;
    let prices = [5000, 5002, 5005, 5004, 5004, 5001, 4998, 5000];
    let prices = (0..).zip(prices).map(move |(k, price)| (open + Duration::from_millis(20) * k, price));
    let mut outcome = Runner::new()
        .feed(Maker::FAIR_PRICES, prices)
        .add(Maker::default())
        .add(Taker::default())
        .add(Exchange::default())
        .run()?;

    let (maker, taker, exchange): (Maker, Taker, Exchange) =
        (outcome.take()?, outcome.take()?, outcome.take()?);
    for (name, account) in [("maker", maker.account), ("taker", taker.account)] {
        println!("{name}: position {}, profit {}", account.position, account.cash + account.position * 5000);
    }
    println!("{} orders left in the book", exchange.buys.len() + exchange.sells.len());
    Ok(())
}
