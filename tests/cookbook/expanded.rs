//! What `#[strategy]` writes for the strategy of `doorbell.rs`, as `ASP_EXPAND=Doorbell` shows it. A test of `asp-macros`
//! compares it with what is written; here it is compiled, and run. The book shows it piece by piece.

use asp::prelude::*;

use crate::kit::{shows, times};

#[derive(Default)]
struct Doorbell {
    rings: u32,
}

// ANCHOR: expansion
impl Doorbell {
    // ANCHOR: handler
    #[allow(
        clippy::missing_const_for_fn,
        clippy::needless_pass_by_ref_mut,
        clippy::needless_pass_by_value,
        clippy::trivially_copy_pass_by_ref,
        clippy::unnecessary_wraps,
        clippy::unused_self
    )]
    /// Somebody is at the door.
    fn ring(&mut self, cx: &Context<Self>, button: u8) {
        self.rings += 1;
        cx.after(Duration::from_secs(5)).answer(button);
    }
    // ANCHOR_END: handler
    #[allow(
        clippy::missing_const_for_fn,
        clippy::needless_pass_by_ref_mut,
        clippy::needless_pass_by_value,
        clippy::trivially_copy_pass_by_ref,
        clippy::unnecessary_wraps,
        clippy::unused_self
    )]
    fn answer(&mut self, cx: &Context<Self>, button: u8) {
        cx.emit(Self::LINES, format!("button {button}, ring {}", self.rings));
    }
    #[allow(
        clippy::missing_const_for_fn,
        clippy::needless_pass_by_ref_mut,
        clippy::needless_pass_by_value,
        clippy::trivially_copy_pass_by_ref,
        clippy::unnecessary_wraps,
        clippy::unused_self
    )]
    fn minute(&mut self) {
        self.rings = 0;
    }
}

// ANCHOR: streams
/// The streams that this strategy names.
#[allow(dead_code, private_interfaces, unreachable_pub)]
impl Doorbell {
    /// The stream `lines`, emitted by this strategy.
    pub const LINES: ::asp::Stream<String> = ::asp::Stream::declared("lines");
    /// The stream `rings`, read by `ring`.
    pub const RINGS: ::asp::Stream<u8> = ::asp::Stream::declared("rings");
}
// ANCHOR_END: streams

#[allow(
    clippy::redundant_closure,
    clippy::redundant_closure_for_method_calls,
    clippy::uninhabited_references,
    deprecated,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    private_bounds,
    private_interfaces,
    unnameable_types,
    unreachable_pub,
    unused_qualifications
)]
const _: () = {
    use ::asp::__private as __asp;
    // ANCHOR: calls
    #[doc(hidden)]
    #[allow(dead_code)]
    pub enum DoorbellCall {
        answer(u8),
        minute,
    }
    // ANCHOR_END: calls
    // ANCHOR: caller
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use = "nothing is deferred yet: name the method, as in `cx.after(..).method(..)`"]
    pub struct DoorbellCalls<__AspSlot> {
        __asp_slot: __AspSlot,
    }
    impl<__AspSlot> DoorbellCalls<__AspSlot>
    where
        __AspSlot: __asp::Slot<DoorbellCall>,
    {
        pub fn answer(self, button: u8) -> __AspSlot::Key
        where
            __AspSlot: __asp::Once,
        {
            __asp::Slot::put(self.__asp_slot, DoorbellCall::answer(button))
        }
    }
    // ANCHOR_END: caller
    // ANCHOR: wire
    /// Handlers: `ring` on events of `rings`, `answer` when it is deferred, `minute` every 1min.
    #[automatically_derived]
    impl __asp::Strategy for Doorbell {
        const NAME: &'static ::core::primitive::str = "Doorbell";
        #[doc(hidden)]
        type Call = DoorbellCall;
        #[doc(hidden)]
        type Calls<__AspSlot: __asp::Slot<DoorbellCall>> = DoorbellCalls<__AspSlot>;
        #[doc(hidden)]
        type Emits = ();
        #[doc(hidden)]
        fn wire(__asp_wiring: &mut __asp::Wiring<Self>) {
            __asp_wiring.emits(Self::LINES);
            __asp_wiring.describe("ring", "Somebody is at the door.");
            __asp_wiring.on_event::<u8, _>(Self::RINGS, "ring", |__asp_this, __asp_cx, __asp_payload| {
                Self::ring(__asp_this, __asp_cx, __asp_payload)
            });
            __asp_wiring.deferred("answer");
            __asp_wiring.every(
                "minute",
                __asp::Every::new(__asp::Duration::from_nanos(60000000000)).aligned(),
                || DoorbellCall::minute,
            );
        }
    // ANCHOR_END: wire
        // ANCHOR: call
        #[doc(hidden)]
        fn calls<__AspSlot: __asp::Slot<DoorbellCall>>(__asp_slot: __AspSlot) -> DoorbellCalls<__AspSlot> {
            DoorbellCalls { __asp_slot }
        }
        #[doc(hidden)]
        fn call(
            &mut self,
            __asp_cx: &__asp::Context<Self>,
            __asp_call: DoorbellCall,
        ) -> __asp::HandlerResult {
            match __asp_call {
                DoorbellCall::answer(__asp_payload) => Self::answer(self, __asp_cx, __asp_payload),
                DoorbellCall::minute => Self::minute(self),
            }
            ::core::result::Result::Ok(())
        }
        // ANCHOR_END: call
        #[doc(hidden)]
        fn call_name(__asp_call: &DoorbellCall) -> &'static ::core::primitive::str {
            match *__asp_call {
                DoorbellCall::answer(..) => "answer",
                DoorbellCall::minute => "minute",
            }
        }
    }
};
// ANCHOR_END: expansion

#[test]
fn prints_what_the_strategy_prints() {
    let rings = times([("09:00:10", 1), ("09:00:50", 2), ("09:01:20", 1)]);
    shows("doorbell", Runner::new().feed(Doorbell::RINGS, rings).add(Doorbell::default()), Doorbell::LINES);
}
