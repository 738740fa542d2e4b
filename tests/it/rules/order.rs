//! S7, S9, S10: the total order of items.

use asp::prelude::*;
use asp::{Class, Place, Stamped, Stream};
use std::sync::{Arc, Mutex};

use crate::kit::*;

#[derive(Default)]
struct Table {
    log: Log,
}

#[strategy]
impl Table {
    #[on_event(stream = "a")]
    fn on_a(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
        if name == "a1" {
            cx.at(s(2.0)).deferred("d1");
            cx.at(cx.now()).deferred("d0");
        }
    }

    #[on_event(stream = "b")]
    fn on_b(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[after]
    fn deferred(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }
}

const A: [(f64, Name); 2] = [(1.0, "a1"), (2.0, "a2")];
const B: [(f64, Name); 2] = [(1.0, "b1"), (2.0, "b2")];

#[test]
fn s07_total_order() {
    let table = Table::default();
    let log = table.log.clone();
    let runner = Runner::new().start(s(0.0)).feed(Table::A, at(&A)).feed(Table::B, at(&B)).add(table);
    runner.run().unwrap();
    assert_eq!(log.take(), "a1@1, b1@1, tick@1, d0@1, a2@2, b2@2, d1@2, tick@2");
}

#[test]
fn s07_total_order_as_places() {
    let places = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&places);
    let runner =
        Runner::new().start(s(0.0)).feed(Table::A, at(&A)).feed(Table::B, at(&B)).add(Table::default());
    let runner = runner.observe(move |dispatch| seen.lock().unwrap().push(dispatch.place));
    runner.run().unwrap();
    let places: Vec<Place> = std::mem::take(&mut *places.lock().unwrap());
    assert!(
        places.is_sorted_by(|before, after| before < after),
        "each item has a place of its own: {places:?}"
    );
    let short: Vec<_> = places.iter().map(|place| (seconds(place.time), place.round, place.class)).collect();
    let [one, two] = ["1", "2"].map(str::to_owned);
    assert_eq!(
        short,
        [
            (one.clone(), 0, Class::Event),
            (one.clone(), 0, Class::Event),
            (one.clone(), 0, Class::Tick),
            (one, 1, Class::Call),
            (two.clone(), 0, Class::Event),
            (two.clone(), 0, Class::Event),
            (two.clone(), 0, Class::Call),
            (two, 0, Class::Tick),
        ]
    );
    let events = places.iter().filter(|place| place.class == Class::Event);
    let events: Vec<_> = events.map(|place| (place.declaration, place.sequence)).collect();
    assert_eq!(events, [(0, 0), (1, 0), (0, 1), (1, 1)], "by declaration and position among those delivered");
}

#[test]
fn s07_the_first_feed_declares_a_stream() {
    let table = Table::default();
    let log = table.log.clone();
    Runner::new().feed(Table::B, at(&B)).feed(Table::A, at(&A)).add(table).start(s(0.0)).run().unwrap();
    assert_eq!(log.take(), "b1@1, a1@1, tick@1, d0@1, b2@2, a2@2, d1@2, tick@2");
}

/// Emits nothing, but declares `b`, then `a`.
struct Declares;

#[strategy(emits(b: Name, a: Name))]
impl Declares {
    #[on_start]
    fn nothing(&mut self) {}
}

#[test]
fn s07_an_add_declares_what_it_emits_but_not_what_it_reads() {
    for (declares_first, expected) in [(true, "b1@1, a1@1"), (false, "a1@1, b1@1")] {
        let table = Table::default();
        let log = table.log.clone();
        let mut runner = Runner::new().add(table).start(s(0.9)).end(s(1.1));
        runner = if declares_first { runner.add(Declares) } else { runner };
        runner = runner.feed(Table::A, at(&A)).feed(Table::B, at(&B));
        runner = if declares_first { runner } else { runner.add(Declares) };
        runner.run().unwrap();
        assert!(log.take().starts_with(expected));
    }
}

#[test]
fn s07_streams_are_declared_after_rebind() {
    let table = Table::default();
    let log = table.log.clone();
    // `Declares` says `b` but means another stream, so that the feed is the first to name `b`.
    Runner::new()
        .add(Declares)
        .rebind(Declares::B, Stream::named("b.msft"))
        .feed(Table::B, at(&B[..1]))
        .feed(Table::A, at(&A[..1]))
        .add(table)
        .end(s(1.5))
        .run()
        .unwrap();
    assert_eq!(log.take(), "a1@1, b1@1, d0@1");
}

#[derive(Default)]
struct Ticker {
    log: Log,
    name: &'static str,
}

#[strategy]
impl Ticker {
    #[on_start]
    fn set(&mut self, cx: &Context<Self>) {
        cx.every(d(2.0)).slow();
        cx.every(d(1.0)).fast();
        cx.every(d(1.0)).slow();
    }

    #[after]
    fn fast(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{}.fast", self.name));
    }

    #[after]
    fn slow(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{}.slow", self.name));
    }
}

#[test]
fn s07_ticks_run_by_strategy_then_method_then_timer() {
    let log = Log::default();
    let ticker = |name| Ticker { log: log.clone(), name };
    let runner = Runner::new().add_as("p", ticker("p")).add_as("q", ticker("q")).end(s(2.5));
    runner.run().unwrap();
    assert_eq!(
        log.take(),
        "p.fast@1, p.slow@1, q.fast@1, q.slow@1, \
         p.fast@2, p.slow@2, p.slow@2, q.fast@2, q.slow@2, q.slow@2"
    );
}

#[derive(Default)]
struct Signals {
    log: Log,
}

#[strategy(emits(sig: String))]
impl Signals {
    #[on_event(stream = "px")]
    fn on_px(&mut self, cx: &Context<Self>, name: Name) {
        self.log.add(format!("S1 {name}"));
        cx.emit(Self::SIG, format!("sig({name})"));
    }
}

#[derive(Default)]
struct Follower {
    log: Log,
}

#[strategy]
impl Follower {
    #[on_event(stream = "vol")]
    fn on_vol(&mut self, name: Name) {
        self.log.add(format!("S2 {name}"));
    }

    #[on_event(stream = "sig")]
    fn on_sig(&mut self, signal: String) {
        self.log.add(format!("S2 {signal}"));
    }
}

#[test]
fn s09_rounds() {
    let log = Log::default();
    let runner = Runner::new()
        .feed(Signals::PX, at(&[(1.0, "p"), (1.0, "q")]))
        .feed(Follower::VOL, at(&[(1.0, "v")]))
        .add(Signals { log: log.clone() })
        .add(Follower { log: log.clone() });
    let places = observed(runner);
    assert_eq!(log.take(), "S1 p, S1 q, S2 v, S2 sig(p), S2 sig(q)");
    assert_eq!(
        places,
        "Signals.on_px@1#0, Signals.on_px@1#0, Follower.on_vol@1#0, Follower.on_sig@1#1, Follower.on_sig@1#1"
    );
}

/// Each event goes on through a call and an emission; each joins the round after.
#[derive(Default)]
struct Chain;

#[strategy(emits(again: u32))]
impl Chain {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, left: u32) {
        cx.after(Duration::ZERO).go_on(left);
    }

    #[after]
    fn go_on(&mut self, cx: &Context<Self>, left: u32) {
        if left > 0 {
            cx.emit(Self::AGAIN, left - 1);
            cx.after(d(1.0)).go_on(0);
        }
    }

    #[on_event(stream = "again")]
    fn on_again(&mut self, cx: &Context<Self>, left: u32) {
        cx.after(Duration::ZERO).go_on(left);
    }

    #[every("1s")]
    fn tick(&mut self) {}
}

#[test]
fn s09_each_step_at_one_instant_is_a_round_and_later_instants_begin_at_zero() {
    let runner = Runner::new().start(s(0.0)).feed(Chain::X, at(&[(1.0, 2)])).add(Chain);
    assert_eq!(
        observed(runner),
        "Chain.on_x@1#0, Chain.tick@1#0, Chain.go_on@1#1, Chain.on_again@1#2, Chain.go_on@1#3, \
         Chain.on_again@1#4, Chain.go_on@1#5, Chain.go_on@2#0, Chain.go_on@2#0, Chain.tick@2#0"
    );
}

#[derive(Default)]
struct Queue {
    log: Log,
    name: &'static str,
}

#[strategy]
impl Queue {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, k: u32) {
        cx.at(s(5.0)).second(k);
        cx.at(s(5.0)).first(k);
    }

    #[after]
    fn first(&mut self, k: u32) {
        self.log.add(format!("{}.first {k}", self.name));
    }

    #[after]
    fn second(&mut self, k: u32) {
        self.log.add(format!("{}.second {k}", self.name));
    }
}

#[test]
fn s10_equal_due_times_run_in_the_order_they_were_scheduled() {
    let log = Log::default();
    let queue = |name| Queue { log: log.clone(), name };
    let runner = Runner::new().feed(Queue::X, at(&[(1.0, 1), (2.0, 2)]));
    runner.add_as("p", queue("p")).add_as("q", queue("q")).run().unwrap();
    assert_eq!(
        log.take(),
        "p.second 1, p.first 1, q.second 1, q.first 1, p.second 2, p.first 2, q.second 2, q.first 2"
    );
}

/// Reads several streams, for a time alone.
struct Reader {
    seen: Vec<u64>,
}

#[strategy]
impl Reader {
    #[on_event(stream = "r0")]
    fn on_0(&mut self, cx: &Context<Self>, number: u64) {
        self.seen.push(number);
        if number == 600 {
            cx.spawn(Guest);
        }
    }

    #[on_event(stream = "r1")]
    fn on_1(&mut self, number: u64) {
        self.seen.push(number);
    }

    #[on_event(stream = "r2")]
    fn on_2(&mut self, number: u64) {
        self.seen.push(number);
    }

    #[on_event(stream = "said")]
    fn said(&mut self, number: u64) {
        self.seen.push(number);
    }
}

/// Reads one of them too, and says so.
struct Guest;

#[strategy(emits(said: u64))]
impl Guest {
    #[on_event(stream = Reader::R1)]
    fn on_1(&mut self, cx: &Context<Self>, number: u64) {
        cx.emit(Reader::SAID, 10_000 + number);
        if number == 901 {
            cx.retire();
        }
    }
}

#[test]
fn s07_streams_of_one_strategy_keep_their_order_while_another_comes_and_goes() {
    let numbers = |first: u64| (0..600).map(move |k| (s((first + 3 * k) as f64), first + 3 * k));
    let runner = Runner::new().feed(Reader::R0, numbers(0)).feed(Reader::R1, numbers(1));
    let runner = runner.feed(Reader::R2, numbers(2)).opens(Reader::SAID);
    let reader: Reader = runner.add(Reader { seen: Vec::new() }).run().unwrap().take().unwrap();
    let mut expected = Vec::new();
    for number in 0..1800 {
        expected.push(number);
        if number % 3 == 1 && (601..=901).contains(&number) {
            expected.push(10_000 + number);
        }
    }
    assert_eq!(reader.seen, expected);
}

/// Notes when events of two streams happened.
#[derive(Default)]
struct Dates {
    seen: Vec<(i64, i64)>,
}

#[strategy]
impl Dates {
    #[on_event(stream = "prompt")]
    fn prompt(&mut self, cx: &Context<Self>, _n: u64) {
        self.seen.push((cx.now().as_nanos(), cx.event_time().as_nanos()));
    }

    #[on_event(stream = "delayed")]
    fn delayed(&mut self, cx: &Context<Self>, _n: u64) {
        self.seen.push((cx.now().as_nanos(), cx.event_time().as_nanos()));
    }
}

#[test]
fn s04_stamped_and_plain_events_that_alternate_have_times_of_their_own() {
    let time = Timestamp::from_nanos;
    let delayed =
        (0..1000).map(move |k| Stamped { time: time(2 * k + 7), event_time: time(2 * k), value: 0 });
    let runner = Runner::new().feed(Dates::PROMPT, (0..1000).map(move |k| (time(2 * k + 8), 0)));
    let runner = runner.feed(Dates::DELAYED, Source::stamped(delayed));
    let dates: Dates = runner.add(Dates::default()).run().unwrap().take().unwrap();
    let expected = (7..2007).map(|now| (now, if now % 2 == 1 { now - 7 } else { now }));
    assert_eq!(dates.seen, expected.collect::<Vec<_>>());
}
