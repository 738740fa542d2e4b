use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        cx.after(Duration::from_secs(1)).greet(name);
    }

    #[on_event(stream = "leaves")]
    fn leave(&mut self, cx: &Context<Self>, _: String) {
        cx.cancel("greet");
    }

    #[after]
    fn greet(&mut self, _: String) {}
}

fn main() {}
