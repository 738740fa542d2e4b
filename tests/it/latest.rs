//! The latest event of another stream, as of now: `latest(..)` and `cx.latest(..)`. `book/src/handlers.md` includes the
//! last example.

use asp::prelude::*;
use asp::testing::Script;
use asp::{ErrorKind, GraphFault, Request, Slot, Strategy, Stream, Wiring};

use crate::kit::*;

/// Notes each trade with the quote before it.
#[derive(Default)]
struct Joiner {
    log: Log,
}

#[strategy(latest(quotes: f64))]
impl Joiner {
    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, trade: Name) {
        match cx.latest(Self::QUOTES) {
            Some(quote) => self.log.note(cx, format!("{trade} {} of {}", quote.value, seconds(quote.time))),
            None => self.log.note(cx, format!("{trade} none")),
        }
    }
}

fn joined(runner: impl FnOnce(Runner) -> Runner) -> String {
    let joiner = Joiner::default();
    let log = joiner.log.clone();
    runner(Runner::new()).add(joiner).run().unwrap();
    log.take()
}

#[test]
fn the_latest_event_is_the_last_one_before_now() {
    let quotes = at(&[(2.0, 10.0), (3.0, 11.0), (3.0, 12.0)]);
    let trades = at(&[(1.0, "a"), (2.5, "b"), (4.0, "c"), (9.0, "d")]);
    let log = joined(|runner| runner.feed(Joiner::QUOTES, quotes).feed(Joiner::TRADES, trades));
    assert_eq!(log, "a none@1, b 10 of 2@2.5, c 12 of 3@4, d 12 of 3@9");
}

#[test]
fn at_equal_times_the_stream_that_was_declared_first_comes_first() {
    let (quotes, trades) = (at(&[(1.0, 10.0), (2.0, 20.0)]), at(&[(1.0, "a"), (2.0, "b")]));
    let first =
        joined(|runner| runner.feed(Joiner::QUOTES, quotes.clone()).feed(Joiner::TRADES, trades.clone()));
    assert_eq!(first, "a 10 of 1@1, b 20 of 2@2");
    let second = joined(|runner| runner.feed(Joiner::TRADES, trades).feed(Joiner::QUOTES, quotes));
    assert_eq!(second, "a none@1, b 10 of 1@2");
}

#[test]
fn a_digest_an_observer_and_a_recording_change_nothing() {
    let (quotes, trades) = (at(&[(1.0, 10.0)]), at(&[(1.0, "a"), (2.0, "b")]));
    let rec = asp::Recording::new().keep(Joiner::QUOTES).keep(Joiner::TRADES);
    let log = joined(|runner| {
        let runner = runner.feed(Joiner::QUOTES, quotes).feed(Joiner::TRADES, trades);
        runner.digest().observe(|_| {}).record_to(&rec)
    });
    assert_eq!(log, "a 10 of 1@1, b 10 of 1@2");
    assert_eq!(joined(|runner| runner.replay(&rec)), log);
}

/// Reads the stream whose latest event it looks at, before and after another one does.
struct Reads {
    log: Log,
}

#[strategy(latest(x: String), emits(x: String))]
impl Reads {
    #[on_start]
    fn begin(&mut self, cx: &Context<Self>) {
        cx.emit(Self::X, "a".to_owned());
        cx.emit(Self::X, "b".to_owned());
        self.look(cx, "start");
    }

    #[on_event(stream = "x")]
    fn by_value(&mut self, cx: &Context<Self>, x: String) {
        self.look(cx, &x);
    }

    #[on_event(stream = "x")]
    fn by_reference(&mut self, cx: &Context<Self>, x: &Event<String>) {
        self.look(cx, &x.value);
    }

    #[on_settled]
    fn settled(&mut self, cx: &Context<Self>) {
        self.look(cx, "settled");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.look(cx, "stop");
    }

    fn look(&self, cx: &Context<Self>, what: &str) {
        let length = cx.with_latest(Self::X, |latest| latest.value.len());
        let latest = cx.latest(Self::X).map(|latest| latest.value);
        assert_eq!(length, latest.as_ref().map(String::len));
        self.log.add(format!("{what}: {}", latest.unwrap_or_default()));
    }
}

#[test]
fn handlers_of_the_event_see_it_and_settling_sees_the_last_of_the_instant() {
    let log = Log::default();
    Runner::new().add(Reads { log: log.clone() }).run().unwrap();
    assert_eq!(log.take(), "start: , a: a, a: a, b: b, b: b, settled: b, stop: b");
}

/// Waits between two looks, alone or beside itself.
struct Waits {
    log: Log,
}

#[strategy(latest(Joiner::QUOTES))]
impl Waits {
    #[on_event(stream = "alone")]
    async fn alone(&mut self, cx: &TaskContext<Self>, name: Name) {
        let before = cx.with_latest(Joiner::QUOTES, |quote| quote.value);
        cx.sleep(d(2.0)).await;
        let after = cx.latest(Joiner::QUOTES).map(|quote| quote.value);
        self.log.say(format!("{name} {before:?} {after:?}"));
    }

    #[on_event(stream = "beside")]
    async fn beside(this: Shared<Self>, name: Name) {
        let before = this.latest(Joiner::QUOTES).map(|quote| quote.value);
        this.sleep(d(2.0)).await;
        this.with(|waits, cx| {
            let after = cx.latest(Joiner::QUOTES).map(|quote| quote.value);
            waits.log.say(format!("{name} {before:?} {after:?}"));
        });
    }
}

#[test]
fn handlers_that_wait_see_the_newest_when_they_go_on() {
    let log = Log::default();
    Runner::new()
        .feed(Joiner::QUOTES, at(&[(1.0, 10.0), (2.0, 20.0), (3.0, 30.0), (5.0, 50.0), (7.0, 70.0)]))
        .feed(Waits::ALONE, at(&[(1.5, "a"), (2.5, "b")]))
        .feed(Waits::BESIDE, at(&[(6.5, "c")]))
        .add(Waits { log: log.clone() })
        .run()
        .unwrap();
    assert_eq!(
        log.take(),
        "a Some(10.0) Some(30.0)@3.5, b Some(30.0) Some(50.0)@5.5, c Some(50.0) Some(70.0)@8.5"
    );
}

#[test]
fn a_live_event_counts_when_it_is_dispatched() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let quotes = Source::past(at(&[(8.0, 1.0)])).then_live(script(&clock, &[(11.0, 2.0)]));
    let trades = Source::past(at(&[(9.0, "past")]))
        .then_live(script(&clock, &[(10.5, "before"), (11.0, "with"), (12.0, "after")]));
    let runner = Runner::new().feed(Joiner::TRADES, trades).feed(Joiner::QUOTES, quotes);
    lived(&clock, runner.add(Joiner { log: log.clone() }));
    // The trade of 11 is dispatched first: the quote has been received, and is a nanosecond later.
    assert_eq!(log.take(), "past 1 of 8@9, before 1 of 8@10.5, with 1 of 8@11, after 2 of 11@12");
}

#[test]
fn the_time_is_that_of_the_source() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let quotes = Script::new(&clock).stamped(s(11.0), s(7.0), 2.0).end(s(12.0)).source();
    let trades = script(&clock, &[(12.0, "after")]);
    let runner = Runner::new().feed(Joiner::TRADES, trades).feed(Joiner::QUOTES, quotes);
    lived(&clock, runner.add(Joiner { log: log.clone() }));
    assert_eq!(log.take(), "after 2 of 7@12");
}

#[test]
fn a_rebound_strategy_looks_at_its_own_stream() {
    let (ibm, msft) = (Stream::named("quotes.ibm"), Stream::named("quotes.msft"));
    let log = Log::default();
    let joiner = || Joiner { log: log.clone() };
    Runner::new()
        .feed(ibm.clone(), at(&[(1.0, 1.0)]))
        .feed(msft.clone(), at(&[(1.0, 2.0)]))
        .feed(Joiner::TRADES, at(&[(2.0, "a")]))
        .add(joiner())
        .rebind(Joiner::QUOTES, ibm)
        .add(joiner())
        .rebind(Joiner::QUOTES, msft)
        .run()
        .unwrap();
    assert_eq!(log.take(), "a 1 of 1@2, a 2 of 1@2");
}

#[test]
fn a_stream_that_nothing_feeds_is_a_fault_of_the_graph() {
    let runner = || Runner::new().feed(Joiner::TRADES, at(&[(1.0, "a")])).add(Joiner::default());
    let faults = |kind: &ErrorKind| match kind {
        ErrorKind::Graph(faults) => Some(faults.clone()),
        _ => None,
    };
    let [fault @ GraphFault::NeverFed { .. }] = &failed_with(runner(), faults)[..] else { panic!() };
    assert_eq!(
        fault.to_string(),
        "stream \"quotes\" is read by `latest` of Joiner but nothing feeds or emits it; \
         add `.feed(Joiner::QUOTES, ..)`"
    );
    let other = Stream::<u8>::new("quotes");
    let [fault @ GraphFault::TypeClash { .. }, ..] =
        &failed_with(runner().feed(other, at(&[(1.0, 1)])), faults)[..]
    else {
        panic!()
    };
    assert_eq!(
        fault.to_string(),
        "stream \"quotes\" carries f64 in `latest` of Joiner and u8 in its source; rename one or share a constant"
    );
}

/// Looks at what it does not list, or at what carries something else.
struct Outside;

#[strategy(latest(quotes: f64))]
impl Outside {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, lists: bool) {
        if lists {
            assert_eq!(cx.latest(Stream::<u8>::new("quotes")), None);
        } else {
            assert_eq!(cx.latest(Self::X), None);
        }
    }
}

#[test]
fn a_strategy_looks_only_at_what_it_declares() {
    let error = |lists| {
        let runner = Runner::new().feed(Outside::QUOTES, at(&[(0.0, 1.0)])).add(Outside);
        runner.feed(Outside::X, at(&[(1.0, lists), (2.0, lists)])).run().unwrap_err()
    };
    let not_listed = error(false);
    let ErrorKind::Refused { strategy, method, request } = not_listed.kind() else { panic!("{not_listed}") };
    assert_eq!((strategy.as_str(), method.as_str()), ("Outside", "on_x"));
    assert_eq!(request, &Request::NotLatest { stream: "x".to_owned() });
    assert!(not_listed.to_string().contains("add it to `#[strategy(latest(..))]`"), "{not_listed}");
    let events = not_listed.into_outcome().map(|outcome| outcome.report().dispatched.events);
    assert_eq!(events, Some(1), "it stops at the end of the dispatch");

    let other = error(true);
    let ErrorKind::Refused { request, .. } = other.kind() else { panic!("{other}") };
    let (stream, given) = ("quotes".to_owned(), "u8".to_owned());
    assert_eq!(request, &Request::LatestOfOther { stream, given });
}

/// Wired by hand.
struct ByHand {
    log: Log,
}

const QUOTES: Stream<f64> = Stream::new("quotes");

impl Strategy for ByHand {
    const NAME: &'static str = "ByHand";
    type Call = std::convert::Infallible;
    type Calls<Q: Slot<Self::Call>> = ();
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        wiring.latest(QUOTES);
        wiring.on_event_ref(
            Joiner::TRADES,
            "trade",
            |by_hand: &mut Self, cx: &Context<Self>, trade: &Name| {
                let quote = cx.latest(QUOTES).map(|quote| quote.value);
                by_hand.log.note(cx, format!("{trade} {quote:?}"));
            },
        );
    }

    fn calls<Q: Slot<Self::Call>>(_: Q) {}

    fn call(&mut self, _: &Context<Self>, call: Self::Call) -> asp::HandlerResult {
        match call {}
    }

    fn call_name(call: &Self::Call) -> &'static str {
        match *call {}
    }
}

#[test]
fn a_strategy_wired_by_hand_says_so_itself() {
    let log = Log::default();
    let runner = Runner::new()
        .feed(QUOTES, at(&[(1.0, 1.0)]))
        .feed(Joiner::TRADES, at(&[(2.0, "a")]))
        .add(ByHand { log: log.clone() });
    assert_eq!(
        runner.graph().to_string(),
        "streams\n  quotes: f64\n    fed\n    latest for ByHand\n  trades: &str\n    fed\n    read by ByHand::trade\n\
         strategies\n  ByHand\n    trade: on_event \"trades\"\n    latest quotes: f64\n"
    );
    let chart = runner.graph().to_mermaid();
    assert!(chart.contains("n0 -->|\"quotes: f64\"| n2\n"), "{chart}");
    runner.run().unwrap();
    assert_eq!(log.take(), "a Some(1.0)@2");
}

// ANCHOR: join
#[derive(Clone, Copy)]
struct Quote {
    bid: f64,
    ask: f64,
}

/// Says how far each trade is from the middle of the quote that was there when it was made.
struct Slippage;

#[strategy(latest(quotes: Quote), emits(slippage: f64))]
impl Slippage {
    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, price: f64) {
        let Some(quote) = cx.latest(Self::QUOTES) else { return };
        if cx.now() - quote.time > Duration::from_secs(5) {
            return; // it says nothing any more
        }
        cx.emit(Self::SLIPPAGE, price - (quote.value.bid + quote.value.ask) / 2.0);
    }
}
// ANCHOR_END: join

#[test]
fn the_recipe_joins_trades_and_quotes() {
    let quotes = [Quote { bid: 9.0, ask: 11.0 }, Quote { bid: 10.0, ask: 12.0 }];
    let mut outcome = Runner::new()
        .feed(Slippage::QUOTES, at(&[(1.0, quotes[0]), (2.0, quotes[1])]))
        .feed(Slippage::TRADES, at(&[(0.5, 10.0), (1.5, 10.5), (2.0, 10.5), (7.5, 10.5)]))
        .add(Slippage)
        .collect(Slippage::SLIPPAGE)
        .run()
        .unwrap();
    let slippage: Vec<String> =
        outcome.collected(Slippage::SLIPPAGE).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(slippage, ["1970-01-01T00:00:01.500Z 0.5", "1970-01-01T00:00:02Z -0.5"]);
}

/// Adds a joiner when the first trade comes.
struct Adds(Option<Joiner>);

#[strategy]
impl Adds {
    #[on_event(stream = "go")]
    fn go(&mut self, cx: &Context<Self>, _: u8) {
        if let Some(joiner) = self.0.take() {
            cx.spawn(joiner);
        }
    }

    #[on_event(stream = "quotes")]
    fn quote(&mut self, _: f64) {}

    #[on_event(stream = "trades")]
    fn trade(&mut self, _: Name) {}
}

#[test]
fn a_strategy_that_comes_later_sees_what_comes_after_it() {
    let joiner = Joiner::default();
    let log = joiner.log.clone();
    Runner::new()
        .feed(Adds::QUOTES, at(&[(1.0, 1.0), (4.0, 4.0)]))
        .feed(Adds::TRADES, at(&[(3.0, "a"), (5.0, "b")]))
        .feed(Adds::GO, at(&[(2.0, 0)]))
        .add(Adds(Some(joiner)))
        .run()
        .unwrap();
    assert_eq!(log.take(), "a none@3, b 4 of 4@5");
}
