use asp::prelude::*;

#[derive(Default, Params)]
struct Crossover {
    #[param(range = 0.1..=0.5, step = 0.1)]
    a: usize,
    #[param(range = 0..=1, step = 0.1)]
    b: f64,
    #[param(range = 1..=10)]
    c: Duration,
    #[param(range = "1s"..="10s", step = "1s")]
    d: u64,
}

fn main() {
    let _ = Crossover::grid();
}
