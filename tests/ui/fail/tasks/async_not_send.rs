#![allow(unused)]

use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    async fn greet(&mut self, cx: &TaskContext<Self>, name: String) {
        let count = std::rc::Rc::new(1_u8);
        cx.sleep(Duration::from_secs(1)).await;
        drop(count);
    }

    #[every("1s")]
    async fn tick(&mut self, cx: &TaskContext<Self>) -> Result<(), std::fmt::Error> {
        let count = std::rc::Rc::new(1_u32);
        cx.sleep(Duration::from_secs(1)).await;
        drop(count);
        Ok(())
    }
}

struct Beside;

#[strategy]
impl Beside {
    #[on_event(stream = "names")]
    async fn beside(this: Shared<Self>, name: String) {
        let count = std::rc::Rc::new(1_u16);
        this.sleep(Duration::from_secs(1)).await;
        drop(count);
    }

    #[after]
    async fn leave(this: Shared<Self>, name: String) {
        let count = std::rc::Rc::new(1_u64);
        this.sleep(Duration::from_secs(1)).await;
        drop(count);
    }
}

fn main() {}
