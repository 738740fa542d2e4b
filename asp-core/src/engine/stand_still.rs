//! Blocking the thread of a run over history, while time stands still for something outside (S42).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::Handle;

use super::Engine;
use crate::error::ErrorKind;
use crate::time::{Patience, Timestamp};

impl Engine {
    /// Blocks the thread until something comes in from outside, or the run is to stop.
    ///
    /// That would be for ever if what it waits for is the business of a tokio runtime that this very thread drives. Whether
    /// it does cannot be asked; but a runtime that goes on elsewhere runs a small task soon.
    pub(super) fn stand_still(&self) -> Result<(), ErrorKind> {
        let outside = &self.stage.core.tasks.outside;
        let parked = Waker::from(Arc::new(Parked(thread::current())));
        outside.poller.register(&parked);
        self.stop.register(&parked);
        let waits = || !outside.any() && !self.stop.is_requested() && outside.externals() > 0;
        let runtime = if waits() { Sign::ask(parked) } else { None };
        while waits() {
            match runtime.as_ref().filter(|sign| !sign.is_given()).map(|sign| sign.patience.left()) {
                None => thread::park(),
                Some(Some(left)) => thread::park_timeout(left),
                Some(None) => {
                    return Err(ErrorKind::Blocked {
                        tasks: self.stage.waiting_tasks(),
                        now: Timestamp::from_nanos(self.stage.now()),
                    });
                }
            }
        }
        Ok(())
    }
}

/// A sign of life of the runtime that the thread belongs to.
struct Sign {
    given: Arc<AtomicBool>,
    patience: Patience,
}

impl Sign {
    /// Asks for one; none if there is no runtime.
    fn ask(parked: Waker) -> Option<Sign> {
        let runtime = Handle::try_current().ok()?;
        let given = Arc::<AtomicBool>::default();
        let sign = Arc::clone(&given);
        runtime.spawn(async move {
            sign.store(true, Ordering::Release);
            parked.wake();
        });
        Some(Sign { given, patience: Patience::start() })
    }

    fn is_given(&self) -> bool {
        self.given.load(Ordering::Acquire)
    }
}

/// Wakes a thread that stands still.
struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
