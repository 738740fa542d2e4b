use asp::prelude::*;

struct Exchange;

#[strategy(emits(self::acks: Vec<std::string::String>, Exchange::fills: u32))]
impl Exchange {
    #[on_event(stream = "orders")]
    fn order(&mut self, _: u32) {}
}

fn main() {}
