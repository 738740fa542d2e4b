#![no_implicit_prelude]
//! Generated paths begin at the root.

struct Greeter;

#[::asp::strategy(emits(greetings: ::std::string::String))]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(
        &mut self,
        cx: &::asp::Context<Self>,
        name: ::std::string::String,
    ) -> ::std::result::Result<(), ::std::fmt::Error> {
        cx.emit(Self::GREETINGS, name);
        ::std::result::Result::Ok(())
    }

    #[every("1s")]
    #[after]
    fn tick(&mut self) {}

    #[after]
    fn late(&mut self, event: ::std::string::String) {
        let _ = event;
    }
}

fn main() {
    let _ = ::asp::Runner::new().add(Greeter);
}
