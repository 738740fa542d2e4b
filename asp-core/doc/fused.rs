# // A chain of two strategies by hand: hidden lines of the examples of fused chains.
# use asp_core::*;
# use std::convert::Infallible;
#
# struct Doubler;
#
# impl Doubler {
#     const PRICES: Stream<f64> = Stream::new("prices");
#     const DOUBLED: Stream<f64> = Stream::new("doubled");
#
#     fn on_price(&mut self, cx: &Context<Self>, price: f64) {
#         cx.emit(Self::DOUBLED, 2.0 * price);
#     }
# }
#
# impl Strategy for Doubler {
#     const NAME: &'static str = "Doubler";
#     type Call = Infallible;
#     type Calls<Q: Slot<Infallible>> = ();
#     type Emits = Outlet<f64>;
#
#     fn wire(wiring: &mut Wiring<Self>) {
#         wiring.emits(Self::DOUBLED);
#         wiring.on_event(Self::PRICES, "on_price", Self::on_price);
#     }
#
#     fn calls<Q: Slot<Infallible>>(_: Q) {}
#
#     fn call(&mut self, _: &Context<Self>, call: Infallible) -> HandlerResult {
#         match call {}
#     }
#
#     fn call_name(call: &Infallible) -> &'static str {
#         match *call {}
#     }
# }
#
# impl Fuse for Doubler {
#     fn receiver(method: &str) -> Option<u32> {
#         (method == "on_price").then_some(0)
#     }
#
#     fn inputs(inputs: &mut impl Inputs) {
#         inputs.input(Self::PRICES, "on_price");
#     }
#
#     fn receive<T: 'static>(&mut self, cx: &Context<Self>, _: u32, value: T) -> HandlerResult {
#         self.accept(cx, value, Self::on_price)
#     }
# }
#
# #[derive(Default)]
# struct Total(f64);
#
# impl Total {
#     fn add(&mut self, _: &Context<Self>, value: f64) {
#         self.0 += value;
#     }
# }
#
# impl Strategy for Total {
#     const NAME: &'static str = "Total";
#     type Call = Infallible;
#     type Calls<Q: Slot<Infallible>> = ();
#     type Emits = ();
#
#     fn wire(wiring: &mut Wiring<Self>) {
#         wiring.on_event(Doubler::DOUBLED, "add", Self::add);
#     }
#
#     fn calls<Q: Slot<Infallible>>(_: Q) {}
#
#     fn call(&mut self, _: &Context<Self>, call: Infallible) -> HandlerResult {
#         match call {}
#     }
#
#     fn call_name(call: &Infallible) -> &'static str {
#         match *call {}
#     }
# }
#
# impl Fuse for Total {
#     fn receiver(method: &str) -> Option<u32> {
#         (method == "add").then_some(0)
#     }
#
#     fn inputs(inputs: &mut impl Inputs) {
#         inputs.input(Doubler::DOUBLED, "add");
#     }
#
#     fn receive<T: 'static>(&mut self, cx: &Context<Self>, _: u32, value: T) -> HandlerResult {
#         self.accept(cx, value, Self::add)
#     }
# }
