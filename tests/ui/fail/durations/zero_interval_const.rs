// An interval is a literal: one that is a constant would have to be looked at where it is declared.

use asp::prelude::*;

const TICK: Duration = Duration::ZERO;

struct Greeter;

#[strategy]
impl Greeter {
    #[every(TICK)]
    fn tick(&mut self) {}
}

fn main() {
    let _ = TICK;
}
