#![deny(warnings, missing_docs, unreachable_pub, unnameable_types)]
#![forbid(unsafe_code)]
//! Handlers that wait, in both forms and by every trigger that allows it.

use asp::prelude::*;

/// An order.
#[derive(Clone)]
pub struct Order {
    /// Its number.
    pub id: u32,
    /// How much.
    pub qty: f64,
}

/// An exchange.
#[derive(Default)]
pub struct Exchange {
    filled: f64,
}

/// Why a handler failed.
#[derive(Debug)]
pub struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for Failed {}

#[derive(Clone)]
struct Hidden(u32);

const STEP: Duration = Duration::from_secs(1);

#[strategy(emits(fills: u32, ends: String))]
impl Exchange {
    async fn settle(&mut self, cx: &TaskContext<Self>) -> Result<(), Failed> {
        cx.sleep(STEP).await;
        if self.filled < 0.0 { Err(Failed) } else { Ok(()) }
    }

    #[on_event(stream = "orders")]
    async fn fill(&mut self, cx: &TaskContext<Self>, Order { id, mut qty }: Order) -> Result<(), Failed> {
        cx.sleep(STEP).await;
        qty += 1.0;
        self.filled += qty;
        cx.emit(Self::FILLS, id);
        let _ = cx.after(STEP).close(id);
        let _ = cx.after(STEP).look();
        self.settle(cx).await?;
        Ok(())
    }

    #[on_event(stream = "orders")]
    async fn watch(this: Shared<Self>, order: Order) {
        this.sleep(STEP).await;
        this.with(|state, cx| {
            state.filled += order.qty;
            cx.emit(Self::FILLS, order.id);
            let _ = cx.after(STEP).close(order.id);
            let _ = cx.after(STEP).echo(Hidden(order.id));
        });
    }

    #[on_event(stream = "orders")]
    async fn alone(&mut self) {
        self.filled = 0.0;
        std::future::ready(()).await;
    }

    #[on_event(stream = "orders")]
    async fn without_payload(mut this: Shared<Self>) -> Result<(), Failed> {
        this.sleep(STEP).await;
        this = this.clone();
        drop(this);
        Ok(())
    }

    #[on_event(stream = "orders")]
    async fn with_time(&mut self, cx: &asp::TaskContext<Self>, event: Event<Order>) {
        let _: (Timestamp, Order) = (event.time, event.value);
        cx.sleep(STEP).await;
    }

    #[on_event(stream = "orders")]
    async fn with_time_alone(&mut self, event: Event<Order>) {
        std::future::ready(event.time).await;
    }

    #[on_event(stream = Exchange::ORDERS)]
    async fn with_time_beside(_: Shared<Exchange>, Event { time, value }: Event<Order>) {
        std::future::ready((time, value.id)).await;
    }

    #[on_event(stream = "fills")]
    async fn what_it_emits(&mut self, fill: u32) {
        std::future::ready(fill).await;
    }

    #[on_event(stream = "numbers")]
    async fn says_the_type(this: asp::Shared<Self>, (first, _): (u32, Vec<u8>)) {
        this.sleep(STEP).await;
        let _ = first;
    }

    #[on_event(stream = "hidden")]
    #[asp::on_event(stream = "more-hidden")]
    #[after]
    async fn echo(&mut self, cx: &TaskContext<Self>, hidden: Hidden) {
        cx.sleep(Duration::from_secs(i64::from(hidden.0))).await;
    }

    #[on_event(stream = "requests")]
    #[after]
    async fn close(this: Shared<Self>, id: u32) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        this.sleep(STEP).await;
        let _ = id;
        Ok(())
    }

    #[after]
    #[every("1h30min", aligned, missed = "skip")]
    #[after("60s")]
    #[on_event(stream = "orders")]
    async fn look(&mut self, cx: &TaskContext<Self>) -> Result<(), std::fmt::Error> {
        cx.sleep(STEP).await;
        Ok(())
    }

    #[every("1s", immediate)]
    async fn tick(this: Shared<Self>) {
        this.sleep(STEP).await;
    }

    #[cfg(all())]
    #[every("1s")]
    #[on_event(stream = "orders")]
    async fn here(this: Shared<Self>) {
        this.sleep(STEP).await;
    }

    #[cfg(any())]
    #[on_event(stream = "gone")]
    #[after]
    async fn gone(&mut self, cx: &TaskContext<Self>, _: Missing) {}

    #[on_event(stream = "match")]
    async fn r#match(&mut self, r#type: String) {
        std::future::ready(r#type).await;
    }

    #[after]
    async fn r#loop(r#in: Shared<Self>, r#type: String) {
        r#in.sleep(STEP).await;
        let _ = r#type;
    }

    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        let _ = cx.after(STEP).look();
        let _ = cx.every(STEP).look();
        let _ = cx.after(STEP).close(1);
        let _ = cx.after(STEP).r#loop(String::new());
        let _ = cx.after(STEP).at_once(1);
    }

    #[after]
    fn at_once(&mut self, id: u32) {
        self.filled += f64::from(id);
    }
}

fn main() {
    let _ = Exchange::ENDS;
    let _ = |exchange: Exchange| Runner::new().add(exchange);
}
