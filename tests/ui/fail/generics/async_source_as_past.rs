use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, _: String) {}
}

fn main() {
    let names = futures::stream::iter(["Jane".to_owned()]);
    let _ = Runner::new().feed(Greeter::NAMES, names).add(Greeter).run();
}
