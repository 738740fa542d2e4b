//! The recipes of `book/src/async.md`, which includes them from here.

use asp::prelude::*;
use asp::{Outcome, RunContext, Stream, TokioClock};
use futures::channel::oneshot;

// ANCHOR: alone
#[derive(Default)]
struct Alone {
    greeted: u32,
}

#[strategy(emits(lines: String))]
impl Alone {
    #[on_event(stream = "names")]
    async fn greet(&mut self, cx: &TaskContext<Self>, name: String) {
        self.greeted += 1;
        cx.sleep(Duration::from_secs(5)).await;
        cx.emit(Self::LINES, format!("hello {name}, number {}", self.greeted));
    }

    #[every("2s")]
    fn tick(&mut self, cx: &Context<Self>) {
        cx.emit(Self::LINES, format!("tick of second {}", seconds(cx.due())));
    }
}
// ANCHOR_END: alone

// ANCHOR: beside
#[derive(Default)]
struct Beside {
    greeted: u32,
}

#[strategy(emits(lines: String))]
impl Beside {
    #[on_event(stream = "names")]
    async fn greet(this: Shared<Self>, name: String) {
        this.with(|state, _| state.greeted += 1);
        this.sleep(Duration::from_secs(5)).await;
        this.with(|state, cx| cx.emit(Self::LINES, format!("hello {name}, number {}", state.greeted)));
    }

    #[every("2s")]
    fn tick(&mut self, cx: &Context<Self>) {
        cx.emit(Self::LINES, format!("tick of second {}", seconds(cx.due())));
    }
}
// ANCHOR_END: beside

fn second(second: i64) -> Timestamp {
    Timestamp::from_secs(second)
}

fn seconds(time: Timestamp) -> i64 {
    time.as_nanos() / 1_000_000_000
}

/// What was collected, as `second: text`.
fn lines(outcome: asp::Result<Outcome>, stream: Stream<String>) -> Vec<String> {
    let mut outcome = outcome.unwrap();
    let lines = outcome.collected(stream).unwrap();
    lines.iter().map(|line| format!("{}: {}", seconds(line.time), line.value)).collect()
}

fn names() -> [(Timestamp, String); 2] {
    [(second(0), "Jane".into()), (second(1), "John".into())]
}

#[test]
fn an_exclusive_handler_makes_the_others_wait() {
    let run = Runner::new().feed(Alone::NAMES, names()).add(Alone::default()).collect(Alone::LINES).run();
    let lines = lines(run, Alone::LINES);
    // ANCHOR: alone_lines
    assert_eq!(
        lines,
        [
            "5: hello Jane, number 1",
            "10: hello John, number 2", // his handler began at 5, when Jane's had ended
            "10: tick of second 2",
            "10: tick of second 4",
            "10: tick of second 6",
            "10: tick of second 8",
            "10: tick of second 10",
        ]
    );
    // ANCHOR_END: alone_lines
}

#[test]
fn a_shared_handler_runs_beside_the_others() {
    let run = Runner::new().feed(Beside::NAMES, names()).add(Beside::default()).collect(Beside::LINES).run();
    let lines = lines(run, Beside::LINES);
    // ANCHOR: beside_lines
    assert_eq!(
        lines,
        [
            "2: tick of second 2",
            "4: tick of second 4",
            "5: hello Jane, number 2", // John has come meanwhile, and is counted
            "6: hello John, number 2",
            "6: tick of second 6",
        ]
    );
    // ANCHOR_END: beside_lines
}

// ANCHOR: order
struct Moment;

#[strategy(emits(lines: String))]
impl Moment {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.after(Duration::from_secs(2)).say("call, asked for first".into());
        cx.after(Duration::from_secs(1)).sleeper();
    }

    #[after]
    async fn sleeper(this: Shared<Self>) {
        let (sender, receiver) = oneshot::channel();
        let listener = this.clone();
        this.spawn(async move {
            let what = receiver.await.unwrap_or("nothing");
            listener.emit(Self::LINES, format!("{what}, in the next round"));
        });
        this.sleep(Duration::from_secs(1)).await;
        this.emit(Self::LINES, "sleep, asked for later".into());
        let _ = sender.send("what the sleeper sent");
    }

    #[on_event(stream = "names")]
    fn event(&mut self, cx: &Context<Self>, _: String) {
        cx.emit(Self::LINES, "event".into());
    }

    #[after]
    fn say(&mut self, cx: &Context<Self>, what: String) {
        cx.emit(Self::LINES, what);
    }

    #[every("2s")]
    fn tick(&mut self, cx: &Context<Self>) {
        cx.emit(Self::LINES, "tick".into());
    }
}

#[test]
fn wakes_have_their_place_in_an_instant() {
    let names = [(second(0), "early".to_owned()), (second(2), "at two".to_owned())];
    let run = Runner::new().feed(Moment::NAMES, names).add(Moment).collect(Moment::LINES).run();
    assert_eq!(
        lines(run, Moment::LINES),
        [
            "0: event",
            "2: event",
            "2: call, asked for first",
            "2: sleep, asked for later",
            "2: tick",
            "2: what the sleeper sent, in the next round",
        ]
    );
}
// ANCHOR_END: order

// ANCHOR: select
#[test]
fn the_first_of_two() {
    let race = |cx: RunContext| async move {
        let (door, phone) = (cx.sleep(Duration::from_secs(3)), cx.sleep(Duration::from_secs(2)));
        tokio::select! {
            biased; // looks at them from top to bottom, each time
            () = door => unreachable!("the phone rings first"),
            () = phone => assert_eq!(cx.now(), second(2)),
        }
    };
    let outcome = Runner::new().spawn(race).run().unwrap();
    assert_eq!(outcome.report().now, second(2)); // what was not awaited to its end is cancelled
}
// ANCHOR_END: select

// ANCHOR: children
#[test]
fn children_are_joined_or_cancelled() {
    let parent = |cx: RunContext| async move {
        let (short, long) = (cx.sleep(Duration::from_secs(1)), cx.sleep(Duration::from_secs(60)));
        let first = cx.spawn(async move {
            short.await;
            "done"
        });
        let second = cx.spawn(long);

        assert_eq!(first.await, Ok("done"));
        second.cancel();
        assert_eq!(second.await, Err(asp::Cancelled));
    };
    let outcome = Runner::new().spawn(parent).run().unwrap();
    assert_eq!(outcome.report().now, second(1));
}
// ANCHOR_END: children

// ANCHOR: wait_for
const PRICES: Stream<u32> = Stream::new("prices");

#[test]
fn what_comes_between_two_waits_is_not_seen() {
    let (sender, seen) = std::sync::mpsc::channel();
    let watch = move |cx: RunContext| async move {
        while let Some(price) = cx.wait_for(PRICES).await {
            sender.send(price).unwrap();
            cx.sleep(Duration::from_millis(1500)).await;
        }
    };
    let prices = [1, 2, 3, 4].map(|price| (second(price), price as u32));
    Runner::new().start(second(0)).feed(PRICES, prices).spawn(watch).run().unwrap();
    assert_eq!(seen.iter().collect::<Vec<_>>(), [1, 3]); // 2 and 4 came during its sleeps
}
// ANCHOR_END: wait_for

// ANCHOR: external
/// Stands for a request over a network.
async fn fetch(name: String) -> usize {
    tokio::time::sleep(std::time::Duration::from_millis(80)).await;
    name.len()
}

/// Stands for what takes a processor some time.
fn compute(length: usize) -> usize {
    (1..=length).product()
}

struct Asker;

#[strategy(emits(lines: String))]
impl Asker {
    #[on_event(stream = "names")]
    async fn ask(&mut self, cx: &TaskContext<Self>, name: String) {
        let length = cx.external(fetch(name.clone())).await;
        let product = cx.external(tokio::task::spawn_blocking(move || compute(length))).await.unwrap();
        cx.emit(Self::LINES, format!("{name}: {product}"));
    }
}

#[tokio::test]
async fn asks_while_live() {
    let clock = TokioClock::starting_at(second(60)); // the names are history by then
    let runner = Runner::new().feed(Asker::NAMES, names()).add(Asker).collect(Asker::LINES);
    let outcome = runner.clock(clock).run_live().await;
    assert_eq!(lines(outcome, Asker::LINES), ["0: Jane: 24", "1: John: 24"]); // virtual time has waited
}

#[tokio::test]
async fn asks_over_history() {
    let runner = Runner::new().feed(Asker::NAMES, names()).add(Asker).collect(Asker::LINES);
    let outcome = tokio::task::spawn_blocking(|| runner.run()).await.unwrap();
    assert_eq!(lines(outcome, Asker::LINES), ["0: Jane: 24", "1: John: 24"]);
}
// ANCHOR_END: external

// ANCHOR: stuck
#[test]
fn nobody_is_left_to_wake_it() {
    let waits = |_| async {
        let (_sender, answer) = oneshot::channel::<u32>();
        let _ = answer.await; // the sender is still there, and sends nothing
    };
    let error = Runner::new().spawn_as("patience", waits).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "stuck at 1970-01-01T00:00:00Z: 1 task waits and nothing is left that could wake it: patience; \
         set `.end(..)`, or wrap what they wait for in `cx.external(..)` if it is outside"
    );
}
// ANCHOR_END: stuck

// ANCHOR: foreign
#[test]
fn another_thread_wakes_it() {
    let (sender, answer) = oneshot::channel::<u32>();
    let waits = |_| async { assert_eq!(answer.await, Ok(42)) }; // right: `asp::external(answer).await`
    let other = |_| async {
        let thread = std::thread::spawn(|| sender.send(42));
        thread.join().unwrap().unwrap();
    };
    let error = Runner::new().spawn_as("asker", waits).spawn_as("other", other).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "asker was woken at 1970-01-01T00:00:00Z by something outside of the run; \
         wrap what it waits for in `cx.external(..)`"
    );
}
// ANCHOR_END: foreign

// ANCHOR: backlog
struct Slow;

#[strategy]
impl Slow {
    #[after("1s")]
    async fn pause(&mut self, cx: &TaskContext<Self>) {
        cx.sleep(Duration::from_hours(1)).await;
    }

    #[every("1ms")]
    fn tick(&mut self) {}
}

#[test]
fn too_much_waits_for_a_handler() {
    let error = Runner::new().end(second(7200)).add(Slow).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "more than 1048576 items of Slow wait for its handler `pause` to end; \
         let it wait less, or write it with `this: Shared<Self>` so that others go on"
    );
}
// ANCHOR_END: backlog

// ANCHOR: test
struct Nap;

#[strategy(emits(awake: u32))]
impl Nap {
    #[on_event(stream = "tired")]
    async fn nap(&mut self, cx: &TaskContext<Self>, who: u32) {
        cx.sleep(Duration::from_hours(8)).await;
        cx.emit(Self::AWAKE, who);
    }
}

#[test]
fn eight_hours_are_enough() {
    let runner = Runner::new().feed(Nap::TIRED, [(second(0), 1)]).add(Nap).collect(Nap::AWAKE);
    let mut outcome = runner.run().unwrap();
    assert_eq!(outcome.collected(Nap::AWAKE).unwrap()[0].to_string(), "1970-01-01T08:00:00Z 1");
}
// ANCHOR_END: test

// ANCHOR: silence
#[derive(Default)]
struct Watch {
    last: u32,
}

#[strategy(emits(alarms: String))]
impl Watch {
    #[on_event(stream = "beats")]
    async fn watch(this: Shared<Self>, number: u32) {
        this.with(|watch, _| watch.last = number);
        this.sleep(Duration::from_secs(60)).await;
        if this.with(|watch, _| watch.last == number) {
            this.emit(Self::ALARMS, format!("silent after beat {number}"));
        }
    }
}

#[test]
fn an_alarm_unless_the_next_beat_came() {
    let beats = [(0, 1), (50, 2), (200, 3), (210, 4)].map(|(time, number)| (second(time), number));
    let run = Runner::new().feed(Watch::BEATS, beats).add(Watch::default()).collect(Watch::ALARMS).run();
    assert_eq!(lines(run, Watch::ALARMS), ["110: silent after beat 2", "270: silent after beat 4"]);
}
// ANCHOR_END: silence

// ANCHOR: limit
struct Limiter;

#[strategy(emits(sent: String))]
impl Limiter {
    #[on_event(stream = "requests")]
    async fn send(&mut self, cx: &TaskContext<Self>, request: String) {
        cx.emit(Self::SENT, request);
        cx.sleep(Duration::from_secs(1)).await; // the next one begins after that
    }
}

#[test]
fn one_a_second() {
    let requests =
        [(0, "a"), (0, "b"), (0, "c"), (9, "d")].map(|(time, name)| (second(time), name.to_owned()));
    let run = Runner::new().feed(Limiter::REQUESTS, requests).add(Limiter).collect(Limiter::SENT).run();
    assert_eq!(lines(run, Limiter::SENT), ["0: a", "1: b", "2: c", "9: d"]);
}
// ANCHOR_END: limit
