//! A simulated run as plain data, made from a seed: sources, strategies, what befalls the clock, and how it is stopped.
//!
//! Physical times count from the beginning of the run, in nanoseconds; those of events are absolute.

use asp::{WhenFull, WhenLate};

use super::random::Random;

pub(super) const SECOND: i64 = 1_000_000_000;

#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) seed: u64,
    /// The wall clock at the beginning.
    pub(super) base: i64,
    /// Times are mostly multiples of it, so that ties are common.
    pub(super) unit: i64,
    /// A handler call, and a look at a source, take up to so long.
    pub(super) jitter: i64,
    /// The run is woken up to so late.
    pub(super) late: i64,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) continues_on_error: bool,
    pub(super) drains: bool,
    pub(super) feeds: Vec<FeedPlan>,
    pub(super) actors: Vec<ActorPlan>,
    /// What strategies spawn.
    pub(super) young: Vec<ActorPlan>,
    /// A strategy of which there is one for each key.
    pub(super) keyed: Option<ActorPlan>,
    /// What strategies feed while the run goes on.
    pub(super) supplies: Vec<FeedPlan>,
    /// Sinks of others that take the events of streams.
    pub(super) forwards: Vec<ForwardPlan>,
    pub(super) faults: Vec<(i64, Fault)>,
    pub(super) stop: Option<Stop>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    Step(i64),
    Suspend(i64),
    /// The wall stands still for so long.
    Freeze(i64),
    /// The wall runs 1 % fast for so long.
    Fast(i64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stop {
    /// At an instant of physical time.
    At(i64),
    /// In the course of a certain handler call.
    InCall(usize),
    /// Before a certain poll, counted from 0.
    BeforePoll(usize),
    /// The future is dropped instead of polled the n-th time.
    Drop(usize),
}

#[derive(Clone, Debug)]
pub(super) struct ForwardPlan {
    /// As [`super::sinks::numbered`] counts them.
    pub(super) stream: usize,
    pub(super) capacity: usize,
    pub(super) when_full: WhenFull,
    /// How often in a hundred events it has no room for a while, and how long at most.
    pub(super) slow: u64,
    pub(super) longest: i64,
    pub(super) fails_at: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct FeedPlan {
    pub(super) kind: Kind,
    pub(super) queue: Option<(usize, WhenFull)>,
    pub(super) splice: Option<Splice>,
    pub(super) max_lag: Option<(i64, WhenLate)>,
    /// Its live events carry a time of their own.
    pub(super) stamped: bool,
    pub(super) read_ahead: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Splice {
    Id,
    Time,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Past(Past),
    Live(Script),
    PastThenLive(Past, Script),
    Connect { history: Option<History>, links: Vec<Link>, policy: Option<Policy> },
}

#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    /// Time and id.
    pub(super) items: Vec<(i64, u32)>,
    pub(super) fails: bool,
}

#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) delay: i64,
    pub(super) outcome: Answer,
    pub(super) past: Past,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Answer {
    Fine,
    Fails,
    Never,
}

#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) delay: i64,
    pub(super) outcome: Answer,
    pub(super) script: Script,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) first: i64,
    pub(super) longest: i64,
    pub(super) attempts: u32,
    pub(super) on_end: bool,
}

/// What a live source does at which physical time; after the last line it is silent for ever.
pub(super) type Script = Vec<(i64, Line)>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    Event { id: u32, event_time: i64 },
    Fail,
    End,
}

#[derive(Clone, Debug)]
pub(super) struct ActorPlan {
    /// Streams that it reads, and whether by reference.
    pub(super) reads: Vec<(usize, bool)>,
    pub(super) ends: Vec<usize>,
    pub(super) notices: Vec<usize>,
    pub(super) emits: Vec<usize>,
    pub(super) emitted: Vec<usize>,
    pub(super) on_start: bool,
    pub(super) on_live: bool,
    pub(super) on_caught_up: bool,
    pub(super) on_settled: bool,
    pub(super) on_stop: bool,
    pub(super) ticks: Vec<TickPlan>,
    pub(super) one_shot: Option<i64>,
    /// How many things it does at most, and how often in a hundred calls it does some.
    pub(super) budget: usize,
    pub(super) diligence: u64,
    pub(super) blocks: u64,
    pub(super) longest_block: i64,
    pub(super) stops: bool,
    pub(super) fails: bool,
    pub(super) step: i64,
    /// How it handles the streams of sources, those that are emitted, deferred calls, ticks.
    pub(super) waits: [Waits; READ + 2],
    /// Announced streams that it reads, and those of whose ends it is told.
    pub(super) opened: Vec<usize>,
    pub(super) opened_ends: Vec<usize>,
    /// How it handles them.
    pub(super) opened_waits: Waits,
    /// How often in a hundred calls it asks for what changes who takes part, and what, in parts of ten.
    pub(super) grows: u64,
    pub(super) spawns: usize,
    pub(super) retires: usize,
    /// Streams whose latest event it looks at in each call, as [`super::sinks::numbered`] counts them.
    pub(super) looks: Vec<usize>,
}

impl ActorPlan {
    /// True if a handler of it is async.
    pub(super) fn waits(&self) -> bool {
        self.waits.iter().any(|&waits| waits != Waits::Never) || self.opened_waits != Waits::Never
    }
}

/// Whether a handler is async.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Waits {
    Never,
    /// With `&mut self`.
    Alone,
    /// With `Shared<Self>`.
    Beside,
}

/// Streams that a strategy may read: of sources, and emitted.
pub(super) const READ: usize = 4 + EMITTED;

#[derive(Clone, Copy, Debug)]
pub(super) struct TickPlan {
    pub(super) step: i64,
    pub(super) skips: bool,
    pub(super) immediate: bool,
    pub(super) aligned: bool,
}

/// Streams that strategies emit.
pub(super) const EMITTED: usize = 2;

/// Streams that are announced, and fed while the run goes on.
pub(super) const OPENED: usize = 2;

impl Scenario {
    pub(super) fn new(seed: u64) -> Self {
        let mut r = Random::new(seed, 1);
        let unit = r.pick(&[1, 1_000, 1_000_000, 100_000_000, SECOND, SECOND, 10 * SECOND]);
        let base = match r.below(20) {
            0 => 0,
            1 => -100 * SECOND,
            2 => 3 * unit,
            _ => 1_700_000_000 * SECOND,
        };
        let mut scenario = Scenario {
            seed,
            base,
            unit,
            jitter: r.pick(&[0, 0, 0, unit / 1000, unit / 100, unit / 10]),
            late: r.pick(&[0, 0, 1, unit / 3, 2 * unit]),
            start: None,
            end: None,
            continues_on_error: r.chance(50),
            drains: r.chance(30),
            feeds: Vec::new(),
            actors: Vec::new(),
            young: Vec::new(),
            keyed: None,
            supplies: Vec::new(),
            forwards: Vec::new(),
            faults: Vec::new(),
            stop: None,
        };
        if r.chance(30) {
            scenario.start = Some(base - r.range(0, 12) * unit);
        }
        if r.chance(35) {
            let start = scenario.start.unwrap_or(base - 20 * unit);
            scenario.end = Some((base + r.range(-5, 30) * unit).max(start + unit));
        }
        for feed in 0..r.pick(&[0, 1, 1, 2, 2, 3, 4]) {
            let feed = scenario.feed(&mut Random::new(seed, 10 + feed));
            scenario.feeds.push(feed);
        }
        if r.chance(40) {
            scenario.befall(&mut Random::new(seed, 2));
        }
        for actor in 0..r.pick(&[1, 1, 2, 3]) {
            let actor = scenario.actor(&mut Random::new(seed, 20 + actor));
            scenario.actors.push(actor);
        }
        if Random::new(seed, 3).chance(60) {
            scenario.grow();
        }
        scenario.listen(&mut Random::new(seed, 5));
        // Someone is told of everything that takes an instant.
        let all: Vec<usize> = (0..scenario.feeds.len()).collect();
        (scenario.actors[0].ends, scenario.actors[0].notices) = (all.clone(), all);
        let all_past = scenario.feeds.iter().all(|feed| matches!(feed.kind, Kind::Past(_)));
        scenario.stop = match r.below(if all_past { 30 } else { 10 }) {
            0 => Some(Stop::At(r.range(0, 25) * unit)),
            1 => Some(Stop::InCall(r.range(1, 60) as usize)),
            2 => Some(Stop::BeforePoll(r.range(0, 40) as usize)),
            3 => Some(Stop::Drop(r.range(0, 40) as usize)),
            _ => None,
        };
        scenario
    }

    /// Has strategies come and go, and sources open.
    fn grow(&mut self) {
        let r = &mut Random::new(self.seed, 4);
        for k in 0..r.pick(&[0, 1, 1, 2]) {
            let plan = self.actor(&mut Random::new(self.seed, 60 + k));
            self.young.push(ActorPlan { budget: plan.budget.min(10), ..plan });
        }
        if !self.feeds.is_empty() && r.chance(40) {
            let plan = self.actor(&mut Random::new(self.seed, 70));
            self.keyed = Some(ActorPlan { budget: plan.budget.min(5), notices: Vec::new(), ..plan });
        }
        for k in 0..r.pick(&[0, 1, 2, 4]) {
            let plan = self.feed(&mut Random::new(self.seed, 80 + k));
            self.supplies.push(FeedPlan { queue: None, splice: None, max_lag: None, ..plan });
        }
        for plan in self.actors.iter_mut().chain(&mut self.young).chain(&mut self.keyed) {
            let mut some = |percent| (0..OPENED).filter(|_| r.chance(percent)).collect();
            (plan.opened, plan.opened_ends) = (some(60), some(60));
            plan.opened_waits = r.pick(&[Waits::Never, Waits::Never, Waits::Alone, Waits::Beside]);
            plan.grows = r.pick(&[0, 5, 15, 40]);
            (plan.spawns, plan.retires) = (r.below(5), r.pick(&[0, 0, 1, 3]));
        }
    }

    /// Has sinks take events, and strategies look at the latest ones.
    fn listen(&mut self, r: &mut Random) {
        let policies =
            [WhenFull::Block, WhenFull::DropOldest, WhenFull::DropNewest, WhenFull::Latest, WhenFull::Error];
        let streams: Vec<usize> =
            (0..4 + EMITTED + OPENED).filter(|&number| self.has_stream(number)).collect();
        if r.chance(20) {
            for _ in 0..r.range(1, 4) {
                let when_full = r.pick(&policies);
                let capacity = if when_full == WhenFull::Latest { 1 } else { r.pick(&[1, 1, 2, 5]) };
                self.forwards.push(ForwardPlan {
                    stream: r.pick(&streams),
                    capacity,
                    when_full,
                    slow: r.pick(&[0, 10, 50, 100]),
                    longest: r.pick(&[1, self.unit / 10, self.unit, 3 * self.unit]),
                    fails_at: r.chance(5).then(|| r.below(10)),
                });
            }
        }
        if r.chance(20) {
            let looks: Vec<usize> = streams.iter().copied().filter(|_| r.chance(40)).collect();
            // Whoever comes later looks at what is kept from the start.
            self.actors[0].looks = looks.clone();
            for plan in self.actors.iter_mut().skip(1).chain(&mut self.young).chain(&mut self.keyed) {
                plan.looks = looks.iter().copied().filter(|_| r.chance(50)).collect();
            }
        }
    }

    /// True if a stream takes part, as [`super::sinks::numbered`] counts them.
    fn has_stream(&self, number: usize) -> bool {
        match number {
            0..4 => number < self.feeds.len(),
            4..6 => self.names(number - 4),
            _ => true,
        }
    }

    /// True if a strategy emits or reads that stream.
    pub(super) fn names(&self, emitted: usize) -> bool {
        self.plans().any(|plan| plan.emits.contains(&emitted) || plan.emitted.contains(&emitted))
    }

    /// The streams that sinks take, or whose latest event somebody looks at.
    pub(super) fn listened(&self) -> impl Iterator<Item = usize> {
        let is_listened = |number: &usize| {
            self.forwards.iter().any(|forward| forward.stream == *number)
                || self.plans().any(|plan| plan.looks.contains(number))
        };
        (0..4 + EMITTED + OPENED).filter(is_listened).collect::<Vec<_>>().into_iter()
    }

    /// True if strategies ask for what changes who takes part.
    pub(super) fn grows(&self) -> bool {
        self.keyed.is_some() || self.plans().any(|plan| plan.grows > 0)
    }

    /// All plans: of those that are added, and of those that come later.
    pub(super) fn plans(&self) -> impl Iterator<Item = &ActorPlan> {
        self.actors.iter().chain(&self.young).chain(&self.keyed)
    }

    /// All plans of those that are added.
    pub(super) fn added(&self) -> impl Iterator<Item = &ActorPlan> {
        let keyed = self.keyed.iter().filter(|plan| !plan.reads.is_empty());
        self.actors.iter().chain(keyed)
    }

    fn feed(&self, r: &mut Random) -> FeedPlan {
        let kind = match r.below(9) {
            0 | 1 => Kind::Past(self.past(r)),
            2 | 3 => {
                let after = r.range(0, 3) * self.unit;
                Kind::Live(self.script(r, after, &[]))
            }
            4 | 5 => {
                let past = self.past(r);
                let script = self.script(r, 0, &past.items);
                Kind::PastThenLive(past, script)
            }
            _ => self.connect(r),
        };
        let policies =
            [WhenFull::Block, WhenFull::DropOldest, WhenFull::DropNewest, WhenFull::Latest, WhenFull::Error];
        let late = [WhenLate::Drop, WhenLate::Drop, WhenLate::Error];
        let is_live = !matches!(kind, Kind::Past(_));
        FeedPlan {
            kind,
            queue: (is_live && r.chance(70)).then(|| (r.pick(&[1, 1, 2, 3, 7]), r.pick(&policies))),
            splice: if is_live { r.pick(&[None, None, Some(Splice::Id), Some(Splice::Time)]) } else { None },
            max_lag: (is_live && r.chance(20)).then(|| (r.range(0, 4) * self.unit, r.pick(&late))),
            stamped: r.chance(70),
            read_ahead: r.chance(30).then(|| r.range(1, 4) as usize),
        }
    }

    fn past(&self, r: &mut Random) -> Past {
        let count = r.pick(&[0, 1, 2, 5, 8, 12, 30]);
        // Where history ends as seen from H.
        let last = r.pick(&[-3, -1, 0, 0, 2, 9]);
        let mut times: Vec<i64> = (0..count).map(|_| r.range(-16, last + 1)).collect();
        times.sort_unstable();
        if count > 0 && r.chance(50) {
            *times.last_mut().expect("there is one") = last;
        }
        if r.chance(3) && count > 3 {
            times.swap(1, 3); // a source out of order, if they differ
        }
        let nudge = r.pick(&[0, 0, 0, 1, -1]);
        let items =
            times.iter().zip(0..).map(|(time, id)| (self.base + time * self.unit + nudge, id)).collect();
        Past { items, fails: r.chance(4) }
    }

    /// A live script from `after` on. Its first events may be the last ones of `known`, once more.
    fn script(&self, r: &mut Random, after: i64, known: &[(i64, u32)]) -> Script {
        let mut script = Script::new();
        let mut time = after;
        let mut next = known.len() as u32 + r.pick(&[0, 0, 0, 3]);
        if r.chance(60) {
            let overlap = r.below(5).min(known.len());
            for &(event_time, id) in &known[known.len() - overlap..] {
                time += r.pick(&[0, 0, self.unit / 2]);
                script.push((time, Line::Event { id, event_time }));
            }
        }
        for _ in 0..r.pick(&[0, 1, 3, 6, 10, 15]) {
            time += match r.below(12) {
                0..4 => 0,
                4..9 => self.unit,
                9 => self.unit / 2,
                10 => 1,
                _ => 8 * self.unit, // a stall
            };
            let burst = if r.chance(7) { r.pick(&[10, 20, 70]) } else { 1 };
            for _ in 0..burst {
                let now = self.base + time;
                let event_time = match r.below(30) {
                    0 => now + r.pick(&[1, self.unit, 3600 * SECOND]),
                    1 => r.pick(&[-1, -SECOND, -1_000_000 * SECOND]),
                    2 => r.pick(&[i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX]),
                    3..6 => now - r.range(0, 5) * self.unit,
                    6..9 => now - 1,
                    _ => now,
                };
                if next > 0 && r.chance(5) {
                    script.push((time, Line::Event { id: r.range(0, next.into()) as u32, event_time }));
                } else {
                    script.push((time, Line::Event { id: next, event_time }));
                    next += 1;
                }
            }
        }
        time += r.pick(&[0, 0, self.unit, 3 * self.unit]);
        match r.below(20) {
            0..3 => {}
            3 | 4 => script.push((time, Line::Fail)),
            _ => script.push((time, Line::End)),
        }
        script
    }

    fn connect(&self, r: &mut Random) -> Kind {
        let answer = |r: &mut Random, fails: u64| match r.below(100) as u64 {
            0 => Answer::Never,
            n if n <= fails => Answer::Fails,
            _ => Answer::Fine,
        };
        let history = r.chance(60).then(|| History {
            delay: r.pick(&[0, 0, self.unit, 4 * self.unit]),
            outcome: answer(r, 3),
            past: self.past(r),
        });
        let mut known: Vec<(i64, u32)> = history.as_ref().map(|it| it.past.items.clone()).unwrap_or_default();
        let (mut links, mut time) = (Vec::new(), 0);
        let policy = r.chance(85).then(|| Policy {
            first: r.pick(&[0, 1, self.unit / 2, self.unit]),
            longest: r.pick(&[self.unit, 4 * self.unit]),
            attempts: r.pick(&[1, 2, 3, u32::MAX, u32::MAX]),
            on_end: r.chance(20),
        });
        for link in 0..r.pick(&[1, 1, 2, 3, 4]) {
            let delay = r.pick(&[0, 0, 1, self.unit, 3 * self.unit]);
            let outcome = answer(r, if link == 0 { 12 } else { 30 });
            // At H, or later on.
            time += delay;
            let mut script = if r.chance(15) { Script::new() } else { self.script(r, time, &known) };
            if policy.is_some() && r.chance(60) {
                script.truncate(r.below(script.len() + 1));
                script.retain(|(_, line)| *line != Line::End);
                let at = script.last().map_or(time, |(at, _)| *at);
                script.push((at + r.pick(&[0, 0, self.unit]), Line::Fail));
            }
            time = script.last().map_or(time, |(at, _)| *at);
            for (_, line) in &script {
                if let Line::Event { id, event_time } = *line {
                    known.push((event_time, id));
                }
            }
            links.push(Link { delay, outcome, script });
        }
        Kind::Connect { history, links, policy }
    }

    fn befall(&mut self, r: &mut Random) {
        for _ in 0..r.range(1, 4) {
            let time = r.range(0, 15) * self.unit + r.pick(&[0, 1, self.unit / 2]);
            let fault = match r.below(10) {
                0 => Fault::Step(1_000_000),
                1 => Fault::Step(-1_000_000),
                2 => Fault::Step(5 * SECOND),
                3 => Fault::Step(-5 * SECOND),
                4 => Fault::Step(3600 * SECOND),
                5 | 6 => Fault::Suspend(3600 * SECOND),
                7 => Fault::Freeze(r.range(1, 8) * self.unit),
                _ => Fault::Fast(r.range(1, 50) * self.unit),
            };
            self.faults.push((time, fault));
        }
    }

    /// A timer must not tick millions of times while the clock leaps ahead.
    fn shortest_step(&self) -> i64 {
        let leap = self.faults.iter().map(|&(_, fault)| match fault {
            Fault::Step(by) | Fault::Suspend(by) => by.max(0) / 40,
            Fault::Freeze(_) | Fault::Fast(_) => 0,
        });
        leap.fold(self.unit, i64::max)
    }

    fn actor(&self, r: &mut Random) -> ActorPlan {
        let mut some = |of: usize, percent| -> Vec<usize> { (0..of).filter(|_| r.chance(percent)).collect() };
        let reads = some(self.feeds.len(), 75);
        let (ends, notices) = (some(self.feeds.len(), 40), some(self.feeds.len(), 50));
        let (emits, emitted) = (some(EMITTED, 40), some(EMITTED, 40));
        let step = self.shortest_step();
        ActorPlan {
            reads: reads.into_iter().map(|stream| (stream, r.chance(50))).collect(),
            ends,
            notices,
            emits,
            emitted,
            on_start: r.chance(50),
            on_live: r.chance(60),
            on_caught_up: r.chance(60),
            on_settled: r.chance(30),
            on_stop: r.chance(50),
            ticks: (0..r.pick(&[0, 0, 1, 1, 2]))
                .map(|_| TickPlan {
                    step: r.range(1, 4) * step,
                    skips: r.chance(50),
                    immediate: r.chance(30),
                    aligned: r.chance(40),
                })
                .collect(),
            one_shot: r.chance(20).then(|| r.range(0, 20) * self.unit),
            budget: r.pick(&[0, 5, 20, 60]),
            diligence: r.pick(&[10, 40, 80]),
            blocks: r.pick(&[0, 0, 5, 20]),
            longest_block: r.pick(&[1, self.unit, 6 * self.unit]),
            stops: r.chance(10),
            fails: r.chance(15),
            step,
            waits: {
                let most = r.pick(&[0, 0, 0, 30, 60, 100]);
                std::array::from_fn(|_| match r.below(100) {
                    percent if percent >= most => Waits::Never,
                    percent if percent % 3 == 0 => Waits::Beside,
                    _ => Waits::Alone,
                })
            },
            opened: Vec::new(),
            opened_ends: Vec::new(),
            opened_waits: Waits::Never,
            grows: 0,
            spawns: 0,
            retires: 0,
            looks: Vec::new(),
        }
    }

    /// True if all that it brings is known beforehand, so that it can be simulated as well.
    pub(super) fn is_past_only(&self) -> bool {
        self.feeds.iter().all(|feed| matches!(feed.kind, Kind::Past(_)))
    }

    /// After that physical time nothing is scripted any more, and what strategies do has come to its end.
    pub(super) fn horizon(&self) -> i64 {
        let scripts = self.feeds.iter().chain(&self.supplies).flat_map(|feed| match &feed.kind {
            Kind::Past(_) => vec![],
            Kind::Live(script) | Kind::PastThenLive(_, script) => vec![script],
            Kind::Connect { links, .. } => links.iter().map(|link| &link.script).collect(),
        });
        let last = scripts.flatten().map(|(time, _)| *time).max().unwrap_or(0);
        let faults = self.faults.iter().map(|&(time, _)| time).max().unwrap_or(0);
        last.max(faults).saturating_add(50 * self.unit)
    }

    /// Scenarios that are this one with a bit less, the boldest first.
    pub(super) fn smaller(&self) -> Vec<Scenario> {
        let mut all = Vec::new();
        let mut offer = |change: &mut dyn FnMut(&mut Scenario) -> bool| {
            let mut scenario = self.clone();
            if change(&mut scenario) {
                all.push(scenario);
            }
        };
        offer(&mut |it| it.keyed.take().is_some());
        for k in 0..self.forwards.len() {
            offer(&mut |it| {
                it.forwards.remove(k);
                true
            });
            offer(&mut |it| std::mem::take(&mut it.forwards[k].slow) > 0);
        }
        offer(&mut |it| {
            let plans = it.actors.iter_mut().chain(&mut it.young).chain(&mut it.keyed);
            plans.map(|plan| std::mem::take(&mut plan.looks).len()).sum::<usize>() > 0
        });
        for k in 0..self.supplies.len() {
            offer(&mut |it| {
                it.supplies.remove(k);
                true
            });
            offer(&mut |it| {
                let past = matches!(it.supplies[k].kind, Kind::Past(_));
                it.supplies[k].kind = Kind::Past(Past::default());
                !past
            });
        }
        for k in 0..self.young.len() {
            offer(&mut |it| {
                it.young.remove(k);
                true
            });
        }
        let all_of = |it: &Scenario| it.actors.len() + it.young.len() + usize::from(it.keyed.is_some());
        for k in 0..all_of(self) {
            let mut offer = |change: &mut dyn FnMut(&mut ActorPlan) -> bool| {
                offer(&mut |it| {
                    let mut plans = it.actors.iter_mut().chain(&mut it.young).chain(&mut it.keyed);
                    plans.nth(k).is_some_and(&mut *change)
                });
            };
            offer(&mut |it| std::mem::take(&mut it.grows) > 0);
            offer(&mut |it| std::mem::take(&mut it.spawns) > 0);
            offer(&mut |it| std::mem::take(&mut it.retires) > 0);
            offer(&mut |it| it.opened.pop().is_some());
            offer(&mut |it| it.opened_ends.pop().is_some());
            offer(&mut |it| std::mem::replace(&mut it.opened_waits, Waits::Never) != Waits::Never);
            if k >= self.actors.len() {
                offer(&mut |it| std::mem::take(&mut it.budget) > 0);
                offer(&mut |it| std::mem::take(&mut it.blocks) > 0);
                offer(&mut |it| std::mem::take(&mut it.on_settled));
                offer(&mut |it| std::mem::take(&mut it.on_caught_up));
                offer(&mut |it| std::mem::take(&mut it.on_live));
                offer(&mut |it| std::mem::take(&mut it.on_start));
                offer(&mut |it| std::mem::take(&mut it.on_stop));
                offer(&mut |it| {
                    it.waits() && {
                        it.waits = [Waits::Never; READ + 2];
                        true
                    }
                });
                offer(&mut |it| it.one_shot.take().is_some());
                offer(&mut |it| it.ticks.pop().is_some());
                offer(&mut |it| it.ends.pop().is_some());
                offer(&mut |it| it.notices.pop().is_some());
                offer(&mut |it| it.reads.pop().is_some());
            }
        }
        for k in 0..self.actors.len() {
            offer(&mut |it| {
                k > 0 && {
                    it.actors.remove(k);
                    true
                }
            });
            offer(&mut |it| std::mem::take(&mut it.actors[k].budget) > 0);
            offer(&mut |it| std::mem::take(&mut it.actors[k].blocks) > 0);
            offer(&mut |it| {
                let half = it.actors[k].budget / 2;
                std::mem::replace(&mut it.actors[k].budget, half) > half && half > 0
            });
            offer(&mut |it| {
                let actor = &mut it.actors[k];
                let any = actor.on_settled;
                actor.on_settled = false;
                any
            });
            offer(&mut |it| std::mem::take(&mut it.actors[k].on_caught_up));
            offer(&mut |it| std::mem::take(&mut it.actors[k].on_live));
            offer(&mut |it| std::mem::take(&mut it.actors[k].on_start));
            offer(&mut |it| std::mem::take(&mut it.actors[k].on_stop));
            offer(&mut |it| std::mem::take(&mut it.actors[k].stops));
            offer(&mut |it| std::mem::take(&mut it.actors[k].fails));
            offer(&mut |it| {
                it.actors[k].waits() && {
                    it.actors[k].waits = [Waits::Never; READ + 2];
                    true
                }
            });
            for row in 0..READ + 2 {
                offer(&mut |it| {
                    let waits = std::mem::replace(&mut it.actors[k].waits[row], Waits::Never);
                    waits != Waits::Never
                });
            }
            offer(&mut |it| it.actors[k].one_shot.take().is_some());
            offer(&mut |it| it.actors[k].ticks.pop().is_some());
            offer(&mut |it| k > 0 && it.actors[k].ends.pop().is_some());
            offer(&mut |it| k > 0 && it.actors[k].notices.pop().is_some());
            offer(&mut |it| it.actors[k].reads.pop().is_some());
        }
        for k in 0..self.faults.len() {
            offer(&mut |it| {
                it.faults.remove(k);
                true
            });
        }
        offer(&mut |it| it.stop.take().is_some());
        offer(&mut |it| it.end.take().is_some());
        offer(&mut |it| it.start.take().is_some());
        offer(&mut |it| std::mem::take(&mut it.jitter) > 0);
        offer(&mut |it| std::mem::take(&mut it.late) > 0);
        offer(&mut |it| std::mem::take(&mut it.drains));
        offer(&mut |it| {
            it.feeds.pop().is_some_and(|_| {
                let left = it.feeds.len();
                let keyed = it.keyed.as_mut().filter(|_| left > 0);
                for actor in it.actors.iter_mut().chain(&mut it.young).chain(keyed) {
                    actor.reads.retain(|&(stream, _)| stream < left);
                    actor.ends.retain(|&stream| stream < left);
                    actor.notices.retain(|&stream| stream < left);
                    actor.looks.retain(|&stream| stream < left || stream >= 4);
                }
                it.forwards.retain(|forward| forward.stream < left || forward.stream >= 4);
                if left == 0 {
                    it.keyed = None;
                }
                true
            })
        });
        for k in 0..self.feeds.len() {
            offer(&mut |it| it.feeds[k].queue.take().is_some());
            offer(&mut |it| it.feeds[k].splice.take().is_some());
            offer(&mut |it| it.feeds[k].max_lag.take().is_some());
            offer(&mut |it| it.feeds[k].read_ahead.take().is_some());
            offer(&mut |it| std::mem::take(&mut it.feeds[k].stamped));
            for list in 0.. {
                let Some(length) = it_len(&self.feeds[k].kind, list) else { break };
                if length > 4 {
                    offer(&mut |it| cut(&mut it.feeds[k].kind, list, 0, length / 2));
                }
                for line in 0..length {
                    offer(&mut |it| cut(&mut it.feeds[k].kind, list, line, line + 1));
                }
            }
        }
        all
    }
}

/// How long the lists of a source are: its past, then its scripts.
fn it_len(kind: &Kind, list: usize) -> Option<usize> {
    match (kind, list) {
        (Kind::Past(past) | Kind::PastThenLive(past, _), 0) => Some(past.items.len()),
        (Kind::Live(script), 0) | (Kind::PastThenLive(_, script), 1) => Some(script.len()),
        (Kind::Connect { history, .. }, 0) => Some(history.as_ref().map_or(0, |it| it.past.items.len())),
        (Kind::Connect { links, .. }, list) => links.get(list - 1).map(|link| link.script.len()),
        _ => None,
    }
}

fn cut(kind: &mut Kind, list: usize, from: usize, to: usize) -> bool {
    match (kind, list) {
        (Kind::Past(past) | Kind::PastThenLive(past, _), 0) => drop(past.items.drain(from..to)),
        (Kind::Live(script), 0) | (Kind::PastThenLive(_, script), 1) => drop(script.drain(from..to)),
        (Kind::Connect { history: Some(history), .. }, 0) => drop(history.past.items.drain(from..to)),
        (Kind::Connect { links, .. }, list) if list > 0 => drop(links[list - 1].script.drain(from..to)),
        _ => return false,
    }
    true
}
