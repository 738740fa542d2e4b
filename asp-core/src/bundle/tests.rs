use std::convert::Infallible;

use crate::{Context, HandlerResult, Runner, Slot, Strategy, Stream, Timestamp, Wiring};

const STREAMS: [Stream<i64>; 3] = [Stream::new("a"), Stream::new("b"), Stream::new("c")];

/// Counts what it hears on all of them, up to a value that it cannot stand.
struct Listener {
    heard: Vec<i64>,
    worst: i64,
    panics: bool,
}

impl Listener {
    fn hear(&mut self, _: &Context<Self>, value: i64) -> HandlerResult {
        if value == self.worst {
            assert!(!self.panics, "that is enough");
            return Err("that is enough".into());
        }
        self.heard.push(value);
        Ok(())
    }
}

impl Strategy for Listener {
    const NAME: &'static str = "Listener";
    type Call = Infallible;
    type Calls<Q: Slot<Infallible>> = ();
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        for stream in STREAMS {
            wiring.on_event(stream, "hear", Self::hear);
        }
    }

    fn calls<Q: Slot<Infallible>>(_: Q) {}

    fn call(&mut self, _: &Context<Self>, call: Infallible) -> HandlerResult {
        match call {}
    }

    fn call_name(call: &Infallible) -> &'static str {
        match *call {}
    }
}

/// 3000 events, in turn on the three streams, whose values are their times.
fn runner(worst: i64, panics: bool) -> Runner {
    let mut runner = Runner::new();
    for (lane, stream) in (0..).zip(STREAMS) {
        runner =
            runner.feed(stream, (0..1000).map(move |k| (Timestamp::from_nanos(3 * k + lane), 3 * k + lane)));
    }
    runner.add(Listener { heard: Vec::new(), worst, panics })
}

#[test]
fn events_of_several_streams_are_heard_in_their_order() {
    let mut outcome = runner(-1, false).run().unwrap();
    assert_eq!(outcome.report().dispatched.events, 3000);
    assert_eq!(outcome.take::<Listener>().unwrap().heard, (0..3000).collect::<Vec<_>>());
}

#[test]
fn what_fails_among_several_streams_is_named_and_counted() {
    for (panics, what) in [(false, "failed"), (true, "panicked")] {
        let error = runner(1000, panics).run().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "Listener::hear {what} at 1970-01-01T00:00:00.000001Z on stream \"b\", event 333: that is enough"
            )
        );
        let outcome = error.into_outcome().unwrap();
        assert_eq!(outcome.report().dispatched.events, 1001);
    }
}
