//! Where the replay of a live run ends: exactly there, though the last items led to no dispatch (S50, S62).

use asp::prelude::*;
use asp::testing::Script;
use asp::{ManualClock, Outcome};

use crate::kit::{Log, Name, at, d, s, script};

/// Runs live, poll by poll, with the clock at these seconds, and is stopped after the last one.
fn stopped(clock: &ManualClock, runner: Runner, seconds: &[f64]) -> Outcome {
    let stop = runner.stop_handle();
    let mut run = Box::pin(runner.clock(clock.clone()).run_live());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    for &second in seconds {
        clock.set(s(second));
        assert!(run.as_mut().poll(&mut cx).is_pending());
    }
    stop.stop();
    // What is left to do after the stop takes its time.
    loop {
        if let std::task::Poll::Ready(outcome) = run.as_mut().poll(&mut cx) {
            return outcome.unwrap();
        }
        clock.advance(d(0.25));
    }
}

/// Emits with a delay, and would like to take it back at the end.
struct Emits {
    log: Log,
    key: Option<EmissionKey>,
}

#[strategy(emits(echoes: Name))]
impl Emits {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        self.key = Some(cx.emit_after(d(1.0), Self::ECHOES, "hello"));
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        let taken_back = self.key.is_some_and(|key| cx.cancel(key));
        self.log.note(cx, format!("taken back: {taken_back}"));
    }
}

/// Is busy when the echo comes.
struct Busy;

#[strategy]
impl Busy {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.after(Duration::ZERO).nap();
    }

    #[after]
    async fn nap(&mut self, cx: &TaskContext<Self>) {
        cx.sleep(d(60.0)).await;
    }

    #[on_event(stream = Emits::ECHOES)]
    fn echo(&mut self, _: Name) {}
}

#[test]
fn s50_what_was_emitted_for_nobody_before_the_stop_is_emitted_in_the_replay() {
    for is_read in [false, true] {
        for (seconds, expected) in [(0.5, "taken back: true@0.000000001"), (1.5, "taken back: false@1")] {
            let (log, clock, recording) = (Log::default(), ManualClock::new(s(0.0)), Recording::new());
            let strategies = |runner: Runner| {
                let runner = runner.add(Emits { log: log.clone(), key: None }).collect(Emits::ECHOES);
                if is_read { runner.add(Busy) } else { runner }
            };
            let runner = strategies(Runner::new().record_to(&recording));
            let mut lived = stopped(&clock, runner, &[0.0, 0.000000001, seconds]);
            assert_eq!(log.take(), expected, "read: {is_read}");
            let mut again = strategies(Runner::new().replay(&recording)).run().unwrap();
            assert_eq!(log.take(), expected, "read: {is_read}");
            let echoes = |outcome: &mut Outcome| outcome.collected(Emits::ECHOES).unwrap().len();
            assert_eq!(echoes(&mut again), echoes(&mut lived));
        }
    }
}

/// Looks at the end for the latest event of a stream that it does not read.
struct Looks(Log);

#[strategy(latest(names: Name))]
impl Looks {
    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        let latest = cx.latest(Self::NAMES).map_or("none", |name| name.value);
        self.0.note(cx, latest);
    }
}

/// Reads the same stream.
struct Reads;

#[strategy]
impl Reads {
    #[on_event(stream = "names")]
    fn name(&mut self, _: Name) {}
}

#[test]
fn s50_sinks_and_the_latest_event_have_in_a_replay_what_they_had() {
    for is_read in [false, true] {
        let (log, clock) = (Log::default(), ManualClock::new(s(0.0)));
        let recording = Recording::new().keep(Looks::NAMES);
        let strategies = |runner: Runner| {
            let runner = runner.add(Looks(log.clone())).collect(Looks::NAMES);
            if is_read { runner.add(Reads) } else { runner }
        };
        let names = Script::new(&clock).event(s(1.0), "Jane").event(s(2.0), "John").event(s(3.0), "Sarah");
        let runner = strategies(Runner::new().feed(Looks::NAMES, names.source()));
        let mut lived = stopped(&clock, runner.record_to(&recording), &[0.0, 1.0, 2.0]);
        assert_eq!(log.take(), "John@2");
        let mut again = strategies(Runner::new().replay(&recording)).run().unwrap();
        assert_eq!(log.take(), "John@2", "read: {is_read}");
        assert_eq!(again.collected(Looks::NAMES).unwrap().len(), 2);
        assert_eq!(lived.collected(Looks::NAMES).unwrap().len(), 2);
    }
}

/// Naps beside its other handlers, and leaves when it is told to.
struct Guest(Log);

#[strategy]
impl Guest {
    #[on_event(stream = "naps")]
    async fn nap(this: Shared<Self>, length: f64) {
        this.sleep(d(length)).await;
        this.with(|guest, cx| guest.0.note(cx, "guest wakes"));
    }

    #[on_event(stream = "leaves")]
    async fn leave(&mut self, cx: &TaskContext<Self>, _: Name) {
        cx.retire();
    }
}

/// Naps as well.
struct Host(Log);

#[strategy]
impl Host {
    #[on_event(stream = "naps")]
    async fn nap(this: Shared<Self>, length: f64) {
        this.sleep(d(length)).await;
        this.with(|host, cx| host.0.note(cx, "host wakes"));
    }
}

#[test]
fn s50_s56_a_strategy_that_retired_in_the_last_dispatch_is_gone_in_the_grace_of_a_replay() {
    let (log, clock) = (Log::default(), ManualClock::new(s(0.0)));
    let recording = Recording::new().keep(Guest::NAPS).keep(Guest::LEAVES);
    let strategies = |runner: Runner| runner.add(Guest(log.clone())).add(Host(log.clone())).digest();
    let naps = script(&clock, &[(1.0, 3.0)]);
    let runner = Runner::new().feed(Guest::NAPS, naps).feed(Guest::LEAVES, script(&clock, &[(2.0, "go")]));
    let lived = stopped(&clock, strategies(runner).record_to(&recording), &[0.0, 1.0, 2.0, 2.5]);
    let expected = "host wakes@4";
    assert_eq!(log.take(), expected);
    let again = strategies(Runner::new().replay(&recording)).run().unwrap();
    assert_eq!(log.take(), expected);
    assert_eq!(again.report().digest, lived.report().digest);
}

/// Asks for the end of the run and leaves it, in one call.
struct Quits(Log);

#[strategy]
impl Quits {
    #[on_event(stream = "leaves")]
    async fn leave(&mut self, cx: &TaskContext<Self>, _: Name) {
        cx.retire();
        cx.stop();
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.0.note(cx, "stop");
    }
}

#[test]
fn s56_an_async_handler_that_stops_the_run_retires_all_the_same() {
    let log = Log::default();
    let runner = Runner::new().feed(Quits::LEAVES, at(&[(1.0, "go"), (2.0, "go")])).add(Quits(log.clone()));
    let outcome = runner.run().unwrap();
    assert_eq!((log.take().as_str(), outcome.names().count()), ("stop@1", 0));
}
