//! What a program's function may return, and how it becomes a runner.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use asp_core::time::ParseTimestampError;
use asp_core::{Member, Runner, Timestamp};

/// Why a program's function, or the preparation of its run, failed.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What a program can run: a strategy or one [for each key](asp_core::Keyed), a tuple of up to eight of these, a [`Runner`], or a
/// `Result` of one of these.
///
/// `Kind` only keeps these apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be run",
    label = "not something that can be run",
    note = "return a strategy, a tuple of strategies, a `Runner`, or a `Result` of one of these"
)]
pub trait Runnable<Kind> {
    /// As a runner. `feed` adds the sources: before the strategies, or after what a `Runner` already has.
    ///
    /// # Errors
    ///
    /// That of the `Result`, or of `feed`.
    fn into_runner(self, feed: &mut dyn FnMut(Runner) -> Result<Runner, Failure>) -> Result<Runner, Failure>;
}

/// [`Runnable`] by being a strategy.
#[derive(Debug)]
pub struct One;

/// [`Runnable`] by being several strategies.
#[derive(Debug)]
pub struct Several;

/// [`Runnable`] by being a runner.
#[derive(Debug)]
pub struct Built;

/// [`Runnable`] by being a `Result` of something that is.
#[derive(Debug)]
pub struct Fallible<Kind>(Kind);

#[diagnostic::do_not_recommend]
impl<M: Member> Runnable<One> for M {
    fn into_runner(self, feed: &mut dyn FnMut(Runner) -> Result<Runner, Failure>) -> Result<Runner, Failure> {
        Ok(feed(Runner::new())?.add(self))
    }
}

#[diagnostic::do_not_recommend]
impl Runnable<Built> for Runner {
    fn into_runner(self, feed: &mut dyn FnMut(Runner) -> Result<Runner, Failure>) -> Result<Runner, Failure> {
        feed(self)
    }
}

#[diagnostic::do_not_recommend]
impl<R: Runnable<Kind>, Kind, E: Into<Failure>> Runnable<Fallible<Kind>> for Result<R, E> {
    fn into_runner(self, feed: &mut dyn FnMut(Runner) -> Result<Runner, Failure>) -> Result<Runner, Failure> {
        self.map_err(E::into)?.into_runner(feed)
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($name: Member),+> Runnable<Several> for ($($name,)+) {
            fn into_runner(
                self,
                feed: &mut dyn FnMut(Runner) -> Result<Runner, Failure>,
            ) -> Result<Runner, Failure> {
                #[expect(non_snake_case, reason = "the types' names are at hand")]
                let ($($name,)+) = self;
                Ok(feed(Runner::new())?$(.add($name))+)
            }
        }
    )+};
}

tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) }

/// A program's function, not called yet.
pub struct Made<'a>(Box<MakeRunner<'a>>);

type MakeRunner<'a> =
    dyn FnOnce(&mut dyn FnMut(Runner) -> Result<Runner, Failure>) -> Result<Runner, Failure> + 'a;

impl Made<'_> {
    /// Calls the function.
    pub(crate) fn into_runner(
        self,
        mut feed: impl FnMut(Runner) -> Result<Runner, Failure>,
    ) -> Result<Runner, Failure> {
        (self.0)(&mut feed)
    }
}

impl fmt::Debug for Made<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Made")
    }
}

/// What `#[asp::main]` makes of a `fn`.
pub fn made<'a, R: Runnable<Kind>, Kind, F: FnOnce() -> R + 'a>(make: F) -> Made<'a> {
    Made(Box::new(move |feed| make().into_runner(feed)))
}

/// What `#[asp::main]` makes of an `async fn`.
pub fn made_async<'a, R: Runnable<Kind>, Kind, F: Future<Output = R>>(
    make: impl FnOnce() -> F + 'a,
) -> Made<'a> {
    Made(Box::new(move |feed| block_on(make()).into_runner(feed)))
}

/// Waits for a future on this thread. It knows no timers and no sockets: these need a runtime of their own.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// What `start` and `end` of a program take: a [`Timestamp`], or a text that is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a time",
    label = "not a time",
    note = "give a `Timestamp`, or a text such as \"2025-01-01T00:00:00Z\" or \"2025-01-01\""
)]
pub trait TimeArgument {
    /// The timestamp.
    ///
    /// # Errors
    ///
    /// When a text is no time.
    fn timestamp(self) -> Result<Timestamp, ParseTimestampError>;
}

impl TimeArgument for Timestamp {
    fn timestamp(self) -> Result<Timestamp, ParseTimestampError> {
        Ok(self)
    }
}

impl TimeArgument for &str {
    fn timestamp(self) -> Result<Timestamp, ParseTimestampError> {
        self.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_that_is_woken_from_another_thread_is_waited_for() {
        let mut sent = None;
        let value = block_on(std::future::poll_fn(|cx| match sent {
            Some(value) => Poll::Ready(value),
            None => {
                sent = Some(5);
                let waker = cx.waker().clone();
                thread::spawn(move || waker.wake());
                Poll::Pending
            }
        }));
        assert_eq!(value, 5);
    }
}
