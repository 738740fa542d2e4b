//! What a run was given from outside, kept in memory so that the run can be repeated (S50, S62).

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::graph::Graph;
use crate::live::Notice;
use crate::source::{Pull, Pulled, Source, Stamp, Stamped};
use crate::stream::{Payload, Stream};
use crate::time::Timestamp;

/// What the sources of a run brought, and what its clock decided: everything that is needed to repeat a live run over
/// and over, in no time, with the same dispatches (S50, S62).
///
/// It keeps the streams that it is told to [`keep`](Recording::keep), in memory; for a replay these have to be all that
/// are fed. Clones are the same recording.
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let recording = Recording::new().keep(Greeter::NAMES);
///
/// let clock = ManualClock::jumping("2025-06-01".parse()?);
/// let visitors = Source::past(names()).then_live(futures_util::stream::iter(["Paul".to_owned()]));
/// let live = Runner::new().feed(Greeter::NAMES, visitors).add(Greeter::default()).clock(clock).digest();
/// let live = futures::executor::block_on(live.record_to(&recording).run_live())?;
///
/// let again = Runner::new().replay(&recording).add(Greeter::default()).digest().run()?;
/// assert_eq!(again.report().digest, live.report().digest);
/// assert_eq!(recording.events(Greeter::NAMES).len(), 4);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Recording(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    tapes: Vec<Box<dyn AnyTape>>,
    /// The streams that were fed, in the order of their declaration.
    fed: Vec<String>,
    facts: Facts,
}

/// What is kept of a run beside its events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    /// When the live phase began.
    pub(crate) handover: Option<i64>,
    pub(crate) caught_up: Option<i64>,
    /// Events that came late from sources that handlers had opened.
    pub(crate) late: Option<u64>,
    /// Ticks that were left out, in order.
    pub(crate) skips: VecDeque<LeftOut>,
    /// Where the run was stopped from outside, or by a fault of a source.
    pub(crate) stop: Option<Stopped>,
    /// True if the run was to dispatch what it had received before it stops.
    pub(crate) drains: bool,
    /// True once the run had begun.
    pub(crate) opened: bool,
}

/// The point at which a run was stopped. Time may have moved on since the last item: to a step that no hook is told of,
/// or the end of a source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopped {
    /// How many dispatches were made before.
    pub(crate) dispatches: u64,
    /// How many wakes of tasks were served after it (S46).
    pub(crate) grace: u64,
    /// How many items had led to none, some perhaps after the last dispatch.
    pub(crate) passed: u64,
    /// The next scheduling sequence when the grace began: what was scheduled for the end of a source, say, took one.
    pub(crate) sequence: u64,
    pub(crate) now: i64,
    pub(crate) round: u32,
    pub(crate) is_live: bool,
}

/// A tick that was left out: the number of the strategy, the time, the rank of the timer.
pub(crate) type LeftOut = (u32, i64, u64);

impl Recording {
    /// A recording that keeps nothing yet.
    ///
    /// ```
    /// use asp_core::Recording;
    ///
    /// let recording = Recording::new();
    /// # drop(recording);
    /// ```
    pub fn new() -> Self {
        Recording::default()
    }

    /// Keeps the events that a source brings on this stream, past and live.
    ///
    /// Streams that strategies emit need not be kept: a replay emits them anew.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let recording = Recording::new().keep(Greeter::NAMES);
    /// Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).record_to(&recording).run()?;
    /// assert_eq!(recording.events(Greeter::NAMES)[0].value, "Jane");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn keep<T: Payload + Clone>(self, stream: Stream<T>) -> Self {
        let tape = Tape { stream, items: Arc::default() };
        self.lock().tapes.push(Box::new(tape));
        self
    }

    /// The events of a stream that were recorded, in the order in which they were dispatched. None, if the stream is
    /// not kept under this type.
    ///
    /// ```
    #[doc = include_str!("../doc/greeter.rs")]
    /// let recording = Recording::new().keep(Greeter::NAMES);
    /// Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default()).record_to(&recording).run()?;
    ///
    /// // The same events for a run of their own.
    /// let names = Source::stamped(recording.events(Greeter::NAMES));
    /// let outcome = Runner::new().feed(Greeter::NAMES, names).add(Greeter::default()).run()?;
    /// assert_eq!(outcome.report().dispatched.events, 3);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn events<T: Payload + Clone>(&self, stream: Stream<T>) -> Vec<Stamped<T>> {
        let inner = self.lock();
        let tapes = inner.tapes.iter().filter(|tape| tape.stream() == stream.name());
        let mut typed = tapes.filter_map(|tape| (&**tape as &dyn Any).downcast_ref::<Tape<T>>());
        typed.next().map(Tape::events).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing is left half done by a panic while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the last run, and keeps what the streams of this one bring.
    pub(crate) fn begin(&self, graph: &mut Graph) {
        let mut inner = self.lock();
        inner.facts = Facts::default();
        inner.fed = graph.fed();
        inner.tapes.iter().for_each(|tape| tape.record(graph));
    }

    /// Takes note of a fact.
    pub(crate) fn note(&self, note: impl FnOnce(&mut Facts)) {
        note(&mut self.lock().facts);
    }

    pub(crate) fn facts(&self) -> Facts {
        self.lock().facts.clone()
    }

    /// Feeds what was recorded.
    pub(crate) fn replay(&self, graph: &mut Graph) {
        let inner = self.lock();
        for stream in &inner.fed {
            match inner.tapes.iter().find(|tape| tape.stream() == *stream) {
                Some(tape) => tape.play(graph, true),
                None => graph.not_kept(stream),
            }
        }
        for tape in inner.tapes.iter().filter(|tape| !inner.fed.iter().any(|fed| fed == tape.stream())) {
            tape.play(graph, false);
        }
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        let streams: Vec<&str> = inner.tapes.iter().map(|tape| tape.stream()).collect();
        f.debug_struct("Recording").field("streams", &streams).field("facts", &inner.facts).finish()
    }
}

/// An item that a source brought, as it is put on tape.
pub(crate) enum Taped<'a, T> {
    Event {
        time: i64,
        event_time: i64,
        value: &'a T,
    },
    Notice(i64, &'a Notice),
    End(i64),
    /// The source had ended before anything happened.
    Empty,
}

/// Puts an item on tape.
pub(crate) type Tap<T> = Box<dyn FnMut(Taped<'_, T>) + Send>;

/// The tape of one stream.
trait AnyTape: Any + Send {
    fn stream(&self) -> &str;
    /// Records what the stream brings from now on.
    fn record(&self, graph: &mut Graph);
    /// Has the stream fed with what was recorded, up to the end of its source; what came of another one after that is fed
    /// when a handler opens it. Not from the start, if the stream was only announced then.
    fn play(&self, graph: &mut Graph, from_start: bool);
}

/// Time and kind of an item, and its value if it is an event.
type Item<T> = (i64, Stamp, Option<T>);

struct Tape<T> {
    stream: Stream<T>,
    items: Arc<Mutex<Vec<Item<T>>>>,
}

impl<T: Payload + Clone> Tape<T> {
    fn items(&self) -> MutexGuard<'_, Vec<Item<T>>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn events(&self) -> Vec<Stamped<T>> {
        let items = self.items();
        let events = items.iter().filter_map(|(time, stamp, value)| match stamp {
            Stamp::Event { event_time } => Some(Stamped {
                time: Timestamp::from_nanos(*time),
                event_time: Timestamp::from_nanos(*event_time),
                value: value.clone()?,
            }),
            _ => None,
        });
        events.collect()
    }
}

/// The time of an end that was there from the start; such a source is empty when it is replayed.
const BEFORE_ALL: i64 = i64::MIN;

impl<T: Payload + Clone> AnyTape for Tape<T> {
    fn stream(&self) -> &str {
        self.stream.name()
    }

    fn record(&self, graph: &mut Graph) {
        self.items().clear();
        let items = Arc::clone(&self.items);
        let tap = move |taped: Taped<'_, T>| {
            let item = match taped {
                Taped::Event { time, event_time, value } => {
                    (time, Stamp::Event { event_time }, Some(value.clone()))
                }
                Taped::Notice(time, notice) => (time, Stamp::Notice(notice.clone()), None),
                Taped::End(time) => (time, Stamp::End, None),
                Taped::Empty => (BEFORE_ALL, Stamp::End, None),
            };
            items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
        };
        graph.tap(&self.stream, Box::new(tap));
    }

    fn play(&self, graph: &mut Graph, from_start: bool) {
        let items = Arc::new(Mutex::new(VecDeque::from(self.items().clone())));
        let next = move || {
            let items = Arc::clone(&items);
            Source::replayed(Replay { items, stamps: VecDeque::new() })
        };
        graph.play(&self.stream, Box::new(next), from_start);
    }
}

/// A tape that is played.
struct Replay<T> {
    /// What is left; shared with those who play the rest of it.
    items: Arc<Mutex<VecDeque<Item<T>>>>,
    stamps: VecDeque<Stamp>,
}

impl<T: Payload> Pull<T> for Replay<T> {
    fn pull(&mut self, max: usize, times: &mut Vec<i64>, values: &mut Vec<T>) -> Pulled {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = None;
        for count in 0.. {
            // As that of a source of the past, an end is seen with the last event if it is of its time: before anything that
            // the handlers of that have asked for.
            if matches!(items.front(), Some((time, Stamp::End, _)) if Some(*time) == last) {
                items.pop_front();
                return Pulled::End;
            }
            if count >= max {
                break;
            }
            match items.pop_front() {
                // The run stopped before the source did.
                None => return Pulled::Silent,
                Some((BEFORE_ALL, Stamp::End, _)) => return Pulled::End,
                Some((time, stamp, value)) => {
                    let is_end = stamp == Stamp::End;
                    last = Some(time);
                    times.push(time);
                    values.extend(value);
                    self.stamps.push_back(stamp);
                    if is_end {
                        return Pulled::End;
                    }
                }
            }
        }
        Pulled::Some
    }

    fn stamps(&mut self) -> Option<&mut VecDeque<Stamp>> {
        Some(&mut self.stamps)
    }
}
