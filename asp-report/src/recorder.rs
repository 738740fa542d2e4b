//! Gathers what the report of a run shows, while it runs.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use asp_core::{Class, Dispatch, Event, Outcome, Payload, Place, RunGraph, Runner, Stream, Timestamp};
use serde::Serialize;

use crate::data::{LastCall, LastEvent, Parameter, RunData, VERSION};
use crate::numbers::Numbers;
use crate::rates::Counter;
use crate::sample::{Sampler, Series};

/// How many of the last calls are kept, and of the last events of all streams together.
const LAST: usize = 50;

/// How many of the last events of a stream are kept at least.
const LEAST: usize = 5;

/// How much of a payload is shown, in bytes.
const LONGEST: usize = 300;

/// The most series that a report has.
const MOST_SERIES: usize = 32;

/// What the report of a run is to show.
///
/// ```
/// use asp_report::Recorder;
/// use asp_core::{Runner, Stream, timestamps};
///
/// const PRICES: Stream<f64> = Stream::new("prices");
/// let prices = timestamps("2025-01-01".parse()?, "1s".parse()?).zip([20.5, 20.7, 20.6]);
/// let runner = Runner::new().feed(PRICES, prices);
///
/// let recorder = Recorder::new().title("prices").parameter("window", "1h").chart(PRICES);
/// let (runner, recorder) = recorder.attach(runner);
/// let data = recorder.finish(&runner.run()?);
/// assert_eq!(data.series[0].values, [20.5, 20.7, 20.6]);
/// assert_eq!(data.last_events[2].payload, "20.6");
/// assert!(data.to_html().starts_with("<!doctype html>"));
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Default)]
#[must_use = "a recorder sees a run that it is attached to"]
pub struct Recorder {
    title: Option<String>,
    parameters: Vec<Parameter>,
    graph: Option<RunGraph>,
    charts: Vec<(String, Attach)>,
}

type Attach = Box<dyn FnOnce(Runner, usize, Arc<Mutex<State>>) -> Runner + Send>;

impl Recorder {
    /// A recorder that charts no stream; the figures of the run it has anyway.
    ///
    /// ```
    /// use asp_core::Runner;
    ///
    /// let (runner, recorder) = asp_report::Recorder::new().attach(Runner::new());
    /// assert_eq!(recorder.finish(&runner.run()?).title, "A run");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn new() -> Self {
        Recorder::default()
    }

    /// What the run is called.
    ///
    /// ```
    /// let recorder = asp_report::Recorder::new().title("momentum, two weeks");
    /// # drop(recorder);
    /// ```
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Something that the run was made with.
    ///
    /// ```
    /// let recorder = asp_report::Recorder::new().parameter("threshold", 6.0).parameter("data", "2025.csv");
    /// # drop(recorder);
    /// ```
    pub fn parameter(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.parameters.push(Parameter { name: name.into(), value: value.to_string() });
        self
    }

    /// The graph to be shown, if it is another than [`Runner::graph`] tells: with the origins of the streams, say.
    ///
    /// ```
    /// let recorder = asp_report::Recorder::new().graph(asp_core::Runner::new().graph());
    /// # drop(recorder);
    /// ```
    pub fn graph(mut self, graph: RunGraph) -> Self {
        self.graph = Some(graph);
        self
    }

    /// Charts the numbers of a stream, each field that has some for itself, and shows its last events.
    ///
    /// ```
    /// use asp_core::Stream;
    ///
    /// const PRICES: Stream<f64> = Stream::new("prices");
    /// let recorder = asp_report::Recorder::new().chart(PRICES);
    /// # drop(recorder);
    /// ```
    pub fn chart<T: Payload + Serialize>(mut self, stream: Stream<T>) -> Self {
        let name = stream.name().to_owned();
        if self.charts.iter().all(|(other, _)| *other != name) {
            let attach = |runner: Runner, chart: usize, state: Arc<Mutex<State>>| {
                runner.sink(stream, move |event: &Event<T>| lock(&state).see(chart, event))
            };
            self.charts.push((name, Box::new(attach)));
        }
        self
    }

    /// Has the runner tell what the report needs. Such a run is slower: each of its dispatches is looked at.
    ///
    /// The docs of [`Recorder`] have an example.
    pub fn attach(self, runner: Runner) -> (Runner, Watching) {
        let Recorder { title, parameters, graph, charts } = self;
        // The sinks of the report are no part of it.
        let graph = graph.unwrap_or_else(|| runner.graph());
        let names = charts.iter().map(|(name, _)| name.clone());
        let state = Arc::new(Mutex::new(State::new(names)));
        let watch = Arc::clone(&state);
        let mut runner = runner.time_handlers().observe(move |dispatch| lock(&watch).watch(dispatch));
        for (chart, (_, attach)) in charts.into_iter().enumerate() {
            runner = attach(runner, chart, Arc::clone(&state));
        }
        let title = title.unwrap_or_else(|| "A run".to_owned());
        (runner, Watching { title, parameters, graph, state })
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let charts: Vec<&str> = self.charts.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Recorder")
            .field("title", &self.title)
            .field("charts", &charts)
            .finish_non_exhaustive()
    }
}

/// A recorder that sees a run.
///
/// The docs of [`Recorder`] have an example.
#[must_use = "what was seen is told by `finish`"]
pub struct Watching {
    title: String,
    parameters: Vec<Parameter>,
    graph: RunGraph,
    state: Arc<Mutex<State>>,
}

impl Watching {
    /// What was seen of a run that has ended.
    ///
    /// Of one that failed there is an outcome in [`Error::into_outcome`](asp_core::Error::into_outcome); what it failed
    /// of belongs into [`RunData::error`].
    ///
    /// ```
    /// use asp_core::Runner;
    ///
    /// let (runner, recorder) = asp_report::Recorder::new().attach(Runner::new());
    /// assert_eq!(recorder.finish(&runner.run()?).report.dispatched.total(), 0);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn finish(self, outcome: &Outcome) -> RunData {
        let state = lock(&self.state);
        let report = outcome.report().clone();
        let start = report.start.as_nanos();
        let (series, cut) = state.series(start);
        RunData {
            version: VERSION,
            title: self.title,
            error: None,
            seconds: state.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64()),
            parameters: self.parameters,
            rates: state.counter.rates(),
            behind: state.behind.series("behind", "", start),
            series,
            cut,
            graph: self.graph.to_svg(),
            last_events: state.last_events(),
            last_calls: state.calls.iter().cloned().collect(),
            report,
        }
    }
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watching").field("title", &self.title).finish_non_exhaustive()
    }
}

/// A strategy that panics does so beside the lock.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was seen so far.
struct State {
    begun: Option<Instant>,
    counter: Counter,
    seen: Vec<Seen>,
    charts: Vec<Chart>,
    behind: Sampler,
    calls: VecDeque<LastCall>,
}

/// A stream that handlers read.
struct Seen {
    /// Its sink counts its events.
    is_charted: bool,
    /// The place of its latest event, which several handlers may read.
    last: Option<Place>,
}

/// A stream that is charted.
struct Chart {
    stream: String,
    numbers: Numbers,
    latest: Timestamp,
    events: VecDeque<Kept>,
}

/// One of the last events; its buffer is used again.
struct Kept {
    time: Timestamp,
    payload: Vec<u8>,
}

impl State {
    fn new(charts: impl Iterator<Item = String>) -> Self {
        State {
            begun: None,
            counter: Counter::new(),
            seen: Vec::new(),
            charts: charts
                .map(|stream| Chart {
                    stream,
                    numbers: Numbers::new(),
                    latest: Timestamp::MIN,
                    events: VecDeque::new(),
                })
                .collect(),
            behind: Sampler::new(),
            calls: VecDeque::new(),
        }
    }

    fn watch(&mut self, dispatch: &Dispatch<'_>) {
        if self.begun.is_none() {
            self.begun = Some(Instant::now());
        }
        if let (Class::Event, Some(stream)) = (dispatch.place.class, dispatch.stream) {
            self.count(stream, dispatch.place);
        }
        if let Some(behind) = dispatch.behind {
            self.behind.push(dispatch.now.as_nanos(), behind.as_nanos() as f64 / 1e9);
        }
        let mut call = if self.calls.len() < LAST {
            LastCall::default()
        } else {
            self.calls.pop_front().unwrap_or_default()
        };
        call.time = dispatch.now;
        dispatch.strategy.clone_into(&mut call.strategy);
        dispatch.handler.clone_into(&mut call.handler);
        match (dispatch.stream, &mut call.stream) {
            (Some(stream), Some(kept)) => stream.clone_into(kept),
            (stream, kept) => *kept = stream.map(str::to_owned),
        }
        self.calls.push_back(call);
    }

    fn count(&mut self, stream: &str, place: Place) {
        let number = self.counter.stream(stream);
        if number >= self.seen.len() {
            let charts = &self.charts;
            self.seen.resize_with(number + 1, || Seen {
                is_charted: charts.iter().any(|chart| chart.stream == stream),
                last: None,
            });
        }
        let seen = &mut self.seen[number];
        if !seen.is_charted && seen.last.is_none_or(|last| last < place) {
            seen.last = Some(place);
            self.counter.count(number, place.time);
        }
    }

    fn see<T: Serialize>(&mut self, chart: usize, event: &Event<T>) {
        let most = (LAST / self.charts.len()).max(LEAST);
        let Chart { stream, numbers, latest, events } = &mut self.charts[chart];
        // Live events may be late by their own time; a chart goes on with those it has.
        *latest = event.time.max(*latest);
        numbers.take(latest.as_nanos(), &event.value);
        let number = self.counter.stream(stream);
        self.counter.count(number, *latest);
        let oldest = if events.len() >= most { events.pop_front() } else { None };
        let mut kept = oldest.unwrap_or_else(|| Kept { time: event.time, payload: Vec::new() });
        kept.time = event.time;
        kept.payload.clear();
        // What does not fit is cut off, what cannot be serialized is not shown.
        let _ = serde_json::to_writer(Short(&mut kept.payload), &event.value);
        events.push_back(kept);
    }

    /// The last events of all streams that are charted, by their times.
    fn last_events(&self) -> Vec<LastEvent> {
        let of =
            |chart: &Chart| chart.events.iter().map(|kept| kept.event(&chart.stream)).collect::<Vec<_>>();
        let mut events: Vec<LastEvent> = self.charts.iter().flat_map(of).collect();
        events.sort_by_key(|event| event.time);
        events
    }

    /// The series, and the streams of which some are missing.
    fn series(&self, start: i64) -> (Vec<Series>, Vec<String>) {
        let (mut series, mut cut) = (Vec::new(), Vec::new());
        for Chart { stream, numbers, .. } in &self.charts {
            let mut more = numbers.series(stream, start);
            let room = MOST_SERIES - series.len();
            if numbers.is_cut() || more.len() > room {
                cut.push(stream.clone());
            }
            more.truncate(room);
            series.append(&mut more);
        }
        (series, cut)
    }
}

impl Kept {
    fn event(&self, stream: &str) -> LastEvent {
        let text = String::from_utf8_lossy(&self.payload);
        // What was cut inside a letter ends before it.
        let mut payload = text.trim_end_matches(char::REPLACEMENT_CHARACTER).to_owned();
        if self.payload.len() == LONGEST {
            payload.push('…');
        }
        LastEvent { time: self.time, stream: stream.to_owned(), payload }
    }
}

/// Writes as much as fits.
struct Short<'a>(&'a mut Vec<u8>);

impl Write for Short<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = LONGEST - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        // Nothing written says that there is no room: then the rest is not even serialized.
        Ok(bytes.len().min(room))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
