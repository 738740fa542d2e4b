use asp::prelude::*;

#[derive(Params)]
struct Pair(usize, usize);

#[derive(Params)]
enum Mode {
    Slow,
    Fast,
}

fn main() {}
