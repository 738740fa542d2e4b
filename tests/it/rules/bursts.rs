//! S41: a handler that has its strategy to itself is begun for one event after the other without a task, where it does not
//! wait and nobody watches; it makes no difference.

use std::task::Poll;

use asp::prelude::*;

use crate::kit::*;

/// Does all that ends a burst.
struct Clerk {
    log: Log,
    kept: Vec<std::task::Waker>,
}

/// A few cycles a number, the same each time.
fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    *seed >> 33
}

#[strategy(emits(marks: u64))]
impl Clerk {
    #[on_event(stream = "letters")]
    async fn letter(&mut self, cx: &TaskContext<Self>, id: u64) {
        let mut seed = id;
        let nap = Duration::from_millis((draw(&mut seed) % 4) as i64);
        self.log.say(format!("{id} of {}, lag {}", seconds(cx.event_time()), cx.lag()));
        match draw(&mut seed) % 24 {
            0 => cx.sleep(nap).await,
            1 => cx.emit(Self::MARKS, id),
            2 => _ = cx.after(nap).call(id),
            3 => {
                let (child, log) = (cx.clone(), self.log.clone());
                cx.spawn(async move {
                    child.sleep(nap).await;
                    log.say(format!("{id} has a child of {}", seconds(child.event_time())));
                });
            }
            4 => {
                let child = cx.clone();
                let (sender, receiver) = futures::channel::oneshot::channel();
                cx.spawn(async move {
                    child.sleep(nap).await;
                    sender.send(child.now())
                });
                self.log.say(format!("{id} heard {:?}", receiver.await));
            }
            5 => drop(cx.sleep(nap)),
            6 => drop(futures::poll!(cx.sleep(nap))),
            7 => self.kept.push(std::future::poll_fn(|cx| Poll::Ready(cx.waker().clone())).await),
            // Of tasks that are gone.
            8 => self.kept.drain(..).for_each(|waker| waker.wake()),
            9 => cx.sleep_until(cx.now()).await,
            10 => _ = cx.emit_after(nap, Self::MARKS, id),
            _ => {}
        }
        self.log.say(format!("{id} done"));
    }

    #[on_event(stream = "calls")]
    async fn bell(&mut self, id: u64) {
        self.log.say(format!("bell {id}"));
    }

    #[on_event(stream = "marks")]
    fn mark(&mut self, cx: &Context<Self>, id: u64) {
        self.log.note(cx, format!("{id} marks"));
    }

    #[after]
    fn call(&mut self, cx: &Context<Self>, id: u64) {
        self.log.note(cx, format!("{id} calls"));
    }
}

/// What a clerk says, who has letters at these times; where the run is watched, each event stands alone.
fn said_by(letters: &[(Timestamp, u64)], watched: bool) -> String {
    let log = Log::default();
    let bells: Vec<_> = (0..40).map(|id| (s(0.0) + Duration::from_millis(id * 7), id as u64)).collect();
    let runner = Runner::new()
        .start(s(0.0))
        .feed(Clerk::LETTERS, letters.to_vec())
        .feed(Clerk::CALLS, bells)
        .add(Clerk { log: log.clone(), kept: Vec::new() });
    let outcome = if watched { runner.digest().run() } else { runner.run() }.unwrap();
    log.add(format!("{:?}", outcome.report().dispatched));
    log.take()
}

#[test]
fn s41_events_in_a_burst_are_what_each_is_on_its_own() {
    for (first, step) in [(0, 1), (1_000, 1), (2_000, 3), (3_000, 0)] {
        let time = |id: u64| s(0.0) + Duration::from_millis((id / 4 * step) as i64);
        let letters: Vec<_> = (0..600).map(|id| (time(id), first + id)).collect();
        let (alone, in_a_burst) = (said_by(&letters, true), said_by(&letters, false));
        let differs = alone.split(", ").zip(in_a_burst.split(", ")).position(|(alone, other)| alone != other);
        assert_eq!(differs, None, "from {first}, {step} ms apart");
        assert_eq!(alone.len(), in_a_burst.len());
    }
}

struct Hasty {
    log: Log,
}

#[strategy]
impl Hasty {
    #[on_event(stream = "orders")]
    async fn order(&mut self, cx: &TaskContext<Self>, id: u64) -> Result<(), String> {
        self.log.say(id);
        match id {
            13 => Err("an order too many".to_owned()),
            23 => panic!("no more"),
            33 => {
                cx.stop();
                Ok(())
            }
            43 => {
                cx.after(Duration::from_nanos(i64::MAX)).call();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    #[after]
    fn call(&mut self) {}

    #[on_stop]
    fn stop(&mut self) {
        self.log.say("stops");
    }
}

#[test]
fn s43_s44_s46_an_event_of_a_burst_that_stops_the_run_is_the_last_one() {
    let run = |first: u64, watched: bool| {
        let log = Log::default();
        let orders: Vec<_> = (first..first + 5).map(|id| (s(id as f64), id)).collect();
        let runner = Runner::new().feed(Hasty::ORDERS, orders).add(Hasty { log: log.clone() });
        let run = if watched { runner.digest().run() } else { runner.run() };
        let came_to = run.map(|outcome| outcome.report().reason).map_err(|error| error.to_string());
        (log.take(), came_to)
    };
    for first in [10, 20, 30, 40] {
        assert_eq!(run(first, true), run(first, false), "from {first}");
    }
    let (said, error) = run(10, false);
    assert_eq!(said, "10@10, 11@11, 12@12, 13@13, stops@13");
    assert!(error.unwrap_err().contains("an order too many"));
    let (said, error) = run(20, false);
    assert_eq!(said, "20@20, 21@21, 22@22, 23@23");
    assert!(error.unwrap_err().contains("no more"));
    assert_eq!(run(30, false).0, "30@30, 31@31, 32@32, 33@33, stops@33");
}
