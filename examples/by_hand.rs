//! A strategy without the macros: what `#[strategy]` writes, written by hand.
//!
//! It greets each name one second after it arrived, counts a tick every two seconds, and emits what it said.

use asp::{
    Context, Duration, Every, HandlerResult, Once, Runner, Slot, Strategy, Stream, Wiring, timestamps,
};

#[derive(Default)]
struct Greeter {
    ticks: u32,
}

impl Greeter {
    const NAMES: Stream<String> = Stream::new("names");
    const GREETINGS: Stream<String> = Stream::new("greetings");

    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        println!("{} {name} arrives", cx.now());
        cx.after(Duration::from_secs(1)).greet(name);
    }

    fn greet(&mut self, cx: &Context<Self>, name: String) {
        println!("{} Hello {name}", cx.now());
        cx.emit(Self::GREETINGS, format!("Hello {name}"));
    }

    fn tick(&mut self) {
        self.ticks += 1;
    }
}

/// Everything that can be scheduled: one variant for each method that is called later.
enum GreeterCall {
    Greet(String),
    Tick,
}

/// What `cx.after(..)` returns: one method for each deferred call.
struct GreeterCalls<Q>(Q);

impl<Q: Slot<GreeterCall> + Once> GreeterCalls<Q> {
    fn greet(self, name: String) -> Q::Key {
        self.0.put(GreeterCall::Greet(name))
    }
}

impl Strategy for Greeter {
    const NAME: &'static str = "Greeter";
    type Call = GreeterCall;
    type Calls<Q: Slot<GreeterCall>> = GreeterCalls<Q>;
    // Of a fused chain it is no part: see `Runner::fuse`.
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        wiring.emits(Self::GREETINGS);
        wiring.on_event(Self::NAMES, "arrive", Self::arrive);
        wiring.deferred("greet");
        wiring.every("tick", Every::new(Duration::from_secs(2)), || GreeterCall::Tick);
    }

    fn calls<Q: Slot<GreeterCall>>(slot: Q) -> GreeterCalls<Q> {
        GreeterCalls(slot)
    }

    fn call(&mut self, cx: &Context<Self>, call: GreeterCall) -> HandlerResult {
        match call {
            GreeterCall::Greet(name) => self.greet(cx, name),
            GreeterCall::Tick => self.tick(),
        }
        Ok(())
    }

    fn call_name(call: &GreeterCall) -> &'static str {
        match call {
            GreeterCall::Greet(_) => "greet",
            GreeterCall::Tick => "tick",
        }
    }
}

fn main() -> asp::Result<()> {
    let names =
        timestamps("2025-01-01".parse()?, "1s".parse()?).zip(["Jane", "John", "Sarah"].map(String::from));
    let mut outcome = Runner::new()
        .feed(Greeter::NAMES, names)
        .add(Greeter::default())
        .collect(Greeter::GREETINGS)
        .run()?;
    for greeting in outcome.collected(Greeter::GREETINGS)? {
        println!("{greeting}");
    }
    println!("{}", outcome.report());
    println!("ticks: {}", outcome.take::<Greeter>()?.ticks);
    Ok(())
}
