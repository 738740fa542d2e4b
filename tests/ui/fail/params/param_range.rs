use asp::prelude::*;

#[derive(Default, Params)]
struct Crossover {
    #[param(range = 5..50)]
    a: usize,
    #[param(range = 50..=5)]
    b: usize,
    #[param(range = 5..=50, step = 0)]
    c: usize,
    #[param(range = -5..=5, step = -1)]
    d: i64,
    #[param(range = 0.1..=0.5)]
    e: f64,
    #[param(range = "1s"..="10s")]
    f: Duration,
    #[param(range = "1s"..="10m", step = "1s")]
    g: Duration,
    #[param(range = false..=true)]
    h: bool,
}

fn main() {
    let _ = Crossover::grid();
}
