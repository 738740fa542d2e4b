# // When a timer ticks: hidden lines of the examples of `Every`.
# use asp_core::*;
#
# struct Ticker {
#     every: Every,
#     ticks: Vec<f64>,
# }
#
# struct TickerCalls<Q>(Q);
#
# impl Strategy for Ticker {
#     const NAME: &'static str = "Ticker";
#     type Call = ();
#     type Calls<Q: Slot<()>> = TickerCalls<Q>;
#     type Emits = ();
#
#     fn wire(wiring: &mut Wiring<Self>) {
#         wiring.on_start("begin", |ticker: &mut Self, cx: &Context<Self>| {
#             cx.every(ticker.every.clone()).0.put_with(|| ());
#         });
#         wiring.deferred("tick");
#     }
#
#     fn calls<Q: Slot<()>>(slot: Q) -> TickerCalls<Q> {
#         TickerCalls(slot)
#     }
#
#     fn call(&mut self, cx: &Context<Self>, (): ()) -> HandlerResult {
#         self.ticks.push(cx.now().as_nanos() as f64 / 1e9);
#         Ok(())
#     }
#
#     fn call_name((): &()) -> &'static str {
#         "tick"
#     }
# }
#
# fn at(secs: f64) -> Timestamp {
#     Timestamp::from_nanos((secs * 1e9) as i64)
# }
#
# /// When a timer ticks that is set at 10.3, in a run that ends before 15.
# fn ticks(every: Every) -> asp_core::Result<Vec<f64>> {
#     let ticker = Ticker { every, ticks: Vec::new() };
#     let mut outcome = Runner::new().start(at(10.3)).end(at(15.0)).add(ticker).run()?;
#     Ok(outcome.take::<Ticker>()?.ticks)
# }
