use asp::prelude::*;

struct Greeter;

#[strategy(emits(greetings: String))]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        cx.after(Duration::from_secs(1)).greet(name.clone());
        cx.after(Duration::from_secs(1)).close(name.clone(), 1);
        cx.every(Duration::from_secs(1)).tick();
        cx.emit(Self::GREETINGS, name);
    }

    #[after]
    fn greet(&mut self, _: String) {}

    #[after]
    fn close(&mut self, _: String, id: u32) {}

    #[after]
    #[every("1s")]
    fn tick(&mut self) {}
}

struct Reader;

#[strategy]
impl Reader {
    #[on_event(stream = Greeter::GREETINGS)]
    fn read(&mut self, _: String) {}
}

fn main() {
    let names = std::iter::empty::<(Timestamp, String)>();
    let _ = Runner::new().feed(Greeter::NAMES, names).add(Greeter).add(Reader).run();
}
