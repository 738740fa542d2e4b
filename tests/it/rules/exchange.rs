//! S45: strategies exchange events by streams that one emits and others read, by constant or by name.

use asp::prelude::*;
use asp::{ErrorKind, GraphFault};

use crate::kit::*;

struct Exchange;

#[strategy(emits(acks: u32))]
impl Exchange {
    #[on_event(stream = "orders")]
    fn order(&mut self, cx: &Context<Self>, order: u32) {
        cx.emit(Self::ACKS, order);
    }
}

struct ByConstant(Log);

#[strategy]
impl ByConstant {
    #[on_event(stream = Exchange::ACKS)]
    fn ack(&mut self, cx: &Context<Self>, order: u32) {
        self.0.note(cx, format!("constant {order}"));
    }
}

struct ByName(Log);

#[strategy]
impl ByName {
    #[on_event(stream = "acks")]
    fn ack(&mut self, cx: &Context<Self>, order: u32) {
        self.0.note(cx, format!("name {order}"));
    }
}

struct OtherType;

#[strategy]
impl OtherType {
    #[on_event(stream = "acks")]
    fn ack(&mut self, _: String) {}
}

struct OtherName;

#[strategy]
impl OtherName {
    #[on_event(stream = "ack")]
    fn ack(&mut self, _: u32) {}
}

fn exchange() -> Runner {
    Runner::new().feed(Exchange::ORDERS, at(&[(1.0, 7)])).add(Exchange)
}

/// The only fault of a graph, which is found before its first event.
fn fault(runner: Runner) -> (GraphFault, String) {
    let error = runner.run().unwrap_err();
    let ErrorKind::Graph(faults) = error.kind() else { panic!("{error}") };
    let [fault] = &faults[..] else { panic!("{error}") };
    (fault.clone(), error.to_string())
}

#[test]
fn s45_a_stream_of_another_strategy_is_read_by_its_constant_or_its_name() {
    let log = Log::default();
    exchange().add(ByConstant(log.clone())).add(ByName(log.clone())).run().unwrap();
    assert_eq!(log.take(), "constant 7@1, name 7@1");
}

#[test]
fn s45_by_name_the_type_is_checked_before_the_run() {
    let (fault, text) = fault(exchange().add(OtherType));
    assert!(matches!(fault, GraphFault::TypeClash { .. }), "{fault:?}");
    assert_eq!(
        text,
        "stream \"acks\" carries u32 in `emits` of Exchange and String in OtherType::ack; rename one or share a \
         constant"
    );
}

#[test]
fn s45_by_name_the_stream_is_checked_before_the_run() {
    let (fault, text) = fault(exchange().collect(Exchange::ACKS).add(OtherName));
    assert!(matches!(fault, GraphFault::NeverFed { .. }), "{fault:?}");
    assert_eq!(
        text,
        "stream \"ack\" is read by OtherName::ack but nothing feeds or emits it; a stream with a similar name \
         exists: \"acks\""
    );
}

#[test]
fn s45_feedback_with_a_delay_goes_on_until_somebody_has_enough() {
    struct Serve(Log);

    #[strategy(emits(serves: u32))]
    impl Serve {
        #[on_event(stream = "first")]
        #[on_event(stream = Return::RETURNS)]
        fn hit(&mut self, cx: &Context<Self>, ball: u32) {
            self.0.note(cx, ball);
            cx.emit_after(d(0.5), Self::SERVES, ball);
        }
    }

    struct Return;

    #[strategy(emits(returns: u32))]
    impl Return {
        #[on_event(stream = Serve::SERVES)]
        fn hit(&mut self, cx: &Context<Self>, ball: u32) {
            if ball < 3 {
                cx.emit_after(d(0.25), Self::RETURNS, ball + 1);
            }
        }
    }

    let log = Log::default();
    Runner::new().feed(Serve::FIRST, at(&[(0.0, 0)])).add(Serve(log.clone())).add(Return).run().unwrap();
    assert_eq!(log.take(), "0@0, 1@0.75, 2@1.5, 3@2.25");
}
