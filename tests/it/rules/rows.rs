//! S41: wakes of one strategy that follow each other are dispatched together where nobody watches; it makes no difference.

use asp::prelude::*;

use crate::kit::*;

/// Tasks that do all that ends a row, or keeps a sleep out of one.
struct Crowd {
    log: Log,
    /// A call or an emission is due at each of these.
    busy: u32,
}

/// A few cycles a number, the same each time.
fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    *seed >> 33
}

#[strategy(emits(marks: u64))]
impl Crowd {
    #[on_event(stream = "walkers")]
    async fn walk(this: Shared<Self>, id: u64) {
        let mut seed = id;
        for step in 0..12 {
            let nap = Duration::from_millis((draw(&mut seed) % 40) as i64);
            match draw(&mut seed) % 16 {
                0 => this.with(|crowd, cx| {
                    crowd.busy += 1;
                    cx.after(nap).call(id);
                }),
                1 => this.with(|_, cx| cx.emit(Self::MARKS, id)),
                2 => {
                    let child = this.clone();
                    let came_to = this.spawn(async move { child.sleep(nap).await }).await;
                    assert!(came_to.is_ok());
                }
                3 => {
                    let limit = Duration::from_millis(20);
                    let in_time = this.timeout(limit, this.sleep(nap)).await.is_ok();
                    this.with(|crowd, _| crowd.log.say(format!("{id} in time {in_time}")));
                }
                4 => drop(this.sleep(nap)),
                5 => drop(futures::poll!(this.sleep(nap))),
                6 => this.sleep_until(this.now()).await,
                7 => {
                    futures::future::join(this.sleep(nap), this.sleep(d(0.01))).await;
                }
                _ => this.sleep(nap).await,
            }
            this.with(|crowd, cx| crowd.log.note(cx, format!("{id} step {step}")));
        }
    }

    #[on_event(stream = "owners")]
    async fn own(&mut self, cx: &TaskContext<Self>, id: u64) {
        cx.sleep(d(0.015)).await;
        self.log.say(format!("{id} owns"));
    }

    #[on_event(stream = "marks")]
    fn mark(&mut self, id: u64) {
        self.log.say(format!("{id} marks"));
    }

    #[after]
    fn call(&mut self, id: u64) {
        self.busy -= 1;
        self.log.say(format!("{id} called, {}", self.busy));
    }
}

/// What two crowds of so many walkers and a coroutine say; where the run is watched, each wake stands alone.
fn said_by(walkers: u64, watched: bool) -> String {
    let log = Log::default();
    let said = log.clone();
    let begins = |step: i64, count: u64| {
        (0..count)
            .map(move |id| (s(0.0) + Duration::from_millis(id as i64 / 8 * step), id))
            .collect::<Vec<_>>()
    };
    let mut runner = Runner::new()
        .start(s(0.0))
        .feed(Crowd::WALKERS, begins(1, walkers))
        .feed(Crowd::OWNERS, begins(100, walkers / 16))
        .spawn(move |cx| async move {
            for round in 0..200 {
                cx.sleep(d(0.003)).await;
                said.say(format!("round {round}"));
            }
        });
    for name in ["left", "right"] {
        runner = runner.add_as(name, Crowd { log: log.clone(), busy: 0 });
    }
    let report = if watched { runner.digest().run() } else { runner.run() }.unwrap();
    log.add(format!("{:?}", report.report().dispatched));
    log.take()
}

#[test]
fn s41_wakes_in_a_row_are_what_each_is_on_its_own() {
    for walkers in [16, 300, 3_000] {
        let (alone, in_a_row) = (said_by(walkers, true), said_by(walkers, false));
        let differs = alone.split(", ").zip(in_a_row.split(", ")).position(|(alone, other)| alone != other);
        assert_eq!(differs, None, "of {walkers} walkers");
        assert_eq!(alone.len(), in_a_row.len());
    }
}

struct Sleepless {
    log: Log,
}

#[strategy]
impl Sleepless {
    #[on_event(stream = "naps")]
    async fn nap(this: Shared<Self>, id: u64) -> Result<(), String> {
        for _ in 0..3 {
            this.sleep(d(1.0)).await;
            this.with(|one, cx| one.log.note(cx, id));
            if id == 5 {
                return Err("enough".to_owned());
            }
            assert!(id != 7, "too much");
        }
        Ok(())
    }
}

#[test]
fn s43_s44_the_task_of_a_row_that_fails_is_the_last_one() {
    let run = |first: u64| {
        let log = Log::default();
        let ids = (first..first + 6).map(|id| (s(0.0), id));
        let runner = Runner::new().feed(Sleepless::NAPS, ids.collect::<Vec<_>>());
        let (kind, _) = failed(runner.add(Sleepless { log: log.clone() }));
        (log.take(), kind)
    };
    let (log, kind) = run(3);
    assert_eq!(log, "3@1, 4@1, 5@1");
    assert!(kind.contains("\"nap\"") && kind.contains("enough"), "{kind}");
    let (log, kind) = run(6);
    assert_eq!(log, "6@1, 7@1");
    assert!(kind.contains("\"nap\"") && kind.contains("too much"), "{kind}");
}
