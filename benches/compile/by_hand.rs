#[derive(Default)]
struct Desk0 {
    mid: f64,
    volume: f64,
    position: f64,
    ticks: u32,
    latest: Option<Timestamp>,
    open: Vec<u64>,
}

impl Desk0 {
    const QUOTES0: Stream<Quote> = Stream::new("quotes0");
    const TRADES0: Stream<Trade> = Stream::new("trades0");
    const ORDERS0: Stream<Order> = Stream::new("orders0");
    const FILLS0: Stream<Fill> = Stream::new("fills0");
    const SUMMARIES0: Stream<Summary> = Stream::new("summaries0");

    fn start(&mut self, cx: &Context<Self>) {
        cx.every(Duration::from_millis(250)).sample();
    }

    /// Keeps the middle of the market.
    fn quote(&mut self, quote: &Quote) {
        self.mid = (quote.bid + quote.ask) / 2.0;
    }

    /// Adds up what was traded.
    fn trade(&mut self, Trade { price, qty }: Trade) {
        self.volume += price * qty;
    }

    fn traded(&mut self, trade: Event<Trade>) {
        self.latest = Some(trade.time);
    }

    /// Fills an order a little later.
    fn order(&mut self, cx: &Context<Self>, order: Order) {
        self.open.push(order.id);
        cx.after(Duration::from_millis(5)).fill(order);
    }

    fn fill(&mut self, cx: &Context<Self>, order: Order) {
        self.position += order.qty;
        cx.emit(Self::FILLS0, Fill { id: order.id, price: self.mid });
        cx.after(Duration::from_secs(1)).close(order.id);
    }

    fn close(&mut self, id: u64) -> Result<(), String> {
        let index = self.open.iter().position(|open| *open == id).ok_or("no such order")?;
        self.open.swap_remove(index);
        Ok(())
    }

    fn sample(&mut self) {
        self.ticks += 1;
    }

    fn tick(&mut self) {
        self.ticks += 1;
    }

    fn summary(&mut self, cx: &Context<Self>) {
        cx.emit(Self::SUMMARIES0, Summary { at: cx.now(), volume: self.volume });
    }
}

enum Desk0Call {
    Fill(Order),
    Close(u64),
    Sample,
    Tick,
    Summary,
}

struct Desk0Calls<Q>(Q);

impl<Q: Slot<Desk0Call>> Desk0Calls<Q> {
    fn fill(self, order: Order) -> Q::Key
    where
        Q: Once,
    {
        self.0.put(Desk0Call::Fill(order))
    }

    fn close(self, id: u64) -> Q::Key
    where
        Q: Once,
    {
        self.0.put(Desk0Call::Close(id))
    }

    fn sample(self) -> Q::Key {
        self.0.put_with(|| Desk0Call::Sample)
    }
}

impl Strategy for Desk0 {
    const NAME: &'static str = "Desk0";
    type Call = Desk0Call;
    type Calls<Q: Slot<Desk0Call>> = Desk0Calls<Q>;
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        wiring.emits(Self::FILLS0);
        wiring.emits(Self::SUMMARIES0);
        wiring.on_start("start", Self::start);
        wiring.describe("quote", "Keeps the middle of the market.");
        wiring.on_event_ref(Self::QUOTES0, "quote", |desk, _, quote| desk.quote(quote));
        wiring.describe("trade", "Adds up what was traded.");
        wiring.on_event(Self::TRADES0, "trade", |desk, _, trade| desk.trade(trade));
        wiring.on_event(Self::TRADES0, "traded", |desk, cx, value| {
            desk.traded(Event { time: cx.event_time(), value });
        });
        wiring.describe("order", "Fills an order a little later.");
        wiring.on_event(Self::ORDERS0, "order", Self::order);
        wiring.deferred("fill");
        wiring.deferred("close");
        wiring.deferred("sample");
        wiring.every("tick", Every::new(Duration::from_secs(1)), || Desk0Call::Tick);
        wiring.every("summary", Every::new(Duration::from_secs(60)).aligned(), || Desk0Call::Summary);
    }

    fn calls<Q: Slot<Desk0Call>>(slot: Q) -> Desk0Calls<Q> {
        Desk0Calls(slot)
    }

    fn call(&mut self, cx: &Context<Self>, call: Desk0Call) -> HandlerResult {
        match call {
            Desk0Call::Fill(order) => self.fill(cx, order),
            Desk0Call::Close(id) => return Ok(self.close(id)?),
            Desk0Call::Sample => self.sample(),
            Desk0Call::Tick => self.tick(),
            Desk0Call::Summary => self.summary(cx),
        }
        Ok(())
    }

    fn call_name(call: &Desk0Call) -> &'static str {
        match call {
            Desk0Call::Fill(_) => "fill",
            Desk0Call::Close(_) => "close",
            Desk0Call::Sample => "sample",
            Desk0Call::Tick => "tick",
            Desk0Call::Summary => "summary",
        }
    }
}
