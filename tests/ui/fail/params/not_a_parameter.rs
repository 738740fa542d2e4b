use asp::prelude::*;

#[derive(Clone)]
enum Mode {
    Slow,
    Fast,
}

#[derive(Params)]
struct Crossover {
    #[param(values = [Mode::Slow, Mode::Fast])]
    mode: Mode,
    #[param(range = Mode::Slow..=Mode::Fast, step = Mode::Slow)]
    range: Mode,
}

fn main() {}
