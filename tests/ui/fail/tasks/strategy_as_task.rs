use asp::prelude::*;

struct Desk;

#[strategy]
impl Desk {
    #[on_event(stream = "orders")]
    fn order(&mut self, _: u32) {}
}

struct Market;

#[strategy]
impl Market {
    #[on_event(stream = "openings")]
    async fn open(&mut self, cx: &TaskContext<Self>, _: u32) {
        cx.sleep(Duration::from_secs(1)).await;
        cx.spawn(Desk);
        cx.spawn(|| println!("open"));
    }
}

fn main() {}
