//! What every coroutine may do, and with it every async handler.

use super::external::{External, external};
use super::local::{self, Ask};
use super::sleep::{self, Sleep};
use super::spawn::{self, IntoTask, Task};
use super::timeout::{Timeout, timeout};
use super::wait_for::WaitFor;
use crate::stream::{ByValue, Payload, Stream};
use crate::time::{IntoDelay, Timestamp};

/// What a coroutine has of its run, and with it every async handler: the time, sleeping, other futures.
///
/// Nothing of it borrows: what its methods return is `Send + 'static`, and works with `join!`, `select!` and the channels
/// of the crate `futures`.
///
/// ```
/// use asp_core::{Duration, Runner};
///
/// let outcome = Runner::new()
///     .spawn(|cx| async move {
///         let begun = cx.now();
///         cx.sleep(Duration::from_hours(1)).await; // takes no time over history
///         assert_eq!(cx.now(), begun + Duration::from_hours(1));
///     })
///     .run()?;
/// assert_eq!(outcome.report().dispatched.wakes, 2);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RunContext {
    run: u32,
    node: u32,
}

impl RunContext {
    pub(crate) fn new(run: u32, node: u32) -> Self {
        RunContext { run, node }
    }

    /// The current time. It stands still until the next `.await` that waits.
    ///
    /// ```
    /// # asp_core::Runner::new().spawn(|cx| async move {
    /// assert_eq!(cx.now(), asp_core::now());
    /// # }).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[must_use]
    pub fn now(&self) -> Timestamp {
        sleep::now()
    }

    /// Sleeps: instant over history, real when live. A delay that is not positive wakes in the next round of this instant.
    ///
    /// The delay counts from now, not from when the future is first polled. One that leads beyond the last timestamp stops
    /// the run.
    ///
    /// ```
    /// # use asp_core::Duration;
    /// # let outcome = asp_core::Runner::new().spawn(|cx| async move {
    /// cx.sleep(Duration::from_millis(250)).await;
    /// cx.sleep(std::time::Duration::from_millis(750)).await;
    /// # }).run()?;
    /// assert_eq!(outcome.report().now.to_string(), "1970-01-01T00:00:01Z");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn sleep(&self, delay: impl IntoDelay) -> Sleep {
        sleep::sleep(delay)
    }

    /// Sleeps until a time; one that is not after now wakes in the next round of this instant.
    ///
    /// ```
    /// # let outcome = asp_core::Runner::new().spawn(|cx| async move {
    /// let one = "1970-01-01T00:00:01Z".parse().expect("a time");
    /// cx.sleep_until(one).await;
    /// # }).run()?;
    /// assert_eq!(outcome.report().now.to_string(), "1970-01-01T00:00:01Z");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn sleep_until(&self, time: Timestamp) -> Sleep {
        sleep::sleep_until(time)
    }

    /// What `future` comes to, or [`Elapsed`](crate::Elapsed) if that takes longer than `limit` of virtual time.
    ///
    /// ```
    /// # use asp_core::Duration;
    /// # asp_core::Runner::new().spawn(|cx| async move {
    /// let second = Duration::from_secs(1);
    /// assert!(cx.timeout(second, cx.sleep(second * 2)).await.is_err());
    /// assert!(cx.timeout(second * 2, cx.sleep(second)).await.is_ok());
    /// # }).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn timeout<F: Future>(&self, limit: impl IntoDelay, future: F) -> Timeout<F> {
        timeout(limit, future)
    }

    /// Awaits something outside of the run: a request, a timer of tokio, `spawn_blocking`. Until it is done, virtual time
    /// stands still and real time passes; in the live phase it holds nothing back (S42).
    ///
    /// What it comes to is not recorded: a strategy that depends on it cannot be replayed. Deliver it as a live source
    /// instead, where that matters.
    ///
    /// ```
    /// # use asp_core::Runner;
    /// # use futures_util::future;
    /// # let outcome = Runner::new().spawn(|cx| async move {
    /// let (sender, price) = futures::channel::oneshot::channel();
    /// std::thread::spawn(move || sender.send(101.5)); // a thread of its own asks somebody else
    /// let before = cx.now();
    /// assert_eq!(cx.external(price).await, Ok(101.5));
    /// assert_eq!(cx.now(), before);
    /// # }).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn external<F>(&self, future: F) -> External<F::Output>
    where
        F: Future + Send + 'static,
    {
        external(future)
    }

    /// Starts a task beside this one, in the next round of this instant. It ends with the strategy it was started by, if
    /// there is one; dropping its handle leaves it running.
    ///
    /// ```
    /// # use asp_core::Duration;
    /// # asp_core::Runner::new().spawn(|cx| async move {
    /// let nap = cx.sleep(Duration::from_secs(1));
    /// let task = cx.spawn(async move {
    ///     nap.await;
    ///     "awake"
    /// });
    /// assert_eq!(task.await, Ok("awake"));
    /// # }).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn spawn<F, T>(&self, future: F) -> Task<T>
    where
        F: IntoTask<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        spawn::spawn(future.into_task())
    }

    /// The next event of a stream, as its handlers get it; none if its source has ended.
    ///
    /// It is there when the event was dispatched to its handlers, and wakes in the next round. An event between two calls is
    /// not kept: to see each, make it a handler. A coroutine begins after the events of the start, and does not hear of them.
    ///
    /// ```
    /// # use asp_core::{Runner, Stream, Timestamp};
    /// const PRICES: Stream<f64> = Stream::new("prices");
    /// let prices = [1.0, 2.0, 3.0].map(|price| (Timestamp::from_secs(price as i64), price));
    /// let watch = |cx: asp_core::RunContext| async move {
    ///     while let Some(price) = cx.wait_for(PRICES).await {
    ///         assert_eq!(cx.now(), Timestamp::from_secs(price as i64));
    ///     }
    /// };
    /// Runner::new().start(Timestamp::EPOCH).feed(PRICES, prices).spawn(watch).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn wait_for<T: Payload + ByValue>(&self, stream: Stream<T>) -> WaitFor<T> {
        WaitFor::new(stream, self.node)
    }

    /// Stops the run when this task next waits or ends, as [`Context::stop`](crate::Context::stop) does.
    ///
    /// ```
    /// # use asp_core::{Runner, StopReason};
    /// let outcome = Runner::new().spawn(|cx| async move { cx.stop() }).run()?;
    /// assert_eq!(outcome.report().reason, StopReason::Requested);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn stop(&self) {
        if !local::ask(Ask::Stop) {
            sleep::outside();
        }
    }

    pub(super) fn run(&self) -> u32 {
        self.run
    }

    pub(super) fn node(&self) -> u32 {
        self.node
    }
}
