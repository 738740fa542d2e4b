//! Tasks: what can wait in the middle. Async handlers, coroutines, the tasks that these spawn (S41, S42).
//!
//! ```text
//! future --in a pool of its type--> Tasks (slab) --poll--> asks for: sleep, wake, spawn, wait --> agenda, rounds
//! ```
//!
//! A task is polled by the engine and nobody else, as an item of its own. While it is, the thread has a
//! [`local::Local`] and lends it the node it belongs to, so that futures borrow nothing and are `Send + 'static`. What it
//! asks for meanwhile is heard when the poll has returned: only then it is scheduled.

mod ahead;
mod backlog;
mod begin;
mod burst;
mod context;
mod coroutine;
mod exclusive;
mod external;
mod facts;
mod hear;
pub(crate) mod local;
mod outside;
pub(crate) mod poll;
mod pool;
mod queue;
mod reader;
mod row;
mod run_context;
mod shared;
mod sleep;
mod sleeps;
mod slots;
mod spawn;
mod tasks;
mod timeout;
mod wait_for;
mod waker;

pub(crate) use backlog::{BACKLOG, Backlog, Waiting, What};
pub use begin::Begin;
pub(crate) use begin::Origin;
pub use context::TaskContext;
pub(crate) use coroutine::Coroutine;
pub use exclusive::Exclusive;
pub use external::{External, external};
pub(crate) use facts::Facts;
pub(crate) use outside::Outside;
pub use run_context::RunContext;
pub use shared::Shared;
pub use sleep::{Sleep, now, sleep, sleep_until};
pub use slots::{TaskSlot, TaskTimerSlot};
pub use spawn::{Cancelled, IntoTask, Task};
pub(crate) use tasks::{Kind, TaskInfo, TaskKey, Tasks};
pub use timeout::{Elapsed, Timeout, timeout};
pub use wait_for::WaitFor;
pub(crate) use wait_for::{AnyWaiter, Waiters, Wish};
