//! The user's own `Option`, `Result`, `String`, `Ok`, and modules named like crates.

#![allow(dead_code)]

use asp::{Context, Runner, strategy};

mod core {}
mod std {}

#[derive(Clone)]
struct String;
struct Option;
struct Result;
struct Ok;
struct Send;
struct Duration;
struct Slot;
#[allow(non_camel_case_types)]
struct str;
#[allow(non_camel_case_types)]
struct u64;

struct Greeter;

#[strategy(emits(greetings: String))]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.emit(Self::GREETINGS, name);
    }

    #[after]
    fn wire(&mut self, name: String) {
        let _ = name;
    }

    #[after]
    #[every("1s")]
    fn call(&mut self) {}

    #[after]
    fn call_name(&mut self) {}

    #[after]
    fn calls(&mut self) {}

    #[after("1s")]
    fn default(&mut self) {}

    #[on_event(stream = "name")]
    fn name(&mut self, _: String) {}
}

fn main() {
    let _ = Runner::new().add(Greeter);
}
