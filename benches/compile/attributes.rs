#[derive(Default)]
struct Desk0 {
    mid: f64,
    volume: f64,
    position: f64,
    ticks: u32,
    latest: Option<Timestamp>,
    open: Vec<u64>,
}

#[strategy(emits(fills0: Fill, summaries0: Summary))]
impl Desk0 {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.every(Duration::from_millis(250)).sample();
    }

    /// Keeps the middle of the market.
    #[on_event(stream = "quotes0")]
    fn quote(&mut self, quote: &Quote) {
        self.mid = (quote.bid + quote.ask) / 2.0;
    }

    /// Adds up what was traded.
    #[on_event(stream = "trades0")]
    fn trade(&mut self, Trade { price, qty }: Trade) {
        self.volume += price * qty;
    }

    #[on_event(stream = "trades0")]
    fn traded(&mut self, trade: Event<Trade>) {
        self.latest = Some(trade.time);
    }

    /// Fills an order a little later.
    #[on_event(stream = "orders0")]
    fn order(&mut self, cx: &Context<Self>, order: Order) {
        self.open.push(order.id);
        cx.after(Duration::from_millis(5)).fill(order);
    }

    #[after]
    fn fill(&mut self, cx: &Context<Self>, order: Order) {
        self.position += order.qty;
        cx.emit(Self::FILLS0, Fill { id: order.id, price: self.mid });
        cx.after(Duration::from_secs(1)).close(order.id);
    }

    #[after]
    fn close(&mut self, id: u64) -> Result<(), String> {
        let index = self.open.iter().position(|open| *open == id).ok_or("no such order")?;
        self.open.swap_remove(index);
        Ok(())
    }

    #[after]
    fn sample(&mut self) {
        self.ticks += 1;
    }

    #[every("1s")]
    fn tick(&mut self) {
        self.ticks += 1;
    }

    #[every("1min", aligned)]
    fn summary(&mut self, cx: &Context<Self>) {
        cx.emit(Self::SUMMARIES0, Summary { at: cx.now(), volume: self.volume });
    }
}
