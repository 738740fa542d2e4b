//! What runs allocate: nothing for an event, a call, a tick or a sleep once they are under way, and little for a task.
//!
//! Each test counts the allocations of two runs, of which the second has twice as much to do.

use allocation_counter::measure;
use asp::prelude::*;
use asp::window::{CountWindow, TimeWindow};
use asp::{Forward, WhenFull};

/// Events at intervals of a millisecond.
fn events(count: u64) -> impl Iterator<Item = (Timestamp, u64)> + Send {
    (0..count).map(|k| (Timestamp::from_millis(k as i64), k))
}

/// A queue of times opens another bucket when time passes a power of two.
const FEW: u64 = 10;

/// Allocations that the second half of the work makes.
fn allocations_of_more(run: impl Fn(u64)) -> u64 {
    const ENOUGH: u64 = 30_000;
    let half = measure(|| run(ENOUGH)).count_total;
    measure(|| run(2 * ENOUGH)).count_total - half
}

#[derive(Default)]
struct Single(u64);

#[strategy]
impl Single {
    #[on_event(stream = "values")]
    fn value(&mut self, value: u64) {
        self.0 += value;
    }
}

#[test]
fn an_event_allocates_nothing() {
    let more = allocations_of_more(|count| {
        Runner::new().feed(Single::VALUES, events(count)).add(Single::default()).run().unwrap();
    });
    assert_eq!(more, 0);
}

struct Windowed {
    by_time: TimeWindow<u64, 2>,
    by_count: CountWindow<u64, 2>,
}

#[strategy]
impl Windowed {
    #[on_event(stream = "windowed")]
    fn value(&mut self, cx: &Context<Self>, value: u64) {
        self.by_time.push(cx.now(), value);
        self.by_count.push(value);
        assert_eq!(self.by_time.sums(), self.by_count.sums());
    }
}

#[test]
fn a_window_that_has_been_full_allocates_nothing() {
    let more = allocations_of_more(|count| {
        let terms = |value: &u64| [*value as f64, 1.0];
        let windowed = Windowed {
            by_time: TimeWindow::summing(Duration::from_millis(1000), terms),
            by_count: CountWindow::summing(1000, terms),
        };
        Runner::new().feed(Windowed::WINDOWED, events(count)).add(windowed).run().unwrap();
    });
    assert_eq!(more, 0);
}

#[test]
fn an_event_that_is_forwarded_allocates_nothing() {
    let more = allocations_of_more(|count| {
        let runner = Runner::new().feed(Single::VALUES, events(count)).add(Single::default());
        let few = Forward::new(futures::sink::drain()).buffer(1, WhenFull::Block);
        runner.forward(Single::VALUES, futures::sink::drain()).forward(Single::VALUES, few).run().unwrap();
    });
    assert_eq!(more, 0);
}

#[derive(Default)]
struct Several(u64);

#[strategy]
impl Several {
    #[on_event(stream = "ones")]
    fn one(&mut self, value: u64) {
        self.0 += value;
    }

    #[on_event(stream = "others")]
    fn other(&mut self, value: u64) {
        self.0 ^= value;
    }
}

#[test]
fn events_of_several_streams_allocate_nothing() {
    let more = allocations_of_more(|count| {
        let runner = Runner::new().feed(Several::ONES, events(count)).feed(Several::OTHERS, events(count));
        runner.add(Several::default()).run().unwrap();
    });
    assert_eq!(more, 0);
}

#[derive(Default)]
struct Joined(usize);

#[strategy(latest(words: String))]
impl Joined {
    #[on_event(stream = "values")]
    fn value(&mut self, cx: &Context<Self>, _: u64) {
        self.0 += cx.with_latest(Self::WORDS, |word| word.value.len()).unwrap_or(0);
    }
}

#[test]
fn the_latest_event_takes_the_place_of_the_one_before() {
    let more = allocations_of_more(|count| {
        // The source makes a string for each event, and the copy that is kept uses the memory of the last one.
        let words = events(count).map(|(time, _)| (time, "word".to_owned()));
        Runner::new()
            .feed(Joined::WORDS, words)
            .feed(Joined::VALUES, events(count))
            .add(Joined::default())
            .run()
            .unwrap();
    });
    assert_eq!(more, 30_000);
}

#[derive(Default)]
struct Deferred(u64);

#[strategy]
impl Deferred {
    #[on_event(stream = "values")]
    fn value(&mut self, cx: &Context<Self>, value: u64) {
        cx.after(Duration::from_secs(1)).follow(value);
    }

    #[after]
    fn follow(&mut self, value: u64) {
        self.0 += value;
    }
}

#[test]
fn a_deferred_call_allocates_nothing() {
    let more = allocations_of_more(|count| {
        Runner::new().feed(Deferred::VALUES, events(count)).add(Deferred::default()).run().unwrap();
    });
    assert_eq!(more, 0);
}

#[derive(Default)]
struct Delayed(u64);

#[strategy(emits(echoes: u64))]
impl Delayed {
    #[on_event(stream = "values")]
    fn value(&mut self, cx: &Context<Self>, value: u64) {
        cx.emit_after(Duration::from_secs(1), Self::ECHOES, value);
        // Out of order, and taken back now and then.
        let millis = (value * 7_919 % 1_000) as i64;
        let key = cx.emit_after(Duration::from_millis(millis), Self::ECHOES, value);
        if value.is_multiple_of(3) {
            cx.cancel(key);
        }
    }

    #[on_event(stream = Delayed::ECHOES)]
    fn echo(&mut self, value: u64) {
        self.0 += value;
    }
}

#[test]
fn an_event_with_a_delay_allocates_nothing() {
    let more = allocations_of_more(|count| {
        Runner::new().feed(Delayed::VALUES, events(count)).add(Delayed::default()).run().unwrap();
    });
    assert!(more <= FEW, "{more}");
}

struct Timers {
    left: u64,
}

#[strategy]
impl Timers {
    #[on_start]
    fn set(&mut self, cx: &Context<Self>) {
        for timer in 1..=100 {
            cx.every(Duration::from_millis(timer)).tick();
        }
    }

    #[after]
    fn tick(&mut self, cx: &Context<Self>) {
        self.left -= 1;
        if self.left == 0 {
            cx.stop();
        }
    }
}

#[test]
fn a_tick_allocates_nothing() {
    let more = allocations_of_more(|left| {
        let runner = Runner::new().start(Timestamp::EPOCH).end(Timestamp::from_secs(1_000_000));
        runner.add(Timers { left }).run().unwrap();
    });
    assert!(more <= FEW, "{more}");
}

#[derive(Default)]
struct Ready(u64);

#[strategy]
impl Ready {
    #[on_event(stream = "values")]
    async fn value(&mut self, value: u64) {
        self.0 += value;
    }
}

#[test]
fn a_handler_that_never_waits_allocates_nothing() {
    let more = allocations_of_more(|count| {
        Runner::new().feed(Ready::VALUES, events(count)).add(Ready::default()).run().unwrap();
    });
    assert_eq!(more, 0);
}

#[derive(Default)]
struct Slow(u64);

#[strategy]
impl Slow {
    #[on_event(stream = "values")]
    async fn value(&mut self, cx: &TaskContext<Self>, value: u64) {
        cx.sleep(Duration::from_micros(100)).await;
        self.0 += value;
    }
}

#[test]
fn a_handler_that_has_its_strategy_while_it_waits_allocates_nothing() {
    let more = allocations_of_more(|count| {
        Runner::new().feed(Slow::VALUES, events(count)).add(Slow::default()).run().unwrap();
    });
    assert!(more <= FEW, "{more}");
}

#[derive(Default)]
struct Beside(u64);

#[strategy]
impl Beside {
    #[on_event(stream = "values")]
    async fn value(this: Shared<Self>, value: u64) {
        this.sleep(Duration::from_millis(20)).await;
        this.with(|beside, _| beside.0 += value);
    }
}

#[test]
fn a_handler_in_the_place_of_one_that_has_ended_allocates_nothing() {
    let more = allocations_of_more(|count| {
        Runner::new().feed(Beside::VALUES, events(count)).add(Beside::default()).run().unwrap();
    });
    assert!(more <= FEW, "{more}");
}

struct Sleepers;

#[strategy]
impl Sleepers {
    #[on_event(stream = "sleeps")]
    async fn sleep(this: Shared<Self>, (number, sleeps): (u64, u64)) {
        for sleep in 0..sleeps {
            let micros = 1 + (number * 7919 + sleep * 104_729) % 1000;
            this.sleep(Duration::from_micros(micros as i64)).await;
        }
    }
}

#[test]
fn a_sleep_allocates_nothing() {
    const SLEEPERS: u64 = 100;
    let more = allocations_of_more(|count| {
        let sleepers = (0..SLEEPERS).map(move |number| (Timestamp::EPOCH, (number, count / SLEEPERS)));
        Runner::new().feed(Sleepers::SLEEPS, sleepers).add(Sleepers).run().unwrap();
    });
    assert!(more <= FEW, "{more}");
}

#[test]
fn a_million_tasks_sleep_in_half_a_kibibyte_each() {
    const TASKS: u64 = 1_000_000;
    let measured = measure(|| {
        let tasks = (0..TASKS).map(|number| (Timestamp::EPOCH, number));
        let mut outcome = Runner::new().feed(Beside::VALUES, tasks).add(Beside::default()).run().unwrap();
        assert_eq!(outcome.report().dispatched.wakes, TASKS);
        assert_eq!(outcome.take::<Beside>().unwrap().0, TASKS * (TASKS - 1) / 2);
    });
    let bytes = measured.bytes_max / TASKS;
    println!("{bytes} bytes for each of a million tasks that sleep");
    assert!(bytes < 512, "{bytes} bytes for each task");
}

/// One instance of `Single` for each of so many keys, each of which hears of several events.
fn run_by_key(keys: u64, rounds: u64) {
    let by_key = Keyed::new(|_: u64| Single::default()).by(Single::VALUES, move |value| value % keys);
    Runner::new().feed(Single::VALUES, events(keys * rounds)).add(by_key).run().unwrap();
}

#[test]
fn s58_an_event_of_a_key_that_is_known_allocates_nothing() {
    let once = measure(|| run_by_key(1_000, 1)).count_total;
    assert_eq!(measure(|| run_by_key(1_000, 30)).count_total, once);
}

#[test]
fn s58_a_key_takes_less_than_a_kibibyte() {
    let keys = |count| measure(|| run_by_key(count, 1)).bytes_max;
    // Tables double, so it is measured where they have just done so, too.
    for count in [10_000, 16_500] {
        let each = (keys(2 * count) - keys(count)) / count;
        assert!((100..1024).contains(&each), "{each} bytes for each key");
    }
}

#[test]
fn s56_strategies_that_come_and_go_leave_nothing() {
    struct Brief;

    #[strategy]
    impl Brief {
        #[after("1ms")]
        fn leave(&mut self, cx: &Context<Self>) {
            cx.retire();
        }
    }

    struct Spawns;

    #[strategy]
    impl Spawns {
        #[on_event(stream = "births")]
        fn birth(&mut self, cx: &Context<Self>, _number: u64) {
            cx.spawn(Brief);
        }
    }

    let most = |count| {
        measure(|| _ = Runner::new().feed(Spawns::BIRTHS, events(count)).add(Spawns).run().unwrap()).bytes_max
    };
    let (few, many) = (most(1_000), most(10_000));
    assert!(many < few + 1024, "{few} bytes, then {many}");
}
