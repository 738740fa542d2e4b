//! The sleeps of W5 on the paused clock of tokio.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use ::tokio::runtime::Builder;
use ::tokio::task::LocalSet;
use ::tokio::time::Instant;

use crate::inputs;
use crate::workloads::Sleepers;

/// Tasks that all begin at once. Those that wake at one instant do so in an order of their own.
pub(crate) fn sleep(wakes: u64) -> u64 {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let sleepers = Rc::new(RefCell::new(Sleepers::default()));
    let tasks = LocalSet::new();
    runtime.expect("a runtime without I/O builds").block_on(tasks.run_until(async {
        let start = Instant::now();
        let spawn = |(_, task)| tasks.spawn_local(nap(start, task, Rc::clone(&sleepers)));
        let handles: Vec<_> = inputs::tasks(wakes / inputs::SLEEPS, 0).map(spawn).collect();
        for handle in handles {
            handle.await.expect("a task ends");
        }
    }));
    sleepers.take().sum
}

async fn nap(start: Instant, task: u64, sleepers: Rc<RefCell<Sleepers>>) {
    let mut delays = inputs::delays(task);
    for _ in 0..inputs::SLEEPS {
        ::tokio::time::sleep(Duration::from_nanos(delays.next())).await;
        sleepers.borrow_mut().wake(start.elapsed().as_nanos() as u64, task);
    }
}

/// What a sleep of a nanosecond takes there, in nanoseconds of that clock.
pub(crate) fn shortest() -> u64 {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without I/O builds").block_on(async {
        let start = Instant::now();
        ::tokio::time::sleep(Duration::from_nanos(1)).await;
        start.elapsed().as_nanos() as u64
    })
}
