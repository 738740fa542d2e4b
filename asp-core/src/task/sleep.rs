//! Sleeping on virtual time.

use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

use super::local::{self, Ask, Local};
use crate::desk::Refused;
use crate::time::{IntoDelay, Timestamp};

const OUTSIDE: &str = "asp: there is no run here; `asp::now()`, `asp::sleep(..)` and the like work in handlers and \
                       coroutines of a run, not in `main`, in other threads or in futures given to `tokio::spawn`";

/// The current time of the run that this code is under, as [`Context::now`](crate::Context::now) says it.
///
/// For code that has no context at hand: helpers, `Drop`, loggers.
///
/// # Panics
///
/// Outside of a run; futures given to `tokio::spawn` are outside.
///
/// ```
#[doc = include_str!("../../doc/greeter.rs")]
/// fn arrive(cx: &Context<Greeter>, _: String) {
///     assert_eq!(asp_core::now(), cx.now());
/// }
///
/// run(arrive)?;
/// # Ok::<(), asp_core::Error>(())
/// ```
#[must_use]
pub fn now() -> Timestamp {
    match local::with(|local| local.now.load(Relaxed)) {
        Some(now) => Timestamp::from_nanos(now),
        None => panic!("{OUTSIDE}"),
    }
}

/// Sleeps for a time on the virtual clock: instant over history, real when live. [`RunContext::sleep`] as a function.
///
/// # Panics
///
/// Outside of a run; see [`now`].
///
/// ```
/// use asp_core::{Runner, Timestamp, sleep};
///
/// let hour = "1h".parse()?;
/// let outcome = Runner::new().spawn(move |_| async move { sleep(hour).await }).run()?;
/// assert_eq!(outcome.report().now, Timestamp::EPOCH + hour);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`RunContext::sleep`]: crate::RunContext::sleep
pub fn sleep(delay: impl IntoDelay) -> Sleep {
    let delay = delay.into_delay();
    let length = delay.duration().map(|length| length.as_nanos());
    let due = local::with(|local| {
        let now = local.now.load(Relaxed);
        let due = length.and_then(|length| now.checked_add(length));
        if let (None, Some(current)) = (due, local.current) {
            let base = Timestamp::from_nanos(now);
            let refused = Refused::Overflow { base, delay: delay.to_string() };
            local.asks.push(Ask::Refuse(Box::new((current, refused))));
        }
        due.unwrap_or(i64::MAX)
    });
    match due {
        Some(due) => Sleep { due, place: 0 },
        None => panic!("{OUTSIDE}"),
    }
}

/// Sleeps until a time; one that is not after now wakes in the next round of this instant. [`RunContext::sleep_until`] as
/// a function.
///
/// ```
/// use asp_core::{Runner, Timestamp, now, sleep_until};
///
/// let noon: Timestamp = "2025-01-01T12:00:00Z".parse()?;
/// let lunch = move |_| async move {
///     sleep_until(noon).await;
///     assert_eq!(now(), noon);
/// };
/// Runner::new().start("2025-01-01".parse()?).spawn(lunch).run()?;
/// # Ok::<(), asp_core::Error>(())
/// ```
///
/// [`RunContext::sleep_until`]: crate::RunContext::sleep_until
pub fn sleep_until(time: Timestamp) -> Sleep {
    Sleep { due: time.as_nanos(), place: 0 }
}

/// What [`sleep`] returns: done when its time has come.
///
/// It is over at an item of its own: of two that end at the same instant, the one that began first wakes its task first,
/// and the other is still pending then.
///
/// ```
/// use asp_core::{Runner, Sleep, Timestamp};
///
/// let second = "1s".parse()?;
/// let nap = move |cx: asp_core::RunContext| async move {
///     let sleep: Sleep = cx.sleep(second);
///     assert_eq!(sleep.deadline(), cx.now() + second);
///     sleep.await;
/// };
/// Runner::new().spawn(nap).run()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a sleep does nothing until it is awaited: add `.await`"]
pub struct Sleep {
    due: i64,
    /// The run where it sleeps, and the slot there; 0 if it does not. One number, since a struct of two is handed on in
    /// registers, and a larger one through memory.
    place: u64,
}

enum Polled {
    Over,
    Goes,
    /// A handler that is not async polls it.
    NoTask,
    OtherRun,
}

impl Sleep {
    /// The run where it sleeps, from 1, and the slot there.
    #[inline]
    fn place(&self) -> (u32, u32) {
        ((self.place >> 32) as u32, self.place as u32)
    }

    /// When it is over.
    ///
    /// ```
    /// use asp_core::{Timestamp, sleep_until};
    ///
    /// assert_eq!(sleep_until(Timestamp::EPOCH).deadline(), Timestamp::EPOCH);
    /// ```
    pub fn deadline(&self) -> Timestamp {
        Timestamp::from_nanos(self.due)
    }

    /// It is dropped before it was over.
    #[inline(never)]
    fn cancel(&self) {
        let (run, slot) = self.place();
        let waker = local::with(|local| if local.run == run { local.sleeps.cancel(slot) } else { None });
        // Outside of what the run has here: to drop it may drop more.
        drop(waker);
    }

    #[inline]
    fn poll_in(&mut self, local: &mut Local, cx: &Context<'_>) -> Polled {
        let Some(current) = local.current else { return Polled::NoTask };
        let waker = cx.waker();
        let between = (local::address(waker) != current.waker).then_some(waker);
        if self.place == 0 {
            let slot = local.sleeps.begin(self.due, current.key, between);
            self.place = u64::from(local.run) << 32 | u64::from(slot);
            local.ask_sleep(slot);
            return Polled::Goes;
        }
        let (run, slot) = self.place();
        if run != local.run {
            return Polled::OtherRun;
        }
        if !local.sleeps.poll(slot, current.key, between) {
            return Polled::Goes;
        }
        self.place = 0;
        Polled::Over
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match local::with(|local| self.poll_in(local, cx)) {
            Some(Polled::Over) => Poll::Ready(()),
            Some(Polled::Goes) => Poll::Pending,
            Some(Polled::NoTask) => panic!(
                "asp: a sleep was polled in a handler that cannot wait; make the handler an `async fn` and write \
                 `.await`, or use `cx.after(..)`"
            ),
            Some(Polled::OtherRun) => panic!("asp: a sleep was begun in one run and is polled in another"),
            None => panic!("{OUTSIDE}"),
        }
    }
}

impl Drop for Sleep {
    #[inline]
    fn drop(&mut self) {
        if self.place > 0 {
            self.cancel();
        }
    }
}

pub(super) fn outside() -> ! {
    panic!("{OUTSIDE}")
}
