use asp::prelude::*;

#[derive(Default, Params)]
#[params(path = engine)]
struct Crossover {
    #[param]
    a: usize,
    #[param(rnage = 5..=50)]
    b: usize,
    #[param(5..=50)]
    c: usize,
    #[param(range = 5..=50, range = 6..=60)]
    d: usize,
    #[param(range = 5..=50, values = [5])]
    e: usize,
    #[param(step = 5)]
    f: usize,
    #[param(range = 5..=50, step)]
    g: usize,
}

fn main() {
    let _ = Crossover::grid();
}
