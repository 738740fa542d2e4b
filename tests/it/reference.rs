//! The reference scheduler of the rules' section M, in full: naive on purpose, it sorts everything at each step.
//!
//! It is written from the rules and shares nothing with the engine but the scenario it runs.

use std::collections::BTreeSet;

use asp::Class;

use crate::properties::scenario::{Op, STREAMS, Scenario, Timer, Trigger, made_value};
use crate::properties::trace::{Call, Figures, METHODS, Seen, Trace, Verdict, strategy_name, stream_name};

mod feeds;
mod grid;

use feeds::{Fault, Fed};
use grid::Grid;

/// Rule S7: time, round, class, declaration, then what orders within that.
type Key = (i64, u32, Class, u64, u64, u64);

#[derive(Clone, Debug)]
struct Item {
    key: Key,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Fed { stream: usize, value: u32, index: u64, then: Then },
    Emitted { stream: usize, value: u32, id: u64 },
    Call { id: usize, strategy: usize, method: usize, value: u32, due: i64 },
    End { strategy: usize, method: usize },
    Tick { timer: usize, strategy: usize, method: usize, grid: Grid },
}

/// What is known of a source once an event was dispatched.
#[derive(Clone, Debug)]
enum Then {
    More,
    End,
    Fault(Fault),
}

/// What a strategy keeps, as its twin in the engine does.
#[derive(Clone, Debug, Default)]
struct Own {
    calls: usize,
    made: usize,
    keys: Vec<usize>,
    timers: Vec<usize>,
    emissions: Vec<u64>,
    started: bool,
}

struct Reference<'a> {
    scenario: &'a Scenario,
    todo: Vec<Item>,
    own: Vec<Own>,
    now: i64,
    round: u32,
    /// The round that joins what is scheduled for now: the next one, but the first while `on_start` runs (S36).
    joins: u32,
    sequence: u64,
    unsettled: BTreeSet<usize>,
    emissions: [u64; STREAMS],
    trace: Trace,
    over: Option<Verdict>,
}

/// Runs the scenario by the rules.
pub(crate) fn reference(scenario: &Scenario) -> Trace {
    let trace = Trace {
        fused: 0,
        calls: Vec::new(),
        verdict: Verdict::Finished,
        figures: Figures::default(),
        collected: vec![Vec::new(); STREAMS],
        places: Vec::new(),
    };
    let mut run = Reference {
        scenario,
        todo: Vec::new(),
        own: vec![Own::default(); scenario.strategies.len()],
        now: 0,
        round: 0,
        joins: 0,
        sequence: 0,
        unsettled: BTreeSet::new(),
        emissions: [0; STREAMS],
        trace,
        over: None,
    };
    run.open();
    run.go();
    run.close();
    run.trace
}

impl Reference<'_> {
    /// S15, S17, S18, S25, S36, S54, S55.
    fn open(&mut self) {
        let mut fed: Vec<(usize, Fed)> =
            self.scenario.feeds.iter().map(|feed| (feed.stream, feeds::fed(feed))).collect();
        let first = fed.iter().filter_map(|(_, fed)| fed.events.first()).map(|event| event.time).min();
        let end = self.scenario.end.unwrap_or(i64::MAX);
        let start = self.scenario.start.unwrap_or(first.unwrap_or(0).min(end));
        (self.now, self.trace.figures.start) = (start, start);
        for (_, fed) in &mut fed {
            let all = fed.events.len();
            fed.events.retain(|event| event.time >= start);
            self.trace.figures.skipped += (all - fed.events.len()) as u64;
        }
        let ranks = self.declared();
        fed.sort_by_key(|(stream, _)| ranks.iter().position(|declared| declared == stream));
        for (stream, fed) in &fed {
            if let (true, Some(fault)) = (fed.events.is_empty(), &fed.fault) {
                self.over.get_or_insert(fault.verdict(*stream));
            }
        }
        if self.over.is_some() {
            return;
        }
        for (rank, (stream, fed)) in fed.iter().enumerate() {
            for (k, event) in fed.events.iter().enumerate() {
                let then = match &fed.fault {
                    _ if k + 1 < fed.events.len() => Then::More,
                    Some(fault) => Then::Fault(fault.clone()),
                    None => Then::End,
                };
                let key = (event.time, 0, Class::Event, rank as u64, k as u64, 0);
                let what = What::Fed { stream: *stream, value: event.value, index: event.index, then };
                self.todo.push(Item { key, what });
            }
        }
        self.start_all();
        if self.over.is_some() {
            return;
        }
        self.joins = 1;
        for (stream, _) in fed.iter().filter(|(_, fed)| fed.events.is_empty()) {
            self.end_of(*stream);
        }
        let is_idle = self.todo.iter().all(|item| item.is_unbounded_tick());
        if self.scenario.end.is_none() && self.scenario.feeds.is_empty() && is_idle && !self.todo.is_empty() {
            self.over = Some(Verdict::NoEnd);
        }
    }

    fn start_all(&mut self) {
        for strategy in 0..self.own.len() {
            let plan = &self.scenario.strategies[strategy];
            for (row, trigger) in plan.rows.iter().map(|row| &row.trigger).enumerate() {
                if let &Trigger::OnEvery { step, immediate, aligned } = trigger {
                    let timer = Timer { step, immediate, aligned, from: None, until: None, times: None };
                    self.set_timer(strategy, plan.method(row), &timer);
                }
            }
            for (row, trigger) in plan.rows.iter().map(|row| &row.trigger).enumerate() {
                if let &Trigger::OnAfter { delay } = trigger {
                    self.schedule(strategy, plan.method(row), 0, self.now + delay);
                }
            }
            self.own[strategy].started = true;
            self.hooks(strategy, Class::Start, |trigger| matches!(trigger, Trigger::OnStart));
            if self.over.is_some() {
                return;
            }
        }
    }

    /// The loop of section M.
    fn go(&mut self) {
        let mut last = None;
        while self.over.is_none() {
            self.todo.sort_by_key(|item| item.key);
            let head = self.todo.first();
            let is_settled = head.is_none_or(|head| head.key.0 > self.now);
            if is_settled && let Some(strategy) = self.unsettled.pop_first() {
                self.joins = self.round + 1;
                self.hooks(strategy, Class::Settled, |trigger| matches!(trigger, Trigger::OnSettled));
                continue;
            }
            let Some(head) = head else { break };
            let is_idle = is_settled && self.todo.iter().all(Item::is_unbounded_tick);
            if self.scenario.end.map_or(is_idle, |end| head.key.0 >= end) {
                break;
            }
            let Item { key, what } = self.todo.remove(0);
            assert!(last.is_none_or(|last| last < key), "keys increase (S7)");
            last = Some(key);
            (self.now, self.round, self.joins) = (key.0, key.1, key.1 + 1);
            self.dispatch(key, what);
        }
    }

    fn dispatch(&mut self, key: Key, what: What) {
        match what {
            What::Fed { stream, value, index, then } => {
                self.deliver(stream, value, index);
                match then {
                    _ if self.over.is_some() => {}
                    Then::More => {}
                    Then::End => self.end_of(stream),
                    Then::Fault(fault) => self.over = Some(fault.verdict(stream)),
                }
            }
            What::Emitted { stream, value, .. } => {
                self.emissions[stream] += 1;
                self.deliver(stream, value, self.emissions[stream] - 1);
            }
            What::Call { strategy, method, value, due, .. } => {
                self.call(strategy, method, Class::Call, value, due, None);
            }
            What::End { strategy, method } => {
                self.call(strategy, method, Class::Call, 0, self.now, None);
            }
            What::Tick { timer, strategy, method, mut grid } => {
                grid.advance();
                if let Some(next) = grid.next() {
                    let key = (next, 0, Class::Tick, key.3, key.4, key.5);
                    self.todo.push(Item { key, what: What::Tick { timer, strategy, method, grid } });
                }
                self.call(strategy, method, Class::Tick, 0, self.now, None);
            }
        }
    }

    /// All readers, one after the other, then the sinks (S8).
    fn deliver(&mut self, stream: usize, value: u32, index: u64) {
        for strategy in 0..self.own.len() {
            let plan = &self.scenario.strategies[strategy];
            let reads = |trigger: &Trigger| matches!(trigger, Trigger::OnEvent { stream: read, .. } if *read == stream);
            for method in plan.rows_where(reads) {
                if !plan.rows_where(|trigger| matches!(trigger, Trigger::OnSettled)).is_empty() {
                    self.unsettled.insert(strategy);
                }
                self.call(strategy, method, Class::Event, value, self.now, Some((stream, index)));
                if self.over.is_some() {
                    return;
                }
            }
        }
        self.trace.collected[stream].push((self.now, value));
    }

    /// S54: the hooks for the end of a stream, unless it may still be emitted on.
    fn end_of(&mut self, stream: usize) {
        if self.scenario.is_emitted(stream) {
            return;
        }
        for strategy in 0..self.own.len() {
            let ends =
                |trigger: &Trigger| matches!(trigger, Trigger::OnEnd { stream: read } if *read == stream);
            for method in self.scenario.strategies[strategy].rows_where(ends) {
                self.sequence += 1;
                let key = (self.now, self.joins, Class::Call, self.sequence, 0, 0);
                self.todo.push(Item { key, what: What::End { strategy, method } });
            }
        }
    }

    fn hooks(&mut self, strategy: usize, class: Class, is: fn(&Trigger) -> bool) {
        for method in self.scenario.strategies[strategy].rows_where(is) {
            self.call(strategy, method, class, 0, self.now, None);
            if self.over.is_some() {
                return;
            }
        }
    }

    /// One handler call.
    fn call(
        &mut self,
        strategy: usize,
        method: usize,
        class: Class,
        value: u32,
        due: i64,
        event: Option<(usize, u64)>,
    ) {
        let (now, own) = (self.now, &mut self.own[strategy]);
        let ops = self.scenario.strategies[strategy].script.get(own.calls).cloned().unwrap_or_default();
        own.calls += 1;
        self.trace.figures.dispatched[class as usize] += 1;
        self.trace.places.push(Seen {
            time: now,
            round: (class != Class::Stop).then_some(self.round),
            class,
            strategy: strategy_name(strategy),
            method: METHODS[method].to_owned(),
            stream: event.map(|(stream, _)| stream_name(stream)),
        });
        let clamped = self.trace.figures.clamped;
        let answers = ops.iter().filter_map(|op| self.apply(strategy, op)).collect();
        self.trace.calls.push(Call { strategy, method, class, value, now, due, event_time: due, answers });
        let (strategy, method) = (strategy_name(strategy), METHODS[method].to_owned());
        let failed = ops.iter().any(|op| matches!(op, Op::Fail));
        if failed && self.scenario.continues_on_error {
            self.trace.figures.errors += 1;
        }
        if failed && !self.scenario.continues_on_error {
            let (stream, index) = (event.map(|(stream, _)| stream), event.map(|(_, index)| index));
            let index = index.filter(|_| stream.is_some_and(|stream| self.scenario.keeps_index(stream)));
            let stream = stream.map(stream_name);
            self.over = Some(Verdict::Handler { strategy, method, class, stream, index, now });
        } else if self.scenario.past_is_error && self.trace.figures.clamped > clamped {
            self.over = Some(Verdict::Refused { strategy, method });
        } else if ops.iter().any(|op| matches!(op, Op::Stop)) {
            self.over = Some(Verdict::Requested);
        }
    }

    fn apply(&mut self, strategy: usize, op: &Op) -> Option<bool> {
        let plan = &self.scenario.strategies[strategy];
        match *op {
            Op::After { delay, row } => self.make(strategy, row, self.now + delay),
            Op::At { time, row } => self.make(strategy, row, time),
            Op::TryAt { time, row } => {
                if time >= self.now {
                    self.make(strategy, row, time);
                }
                return Some(time >= self.now);
            }
            Op::Emit { outlet } if !plan.emits.is_empty() => {
                self.emit(strategy, outlet, self.now);
            }
            Op::EmitAfter { outlet, delay } if !plan.emits.is_empty() => {
                let id = self.emit(strategy, outlet, self.now + delay);
                self.own[strategy].emissions.push(id);
            }
            Op::EmitAt { outlet, time } if !plan.emits.is_empty() => {
                let id = self.emit(strategy, outlet, time);
                self.own[strategy].emissions.push(id);
            }
            Op::CancelEmission { key } => {
                let keys = &self.own[strategy].emissions;
                let emission = *keys.get(key % keys.len().max(1))?;
                let before = self.todo.len();
                self.todo.retain(|item| !matches!(item.what, What::Emitted { id, .. } if id == emission));
                return Some(self.todo.len() < before);
            }
            Op::Cancel { key } => {
                let keys = &self.own[strategy].keys;
                let id = *keys.get(key % keys.len().max(1))?;
                return Some(self.take_call(id).is_some());
            }
            Op::Reschedule { key, time } => {
                let keys = &self.own[strategy].keys;
                let id = *keys.get(key % keys.len().max(1))?;
                let Some(item) = self.take_call(id) else { return Some(false) };
                self.push_call(item.what, time);
                return Some(true);
            }
            Op::Every { row, ref timer } => {
                let id = self.set_timer(strategy, plan.named(row), timer);
                self.own[strategy].timers.push(id);
            }
            Op::CancelTimer { key } => {
                let timers = &self.own[strategy].timers;
                let id = *timers.get(key % timers.len().max(1))?;
                let before = self.todo.len();
                self.todo.retain(|item| !matches!(item.what, What::Tick { timer, .. } if timer == id));
                return Some(self.todo.len() < before);
            }
            Op::Emit { .. } | Op::EmitAfter { .. } | Op::EmitAt { .. } | Op::Stop | Op::Fail => {}
        }
        None
    }

    /// S9, S11, S45.
    fn emit(&mut self, strategy: usize, outlet: usize, at: i64) -> u64 {
        let value = self.next_value(strategy);
        let emits = &self.scenario.strategies[strategy].emits;
        let stream = emits[outlet % emits.len()];
        self.trace.figures.clamped += u64::from(at < self.now);
        let time = at.max(self.now);
        let round = if time == self.now { self.joins } else { 0 };
        self.sequence += 1;
        let key = (time, round, Class::Event, u64::MAX, self.sequence, 0);
        self.todo.push(Item { key, what: What::Emitted { stream, value, id: self.sequence } });
        self.sequence
    }

    fn next_value(&mut self, strategy: usize) -> u32 {
        self.own[strategy].made += 1;
        made_value(strategy, self.own[strategy].made)
    }

    fn make(&mut self, strategy: usize, row: usize, due: i64) {
        let value = self.next_value(strategy);
        let id = self.schedule(strategy, self.scenario.strategies[strategy].named(row), value, due);
        self.own[strategy].keys.push(id);
    }

    fn schedule(&mut self, strategy: usize, method: usize, value: u32, due: i64) -> usize {
        let id = self.sequence as usize;
        self.push_call(What::Call { id, strategy, method, value, due }, due);
        id
    }

    /// S9, S10, S11.
    fn push_call(&mut self, mut call: What, at: i64) {
        if let What::Call { due, .. } = &mut call {
            *due = at;
        }
        self.trace.figures.clamped += u64::from(at < self.now);
        let time = at.max(self.now);
        let round = if time == self.now { self.joins } else { 0 };
        self.sequence += 1;
        self.todo.push(Item { key: (time, round, Class::Call, self.sequence, 0, 0), what: call });
    }

    fn take_call(&mut self, call: usize) -> Option<Item> {
        let position =
            self.todo.iter().position(|item| matches!(item.what, What::Call { id, .. } if id == call))?;
        Some(self.todo.remove(position))
    }

    fn set_timer(&mut self, strategy: usize, method: usize, timer: &Timer) -> usize {
        self.sequence += 1;
        let id = self.sequence as usize;
        let grid = Grid::new(timer, self.now);
        if let Some(first) = grid.next() {
            let round = if first == self.now { self.joins } else { 0 };
            let key = (first, round, Class::Tick, strategy as u64, method as u64, self.sequence);
            self.todo.push(Item { key, what: What::Tick { timer: id, strategy, method, grid } });
        }
        id
    }

    /// S12, S27, S46, S47.
    fn close(&mut self) {
        let verdict = self.over.take().unwrap_or(Verdict::Finished);
        if let (Verdict::Finished, Some(end)) = (&verdict, self.scenario.end) {
            self.now = end;
        }
        self.trace.verdict = verdict;
        self.trace.figures.now = self.now;
        self.trace.figures.pending = self.todo.iter().filter(|item| item.is_pending()).count() as u64;
        let before = self.sequence;
        self.joins = self.round + 1;
        for strategy in 0..self.own.len() {
            if self.own[strategy].started {
                self.hooks(strategy, Class::Stop, |trigger| matches!(trigger, Trigger::OnStop));
            }
            match (self.over.take(), &mut self.trace.verdict) {
                (Some(Verdict::Requested) | None, _) => {}
                (Some(late), first @ (Verdict::Finished | Verdict::Requested)) => *first = late,
                (Some(_), _) => self.trace.figures.also += 1,
            }
        }
        for item in std::mem::take(&mut self.todo) {
            if let What::Emitted { stream, value, id } = item.what
                && id > before
                && item.key.0 == self.now
            {
                self.trace.collected[stream].push((self.now, value));
            }
        }
    }

    /// Streams in the order of their declaration (S7).
    fn declared(&self) -> Vec<usize> {
        let first = self.scenario.added_first.min(self.own.len());
        let emitted = |plans: std::ops::Range<usize>| {
            plans.flat_map(|strategy| self.scenario.strategies[strategy].emits.iter().copied())
        };
        let fed = self.scenario.feeds.iter().map(|feed| feed.stream);
        let mut declared: Vec<usize> = Vec::new();
        for stream in emitted(0..first).chain(fed).chain(emitted(first..self.own.len())) {
            if !declared.contains(&stream) {
                declared.push(stream);
            }
        }
        declared
    }
}

impl Item {
    /// S24: a timer without a bound keeps nothing alive.
    fn is_unbounded_tick(&self) -> bool {
        matches!(&self.what, What::Tick { grid, .. } if !grid.is_bounded())
    }

    /// S12: calls, emissions and bounded timers.
    fn is_pending(&self) -> bool {
        match self.what {
            What::Fed { .. } | What::End { .. } => false,
            What::Emitted { .. } | What::Call { .. } => true,
            What::Tick { .. } => !self.is_unbounded_tick(),
        }
    }
}
