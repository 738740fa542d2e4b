use asp::prelude::*;

#[derive(Default, Params)]
struct Crossover {
    #[param(values = 5)]
    a: usize,
    #[param(values = (1, 2, 5))]
    b: usize,
    #[param(values = 1..=5)]
    c: usize,
    #[param(values = [])]
    d: usize,
    #[param(values = ["1s", "1sec"])]
    e: Duration,
}

fn main() {
    let _ = Crossover::grid();
}
