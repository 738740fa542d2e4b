//! Fused chains: what happens, and when, is the same as without, and what is said of it is as well.

use asp::prelude::*;
use asp::{Error, OnError, Outcome, Report};

use crate::kit::*;

mod private {
    /// A payload that nobody else can name.
    #[derive(Clone, Debug)]
    pub(super) struct Price(pub(super) f64);
}
use private::Price;

/// What a strategy of a chain does beside passing on what it gets.
type Act<S> = fn(&Context<S>, u32);

struct First {
    log: Log,
    act: Act<First>,
}

#[strategy(emits(prices: Price, odd: u32), fuse)]
impl First {
    #[on_event(stream = "numbers")]
    fn number(&mut self, cx: &Context<Self>, number: u32) {
        self.log.note(cx, format_args!("first {number}"));
        (self.act)(cx, number);
        cx.emit(Self::PRICES, Price(f64::from(number)));
    }

    #[after]
    fn later(&mut self, cx: &Context<Self>, number: u32) {
        self.log.note(cx, format_args!("later {number}"));
    }
}

struct Second {
    log: Log,
    act: Act<Second>,
    fails_at: u32,
    sum: f64,
}

#[strategy(emits(sums: f64), fuse)]
impl Second {
    #[on_event(stream = First::PRICES)]
    fn price(&mut self, cx: &Context<Self>, price: &Price) -> Result<(), String> {
        self.log.note(cx, format_args!("second {}", price.0));
        let number = price.0 as u32;
        assert!(number != 1000, "a thousand");
        if number == self.fails_at {
            return Err(format!("{number} is too much"));
        }
        (self.act)(cx, number);
        self.sum += price.0;
        cx.emit(Self::SUMS, self.sum);
        Ok(())
    }

    #[after]
    fn soon(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "soon");
    }
}

#[derive(Default)]
struct Third {
    log: Log,
    sum: f64,
}

#[strategy(fuse)]
impl Third {
    #[on_event(stream = Second::SUMS)]
    fn sum(&mut self, cx: &Context<Self>, sum: Event<f64>) {
        self.log.note(cx, format_args!("third {}", sum.value));
        assert_eq!(sum.time, cx.now());
        self.sum = sum.value;
    }

    #[on_event(stream = First::ODD)]
    fn odd(&mut self, cx: &Context<Self>, odd: u32) {
        self.log.note(cx, format_args!("odd {odd}"));
    }
}

type Chain = (First, Second, Third);

/// One number each second, 1, 2, 3, ...
fn numbers(count: u32) -> Vec<(Timestamp, u32)> {
    (1..=count).map(|number| (s(f64::from(number)), number)).collect()
}

struct Case {
    count: u32,
    first: Act<First>,
    second: Act<Second>,
    fails_at: u32,
    more: fn(Runner) -> Runner,
}

impl Default for Case {
    fn default() -> Self {
        Case { count: 20, first: |_, _| {}, second: |_, _| {}, fails_at: 0, more: |runner| runner }
    }
}

/// What became of a run.
struct End {
    log: String,
    report: Report,
    error: String,
    sum: Option<f64>,
}

impl Case {
    fn runner(&self, log: &Log) -> Runner {
        let Case { count, first, second, fails_at, more } = *self;
        let second = Second { log: log.clone(), act: second, fails_at, sum: 0.0 };
        let runner = Runner::new()
            .feed(First::NUMBERS, numbers(count))
            .add(First { log: log.clone(), act: first })
            .add(second)
            .add(Third { log: log.clone(), sum: 0.0 });
        more(runner)
    }

    fn run(&self, fuses: bool) -> End {
        let log = Log::default();
        let runner = self.runner(&log);
        let ended = if fuses { runner.fuse::<Chain>().run() } else { runner.run() };
        let (mut outcome, error): (Outcome, Option<Error>) = match ended {
            Ok(outcome) => (outcome, None),
            Err(error) => {
                let text = error.to_string();
                let outcome = error.into_outcome().unwrap();
                return End { log: log.take(), report: outcome.report().clone(), error: text, sum: None };
            }
        };
        let sum = outcome.take::<Third>().ok().map(|third| third.sum);
        let error = error.map(|error| error.to_string()).unwrap_or_default();
        End { log: log.take(), report: outcome.report().clone(), error, sum }
    }

    /// Runs both ways; what became of it, and how many emissions were passed on directly.
    fn compare(&self) -> (End, u64) {
        let (loose, mut fused) = (self.run(false), self.run(true));
        assert_eq!(loose.report.fused, 0);
        let passed_on = std::mem::take(&mut fused.report.fused);
        assert_eq!(fused.log, loose.log);
        assert_eq!(fused.report, loose.report);
        assert_eq!((&fused.error, fused.sum), (&loose.error, loose.sum));
        (fused, passed_on)
    }
}

#[test]
fn a_chain_takes_its_events_one_by_one() {
    let (end, passed_on) = Case::default().compare();
    assert!(
        end.log.starts_with("first 1@1, second 1@1, third 1@1, first 2@2, second 2@2, third 3@2"),
        "{}",
        end.log
    );
    assert_eq!(end.sum, Some(210.0));
    // Others may begin at the start, and the last event of a batch may have one of its instant behind it.
    assert_eq!(passed_on, 2 * 18);
}

#[test]
fn events_of_one_instant_come_before_what_is_emitted_there() {
    let time = |number: u32| s(f64::from(if number < 10 { number / 2 } else { number }));
    let two_at_a_time = (1..=20).map(move |number| (time(number), number));
    let log = Log::default();
    let second = Second { log: log.clone(), act: |_, _| {}, fails_at: 0, sum: 0.0 };
    let runner = Runner::new()
        .feed(First::NUMBERS, two_at_a_time)
        .add(First { log: log.clone(), act: |_, _| {} })
        .add(second)
        .add(Third { log: log.clone(), sum: 0.0 });
    let outcome = runner.fuse::<Chain>().run().unwrap();
    assert!(log.take().contains("first 2@1, first 3@1, second 2@1, second 3@1, third 3@1, third 6@1"));
    assert_eq!(outcome.report().fused, 2 * 10); // from 10 to 19
}

#[test]
fn a_handler_of_a_chain_may_ask_for_more() {
    let acts: [Act<First>; 7] = [
        |cx, number| {
            let _ = cx.after("1500ms".parse::<Duration>().unwrap()).later(number);
        },
        |cx, number| {
            let _ = cx.after(Duration::ZERO).later(number);
        },
        |cx, number| {
            if number % 2 == 1 {
                cx.emit(First::ODD, number);
            }
        },
        |cx, number| cx.emit(First::PRICES, Price(0.5 * f64::from(number))),
        |cx, _| {
            let _ = cx.emit_after(Duration::ZERO, First::PRICES, Price(0.25));
        },
        |cx, _| {
            let _ = cx.emit_after(Duration::from_millis(1), First::PRICES, Price(0.25));
        },
        |cx, number| {
            if number == 7 {
                cx.stop();
            }
        },
    ];
    let passed_on = acts.map(|first| Case { first, ..Case::default() }.compare().1);
    // Those that ask for nothing at this instant leave the chain alone.
    assert!(passed_on[0] > 30 && passed_on[2] > 10 && passed_on[6] >= 10, "{passed_on:?}");
    let acts: [Act<Second>; 4] = [
        |cx, _| {
            let _ = cx.after(Duration::from_millis(200)).soon();
        },
        |cx, _| {
            let _ = cx.after(Duration::ZERO).soon();
        },
        |cx, number| {
            if number == 5 {
                cx.stop();
            }
        },
        |cx, number| {
            if number == 5 {
                cx.retire();
            }
        },
    ];
    for second in acts {
        let (_, passed_on) = Case { second, ..Case::default() }.compare();
        assert!(passed_on > 4, "{passed_on}");
    }
}

#[test]
fn an_error_in_a_chain_names_what_it_names_without() {
    let (end, _) = Case { fails_at: 9, ..Case::default() }.compare();
    assert_eq!(
        end.error,
        "Second::price failed at 1970-01-01T00:00:09Z on stream \"prices\", event 8: 9 is too much"
    );
    let goes_on = |runner: Runner| runner.on_error(OnError::Continue);
    let (end, passed_on) = Case { fails_at: 9, more: goes_on, ..Case::default() }.compare();
    assert_eq!((end.report.errors, end.error.as_str()), (1, ""));
    assert!(passed_on > 30, "{passed_on}");
}

#[test]
fn a_panic_in_a_chain_names_what_it_names_without() {
    let more = |runner: Runner| runner.end(s(1_500.0));
    let (end, passed_on) = Case { count: 1_100, more, ..Case::default() }.compare();
    assert_eq!(
        end.error,
        "Second::price panicked at 1970-01-01T00:16:40Z on stream \"prices\", event 999: a thousand"
    );
    assert!(passed_on > 1_500, "{passed_on}");
}

#[test]
fn a_panic_is_that_of_the_handler_that_panics() {
    let first: Act<First> = |_, number| assert!(number != 15, "fifteen");
    let second: Act<Second> = |cx, _| {
        let _ = cx.after(Duration::from_millis(200)).soon();
    };
    let (end, passed_on) = Case { first, second, ..Case::default() }.compare();
    assert_eq!(
        end.error,
        "First::number panicked at 1970-01-01T00:00:15Z on stream \"numbers\", event 14: fifteen"
    );
    assert!(passed_on > 20, "{passed_on}");
}

#[test]
fn what_was_emitted_before_a_panic_is_pending() {
    struct Brittle;

    #[strategy(emits(words: u32), fuse)]
    impl Brittle {
        #[on_event(stream = "numbers")]
        fn number(&mut self, cx: &Context<Self>, number: u32) {
            cx.emit(Self::WORDS, number);
            assert!(number < 9);
        }
    }

    #[derive(Default)]
    struct Reader {
        last: u32,
    }

    #[strategy(fuse)]
    impl Reader {
        #[on_event(stream = Brittle::WORDS)]
        fn word(&mut self, word: u32) {
            self.last = word;
        }
    }

    for fuses in [false, true] {
        let runner = Runner::new().feed(Brittle::NUMBERS, numbers(20)).add(Brittle).add(Reader::default());
        let ended = if fuses { runner.fuse::<(Brittle, Reader)>().run() } else { runner.run() };
        let mut outcome = ended.unwrap_err().into_outcome().unwrap();
        assert_eq!((outcome.report().pending, outcome.report().dispatched.events), (1, 8 + 9));
        assert_eq!(outcome.report().fused > 0, fuses);
        assert_eq!(outcome.take::<Reader>().unwrap().last, 8);
    }
}

#[test]
fn rounds_are_counted_where_few_are_allowed() {
    let (end, passed_on) = Case { more: |runner| runner.max_rounds(2), ..Case::default() }.compare();
    assert!(
        end.error.starts_with("2 rounds at 1970-01-01T00:00:01Z without time moving on"),
        "{}",
        end.error
    );
    assert_eq!(passed_on, 0);
}

#[test]
fn others_at_an_instant_have_their_turn() {
    struct Ticker(Log);

    #[strategy]
    impl Ticker {
        #[every("700ms")]
        fn tick(&mut self, cx: &Context<Self>) {
            self.0.note(cx, "tick");
        }
    }

    let log = Log::default();
    let case = Case::default();
    let run = |fuses| {
        let runner = case.runner(&log).add(Ticker(log.clone()));
        let outcome = if fuses { runner.fuse::<Chain>().run() } else { runner.run() };
        (outcome.unwrap().report().fused, log.take())
    };
    let ((_, loose), (passed_on, fused)) = (run(false), run(true));
    assert_eq!(fused, loose);
    assert!(fused.contains("first 8@8, tick@8, second 8@8"), "{fused}");
    // At 8 s and 15 s the tick comes in between.
    assert_eq!(passed_on, 2 * 16);
}

#[test]
fn who_looks_on_sees_each_event() {
    let collects = |runner: Runner| runner.collect(First::PRICES);
    let (_, passed_on) = Case { more: collects, ..Case::default() }.compare();
    assert_eq!(passed_on, 0, "the rest of the chain begins with a stream that has no source");
    let collects = |runner: Runner| runner.collect(Second::SUMS);
    let (_, passed_on) = Case { more: collects, ..Case::default() }.compare();
    assert_eq!(passed_on, 18);
    let observes = |runner: Runner| runner.observe(|_| {});
    assert_eq!(Case { more: observes, ..Case::default() }.compare().1, 0);
    let digests = |runner: Runner| runner.digest();
    let (end, passed_on) = Case { more: digests, ..Case::default() }.compare();
    assert!(passed_on == 0 && end.report.digest.is_some());
}

#[test]
fn a_chain_ends_where_a_stream_gets_another_reader() {
    struct Late(Log);

    #[strategy]
    impl Late {
        #[on_event(stream = First::PRICES)]
        fn price(&mut self, cx: &Context<Self>, price: &Price) {
            self.0.note(cx, format_args!("late {}", price.0));
        }
    }

    struct Host(Log);

    #[strategy]
    impl Host {
        #[after("10500ms")]
        fn invite(&mut self, cx: &Context<Self>) {
            cx.spawn(Late(self.0.clone()));
        }
    }

    let log = Log::default();
    let case = Case::default();
    let run = |fuses| {
        let runner = case.runner(&log).add(Host(log.clone()));
        let outcome = if fuses { runner.fuse::<Chain>().run() } else { runner.run() };
        (outcome.unwrap().report().fused, log.take())
    };
    let ((_, loose), (passed_on, fused)) = (run(false), run(true));
    assert_eq!(fused, loose);
    assert!(fused.contains("second 12@12, late 12@12, third 78@12"), "{fused}");
    assert_eq!(passed_on, 2 * 10);
}

#[test]
fn each_pair_of_instances_is_a_chain() {
    let log = Log::default();
    let mut runner = Runner::new();
    for name in ["a", "b"] {
        let numbers_of = || asp::Stream::<u32>::named(format!("numbers.{name}"));
        let prices = asp::Stream::<Price>::named(format!("prices.{name}"));
        let second = Second { log: log.clone(), act: |_, _| {}, fails_at: 0, sum: 0.0 };
        let offset = Duration::from_millis(if name == "a" { 0 } else { 10_500 });
        runner = runner
            .feed(numbers_of(), numbers(10).into_iter().map(move |(time, number)| (time + offset, number)))
            .add_as(format!("first {name}"), First { log: log.clone(), act: |_, _| {} })
            .rebind(First::NUMBERS, numbers_of())
            .rebind(First::PRICES, prices.clone())
            .add_as(format!("second {name}"), second)
            .rebind(First::PRICES, prices);
    }
    let outcome = runner.fuse::<(First, Second)>().run().unwrap();
    assert_eq!(outcome.report().fused, 8 + 9);
    assert!(
        log.take().contains("first 9@9, second 9@9, first 10@10, second 10@10, first 1@11.5, second 1@11.5")
    );
}

#[test]
fn a_live_run_passes_its_history_on_directly() {
    use asp::ManualClock;

    let log = Log::default();
    let clock = ManualClock::jumping(s(15.0));
    let second = Second { log: log.clone(), act: |_, _| {}, fails_at: 0, sum: 0.0 };
    let live = Source::past(numbers(20)).then_live(futures::stream::empty::<u32>());
    let runner = Runner::new()
        .feed(First::NUMBERS, live)
        .add(First { log: log.clone(), act: |_, _| {} })
        .add(second)
        .add(Third { log: log.clone(), sum: 0.0 })
        .fuse::<Chain>()
        .clock(clock);
    let outcome = futures::executor::block_on(runner.run_live()).unwrap();
    assert!(outcome.report().fused >= 2 * 10, "{}", outcome.report().fused);
    assert_eq!(log.take(), Case::default().run(false).log);
}

// ANCHOR: chain
/// The middle between bid and ask.
struct Mid;

#[strategy(emits(mids: f64), fuse)]
impl Mid {
    #[on_event(stream = "quotes")]
    fn quote(&mut self, cx: &Context<Self>, (bid, ask): (f64, f64)) {
        cx.emit(Self::MIDS, (bid + ask) / 2.0);
    }
}

/// How far it is above what it was of late.
struct Momentum {
    average: f64,
}

#[strategy(emits(momenta: f64), fuse)]
impl Momentum {
    #[on_event(stream = Mid::MIDS)]
    fn mid(&mut self, cx: &Context<Self>, mid: f64) {
        self.average += 0.1 * (mid - self.average);
        cx.emit(Self::MOMENTA, mid - self.average);
    }
}

#[derive(Default)]
struct Trend {
    ups: u32,
}

#[strategy(fuse)]
impl Trend {
    #[on_event(stream = Momentum::MOMENTA)]
    fn momentum(&mut self, momentum: f64) {
        self.ups += u32::from(momentum > 0.0);
    }
}
// ANCHOR_END: chain

#[test]
fn a_chain_from_the_book() -> asp::Result<()> {
    let quotes = timestamps("2025-01-01".parse()?, "1s".parse()?)
        .zip((1..=1000).map(|n| (f64::from(n), f64::from(n + 2))));
    // ANCHOR: fuse
    let mut outcome = Runner::new()
        .feed(Mid::QUOTES, quotes)
        .add(Mid)
        .add(Momentum { average: 2.0 })
        .add(Trend::default())
        .fuse::<(Mid, Momentum, Trend)>()
        .run()?;
    assert_eq!(outcome.take::<Trend>()?.ups, 999);
    assert!(outcome.report().fused > 1900); // of 2000 emissions
    // ANCHOR_END: fuse
    Ok(())
}
