//! What an async handler may do.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use super::facts::Facts;
use super::local::{self, Unreached};
use super::run_context::RunContext;
use super::slots::{TaskSlot, TaskTimerSlot};
use crate::agenda::CallKey;
use crate::context::Context;
use crate::departures::EmissionKey;
use crate::every::IntoEvery;
use crate::node::Node;
use crate::slots::{InPast, Key};
use crate::strategy::Strategy;
use crate::stream::{Event, Payload, Stream};
use crate::time::{Duration, IntoDelay, Timestamp};

/// An async handler's access to the run, as `cx: &TaskContext<Self>`.
///
/// It has what [`Context`] has, and through [`RunContext`] what can wait. It works while a task of its strategy is polled:
/// in the handler, and in tasks that [`RunContext::spawn`] starts with a clone of it.
///
/// ```
#[doc = include_str!("../../doc/sleeper.rs")]
/// async fn nap(sleeper: &mut Sleeper, cx: &TaskContext<Sleeper>) {
///     cx.sleep(Duration::from_secs(2)).await;
///     sleeper.naps += 1;
/// }
/// ```
pub struct TaskContext<S: Strategy> {
    run: RunContext,
    strategy: PhantomData<fn(S) -> S>,
}

impl<S: Strategy> TaskContext<S> {
    pub(super) fn new(run: RunContext) -> Self {
        TaskContext { run, strategy: PhantomData }
    }

    /// What is known of the item that the handler was called for whose task is polled. It is not here, so that this takes
    /// little room: each future has it, most of them twice.
    #[track_caller]
    fn facts(&self) -> Facts {
        let (run, node) = (self.run(), self.run.node());
        let facts = local::with(|local| if local.run == run { local.facts(node) } else { None });
        facts.flatten().unwrap_or_else(|| unreached::<S>(&Unreached::Elsewhere))
    }

    /// What the source says of the event that this handler was called for; for calls and ticks the same as
    /// [`TaskContext::due`]. It stays the same while time goes on, also in tasks that the handler spawns.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn age(cx: &TaskContext<Sleeper>) -> Duration {
    ///     cx.now() - cx.event_time()
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn event_time(&self) -> Timestamp {
        Timestamp::from_nanos(self.facts().event_time())
    }

    /// When the call or tick was asked for that this handler was called for; for events the same as
    /// [`TaskContext::event_time`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn is_late(cx: &TaskContext<Sleeper>) -> bool {
    ///     cx.now() > cx.due()
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn due(&self) -> Timestamp {
        self.event_time()
    }

    /// By how much it is later than the event happened: `now - event_time`. It grows while the handler waits.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn is_stale(cx: &TaskContext<Sleeper>) -> bool {
    ///     cx.lag() > Duration::from_secs(30)
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn lag(&self) -> Duration {
        Duration::from_nanos(self.now().as_nanos().saturating_sub(self.facts().event_time()))
    }

    /// When the live event was received that this handler was called for; none for everything else.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn came_live(cx: &TaskContext<Sleeper>) -> bool {
    ///     cx.arrival().is_some()
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn arrival(&self) -> Option<Timestamp> {
        self.facts().arrival().map(Timestamp::from_nanos)
    }

    /// How many ticks of this timer were left out directly before the one that this handler was called for; see
    /// [`Context::missed`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn is_first_after_a_stall(cx: &TaskContext<Sleeper>) -> bool {
    ///     cx.missed() > 0
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn missed(&self) -> u64 {
        self.facts().missed()
    }

    /// True in the live phase of a run; see [`Context::is_live`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn patience(cx: &TaskContext<Sleeper>) -> Duration {
    ///     Duration::from_secs(if cx.is_live() { 5 } else { 60 })
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn is_live(&self) -> bool {
        self.reach(Context::is_live)
    }

    /// Defers a call; see [`Context::after`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// async fn again(cx: &TaskContext<Sleeper>) {
    ///     cx.sleep(Duration::from_secs(1)).await;
    ///     cx.after(Duration::from_mins(1)); // `.nap()`, had this strategy a generated caller
    /// }
    /// ```
    #[track_caller]
    pub fn after(&self, delay: impl IntoDelay) -> S::Calls<TaskSlot<S>> {
        let due = self.reach(|cx| cx.due_after(delay.into_delay()));
        S::calls(TaskSlot { cx: self.clone(), due })
    }

    /// Schedules a call for a time; see [`Context::at`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn at_noon(cx: &TaskContext<Sleeper>, noon: Timestamp) {
    ///     cx.at(noon);
    /// }
    /// ```
    pub fn at(&self, time: Timestamp) -> S::Calls<TaskSlot<S>> {
        S::calls(TaskSlot { cx: self.clone(), due: Some(time.as_nanos()) })
    }

    /// As [`TaskContext::at`], for callers who want to know when the time has passed.
    ///
    /// # Errors
    ///
    /// [`InPast`] if `time` is before now; nothing is scheduled then.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn is_too_late(cx: &TaskContext<Sleeper>, noon: Timestamp) -> bool {
    ///     cx.try_at(noon).is_err()
    /// }
    /// ```
    pub fn try_at(&self, time: Timestamp) -> Result<S::Calls<TaskSlot<S>>, InPast> {
        let now = self.now();
        if time < now { Err(InPast { requested: time, now }) } else { Ok(self.at(time)) }
    }

    /// Sets a periodic timer; see [`Context::every`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn each_hour(cx: &TaskContext<Sleeper>) {
    ///     cx.every(Duration::from_hours(1));
    /// }
    /// ```
    pub fn every(&self, every: impl IntoEvery) -> S::Calls<TaskTimerSlot<S>> {
        S::calls(TaskTimerSlot { cx: self.clone(), every: every.into_every() })
    }

    /// Cancels a deferred call, a timer or a delayed event; see [`Context::cancel`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// async fn unless(cx: &TaskContext<Sleeper>, alarm: CallKey) {
    ///     cx.sleep(Duration::from_secs(1)).await;
    ///     cx.cancel(alarm);
    /// }
    /// ```
    #[track_caller]
    pub fn cancel<K: Key>(&self, key: K) -> bool {
        self.reach(|cx| cx.cancel(key))
    }

    /// Moves a deferred call to another time; see [`Context::reschedule`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn push_back(cx: &TaskContext<Sleeper>, alarm: CallKey) -> bool {
    ///     cx.reschedule(alarm, cx.now() + Duration::from_secs(5))
    /// }
    /// ```
    #[track_caller]
    pub fn reschedule(&self, key: CallKey, time: Timestamp) -> bool {
        self.reach(|cx| cx.reschedule(key, time))
    }

    /// Puts an event on a stream that this strategy lists in `emits`; see [`Context::emit`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// const NAPS: Stream<u32> = Stream::new("naps");
    ///
    /// async fn report(cx: &TaskContext<Sleeper>, naps: u32) {
    ///     cx.sleep(Duration::from_secs(1)).await;
    ///     cx.emit(NAPS, naps);
    /// }
    /// ```
    #[track_caller]
    pub fn emit<T: Payload>(&self, stream: Stream<T>, value: T) {
        self.reach(|cx| cx.emit(stream, value));
    }

    /// Puts an event on a stream after a delay; see [`Context::emit_after`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// const ALARMS: Stream<u32> = Stream::new("alarms");
    ///
    /// async fn nap(cx: &TaskContext<Sleeper>) {
    ///     let alarm = cx.emit_after(Duration::from_mins(20), ALARMS, 1);
    ///     cx.sleep(Duration::from_mins(5)).await;
    ///     cx.cancel(alarm); // it has slept enough
    /// }
    /// ```
    #[track_caller]
    pub fn emit_after<T: Payload>(&self, delay: impl IntoDelay, stream: Stream<T>, value: T) -> EmissionKey {
        self.reach(|cx| cx.emit_after(delay, stream, value))
    }

    /// Puts an event on a stream at a time; see [`Context::emit_at`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// const ALARMS: Stream<u32> = Stream::new("alarms");
    ///
    /// fn wake_at(cx: &TaskContext<Sleeper>, noon: Timestamp) {
    ///     cx.emit_at(noon, ALARMS, 12);
    /// }
    /// ```
    #[track_caller]
    pub fn emit_at<T: Payload>(&self, time: Timestamp, stream: Stream<T>, value: T) -> EmissionKey {
        self.reach(|cx| cx.emit_at(time, stream, value))
    }

    /// The latest event of a stream that this strategy lists in `latest`, as it is now; see [`Context::latest`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// const NOISE: Stream<f64> = Stream::new("noise");
    ///
    /// async fn until_quiet(cx: &TaskContext<Sleeper>) {
    ///     while cx.latest(NOISE).is_some_and(|noise| noise.value > 40.0) {
    ///         cx.sleep(Duration::from_mins(1)).await;
    ///     }
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn latest<T: Payload + Clone>(&self, stream: Stream<T>) -> Option<Event<T>> {
        self.reach(|cx| cx.latest(stream))
    }

    /// Does something with the latest event of a stream, without a clone; see [`Context::with_latest`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// const DREAMS: Stream<Vec<String>> = Stream::new("dreams");
    ///
    /// fn has_dreamt(cx: &TaskContext<Sleeper>) -> bool {
    ///     cx.with_latest(DREAMS, |dreams| !dreams.value.is_empty()).unwrap_or(false)
    /// }
    /// ```
    #[track_caller]
    pub fn with_latest<T: Payload, R>(
        &self,
        stream: Stream<T>,
        look: impl FnOnce(&Event<T>) -> R,
    ) -> Option<R> {
        self.reach(|cx| cx.with_latest(stream, look))
    }

    /// How many deferred calls of this strategy are pending; see [`Context::pending`].
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn is_busy(cx: &TaskContext<Sleeper>) -> bool {
    ///     cx.pending() > 100
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn pending(&self) -> usize {
        self.reach(Context::pending)
    }

    /// Does something with the strategy's own context.
    #[track_caller]
    pub(crate) fn reach<R>(&self, work: impl FnOnce(&Context<S>) -> R) -> R {
        match local::with_node(self.run(), self.run.node(), |node: &Node<S>| work(&node.cx)) {
            Ok(done) => done,
            Err(why) => unreached::<S>(&why),
        }
    }
}

/// Says why a strategy was not reached.
#[track_caller]
pub(super) fn unreached<S: Strategy>(why: &Unreached) -> ! {
    let name = S::NAME;
    match why {
        Unreached::Elsewhere => panic!(
            "asp: the context of {name} is used where no task of {name} is running; use it in its handlers and in tasks \
             that they start with `cx.spawn(..)`"
        ),
        Unreached::InUse => panic!(
            "asp: {name} is in use by a call further up; inside of `with(|strategy, cx| ..)` use that `cx`"
        ),
    }
}

impl<S: Strategy> Deref for TaskContext<S> {
    type Target = RunContext;

    fn deref(&self) -> &RunContext {
        &self.run
    }
}

impl<S: Strategy> Clone for TaskContext<S> {
    fn clone(&self) -> Self {
        TaskContext { run: self.run.clone(), strategy: PhantomData }
    }
}

impl<S: Strategy> fmt::Debug for TaskContext<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContext").field("strategy", &S::NAME).finish_non_exhaustive()
    }
}
