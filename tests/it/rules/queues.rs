//! The queue between a live source and the run (S39).

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context as TaskContext, Poll, ready};

use asp::prelude::*;
use asp::{Clock, ErrorKind, ManualClock, ManualSleep, Outcome, Result, StopReason, Stream, WhenFull};
use futures::executor::block_on;

use crate::kit::{Log, d, jumping, lived, s, script};

const A: Stream<u32> = Stream::new("a");

/// The worked example: 1 to 5 arrive while the handler of 0 blocks, and find room for two.
fn stalled(when_full: WhenFull) -> Result<Outcome> {
    let clock = jumping(10.0);
    let live = script(&clock, &[(10.5, 0), (11.1, 1), (11.2, 2), (11.3, 3), (11.4, 4), (11.5, 5)]);
    let blocking = clock.clone();
    let block = move |event: &Event<u32>| {
        if event.value == 0 {
            blocking.set(s(12.0));
        }
    };
    let runner = Runner::new().feed(A, live.queue(2, when_full)).collect(A).sink(A, block);
    block_on(runner.clock(clock).run_live())
}

fn values(outcome: &mut Outcome) -> Vec<u32> {
    outcome.collected(A).unwrap().into_iter().map(|event| event.value).collect()
}

#[test]
fn s39_what_each_policy_delivers() {
    for (when_full, delivered, dropped) in [
        (WhenFull::Block, &[0, 1, 2, 3, 4, 5][..], 0),
        (WhenFull::DropOldest, &[0, 4, 5], 3),
        (WhenFull::DropNewest, &[0, 1, 2], 3),
        (WhenFull::Latest, &[0, 5], 4),
    ] {
        let mut outcome = stalled(when_full).unwrap();
        assert_eq!(values(&mut outcome), delivered, "{when_full:?}");
        let report = outcome.report();
        assert_eq!((report.dropped, report.live[0].dropped), (dropped, dropped), "{when_full:?}");
        assert_eq!((report.live[0].received, report.reason), (delivered.len() as u64, StopReason::Finished));
    }
}

#[test]
fn s39_an_error_names_the_stream_and_comes_behind_what_fitted() {
    let error = stalled(WhenFull::Error).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Source { stream, index: 3, .. } if stream == "a"), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the source of stream \"a\" failed at index 3: 2 events wait already; allow more with `.queue(..)`, or drop some"
    );
    let mut outcome = error.into_outcome().unwrap();
    assert_eq!(values(&mut outcome), [0, 1, 2]);
    assert_eq!(outcome.report().dropped, 1);
}

#[test]
fn s39_under_block_an_event_is_stamped_when_there_is_room_for_it() {
    let clock = jumping(10.0);
    let live = futures::stream::iter([1, 2, 3]);
    let log = Log::default();
    let (blocking, seen) = (clock.clone(), log.clone());
    let block = move |event: &Event<u32>| {
        blocking.advance(d(1.0));
        seen.add(format!("{}@{}", event.value, crate::kit::seconds(event.time)));
    };
    lived(&clock, Runner::new().feed(A, Source::live(live).queue(1, WhenFull::Block)).sink(A, block));
    // `event.time` is when the event arrived, since the source says nothing. The third one finds room when the second
    // one is shown, and the run looks at its source when that was dispatched.
    assert_eq!(log.take(), "1@10, 2@10, 3@12.000000001");
}

#[test]
fn s39_one_event_is_kept_whatever_the_capacity() {
    let clock = jumping(10.0);
    let source = Source::live(futures::stream::iter(1..=5)).queue(0, WhenFull::Block);
    let mut outcome = lived(&clock, Runner::new().feed(A, source).collect(A));
    assert_eq!(values(&mut outcome), [1, 2, 3, 4, 5]);
    let clock = jumping(10.0);
    let source = Source::live(futures::stream::iter(1..=5)).queue(1_000, WhenFull::Latest);
    let mut outcome = lived(&clock, Runner::new().feed(A, source).collect(A));
    assert_eq!(values(&mut outcome), [5]);
}

/// Moves on by a microsecond whenever it is read.
struct Counting(AtomicI64);

impl Clock for Counting {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.0.fetch_add(1_000, Ordering::Relaxed))
    }

    fn poll_until(&self, _: &mut TaskContext<'_>, time: Timestamp) -> Poll<()> {
        self.0.fetch_max(time.as_nanos(), Ordering::Relaxed);
        Poll::Ready(())
    }
}

#[test]
fn s39_a_source_that_is_always_ready_cannot_hold_the_run() {
    struct Ticker;

    #[strategy]
    impl Ticker {
        #[on_event(stream = "a")]
        fn a(&mut self, _: u32) {}

        #[on_event(stream = "b")]
        fn b(&mut self, _: u32) {}

        #[every("100ms")]
        fn tick(&mut self) {}
    }
    for when_full in [WhenFull::Block, WhenFull::DropOldest, WhenFull::DropNewest, WhenFull::Latest] {
        let source = Source::live(futures::stream::repeat(1)).queue(100, when_full);
        let quiet = Source::live(futures::stream::iter([1, 2, 3]));
        let runner = Runner::new().feed(Ticker::A, source).feed(Ticker::B, quiet).add(Ticker);
        let run = runner.clock(Counting(AtomicI64::new(0))).end(s(0.35)).run_live();
        let outcome = block_on(run).unwrap();
        let report = outcome.report();
        assert_eq!((report.reason, report.dispatched.ticks), (StopReason::Finished, 3), "{when_full:?}");
        assert_eq!(report.live[1].received, 3, "{when_full:?}");
        assert_eq!(report.dropped > 0, when_full != WhenFull::Block, "{when_full:?}");
    }
}

/// An event a millisecond, made when it is asked for; knows how many are alive.
struct Producer {
    clock: ManualClock,
    next: u32,
    last: u32,
    sleep: Option<ManualSleep>,
    alive: Arc<Alive>,
}

#[derive(Default)]
struct Alive {
    now: AtomicI64,
    most: AtomicI64,
}

/// An event that counts itself.
struct Counted(u32, Arc<Alive>);

impl Counted {
    fn new(number: u32, alive: &Arc<Alive>) -> Self {
        let now = alive.now.fetch_add(1, Ordering::Relaxed) + 1;
        alive.most.fetch_max(now, Ordering::Relaxed);
        Counted(number, Arc::clone(alive))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.now.fetch_sub(1, Ordering::Relaxed);
    }
}

impl futures::Stream for Producer {
    type Item = Counted;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Counted>> {
        let producer = &mut *self;
        if producer.next > producer.last {
            return Poll::Ready(None);
        }
        let time = Timestamp::from_millis(producer.next.into());
        let sleep = producer.sleep.get_or_insert_with(|| producer.clock.sleep_until(time));
        ready!(Pin::new(sleep).poll(cx));
        producer.sleep = None;
        producer.next += 1;
        Poll::Ready(Some(Counted::new(producer.next - 1, &producer.alive)))
    }
}

const CAPACITY: usize = 64;

/// What a consumer that takes 10 ms an event gets from the producer, by the rule: the numbers, how many were dropped,
/// and whether the queue overflowed into an error.
fn expected(last: u32, when_full: WhenFull) -> (Vec<u32>, u64, bool) {
    let (mut queue, mut delivered, mut dropped) = (VecDeque::new(), Vec::new(), 0);
    let (mut now, mut next, mut failed) = (0, 1, false);
    while next <= last || !queue.is_empty() {
        while next <= last && next <= now && !failed {
            let is_full = queue.len() >= CAPACITY;
            match when_full {
                WhenFull::Block if is_full => break,
                WhenFull::DropOldest if is_full => drop((queue.pop_front(), dropped += 1)),
                WhenFull::Latest if !queue.is_empty() => drop((queue.pop_front(), dropped += 1)),
                _ => {}
            }
            match when_full {
                WhenFull::DropNewest if is_full => dropped += 1,
                WhenFull::Error if is_full => (dropped, failed) = (dropped + 1, true),
                _ => queue.push_back(next),
            }
            next += 1;
        }
        match queue.pop_front() {
            Some(number) => {
                delivered.push(number);
                now += 10;
            }
            None if failed => break,
            None => now = next,
        }
    }
    (delivered, dropped, failed)
}

#[test]
fn t9_a_producer_that_is_ten_times_faster_takes_bounded_memory() {
    // A release run may take longer: 600 000 is ten minutes of it.
    let last = std::env::var("ASP_BACKPRESSURE_EVENTS").map_or(20_000, |text| text.parse().unwrap());
    for when_full in
        [WhenFull::Block, WhenFull::DropOldest, WhenFull::DropNewest, WhenFull::Latest, WhenFull::Error]
    {
        let stream: Stream<Counted> = Stream::new("fast");
        let clock = jumping(0.0);
        let alive = Arc::<Alive>::default();
        let producer =
            Producer { clock: clock.clone(), next: 1, last, sleep: None, alive: Arc::clone(&alive) };
        let (consumer, seen) = (clock.clone(), Arc::<std::sync::Mutex<Vec<u32>>>::default());
        let delivered = Arc::clone(&seen);
        let consume = move |event: &Event<Counted>| {
            delivered.lock().unwrap().push(event.value.0);
            consumer.advance(d(0.010));
        };
        let source = Source::live(producer).queue(CAPACITY, when_full);
        let run = Runner::new().feed(stream.clone(), source).sink(stream, consume).clock(clock).run_live();
        let run = block_on(run);
        let failed = run.is_err();
        let outcome = run.unwrap_or_else(|error| error.into_outcome().unwrap());
        let dropped = outcome.report().dropped;
        let seen = std::mem::take(&mut *seen.lock().unwrap());
        assert!((seen, dropped, failed) == expected(last, when_full), "{when_full:?}");
        // The queue, the event that is shown, and the one on its way into the queue.
        let most = alive.most.load(Ordering::Relaxed);
        assert!(most <= CAPACITY as i64 + 2, "{when_full:?}: {most} at once");
        drop(outcome);
        assert_eq!(alive.now.load(Ordering::Relaxed), 0, "{when_full:?}");
        println!("T9 {when_full:?}: {last} produced, {dropped} dropped, at most {most} in memory");
    }
}
