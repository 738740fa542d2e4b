# // The greeter of the crate's first example, its handlers given as closures: hidden lines of other examples.
# use asp_core::*;
#
# struct Greeter {
#     ticks: u32,
#     arrive: Box<Handler>,
#     greet: Box<Handler>,
# }
#
# type Handler = dyn FnMut(&Context<Greeter>, String) -> HandlerResult + Send;
#
# impl Default for Greeter {
#     fn default() -> Self {
#         Greeter::arriving(|cx, name| {
#             cx.after(Duration::from_secs(1)).greet(name);
#         })
#     }
# }
#
# impl Greeter {
#     const NAMES: Stream<String> = Stream::new("names");
#     const GREETINGS: Stream<String> = Stream::new("greetings");
#
#     /// With a handler for arrivals.
#     fn arriving<R: HandlerReturn>(
#         arrive: impl FnMut(&Context<Self>, String) -> R + Send + 'static,
#     ) -> Self {
#         Greeter::with(arrive, |cx, name| cx.emit(Self::GREETINGS, format!("Hello {name}")))
#     }
#
#     /// With a handler for arrivals and one for deferred greetings.
#     fn with<A: HandlerReturn, G: HandlerReturn>(
#         mut arrive: impl FnMut(&Context<Self>, String) -> A + Send + 'static,
#         mut greet: impl FnMut(&Context<Self>, String) -> G + Send + 'static,
#     ) -> Self {
#         Greeter {
#             ticks: 0,
#             arrive: Box::new(move |cx, name| arrive(cx, name).into_result()),
#             greet: Box::new(move |cx, name| greet(cx, name).into_result()),
#         }
#     }
#
#     fn arrive(&mut self, cx: &Context<Self>, name: String) -> HandlerResult {
#         (self.arrive)(cx, name)
#     }
#
#     fn greet(&mut self, cx: &Context<Self>, name: String) -> HandlerResult {
#         (self.greet)(cx, name)
#     }
#
#     fn tick(&mut self) {
#         self.ticks += 1;
#     }
# }
#
# enum GreeterCall {
#     Greet(String),
#     Tick,
# }
#
# struct GreeterCalls<Q>(Q);
#
# impl<Q: Slot<GreeterCall>> GreeterCalls<Q> {
#     fn greet(self, name: String) -> Q::Key
#     where
#         Q: Once,
#     {
#         self.0.put(GreeterCall::Greet(name))
#     }
#
#     fn tick(self) -> Q::Key {
#         self.0.put_with(|| GreeterCall::Tick)
#     }
# }
#
# impl Strategy for Greeter {
#     const NAME: &'static str = "Greeter";
#     type Call = GreeterCall;
#     type Calls<Q: Slot<GreeterCall>> = GreeterCalls<Q>;
#     type Emits = ();
#
#     fn wire(wiring: &mut Wiring<Self>) {
#         wiring.emits(Self::GREETINGS);
#         wiring.on_event(Self::NAMES, "arrive", Self::arrive);
#         wiring.deferred("greet");
#         wiring.deferred("tick");
#     }
#
#     fn calls<Q: Slot<GreeterCall>>(slot: Q) -> GreeterCalls<Q> {
#         GreeterCalls(slot)
#     }
#
#     fn call(&mut self, cx: &Context<Self>, call: GreeterCall) -> HandlerResult {
#         match call {
#             GreeterCall::Greet(name) => self.greet(cx, name)?,
#             GreeterCall::Tick => self.tick(),
#         }
#         Ok(())
#     }
#
#     fn call_name(call: &GreeterCall) -> &'static str {
#         match call {
#             GreeterCall::Greet(_) => "greet",
#             GreeterCall::Tick => "tick",
#         }
#     }
# }
#
# /// Jane, John and Sarah, one second apart from the beginning of 2025.
# fn names() -> impl Iterator<Item = (Timestamp, String)> + Send {
#     let start = "2025-01-01".parse().expect("a time");
#     timestamps(start, Duration::from_secs(1)).zip(["Jane", "John", "Sarah"].map(String::from))
# }
#
# /// A run of [`names`] with one greeter, whose greetings are collected.
# fn run<R: HandlerReturn>(
#     arrive: impl FnMut(&Context<Greeter>, String) -> R + Send + 'static,
# ) -> asp_core::Result<Outcome> {
#     Runner::new()
#         .feed(Greeter::NAMES, names())
#         .add(Greeter::arriving(arrive))
#         .collect(Greeter::GREETINGS)
#         .run()
# }
