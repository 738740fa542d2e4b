#![allow(unused)]

use asp::prelude::*;

struct Desk;

#[strategy]
impl Desk {
    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, id: u64) {
        cx.after(Duration::from_secs(1)).fill(id, 'b');
    }

    #[after]
    fn fill(&mut self, id: u64, side: char) {}

    #[after]
    fn settle(&mut self, mut id: u64, (side, count): (char, u8)) {}
}

fn main() {}
