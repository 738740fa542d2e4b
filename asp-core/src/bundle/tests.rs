use std::convert::Infallible;

use crate::counts;
use crate::{Context, HandlerResult, Runner, Slot, Source, Strategy, Stream, Timestamp, Wiring};

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

/// Hears two of four streams.
struct Half<const FIRST: usize, const SECOND: usize>(Vec<i64>);

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

impl<const FIRST: usize, const SECOND: usize> Strategy for Half<FIRST, SECOND> {
    const NAME: &'static str = "Half";
    type Call = Infallible;
    type Calls<Q: Slot<Infallible>> = ();
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        for name in [NAMES[FIRST], NAMES[SECOND]] {
            wiring.on_event(Stream::named(name), "hear", |it: &mut Self, _, value: i64| it.0.push(value));
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

/// What two strategies hear of 4000 events that are in turn on the four streams, and whose values are their times.
fn halves<const A: usize, const B: usize, const C: usize, const D: usize>() -> [Vec<i64>; 2] {
    let mut runner = Runner::new();
    for (lane, name) in (0..).zip(NAMES) {
        let items = (0..1000).map(move |k| (Timestamp::from_nanos(4 * k + lane), 4 * k + lane));
        runner = runner.feed(Stream::named(name), items);
    }
    let mut outcome =
        runner.add(Half::<A, B>(Vec::new())).add(Half::<C, D>(Vec::new())).run().expect("nothing fails");
    [outcome.take::<Half<A, B>>().unwrap().0, outcome.take::<Half<C, D>>().unwrap().0]
}

#[test]
fn each_strategy_hears_its_own_streams_wherever_they_stand() {
    let of = |lanes: [i64; 2]| -> Vec<i64> { (0..4000).filter(|time| lanes.contains(&(time % 4))).collect() };
    assert_eq!(halves::<0, 1, 2, 3>(), [of([0, 1]), of([2, 3])]);
    assert_eq!(halves::<0, 2, 1, 3>(), [of([0, 2]), of([1, 3])]);
    assert_eq!(halves::<0, 3, 1, 2>(), [of([0, 3]), of([1, 2])]);
    assert_eq!(halves::<3, 1, 2, 0>(), [of([1, 3]), of([0, 2])]);
}

#[test]
fn s15_a_source_that_fails_among_several_does_so_after_its_last_event() {
    // Within a batch, at its end, and in the first one of all.
    for length in [700, 512, 256, 1] {
        let mut runner = Runner::new();
        for (lane, stream) in (0..).zip(STREAMS) {
            let items = (0..1000).map(move |k| {
                let time = 3 * k + lane;
                if lane == 1 && k == length { Err("broken") } else { Ok((Timestamp::from_nanos(time), time)) }
            });
            runner = runner.feed(stream, items);
        }
        let error = runner.add(Listener { heard: Vec::new(), worst: -1, panics: false }).run().unwrap_err();
        assert_eq!(error.to_string(), format!("the source of stream \"b\" failed at index {length}: broken"));
        let mut outcome = error.into_outcome().unwrap();
        assert_eq!(outcome.take::<Listener>().unwrap().heard, (0..3 * length - 1).collect::<Vec<_>>());
    }
}

#[test]
fn a_strategy_hears_the_others_when_one_source_has_ended() {
    let mut runner = Runner::new();
    for (lane, stream) in (0..).zip(STREAMS) {
        let items = (0..1000).map(move |k| (Timestamp::from_nanos(3 * k + lane), 3 * k + lane));
        runner = runner.feed(stream, items.take(if lane == 1 { 256 } else { 1000 }));
    }
    let mut outcome = runner.add(Listener { heard: Vec::new(), worst: -1, panics: false }).run().unwrap();
    let heard: Vec<i64> = (0..3000).filter(|time| time % 3 != 1 || *time < 3 * 256).collect();
    assert_eq!(outcome.take::<Listener>().unwrap().heard, heard);
}

#[test]
fn a_lane_that_runs_dry_does_not_take_the_desk_from_the_strategy() {
    let mut runner = Runner::new();
    for (lane, stream) in (0..).zip(STREAMS) {
        let items = (0..1000).map(move |k| (Timestamp::from_nanos(3 * k + lane), 3 * k + lane));
        runner = runner.feed(stream, Source::past(items).read_ahead(8));
    }
    counts::take();
    runner.add(Listener { heard: Vec::new(), worst: -1, panics: false }).run().unwrap();
    let counts = counts::take();
    assert!(counts.pulls >= 375 && counts.held < 60, "{counts:?}");
}
