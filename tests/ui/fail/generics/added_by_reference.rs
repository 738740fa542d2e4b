use asp::prelude::*;

#[derive(Default)]
struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, _: String) {}
}

fn main() {
    let mut greeter = Greeter::default();
    let _ = Runner::new().add(&mut greeter).run();
    let _ = Runner::new().add_as("doorman", &greeter).run();
}
