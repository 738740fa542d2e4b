use asp::prelude::*;

struct Exchange;

#[strategy(emits(acks: u32))]
impl Exchange {
    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, order: u32) {
        cx.emit(Self::ACKS, order);
    }
}

struct Desk;

#[strategy]
impl Desk {
    #[on_event(stream = "Exchange::ACKS")]
    fn acknowledged(&mut self, _: u32) {}
}

fn main() {}
