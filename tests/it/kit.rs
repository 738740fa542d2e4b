//! What the rule tests share: seconds, events, and a log in the notation of the rules (`a1@1, tick@1`).

use std::fmt::{Debug, Display};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::Poll;

use asp::prelude::*;
use asp::{Class, ErrorKind, ManualClock, Outcome, RunContext, Strategy};

pub(crate) use asp_tests::{at, d, jumping, s, script, seconds};

/// A payload that says what it is. An alias, since a handler that takes `&str` takes a reference to a payload.
pub(crate) type Name = &'static str;

/// What happened, in order; shared by the strategies of a test.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Notes `what@now`.
    pub(crate) fn note<S: Strategy>(&self, cx: &Context<S>, what: impl Display) {
        self.add(format!("{what}@{}", seconds(cx.now())));
    }

    /// Notes `what@now`, from any code of the run.
    pub(crate) fn say(&self, what: impl Display) {
        self.add(format!("{what}@{}", seconds(asp::now())));
    }

    pub(crate) fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    /// All notes, and forgets them.
    pub(crate) fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap()).join(", ")
    }
}

/// Runs, and shows each handler call as `strategy.handler@time#round`; hooks at the end without round.
pub(crate) fn observed(runner: Runner) -> String {
    let log = Log::default();
    let seen = log.clone();
    let runner = runner.observe(move |dispatch| {
        let place = dispatch.place;
        let round = if place.class == Class::Stop { String::new() } else { format!("#{}", place.round) };
        seen.add(format!("{}.{}@{}{round}", dispatch.strategy, dispatch.handler, seconds(place.time)));
    });
    runner.run().unwrap();
    log.take()
}

/// Runs into an error; its kind as text, and what is left of the run.
pub(crate) fn failed(runner: Runner) -> (String, Option<Outcome>) {
    let error = runner.run().expect_err("the run stops with an error");
    (format!("{:?}", error.kind()), error.into_outcome())
}

/// Runs into an error that must be of the shape that `pick` takes apart.
pub(crate) fn failed_with<T: Debug>(runner: Runner, pick: impl Fn(&ErrorKind) -> Option<T>) -> T {
    let error = runner.run().expect_err("the run stops with an error");
    pick(error.kind()).unwrap_or_else(|| panic!("another error: {error}"))
}

/// What one coroutine says from 0 until the run ends.
pub(crate) fn said<F>(coroutine: impl FnOnce(RunContext, Log) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let log = Log::default();
    let own = log.clone();
    Runner::new().start(s(0.0)).spawn(move |cx| coroutine(cx, own)).run().unwrap();
    log.take()
}

/// Runs live on a clock that jumps, from `handover` seconds on.
pub(crate) fn lived(clock: &ManualClock, runner: Runner) -> Outcome {
    futures::executor::block_on(runner.clock(clock.clone()).run_live()).unwrap()
}

/// A live source that a test feeds by hand, from wherever it likes.
pub(crate) struct Hand<T> {
    sender: tokio::sync::mpsc::UnboundedSender<T>,
    sent: std::cell::Cell<usize>,
    taken: Arc<(Mutex<usize>, Condvar)>,
}

/// The other end of a [`Hand`].
pub(crate) struct Held<T> {
    receiver: tokio::sync::mpsc::UnboundedReceiver<T>,
    yielded: usize,
    taken: Arc<(Mutex<usize>, Condvar)>,
}

/// A hand and what it feeds.
pub(crate) fn hand<T>() -> (Hand<T>, Held<T>) {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let taken = Arc::<(Mutex<usize>, Condvar)>::default();
    let hand = Hand { sender, sent: std::cell::Cell::new(0), taken: Arc::clone(&taken) };
    (hand, Held { receiver, yielded: 0, taken })
}

impl<T> Hand<T> {
    /// Sends a value.
    pub(crate) fn send(&self, value: T) {
        assert!(self.sender.send(value).is_ok(), "the source is there");
        self.sent.set(self.sent.get() + 1);
    }

    /// Waits until another thread has put all that was sent into the queue of the stream, with its stamp.
    pub(crate) fn wait(&self) {
        let (taken, changed) = &*self.taken;
        let taken = taken.lock().unwrap();
        drop(changed.wait_while(taken, |taken| *taken < self.sent.get()).unwrap());
    }
}

impl<T> futures::Stream for Held<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Option<T>> {
        // Whoever asks for the next one has put the one before where it belongs.
        let (taken, changed) = &*self.taken;
        *taken.lock().unwrap() = self.yielded;
        changed.notify_all();
        let polled = self.receiver.poll_recv(cx);
        self.yielded += usize::from(matches!(polled, Poll::Ready(Some(_))));
        polled
    }
}
