//! Waiting for the next event of a stream (S42).

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use super::local::{self, Ask, Current};
use super::sleep::outside;
use crate::names::type_name;
use crate::stream::{ByValue, Payload, Stream};

/// What [`RunContext::wait_for`](crate::RunContext::wait_for) returns: the next event of a stream, or none if its source
/// has ended. It listens from when it is first polled.
///
/// ```
/// use asp_core::{RunContext, Runner, Stream, Timestamp, WaitFor};
///
/// const PRICES: Stream<f64> = Stream::new("prices");
/// let watch = |cx: RunContext| async move {
///     let next: WaitFor<f64> = cx.wait_for(PRICES);
///     assert_eq!(next.await, Some(101.5));
/// };
/// // Without a start the run begins with the event, which comes before everybody who waits.
/// Runner::new().start(Timestamp::EPOCH).feed(PRICES, [(Timestamp::from_secs(1), 101.5)]).spawn(watch).run()?;
/// # Ok::<(), asp_core::Error>(())
/// ```
#[must_use = "a future does nothing until it is awaited: add `.await`"]
pub struct WaitFor<T> {
    stream: Stream<T>,
    owner: u32,
    ear: Option<Arc<Ear<T>>>,
    /// What is known of `T` where this is made, and nobody asks for again: else a future that holds one of `&'static str`
    /// is not `Send` for the compiler, which forgets lifetimes in there.
    listen: fn(&Arc<Ear<T>>) -> Box<dyn AnyWaiter>,
}

/// Where the event goes.
struct Ear<T>(Mutex<Heard<T>>);

struct Heard<T> {
    /// What came: an event, or the end of the stream.
    what: Option<Option<T>>,
    waker: Option<Waker>,
}

impl<T> Ear<T> {
    fn tell(&self, what: Option<T>) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.what = Some(what);
        let waker = heard.waker.take();
        drop(heard);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T: Payload + ByValue> WaitFor<T> {
    pub(super) fn new(stream: Stream<T>, owner: u32) -> Self {
        let listen = |ear: &Arc<Ear<T>>| -> Box<dyn AnyWaiter> {
            Box::new(Waiter { ear: Arc::downgrade(ear), clone: T::clone })
        };
        WaitFor { stream, owner, ear: None, listen }
    }
}

impl<T> Future for WaitFor<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if let Some(ear) = &self.ear {
            let mut heard = ear.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(what) = heard.what.take() {
                drop(heard);
                self.ear = None;
                return Poll::Ready(what);
            }
            heard.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let waker = Some(cx.waker().clone());
        let ear = Arc::new(Ear(Mutex::new(Heard { what: None, waker })));
        let waiter = (self.listen)(&ear);
        let (stream, owner) = (self.stream.name().to_owned(), self.owner);
        let asked = local::with(|local| {
            let by = local.current?;
            let given = type_name::<T>();
            local.asks.push(Ask::Wait(Box::new(Wish { by, owner, stream, given, waiter })));
            Some(())
        });
        if asked.flatten().is_none() {
            outside();
        }
        self.ear = Some(ear);
        Poll::Pending
    }
}

impl<T> fmt::Debug for WaitFor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFor").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// A task wants to hear of a stream.
pub(crate) struct Wish {
    pub(crate) by: Current,
    /// Whose name of the stream it is.
    pub(crate) owner: u32,
    pub(crate) stream: String,
    /// The type it expects.
    pub(crate) given: String,
    pub(crate) waiter: Box<dyn AnyWaiter>,
}

/// A [`Waiter`] whatever it waits for.
pub(crate) trait AnyWaiter: Any + Send {}

struct Waiter<T> {
    /// Gone with the future.
    ear: Weak<Ear<T>>,
    clone: fn(&T) -> T,
}

impl<T: Payload> AnyWaiter for Waiter<T> {}

/// Tasks that wait for the next event of one stream.
pub(crate) struct Waiters<T>(Vec<Waiter<T>>);

impl<T: Payload> Waiters<T> {
    pub(crate) const fn new() -> Self {
        Waiters(Vec::new())
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// False if it waits for another type.
    pub(crate) fn add(&mut self, waiter: Box<dyn AnyWaiter>) -> bool {
        let waiter: Box<dyn Any> = waiter;
        let waiter = waiter.downcast::<Waiter<T>>();
        waiter.map(|waiter| self.0.push(*waiter)).is_ok()
    }

    /// Tells all of an event.
    pub(crate) fn tell(&mut self, value: &T) {
        for Waiter { ear, clone } in self.0.drain(..) {
            if let Some(ear) = ear.upgrade() {
                ear.tell(Some(clone(value)));
            }
        }
    }

    /// Tells all that nothing more comes.
    pub(crate) fn end(&mut self) {
        for Waiter { ear, .. } in self.0.drain(..) {
            if let Some(ear) = ear.upgrade() {
                ear.tell(None);
            }
        }
    }
}
