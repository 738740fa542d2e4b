//! Events that arrive while nothing else is about take a shorter way to their handlers, on which nothing differs.

use std::task::{Context as TaskContext, Poll};

use asp::prelude::*;
use asp::testing::Script;
use asp::{Clock, ManualClock, Monitor, Stream, WhenFull};

use crate::kit::{Log, d, jumping, lived, s};

const A: Stream<u32> = Stream::new("a");
const B: Stream<u32> = Stream::new("b");

/// A clock that is taken for one that goes as time does outside: a run asks a source for its first event only, and for what
/// follows when that was dispatched.
struct Real(ManualClock);

impl Clock for Real {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn poll_until(&self, cx: &mut TaskContext<'_>, time: Timestamp) -> Poll<()> {
        self.0.poll_until(cx, time)
    }

    fn is_real(&self) -> bool {
        true
    }
}

/// Asks for whatever may come of an event, by its value; if it has a clock, moves that as a slow handler does, or stops.
struct Busy {
    log: Log,
    clock: Option<ManualClock>,
}

#[strategy(emits(c: u32))]
impl Busy {
    #[on_event(stream = "a")]
    fn a(&mut self, cx: &Context<Self>, value: u32) {
        self.log.note(cx, format!("a{value} of {}", cx.event_time()));
        match value % 8 {
            0 => cx.emit(Self::C, value),
            1 => _ = cx.after(d(0.3)).later(value),
            2 => _ = cx.after(Duration::ZERO).later(value),
            3 => _ = cx.emit_after(d(0.2), Self::C, value),
            4 => self.clock.iter().for_each(|clock| clock.advance(d(0.25))),
            5 if value > 90 && self.clock.is_some() => cx.stop(),
            _ => {}
        }
    }

    #[on_event(stream = "b")]
    fn b(&mut self, cx: &Context<Self>, value: u32) {
        self.log.note(cx, format!("b{value} late by {}", cx.lag()));
    }

    #[on_event(stream = "c")]
    fn c(&mut self, cx: &Context<Self>, value: u32) {
        self.log.note(cx, format!("c{value}"));
    }

    #[after]
    fn later(&mut self, cx: &Context<Self>, value: u32) {
        self.log.note(cx, format!("later {value}"));
    }

    #[every("700ms")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "tick");
    }

    #[on_end(stream = "a")]
    fn a_ended(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "a ended");
    }
}

/// Numbers that are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % end
    }

    /// Events on a grid, so that some come together, and fall together with others.
    fn script(&mut self, clock: &ManualClock) -> Source<u32> {
        let (mut script, mut tenths) = (Script::new(clock), 100);
        for _ in 0..self.below(30) {
            tenths += self.below(8);
            let (time, value) = (s(tenths as f64 / 10.0), self.below(100) as u32);
            script = if self.below(3) == 0 {
                script.stamped(time, s(9.0), value)
            } else {
                script.event(time, value)
            };
        }
        let last = s((tenths + self.below(9)) as f64 / 10.0);
        let is_failing = self.below(12) == 0;
        let source = if is_failing { script.fail(last, "lost") } else { script.end(last) }.source();
        let when_full = [WhenFull::Block, WhenFull::DropOldest, WhenFull::DropNewest, WhenFull::Latest];
        match self.below(3) {
            0 => source.queue(1 + self.below(3) as usize, when_full[self.below(4) as usize]),
            _ => source,
        }
    }
}

/// How a run waits, and by which clock.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    Asleep,
    /// It asks its sources over and over.
    Spinning,
    /// As it does in real time.
    Really,
}

/// What a run does, with figures and digest, or how it fails. Whoever may look on keeps a run from the shorter way.
fn run(seed: u64, is_looked_at: bool, waits: Waits) -> String {
    let is_real = waits == Waits::Really;
    let (mut numbers, log, clock) = (Numbers(seed), Log::default(), jumping(10.0));
    let mut runner = Runner::new().feed(A, numbers.script(&clock)).feed(B, numbers.script(&clock));
    if numbers.below(4) == 0 {
        runner = runner.end(s(10.0 + numbers.below(10) as f64));
    }
    if numbers.below(4) == 0 {
        runner = runner.drain_on_stop();
    }
    // After a slow handler a real clock shows more to who is asked then, and what was not received is not counted as pending.
    let moved = (!is_real).then(|| clock.clone());
    let runner = runner.add(Busy { log: log.clone(), clock: moved }).digest();
    let runner = if waits == Waits::Spinning { runner.spin() } else { runner };
    let runner = if is_looked_at { runner.monitor(&Monitor::new()) } else { runner };
    let runner = if is_real { runner.clock(Real(clock)) } else { runner.clock(clock) };
    let outcome = futures::executor::block_on(runner.run_live());
    let done = match outcome {
        Ok(outcome) => format!("{:?}", outcome.report()),
        Err(error) => {
            let why = error.to_string();
            format!("{why}, {:?}", error.into_outcome().map(|it| it.report().clone()))
        }
    };
    format!("{}\n{done}", log.take())
}

#[test]
fn s32_s39_events_that_come_alone_are_dispatched_as_all_others() {
    for seed in 0..2_000 {
        let asleep = run(seed, false, Waits::Asleep);
        assert_eq!(asleep, run(seed, true, Waits::Asleep), "seed {seed}");
        assert_eq!(asleep, run(seed, false, Waits::Spinning), "seed {seed}, spinning");
        let really = run(seed, false, Waits::Really);
        assert_eq!(really, run(seed, true, Waits::Really), "seed {seed}, in real time");
    }
}

#[test]
fn s32_an_arrival_does_not_overtake_what_is_due() {
    let (log, clock) = (Log::default(), jumping(10.0));
    let a = Script::new(&clock).event(s(10.5), 6).event(s(11.4), 7).event(s(11.5), 1).event(s(11.8), 7);
    let busy = Busy { log: log.clone(), clock: Some(clock.clone()) };
    let runner = Runner::new().start(s(10.0)).feed(A, a.source()).feed(B, Script::new(&clock).source());
    let outcome = lived(&clock, runner.end(s(12.0)).add(busy));
    assert_eq!(
        log.take(),
        "a6 of 1970-01-01T00:00:10.500Z@10.5, tick@10.7, a7 of 1970-01-01T00:00:11.400Z@11.4, tick@11.4, \
         a1 of 1970-01-01T00:00:11.500Z@11.5, a7 of 1970-01-01T00:00:11.800Z@11.8, later 1@11.8"
    );
    assert_eq!(outcome.report().live[0].received, 4);
}
