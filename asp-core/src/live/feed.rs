//! What a live source is polled through, whatever it is made of.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::inbox::{Alone, Inbox};
use crate::panics::message;
use crate::source::{FaultKind, PastItem, Pull};
use crate::stream::Payload;
use crate::time::Timestamp;

/// How many items one look at a source takes at most, so that one that is always ready cannot hold the run (S39).
const LOOK: usize = 65_536;

/// A live source. One dynamic call is made per look, none per event.
pub(crate) trait Feed<T>: Send {
    /// Ready when the source has begun to receive (S31); or it has failed for good.
    fn poll_ready(&mut self, _cx: &mut Context<'_>, _inbox: &Inbox<T>) -> Poll<Result<(), FaultKind>> {
        Poll::Ready(Ok(()))
    }

    /// Moves what is there into the inbox, the first event past it as long as it is alone, until the source is pending or the
    /// inbox wants no more. Says so if nothing will follow.
    fn look(&mut self, cx: &mut Context<'_>, inbox: &Inbox<T>, alone: &mut Alone<T>) -> Option<Close>;

    /// When the source wants to be looked at again even if nobody wakes it.
    fn retry_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Why nothing follows.
#[derive(Debug)]
pub(crate) enum Close {
    End,
    Fault(FaultKind),
}

/// A value with the time that the source gave it, or what the source failed with.
pub(crate) type Arrived<T> = Result<(Option<i64>, T), FaultKind>;

/// A stream of anything that can be told apart into values and failures.
pub(crate) struct Streamed<St, F> {
    stream: Pin<Box<St>>,
    arrive: F,
}

impl<St, F> Streamed<St, F> {
    pub(crate) fn new(stream: St, arrive: F) -> Self {
        Streamed { stream: Box::pin(stream), arrive }
    }
}

impl<T, St, F> Feed<T> for Streamed<St, F>
where
    T: Payload,
    St: Stream + Send,
    F: FnMut(St::Item) -> Arrived<T> + Send,
{
    fn look(&mut self, cx: &mut Context<'_>, inbox: &Inbox<T>, alone: &mut Alone<T>) -> Option<Close> {
        for _ in 0..LOOK {
            if inbox.is_blocked() {
                return None;
            }
            let Streamed { stream, arrive } = self;
            let polled =
                catch_unwind(AssertUnwindSafe(|| stream.as_mut().poll_next(cx).map(|it| it.map(arrive))));
            match polled {
                Ok(Poll::Pending) => return None,
                Ok(Poll::Ready(Some(Ok((event_time, value))))) => {
                    if inbox.receive(event_time, value, alone) {
                        return None;
                    }
                }
                Ok(Poll::Ready(Some(Err(fault)))) => return Some(Close::Fault(fault)),
                Ok(Poll::Ready(None)) => return Some(Close::End),
                Err(panic) => return Some(Close::Fault(FaultKind::Panicked(message(&*panic)))),
            }
        }
        // There may be more: the others have their turn first.
        cx.waker().wake_by_ref();
        None
    }
}

/// Asks for history up to an instant, once its live source receives (S31).
pub(crate) trait History<T>: Send {
    /// Begins to ask.
    fn ask(&mut self, until: Timestamp);
    /// The history, when it has come.
    fn poll_past(&mut self, cx: &mut Context<'_>) -> Poll<Result<Box<dyn Pull<T>>, FaultKind>>;
}

/// [`History`] from a function that returns a future of an iterator.
pub(crate) struct HistoryFn<F, Fut> {
    ask: Option<F>,
    asked: Option<Pin<Box<Fut>>>,
}

impl<F, Fut> HistoryFn<F, Fut> {
    pub(crate) fn new(ask: F) -> Self {
        HistoryFn { ask: Some(ask), asked: None }
    }
}

impl<T, F, Fut, I, E> History<T> for HistoryFn<F, Fut>
where
    T: Payload,
    F: FnOnce(Timestamp) -> Fut + Send,
    Fut: Future<Output = Result<I, E>> + Send,
    I: IntoIterator<Item: PastItem<T>, IntoIter: Send + 'static>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn ask(&mut self, until: Timestamp) {
        if let Some(ask) = self.ask.take() {
            self.asked = Some(Box::pin(ask(until)));
        }
    }

    fn poll_past(&mut self, cx: &mut Context<'_>) -> Poll<Result<Box<dyn Pull<T>>, FaultKind>> {
        let Some(asked) = &mut self.asked else { return Poll::Pending };
        let past = ready!(guarded(|| asked.as_mut().poll(cx)))?;
        Poll::Ready(match past {
            Ok(items) => Ok(crate::source::pull_items(items.into_iter())),
            Err(error) => Err(FaultKind::Failed(error.into())),
        })
    }
}

/// Polls with panics turned into faults.
pub(crate) fn guarded<R>(poll: impl FnOnce() -> Poll<R>) -> Poll<Result<R, FaultKind>> {
    match catch_unwind(AssertUnwindSafe(poll)) {
        Ok(polled) => polled.map(Ok),
        Err(panic) => Poll::Ready(Err(FaultKind::Panicked(message(&*panic)))),
    }
}
