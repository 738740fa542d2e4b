//! Tasks that tasks start.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::local::{self, Ask, Current};
use super::sleep::outside;
use super::tasks::TaskKey;

/// A task on its way into the run.
pub(crate) struct Spawned {
    pub(crate) future: Pin<Box<dyn Future<Output = ()> + Send>>,
    pub(crate) parent: Current,
    pub(crate) joint: Arc<Joint>,
}

/// What a task and its handle share, whatever it comes to.
#[derive(Debug, Default)]
pub(crate) struct Joint(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    /// On its way.
    #[default]
    New,
    Is(TaskKey),
    /// It has ended, or was dropped, or never begins.
    Gone,
}

impl Joint {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The task has begun. False if it was cancelled before.
    pub(super) fn set(&self, key: TaskKey) {
        *self.state() = State::Is(key);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(*self.state(), State::Gone)
    }

    /// Cancels it before it begins; else which task it is.
    pub(crate) fn cancel(&self) -> Option<TaskKey> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Is(key) => Some(key),
            State::New | State::Gone => None,
        }
    }

    pub(crate) fn set_gone(&self) {
        *self.state() = State::Gone;
    }
}

/// What a task has come to, on its way to who awaits it.
struct Outlet<T>(Arc<Mutex<Box<Awaited<T>>>>);

struct Awaited<T> {
    output: Option<T>,
    is_over: bool,
    waker: Option<Waker>,
}

impl<T> Outlet<T> {
    fn close(&self, output: Option<T>) {
        let mut awaited = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if awaited.is_over {
            return;
        }
        awaited.is_over = true;
        awaited.output = output;
        let waker = awaited.waker.take();
        drop(awaited);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Outlet<T> {
    /// Dropped before it was ready: cancelled.
    fn drop(&mut self) {
        self.close(None);
    }
}

/// What is started as a task: a future.
///
/// It is there for what the compiler says where something else is passed.
///
/// ```
/// fn is_task<F: asp_core::IntoTask<Output = u32>>(_: F) {}
/// is_task(async { 1 });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a task",
    label = "not a future",
    note = "a task is a future: `cx.spawn(async move {{ .. }})`, or of a runner `.spawn(|cx| async move {{ .. }})`",
    note = "a strategy is for `cx.spawn_strategy(..)`, or of a runner `.add(..)`"
)]
pub trait IntoTask {
    /// What the task comes to.
    type Output;

    /// As a future.
    ///
    /// ```
    /// use asp_core::IntoTask;
    ///
    /// let task = async { 1 }.into_task();
    /// assert_eq!(futures::executor::block_on(task), 1);
    /// ```
    fn into_task(self) -> impl Future<Output = Self::Output> + Send + 'static
    where
        Self: Send + 'static;
}

#[diagnostic::do_not_recommend]
impl<F: Future> IntoTask for F {
    type Output = F::Output;

    fn into_task(self) -> impl Future<Output = F::Output> + Send + 'static
    where
        F: Send + 'static,
    {
        self
    }
}

/// Starts a task beside the one that is being polled.
pub(super) fn spawn<F>(future: F) -> Task<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let awaited = Arc::new(Mutex::new(Box::new(Awaited { output: None, is_over: false, waker: None })));
    let outlet = Outlet(Arc::clone(&awaited));
    let joint = Arc::<Joint>::default();
    let future = Box::pin(async move {
        let output = future.await;
        outlet.close(Some(output));
    });
    let spawned = local::with(|local| {
        let Some(parent) = local.current else { return false };
        let joint = Arc::clone(&joint);
        local.asks.push(Ask::Spawn(Box::new(Spawned { future, parent, joint })));
        true
    });
    match spawned {
        Some(true) => Task { awaited, joint },
        Some(false) => panic!(
            "asp: only a task can spawn another; make the handler an `async fn`, or use `Runner::spawn(..)`"
        ),
        None => outside(),
    }
}

/// The handle of a task that [`RunContext::spawn`](crate::RunContext::spawn) has started: awaited, it is what the task
/// comes to. Dropping it leaves the task running.
///
/// ```
/// use asp_core::{Duration, Runner, Task};
///
/// let parent = |cx: asp_core::RunContext| async move {
///     let (short, long) = (cx.sleep(Duration::from_secs(1)), cx.sleep(Duration::from_days(1)));
///     let first: Task<u32> = cx.spawn(async move { short.await; 1 });
///     let second = cx.spawn(long);
///     assert_eq!(first.await, Ok(1));
///     second.cancel();
///     assert!(second.await.is_err());
/// };
/// let outcome = Runner::new().spawn(parent).run()?;
/// assert_eq!(outcome.report().now.to_string(), "1970-01-01T00:00:01Z");
/// # Ok::<(), asp_core::Error>(())
/// ```
pub struct Task<T> {
    awaited: Arc<Mutex<Box<Awaited<T>>>>,
    joint: Arc<Joint>,
}

impl<T> Task<T> {
    /// Drops the task's future at the end of this dispatch; nothing more of it runs. Without effect once it has ended.
    ///
    /// ```
    /// # asp_core::Runner::new().spawn(|cx| async move {
    /// let task = cx.spawn(async { unreachable!("it is cancelled before it begins") });
    /// task.cancel();
    /// # }).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn cancel(&self) {
        if !self.is_finished() {
            local::ask(Ask::Cancel(Arc::clone(&self.joint)));
        }
    }

    /// True if the task has ended or was cancelled.
    ///
    /// ```
    /// # asp_core::Runner::new().spawn(|cx| async move {
    /// let task = cx.spawn(async {});
    /// assert!(!task.is_finished()); // it begins in the next round
    /// # }).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner).is_over
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        if awaited.is_over {
            return Poll::Ready(awaited.output.take().ok_or(Cancelled));
        }
        awaited.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("is_finished", &self.is_finished()).finish_non_exhaustive()
    }
}

/// A task was cancelled before it came to anything.
///
/// ```
/// assert_eq!(asp_core::Cancelled.to_string(), "the task was cancelled");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task was cancelled")
    }
}

impl Error for Cancelled {}
