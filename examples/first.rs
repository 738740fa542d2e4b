//! The first program of the book: three names, each greeted at its time.

use asp::prelude::*;

#[derive(Default)]
struct Greeter {
    seen: u32,
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        self.seen += 1;
        println!("{} hello {name}", cx.now());
    }
}

fn main() -> asp::Result<()> {
    let start = "2025-01-01".parse()?;
    let times = timestamps(start, Duration::from_secs(1));
    let names = times.zip(["Jane", "John", "Sarah"].map(String::from));
    Runner::new().feed(Greeter::NAMES, names).add(Greeter::default()).run()?;
    Ok(())
}
