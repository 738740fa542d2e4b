use asp::prelude::*;

struct Greeter;

#[strategy(emits(greetings: String), fuse)]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.emit(Self::GREETINGS, name);
    }
}

struct Host;

#[strategy]
impl Host {
    #[on_event(stream = Greeter::GREETINGS)]
    fn hear(&mut self, _: &String) {}
}

fn main() -> asp::Result<()> {
    Runner::new().add(Greeter).add(Host).fuse::<(Greeter, Host)>().run()?;
    Ok(())
}
