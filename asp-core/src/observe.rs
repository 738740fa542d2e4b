//! What an observer of a run is shown.

use crate::time::{Duration, Timestamp};

/// The kind of an item, in the order in which kinds run at equal times (S7).
///
/// ```
/// use asp_core::Class;
///
/// assert!(Class::Event < Class::Call && Class::Call < Class::Tick); // data before timers
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// `on_start`.
    #[default]
    Start,
    /// An event of a source, or an emission.
    Event,
    /// A deferred call, a wake of a task, or the end of a stream.
    Call,
    /// A tick of a periodic timer.
    Tick,
    /// `on_settled`.
    Settled,
    /// `on_stop`.
    Stop,
}

/// The place of an item in the order of a run: the derived order is rule S7.
///
/// Time first; at equal times the round, then the class. Within a class: events of sources by declaration of their
/// stream and position among those delivered, then emissions (declaration `u64::MAX`) in the order of emission;
/// calls by scheduling sequence; ticks by strategy, then method and timer; hooks by strategy.
///
/// ```
/// use asp_core::{Class, Place, Timestamp};
///
/// let event = Place { class: Class::Event, ..Place::default() };
/// let tick = Place { class: Class::Tick, ..Place::default() };
/// let later = Place { time: Timestamp::from_nanos(1), ..event };
/// assert!(event < tick && tick < later);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// When the item is dispatched.
    pub time: Timestamp,
    /// Items of round `r + 1` were asked for by dispatches of round `r` at the same instant (S9).
    pub round: u32,
    /// The kind of the item.
    pub class: Class,
    /// The stream's or strategy's rank in the order of declaration.
    pub declaration: u64,
    /// Order within all that.
    pub sequence: u64,
}

/// One handler call, as [`Runner::observe`](crate::Runner::observe) shows it just before it is made.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let (sender, calls) = std::sync::mpsc::channel();
/// Runner::new()
///     .feed(Greeter::NAMES, names())
///     .add(Greeter::default())
///     .observe(move |&Dispatch { now, strategy, handler, stream, .. }| {
///         sender.send(format!("{now} {strategy}::{handler} {stream:?}")).expect("a receiver");
///     })
///     .run()?;
/// let calls: Vec<String> = calls.iter().collect();
/// assert_eq!(calls[1], "2025-01-01T00:00:01Z Greeter::arrive Some(\"names\")");
/// assert_eq!(calls[2], "2025-01-01T00:00:01Z Greeter::greet None");
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispatch<'a> {
    /// The place of the item; handlers of one event share it.
    pub place: Place,
    /// The time that the handler sees.
    pub now: Timestamp,
    /// The name of the strategy instance.
    pub strategy: &'a str,
    /// The name of the method.
    pub handler: &'a str,
    /// The stream, for events.
    pub stream: Option<&'a str>,
    /// When a call or tick was asked for.
    pub due: Timestamp,
    /// What the source says.
    pub event_time: Timestamp,
    /// How far the clock has gone beyond `now`, in the live phase of a run.
    pub behind: Option<Duration>,
}
