//! How a live run begins (S30, S31).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Poll, Waker};

use asp::prelude::*;
use asp::testing::Script;
use asp::{Clock, ErrorKind, ManualClock, Stream};
use futures::executor::block_on;

use crate::kit::{Log, Name, at, d, hand, jumping, lived, s, script, seconds};

struct Probe {
    log: Log,
}

#[strategy]
impl Probe {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "start");
    }

    #[on_event(stream = "a")]
    fn a(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[on_event(stream = "b")]
    fn b(&mut self, cx: &Context<Self>, name: Name) {
        self.log.note(cx, name);
    }

    #[on_live]
    fn live(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "live");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

/// Is connected `delay` after it is asked to, and fetches its history for a second; says so.
fn source(clock: &ManualClock, log: &Log, name: Name, delay: f64, script: Script<Name>) -> Source<Name> {
    let (its, noted) = (clock.clone(), log.clone());
    let script = Arc::new(std::sync::Mutex::new(Some(script)));
    let connect = async move || {
        noted.add(format!("{name} connects@{}", seconds(its.now())));
        its.sleep(d(delay)).await;
        Ok::<_, std::io::Error>(script.lock().unwrap().take().expect("one connection").source())
    };
    let (its, noted) = (clock.clone(), log.clone());
    Source::connect(connect).history(async move |until: Timestamp| {
        noted.add(format!("{name} up to {}@{}", seconds(until), seconds(its.now())));
        its.sleep(d(1.0)).await;
        Ok::<_, std::io::Error>([(until - d(0.5), name)])
    })
}

#[test]
fn s31_sources_are_opened_then_histories_are_asked_for_then_the_run_begins() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let a = source(&clock, &log, "a", 2.0, Script::new(&clock).event(s(12.5), "a live").end(s(16.0)));
    let b = source(&clock, &log, "b", 0.25, Script::new(&clock).event(s(11.0), "b live").end(s(12.0)));
    let runner = Runner::new().feed(Probe::A, a).feed(Probe::B, b).add(Probe { log: log.clone() });
    let outcome = lived(&clock, runner);
    // History of `a` ends at 11.5, after H, and its live event of 12.5 was received while history came; that of `b`
    // was as well. Both get their own time, since nothing later was dispatched.
    assert_eq!(
        log.take(),
        "a connects@10, b connects@10, b up to 10.25@10.25, a up to 12@12, start@9.75, b@9.75, live@10, b live@11, \
         a@11.5, a live@12.5, stop@16"
    );
    assert_eq!(outcome.report().handover, Some(s(10.0)), "read once, before anything else");
}

#[test]
fn s31_a_plain_stream_is_ready_at_once() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let noted = log.clone();
    let history = async move |until: Timestamp| {
        noted.add(format!("up to {}", seconds(until)));
        Ok::<_, std::io::Error>([(s(9.0), "past")])
    };
    let a = script(&clock, &[(11.0, "live")]).history(history);
    lived(
        &clock,
        Runner::new().feed(Probe::A, a).feed(Probe::B, at::<Name>(&[])).add(Probe { log: log.clone() }),
    );
    assert_eq!(log.take(), "up to 10, start@9, past@9, live@10, live@11, stop@11.000000001");
}

#[test]
fn s31_an_error_at_opening_stops_the_run_before_it_has_begun() {
    let failing = |connect: bool| {
        let source = Source::connect(async move || {
            if connect { Err("no such host") } else { Ok(futures::stream::pending::<Name>()) }
        });
        source.history(async move |_| if connect { Ok(at(&[(1.0, "past")])) } else { Err("no such table") })
    };
    for (connect, text) in [(true, "no such host"), (false, "no such table")] {
        let log = Log::default();
        let runner = Runner::new().feed(Probe::A, failing(connect)).feed(Probe::B, at(&[(1.0, "b")]));
        let run = runner.add(Probe { log: log.clone() }).clock(jumping(10.0)).run_live();
        let error = block_on(run).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Source { index: 0, .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("the source of stream \"a\" failed at index 0: {text}"));
        assert_eq!(log.take(), "", "not even `on_stop`, since nothing was started");
        let mut outcome = error.into_outcome().unwrap();
        assert_eq!(outcome.report().dispatched.total(), 0);
        assert!(outcome.take::<Probe>().is_ok());
    }
}

#[test]
fn s31_a_panic_at_opening_is_an_error_too() {
    async fn panics<T>() -> Result<T, std::io::Error> {
        panic!("oh no")
    }
    let connect: Source<Name> = Source::connect(async || panics::<futures::stream::Empty<Name>>().await);
    let history: Source<Name> =
        Source::live(futures::stream::pending()).history(async |_| panics::<Vec<(Timestamp, Name)>>().await);
    for source in [connect, history] {
        let runner = Runner::new().feed(Probe::A, source).feed(Probe::B, at(&[(1.0, "b")]));
        let error = block_on(runner.add(Probe { log: Log::default() }).clock(jumping(10.0)).run_live());
        let error = error.unwrap_err();
        assert_eq!(error.to_string(), "the source of stream \"a\" failed at index 0: it panicked: oh no");
    }
}

#[test]
fn s31_history_that_goes_back_in_time_or_fails_on_the_way_is_a_fault_of_its_stream() {
    let run = |items: Vec<Result<(Timestamp, Name), &'static str>>| {
        let log = Log::default();
        let source =
            Source::live(futures::stream::pending()).history(async move |_| Ok::<_, std::io::Error>(items));
        let runner = Runner::new().feed(Probe::A, source).feed(Probe::B, at::<Name>(&[]));
        let error = block_on(runner.add(Probe { log: log.clone() }).clock(jumping(10.0)).run_live());
        (error.unwrap_err().to_string(), log.take())
    };
    let (error, log) = run(vec![Ok((s(1.0), "x")), Ok((s(0.5), "y"))]);
    assert!(error.starts_with("stream \"a\" goes back in time at index 1"), "{error}");
    assert_eq!(log, "start@1, x@1, stop@1");
    let (error, log) = run(vec![Ok((s(1.0), "x")), Err("broken")]);
    assert_eq!(error, "the source of stream \"a\" failed at index 1: broken");
    assert_eq!(log, "start@1, x@1, stop@1");
}

#[test]
fn s31_the_virtual_phase_lets_others_work_and_reads_sources_meanwhile() {
    struct Slow {
        clock: ManualClock,
        done: Arc<AtomicUsize>,
        arrived_at: Option<(usize, Timestamp)>,
    }

    #[strategy]
    impl Slow {
        #[on_event(stream = "past")]
        fn past(&mut self, _: u32) {
            let begun = std::time::Instant::now();
            while begun.elapsed() < std::time::Duration::from_millis(1) {}
            self.clock.advance(d(1.0));
            self.done.fetch_add(1, Ordering::Relaxed);
        }

        #[on_event(stream = "fresh")]
        fn fresh(&mut self, cx: &Context<Self>, sent_after: usize) {
            self.arrived_at = cx.arrival().map(|arrival| (sent_after, arrival));
        }
    }
    let clock = jumping(1000.0);
    let done = Arc::<AtomicUsize>::default();
    let (fresh, held) = hand();
    let past: Vec<(Timestamp, u32)> = (0..60).map(|k| (s(f64::from(k)), k)).collect();
    let slow = Slow { clock: clock.clone(), done: Arc::clone(&done), arrived_at: None };
    let runner =
        Runner::new().feed(Slow::PAST, past).feed(Slow::FRESH, Source::live(held)).add(slow).end(s(2000.0));
    let mut run = Box::pin(runner.clock(clock).run_live());
    let mut cx = TaskContext::from_waker(Waker::noop());
    let mut turns = 0;
    let outcome = loop {
        let before = done.load(Ordering::Relaxed);
        match run.as_mut().poll(&mut cx) {
            Poll::Ready(outcome) => break outcome.unwrap(),
            Poll::Pending => turns += 1,
        }
        let made = done.load(Ordering::Relaxed) - before;
        assert!(made <= 12, "{made} ms of work in one go");
        if turns == 2 {
            fresh.send(done.load(Ordering::Relaxed));
        }
    };
    assert!(turns >= 5, "{turns}");
    let mut outcome = outcome;
    let slow: Slow = outcome.take().unwrap();
    let (sent_after, arrival) = slow.arrived_at.unwrap();
    // It was received in the next turn, not when the past was through.
    assert!(arrival <= s(1000.0 + sent_after as f64), "{sent_after} {arrival}");
}

#[test]
fn s30_the_phase_is_the_same_for_all() {
    struct Phase {
        log: Log,
        name: Name,
    }

    #[strategy]
    impl Phase {
        #[on_event(stream = "a")]
        fn a(&mut self, cx: &Context<Self>, name: Name) {
            self.log
                .note(cx, format!("{} {name} {}", self.name, if cx.is_live() { "live" } else { "virtual" }));
        }

        #[every("1s")]
        fn tick(&mut self, cx: &Context<Self>) {
            self.log
                .note(cx, format!("{} tick {}", self.name, if cx.is_live() { "live" } else { "virtual" }));
        }
    }
    let (log, clock) = (Log::default(), jumping(10.0));
    let a = at(&[(9.0, "below"), (9.999999999, "just below"), (10.0, "at H")]);
    let phase = |name| Phase { log: log.clone(), name };
    lived(
        &clock,
        Runner::new().start(s(9.0)).feed(Phase::A, a).add_as("p", phase("p")).add_as("q", phase("q")),
    );
    assert_eq!(
        log.take(),
        "p below virtual@9, q below virtual@9, p just below virtual@9.999999999, q just below virtual@9.999999999, \
         p at H live@10, q at H live@10, p tick live@10, q tick live@10"
    );
    let numbers: Stream<Name> = Stream::new("a");
    let outcome =
        lived(&jumping(7.0), Runner::new().feed(numbers.clone(), at(&[(9.0, "x")])).collect(numbers));
    assert_eq!(outcome.report().handover, Some(s(7.0)));
}
