use asp::prelude::*;

struct Greeter;

#[strategy(emits(greetings: String))]
impl Greeter {
    #[on_event(stream = "names")]
    async fn arrive(&mut self, cx: &TaskContext<Self>, name: String) {
        cx.sleep(Duration::from_secs(1)).await;
        cx.after(Duration::from_secs(1)).greet(name.clone());
        cx.after(Duration::from_secs(1)).close(name.clone(), 1);
        cx.after(Duration::from_secs(1)).wave(&name);
        cx.emit(Self::GREETINGS, name);
        self.helper(cx).await;
    }

    async fn helper(&mut self, cx: &TaskContext<Self>) {
        cx.after(Duration::from_secs(1)).tick();
    }

    #[after]
    async fn greet(this: Shared<Self>, _: String) {
        this.with(|state, cx| {
            cx.every(Duration::from_secs(1)).tick();
            state.count();
        });
    }

    #[after]
    async fn close(&mut self, _: String, id: u32) {}

    #[after]
    async fn wave(this: Shared<Self>, name: &String) {
        this.sleep(Duration::from_secs(1)).await;
    }

    #[after]
    #[every("1s")]
    fn tick(&mut self, cx: &TaskContext<Self>) {
        cx.sleep(Duration::from_secs(1)).await;
    }

    fn count(&mut self) {}
}

struct Reader;

#[strategy]
impl Reader {
    #[on_event(stream = Greeter::GREETINGS)]
    async fn read(&mut self, _: String) {}
}

fn main() {
    let names = std::iter::empty::<(Timestamp, String)>();
    let _ = Runner::new().feed(Greeter::NAMES, names).add(Greeter).add(Reader).run();
}
