//! Futures that wait for something outside of the run (S42).

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::local;
use super::outside::Outside;
use super::sleep::outside;

/// Awaits something outside of the run. [`RunContext::external`](crate::RunContext::external) as a function.
///
/// ```
/// use asp_core::{Runner, external};
///
/// let asks = |_| async {
///     let (sender, answer) = futures::channel::oneshot::channel();
///     std::thread::spawn(move || sender.send(42));
///     assert_eq!(external(answer).await, Ok(42));
/// };
/// Runner::new().spawn(asks).run()?;
/// # Ok::<(), asp_core::Error>(())
/// ```
pub fn external<F>(future: F) -> External<F::Output>
where
    F: Future + Send + 'static,
{
    External { future: Box::pin(future), door: None }
}

/// What [`external`] returns.
///
/// ```
/// use asp_core::{External, Runner, external};
///
/// let asks = |_| async {
///     let question: External<u32> = external(async { 42 });
///     assert_eq!(question.await, 42);
/// };
/// Runner::new().spawn(asks).run()?;
/// # Ok::<(), asp_core::Error>(())
/// ```
#[must_use = "a future does nothing until it is awaited: add `.await`"]
pub struct External<T> {
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    /// How the outside comes in, once it was polled and is pending.
    door: Option<Arc<Door>>,
}

/// The waker of an external future: it may be woken from anywhere.
struct Door {
    run: Arc<Outside>,
    /// Who awaits the future.
    task: Mutex<Option<Waker>>,
}

impl Wake for Door {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let waker = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(waker) = waker else { return };
        if local::is_under(self.run.run) {
            waker.wake();
        } else {
            self.run.bring_back(waker);
        }
    }
}

impl<T> Future for External<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let is_new = self.door.is_none();
        let door = match &self.door {
            Some(door) => Arc::clone(door),
            None => {
                let run = local::with(|local| Arc::clone(&local.outside)).unwrap_or_else(|| outside());
                Arc::new(Door { run, task: Mutex::new(None) })
            }
        };
        *door.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&door))));
        if polled.is_ready() {
            self.close();
        } else if is_new {
            door.run.begin_external();
            self.door = Some(door);
        }
        polled
    }
}

impl<T> External<T> {
    fn close(&mut self) {
        if let Some(door) = self.door.take() {
            door.run.end_external();
        }
    }
}

impl<T> Drop for External<T> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T> fmt::Debug for External<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External").field("pending", &self.door.is_some()).finish_non_exhaustive()
    }
}
