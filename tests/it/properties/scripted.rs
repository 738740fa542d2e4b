//! A scenario in the real engine: one strategy type, wired by hand, whose behaviour is data.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use asp::{
    CallKey, Class, Context, Duration, EmissionKey, ErrorKind, Event, Every, Fuse, HandlerResult, Inputs,
    OnError, Outcome, Outlet, PastSchedule, Place, Reason, Report, Runner, Slot, Source, StopReason,
    Strategy, Stream, TimerKey, Timestamp, Wiring,
};

use asp::testing::TestRun;

use super::scenario::{Feed, Op, Part, Plan, STREAMS, Scenario, Timer, Trigger, fed_value, made_value};
use super::trace::{Call, Figures, METHODS, STREAM_NAMES, Seen, Trace, Verdict, strategy_name, stream_name};

thread_local! {
    /// What the next strategies are to wire: `Strategy::wire` sees no instance.
    static PLANS: RefCell<VecDeque<(Arc<Plan>, i64)>> = const { RefCell::new(VecDeque::new()) };
}

type Log = Arc<Mutex<Vec<Call>>>;

struct Scripted {
    plan: Arc<Plan>,
    unit: i64,
    number: usize,
    log: Log,
    calls: usize,
    made: usize,
    keys: Vec<CallKey>,
    timers: Vec<TimerKey>,
    emissions: Vec<EmissionKey>,
}

struct ScriptedCall {
    method: usize,
    value: u32,
    class: Class,
}

struct ScriptedCalls<Q>(Q);

const TICKS: [fn() -> ScriptedCall; 8] =
    [tick::<0>, tick::<1>, tick::<2>, tick::<3>, tick::<4>, tick::<5>, tick::<6>, tick::<7>];
const SHOTS: [fn() -> ScriptedCall; 8] =
    [shot::<0>, shot::<1>, shot::<2>, shot::<3>, shot::<4>, shot::<5>, shot::<6>, shot::<7>];

fn tick<const METHOD: usize>() -> ScriptedCall {
    ScriptedCall { method: METHOD, value: 0, class: Class::Tick }
}

fn shot<const METHOD: usize>() -> ScriptedCall {
    ScriptedCall { method: METHOD, value: 0, class: Class::Call }
}

fn stream(number: usize) -> Stream<u32> {
    Stream::new(STREAM_NAMES[number])
}

impl Scripted {
    fn handle(&mut self, cx: &Context<Self>, class: Class, method: usize, value: u32) -> HandlerResult {
        let (now, due, event_time) = (cx.now(), cx.due(), cx.event_time());
        let ops = self.plan.script.get(self.calls).cloned().unwrap_or_default();
        self.calls += 1;
        let (mut answers, mut failed) = (Vec::new(), false);
        for op in &ops {
            failed |= matches!(op, Op::Fail);
            answers.extend(self.apply(cx, op));
        }
        assert_eq!((now, due, event_time), (cx.now(), cx.due(), cx.event_time()), "time stands still (S2)");
        let [now, due, event_time] = [now, due, event_time].map(|time| time.as_nanos() / self.unit);
        let call = Call { strategy: self.number, method, class, value, now, due, event_time, answers };
        self.log.lock().unwrap().push(call);
        if failed { Err("as scripted".into()) } else { Ok(()) }
    }

    fn apply(&mut self, cx: &Context<Self>, op: &Op) -> Option<bool> {
        let unit = self.unit;
        let time = |time: i64| Timestamp::from_nanos(time * unit);
        match *op {
            Op::After { delay, row } => {
                let call = self.make(row);
                self.keys.push(cx.after(Duration::from_nanos(delay * self.unit)).0.put(call));
            }
            Op::At { time: at, row } => {
                let at = time(at);
                let call = self.make(row);
                self.keys.push(cx.at(at).0.put(call));
            }
            Op::TryAt { time: at, row } => match cx.try_at(time(at)) {
                Ok(slot) => {
                    let call = self.make(row);
                    self.keys.push(slot.0.put(call));
                    return Some(true);
                }
                Err(in_past) => {
                    assert_eq!((in_past.requested, in_past.now), (time(at), cx.now()));
                    return Some(false);
                }
            },
            Op::Emit { outlet } if !self.plan.emits.is_empty() => {
                let (stream, value) = self.publish(outlet);
                cx.emit(stream, value);
            }
            Op::EmitAfter { outlet, delay } if !self.plan.emits.is_empty() => {
                let (stream, value) = self.publish(outlet);
                self.emissions.push(cx.emit_after(Duration::from_nanos(delay * self.unit), stream, value));
            }
            Op::EmitAt { outlet, time: at } if !self.plan.emits.is_empty() => {
                let (stream, value) = self.publish(outlet);
                self.emissions.push(cx.emit_at(time(at), stream, value));
            }
            Op::CancelEmission { key } if !self.emissions.is_empty() => {
                return Some(cx.cancel(self.emissions[key % self.emissions.len()]));
            }
            Op::Cancel { key } if !self.keys.is_empty() => {
                return Some(cx.cancel(self.keys[key % self.keys.len()]));
            }
            Op::Reschedule { key, time: at } if !self.keys.is_empty() => {
                return Some(cx.reschedule(self.keys[key % self.keys.len()], time(at)));
            }
            Op::Every { row, ref timer } => {
                let make = TICKS[self.plan.named(row)];
                self.timers.push(cx.every(every(timer, self.unit)).0.put_with(make));
            }
            Op::CancelTimer { key } if !self.timers.is_empty() => {
                return Some(cx.cancel(self.timers[key % self.timers.len()]));
            }
            Op::Stop => cx.stop(),
            _ => {}
        }
        None
    }

    fn publish(&mut self, outlet: usize) -> (Stream<u32>, u32) {
        self.made += 1;
        let number = self.plan.emits[outlet % self.plan.emits.len()];
        (stream(number), made_value(self.number, self.made))
    }

    fn make(&mut self, row: usize) -> ScriptedCall {
        self.made += 1;
        let value = made_value(self.number, self.made);
        ScriptedCall { method: self.plan.named(row), value, class: Class::Call }
    }
}

fn every(timer: &Timer, unit: i64) -> Every {
    let time = |time: i64| Timestamp::from_nanos(time * unit);
    let mut every = Every::new(Duration::from_nanos(timer.step * unit));
    every = if timer.immediate { every.immediate() } else { every };
    every = if timer.aligned { every.aligned() } else { every };
    every = timer.from.map_or(every.clone(), |from| every.from(time(from)));
    every = timer.until.map_or(every.clone(), |until| every.until(time(until)));
    timer.times.map_or(every.clone(), |times| every.times(times))
}

impl Strategy for Scripted {
    const NAME: &'static str = "Scripted";
    type Call = ScriptedCall;
    type Calls<Q: Slot<ScriptedCall>> = ScriptedCalls<Q>;
    type Emits = Outlet<u32>;

    fn wire(wiring: &mut Wiring<Self>) {
        let (plan, unit) = PLANS.with_borrow_mut(VecDeque::pop_front).expect("a plan for each strategy");
        for &emitted in &plan.emits {
            wiring.emits(stream(emitted));
        }
        for (row, trigger) in plan.rows.iter().map(|row| &row.trigger).enumerate() {
            let method = plan.method(row);
            let name = METHODS[method];
            let hook =
                move |class| move |this: &mut Self, cx: &Context<Self>| this.handle(cx, class, method, 0);
            match *trigger {
                Trigger::OnEvent { stream: read, by_reference: false } => {
                    wiring.on_event(stream(read), name, move |this, cx, value| {
                        this.handle(cx, Class::Event, method, value)
                    })
                }
                Trigger::OnEvent { stream: read, by_reference: true } => {
                    wiring.on_event_ref(stream(read), name, move |this, cx, &value| {
                        this.handle(cx, Class::Event, method, value)
                    });
                }
                Trigger::Deferred => wiring.deferred(name),
                Trigger::OnEvery { step, immediate, aligned } => {
                    let timer = Timer { step, immediate, aligned, from: None, until: None, times: None };
                    wiring.every(name, every(&timer, unit), TICKS[method]);
                }
                Trigger::OnAfter { delay } => {
                    wiring.after(name, Duration::from_nanos(delay * unit), SHOTS[method]);
                }
                Trigger::OnStart => wiring.on_start(name, hook(Class::Start)),
                Trigger::OnSettled => wiring.on_settled(name, hook(Class::Settled)),
                Trigger::OnEnd { stream: read } => wiring.on_end(stream(read), name, hook(Class::Call)),
                Trigger::OnStop => wiring.on_stop(name, hook(Class::Stop)),
            }
        }
    }

    fn calls<Q: Slot<ScriptedCall>>(slot: Q) -> ScriptedCalls<Q> {
        ScriptedCalls(slot)
    }

    fn call(&mut self, cx: &Context<Self>, call: ScriptedCall) -> HandlerResult {
        self.handle(cx, call.class, call.method, call.value)
    }

    fn call_name(call: &ScriptedCall) -> &'static str {
        METHODS[call.method]
    }
}

impl Fuse for Scripted {
    fn receiver(method: &str) -> Option<u32> {
        METHODS.iter().zip(0..).find(|(name, _)| **name == method).map(|(_, number)| number)
    }

    fn inputs(inputs: &mut impl Inputs) {
        METHODS.iter().for_each(|method| inputs.input(stream(0), method));
    }

    fn receive<T: 'static>(&mut self, cx: &Context<Self>, method: u32, value: T) -> HandlerResult {
        self.accept(cx, value, |this, cx, value| this.handle(cx, Class::Event, method as usize, value))
    }
}

/// How the engine is to run a scenario: unobserved it takes its fast path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Path {
    Fast,
    /// The same, and strategies that emit to each other as chains.
    Fused,
    Watched,
    /// Observed, one item after the other.
    Stepped,
}

impl Path {
    /// True if somebody sees each dispatch.
    pub(crate) fn is_watched(self) -> bool {
        matches!(self, Path::Watched | Path::Stepped)
    }
}

/// Runs to the end, item by item. Each was announced as the next one before.
fn step_through(runner: Runner) -> asp::Result<Outcome> {
    let mut run = TestRun::new(runner)?;
    run.end_all();
    loop {
        let next = run.pending().first().map(|item| item.place);
        let Some(item) = run.step()? else { return run.finish() };
        assert_eq!(Some(item.place), next, "what is dispatched was the first thing pending");
    }
}

/// Runs the scenario in the engine.
pub(crate) fn run(scenario: &Scenario, path: Path) -> Trace {
    let (log, places) = (Log::default(), Arc::new(Mutex::new(Vec::new())));
    PLANS.set(scenario.strategies.iter().map(|plan| (Arc::new(plan.clone()), scenario.unit)).collect());
    let mut runner = build(scenario, &log);
    if path == Path::Fused {
        runner = runner.fuse::<(Scripted, Scripted, Scripted, Scripted)>();
    }
    let watched = path.is_watched();
    for number in (0..STREAMS).filter(|&number| watched || !scenario.is_read(number)) {
        if scenario.is_fed(number) || scenario.is_emitted(number) {
            runner = runner.collect(stream(number));
        }
    }
    if watched {
        let (places, unit) = (Arc::clone(&places), scenario.unit);
        let mut last: Option<(Place, Option<String>)> = None;
        runner = runner.observe(move |dispatch| {
            let item = (dispatch.place, dispatch.stream.map(str::to_owned));
            let is_next = match &last {
                None => true,
                // Only the readers of one event, and the hooks of one strategy, share a place.
                Some(last) if last.0 == item.0 => {
                    *last == item && !matches!(item.0.class, Class::Call | Class::Tick)
                }
                Some(last) => last.0 < item.0,
            };
            assert!(is_next, "places increase strictly from item to item (S7): {item:?} after {last:?}");
            last = Some(item);
            places.lock().unwrap().push(Seen {
                time: dispatch.place.time.as_nanos() / unit,
                round: (dispatch.place.class != Class::Stop).then_some(dispatch.place.round),
                class: dispatch.place.class,
                strategy: dispatch.strategy.to_owned(),
                method: dispatch.handler.to_owned(),
                stream: dispatch.stream.map(str::to_owned),
            });
        });
    }
    let mut also = 0;
    let (outcome, verdict) = match if path == Path::Stepped { step_through(runner) } else { runner.run() } {
        Ok(outcome) if outcome.report().reason == StopReason::Requested => (outcome, Verdict::Requested),
        Ok(outcome) => (outcome, Verdict::Finished),
        Err(error) => {
            let verdict = verdict(scenario, error.kind());
            also = error.also().len();
            (error.into_outcome().expect("the run had begun"), verdict)
        }
    };
    let calls = std::mem::take(&mut *log.lock().unwrap());
    let places = std::mem::take(&mut *places.lock().unwrap());
    let mut trace = finished(scenario, outcome, verdict, calls, places);
    trace.figures.also = also;
    trace
}

fn build(scenario: &Scenario, log: &Log) -> Runner {
    let time = |time: i64| Timestamp::from_nanos(time * scenario.unit);
    let mut runner = Runner::new();
    if let Some(start) = scenario.start {
        runner = runner.start(time(start));
    }
    if let Some(end) = scenario.end {
        runner = runner.end(time(end));
    }
    if scenario.continues_on_error {
        runner = runner.on_error(OnError::Continue);
    }
    if scenario.past_is_error {
        runner = runner.past_schedule(PastSchedule::Error);
    }
    let first = scenario.added_first.min(scenario.strategies.len());
    for number in 0..first {
        runner = runner.add_as(strategy_name(number), scripted(scenario, number, log));
    }
    for feed in &scenario.feeds {
        runner = runner.feed(stream(feed.stream), source(feed, scenario.unit));
    }
    for number in first..scenario.strategies.len() {
        runner = runner.add_as(strategy_name(number), scripted(scenario, number, log));
    }
    for number in 0..STREAMS {
        if scenario.is_read(number) && !scenario.is_fed(number) && !scenario.is_emitted(number) {
            runner = runner.opens(stream(number));
        }
    }
    runner
}

fn scripted(scenario: &Scenario, number: usize, log: &Log) -> Scripted {
    Scripted {
        plan: Arc::new(scenario.strategies[number].clone()),
        unit: scenario.unit,
        number,
        log: Arc::clone(log),
        calls: 0,
        made: 0,
        keys: Vec::new(),
        timers: Vec::new(),
        emissions: Vec::new(),
    }
}

fn source(feed: &Feed, unit: i64) -> Source<u32> {
    let part = |(position, part): (usize, &Part)| {
        let items = part.times.iter().enumerate();
        let items: Vec<_> = items
            .map(|(k, &time)| (Timestamp::from_nanos(time * unit), fed_value(feed.stream, position, k)))
            .collect();
        let source = if part.shared && !part.fails {
            Source::shared(items.into())
        } else {
            let failure = part.fails.then_some(Err("as scripted".to_owned()));
            Source::past(items.into_iter().map(Ok).chain(failure))
        };
        let source = match part.reorder {
            Some(window) => source.reorder(Duration::from_nanos(window * unit)),
            None => source,
        };
        match part.read_ahead {
            Some(events) => source.read_ahead(events),
            None => source,
        }
    };
    let mut parts: Vec<_> = feed.parts.iter().enumerate().map(part).collect();
    let source = if parts.len() == 1 { parts.remove(0) } else { Source::merge(parts) };
    match feed.read_ahead {
        Some(events) => source.read_ahead(events),
        None => source,
    }
}

fn verdict(scenario: &Scenario, kind: &ErrorKind) -> Verdict {
    let unit = |time: Timestamp| time.as_nanos() / scenario.unit;
    match kind {
        ErrorKind::NoEnd => Verdict::NoEnd,
        ErrorKind::Unordered { stream, position, index, previous, found } => Verdict::Unordered {
            stream: stream.clone(),
            position: *position,
            index: *index,
            previous: unit(*previous),
            found: unit(*found),
        },
        ErrorKind::Source { stream, position, index, error } => {
            assert_eq!(error.to_string(), "as scripted");
            Verdict::Source { stream: stream.clone(), position: *position, index: *index }
        }
        ErrorKind::Handler(failure) => {
            assert!(matches!(&failure.reason, Reason::Error(error) if error.to_string() == "as scripted"));
            let number = (0..STREAMS).find(|&number| failure.stream.as_ref() == Some(&stream_name(number)));
            Verdict::Handler {
                strategy: failure.strategy.clone(),
                method: failure.method.clone(),
                class: failure.class,
                stream: failure.stream.clone(),
                index: failure.index.filter(|_| number.is_some_and(|number| scenario.keeps_index(number))),
                now: unit(failure.now),
            }
        }
        ErrorKind::Refused { strategy, method, .. } => {
            Verdict::Refused { strategy: strategy.clone(), method: method.clone() }
        }
        other => panic!("no scenario can end like this: {other}"),
    }
}

fn finished(
    scenario: &Scenario,
    mut outcome: Outcome,
    verdict: Verdict,
    calls: Vec<Call>,
    places: Vec<Seen>,
) -> Trace {
    let unit = |time: Timestamp| time.as_nanos() / scenario.unit;
    let collected = (0..STREAMS)
        .map(|number| {
            let events = outcome.collected(stream(number)).unwrap_or_default();
            events.into_iter().map(|Event { time, value }| (unit(time), value)).collect()
        })
        .collect();
    let Report { start, now, skipped, clamped, pending, errors, dispatched, fused, .. } = *outcome.report();
    let figures = Figures {
        start: unit(start),
        now: unit(now),
        skipped,
        clamped,
        pending,
        errors,
        also: 0,
        dispatched: [
            dispatched.starts,
            dispatched.events,
            dispatched.calls,
            dispatched.ticks,
            dispatched.settled,
            dispatched.stops,
        ],
    };
    assert_eq!(outcome.take_all::<Scripted>().len(), scenario.strategies.len(), "strategies are handed back");
    Trace { fused, calls, verdict, figures, collected, places }
}
