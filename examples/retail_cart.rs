//! A shopping cart with a discount that ends 60 s after the start, wherever the customer stands by then.
//!
//! `#[after("60s")]` calls a method once. Look at 10:01:00: the wine added at the last instant still has the
//! discount, since events go before calls of the same time; then the discount ends and the cart costs more.

#[path = "shared/mod.rs"]
mod shared;

use asp::prelude::*;
use shared::say;

#[derive(Clone)]
struct Item {
    name: String,
    /// In cents.
    price: u32,
}

struct Cart {
    items: Vec<Item>,
    percent_off: u32,
}

#[strategy]
impl Cart {
    #[on_event(stream = "added")]
    fn add(&mut self, cx: &Context<Self>, item: Item) {
        let what = format!("add {}", item.name);
        self.items.push(item);
        self.show(cx, &what);
    }

    #[on_event(stream = "removed")]
    fn remove(&mut self, cx: &Context<Self>, name: String) {
        let found = self.items.iter().position(|item| item.name == name);
        if let Some(position) = found {
            self.items.remove(position);
        }
        self.show(cx, &format!("remove {name}"));
    }

    #[after("60s")]
    fn end_discount(&mut self, cx: &Context<Self>) {
        self.percent_off = 0;
        self.show(cx, "the discount is over");
    }

    #[on_stop]
    fn check_out(&mut self, cx: &Context<Self>) {
        self.show(cx, "check out");
    }

    fn show(&self, cx: &Context<Self>, what: &str) {
        let full: u32 = self.items.iter().map(|item| item.price).sum();
        let total = full * (100 - self.percent_off) / 100;
        say(cx, format_args!("{what}, total {}.{:02}", total / 100, total % 100));
    }
}

fn main() -> asp::Result<()> {
    let start: Timestamp = "2025-01-01T10:00:00Z".parse()?;
    let at = |secs| start + Duration::from_secs(secs);
    let added = [
        (10, "bread", 300),
        (25, "wine", 1200),
        (40, "cheese", 800),
        (60, "wine", 1200),
        (80, "apples", 400),
    ]
    .map(|(secs, name, price)| (at(secs), Item { name: name.to_owned(), price }));
    let removed = [(at(50), "wine".to_owned())];
    Runner::new()
        .start(start)
        .feed(Cart::ADDED, added)
        .feed(Cart::REMOVED, removed)
        .add(Cart { items: Vec::new(), percent_off: 10 })
        .run()?;
    Ok(())
}
