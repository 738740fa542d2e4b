//! The side of the [`Runner`] that has to do with live data.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::engine::{Engine, Live};
use crate::error::{Error, ErrorKind, Result};
use crate::live::StopHandle;
use crate::outcome::Outcome;
use crate::recording::Recording;
use crate::runner::{Runner, concluded};
use crate::stream::{Payload, Stream};
use crate::time::{Clock, Pace, SystemClock};

impl Runner {
    /// Runs over history and then, without a gap, over live data (S30).
    ///
    /// What history has before the instant at which the run begins is worked off as fast as the machine goes; meanwhile
    /// live events are received and wait. From then on the clock says when things happen. The run ends when all sources
    /// have ended and nothing is pending, at [`Runner::end`], or when it is stopped. The future is `Send`, and any executor
    /// will do; sources often need tokio. Dropping it stops the run without `on_stop`.
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
    /// No more than four live sources are asked over and over, so that they need not wake the run: what can only be polled,
    /// such as a channel of the standard library or a ring in shared memory, is a source. More of them have to wake it, as
    /// they do without `spin`. Under a clock that is not [real](crate::Clock::is_real) they are asked once before each look at
    /// the clock.
    ///
    /// ```
    /// use asp_core::{Runner, Source, Stream};
    /// use futures::stream;
    /// use std::sync::mpsc::{TryRecvError, channel};
    /// use std::task::Poll;
    ///
    /// const QUOTES: Stream<f64> = Stream::new("quotes");
    /// let (sender, receiver) = channel();
    /// let polled = stream::poll_fn(move |_| match receiver.try_recv() {
    ///     Ok(quote) => Poll::Ready(Some(quote)),
    ///     Err(TryRecvError::Empty) => Poll::Pending,
    ///     Err(TryRecvError::Disconnected) => Poll::Ready(None),
    /// });
    /// let feed = std::thread::spawn(move || [20.5, 20.7].map(|quote| sender.send(quote)));
    /// let runner = Runner::new().feed(QUOTES, Source::live(polled)).spin().collect(QUOTES);
    /// let mut outcome = futures::executor::block_on(runner.run_live())?;
    /// assert_eq!(outcome.collected(QUOTES)?.len(), 2);
    /// # drop(feed);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn spin(mut self) -> Self {
        self.live.spin = true;
        self
    }

    /// Keeps what the sources of this run bring, and what its clock decides, so that it can be repeated (S62).
    ///
    /// A recording that was used before forgets its former run.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let recording = Recording::new().keep(Greeter::NAMES);
    /// Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).record_to(&recording).run()?;
    /// assert_eq!(recording.events(Greeter::NAMES).len(), 3);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn record_to(mut self, recording: &Recording) -> Self {
        self.recording = Some(recording.clone());
        self
    }

    /// Repeats a recorded run, in place of [`feed`](Runner::feed): the same dispatches, as fast as the machine goes
    /// (S50).
    ///
    /// Start and end are those of the recorded run unless they are given. The strategies have to be added as they were;
    /// a strategy that asks the outside world otherwise than through a stream cannot be repeated.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let recording = Recording::new().keep(Greeter::NAMES);
    /// let run = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).digest();
    /// let first = run.record_to(&recording).run()?;
    /// let again = Runner::new().replay(&recording).add(Greeter::default()).digest().run()?;
    /// assert_eq!(again.report().digest, first.report().digest);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn replay(mut self, recording: &Recording) -> Self {
        self.replay = Some(recording.clone());
        let recording = recording.clone();
        self.step(None, move |graph| recording.replay(graph))
    }

    /// Asks for a digest of all dispatches, [`Report::digest`](crate::Report::digest) (S49). It costs nothing when it is
    /// not asked for.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let outcome = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).digest().run()?;
    /// println!("{}", outcome.report().digest.expect("it was asked for"));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn digest(mut self) -> Self {
        self.digest.get_or_insert(0);
        self
    }

    /// Asks for a digest, and for the digests along the way, [`Outcome::digests`], after every so many dispatches.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
    /// let outcome = runner.digest_every(1).run()?;
    /// assert_eq!(outcome.digests().last().copied(), outcome.report().digest);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn digest_every(mut self, dispatches: u64) -> Self {
        self.digest = Some(dispatches);
        self
    }

    /// Asks for a digest in which the payloads of a stream take part, by these bytes (S49).
    ///
    /// The bytes should be the same on each machine: `to_le_bytes` of numbers, not their addresses or hashes.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let digest = |names: [&'static str; 2]| {
    ///     let names = timestamps(Timestamp::EPOCH, Duration::from_secs(1)).zip(names.map(String::from));
    ///     let runner = Runner::new().feed(Greeter::NAMES, names).add(Greeter::default());
    ///     let outcome = runner.digest_with(Greeter::NAMES, |name| name.clone()).run()?;
    ///     Ok::<_, asp_core::Error>(outcome.report().digest)
    /// };
    /// assert_ne!(digest(["Jane", "John"])?, digest(["Jane", "Johann"])?);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn digest_with<T: Payload, B: AsRef<[u8]>>(
        self,
        stream: Stream<T>,
        mut bytes: impl FnMut(&T) -> B + Send + 'static,
    ) -> Self {
        let digest = move |value: &T, out: &mut Vec<u8>| out.extend_from_slice(bytes(value).as_ref());
        self.digest().step(None, move |graph| graph.digest_with(&stream, Box::new(digest)))
    }

    /// Stops the run on Ctrl-C, as [`StopHandle::stop`] does; a second Ctrl-C ends the process at once.
    ///
    /// On Unix this is SIGINT, SIGTERM and SIGHUP, without those that the process was started to ignore, as by `nohup`.
    /// The first run that asks for it installs handlers for the process; one that the program has there is still called.
    ///
    /// # Panics
    ///
    /// If the system has no thread or pipe left, to listen for it.
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
        polled.map(|closed| {
            self.0 = State::Over;
            let (outcome, errors) = *closed;
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
        let clock = self.clock.take().unwrap_or_else(|| Arc::new(SystemClock::new()));
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
