use asp::prelude::*;

struct Market;

#[strategy]
impl Market {
    #[on_event(stream = "openings")]
    fn open(&mut self, cx: &Context<Self>, name: String) {
        cx.spawn(async move { println!("{name}") });
    }
}

fn main() {}
