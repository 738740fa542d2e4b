use asp::prelude::*;

struct Greeter;

#[strategy(fuse)]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, _: String) {}
}

fn main() -> asp::Result<()> {
    Runner::new().add(Greeter).fuse::<Greeter>().fuse::<(Greeter,)>().run()?;
    Ok(())
}
