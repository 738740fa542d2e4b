//! What the strategies of both programs share. `scripts/compile-time` puts it before many copies of one of them.

#![allow(dead_code, unused_imports)]

use asp::prelude::*;
use asp::{Event, HandlerResult, Once, Slot, Strategy, Stream, Wiring};

#[derive(Debug, Clone)]
struct Quote {
    bid: f64,
    ask: f64,
}

#[derive(Debug, Clone)]
struct Trade {
    price: f64,
    qty: f64,
}

#[derive(Debug, Clone)]
struct Order {
    id: u64,
    qty: f64,
}

#[derive(Debug, Clone)]
struct Fill {
    id: u64,
    price: f64,
}

#[derive(Debug, Clone)]
struct Summary {
    at: Timestamp,
    volume: f64,
}
