use asp::prelude::*;

#[derive(Default, Params)]
struct Crossover {
    fast: usize,
    slow: usize,
}

fn main() {
    // The type has its grid all the same, so this is not a second error.
    let _ = Crossover::grid();
}
