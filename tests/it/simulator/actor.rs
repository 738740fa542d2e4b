//! A strategy that does as its seed says: what it does in a handler call depends on the calls before, on nothing else.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use asp::{
    Begin, CallKey, Context, Duration, EmissionKey, Every, Exclusive, HandlerResult, Notice, Shared, Slot,
    Source, Strategy, Stream, TaskContext, TimerKey, Timestamp, Wiring,
};

use super::feeds::{Item, SUPPLY, Token, emitted, opened, past, source, stream};
use super::random::Random;
use super::scenario::{ActorPlan, Kind, OPENED, Past, READ, Scenario, TickPlan, Waits};
use super::sinks::numbered;
use super::world::World;

/// One handler call, as the handler sees it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) actor: usize,
    pub(super) method: &'static str,
    pub(super) value: u32,
    pub(super) now: i64,
    pub(super) due: i64,
    pub(super) event_time: i64,
    pub(super) live: bool,
    pub(super) missed: u64,
    /// What happened to the source, for notices.
    pub(super) notice: Option<Notice>,
    /// What its operations were answered.
    pub(super) answers: Vec<bool>,
    /// The latest events that it has found, by stream.
    pub(super) looks: Vec<(usize, Option<u32>)>,
    /// It retires when this call is over, which is not async.
    pub(super) retires: bool,
    /// Not to be compared: a replay has none.
    pub(super) arrival: Option<i64>,
}

impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        let all =
            |it: &Call| (it.actor, it.method, it.value, it.now, it.due, it.event_time, it.live, it.missed);
        all(self) == all(other)
            && self.notice == other.notice
            && self.answers == other.answers
            && self.looks == other.looks
    }
}

pub(super) type Log = Arc<Mutex<Vec<Call>>>;

/// More calls than any scenario has in mind.
const ENDLESS: usize = 60_000;

thread_local! {
    /// What the next strategies are to wire: `Strategy::wire` sees no instance.
    static PLANS: RefCell<VecDeque<Arc<ActorPlan>>> = const { RefCell::new(VecDeque::new()) };
    /// What those with a key wire.
    static KEYED_PLAN: RefCell<Option<Arc<ActorPlan>>> = const { RefCell::new(None) };
}

/// Says what the strategies that this thread adds next are to wire.
pub(super) fn announce(scenario: &Scenario) {
    PLANS.set(scenario.actors.iter().cloned().map(Arc::new).collect());
    KEYED_PLAN.set(scenario.keyed.clone().map(Arc::new));
}

/// The most strategies that are spawned in a run; instances of a key are not among them.
const BIRTHS: usize = 8;

/// A source that a strategy has opened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fed {
    pub(super) supply: usize,
    pub(super) stream: String,
    pub(super) now: i64,
    /// Not so if the run may have ended.
    pub(super) in_time: bool,
}

/// Who has come, and what was opened.
#[derive(Default)]
pub(super) struct Brood {
    /// How many strategies there are or were.
    pub(super) born: usize,
    spawned: usize,
    pub(super) fed: Vec<Fed>,
    /// Announced streams that may be fed.
    free: [bool; OPENED],
}

/// What the strategies of a run share.
pub(super) struct Cast {
    scenario: Scenario,
    plans: Vec<Arc<ActorPlan>>,
    log: Log,
    /// None in a replay, where nobody waits.
    world: Option<World>,
    token: Token,
    pub(super) brood: Mutex<Brood>,
}

impl Cast {
    pub(super) fn new(scenario: &Scenario, log: &Log, world: Option<&World>, token: &Token) -> Arc<Self> {
        let brood = Brood { born: scenario.actors.len(), free: [true; OPENED], ..Brood::default() };
        Arc::new(Cast {
            scenario: scenario.clone(),
            plans: scenario.plans().cloned().map(Arc::new).collect(),
            log: log.clone(),
            world: world.cloned(),
            token: token.clone(),
            brood: Mutex::new(brood),
        })
    }

    /// The plan of those with a key.
    fn keyed(&self) -> usize {
        self.plans.len() - 1
    }

    /// An instance of the strategy that has a key.
    pub(super) fn instance(self: &Arc<Self>) -> Actor<true> {
        self.reach("an instance of a key");
        Actor::new(self, self.keyed(), self.next_born())
    }

    fn next_born(&self) -> usize {
        let mut brood = self.brood.lock().unwrap();
        brood.born += 1;
        brood.born - 1
    }

    fn reach(&self, state: &'static str) {
        if let Some(world) = &self.world {
            world.reach(state);
        }
    }

    /// A source to feed, and the stream to feed it to.
    fn supply(&self, random: &mut Random, method: &str, now: i64) -> Option<(Stream<Item>, Source<Item>)> {
        let mut brood = self.brood.lock().unwrap();
        let ended = method.strip_prefix("end").and_then(|number| number.parse::<usize>().ok());
        let supply = brood.fed.len();
        let plan = self.scenario.supplies.get(supply)?;
        let number = random.below(OPENED);
        let to = match ended {
            Some(number) if random.chance(70) => stream(number),
            _ if brood.free[number] || random.chance(3) => {
                brood.free[number] = false;
                opened(number)
            }
            _ => return None,
        };
        brood.fed.push(Fed { supply, stream: to.name().to_owned(), now, in_time: method != "stop" });
        let first = (supply as u32 + 1) * SUPPLY;
        let source = match &self.world {
            Some(world) => source(world, self.scenario.feeds.len() + supply, plan, first, &self.token),
            // What was recorded comes instead.
            None if matches!(plan.kind, Kind::Past(_)) => past(&Past::default(), first, &self.token),
            None => Source::live(futures::stream::pending()),
        };
        Some((to, source))
    }
}

/// One that is added or spawned, or an instance of a key: these are wired anew, and all alike.
pub(super) struct Actor<const KEYED: bool = false> {
    plan: Arc<ActorPlan>,
    cast: Arc<Cast>,
    number: usize,
    random: Random,
    growing: Random,
    blocking: Random,
    left: usize,
    /// How often its handlers will sleep.
    naps: usize,
    made: u32,
    keys: Vec<CallKey>,
    timers: Vec<TimerKey>,
    emissions: Vec<EmissionKey>,
    /// What it emits with a delay: streams that are read, since an instant of which nobody sees anything looks late.
    heard: Vec<usize>,
}

pub(super) struct ActorCall {
    method: &'static str,
    value: u32,
    waits: Waits,
}

pub(super) struct ActorCalls<Q>(Q);

pub(super) const EVENTS: [&str; 4] = ["x0", "x1", "x2", "x3"];
pub(super) const EMITS: [&str; 2] = ["e0", "e1"];
const ENDS: [&str; 4] = ["end0", "end1", "end2", "end3"];
const NOTICES: [&str; 4] = ["notice0", "notice1", "notice2", "notice3"];
pub(super) const OPENS: [&str; 2] = ["o0", "o1"];
const OPENED_ENDS: [&str; 2] = ["over0", "over1"];
const TICKS: [&str; 3] = ["tick0", "tick1", "tick2"];

/// Makes the call of a timer: timers have no data.
fn make(number: usize, waits: Waits) -> fn() -> ActorCall {
    match (number, waits) {
        (0, Waits::Never) => tick::<0, 0>,
        (0, Waits::Alone) => tick::<0, 1>,
        (0, Waits::Beside) => tick::<0, 2>,
        (1, Waits::Never) => tick::<1, 0>,
        (1, Waits::Alone) => tick::<1, 1>,
        (1, Waits::Beside) => tick::<1, 2>,
        (_, Waits::Never) => tick::<2, 0>,
        (_, Waits::Alone) => tick::<2, 1>,
        (_, Waits::Beside) => tick::<2, 2>,
    }
}

fn tick<const NUMBER: usize, const WAITS: usize>() -> ActorCall {
    let waits = [Waits::Never, Waits::Alone, Waits::Beside][WAITS];
    ActorCall { method: TICKS[NUMBER], value: 0, waits }
}

/// What both contexts can do.
trait Cx {
    fn facts(&self) -> (Timestamp, Timestamp, Timestamp, bool, u64, Option<Timestamp>);
    fn instant(&self) -> Timestamp;
    fn look(&self, stream: Stream<Item>) -> Option<u32>;
    fn defer(&self, delay: i64, call: ActorCall) -> CallKey;
    fn schedule(&self, time: i64, call: ActorCall) -> CallKey;
    fn cancel(&self, key: CallKey) -> bool;
    fn silence(&self, key: TimerKey) -> bool;
    fn reschedule(&self, key: CallKey, time: i64) -> bool;
    fn put(&self, stream: Stream<Item>, item: Item);
    fn put_after(&self, delay: i64, stream: Stream<Item>, item: Item) -> EmissionKey;
    fn put_at(&self, time: i64, stream: Stream<Item>, item: Item) -> EmissionKey;
    fn take_back(&self, key: EmissionKey) -> bool;
    fn every(&self, every: Every, make: fn() -> ActorCall) -> TimerKey;
    fn halt(&self);
    fn spawns(&self, actor: Actor);
    fn retires(&self);
    fn feeds(&self, stream: Stream<Item>, source: Source<Item>);
}

macro_rules! cx {
    ($context:ident, $spawn:ident) => {
        impl<const KEYED: bool> Cx for $context<Actor<KEYED>> {
            fn facts(&self) -> (Timestamp, Timestamp, Timestamp, bool, u64, Option<Timestamp>) {
                (self.now(), self.due(), self.event_time(), self.is_live(), self.missed(), self.arrival())
            }

            fn instant(&self) -> Timestamp {
                self.now()
            }

            fn look(&self, stream: Stream<Item>) -> Option<u32> {
                self.latest(stream).map(|event| event.value.serial)
            }

            fn defer(&self, delay: i64, call: ActorCall) -> CallKey {
                self.after(Duration::from_nanos(delay)).0.put(call)
            }

            fn schedule(&self, time: i64, call: ActorCall) -> CallKey {
                self.at(Timestamp::from_nanos(time)).0.put(call)
            }

            fn cancel(&self, key: CallKey) -> bool {
                self.cancel(key)
            }

            fn silence(&self, key: TimerKey) -> bool {
                self.cancel(key)
            }

            fn reschedule(&self, key: CallKey, time: i64) -> bool {
                self.reschedule(key, Timestamp::from_nanos(time))
            }

            fn put(&self, stream: Stream<Item>, item: Item) {
                self.emit(stream, item);
            }

            fn put_after(&self, delay: i64, stream: Stream<Item>, item: Item) -> EmissionKey {
                self.emit_after(Duration::from_nanos(delay), stream, item)
            }

            fn put_at(&self, time: i64, stream: Stream<Item>, item: Item) -> EmissionKey {
                self.emit_at(Timestamp::from_nanos(time), stream, item)
            }

            fn take_back(&self, key: EmissionKey) -> bool {
                self.cancel(key)
            }

            fn every(&self, every: Every, make: fn() -> ActorCall) -> TimerKey {
                self.every(every).0.put_with(make)
            }

            fn halt(&self) {
                self.stop();
            }

            fn spawns(&self, actor: Actor) {
                self.$spawn(actor);
            }

            fn retires(&self) {
                self.retire();
            }

            fn feeds(&self, stream: Stream<Item>, source: Source<Item>) {
                self.feed(stream, source);
            }
        }
    };
}

cx!(Context, spawn);
cx!(TaskContext, spawn_strategy);

/// Handles an item, and some more after each nap.
async fn alone<const KEYED: bool>(
    mut this: Exclusive<Actor<KEYED>>,
    cx: TaskContext<Actor<KEYED>>,
    method: &'static str,
    value: u32,
) -> HandlerResult {
    let (naps, result) = this.begin(&cx, method, value);
    result?;
    for nap in naps {
        cx.sleep(Duration::from_nanos(nap)).await;
        this.handle(&cx, "woke", value, None)?;
    }
    Ok(())
}

/// [`alone`], beside other handlers.
async fn beside<const KEYED: bool>(
    this: Shared<Actor<KEYED>>,
    method: &'static str,
    value: u32,
) -> HandlerResult {
    let (naps, result) = this.with(|actor, cx| actor.begin(cx, method, value));
    result?;
    for nap in naps {
        this.sleep(Duration::from_nanos(nap)).await;
        this.with(|actor, cx| actor.handle(cx, "woke", value, None))?;
    }
    Ok(())
}

impl<const KEYED: bool> Actor<KEYED> {
    /// A strategy with one of the plans, the n-th of all that there are in the run.
    pub(super) fn new(cast: &Arc<Cast>, plan: usize, number: usize) -> Self {
        let plan = Arc::clone(&cast.plans[plan]);
        let is_heard = |stream: &usize| cast.plans.iter().any(|actor| actor.emitted.contains(stream));
        Actor {
            number,
            random: Random::new(cast.scenario.seed, 40 + number as u64),
            blocking: Random::new(cast.scenario.seed, 50 + number as u64),
            growing: Random::new(cast.scenario.seed, 1_000 + number as u64),
            left: plan.budget,
            naps: 40,
            made: 0,
            keys: Vec::new(),
            timers: Vec::new(),
            emissions: Vec::new(),
            heard: plan.emits.iter().copied().filter(is_heard).collect(),
            cast: Arc::clone(cast),
            plan,
        }
    }

    /// Handles an item; how long its handler sleeps afterwards.
    fn begin(&mut self, cx: &impl Cx, method: &'static str, value: u32) -> (Vec<i64>, HandlerResult) {
        let step = self.plan.step;
        let lengths = [0, 1, step / 2, step, step, 3 * step];
        // Ticks that sleep longer than until the next one would go on for ever.
        let count = self.random.below(4).min(self.naps);
        self.naps -= count;
        let naps = (0..count).map(|_| self.random.pick(&lengths)).collect();
        (naps, self.handle_as(cx, method, value, None, false))
    }

    fn handle(
        &mut self,
        cx: &impl Cx,
        method: &'static str,
        value: u32,
        notice: Option<Notice>,
    ) -> HandlerResult {
        self.handle_as(cx, method, value, notice, method != "woke")
    }

    /// Handles an item, in a call that is not async or in one that is.
    fn handle_as(
        &mut self,
        cx: &impl Cx,
        method: &'static str,
        value: u32,
        notice: Option<Notice>,
        at_once: bool,
    ) -> HandlerResult {
        let cast = Arc::clone(&self.cast);
        if let Some(world) = &cast.world {
            world.called();
        }
        let (now, due, event_time, live, missed, arrival) = cx.facts();
        let index = {
            let mut log = cast.log.lock().unwrap();
            log.push(Call {
                actor: self.number,
                method,
                value,
                now: now.as_nanos(),
                due: due.as_nanos(),
                event_time: event_time.as_nanos(),
                live,
                missed,
                notice,
                answers: Vec::new(),
                looks: self.plan.looks.iter().map(|&number| (number, cx.look(numbered(number)))).collect(),
                retires: false,
                arrival: arrival.map(Timestamp::as_nanos),
            });
            log.len() - 1
        };
        assert!(index < ENDLESS, "the run has no end");
        let mut answers = Vec::new();
        let mut result = Ok(());
        while self.left > 0 && self.random.chance(self.plan.diligence) {
            self.left -= 1;
            self.act(cx, &mut answers, &mut result);
        }
        if self.blocking.chance(self.plan.blocks) {
            let length = self.blocking.range(0, self.plan.longest_block + 1);
            if let Some(world) = &cast.world {
                let now = cx.instant();
                world.block(length);
                world.reach("a handler blocks");
                assert_eq!(now, cx.instant(), "time stands still in a handler (S2)");
            }
        }
        if let Some(number) = OPENED_ENDS.iter().position(|name| *name == method) {
            cast.brood.lock().unwrap().free[number] = true;
        }
        let retires = self.plan.grows > 0 && self.growing.chance(self.plan.grows) && self.grow(cx, method);
        let call = &mut cast.log.lock().unwrap()[index];
        (call.answers, call.retires) = (answers, retires && at_once);
        result
    }

    /// Asks for what changes who takes part. True if that is to retire.
    fn grow(&mut self, cx: &impl Cx, method: &'static str) -> bool {
        let cast = Arc::clone(&self.cast);
        match self.growing.below(10) {
            what if what < self.plan.spawns => {
                let young = cast.scenario.young.len();
                let has_room = cast.brood.lock().unwrap().spawned < BIRTHS;
                if young > 0 && has_room {
                    cast.brood.lock().unwrap().spawned += 1;
                    let plan = cast.scenario.actors.len() + self.growing.below(young);
                    PLANS.with_borrow_mut(|plans| plans.push_back(Arc::clone(&cast.plans[plan])));
                    cx.spawns(Actor::<false>::new(&cast, plan, cast.next_born()));
                    cast.reach("a strategy spawned");
                }
            }
            what if what < self.plan.spawns + self.plan.retires => {
                cast.reach("a strategy retired");
                cx.retires();
                return true;
            }
            _ => {
                let supply = cast.supply(&mut self.growing, method, cx.instant().as_nanos());
                if let Some((stream, source)) = supply {
                    cast.reach("a source opened");
                    cx.feeds(stream, source);
                }
            }
        }
        false
    }

    fn act(&mut self, cx: &impl Cx, answers: &mut Vec<bool>, result: &mut HandlerResult) {
        let plan = Arc::clone(&self.plan);
        let random = &mut self.random;
        let delay =
            random.pick(&[0, 0, 1, plan.step / 2, plan.step, plan.step, 2 * plan.step, 5 * plan.step]);
        let time = cx.instant().as_nanos().saturating_add(random.range(-2, 6).saturating_mul(plan.step));
        match random.below(23) {
            0..6 => {
                let key = cx.defer(delay, self.make());
                self.keys.push(key);
            }
            6..9 => {
                let key = cx.schedule(time, self.make());
                self.keys.push(key);
            }
            9 | 10 if !self.keys.is_empty() => answers.push(cx.cancel(random.pick(&self.keys))),
            11 if !self.keys.is_empty() => {
                answers.push(cx.reschedule(random.pick(&self.keys), time));
            }
            12..15 if !plan.emits.is_empty() => {
                let to = random.pick(&plan.emits);
                self.made += 1;
                cx.put(emitted(to), Item::new(self.serial(), 0, &self.cast.token));
            }
            15 | 16 => {
                let tick = TickPlan {
                    step: random.range(1, 4) * plan.step,
                    skips: random.chance(50),
                    immediate: random.chance(30),
                    aligned: false,
                };
                let times = random.range(1, 5) as u64;
                let key = cx.every(every(&tick).times(times), make(2, plan.waits[READ + 1]));
                self.timers.push(key);
            }
            17 if !self.timers.is_empty() => answers.push(cx.silence(random.pick(&self.timers))),
            20 | 21 if !self.heard.is_empty() => {
                let (to, at_time) = (random.pick(&self.heard), random.chance(50));
                self.made += 1;
                let item = Item::new(self.serial(), 0, &self.cast.token);
                self.emissions.push(match at_time {
                    true => cx.put_at(time, emitted(to), item),
                    false => cx.put_after(delay, emitted(to), item),
                });
                self.cast.reach("an event emitted with a delay");
            }
            22 if !self.emissions.is_empty() => answers.push(cx.take_back(random.pick(&self.emissions))),
            18 if plan.stops && random.chance(30) => cx.halt(),
            19 if plan.fails && random.chance(30) => *result = Err("as scripted".into()),
            _ => {}
        }
    }

    fn make(&mut self) -> ActorCall {
        self.made += 1;
        ActorCall { method: "later", value: self.serial(), waits: self.plan.waits[READ] }
    }

    fn serial(&self) -> u32 {
        self.number as u32 * 100_000 + self.made
    }
}

fn every(tick: &TickPlan) -> Every {
    let mut every = Every::new(Duration::from_nanos(tick.step));
    every = if tick.skips { every.skip_missed() } else { every };
    every = if tick.immediate { every.immediate() } else { every };
    if tick.aligned { every.aligned() } else { every }
}

impl<const KEYED: bool> Strategy for Actor<KEYED> {
    const NAME: &'static str = "Actor";
    type Call = ActorCall;
    type Calls<Q: Slot<ActorCall>> = ActorCalls<Q>;
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        let plan = match KEYED {
            true => KEYED_PLAN.with_borrow(Option::clone),
            false => PLANS.with_borrow_mut(VecDeque::pop_front),
        };
        let plan = plan.expect("a plan for each strategy");
        for &number in &plan.looks {
            wiring.latest(numbered(number));
        }
        for &number in &plan.emits {
            wiring.emits(emitted(number));
        }
        let hook =
            |name: &'static str| move |this: &mut Self, cx: &Context<Self>| this.handle(cx, name, 0, None);
        let reads = plan.reads.iter().map(|&(number, by_reference)| {
            (stream(number), EVENTS[number], by_reference, plan.waits[number])
        });
        let emitted = plan
            .emitted
            .iter()
            .map(|&number| (emitted(number), EMITS[number], number == 0, plan.waits[EVENTS.len() + number]));
        let opens =
            plan.opened.iter().map(|&number| (opened(number), OPENS[number], number == 0, plan.opened_waits));
        for (stream, name, by_reference, waits) in reads.chain(emitted).chain(opens) {
            if waits == Waits::Alone {
                wiring.on_event_async(stream, name, move |this, cx, item| alone(this, cx, name, item.serial));
            } else if waits == Waits::Beside {
                wiring.on_event_shared_ref(stream, name, move |this, item| beside(this, name, item.serial));
            } else if by_reference {
                wiring.on_event_ref(stream, name, move |this, cx, item: &Item| {
                    this.handle(cx, name, item.serial, None)
                });
            } else {
                wiring.on_event(stream, name, move |this, cx, item: Item| {
                    this.handle(cx, name, item.serial, None)
                });
            }
        }
        for &number in &plan.notices {
            let name = NOTICES[number];
            wiring.on_notice(stream(number), name, move |this: &mut Self, cx, notice| {
                this.handle(cx, name, 0, Some(notice))
            });
        }
        for &number in &plan.ends {
            wiring.on_end(stream(number), ENDS[number], hook(ENDS[number]));
        }
        for &number in &plan.opened_ends {
            wiring.on_end(opened(number), OPENED_ENDS[number], hook(OPENED_ENDS[number]));
        }
        if plan.on_start {
            wiring.on_start("start", hook("start"));
        }
        if plan.on_live {
            wiring.on_live("live", hook("live"));
        }
        if plan.on_caught_up {
            wiring.on_caught_up("caught_up", hook("caught_up"));
        }
        if plan.on_settled {
            wiring.on_settled("settled", hook("settled"));
        }
        if plan.on_stop {
            wiring.on_stop("stop", hook("stop"));
        }
        for (number, tick) in plan.ticks.iter().enumerate() {
            wiring.every(TICKS[number], every(tick), make(number, plan.waits[READ + 1]));
        }
        wiring.deferred(TICKS[2]);
        wiring.deferred("later");
        if let Some(delay) = plan.one_shot {
            wiring.after("later", Duration::from_nanos(delay), || ActorCall {
                method: "later",
                value: 0,
                waits: Waits::Never,
            });
        }
    }

    fn calls<Q: Slot<ActorCall>>(slot: Q) -> ActorCalls<Q> {
        ActorCalls(slot)
    }

    fn call(&mut self, cx: &Context<Self>, call: ActorCall) -> HandlerResult {
        self.handle(cx, call.method, call.value, None)
    }

    fn is_async(call: &ActorCall) -> bool {
        call.waits != Waits::Never
    }

    fn begin(call: ActorCall, task: Begin<'_, Self>) {
        let ActorCall { method, value, waits } = call;
        if waits == Waits::Alone {
            task.exclusive(|this, cx| alone(this, cx, method, value));
        } else {
            task.shared(|this| beside(this, method, value));
        }
    }

    fn call_name(call: &ActorCall) -> &'static str {
        call.method
    }
}
