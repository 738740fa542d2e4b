//! What a run says to those who are new to it: mistakes that compile. Their names are those in `ui/RULES`.

use asp::prelude::*;
use asp::{Outcome, Stream};

use crate::kit::{at, s};

#[derive(Default)]
struct Greeter {
    again: bool,
    count: u32,
}

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn arrive(&mut self, cx: &Context<Self>, name: String) {
        cx.after(Duration::ZERO).greet(name);
    }

    #[after]
    fn greet(&mut self, cx: &Context<Self>, name: String) {
        self.count += 1;
        if self.again {
            cx.after(Duration::ZERO).greet(name);
        }
    }
}

fn names() -> Vec<(Timestamp, String)> {
    at(&[(0.0, "Jane".to_owned()), (1.0, "John".to_owned())])
}

fn fed() -> Runner {
    Runner::new().feed(Greeter::NAMES, names())
}

fn greeted() -> Outcome {
    fed().add(Greeter::default()).run().unwrap()
}

/// What the run fails with.
fn fault(runner: Runner) -> String {
    runner.run().unwrap_err().to_string()
}

#[test]
fn strategy_not_added() {
    assert_eq!(
        fault(fed()),
        "stream \"names\" is fed but nobody reads it; \
         add a strategy with a handler for it, or `.opens(..)` if one comes later, or remove the feed"
    );
}

#[test]
fn stream_not_fed() {
    assert_eq!(
        fault(Runner::new().add(Greeter::default())),
        "stream \"names\" is read by Greeter::arrive but nothing feeds or emits it; add `.feed(Greeter::NAMES, ..)`"
    );
}

/// Its constant is that of the strategy which emits it, and not one of the reader.
#[test]
fn emitter_not_added() {
    struct Exchange;

    #[strategy(emits(fills: u32))]
    impl Exchange {
        #[on_event(stream = "orders")]
        fn order(&mut self, cx: &Context<Self>, order: u32) {
            cx.emit(Self::FILLS, order);
        }
    }

    struct Account;

    #[strategy]
    impl Account {
        #[on_event(stream = Exchange::FILLS)]
        fn fill(&mut self, _fill: u32) {}
    }

    struct Screen;

    #[strategy(latest(Exchange::FILLS))]
    impl Screen {
        #[on_event(stream = "orders")]
        fn order(&mut self, _order: u32) {}
    }

    assert_eq!(
        fault(Runner::new().add(Account)),
        "stream \"fills\" is read by Account::fill but nothing feeds or emits it; \
         add the strategy that emits it, or `.feed(Exchange::FILLS, ..)`"
    );
    assert_eq!(
        fault(Runner::new().feed(Screen::ORDERS, at(&[(0.0, 1)])).add(Screen)),
        "stream \"fills\" is read by `latest` of Screen but nothing feeds or emits it; \
         add the strategy that emits it, or `.feed(Exchange::FILLS, ..)`"
    );
    assert_eq!(
        fault(Runner::new().add(Screen).feed(Exchange::FILLS, at(&[(0.0, 1)]))),
        "stream \"orders\" is read by Screen::order but nothing feeds or emits it; add `.feed(Screen::ORDERS, ..)`"
    );
    let orders = || at(&[(0.0, 1)]);
    Runner::new().feed(Exchange::ORDERS, orders()).add(Exchange).add(Account).run().unwrap();
}

#[test]
fn stream_name_misspelt() {
    let runner = Runner::new().feed(Stream::named("name"), names()).add(Greeter::default());
    assert_eq!(
        fault(runner),
        "stream \"name\" is fed but nobody reads it; a stream with a similar name exists: \"names\"\n\
         stream \"names\" is read by Greeter::arrive but nothing feeds or emits it; \
         a stream with a similar name exists: \"name\""
    );
}

/// The reader or the source that clashes is there all the same.
#[test]
fn clash_is_reported_once() {
    let numbers = || at(&[(0.0, 1)]);
    let names = Stream::<i32>::named("names");
    assert_eq!(
        fault(Runner::new().feed(names.clone(), numbers()).add(Greeter::default())),
        "stream \"names\" carries i32 in its source and String in Greeter::arrive; rename one or share a constant"
    );
    assert_eq!(
        fault(Runner::new().add(Greeter::default()).feed(names, numbers())),
        "stream \"names\" carries String in Greeter::arrive and i32 in its source; rename one or share a constant"
    );
}

#[test]
fn stream_fed_twice() {
    assert_eq!(
        fault(fed().feed(Greeter::NAMES, names()).add(Greeter::default())),
        "stream \"names\" is fed twice; to join sources write `.feed(stream, Source::merge([a, b]))`"
    );
}

#[test]
fn names_are_given_once() {
    assert_eq!(
        fault(fed().add_as("door", Greeter::default()).add_as("door", Greeter::default())),
        "two strategies are named \"door\"; give one another name in `add_as`"
    );
}

#[test]
fn history_out_of_order() {
    let names = at(&[(1.0, "Jane".to_owned()), (0.0, "John".to_owned())]);
    assert_eq!(
        fault(Runner::new().feed(Greeter::NAMES, names).add(Greeter::default())),
        "stream \"names\" goes back in time at index 1: 1970-01-01T00:00:00Z after 1970-01-01T00:00:01Z; \
         sort it, or allow a window with `reorder(..)`"
    );
}

#[test]
fn seconds_of_milliseconds() {
    let panic = std::panic::catch_unwind(|| Timestamp::from_secs(1_735_689_600_000)).unwrap_err();
    assert_eq!(
        *panic.downcast_ref::<&str>().unwrap(),
        "the time is beyond the last timestamp 2262-04-11T23:47:16.854775807Z; \
         counts of milliseconds go into `Timestamp::from_millis`"
    );
}

#[test]
fn end_before_start() {
    assert_eq!(
        fault(fed().add(Greeter::default()).start(s(1.0)).end(s(0.0))),
        "the run would end at 1970-01-01T00:00:00Z, before it starts at 1970-01-01T00:00:01Z; \
         swap `.start(..)` and `.end(..)`"
    );
}

/// To swap them would change nothing.
#[test]
fn end_where_it_starts() {
    assert_eq!(
        fault(fed().add(Greeter::default()).start(s(1.0)).end(s(1.0))),
        "the run would end at 1970-01-01T00:00:01Z, where it starts, and nothing at its end is dispatched; \
         set a later `.end(..)`"
    );
}

struct Clock;

#[strategy]
impl Clock {
    #[every("1s")]
    fn tick(&mut self) {}
}

#[test]
fn timers_without_end() {
    assert_eq!(
        fault(Runner::new().add(Clock)),
        "nothing but timers is left and the run has no end; set `.end(..)`"
    );
}

#[test]
fn live_source_in_history() {
    let visitors = futures::stream::iter(["Sarah".to_owned()]);
    let source = Source::past(names()).then_live(visitors);
    assert_eq!(
        fault(Runner::new().feed(Greeter::NAMES, source).add(Greeter::default())),
        "stream \"names\" has a live source; use `.run_live().await`"
    );
}

struct Echo;

#[strategy]
impl Echo {
    #[on_event(stream = "shouts")]
    fn hear(&mut self, cx: &Context<Self>, shout: String) {
        cx.emit(Greeter::NAMES, shout);
    }
}

#[test]
fn emits_for_another() {
    assert_eq!(
        fault(fed().feed(Echo::SHOUTS, names()).add(Greeter::default()).add(Echo)),
        "Echo::hear: it emits on stream \"names\", which it does not list; add it to `#[strategy(emits(..))]`"
    );
}

struct Ear;

#[strategy(fuse)]
impl Ear {
    #[on_event(stream = "names")]
    fn hear(&mut self, _name: String) {}
}

struct Mouth;

#[strategy(emits(words: String), fuse)]
impl Mouth {
    #[on_event(stream = "names")]
    fn speak(&mut self, cx: &Context<Self>, name: String) {
        cx.emit(Self::WORDS, name);
    }
}

#[test]
fn fuse_without_stream() {
    assert_eq!(
        fault(fed().add(Mouth).add(Ear).fuse::<(Mouth, Ear)>()),
        "`fuse` names Ear after Mouth, but Ear reads no stream that Mouth emits; add both, and name them in the order in \
         which they emit"
    );
}

#[test]
fn call_goes_round() {
    assert_eq!(
        fault(fed().add(Greeter { again: true, ..Greeter::default() }).max_rounds(100)),
        "100 rounds at 1970-01-01T00:00:00Z without time moving on: Greeter.greet -> Greeter.greet; \
         delay one of them, as with `cx.after(..)` or `cx.emit_after(..)`, or raise `.max_rounds(..)`"
    );
}

struct Sleeper;

#[strategy]
impl Sleeper {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.after(Duration::ZERO).nap();
    }

    #[after]
    async fn nap(&mut self) {
        tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    }
}

/// A timer of tokio knows nothing of virtual time.
#[test]
fn wait_outside_of_the_run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let text = runtime.block_on(async { fault(Runner::new().add(Sleeper)) });
    assert!(text.ends_with("wrap what they wait for in `cx.external(..)` if it is outside"), "{text}");
}

#[test]
fn one_of_two_taken() {
    let mut outcome = fed().add(Greeter::default()).add(Greeter::default()).run().unwrap();
    assert_eq!(
        outcome.take::<Greeter>().err().unwrap().to_string(),
        "the run has 2 strategies of type Greeter; use `take_named(..)` or `take_all()`"
    );
}

#[test]
fn taken_twice() {
    let mut outcome = greeted();
    let greeter: Greeter = outcome.take().unwrap();
    assert_eq!(greeter.count, 2);
    assert_eq!(
        outcome.take::<Greeter>().err().unwrap().to_string(),
        "the run has no strategy of type Greeter; it has none (1 was taken already, or has retired)"
    );
}

#[test]
fn read_without_collect() {
    assert_eq!(
        greeted().collected(Greeter::NAMES).unwrap_err().to_string(),
        "stream \"names\" was not collected as String, or was taken already; add `.collect(..)` to the runner"
    );
}
