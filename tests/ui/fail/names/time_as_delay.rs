use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        cx.after(cx.now() + Duration::from_secs(1)).greet(name);
    }

    #[after]
    fn greet(&mut self, _: String) {}
}

fn main() {}
