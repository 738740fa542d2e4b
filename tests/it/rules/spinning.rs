//! Runs that watch their sources without sleeping (S39). Clocks and threads are real here, and no test looks at how long
//! something takes, but for one that would take forever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::task::Poll;
use std::thread;
use std::time::{Duration as StdDuration, Instant};

use asp::prelude::*;
use asp::{ErrorKind, StopReason, Stream};
use futures::executor::block_on;
use futures::stream;

const A: Stream<u64> = Stream::new("a");
const B: Stream<u64> = Stream::new("b");
const C: Stream<u64> = Stream::new("c");

/// A channel as a source that can only be asked: it wakes nobody.
fn asked<V: Send + 'static>() -> (Sender<V>, impl futures::Stream<Item = V> + Send) {
    let (sender, receiver) = channel();
    (sender, ask(receiver))
}

// ANCHOR: ask
fn ask<V>(receiver: Receiver<V>) -> impl futures::Stream<Item = V> {
    stream::poll_fn(move |_| match receiver.try_recv() {
        Ok(value) => Poll::Ready(Some(value)),
        Err(TryRecvError::Empty) => Poll::Pending,
        Err(TryRecvError::Disconnected) => Poll::Ready(None),
    })
}
// ANCHOR_END: ask

/// Lets others work, so often.
fn pause(times: u64) {
    (0..times).for_each(|_| thread::yield_now());
}

fn nothing() -> Source<u64> {
    Source::past(Vec::<(Timestamp, u64)>::new())
}

/// Notes what it has had, and asks for a little more now and then.
#[derive(Default)]
struct Reader {
    seen: [Vec<u64>; 3],
    later: u64,
    ends: u64,
    last: Arc<AtomicU64>,
}

#[strategy]
impl Reader {
    #[on_event(stream = "a")]
    fn a(&mut self, cx: &Context<Self>, value: u64) {
        self.seen[0].push(value);
        if value.is_multiple_of(7) {
            cx.after(Duration::from_micros(20)).note(value);
        }
        self.last.store(value, Ordering::Release);
    }

    #[on_event(stream = "b")]
    fn b(&mut self, value: u64) {
        self.seen[1].push(value);
    }

    #[on_event(stream = "c")]
    fn c(&mut self, value: u64) {
        self.seen[2].push(value);
    }

    #[after]
    fn note(&mut self, _: u64) {
        self.later += 1;
    }

    #[every("1ms")]
    fn tick(&mut self) {}

    #[on_end(stream = "a")]
    fn a_ended(&mut self) {
        self.ends += 1;
    }
}

/// Nobody sends a thing before the one before it was handled, so that one that is left lying lies there forever.
#[test]
fn s39_a_run_that_spins_leaves_nothing_lying() {
    /// Long enough that the run leaves others on its thread their turn, again and again.
    const LONG: StdDuration = StdDuration::from_millis(200);
    let last = Arc::new(AtomicU64::new(0));
    let ((sender, source), handled) = (asked(), Arc::clone(&last));
    let runner = Runner::new().feed(A, Source::live(source)).feed(B, nothing()).feed(C, nothing()).spin();
    let stop = runner.stop_handle();
    let feed = thread::spawn(move || {
        let (all_begun, mut value) = (Instant::now(), 0);
        while value < 300 || all_begun.elapsed() < LONG {
            value += 1;
            sender.send(value).unwrap();
            let begun = Instant::now();
            while handled.load(Ordering::Acquire) < value {
                if begun.elapsed() > StdDuration::from_secs(20) {
                    stop.stop();
                    panic!("{value} is left lying");
                }
                thread::yield_now();
            }
        }
        value
    });
    let mut outcome = block_on(runner.add(Reader { last, ..Reader::default() }).run_live()).unwrap();
    let count = feed.join().unwrap();
    let reader: Reader = outcome.take().unwrap();
    assert!(reader.seen[0].iter().copied().eq(1..=count));
    assert_eq!((reader.later, reader.ends), (count / 7, 1));
}

#[test]
fn s39_several_sources_are_asked_in_turn() {
    let (mut feeds, mut runner) = (Vec::new(), Runner::new());
    for (stream, step) in [(A, 1), (B, 2), (C, 3)] {
        let (sender, source) = asked();
        runner = runner.feed(stream, Source::live(source));
        feeds.push(thread::spawn(move || {
            for value in 1..=3_000 {
                sender.send(value).unwrap();
                if value.is_multiple_of(step * 50) {
                    pause(10 * step);
                }
            }
        }));
    }
    let mut outcome = block_on(runner.add(Reader::default()).spin().run_live()).unwrap();
    feeds.into_iter().for_each(|feed| feed.join().unwrap());
    let reader: Reader = outcome.take().unwrap();
    for seen in &reader.seen {
        assert!(seen.iter().copied().eq(1..=3_000));
    }
    assert_eq!(reader.ends, 1);
}

/// Only live sources count among the four.
#[test]
fn s39_past_sources_do_not_keep_a_live_one_from_being_asked() {
    let (sender, source) = asked();
    let mut runner = Runner::new().feed(A, Source::live(source)).collect(A).spin();
    for past in 0..8 {
        let stream: Stream<u64> = Stream::named(format!("past {past}"));
        runner = runner.feed(stream.clone(), [(Timestamp::EPOCH, past)]).collect(stream);
    }
    let (stop, counter) = (runner.stop_handle(), Arc::new(AtomicU64::new(0)));
    let heard = Arc::clone(&counter);
    let runner = runner.sink(A, move |_| _ = heard.fetch_add(1, Ordering::Release));
    let feed = thread::spawn(move || {
        let begun = Instant::now();
        // The first one may be there when the run begins; for the next it has to ask again.
        for sent in 1..=3 {
            sender.send(sent).unwrap();
            while counter.load(Ordering::Acquire) < sent && begun.elapsed() < StdDuration::from_secs(20) {
                thread::yield_now();
            }
            pause(100);
        }
        stop.stop();
    });
    let mut outcome = block_on(runner.run_live()).unwrap();
    feed.join().unwrap();
    assert_eq!(outcome.collected(A).unwrap().len(), 3);
}

#[test]
fn s21_what_fails_while_the_run_spins_is_named() {
    let (sender, source) = asked();
    sender.send(Ok(1)).unwrap();
    sender.send(Ok(2)).unwrap();
    let feed = thread::spawn(move || {
        pause(100);
        sender.send(Err("the line is dead")).unwrap();
        pause(100);
    });
    let runner = Runner::new().feed(A, Source::try_live(source)).collect(A).spin();
    let error = block_on(runner.run_live()).unwrap_err();
    feed.join().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Source { index: 2, .. }), "{error}");
    assert_eq!(error.into_outcome().unwrap().collected(A).unwrap().len(), 2);
}

#[test]
fn s46_a_run_that_spins_is_stopped_from_outside() {
    for drains in [false, true] {
        let (sender, source) = asked();
        let runner = Runner::new().feed(A, Source::live(source)).collect(A).spin();
        let runner = if drains { runner.drain_on_stop() } else { runner };
        let (stop, done) = (runner.stop_handle(), Arc::new(AtomicBool::new(false)));
        let is_done = Arc::clone(&done);
        let feed = thread::spawn(move || {
            for value in 0..100 {
                sender.send(value).unwrap();
                pause(5);
            }
            stop.stop();
            while !is_done.load(Ordering::Acquire) {
                thread::yield_now();
            }
        });
        let mut outcome = block_on(runner.run_live()).unwrap();
        done.store(true, Ordering::Release);
        feed.join().unwrap();
        assert_eq!(outcome.report().reason, StopReason::Requested);
        let had = outcome.collected(A).unwrap();
        assert!(had.iter().map(|event| event.value).eq(0..had.len() as u64));
    }
}
