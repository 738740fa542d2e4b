//! The graph of a run, before it runs: as an outline, and as a flowchart of Mermaid.
//!
//! An exchange fills orders, an algorithm sends them, and risk looks at the fills and may stop the algorithm: fills and
//! stops go back to where they came from. Nothing is run here.

use asp::prelude::*;

#[derive(Clone)]
struct Order {
    quantity: i64,
}

#[derive(Clone)]
struct Fill {
    quantity: i64,
    price: Option<f64>,
}

#[derive(Default)]
struct Exchange {
    price: Option<f64>,
}

#[strategy(emits(fills: Fill))]
impl Exchange {
    /// Keeps the last price.
    #[on_event(stream = "prices")]
    fn price(&mut self, price: f64) {
        self.price = Some(price);
    }

    /// Fills an order 5 ms later.
    #[on_event(stream = Algo::ORDERS)]
    async fn order(this: Shared<Self>, order: Order) {
        this.sleep(Duration::from_millis(5)).await;
        this.with(|exchange, cx| {
            cx.emit(Self::FILLS, Fill { quantity: order.quantity, price: exchange.price });
        });
    }
}

#[derive(Default)]
struct Algo {
    is_stopped: bool,
    position: i64,
}

#[strategy(emits(orders: Order))]
impl Algo {
    /// Buys one share.
    #[every("1s")]
    fn buy(&mut self, cx: &Context<Self>) {
        if !self.is_stopped {
            cx.emit(Self::ORDERS, Order { quantity: 1 });
        }
    }

    #[on_event(stream = Exchange::FILLS)]
    fn filled(&mut self, fill: &Fill) {
        self.position += fill.quantity;
    }

    /// Sends nothing from now on.
    #[on_event(stream = Risk::STOPS)]
    fn stop(&mut self, _reason: &String) {
        self.is_stopped = true;
    }
}

#[derive(Default)]
struct Risk {
    paid: f64,
}

#[strategy(emits(stops: String))]
impl Risk {
    /// Adds up what was paid.
    #[on_event(stream = Exchange::FILLS)]
    fn filled(&mut self, cx: &Context<Self>, fill: &Fill) {
        self.paid += fill.quantity as f64 * fill.price.unwrap_or(0.0);
        if self.paid > 1000.0 {
            cx.emit(Self::STOPS, format!("{} paid", self.paid));
        }
    }
}

fn main() -> asp::Result<()> {
    let open: Timestamp = "2020-01-02T09:30:00Z".parse()?;
    let prices = timestamps(open, "1s".parse()?).zip([99.0, 99.5, 100.0]);
    let runner = Runner::new()
        .feed(Exchange::PRICES, prices)
        .add(Exchange::default())
        .add(Algo::default())
        .add(Risk::default())
        .collect(Exchange::FILLS);
    let graph = runner.graph();
    print!("{graph}\n{}", graph.to_mermaid());
    // cargo run --features svg --example show_graph graph.svg
    #[cfg(feature = "svg")]
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(path, graph.to_svg()).expect("a file that can be written");
    }
    Ok(())
}
