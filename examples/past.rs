//! Recorded history: five names arrive one second apart, and each is greeted when it arrives.
//!
//! Each line shows the wall time, `now()`, the event time, and the text. `now()` is the time of the event that is
//! being handled; the wall time tells that the four recorded seconds pass in less than a millisecond.

#[path = "shared/mod.rs"]
mod shared;

use std::collections::HashSet;

use asp::prelude::*;
use shared::say;

#[derive(Default)]
struct Greeter {
    greeted: HashSet<String>,
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        let again = if self.greeted.contains(&name) { " again" } else { "" };
        say(cx, format_args!("hello{again} {name}"));
        self.greeted.insert(name);
    }
}

fn main() -> asp::Result<()> {
    let arrivals = timestamps("2025-01-01".parse()?, "1s".parse()?);
    let names = arrivals.zip(["Jane", "John", "Sarah", "Paul", "Jane"].map(String::from));
    Runner::new().feed(Greeter::NAMES, names).add(Greeter::default()).run()?;
    Ok(())
}
