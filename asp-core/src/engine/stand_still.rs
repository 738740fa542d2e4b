//! Blocking the thread of a run over history, while time stands still for something outside (S42).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

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
        let is_served = self.park_while(&mut None, None, || {
            !outside.any() && !self.any_sinks() && !self.stop.is_requested() && outside.externals() > 0
        });
        if is_served {
            return Ok(());
        }
        let (tasks, now) = (self.stage.waiting_tasks(), Timestamp::from_nanos(self.stage.now()));
        Err(ErrorKind::Blocked { tasks, now })
    }

    /// Blocks the thread as long as the run `waits`, or once for as long as is `left`. False if a tokio runtime to which
    /// the thread belongs gives no sign of life meanwhile.
    pub(super) fn park_while(
        &self,
        sign: &mut Option<Sign>,
        left: Option<Duration>,
        waits: impl Fn() -> bool,
    ) -> bool {
        let parked = Waker::from(Arc::new(Parked(thread::current())));
        self.register(&parked);
        if !waits() {
            return true;
        }
        match sign {
            Some(sign) => sign.patience = Patience::start(),
            None => *sign = Sign::ask(parked),
        }
        while waits() {
            self.show_if_asked();
            let patience = sign.as_ref().filter(|sign| !sign.is_given()).map(|sign| sign.patience.left());
            match [patience, left.map(Some)].into_iter().flatten().min() {
                None => thread::park(),
                Some(None) => return false,
                Some(Some(time)) => thread::park_timeout(time),
            }
            if left.is_some() {
                return true;
            }
        }
        true
    }
}

/// A sign of life of the runtime that the thread belongs to.
pub(super) struct Sign {
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
