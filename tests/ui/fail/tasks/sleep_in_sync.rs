use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.sleep(Duration::from_secs(1));
        println!("{} Hello {name}", cx.now());
    }
}

fn main() {}
