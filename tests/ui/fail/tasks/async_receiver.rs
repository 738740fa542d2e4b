#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&self, name: String) {}

    #[after]
    async fn leave(self, name: String) {}

    #[after]
    async fn wave(self: std::sync::Arc<Self>, name: String) {}

    #[after]
    async fn shout(self: Shared<Self>, name: String) {
        self.sleep(Duration::from_secs(1)).await;
    }

    #[after]
    async fn whisper(this: &mut Self, name: String) {}

    #[after]
    async fn call(name: String) {}
}

fn main() {}
