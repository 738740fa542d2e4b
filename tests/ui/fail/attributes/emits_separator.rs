use asp::prelude::*;

struct Exchange;

#[strategy(emits(acks: u32; fills: [u32; 2]))]
impl Exchange {
    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, order: u32) {
        cx.emit(Self::ACKS, order);
        cx.emit(Self::FILLS, [order, order]);
    }
}

fn main() {}
