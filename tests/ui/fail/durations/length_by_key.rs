use asp::prelude::*;

struct Clock;

#[strategy]
impl Clock {
    #[every(interval = "5min")]
    fn tick(&mut self) {}

    #[every(secs = 5, aligned)]
    fn tock(&mut self) {}

    #[after(delay = "1h")]
    fn strike(&mut self) {}
}

fn main() {}
