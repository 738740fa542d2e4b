//! Giving up after a time.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::sleep::{Sleep, sleep};
use crate::time::IntoDelay;

/// What `future` comes to, or [`Elapsed`] if that takes longer than `limit` of virtual time.
/// [`RunContext::timeout`](crate::RunContext::timeout) as a function.
///
/// ```
/// use asp_core::{Duration, Runner, sleep, timeout};
///
/// let impatient = |_| async {
///     let nap = sleep(Duration::from_secs(10));
///     assert!(timeout(Duration::from_secs(1), nap).await.is_err());
/// };
/// let outcome = Runner::new().spawn(impatient).run()?;
/// assert_eq!(outcome.report().now.to_string(), "1970-01-01T00:00:01Z");
/// # Ok::<(), asp_core::Error>(())
/// ```
pub fn timeout<F: Future>(limit: impl IntoDelay, future: F) -> Timeout<F> {
    Timeout { future: Box::pin(future), sleep: sleep(limit) }
}

/// What [`timeout`] returns. If both end at one instant, it is the future that counts, provided that it is looked at by then.
///
/// ```
/// use asp_core::{Runner, Sleep, Timeout, sleep, timeout};
///
/// let waits = |cx: asp_core::RunContext| async move {
///     let second = asp_core::Duration::from_secs(1);
///     let patient: Timeout<Sleep> = timeout(second * 2, sleep(second));
///     assert_eq!(patient.await, Ok(()));
/// };
/// Runner::new().spawn(waits).run()?;
/// # Ok::<(), asp_core::Error>(())
/// ```
#[must_use = "a timeout does nothing until it is awaited: add `.await`"]
pub struct Timeout<F> {
    future: Pin<Box<F>>,
    sleep: Sleep,
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(output) = self.future.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        Pin::new(&mut self.sleep).poll(cx).map(|()| Err(Elapsed))
    }
}

impl<F> fmt::Debug for Timeout<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("deadline", &self.sleep.deadline()).finish_non_exhaustive()
    }
}

/// A [`timeout`] was over before its future.
///
/// ```
/// assert_eq!(asp_core::Elapsed.to_string(), "it took longer than its timeout");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it took longer than its timeout")
    }
}

impl Error for Elapsed {}
