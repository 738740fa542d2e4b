//! S22 to S25: periodic timers, and what they keep alive.

use asp::prelude::*;
use asp::{ErrorKind, TimerKey};

use crate::kit::*;

macro_rules! attribute_timer {
    ($name:ident, $($options:tt)*) => {
        #[derive(Default)]
        struct $name {
            log: Log,
        }

        #[strategy]
        impl $name {
            #[every($($options)*)]
            fn tick(&mut self, cx: &Context<Self>) {
                assert_eq!((cx.due(), cx.event_time()), (cx.now(), cx.now()), "S23");
                self.log.add(seconds(cx.now()));
            }
        }
    };
}

attribute_timer!(Plain, "1s");
attribute_timer!(Immediate, "1s", immediate);
attribute_timer!(Aligned, "1s", aligned);
attribute_timer!(Both, "1s", aligned, immediate);

macro_rules! ticks {
    ($strategy:ident, $start:expr, $end:expr) => {{
        let strategy = $strategy::default();
        let log = strategy.log.clone();
        Runner::new().start(s($start)).end(s($end)).add(strategy).run().unwrap();
        log.take()
    }};
}

#[test]
fn s22_first_tick_and_grid() {
    assert_eq!(ticks!(Plain, 0.0, 3.0), "1, 2");
    assert_eq!(ticks!(Immediate, 0.0, 3.0), "0, 1, 2");
    assert_eq!(ticks!(Aligned, 0.5, 3.0), "1, 2");
    assert_eq!(ticks!(Plain, 0.5, 3.0), "1.5, 2.5");
    assert_eq!(ticks!(Immediate, 0.5, 3.0), "0.5, 1.5, 2.5");
    assert_eq!(ticks!(Aligned, 1.0, 3.0), "1, 2", "a multiple at start is a tick");
    assert_eq!(ticks!(Both, 0.5, 3.0), "0.5, 1, 2");
    assert_eq!(ticks!(Both, 1.0, 3.0), "1, 2", "start is on the grid");
    assert_eq!(ticks!(Aligned, -1.5, 1.5), "-1, 0, 1");
}

#[test]
fn s22_aligned_timers_tick_in_two_halves_as_in_the_whole() {
    for middle in [1.0, 1.5, 2.0] {
        let halves = [ticks!(Aligned, 0.0, middle), ticks!(Aligned, middle, 4.0)].join(", ");
        assert_eq!(halves, ticks!(Aligned, 0.0, 4.0));
    }
}

#[test]
fn s22_the_grid_does_not_drift() {
    let text = ticks!(Plain, 0.25, 5_000.0);
    assert_eq!(text.rsplit(", ").next(), Some("4999.25"));
    assert_eq!(text.split(", ").count(), 4999);
}

/// Sets one timer when `x` comes.
#[derive(Default)]
struct Setter {
    log: Log,
}

#[strategy]
impl Setter {
    #[on_event(stream = "x")]
    fn on_x(&mut self, cx: &Context<Self>, every: Every) {
        cx.every(every).tick();
    }

    #[after]
    fn tick(&mut self, cx: &Context<Self>) {
        assert_eq!((cx.due(), cx.event_time()), (cx.now(), cx.now()), "S23");
        self.log.add(seconds(cx.now()));
    }
}

/// The ticks of a timer of one second that is set at 10.25, up to 14.
fn set_at(now: f64, options: impl Fn(Every) -> Every) -> String {
    let setter = Setter::default();
    let log = setter.log.clone();
    let every = options(Every::new(d(1.0)));
    let runner = Runner::new().start(s(0.0)).end(s(14.0)).feed(Setter::X, at(&[(now, every)])).add(setter);
    runner.run().unwrap();
    log.take()
}

#[test]
fn s22_a_timer_of_a_handler_counts_from_the_call() {
    assert_eq!(set_at(10.25, |every| every), "11.25, 12.25, 13.25");
    assert_eq!(set_at(10.25, Every::immediate), "10.25, 11.25, 12.25, 13.25");
    assert_eq!(set_at(10.25, Every::aligned), "11, 12, 13");
    assert_eq!(set_at(10.0, Every::aligned), "10, 11, 12, 13");
    assert_eq!(set_at(10.25, |every| every.aligned().immediate()), "10.25, 11, 12, 13");
}

#[test]
fn s22_from_leaves_out_ticks_before_now() {
    assert_eq!(set_at(10.25, |every| every.from(s(11.5))), "12.5, 13.5", "k is at least 1");
    assert_eq!(set_at(10.25, |every| every.from(s(11.5)).immediate()), "11.5, 12.5, 13.5");
    assert_eq!(set_at(10.25, |every| every.from(s(3.5))), "10.5, 11.5, 12.5, 13.5");
    assert_eq!(
        set_at(10.5, |every| every.from(s(3.5))),
        "10.5, 11.5, 12.5, 13.5",
        "now itself is not before now"
    );
    assert_eq!(set_at(10.25, |every| every.from(s(3.5)).immediate()), "10.5, 11.5, 12.5, 13.5");
}

#[test]
fn s22_times_counts_from_the_first_tick_not_left_out() {
    assert_eq!(set_at(10.25, |every| every.times(2)), "11.25, 12.25");
    assert_eq!(set_at(10.25, |every| every.from(s(3.5)).times(2)), "10.5, 11.5");
    assert_eq!(set_at(10.25, |every| every.times(0)), "");
    assert_eq!(set_at(10.25, |every| every.times(1).immediate()), "10.25");
}

#[test]
fn s22_until_includes_its_bound() {
    assert_eq!(set_at(10.25, |every| every.until(s(12.25))), "11.25, 12.25");
    assert_eq!(set_at(10.25, |every| every.until(s(12.2))), "11.25");
    assert_eq!(set_at(10.25, |every| every.until(s(1.0))), "");
    assert_eq!(
        set_at(10.25, |every| every.until(s(13.25)).times(2)),
        "11.25, 12.25",
        "whichever comes first"
    );
}

#[test]
fn s22_a_tick_for_now_joins_the_next_round() {
    let runner = Runner::new()
        .feed(Setter::X, at(&[(10.0, Every::new(d(1.0)).immediate()), (10.0, Every::new(d(1.0)))]))
        .add(Setter::default())
        .end(s(11.5));
    assert_eq!(
        observed(runner),
        "Setter.on_x@10#0, Setter.on_x@10#0, Setter.tick@10#1, Setter.tick@11#0, Setter.tick@11#0"
    );
}

#[test]
fn s22_the_original_timer_fires_ten_times() {
    // `timer(1s, end 10s)` of the Python original: a bound of one timer includes its end, that of a run does not.
    let setter = Setter::default();
    let log = setter.log.clone();
    let every = Every::new(d(1.0)).until(s(10.0));
    Runner::new().feed(Setter::X, at(&[(0.0, every)])).add(setter).run().unwrap();
    assert_eq!(log.take(), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
    assert_eq!(ticks!(Plain, 0.0, 10.0), "1, 2, 3, 4, 5, 6, 7, 8, 9");
}

#[derive(Default)]
struct Silenced {
    log: Log,
    key: Option<TimerKey>,
}

#[strategy]
impl Silenced {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.key = Some(cx.every(Every::new(d(1.0)).times(5)).tick());
    }

    #[after]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
        if let Some(key) = self.key.filter(|_| cx.now() == s(2.0)) {
            self.log.note(cx, format!("cancel {} {}", cx.cancel(key), cx.cancel(key)));
        }
    }
}

#[test]
fn s13_s22_a_timer_can_be_cancelled() {
    let silenced = Silenced::default();
    let log = silenced.log.clone();
    let outcome = Runner::new().add(silenced).run().unwrap();
    assert_eq!(log.take(), "tick@1, tick@2, cancel true false@2");
    assert_eq!((outcome.report().pending, outcome.report().now), (0, s(2.0)));
}

#[test]
fn s23_in_a_tick_now_is_the_grid_instant() {
    // The handlers above assert it for each tick; here beside events that are late for the grid.
    let plain = Plain::default();
    let log = plain.log.clone();
    let other = asp::Stream::<u8>::new("other");
    let runner =
        Runner::new().feed(other.clone(), at(&[(0.0, 0), (2.75, 0), (4.0, 0)])).collect(other).add(plain);
    runner.run().unwrap();
    assert_eq!(log.take(), "1, 2, 3, 4");
}

#[test]
fn s24_an_unbounded_timer_does_not_keep_a_run_alive_and_a_bounded_one_does() {
    let run = |every: Every| {
        let setter = Setter::default();
        let log = setter.log.clone();
        let outcome = Runner::new().feed(Setter::X, at(&[(0.0, every)])).add(setter).run().unwrap();
        (log.take(), seconds(outcome.report().now))
    };
    let pair = |ticks: &str, now: &str| (ticks.to_owned(), now.to_owned());
    assert_eq!(run(Every::new(d(1.0))), pair("", "0"));
    assert_eq!(run(Every::new(d(1.0)).times(3)), pair("1, 2, 3", "3"));
    assert_eq!(
        run(Every::new(d(1.0)).until(s(2.9))),
        pair("1, 2", "2"),
        "not up to the bound, to the last tick"
    );
}

#[test]
fn s25_timers_alone_have_no_end() {
    let (kind, outcome) = failed(Runner::new().add(Plain::default()));
    assert_eq!(kind, "NoEnd");
    assert_eq!(outcome.unwrap().report().dispatched.total(), 0);
    let (kind, _) = failed(Runner::new().add(Immediate::default()));
    assert_eq!(kind, "NoEnd", "not even a tick at start");
}

/// Has a timer without an end, and what `more` says.
struct Company {
    log: Log,
    more: Option<Every>,
    call: bool,
}

#[strategy]
impl Company {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        if let Some(every) = self.more.take() {
            cx.every(every).other();
        }
        if self.call {
            cx.after(d(2.5)).other();
        }
    }

    #[every("1s")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }

    #[after]
    fn other(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "other");
    }

    #[on_event(stream = "x")]
    fn on_x(&mut self, _: u8) {}

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

#[test]
fn s25_timers_in_company_are_no_fault() {
    let run = |more: Option<Every>, call: bool, feeds: bool| {
        let log = Log::default();
        let runner = Runner::new().add(Company { log: log.clone(), more, call });
        let none: [(Timestamp, u8); 0] = [];
        let runner = if feeds { runner.feed(Company::X, none) } else { runner.opens(Company::X) };
        let error = runner.run().err().map(|error| matches!(error.kind(), ErrorKind::NoEnd));
        (log.take(), error)
    };
    let well = |text: &str| (text.to_owned(), None);
    assert_eq!(run(None, false, false), ("stop@0".to_owned(), Some(true)));
    assert_eq!(run(None, true, false), well("tick@1, tick@2, other@2.5, stop@2.5"));
    assert_eq!(
        run(Some(Every::new(d(0.7)).times(2)), false, false),
        well("other@0.7, tick@1, other@1.4, stop@1.4")
    );
    assert_eq!(run(None, false, true), well("stop@0"), "a source, even if it is empty");
}
