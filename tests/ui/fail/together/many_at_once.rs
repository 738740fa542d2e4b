#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(steam = "names")]
    fn greet(&mut self, name: String) {}

    #[every("5m")]
    fn tick(&mut self) {}

    #[on_event(stream = "orders")]
    fn order(&self, order: u32) {}

    #[after]
    fn close(&mut self, id: &u32) {}

    #[on_start("1s")]
    fn start(&mut self) {}

    #[on_event(stream = "quotes")]
    fn quote(&mut self, bid: f64, ask: f64, cx: &Context<Self>) {}

    #[on_event(stream = "fine")]
    fn fine(&mut self, cx: &Context<Self>, fine: u8) {
        cx.after(Duration::from_secs(1)).close(1);
    }
}

fn main() {}
