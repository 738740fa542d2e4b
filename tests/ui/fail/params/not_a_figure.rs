use asp::prelude::*;
use asp::sweep::Grid;

struct Meter;

#[strategy]
impl Meter {
    #[on_event(stream = "levels")]
    fn level(&mut self, _level: f64) {}
}

fn main() {
    let grid = Grid::new(|_| Meter).axis("n", [1]);
    let _ = asp::sweep(grid, Runner::add).figure("name", |_: &Meter| "name");
}
