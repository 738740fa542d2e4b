# use asp_core::*;
# #[derive(Default)]
# struct Sleeper {
#     naps: u32,
# }
# #[derive(Clone, Copy)]
# struct Nap;
# impl Strategy for Sleeper {
#     const NAME: &'static str = "Sleeper";
#     type Call = Nap;
#     type Calls<Q: Slot<Nap>> = ();
#     type Emits = ();
#     fn wire(wiring: &mut Wiring<Self>) {
#         wiring.deferred("nap");
#         wiring.after("nap", Duration::from_secs(1), || Nap);
#     }
#     fn calls<Q: Slot<Nap>>(_: Q) {}
#     fn call(&mut self, _: &Context<Self>, _: Nap) -> HandlerResult {
#         Ok(())
#     }
#     fn is_async(_: &Nap) -> bool {
#         true
#     }
#     fn begin(_: Nap, task: Begin<'_, Self>) {
#         task.exclusive(|mut this, cx| async move {
#             cx.sleep(Duration::from_secs(2)).await;
#             this.naps += 1;
#         });
#     }
#     fn call_name(_: &Nap) -> &'static str {
#         "nap"
#     }
# }
