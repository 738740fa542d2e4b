use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, _: String) {}
}

fn main() -> asp::Result<()> {
    Runner::new().add(Box::new(Greeter)).add(vec![Greeter, Greeter]).run()?;
    Ok(())
}
