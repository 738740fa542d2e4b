#![allow(unused)]

use asp::prelude::*;

#[derive(Clone)]
struct Ack;

#[derive(Clone)]
struct Order;

struct Exchange;

#[strategy(emits(acks: Ack))]
impl Exchange {
    #[on_start]
    fn start(&mut self) {}
}

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = Exchange::ACKS)]
    fn ack(&mut self, order: Order) {}
}

fn main() {}
