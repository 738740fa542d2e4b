//! Sinks that may be slow, and the buffer before each of them (S8, S39, S46, S48, S49).

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context as TaskContext, Poll, Waker, ready};
use std::thread;

use asp::prelude::*;
use asp::{Error, ErrorKind, Forward, ForwardReport, RunLive, StopReason, Stream, WhenFull};
use futures::executor::{block_on, block_on_stream};
use futures::{Sink, StreamExt};

use crate::kit::*;

const A: Stream<u32> = Stream::new("a");
const B: Stream<u32> = Stream::new("b");

/// What a [`Gate`] has been through.
#[derive(Default)]
struct State {
    /// How many more it takes.
    room: usize,
    taken: Vec<u32>,
    flushed: usize,
    closed: bool,
    waker: Option<Waker>,
    /// The value that it fails on.
    bad: Option<(u32, Fault)>,
    /// Where it notes what it takes.
    log: Log,
}

#[derive(Clone, Copy)]
enum Fault {
    Error,
    Panic,
    Flush,
}

/// A sink that takes as much as a test says.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<State>, Condvar)>);

impl Gate {
    fn with_room(room: usize) -> Gate {
        let gate = Gate::default();
        gate.open(room);
        gate
    }

    fn failing(value: u32, fault: Fault) -> Gate {
        let gate = Gate::with_room(100);
        gate.state().bad = Some((value, fault));
        gate
    }

    fn noting(log: &Log) -> Gate {
        let gate = Gate::with_room(100);
        gate.state().log = log.clone();
        gate
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.0.lock().unwrap()
    }

    /// Makes room for so many more.
    fn open(&self, room: usize) {
        let mut state = self.state();
        state.room += room;
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Blocks until the run waits for room.
    fn await_run(&self) {
        let state = self.state();
        drop(self.0.1.wait_while(state, |state| state.waker.is_none()).unwrap());
    }

    fn taken(&self) -> Vec<u32> {
        self.state().taken.clone()
    }
}

impl Sink<Event<u32>> for Gate {
    type Error = String;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), String>> {
        let mut state = self.state();
        if state.room > 0 {
            return Poll::Ready(Ok(()));
        }
        state.waker = Some(cx.waker().clone());
        self.0.1.notify_all();
        Poll::Pending
    }

    fn start_send(self: Pin<&mut Self>, event: Event<u32>) -> Result<(), String> {
        let mut state = self.state();
        match state.bad {
            Some((value, Fault::Error)) if value == event.value => return Err("line down".to_owned()),
            Some((value, Fault::Panic)) if value == event.value => {
                drop(state);
                panic!("no line");
            }
            _ => {}
        }
        state.room -= 1;
        state.taken.push(event.value);
        state.log.add(format!("told {}@{}", event.value, seconds(event.time)));
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Result<(), String>> {
        let mut state = self.state();
        state.flushed = state.taken.len();
        match state.bad {
            Some((value, Fault::Flush)) if state.taken.contains(&value) => {
                Poll::Ready(Err("disk full".to_owned()))
            }
            _ => Poll::Ready(Ok(())),
        }
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), String>> {
        ready!(self.as_mut().poll_flush(cx))?;
        self.state().closed = true;
        Poll::Ready(Ok(()))
    }
}

/// Events 1 to `last`, a second apart.
fn numbers(last: u32) -> Vec<(Timestamp, u32)> {
    (1..=last).map(|n| (s(f64::from(n)), n)).collect()
}

fn values(events: impl Iterator<Item = Event<u32>>) -> Vec<u32> {
    events.map(|event| event.value).collect()
}

/// Polls a live run once.
fn poll(run: &mut RunLive) -> Poll<asp::Result<asp::Outcome>> {
    Pin::new(run).poll(&mut TaskContext::from_waker(Waker::noop()))
}

struct Echo {
    log: Log,
    until: u32,
}

#[strategy(emits(b: u32))]
impl Echo {
    #[on_event(stream = "a")]
    fn hear(&mut self, cx: &Context<Self>, value: u32) {
        self.log.add(format!("heard {value}"));
        cx.emit(Self::B, value * 10);
        if value == self.until {
            cx.stop();
        }
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        cx.emit(Self::B, 7);
        cx.emit(Self::B, 8);
    }
}

#[test]
fn s08_a_sink_has_an_event_after_handlers_and_functions() {
    let log = Log::default();
    let (heard, seen) = (log.clone(), log.clone());
    Runner::new()
        .feed(A, numbers(2))
        .forward(A, Forward::new(Gate::noting(&log)).buffer(1, WhenFull::Block))
        .add(Echo { log: heard, until: 0 })
        .sink(A, move |event| seen.add(format!("seen {}", event.value)))
        .run()
        .unwrap();
    assert_eq!(log.take(), "heard 1, seen 1, told 1@1, heard 2, seen 2, told 2@2");
}

#[test]
fn s08_sinks_have_all_events_in_the_order_of_dispatch() {
    let log = Log::default();
    let (a, b) = (Gate::noting(&log), Gate::noting(&log));
    let each = |gate: &Gate| Forward::new(gate.clone()).buffer(1, WhenFull::Block);
    let runner = Runner::new().feed(A, numbers(50)).add(Echo { log: Log::default(), until: 0 });
    let mut outcome = runner.forward(A, each(&a)).forward(B, each(&b)).collect(A).run().unwrap();
    let told = (1..=50).flat_map(|n| [format!("told {n}@{n}"), format!("told {}@{n}", 10 * n)]);
    let told: Vec<_> = told.chain(["told 7@50".to_owned(), "told 8@50".to_owned()]).collect();
    assert_eq!(log.take(), told.join(", "));
    assert_eq!(values(outcome.collected(A).unwrap().into_iter()), (1..=50).collect::<Vec<_>>());
    let report: Vec<_> = outcome.report().forwards.iter().map(|it| (it.stream.as_str(), it.sent)).collect();
    assert_eq!(report, [("a", 50), ("b", 52)]);
}

/// The worked example: 1 to 5 come while the sink has no room, and the buffer has room for two.
#[test]
fn s39_what_each_policy_hands_on() {
    for (when_full, taken, dropped) in [
        (WhenFull::DropOldest, &[4, 5][..], 3),
        (WhenFull::DropNewest, &[1, 2], 3),
        (WhenFull::Latest, &[5], 4),
    ] {
        let gate = Gate::default();
        let opened = gate.clone();
        let outcome = Runner::new()
            .feed(A, numbers(5))
            .feed(B, at(&[(6.0, 0)]))
            .forward(A, Forward::new(gate.clone()).buffer(2, when_full))
            .sink(B, move |_| opened.open(100))
            .run()
            .unwrap();
        assert_eq!(gate.taken(), taken, "{when_full:?}");
        let ForwardReport { sent, dropped: lost, peak, blocked, .. } = outcome.report().forwards[0];
        assert_eq!((sent, lost, peak), (taken.len() as u64, dropped, taken.len()), "{when_full:?}");
        assert_eq!((blocked, outcome.report().dropped), (Duration::ZERO, 0));
    }
}

#[test]
fn s39_a_sink_is_asked_once_more_before_an_event_is_dropped() {
    for when_full in [WhenFull::DropOldest, WhenFull::DropNewest, WhenFull::Latest, WhenFull::Error] {
        let gate = Gate::with_room(1_000);
        let forward = Forward::new(gate.clone()).buffer(1, when_full);
        let outcome = Runner::new().feed(A, numbers(1_000)).forward(A, forward).run().unwrap();
        assert_eq!(outcome.report().forwards[0].dropped, 0, "{when_full:?}");
        assert_eq!(gate.taken().len(), 1_000);
    }
}

#[test]
fn s39_an_error_names_the_stream_and_what_helps() {
    let (gate, other) = (Gate::default(), Gate::with_room(100));
    let error = Runner::new()
        .feed(A, numbers(5))
        .forward(A, Forward::new(gate.clone()).buffer(2, WhenFull::Error))
        .forward(A, other.clone())
        .add(OpensAtStop(gate.clone()))
        .run()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a sink of stream \"a\" failed at 1970-01-01T00:00:03Z: 2 events wait for it already; allow more with \
         `Forward::buffer(..)`, or drop some"
    );
    assert!(matches!(error.kind(), ErrorKind::Sink { stream, time, .. } if stream == "a" && *time == s(3.0)));
    let report = error.into_outcome().unwrap().report().clone();
    assert_eq!((report.reason, report.forwards[0].dropped), (StopReason::Failed, 1));
    // What both had taken in goes out.
    assert_eq!((gate.taken(), other.taken()), (vec![1, 2], vec![1, 2, 3]));
    assert!(gate.state().closed && other.state().closed);
}

/// Gives a sink room when the run is over.
struct OpensAtStop(Gate);

#[strategy]
impl OpensAtStop {
    #[on_stop]
    fn stop(&mut self) {
        self.0.open(100);
    }
}

#[test]
fn s39_under_block_time_stands_still_until_there_is_room() {
    let (gate, log) = (Gate::default(), Log::default());
    let seen = log.clone();
    let runner = Runner::new()
        .feed(A, numbers(5))
        .sink(A, move |event| seen.add(event.value.to_string()))
        .forward(A, Forward::new(gate.clone()).buffer(2, WhenFull::Block));
    // Before the hand-over, where a live run works off history.
    let mut run = runner.clock(jumping(100.0)).run_live();
    let mut step = || poll(&mut run).map(Result::unwrap);
    assert!(step().is_pending());
    assert_eq!(log.take(), "1, 2");
    assert!(step().is_pending());
    assert_eq!(log.take(), "", "there is no room yet");
    gate.open(1);
    assert!(step().is_pending());
    assert_eq!(log.take(), "3");
    gate.open(2);
    assert!(step().is_pending());
    assert_eq!((log.take().as_str(), gate.taken()), ("4, 5", vec![1, 2, 3]));
    gate.open(1);
    assert!(step().is_pending(), "the last one is to be sent");
    gate.open(1);
    let Poll::Ready(outcome) = step() else { panic!("it has all it waits for") };
    let report = &outcome.report().forwards[0];
    assert_eq!((gate.taken(), report.dropped, report.peak), (vec![1, 2, 3, 4, 5], 0, 2));
    assert!(report.blocked > Duration::ZERO);
}

#[test]
fn s39_a_run_over_history_is_never_further_ahead_than_the_buffer() {
    let dispatched = Arc::new(AtomicU64::new(0));
    let (sender, receiver) = futures::channel::mpsc::channel(0);
    let (count, seen) = (Arc::clone(&dispatched), Arc::clone(&dispatched));
    let reader = thread::spawn(move || {
        for (k, event) in
            block_on_stream::<futures::channel::mpsc::Receiver<Event<u32>>>(receiver).enumerate()
        {
            assert_eq!(event.value as usize, k + 1);
            // The buffer, the slot of the channel, and what was received.
            assert!(seen.load(Ordering::SeqCst) <= k as u64 + 1 + 3 + 1, "{k}");
        }
    });
    let outcome = Runner::new()
        .feed(A, numbers(2_000))
        .sink(A, move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        })
        .forward(A, Forward::new(sender).buffer(3, WhenFull::Block))
        .run()
        .unwrap();
    reader.join().unwrap();
    let report = &outcome.report().forwards[0];
    assert_eq!((report.sent, report.dropped, report.peak), (2_000, 0, 3));
}

#[test]
fn s39_in_the_live_phase_a_full_buffer_makes_the_run_late() {
    let (clock, gate) = (jumping(10.0), Gate::default());
    let live = script(&clock, &[(11.0, 1), (12.0, 2), (13.0, 3)]);
    let runner = Runner::new()
        .feed(A, live)
        .forward(A, Forward::new(gate.clone()).buffer(1, WhenFull::Block))
        .collect(A);
    let opening = clock.sleep_until(s(20.0));
    let opener = async {
        opening.await;
        gate.open(100);
    };
    let run = runner.clock(clock.clone()).run_live();
    let (_, outcome) = block_on(async { futures::join!(opener, run) });
    let mut outcome = outcome.unwrap();
    assert_eq!(gate.taken(), [1, 2, 3]);
    assert_eq!(outcome.report().max_behind, d(8.0), "2 came at 12, and was dispatched at 20");
    let times: Vec<_> = outcome.collected(A).unwrap().into_iter().map(|event| event.time).collect();
    assert_eq!(times, [s(11.0), s(12.0), s(13.0)], "they were received meanwhile");
}

#[test]
fn s39_a_live_run_flushes_what_it_has_before_it_waits() {
    let (clock, gate) = (jumping(10.0), Gate::with_room(100));
    let flushed = Arc::new(Mutex::new(Vec::new()));
    let (look, notes) = (gate.clone(), Arc::clone(&flushed));
    let looks = clock.sleep_until(s(20.0));
    let run = Runner::new()
        .feed(A, at(&[(1.0, 1), (2.0, 2)]))
        .feed(B, script(&clock, &[(10.0, 3), (30.0, 4)]))
        .forward(A, gate.clone())
        .forward(B, gate.clone())
        .clock(clock.clone())
        .run_live();
    let looker = async move {
        looks.await;
        notes.lock().unwrap().push(look.state().flushed);
    };
    block_on(async { futures::join!(looker, run) }).1.unwrap();
    assert_eq!(*flushed.lock().unwrap(), [3]);
    assert_eq!(gate.taken(), [1, 2, 3, 4]);
}

#[test]
fn s42_what_is_sent_is_on_its_way_while_time_stands_still() {
    // The answer comes from the other end of the sink.
    let (questions, asked) = futures::channel::mpsc::channel::<Event<u32>>(1);
    let (answer, answered) = futures::channel::oneshot::channel();
    let responder = thread::spawn(move || {
        let mut asked = block_on_stream(asked);
        answer.send(asked.next().unwrap().value + 1).unwrap();
        asked.count()
    });
    let (log, runner) =
        (Log::default(), Runner::new().start(s(0.0)).feed(A, numbers(3)).forward(A, questions));
    let said = log.clone();
    let asking = |cx: asp::RunContext| async move {
        cx.wait_for(A).await;
        said.say(cx.external(answered).await.unwrap());
    };
    runner.spawn(asking).run().unwrap();
    assert_eq!((log.take().as_str(), responder.join().unwrap()), ("2@1", 2));
}

#[test]
fn s46_at_the_end_each_sink_has_all_and_is_closed() {
    let (a, b) = (Gate::with_room(100), Gate::with_room(100));
    let echo = Echo { log: Log::default(), until: 3 };
    let runner = Runner::new().feed(A, numbers(5)).add(echo).forward(A, a.clone()).forward(B, b.clone());
    let outcome = runner.run().unwrap();
    assert_eq!(outcome.report().reason, StopReason::Requested);
    // Nothing is dispatched after the stop, sinks included; what `on_stop` emits reaches them (S47).
    assert_eq!((a.taken(), b.taken()), (vec![1, 2], vec![10, 20, 7, 8]));
    assert!(a.state().closed && b.state().closed);
}

#[test]
fn s46_a_run_over_history_waits_until_the_last_event_is_taken() {
    let gate = Gate::default();
    let opened = gate.clone();
    let opener = thread::spawn(move || {
        for _ in 0..5 {
            opened.await_run();
            opened.open(1);
        }
    });
    let outcome = Runner::new().feed(A, numbers(5)).forward(A, gate.clone()).run().unwrap();
    opener.join().unwrap();
    assert_eq!((gate.taken(), outcome.report().forwards[0].sent), (vec![1, 2, 3, 4, 5], 5));
    assert!(gate.state().closed);
    assert_eq!(outcome.report().forwards[0].blocked, Duration::ZERO, "no handler had to wait");
}

#[test]
fn s46_a_run_that_waits_for_room_can_be_stopped() {
    let gate = Gate::default();
    let forward = Forward::new(gate.clone()).buffer(2, WhenFull::Block);
    let runner = Runner::new().feed(A, numbers(100)).forward(A, forward);
    let (stop, opened) = (runner.stop_handle(), gate.clone());
    let stopper = thread::spawn(move || {
        opened.await_run();
        stop.stop();
        opened.open(100);
    });
    let outcome = runner.run().unwrap();
    stopper.join().unwrap();
    assert_eq!(outcome.report().reason, StopReason::Requested);
    let taken = gate.taken();
    assert!(taken == [1, 2] || taken == [1], "what it had taken in: {taken:?}");
}

/// A sink that never has room, and a run that is to stop.
#[test]
fn s46_a_dead_sink_has_five_seconds() {
    let (history, clock) = (Gate::default(), asp::ManualClock::new(s(10.0)));
    let forward = |gate: &Gate| Forward::new(gate.clone()).buffer(2, WhenFull::Block);
    let runner = Runner::new().feed(A, numbers(5)).forward(A, forward(&history));
    let stop = runner.stop_handle();
    let past = thread::spawn(move || runner.run().unwrap());
    let live = |drain: bool| {
        let runner = Runner::new().feed(A, numbers(5)).forward(A, forward(&Gate::default()));
        let runner = if drain { runner.drain_on_stop() } else { runner };
        let (clock, stop) = (clock.clone(), runner.stop_handle());
        let run = thread::spawn(move || block_on(runner.clock(clock).run_live()).unwrap());
        (run, stop)
    };
    let (plain, plain_stop) = live(false);
    let (drained, drained_stop) = live(true);
    history.await_run();
    for stop in [stop, plain_stop, drained_stop] {
        stop.stop();
    }
    for run in [past, plain, drained] {
        let outcome = run.join().unwrap();
        let report = outcome.report();
        assert_eq!(report.reason, StopReason::Requested);
        assert_eq!(report.forwards[0].sent, 0);
        assert!(report.forwards[0].dropped <= 2, "{report}");
    }
}

#[test]
fn s46_a_live_run_lets_a_dead_sink_go() {
    let gate = Gate::default();
    let runner = Runner::new().feed(A, numbers(5)).forward(A, gate.clone());
    let outcome = block_on(runner.clock(jumping(10.0)).end(s(20.0)).run_live()).unwrap();
    let report = outcome.report();
    assert_eq!((report.reason, report.forwards[0].dropped), (StopReason::Finished, 5));
    assert!(report.to_string().contains("\na: 0 forwarded, 5 dropped, at most 5 waiting"), "{report}");
    assert!(!gate.state().closed);
}

#[test]
fn s43_a_sink_that_fails_stops_the_run_and_no_other_sink() {
    for (fault, text) in
        [(Fault::Error, "line down"), (Fault::Panic, "it panicked: no line"), (Fault::Flush, "disk full")]
    {
        let (bad, good) = (Gate::failing(3, fault), Gate::with_room(100));
        let runner = Runner::new().feed(A, numbers(5)).forward(A, bad.clone()).forward(A, good.clone());
        let error = runner.run().unwrap_err();
        let last = if let Fault::Flush = fault { 5 } else { 3 };
        assert_eq!(
            error.to_string(),
            format!("a sink of stream \"a\" failed at {}: {text}", s(f64::from(last)))
        );
        let outcome = error.into_outcome().unwrap();
        assert_eq!(outcome.report().reason, StopReason::Failed);
        let sent = if let Fault::Flush = fault { 5 } else { 2 };
        assert_eq!((bad.taken().len(), good.taken()), (sent, vec![1, 2, 3, 4, 5]));
    }
}

#[test]
fn s43_a_sink_that_fails_while_the_run_waits_stops_it() {
    let (clock, gate) = (jumping(10.0), Gate::failing(1, Fault::Flush));
    let runner = Runner::new().feed(A, script(&clock, &[(11.0, 1), (50.0, 2)])).forward(A, gate);
    let error = block_on(runner.clock(clock.clone()).run_live()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Sink { time, .. } if *time == s(11.0)), "{error}");
    assert_eq!(error.into_outcome().unwrap().report().now, s(11.0));
}

/// A sink that costs what tokio allows a task, as the channels of tokio do.
struct Budgeted(Arc<AtomicU64>);

impl Sink<Event<u32>> for Budgeted {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), Error>> {
        ready!(tokio::task::coop::poll_proceed(cx)).made_progress();
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, _: Event<u32>) -> Result<(), Error> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn s39_the_budget_of_a_tokio_task_is_not_taken_for_a_full_sink() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let sent = Arc::new(AtomicU64::new(0));
    let forward = Forward::new(Budgeted(Arc::clone(&sent))).buffer(1, WhenFull::Error);
    let runner = Runner::new().feed(A, numbers(1_000)).forward(A, forward);
    runtime.block_on(async { runner.run().unwrap() });
    assert_eq!(sent.load(Ordering::SeqCst), 1_000);
}

#[test]
fn s42_a_run_that_blocks_the_runtime_of_its_sink_ends_with_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = runtime.block_on(async {
        let (sender, receiver) = futures::channel::mpsc::channel(1);
        let _reader = tokio::spawn(receiver.for_each(|_: Event<u32>| async {}));
        let forward = Forward::new(sender).buffer(2, WhenFull::Block);
        Runner::new().feed(A, numbers(100)).forward(A, forward).run().unwrap_err()
    });
    assert!(
        matches!(error.kind(), ErrorKind::Blocked { tasks, .. } if tasks == &["a sink of stream \"a\""]),
        "{error}"
    );
}

#[test]
fn s42_in_a_runtime_that_goes_on_a_sink_is_waited_for() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let read = runtime.block_on(async {
        let (sender, receiver) = futures::channel::mpsc::channel(0);
        let reader = tokio::spawn(receiver.map(|event: Event<u32>| event.value).collect::<Vec<_>>());
        let forward = Forward::new(sender).buffer(1, WhenFull::Block);
        let runner = Runner::new().feed(A, numbers(500)).forward(A, forward);
        tokio::task::spawn_blocking(|| runner.run().unwrap()).await.unwrap();
        reader.await.unwrap()
    });
    assert_eq!(read, (1..=500).collect::<Vec<_>>());
}

/// Does a bit of everything on what goes out.
#[derive(Default)]
struct Busy(u32);

#[strategy(emits(b: u32))]
impl Busy {
    #[on_event(stream = "a")]
    async fn hear(&mut self, cx: &asp::TaskContext<Self>, value: u32) {
        cx.emit(Self::B, value);
        cx.sleep(d(0.75)).await;
        self.0 += value;
        cx.emit(Self::B, self.0);
        cx.emit(Self::B, self.0 + 1);
    }

    #[on_event(stream = "b")]
    fn own(&mut self, cx: &Context<Self>, value: u32) {
        cx.after(d(f64::from(value % 3))).later(value);
    }

    #[every("0.5s")]
    fn tick(&mut self) {}

    #[after]
    fn later(&mut self, value: u32) {
        self.0 ^= value;
    }
}

#[test]
fn s49_sinks_have_no_influence_on_the_digest() {
    let runner =
        || Runner::new().feed(A, numbers(40)).add(Busy::default()).digest_with(A, |n| n.to_le_bytes());
    let digest = |runner: Runner| runner.run().unwrap().report().digest.unwrap();
    let none = digest(runner());
    assert_eq!(digest(runner().forward(A, futures::sink::drain()).forward(B, futures::sink::drain())), none);
    for when_full in [WhenFull::Block, WhenFull::Latest] {
        let (a, b) = (Gate::default(), Gate::default());
        let slow = |gate: &Gate| Forward::new(gate.clone()).buffer(1, when_full);
        let both = runner().forward(A, slow(&a)).forward(B, slow(&b));
        let is_over = Arc::new(AtomicU64::new(0));
        let over = Arc::clone(&is_over);
        let opener = thread::spawn(move || {
            while over.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
                a.open(1);
                b.open(1);
            }
        });
        assert_eq!(digest(both), none, "{when_full:?}");
        is_over.store(1, Ordering::SeqCst);
        opener.join().unwrap();
    }
}

#[test]
fn s50_a_live_run_with_a_slow_sink_is_repeated_without_it() {
    let (clock, gate, recording) = (jumping(10.0), Gate::default(), Recording::new().keep(A));
    let live = script(&clock, &[(11.0, 1), (12.0, 2), (13.0, 3)]);
    let forward = Forward::new(gate.clone()).buffer(1, WhenFull::Block);
    let run = Runner::new().feed(A, live).add(Busy::default()).forward(B, forward).digest().end(s(60.0));
    let opening = clock.sleep_until(s(20.0));
    let opener = async {
        opening.await;
        gate.open(100);
    };
    let run = run.record_to(&recording).clock(clock.clone()).run_live();
    let (_, outcome) = block_on(async { futures::join!(opener, run) });
    let digest = outcome.unwrap().report().digest;
    let again = Runner::new().replay(&recording).add(Busy::default()).digest().run().unwrap();
    assert_eq!(again.report().digest, digest);
}

#[test]
fn s59_a_paced_run_sends_while_it_waits() {
    let (sender, receiver) = futures::channel::mpsc::channel::<Event<u32>>(0);
    // The second event would come in an hour; whoever has the first two stops the run.
    let runner = Runner::new().feed(A, at(&[(0.0, 1), (0.0, 2), (3600.0, 3)])).forward(A, sender);
    let stop = runner.stop_handle();
    let reader = thread::spawn(move || {
        let mut read = block_on_stream(receiver);
        let first = [read.next(), read.next()].map(|event| event.unwrap().value);
        stop.stop();
        (first, read.count())
    });
    let outcome = runner.pace("1".parse().unwrap()).run().unwrap();
    assert_eq!(reader.join().unwrap(), ([1, 2], 0));
    assert_eq!(outcome.report().reason, StopReason::Requested);
}

#[test]
fn a_forward_is_a_sink_of_the_graph_and_reads_its_stream() {
    let runner = Runner::new().feed(A, numbers(1)).forward(A, futures::sink::drain()).sink(A, |_| {});
    assert_eq!(runner.graph().streams[0].sinks, 2);
    let outcome = runner.run().unwrap();
    assert!(!outcome.report().to_string().contains("forwarded"), "it was fast enough");
    let error = Runner::new().forward(A, futures::sink::drain()).run().unwrap_err();
    assert!(error.to_string().starts_with("stream \"a\" is"), "{error}");
}
