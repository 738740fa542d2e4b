use asp::prelude::*;
use std::rc::Rc;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, _: String) {}
}

fn main() -> asp::Result<()> {
    let family = Rc::new("Doe");
    let names = ["Jane", "John"].map(|name| (Timestamp::EPOCH, name));
    let names = names.into_iter().map(move |(time, name)| (time, format!("{name} {family}")));
    Runner::new().feed(Greeter::NAMES, names).add(Greeter).run()?;
    Ok(())
}
