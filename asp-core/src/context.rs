//! What a handler may do: read the time, schedule, emit, stop.

mod emit;
mod inside;
mod schedule;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::agenda::{Agenda, CallKey};
use crate::desk::Desk;
use crate::every::IntoEvery;
use crate::fuse::Emits;
use crate::node::Plan;
use crate::slots::{CallSlot, InPast, Key, TimerSlot};
use crate::strategy::Strategy;
use crate::stream::{Payload, Stream};
use crate::task::{Sleep, sleep};
use crate::time::{Duration, IntoDelay, Timestamp};

/// A handler's access to the run, as `cx: &Context<Self>`.
///
/// All methods take `&self`, so that `cx.after(d).greet(format!("{}", cx.now()))` is fine. Nothing that a handler
/// asks for happens before it returns: calls and emissions for the current instant join its next round (S9).
///
/// It cannot sleep. A handler that waits is an `async fn` and has a [`TaskContext`](crate::TaskContext) instead.
///
/// The examples of its methods use the greeter of the [first example](crate), with handlers of their own.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// fn arrive(cx: &Context<Greeter>, name: String) {
///     cx.after(Duration::from_secs(1)).greet(format!("{name} of {}", cx.now()));
///     cx.emit(Greeter::GREETINGS, format!("Welcome {name}"));
/// }
///
/// let greetings = run(arrive)?.collected(Greeter::GREETINGS)?;
/// assert_eq!(greetings[0].to_string(), "2025-01-01T00:00:00Z Welcome Jane");
/// # Ok::<(), asp_core::Error>(())
/// ```
// In this order, since each dispatch looks at the first ones.
#[repr(C)]
pub struct Context<S: Strategy> {
    /// Present while the strategy is dispatched.
    desk: Option<Box<Desk>>,
    /// What the strategy can do, which others may share.
    plan: Arc<Plan<S>>,
    node: u32,
    agenda: Agenda<S::Call>,
    declaration: u64,
    /// The streams that it lists in `emits`, which are those of the plan.
    outlets: Arc<[(Cow<'static, str>, u32)]>,
    /// Where emissions wait for the next strategy of a fused chain.
    emits: S::Emits,
}

impl<S: Strategy> Context<S> {
    pub(crate) fn new(node: u32, declaration: u64, plan: Arc<Plan<S>>) -> Self {
        Context {
            desk: None,
            agenda: Agenda::new(declaration),
            node,
            declaration,
            outlets: Arc::clone(&plan.streams.outlets),
            plan,
            emits: S::Emits::shut_ones(),
        }
    }

    /// The current time: that of the event, call or tick being dispatched. It stands still while a handler runs.
    ///
    /// ```
    /// # use asp_core::{Context, Strategy};
    /// # fn handler<S: Strategy>(cx: &Context<S>) {
    /// assert_eq!(cx.now(), cx.now());
    /// # }
    /// ```
    #[inline]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.desk().now.get())
    }

    /// What the source of the event says; for calls and ticks the same as [`Context::due`].
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, _: String) {
    ///     assert_eq!(cx.event_time(), cx.now()); // as for all events of past sources
    /// }
    ///
    /// run(arrive)?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn event_time(&self) -> Timestamp {
        Timestamp::from_nanos(self.desk().event_time())
    }

    /// When a deferred call or tick was asked for: before [`Context::now`] if that was in the past (S11). For
    /// events the same as [`Context::event_time`], for hooks as `now`.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     cx.at(cx.now() - Duration::from_secs(5)).greet(name);
    /// }
    ///
    /// fn greet(cx: &Context<Greeter>, _: String) {
    ///     assert_eq!(cx.due(), cx.now() - Duration::from_secs(5));
    /// }
    ///
    /// Runner::new().feed(Greeter::NAMES, names()).add(Greeter::with(arrive, greet)).run()?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn due(&self) -> Timestamp {
        Timestamp::from_nanos(self.desk().event_time())
    }

    /// True in the live phase of a run, from `on_live` on (S30). False in a run over history.
    ///
    /// Past events may be dispatched in the live phase too: whether an event came live is what
    /// [`arrival`](Context::arrival) says.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     let place = if cx.is_live() { "to the show" } else { "to the past" };
    ///     cx.emit(Greeter::GREETINGS, format!("{name}, welcome {place}"));
    /// }
    ///
    /// assert_eq!(run(arrive)?.collected(Greeter::GREETINGS)?[0].value, "Jane, welcome to the past");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn is_live(&self) -> bool {
        self.desk().live.get()
    }

    /// By how much this dispatch is later than the event happened: `now - event_time` (S4). Negative if the clock of the
    /// source is ahead; zero for past events.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, _: String) {
    ///     assert_eq!(cx.lag(), Duration::ZERO); // this is a run over history
    /// }
    ///
    /// run(arrive)?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn lag(&self) -> Duration {
        let desk = self.desk();
        Duration::from_nanos(desk.now.get().saturating_sub(desk.event_time()))
    }

    /// By how much the run itself is late: the clock less `now` (S4). Zero in a run over history.
    ///
    /// It reads the clock, and so is no fact that a run can be repeated with.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, _: String) {
    ///     assert_eq!(cx.behind(), Duration::ZERO); // this is a run over history
    /// }
    ///
    /// run(arrive)?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn behind(&self) -> Duration {
        let desk = self.desk();
        let late = desk.clock.as_ref().map(|clock| clock.now().as_nanos().saturating_sub(desk.now.get()));
        Duration::from_nanos(late.unwrap_or(0))
    }

    /// When the live event that is being dispatched was received (S4); none for everything else.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, _: String) {
    ///     assert_eq!(cx.arrival(), None); // this is a run over history
    /// }
    ///
    /// run(arrive)?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn arrival(&self) -> Option<Timestamp> {
        self.desk().arrival.get().map(Timestamp::from_nanos)
    }

    /// How many ticks of this timer were left out directly before this one (S26). Zero unless the timer skips missed
    /// ticks and the run was late.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     cx.every(Every::new(Duration::from_secs(1)).times(3).skip_missed()).tick();
    ///     assert_eq!(cx.missed(), 0); // no tick, and a run over history leaves none out
    /// }
    ///
    /// assert_eq!(run(arrive)?.report().missed, 0);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn missed(&self) -> u64 {
        self.desk().missed.get()
    }

    /// For what the compiler says in a handler that is not `async`.
    #[doc(hidden)]
    pub fn sleep(&self, delay: impl IntoDelay) -> Sleep
    where
        Self: Waits,
    {
        sleep(delay)
    }

    /// Defers a call: `cx.after(delay).method(payload)`.
    ///
    /// A delay of zero runs in the next round of this instant. Equal due times run in the order of scheduling
    /// (S10). A time beyond the last timestamp stops the run at the end of this dispatch.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     cx.after(Duration::from_secs(5)).greet(name);
    /// }
    ///
    /// let greetings = run(arrive)?.collected(Greeter::GREETINGS)?;
    /// assert_eq!(greetings[0].to_string(), "2025-01-01T00:00:05Z Hello Jane");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn after(&self, delay: impl IntoDelay) -> S::Calls<CallSlot<'_, S>> {
        S::calls(self.slot_after(delay.into_delay()))
    }

    /// Schedules a call for a time: `cx.at(time).method(payload)`.
    ///
    /// A time before now is taken as now, keeps its [`due`](Context::due), and is counted in the report (S11);
    /// `Runner::past_schedule` makes it an error instead.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     let midnight = Timestamp::from_secs(1_735_776_000);
    ///     cx.at(midnight).greet(name);
    /// }
    ///
    /// let greetings = run(arrive)?.collected(Greeter::GREETINGS)?;
    /// let greetings: Vec<String> = greetings.iter().map(ToString::to_string).collect();
    /// assert_eq!(greetings[0], "2025-01-02T00:00:00Z Hello Jane");
    /// assert_eq!(greetings[1], "2025-01-02T00:00:00Z Hello John"); // scheduled later, made later
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn at(&self, time: Timestamp) -> S::Calls<CallSlot<'_, S>> {
        S::calls(CallSlot { cx: self, due: Some(time.as_nanos()), is_later: false })
    }

    /// As [`Context::at`], for callers who want to know when the time has passed.
    ///
    /// # Errors
    ///
    /// [`InPast`] if `time` is before now; nothing is scheduled then.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     let opening = Timestamp::from_secs(1_735_689_601); // one second into 2025
    ///     match cx.try_at(opening) {
    ///         Ok(slot) => {
    ///             slot.greet(name);
    ///         }
    ///         Err(late) => cx.emit(Greeter::GREETINGS, format!("{name} missed {}", late.requested)),
    ///     }
    /// }
    ///
    /// let greetings = run(arrive)?.collected(Greeter::GREETINGS)?;
    /// assert_eq!(greetings[2].value, "Sarah missed 2025-01-01T00:00:01Z");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn try_at(&self, time: Timestamp) -> Result<S::Calls<CallSlot<'_, S>>, InPast> {
        let now = self.now();
        if time < now { Err(InPast { requested: time, now }) } else { Ok(self.at(time)) }
    }

    /// Sets a periodic timer: `cx.every(interval).method()`, for deferred methods without payload.
    ///
    /// It takes an interval, or an [`Every`](crate::Every) with options. An interval that is zero or negative stops the run at
    /// the end of this dispatch.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, _: String) {
    ///     cx.every(Duration::from_mins(1)).tick(); // does not keep the run alive
    ///     cx.every(Every::new(Duration::from_secs(1)).times(3)).tick(); // does
    /// }
    ///
    /// let greeter: Greeter = run(arrive)?.take()?;
    /// assert_eq!(greeter.ticks, 3 * 3);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn every(&self, every: impl IntoEvery) -> S::Calls<TimerSlot<'_, S>> {
        S::calls(TimerSlot { cx: self, every: every.into_every() })
    }

    /// Cancels a deferred call, a timer or an event that was emitted with a delay; true if it was still to come. A call
    /// that was cancelled never runs, also if it was due at this very instant.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     let greeting = cx.after(Duration::from_secs(1)).greet(name);
    ///     let timer = cx.every(Duration::from_secs(1)).tick();
    ///     assert!(cx.cancel(greeting) && cx.cancel(timer));
    ///     assert!(!cx.cancel(greeting)); // it is gone already
    /// }
    ///
    /// assert_eq!(run(arrive)?.report().dispatched.calls, 0);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn cancel<K: Key>(&self, key: K) -> bool {
        key.cancel(self)
    }

    /// Moves a deferred call to another time, as if it were cancelled and scheduled anew; its key stays valid.
    /// False if it already ran or was cancelled.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     let greeting = cx.after(Duration::from_secs(1)).greet(name);
    ///     assert!(cx.reschedule(greeting, cx.now() + Duration::from_hours(1)));
    /// }
    ///
    /// let greetings = run(arrive)?.collected(Greeter::GREETINGS)?;
    /// assert_eq!(greetings[0].to_string(), "2025-01-01T01:00:00Z Hello Jane");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn reschedule(&self, key: CallKey, time: Timestamp) -> bool {
        let desk = self.desk();
        if !self.agenda.is_pending(key) {
            return false;
        }
        let due = time.as_nanos();
        let sequence = desk.next_sequence();
        let place = self.place(desk, due);
        let slot = self.agenda.reschedule(key, place, due, sequence);
        if let (Some(slot), None) = (slot, place) {
            self.join_round(slot, sequence);
        }
        slot.is_some()
    }

    /// Puts an event on a stream that this strategy lists in `emits`.
    ///
    /// It is delivered at this instant, in its next round (S9): after everything that is already pending for now.
    ///
    /// A stream that `emits` does not list, or that carries another type, stops the run at the end of this dispatch.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     cx.emit(Greeter::GREETINGS, format!("Hello {name}"));
    ///     cx.emit(Greeter::GREETINGS, format!("Goodbye {name}"));
    /// }
    ///
    /// let greetings = run(arrive)?.collected(Greeter::GREETINGS)?;
    /// assert_eq!(greetings[1].to_string(), "2025-01-01T00:00:00Z Goodbye Jane");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    #[inline]
    pub fn emit<T: Payload>(&self, stream: Stream<T>, value: T) {
        // The compiler knows whether there is one.
        let Some(outlet) = self.emits.outlet::<T>() else {
            return self.emit_to_desk(stream.name(), value);
        };
        if let Some(value) = outlet.offer(stream.name(), value) {
            self.emit_aside(stream.name(), value);
        }
    }

    /// Stops the run when this handler returns. Nothing else is dispatched but `on_stop` (S46).
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     if name == "John" {
    ///         cx.stop();
    ///     }
    /// }
    ///
    /// let outcome = run(arrive)?;
    /// assert_eq!(outcome.report().reason, StopReason::Requested);
    /// assert_eq!(outcome.report().dispatched.events, 2); // Sarah never arrives
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn stop(&self) {
        self.desk().stop();
    }

    /// How many deferred calls of this strategy are pending.
    ///
    /// Timers and emissions do not count, delayed ones neither.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     let before = cx.pending();
    ///     cx.after(Duration::from_mins(1)).greet(name);
    ///     assert_eq!(cx.pending(), before + 1);
    /// }
    ///
    /// run(arrive)?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn pending(&self) -> usize {
        self.agenda.count_calls()
    }

    /// The pending deferred calls of this strategy with the times they are due, in the order of these.
    ///
    /// Each is given as the method's name. Meant for reports and tests: it costs a sort.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// fn arrive(cx: &Context<Greeter>, name: String) {
    ///     if name == "Jane" {
    ///         cx.after(Duration::from_secs(30)).greet(name);
    ///         assert_eq!(cx.pending_calls(), [(cx.now() + Duration::from_secs(30), "greet")]);
    ///     }
    /// }
    ///
    /// run(arrive)?;
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn pending_calls(&self) -> Vec<(Timestamp, &'static str)> {
        let mut calls = Vec::new();
        self.agenda
            .each_call(&mut |due, _, call| calls.push((Timestamp::from_nanos(due), S::call_name(call))));
        calls.sort();
        calls
    }
}

/// A context that can wait, which this one cannot.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a handler that is not `async` cannot wait",
    label = "only async handlers sleep",
    note = "make it an `async fn` with `cx: &TaskContext<Self>`, and write `cx.sleep(..).await`",
    note = "or mark a method with `#[after]` and have it called then: `cx.after(..).method(..)`"
)]
pub trait Waits {}

impl<S: Strategy> Waits for crate::task::TaskContext<S> {}

impl<S: Strategy> fmt::Debug for Context<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.desk.as_ref().map(|desk| Timestamp::from_nanos(desk.now.get()));
        f.debug_struct("Context").field("strategy", &S::NAME).field("now", &now).finish_non_exhaustive()
    }
}
