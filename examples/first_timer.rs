//! The first program of the book with its first change, a timer, and its first test.

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

    // ANCHOR: timer
    #[every("2s")]
    fn count(&mut self, cx: &Context<Self>) {
        println!("{} {} so far", cx.now(), self.seen);
    }
    // ANCHOR_END: timer
}

fn main() -> asp::Result<()> {
    let start = "2025-01-01".parse()?;
    let times = timestamps(start, Duration::from_secs(1));
    let names = times.zip(["Jane", "John", "Sarah"].map(String::from));
    Runner::new().feed(Greeter::NAMES, names).add(Greeter::default()).run()?;
    Ok(())
}

// ANCHOR: test
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_counted() {
        let times = timestamps(Timestamp::from_secs(0), Duration::from_secs(1));
        let names = times.zip(["Jane", "John"].map(String::from));
        let runner = Runner::new().feed(Greeter::NAMES, names).add(Greeter::default());
        let mut outcome = runner.run().unwrap();
        let greeter: Greeter = outcome.take().unwrap();
        assert_eq!(greeter.seen, 2);
        assert_eq!(outcome.report().now, Timestamp::from_secs(1));
    }
}
// ANCHOR_END: test
