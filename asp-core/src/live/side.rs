//! The live side of a fed stream during a run: what is received, let through, and shown to the merge (S32 to S40).

mod opening;

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use opening::Opening;
use tokio::task::JoinHandle;

use super::Notice;
use super::feed::{Close, Feed, History};
use super::inbox::{Alone, Event, Inbox};
use super::options::{LiveOptions, WhenLate};
use super::queue::Item;
use super::report::{Gap, StreamReport};
use super::wake::{LaneWake, Wakes};
use crate::batch::Batch;
use crate::source::{FaultKind, Pull, SourceFault};
use crate::stream::Payload;
use crate::time::{Clock, Duration, Timestamp};

/// How many holes in the numbering of a stream the report lists.
const GAPS: usize = 1_000;

/// An item of a stream that carries more than its time.
#[derive(Debug)]
pub(crate) enum Entry<T> {
    Event {
        event_time: i64,
        arrival: Option<i64>,
        value: T,
    },
    Notice(Notice),
    /// Nothing follows on the stream.
    End,
}

/// What a look into the queue brought.
#[derive(Debug)]
pub(crate) enum Shown {
    Nothing,
    /// An item waits for its turn at this time.
    At(i64),
    /// The source failed; it takes effect now. In a box, so that the rest comes in registers.
    Fault(Box<SourceFault>),
}

/// What a look at a source brought, and into its queue.
pub(crate) struct Seen {
    /// What the clock showed, if it was read.
    pub(crate) read: Option<i64>,
    pub(crate) shown: Shown,
    /// True if more is in the queue.
    pub(crate) has_more: bool,
    pub(crate) retry_at: Option<Timestamp>,
}

/// The live side of a stream of `T`. The channel knows no more of it, so that a program compiles it for those payloads only
/// that come live.
pub(crate) trait LiveSide<T>: AnySide {
    /// Takes note of past events, just pulled: those in `values` after so many.
    fn saw_past(&mut self, values: &Batch<T>, after: usize);
    /// The history that came.
    fn take_past(&mut self) -> Option<Box<dyn Pull<T>>>;
    /// The item that is shown.
    fn take_shown(&mut self) -> Option<Entry<T>>;
}

/// The live side of a stream, whatever it carries.
pub(crate) trait AnySide: Send {
    /// Goes on with opening. Ready when the source receives, and its history has come (S31).
    fn poll_open(&mut self) -> Poll<Result<(), SourceFault>>;
    /// Lets the source put what it has into the queue; what the clock showed, if it was read for that. It wakes the run
    /// when it has more.
    fn look(&mut self) -> Option<i64>;
    /// The same for a run that asks again anyway, and is not to be woken.
    fn look_awake(&mut self) -> Option<i64>;
    /// [`AnySide::look`] and [`AnySide::show`]. An event that comes alone does not go through the queue. The source wakes
    /// `waker` instead of its lane, if there is one.
    fn look_and_show(&mut self, last: i64, waker: Option<&Waker>) -> Seen;
    /// Begins a look, and shows the first event, if nothing is before it; then `read` is its arrival, and the look is to be
    /// gone on with after it. If the queue has something instead, `read` is the time when that came. None if the source is
    /// to be looked at as a whole.
    fn look_for_one(&mut self, last: i64, waker: Option<&Waker>, read: &mut Option<i64>) -> Option<Shown>;
    /// When the source wants to be looked at again, wake or no wake.
    fn retry_at(&self) -> Option<Timestamp>;
    /// Takes the next item from the queue and gives it a time after `last` (S32). At most one is shown.
    fn show(&mut self, last: i64) -> Shown;
    /// The past of the stream is over: so many events, the last one at this time.
    fn past_ended(&mut self, yielded: u64, last: Option<i64>);
    /// Events that wait in the queue.
    fn waiting(&self) -> usize;
    /// True if nothing waits in the queue, of whatever kind.
    fn is_drained(&self) -> bool;
    /// False if nothing waits in the queue that does not wake the run: seen without its lock.
    fn has_more(&self) -> bool;
    /// Events that found the queue full.
    fn dropped(&self) -> u64;
    /// True once the end of the source was dispatched.
    fn has_ended(&self) -> bool;
    /// True once the past of the stream is over.
    fn is_on(&self) -> bool;
    /// Items that the past yielded, and events taken from the queue.
    fn yielded(&self) -> u64;
    /// Receives no more.
    fn hang_up(&mut self);
    fn report(&self, stream: &str) -> StreamReport;
}

pub(crate) struct Side<T> {
    inbox: Arc<Inbox<T>>,
    waker: Waker,
    /// None once it closed, or while a task of its own has it.
    feed: Option<Box<dyn Feed<T>>>,
    task: Option<JoinHandle<()>>,
    opening: Opening<T>,
    options: LiveOptions<T>,
    /// The history that came, until the channel takes it for its past.
    past: Option<Box<dyn Pull<T>>>,
    /// The item that is shown to the merge.
    shown: Option<Entry<T>>,
    /// True once the past of the stream is over.
    on: bool,
    /// True once its end is shown, or was.
    ended: bool,
    yielded: u64,
    /// The time of the event of this stream that was shown last, its past included.
    last: Option<i64>,
    sequence: Option<u64>,
    report: StreamReport,
}

impl<T: Payload> Side<T> {
    pub(crate) fn new(
        feed: Box<dyn Feed<T>>,
        history: Option<Box<dyn History<T>>>,
        options: LiveOptions<T>,
        clock: Arc<dyn Clock>,
        wakes: &Arc<Wakes>,
        lane: u32,
    ) -> Self {
        let lane = LaneWake::new(wakes, lane);
        let waker = lane.waker();
        let inbox = Arc::new(Inbox::new(options.capacity, options.when_full, clock, lane));
        Side {
            inbox,
            waker,
            feed: Some(feed),
            task: None,
            opening: Opening::Source(history),
            options,
            past: None,
            shown: None,
            on: false,
            ended: false,
            yielded: 0,
            last: None,
            sequence: None,
            report: StreamReport::default(),
        }
    }

    fn fault(&self, what: FaultKind) -> SourceFault {
        SourceFault::new(self.yielded, what)
    }

    #[cold]
    fn shown_fault(yielded: u64, what: FaultKind) -> Shown {
        Shown::Fault(Box::new(SourceFault::new(yielded, what)))
    }

    /// What the options say of an event that was taken from the queue.
    fn admits(&mut self, arrival: i64, event_time: i64, value: &T) -> Result<bool, FaultKind> {
        self.report.first_live.get_or_insert(Timestamp::from_nanos(event_time));
        if let Some(sequence) = &mut self.options.sequence {
            let found = sequence(value);
            self.count_gap(found);
        }
        if let Some(splice) = &mut self.options.splice
            && !splice.admits(event_time, value)
        {
            self.report.spliced += 1;
            return Ok(false);
        }
        let lag = Duration::from_nanos(arrival.saturating_sub(event_time));
        match self.options.max_lag {
            Some((max, WhenLate::Drop)) if lag > max => {
                self.report.late += 1;
                Ok(false)
            }
            Some((max, WhenLate::Error)) if lag > max => Err(FaultKind::Late { lag, max }),
            _ => {
                if let Some(splice) = &mut self.options.splice {
                    splice.delivered(event_time);
                }
                Ok(true)
            }
        }
    }

    fn count_gap(&mut self, found: u64) {
        let expected = self.sequence.map_or(found, |last| last.saturating_add(1));
        if found > expected {
            self.report.missing += found - expected;
            if self.report.gaps.len() < GAPS {
                self.report.gaps.push(Gap { from: expected, to: found - 1 });
            }
        }
        self.sequence = self.sequence.max(Some(found));
    }

    /// Shows an event, if the options admit it.
    #[inline]
    fn show_event(&mut self, event: Event<T>, last: i64) -> Option<Shown> {
        let Event { arrival, event_time, value } = event;
        let event_time = event_time.unwrap_or(arrival);
        self.yielded += 1;
        match self.admits(arrival, event_time, &value) {
            Ok(true) => {
                let entry = Entry::Event { event_time, arrival: Some(arrival), value };
                Some(self.place(arrival, last, entry))
            }
            Ok(false) => None,
            Err(fault) => Some(Self::shown_fault(self.yielded - 1, fault)),
        }
    }

    /// Fixes the time of an item, which is shown from now on.
    fn place(&mut self, arrival: i64, last: i64, entry: Entry<T>) -> Shown {
        let time = arrival.max(last.saturating_add(1));
        // Behind its own predecessor an event is where it would be anyway; behind others it came too late to be seen.
        let own = self.last.map_or(i64::MIN, |own| own.saturating_add(1));
        if let Entry::Event { event_time, .. } = &entry {
            self.report.restamped += u64::from(time > arrival.max(own));
            let lag = Duration::from_nanos(time.saturating_sub(*event_time));
            self.report.max_lag = Some(self.report.max_lag.map_or(lag, |max| max.max(lag)));
            self.report.received += 1;
        }
        self.last = Some(time);
        self.shown = Some(entry);
        Shown::At(time)
    }
}

/// Lets a source put what it has into the queue, and has it wake this one when it has more; what the clock showed, if it
/// was read for that.
fn look<T: Payload>(
    inbox: &Inbox<T>,
    feed: &mut Option<Box<dyn Feed<T>>>,
    waker: &Waker,
    alone: &mut Alone<T>,
) -> Option<i64> {
    inbox.lane().listen();
    let before = inbox.pushed();
    let Some(source) = feed else {
        if inbox.retry().is_some_and(|time| time <= inbox.clock().now()) {
            inbox.set_retry(None);
            inbox.source.wake();
        }
        return None;
    };
    let close = source.look(&mut Context::from_waker(waker), inbox, alone);
    if close.is_some() {
        *feed = None;
        shut(inbox, close);
    }
    let last = inbox.pushed();
    (last > before).then_some(last)
}

/// Puts the end of a source behind its events.
fn shut<T>(inbox: &Inbox<T>, close: Option<Close>) {
    match close {
        Some(Close::End) => inbox.push(Item::End),
        Some(Close::Fault(fault)) => inbox.push(Item::Fault(fault)),
        None => {}
    }
}

impl<T: Payload> LiveSide<T> for Side<T> {
    fn saw_past(&mut self, values: &Batch<T>, after: usize) {
        let values = values.iter().skip(after);
        if let Some(sequence) = &mut self.options.sequence
            && let Some(last) = values.clone().last()
        {
            self.sequence = Some(sequence(last));
        }
        if let Some(splice) = &mut self.options.splice
            && splice.watches_past()
        {
            values.for_each(|value| splice.saw_past(value));
        }
    }

    fn take_past(&mut self) -> Option<Box<dyn Pull<T>>> {
        self.past.take()
    }

    fn take_shown(&mut self) -> Option<Entry<T>> {
        self.shown.take()
    }
}

impl<T: Payload> AnySide for Side<T> {
    fn poll_open(&mut self) -> Poll<Result<(), SourceFault>> {
        let opened = self.open();
        if let Opening::History(_) = self.opening {
            // What comes while the history is fetched waits in the queue.
            self.look();
        }
        opened.map_err(|fault| self.fault(fault))
    }

    fn look(&mut self) -> Option<i64> {
        let Side { inbox, waker, feed, .. } = self;
        look(inbox, feed, waker, &mut Alone::Never)
    }

    fn look_awake(&mut self) -> Option<i64> {
        look(&self.inbox, &mut self.feed, Waker::noop(), &mut Alone::Never)
    }

    fn look_and_show(&mut self, last: i64, waker: Option<&Waker>) -> Seen {
        let Side { inbox, waker: own, feed, shown, .. } = self;
        let mut alone = if inbox.may_skip() && shown.is_none() { Alone::None } else { Alone::Never };
        let read = look(inbox, feed, waker.unwrap_or(own), &mut alone);
        let shown = match alone {
            Alone::Event(received) => self.show_event(received, last),
            Alone::None | Alone::First | Alone::Never => None,
        };
        let shown = shown.unwrap_or_else(|| self.show(last));
        Seen { read, shown, has_more: self.has_more(), retry_at: self.retry_at() }
    }

    fn look_for_one(&mut self, last: i64, waker: Option<&Waker>, read: &mut Option<i64>) -> Option<Shown> {
        let Side { inbox, waker: own, feed: Some(feed), shown: None, .. } = self else { return None };
        if !inbox.may_pause() {
            return None;
        }
        inbox.lane().listen();
        let mut alone = Alone::First;
        let close = feed.look(&mut Context::from_waker(waker.unwrap_or(own)), inbox, &mut alone);
        if close.is_some() {
            self.feed = None;
            shut(&self.inbox, close);
        }
        let Alone::Event(event) = alone else {
            *read = (!self.inbox.is_empty()).then(|| self.inbox.pushed());
            return Some(Shown::Nothing);
        };
        *read = Some(event.arrival);
        Some(self.show_event(event, last).unwrap_or(Shown::Nothing))
    }

    fn retry_at(&self) -> Option<Timestamp> {
        self.feed.as_ref().map_or_else(|| self.inbox.retry(), |feed| feed.retry_at())
    }

    fn show(&mut self, last: i64) -> Shown {
        if self.shown.is_some() {
            return Shown::Nothing;
        }
        while let Some(received) = self.inbox.pop() {
            let arrival = received.arrival;
            match received.item {
                Item::Event { event_time, value } => {
                    if let Some(shown) = self.show_event(Event { arrival, event_time, value }, last) {
                        return shown;
                    }
                }
                Item::Notice(notice) => {
                    match (&notice, &mut self.options.splice) {
                        (Notice::Reconnected { .. }, Some(splice)) => splice.reconnected(),
                        (Notice::Disconnected { .. }, _) => self.report.disconnects += 1,
                        _ => {}
                    }
                    return self.place(arrival, last, Entry::Notice(notice));
                }
                Item::End => {
                    self.ended = true;
                    return self.place(arrival, last, Entry::End);
                }
                Item::Fault(fault) => return Self::shown_fault(self.yielded, fault),
            }
        }
        Shown::Nothing
    }

    fn past_ended(&mut self, yielded: u64, last: Option<i64>) {
        self.on = true;
        self.yielded = yielded;
        self.last = last;
        self.report.last_past = last.map(Timestamp::from_nanos);
        if let Some(splice) = &mut self.options.splice {
            splice.past_ended(last);
            self.report.last_past_id = splice.last_id();
        }
    }

    fn waiting(&self) -> usize {
        let shown = matches!(self.shown, Some(Entry::Event { .. }));
        self.inbox.queue().events() + usize::from(shown)
    }

    fn is_drained(&self) -> bool {
        self.inbox.queue().is_empty()
    }

    fn has_more(&self) -> bool {
        !self.inbox.is_empty()
    }

    fn dropped(&self) -> u64 {
        self.inbox.queue().dropped()
    }

    fn has_ended(&self) -> bool {
        self.ended
    }

    fn is_on(&self) -> bool {
        self.on
    }

    fn yielded(&self) -> u64 {
        self.yielded
    }

    fn hang_up(&mut self) {
        self.feed = None;
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    fn report(&self, stream: &str) -> StreamReport {
        let mut report = self.report.clone();
        report.stream = stream.to_owned();
        report.dropped = self.dropped();
        report
    }
}

impl<T> Drop for Side<T> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
