use asp::prelude::*;

type Share = f64;

#[derive(Default, Params)]
struct Crossover {
    #[param(range = LOW..=0.5)]
    a: Share,
}

const LOW: Share = 0.1;

fn main() {
    let _ = Crossover::grid();
}
