//! The side of the [`Runner`] that has to do with live data.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::engine::{Engine, Live};
use crate::error::{Error, ErrorKind, Result};
use crate::live::StopHandle;
use crate::outcome::Outcome;
use crate::runner::{Runner, concluded};
use crate::time::{Clock, Pace, SystemClock};

impl Runner {
    /// Runs over history and then, without a gap, over live data (S30).
    ///
    /// What history has before the instant at which the run begins is worked off as fast as the machine goes; meanwhile
    /// live events are received and wait. From then on the clock says when things happen. The run ends when all sources
    /// have ended and nothing is pending, at [`Runner::end`], or when it is stopped. The future is `Send`; it needs
    /// tokio's timer, unless another [`clock`](Runner::clock) is given. Dropping it stops the run without `on_stop`.
    ///
    /// # Errors
    ///
    /// Those of [`Runner::run`], and failures of live sources.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> asp_core::Result<()> {
    /// let visitors = futures_util::stream::iter(["Paul".to_owned()]);
    /// let outcome = Runner::new()
    ///     .feed(Greeter::NAMES, Source::past(names()).then_live(visitors))
    ///     .add(Greeter::default())
    ///     .run_live()
    ///     .await?;
    /// assert_eq!(outcome.report().dispatched.events, 4);
    /// assert_eq!(outcome.report().live[0].received, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn run_live(self) -> RunLive {
        RunLive(State::Built(Box::new(self)))
    }

    /// Takes the time of a live run from `clock` instead of the clock of the system.
    ///
    /// [`ManualClock`](crate::ManualClock) and [`TokioClock`](crate::TokioClock) let a test of hours pass in
    /// milliseconds.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let clock = ManualClock::jumping("2025-01-02".parse()?);
    /// let visitors = futures_util::stream::iter(["Paul".to_owned()]);
    /// let run = Runner::new().feed(Greeter::NAMES, Source::live(visitors)).add(Greeter::default()).clock(clock);
    /// let outcome = futures::executor::block_on(run.run_live())?;
    /// assert_eq!(outcome.report().now, "2025-01-02T00:00:01.000000001Z".parse()?);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// A handle that stops this run from another thread or task.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
    /// runner.stop_handle().stop();
    /// assert_eq!(runner.run()?.report().reason, StopReason::Requested);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Lets a live run that is asked to stop dispatch first what it has received (S46).
    ///
    /// It receives no more; the live events in the queues and what is due up to the last of them are dispatched, history
    /// that is left and later calls are not.
    ///
    /// ```
    /// use asp_core::Runner;
    ///
    /// let runner = Runner::new().drain_on_stop();
    /// # drop(runner);
    /// ```
    pub fn drain_on_stop(mut self) -> Self {
        self.live.drain = true;
        self
    }

    /// Lets a live run watch sources and clock without sleeping: an event is seen in well under a microsecond, at the
    /// price of a processor core.
    ///
    /// It still yields to the runtime several thousand times a second, so that sources on the same thread make progress.
    ///
    /// ```
    /// use asp_core::Runner;
    ///
    /// let runner = Runner::new().spin();
    /// # drop(runner);
    /// ```
    pub fn spin(mut self) -> Self {
        self.live.spin = true;
        self
    }

    /// Stops the run on Ctrl-C, as [`StopHandle::stop`] does; a second Ctrl-C ends the process at once.
    ///
    /// The first run that asks for it installs a handler for the process.
    ///
    /// ```
    /// use asp_core::Runner;
    ///
    /// let runner = Runner::new().stop_on_ctrl_c();
    /// # drop(runner);
    /// ```
    #[cfg(feature = "ctrl-c")]
    pub fn stop_on_ctrl_c(self) -> Self {
        crate::live::ctrl_c::stops(&self.stop);
        self
    }
}

/// A live run; see [`Runner::run_live`].
///
/// ```
/// use asp_core::{ManualClock, RunLive, Runner, Timestamp};
///
/// fn start(runner: Runner) -> RunLive {
///     runner.clock(ManualClock::jumping(Timestamp::EPOCH)).end(Timestamp::from_secs(60)).run_live()
/// }
///
/// let outcome = futures::executor::block_on(start(Runner::new()))?;
/// assert_eq!(outcome.report().now, Timestamp::from_secs(60));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[must_use = "a run does nothing until it is awaited"]
pub struct RunLive(State);

enum State {
    Built(Box<Runner>),
    Going(Box<Engine>),
    Over,
}

impl Future for RunLive {
    type Output = Result<Outcome>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Outcome>> {
        if let State::Built(_) = self.0
            && let State::Built(runner) = std::mem::replace(&mut self.0, State::Over)
        {
            self.0 = State::Going(Box::new(runner.begin_live()?));
        }
        let State::Going(engine) = &mut self.0 else { panic!("a live run was polled after it had ended") };
        let polled = engine.poll_live(cx);
        polled.map(|(outcome, errors)| {
            self.0 = State::Over;
            concluded(outcome, errors)
        })
    }
}

impl Runner {
    /// The engine, from this instant on.
    fn begin_live(mut self) -> Result<Engine> {
        if self.limits.pace != Pace::Max {
            return Err(Error::new(ErrorKind::PacedLive));
        }
        let clock = match self.clock.take() {
            Some(clock) => clock,
            None if tokio::runtime::Handle::try_current().is_err() => {
                return Err(Error::new(ErrorKind::NoRuntime));
            }
            None => Arc::new(SystemClock::new()),
        };
        let live = Live::new(clock, self.live);
        let mut engine = self.engine(true)?;
        engine.make_live(live);
        Ok(engine)
    }
}

impl fmt::Debug for RunLive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.0 {
            State::Built(_) => "built",
            State::Going(_) => "going",
            State::Over => "over",
        };
        f.debug_tuple("RunLive").field(&state).finish()
    }
}
