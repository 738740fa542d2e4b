#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, count: std::rc::Rc<u8>) {}

    #[on_event(stream = "others")]
    async fn leave(this: Shared<Self>, count: NotClone) {}
}

struct NotClone;

impl Drop for NotClone {
    fn drop(&mut self) {}
}

fn main() {}
