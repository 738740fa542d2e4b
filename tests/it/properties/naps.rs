//! Strategies whose handlers wait do what S41 says, by a model of it that knows beforehand how long each of them takes.

use std::collections::BTreeMap;

use asp::prelude::*;
use asp::testing::TestRun;
use asp::{Every, Stream};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::kit::{Log, s};

/// What an event makes its handlers do; seconds.
#[derive(Clone, Debug)]
struct Job {
    id: u32,
    /// How long each of the two strategies sleeps, if it does.
    naps: [Option<u8>; 2],
    /// A call so much later, asked for at the beginning and at the end.
    call: Option<u8>,
}

#[derive(Clone, Debug)]
struct Scenario {
    /// Jobs that have their strategy to themselves, and jobs beside it, with their times.
    streams: [Vec<(u8, Job)>; 2],
    period: u8,
    skips: bool,
    end: u8,
}

struct Worker {
    log: Log,
    number: usize,
    period: u8,
    skips: bool,
}

fn length(seconds: u8) -> Duration {
    Duration::from_secs(i64::from(seconds))
}

#[strategy]
impl Worker {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        let every = Every::new(length(self.period));
        cx.every(if self.skips { every.skip_missed() } else { every }).tick();
    }

    #[on_event(stream = "jobs")]
    async fn job(&mut self, cx: &TaskContext<Self>, job: Job) {
        self.log.say(format!("job {}", job.id));
        if let Some(delay) = job.call {
            cx.after(length(delay)).call(job.id);
        }
        if let Some(nap) = job.naps[self.number] {
            cx.sleep(length(nap)).await;
        }
        self.log.say(format!("done {}", job.id));
        if let Some(delay) = job.call {
            cx.after(length(delay)).call(job.id);
        }
    }

    #[on_event(stream = "sides")]
    async fn side(this: Shared<Self>, job: Job) {
        let nap = this.with(|worker, cx| {
            worker.log.note(cx, format!("side {}", job.id));
            job.naps[worker.number]
        });
        if let Some(nap) = nap {
            this.sleep(length(nap)).await;
        }
        this.with(|worker, cx| worker.log.note(cx, format!("side done {}", job.id)));
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, id: u32) {
        self.log.note(cx, format!("call {id}"));
    }

    #[after]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("tick missed {}", cx.missed()));
    }
}

/// How a scenario is run.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Plain,
    /// The first strategy alone: then nobody else reads its streams.
    Alone,
    WithDigest,
    /// With a digest, one item after the other.
    Stepped,
}

/// What both strategies say, and the digest if there is one.
fn run(scenario: &Scenario, way: Way) -> ([String; 2], Option<asp::Digest>) {
    let logs = [Log::default(), Log::default()];
    let mut runner = Runner::new().start(s(0.0)).end(s(f64::from(scenario.end)));
    for (stream, jobs) in [Worker::JOBS, Worker::SIDES].into_iter().zip(&scenario.streams) {
        let stream: Stream<Job> = stream;
        runner = runner.feed(
            stream,
            jobs.iter().map(|(time, job)| (s(f64::from(*time)), job.clone())).collect::<Vec<_>>(),
        );
    }
    let workers = if way == Way::Alone { 1 } else { 2 };
    for (number, log) in logs.iter().cloned().enumerate().take(workers) {
        let (period, skips) = (scenario.period, scenario.skips);
        runner = runner.add_as(format!("worker {number}"), Worker { log, number, period, skips });
    }
    let outcome = match way {
        Way::Plain | Way::Alone => runner.run(),
        Way::WithDigest => runner.digest().run(),
        Way::Stepped => TestRun::new(runner.digest()).and_then(|mut run| {
            run.end_all();
            while run.step()?.is_some() {}
            run.finish()
        }),
    };
    let outcome = outcome.unwrap();
    (logs.map(|log| log.take()), outcome.report().digest)
}

/// Time, round, class, declaration, sequence.
type Key = (u32, u32, u8, u32, u32);

#[derive(Clone, Debug)]
enum Item {
    Job(Job),
    Side(Job),
    Call(u32),
    /// The end of the job that has the strategy.
    Done(Job),
    SideDone(u32),
    Tick,
}

/// One strategy by the rules; strategies that exchange nothing do not meet.
struct Model<'a> {
    scenario: &'a Scenario,
    number: usize,
    todo: BTreeMap<Key, Item>,
    backlog: BTreeMap<Key, Item>,
    held: bool,
    sequence: u32,
    missed: u32,
    log: Vec<String>,
}

impl Model<'_> {
    fn run(mut self) -> String {
        for (item, declaration) in [(Item::Job as fn(Job) -> Item, 0), (Item::Side, 1)] {
            for ((time, job), k) in self.scenario.streams[declaration as usize].iter().zip(0..) {
                self.todo.insert((u32::from(*time), 0, 1, declaration, k), item(job.clone()));
            }
        }
        let period = u32::from(self.scenario.period);
        self.todo.insert((period, 0, 3, 0, 0), Item::Tick);
        while let Some((key, item)) = self.todo.pop_first() {
            let (now, round, ..) = key;
            if now >= u32::from(self.scenario.end) {
                break;
            }
            if let Item::Tick = item {
                self.todo.insert((now + period, 0, 3, 0, 0), Item::Tick);
            }
            match item {
                Item::Done(job) => {
                    self.held = false;
                    self.done(&job, now, round);
                    while !self.held
                        && let Some((key, item)) = self.backlog.pop_first()
                    {
                        self.dispatch(key, item, now, round);
                    }
                }
                item if self.held => _ = self.backlog.insert(key, item),
                item => self.dispatch(key, item, now, round),
            }
        }
        self.log.join(", ")
    }

    fn dispatch(&mut self, key: Key, item: Item, now: u32, round: u32) {
        match item {
            Item::Job(job) => {
                self.say(format!("job {}", job.id), now);
                self.call(&job, now, round);
                if let Some(nap) = job.naps[self.number] {
                    self.held = true;
                    self.later(nap, Item::Done(job), now, round);
                } else {
                    self.done(&job, now, round);
                }
            }
            Item::Side(job) => {
                self.say(format!("side {}", job.id), now);
                match job.naps[self.number] {
                    Some(nap) => self.later(nap, Item::SideDone(job.id), now, round),
                    None => self.say(format!("side done {}", job.id), now),
                }
            }
            Item::SideDone(id) => self.say(format!("side done {id}"), now),
            Item::Call(id) => self.say(format!("call {id}"), now),
            Item::Tick if self.scenario.skips && key.0 + u32::from(self.scenario.period) <= now => {
                self.missed += 1
            }
            Item::Tick => {
                let missed = std::mem::take(&mut self.missed);
                self.say(format!("tick missed {missed}"), now);
            }
            Item::Done(_) => unreachable!("the strategy is held until then"),
        }
    }

    fn done(&mut self, job: &Job, now: u32, round: u32) {
        self.say(format!("done {}", job.id), now);
        self.call(job, now, round);
    }

    fn call(&mut self, job: &Job, now: u32, round: u32) {
        if let Some(delay) = job.call {
            self.later(delay, Item::Call(job.id), now, round);
        }
    }

    fn later(&mut self, delay: u8, item: Item, now: u32, round: u32) {
        self.sequence += 1;
        let round = if delay == 0 { round + 1 } else { 0 };
        self.todo.insert((now + u32::from(delay), round, 2, 0, self.sequence), item);
    }

    fn say(&mut self, what: String, now: u32) {
        self.log.push(format!("{what}@{now}"));
    }
}

fn model(scenario: &Scenario, number: usize) -> String {
    let (todo, backlog) = (BTreeMap::new(), BTreeMap::new());
    Model { scenario, number, todo, backlog, held: false, sequence: 0, missed: 0, log: Vec::new() }.run()
}

fn jobs(most: usize) -> impl proptest::strategy::Strategy<Value = Vec<(u8, Job)>> {
    let nap = || proptest::option::weighted(0.7, 0..4_u8);
    let job = (0..8_u8, [nap(), nap()], proptest::option::of(0..3_u8));
    proptest::collection::vec(job, 0..most).prop_map(|mut jobs| {
        jobs.sort_by_key(|(time, ..)| *time);
        let jobs = jobs.into_iter().zip(0..);
        jobs.map(|((time, naps, call), id)| (time, Job { id, naps, call })).collect()
    })
}

#[test]
fn handlers_that_wait_do_what_the_model_does() {
    let runs = std::env::var("ASP_PROPERTY_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(3_000);
    let scenarios = (jobs(9), jobs(6), 1..4_u8, any::<bool>(), 6..24_u8).prop_map(
        |(exclusive, beside, period, skips, end)| Scenario {
            streams: [exclusive, beside],
            period,
            skips,
            end,
        },
    );
    let config = Config { cases: runs, failure_persistence: None, ..Config::default() };
    // A failure prints the scenario, which is all there is to repeat.
    let result = TestRunner::new(config).run(&scenarios, |scenario| {
        let (said, digest) = run(&scenario, Way::WithDigest);
        for (number, said) in said.iter().enumerate() {
            prop_assert_eq!(said, &model(&scenario, number), "worker {}", number);
        }
        prop_assert_eq!(&run(&scenario, Way::Plain).0, &said);
        prop_assert_eq!(&run(&scenario, Way::Alone).0[0], &said[0]);
        prop_assert_eq!(&run(&scenario, Way::Stepped), &(said.clone(), digest));
        prop_assert_eq!(run(&scenario, Way::WithDigest), (said, digest));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
