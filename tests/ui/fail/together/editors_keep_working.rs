// A fault in one handler leaves the rest of the block to the compiler, and to editors: types are known, calls are
// checked, completion works.

use asp::prelude::*;

struct Greeter {
    count: u32,
}

#[strategy(emits(greetings: String))]
impl Greeter {
    #[on_event(steam = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        let _ = cx.after(Duration::from_secs(1)).greet(name.len());
        self.coutn += 1;
    }

    #[after]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        cx.emit(Self::GREETINGS, self.count);
        let _: u32 = Self::describe(&name);
    }

    #[every("1s")]
    async fn tick(&mut self, cx: &TaskContext<Self>) {
        cx.sleep(1).await;
        let _ = cx.after(Duration::from_secs(1)).gret(String::new());
    }

    fn describe(name: &str) -> usize {
        name.len()
    }
}

fn main() {
    let _: u32 = Greeter { count: 0 }.count;
    let _: Stream<u32> = Greeter::NAMES;
}
