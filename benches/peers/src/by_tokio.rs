//! The workloads on the paused clock of tokio: it jumps to the next timer when all tasks wait. Its timers have a
//! resolution of a millisecond. W5 is `benches/ratio/tokio.rs`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use ::tokio::runtime::Builder;
use ::tokio::sync::{Notify, mpsc};
use ::tokio::task::LocalSet;
use ::tokio::time::{Instant, interval_at, sleep, sleep_until};
use asp::Timestamp;

use crate::inputs;
use crate::table::{Ticks, unordered};
use crate::workloads::{Chain, Single, mix};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let tasks = LocalSet::new();
    runtime.expect("a runtime without I/O builds").block_on(tasks.run_until(future))
}

fn instant(start: Instant, time: Timestamp) -> Instant {
    start + Duration::from_nanos(time.as_nanos() as u64)
}

pub(crate) fn single(count: u64) -> u64 {
    block_on(async {
        let start = Instant::now();
        let mut state = Single::default();
        for (time, value) in inputs::regular(count) {
            sleep_until(instant(start, time)).await;
            state.sum += value;
        }
        state.sum.to_bits()
    })
}

/// A task for each timer.
pub(crate) fn timers(ticks: u64) -> u64 {
    block_on(async {
        let start = Instant::now();
        let (state, done) = (Rc::new(RefCell::new(Ticks::new(ticks))), Rc::new(Notify::new()));
        for timer in 1..=1000 {
            let (state, done) = (Rc::clone(&state), Rc::clone(&done));
            ::tokio::task::spawn_local(async move {
                let step = Duration::from_millis(timer);
                let mut interval = interval_at(start + step, step);
                loop {
                    let now = interval.tick().await;
                    let mut state = state.borrow_mut();
                    state.tick((now - start).as_nanos() as u64);
                    if state.is_done() {
                        done.notify_one();
                    }
                }
            });
        }
        done.notified().await;
        state.take().hash()
    })
}

/// A task for each call that is pending.
pub(crate) fn defer(count: u64) -> u64 {
    block_on(async {
        let start = Instant::now();
        let sum = Rc::new(Cell::new(0u64));
        for (time, value) in inputs::regular(count) {
            sleep_until(instant(start, time)).await;
            sum.set(sum.get().wrapping_add(unordered(0, value)));
            let sum = Rc::clone(&sum);
            ::tokio::task::spawn_local(async move {
                sleep(Duration::from_secs(10)).await;
                sum.set(sum.get().wrapping_add(unordered(1, value)));
            });
        }
        sleep(Duration::from_secs(11)).await;
        sum.get()
    })
}

/// A task for each of A, B and C, with a channel between them.
pub(crate) fn chain(count: u64) -> u64 {
    block_on(async {
        let start = Instant::now();
        let (to_b, mut in_b) = mpsc::channel(64);
        let (to_c, mut in_c) = mpsc::channel(64);
        ::tokio::task::spawn_local(async move {
            for (time, value) in inputs::regular(count / 3) {
                sleep_until(instant(start, time)).await;
                to_b.send(value + 1.0).await.expect("B listens");
            }
        });
        ::tokio::task::spawn_local(async move {
            while let Some(value) = in_b.recv().await {
                to_c.send(value * 2.0).await.expect("C listens");
            }
        });
        let mut state = Chain::default();
        while let Some(value) = in_c.recv().await {
            state.hash = mix(state.hash, value);
        }
        state.hash
    })
}
