//! S58: one instance of a strategy for each key.

use asp::prelude::*;
use asp::{ErrorKind, GraphFault, Stream};

use crate::kit::*;

/// A symbol and a price.
type Quote = (Name, u32);

/// Hears of one symbol.
struct Symbol {
    symbol: Name,
    log: Log,
    sum: u32,
}

impl Symbol {
    fn note(&self, cx: &Context<Self>, what: impl std::fmt::Display) {
        self.log.note(cx, format!("{} {what}", self.symbol));
    }
}

#[strategy(emits(sums: u32))]
impl Symbol {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.note(cx, "start");
        cx.after(d(0.0)).soon();
    }

    #[after]
    fn soon(&mut self, cx: &Context<Self>) {
        self.note(cx, "soon");
    }

    #[on_event(stream = "quotes")]
    fn quote(&mut self, cx: &Context<Self>, (_, price): Quote) {
        self.note(cx, price);
        self.sum += price;
        cx.emit(Self::SUMS, self.sum);
        if price == 0 {
            cx.retire();
        }
    }

    #[on_event(stream = "quotes")]
    fn quote_again(&mut self, cx: &Context<Self>, quote: &Quote) {
        self.note(cx, format!("{} again", quote.1));
    }

    #[on_event(stream = "trades")]
    fn trade(&mut self, cx: &Context<Self>, trade: Name) {
        self.note(cx, format!("trade {trade}"));
    }

    #[on_event(stream = "news")]
    fn news(&mut self, cx: &Context<Self>, news: u8) {
        self.note(cx, format!("news {news}"));
    }

    #[on_event(stream = "news")]
    fn more_news(&mut self, cx: &Context<Self>, news: u8) {
        self.note(cx, format!("more news {news}"));
    }

    #[on_end(stream = "trades")]
    fn no_more_trades(&mut self, cx: &Context<Self>) {
        self.note(cx, "no more trades");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.note(cx, "stop");
    }
}

fn symbols(log: &Log) -> Keyed<Symbol, Name> {
    let log = log.clone();
    Keyed::new(move |symbol| Symbol { symbol, log: log.clone(), sum: 0 })
        .by(Symbol::QUOTES, |(symbol, _)| *symbol)
        .by(Symbol::TRADES, |symbol| *symbol)
}

/// Runs the symbols over these events.
fn run(quotes: &[(f64, Quote)], trades: &[(f64, Name)], news: &[(f64, u8)]) -> (String, asp::Outcome) {
    let log = Log::default();
    let runner =
        Runner::new().start(s(0.0)).feed(Symbol::QUOTES, at(quotes)).feed(Symbol::TRADES, at(trades));
    let outcome = runner.feed(Symbol::NEWS, at(news)).add(symbols(&log)).run().unwrap();
    (log.take(), outcome)
}

#[test]
fn s58_the_first_event_of_a_key_makes_its_instance() {
    let (log, outcome) = run(&[(1.0, ("A", 5)), (1.0, ("B", 6)), (2.0, ("A", 7))], &[(9.0, "C")], &[]);
    let at_1 = "A start@1, A 5@1, A 5 again@1, B start@1, B 6@1, B 6 again@1, A soon@1, B soon@1";
    let rest = "A 7@2, A 7 again@2, C start@9, C trade C@9, C soon@9, A no more trades@9, B no more trades@9, \
                C no more trades@9, A stop@9, B stop@9, C stop@9";
    assert_eq!(log, format!("{at_1}, {rest}"));
    assert_eq!(outcome.names().collect::<Vec<_>>(), ["Symbol[\"A\"]", "Symbol[\"B\"]", "Symbol[\"C\"]"]);
    let symbols: Vec<Symbol> = { outcome }.take_all();
    assert_eq!(symbols.iter().map(|symbol| symbol.sum).collect::<Vec<_>>(), [12, 6, 0]);
}

#[test]
fn s58_events_of_several_streams_meet_by_the_same_key() {
    let (log, _) = run(&[(2.0, ("B", 1)), (3.0, ("A", 2))], &[(1.0, "A"), (2.0, "B")], &[]);
    assert!(
        log.starts_with("A start@1, A trade A@1, A soon@1, B start@2, B 1@2, B 1 again@2, B trade B@2"),
        "{log}"
    );
    assert_eq!(log.matches("start").count(), 2);
}

#[test]
fn s58_streams_without_a_key_go_to_all_instances_in_the_order_of_their_creation() {
    let (log, _) = run(&[(1.0, ("B", 1)), (2.0, ("A", 2))], &[], &[(0.5, 0), (1.0, 1), (3.0, 2)]);
    let at_1 = "B start@1, B no more trades@1, B 1@1, B 1 again@1, B news 1@1, B more news 1@1, B soon@1";
    let at_3 = "B news 2@3, B more news 2@3, A news 2@3, A more news 2@3, B stop@3, A stop@3";
    assert!(log.starts_with(at_1) && log.ends_with(at_3), "{log}");
}

#[test]
fn s58_a_key_that_comes_back_starts_afresh() {
    let (log, mut outcome) = run(
        &[(1.0, ("A", 5)), (2.0, ("A", 0)), (2.0, ("A", 6)), (3.0, ("A", 7))],
        &[(9.0, "B")],
        &[(4.0, 1)],
    );
    let first = "A start@1, A 5@1, A 5 again@1, A soon@1, A 0@2, A stop@2";
    assert!(log.starts_with(&format!("{first}, A start@2, A 6@2, A 6 again@2, A soon@2, A 7@3")), "{log}");
    assert!(log.contains("A news 1@4, A more news 1@4, B start@9"), "and what it left has no ear: {log}");
    assert_eq!(outcome.take_named::<Symbol>("Symbol[\"A\"]").unwrap().sum, 13);
}

#[test]
fn s58_an_instance_that_retires_in_its_start_does_not_get_the_event() {
    struct Shy(Log);

    #[strategy]
    impl Shy {
        #[on_start]
        fn start(&mut self, cx: &Context<Self>) {
            self.0.note(cx, "start");
            cx.retire();
        }

        #[on_event(stream = "quotes")]
        fn quote(&mut self, cx: &Context<Self>, _quote: Quote) {
            self.0.note(cx, "quote");
        }

        #[on_event(stream = "quotes")]
        fn quote_too(&mut self, cx: &Context<Self>, _quote: Quote) {
            self.0.note(cx, "quote");
        }

        #[on_stop]
        fn stop(&mut self, cx: &Context<Self>) {
            self.0.note(cx, "stop");
        }
    }

    let log = Log::default();
    let own = log.clone();
    let shy = Keyed::new(move |_: Name| Shy(own.clone())).by(Shy::QUOTES, |(symbol, _)| *symbol);
    let quotes = at(&[(1.0, ("A", 1)), (2.0, ("A", 2))]);
    let outcome = Runner::new().feed(Shy::QUOTES, quotes).add(shy).run().unwrap();
    assert_eq!(log.take(), "start@1, stop@1, start@2, stop@2");
    assert_eq!((outcome.names().count(), outcome.report().dispatched.events), (0, 0));
}

/// Ticks, and says whose turn it is.
struct Beat {
    name: Name,
    log: Log,
}

#[strategy]
impl Beat {
    #[on_event(stream = "beats")]
    fn beat(&mut self, cx: &Context<Self>, _name: Name) {
        self.log.note(cx, self.name);
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} tick", self.name));
    }

    #[on_settled]
    fn settled(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("{} settled", self.name));
    }
}

#[test]
fn s58_instances_are_declared_at_the_place_of_the_keyed_by_creation() {
    let log = Log::default();
    let (own, other) = (log.clone(), log.clone());
    let beats = Keyed::new(move |name: Name| Beat { name, log: own.clone() }).by(Beat::BEATS, |name| *name);
    let runner = Runner::new().start(s(0.0)).end(s(3.0)).feed(Beat::BEATS, at(&[(1.0, "B"), (1.0, "A")]));
    let runner = runner.feed(Stream::<Name>::named("others"), at(&[(1.0, "Z")]));
    let runner = runner.add(beats).add(Beat { name: "Z", log: other });
    runner.rebind(Beat::BEATS, Stream::named("others")).run().unwrap();
    let at_1 = "B@1, A@1, Z@1, Z tick@1, B settled@1, A settled@1, Z settled@1";
    assert_eq!(log.take(), format!("{at_1}, B tick@2, A tick@2, Z tick@2"));
}

#[test]
fn s58_a_suspended_instance_holds_its_own_events_back_and_no_others() {
    struct Sleeper {
        name: Name,
        log: Log,
    }

    #[strategy]
    impl Sleeper {
        #[on_event(stream = "quotes")]
        async fn sleeps(&mut self, cx: &TaskContext<Self>, (_, price): Quote) {
            self.log.say(format!("{} {price}", self.name));
            cx.sleep(d(2.0)).await;
            self.log.say(format!("{} {price} slept", self.name));
        }

        #[on_event(stream = "quotes")]
        fn then(&mut self, cx: &Context<Self>, (_, price): Quote) {
            self.log.note(cx, format!("{} {price} then", self.name));
        }
    }

    let log = Log::default();
    let own = log.clone();
    let sleepers = Keyed::new(move |name: Name| Sleeper { name, log: own.clone() });
    let sleepers = sleepers.by(Sleeper::QUOTES, |(symbol, _)| *symbol);
    let quotes = at(&[(0.0, ("A", 1)), (1.0, ("A", 2)), (1.0, ("B", 3))]);
    let runner = Runner::new().feed(Sleeper::QUOTES, quotes).collect(Sleeper::QUOTES);
    let mut outcome = runner.add(sleepers).run().unwrap();
    assert_eq!(
        log.take(),
        "A 1@0, B 3@1, A 1 slept@2, A 1 then@2, A 2@2, B 3 slept@3, B 3 then@3, A 2 slept@4, A 2 then@4"
    );
    assert_eq!(outcome.collected(Sleeper::QUOTES).unwrap().len(), 3);
}

#[test]
fn s58_a_keyed_strategy_has_a_key_and_only_for_what_it_reads() {
    let faults = |keyed: Keyed<Beat, Name>| {
        let runner =
            Runner::new().feed(Beat::BEATS, at(&[(1.0, "B")])).feed(Symbol::TRADES, at(&[(1.0, "B")]));
        let runner = runner.collect(Symbol::TRADES);
        failed_with(runner.add(keyed), |kind| match kind {
            ErrorKind::Graph(faults) => {
                Some(faults.iter().map(GraphFault::to_string).collect::<Vec<_>>().join("; "))
            }
            _ => None,
        })
    };
    let keyed = || Keyed::new(|name| Beat { name, log: Log::default() });
    assert_eq!(
        faults(keyed()),
        "Beat is keyed, but by no stream; add `.by(stream, |event| key)`, or add the strategy itself"
    );
    assert_eq!(
        faults(keyed().by(Beat::BEATS, |name| *name).by(Symbol::TRADES, |name| *name)),
        "Beat is keyed by stream \"trades\", but has no handler for it; remove the `by`"
    );
}

#[test]
fn s58_a_key_that_cannot_be_taken_stops_the_run() {
    let keyed = |panics: bool| {
        let made = Keyed::new(move |name: Name| {
            assert!(panics, "no more of them");
            Beat { name, log: Log::default() }
        });
        let made = made.by(Beat::BEATS, move |name| if panics { panic!("no key in {name}") } else { *name });
        let error = Runner::new().feed(Beat::BEATS, at(&[(1.0, "B")])).add(made).run().unwrap_err();
        error.to_string()
    };
    assert_eq!(
        keyed(true),
        "Beat::by panicked at 1970-01-01T00:00:01Z on stream \"beats\", event 0: no key in B"
    );
    assert_eq!(
        keyed(false),
        "Beat::new panicked at 1970-01-01T00:00:01Z on stream \"beats\", event 0: no more of them"
    );
}

#[test]
fn s58_each_run_gives_the_same_digest() {
    let digest = || {
        let log = Log::default();
        let quotes = (0..2000u32)
            .map(|k| (s(f64::from(k)), (["A", "B", "C", "D", "E"][(k * k % 7 % 5) as usize], k % 11)));
        let runner = Runner::new().feed(Symbol::QUOTES, quotes).feed(Symbol::TRADES, at(&[(5.0, "Z")]));
        let runner = runner.feed(Symbol::NEWS, at(&[(7.0, 7)])).add(symbols(&log)).digest();
        runner.run().unwrap().report().digest
    };
    assert_eq!(digest(), digest());
}

#[test]
fn s58_a_panic_in_a_hook_with_which_an_instance_begins_is_one_of_that_handler() {
    struct Late;

    #[strategy]
    impl Late {
        #[on_event(stream = "quotes")]
        fn quote(&mut self, _quote: Quote) {}

        #[on_event(stream = "trades")]
        fn trade(&mut self, _trade: Name) {}

        #[on_end(stream = "trades")]
        fn no_more_trades(&mut self) {
            panic!("too late");
        }
    }

    let keyed =
        Keyed::new(|_| Late).by(Late::QUOTES, |quote: &Quote| quote.0).by(Late::TRADES, |symbol| *symbol);
    let runner = Runner::new().start(s(0.0)).feed(Late::QUOTES, at(&[(1.0, ("A", 5))]));
    let error = runner.feed(Late::TRADES, at::<Name>(&[])).add(keyed).run().unwrap_err();
    assert!(error.to_string().starts_with("Late[\"A\"]::no_more_trades panicked"), "{error}");
}

#[test]
fn s58_an_instance_that_retires_and_fails_in_one_call_is_named_with_its_key() {
    struct Fails;

    #[strategy]
    impl Fails {
        #[on_event(stream = "quotes")]
        fn quote(&mut self, cx: &Context<Self>, _: Quote) -> Result<(), &'static str> {
            cx.retire();
            Err("no more of it")
        }

        #[on_event(stream = "trades")]
        async fn trade(&mut self, cx: &TaskContext<Self>, _: Name) -> Result<(), &'static str> {
            cx.retire();
            cx.sleep(d(1.0)).await;
            Err("no more of it")
        }
    }

    let failed = |quotes: &[(f64, Quote)], trades: &[(f64, Name)]| {
        let keyed = Keyed::new(|_| Fails).by(Fails::QUOTES, |quote: &Quote| quote.0);
        let keyed = keyed.by(Fails::TRADES, |symbol| *symbol);
        let runner = Runner::new().feed(Fails::QUOTES, at(quotes)).feed(Fails::TRADES, at(trades));
        runner.add(keyed).run().unwrap_err().to_string()
    };
    let text = "failed at 1970-01-01T00:00:02Z on stream";
    assert_eq!(
        failed(&[(2.0, ("B", 1))], &[(5.0, "A")]),
        format!("Fails[\"B\"]::quote {text} \"quotes\", event 0: no more of it")
    );
    assert_eq!(
        failed(&[], &[(1.0, "B")]),
        format!("Fails[\"B\"]::trade {text} \"trades\", event 0: no more of it")
    );
}
