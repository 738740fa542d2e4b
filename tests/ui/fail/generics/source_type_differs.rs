use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, _: String) {}
}

fn main() {
    let numbers = timestamps(Timestamp::EPOCH, Duration::from_secs(1)).zip([1_u32, 2]);
    let _ = Runner::new().feed(Greeter::NAMES, numbers).add(Greeter).run();
    let source: Source<u32> = Source::past([(Timestamp::EPOCH, 1)]);
    let _ = Runner::new().feed(Greeter::NAMES, source).add(Greeter).run();
}
