#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, cx: &TaskContext<Self>, name: String) {
        cx.sleep(Duration::from_secs(1)).await;
    }

    #[every("1s")]
    fn tick(&mut self, context: TaskContext) {
        context.now();
    }
}

fn main() {}
