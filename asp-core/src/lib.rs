//! The engine of ASP: virtual time, typed streams, and the merging scheduler.
//!
//! Most programs use the crate `asp`, whose `#[strategy]` writes the impl that stands in full below.
//!
//! # A strategy by hand
//!
//! It greets each name one second after it arrived, and counts a tick every two seconds. Many examples of this crate
//! use a greeter like it; hidden lines define it, together with `names()`: Jane, John and Sarah, one second apart.
//!
//! ```
//! use asp_core::{
//!     Context, Duration, Every, HandlerResult, Once, Runner, Slot, Strategy, Stream, Wiring, timestamps,
//! };
//!
//! #[derive(Default)]
//! struct Greeter {
//!     ticks: u32,
//! }
//!
//! impl Greeter {
//!     const NAMES: Stream<String> = Stream::new("names");
//!     const GREETINGS: Stream<String> = Stream::new("greetings");
//!
//!     fn arrive(&mut self, cx: &Context<Self>, name: String) {
//!         cx.after(Duration::from_secs(1)).greet(name);
//!     }
//!
//!     fn greet(&mut self, cx: &Context<Self>, name: String) {
//!         cx.emit(Self::GREETINGS, format!("Hello {name}"));
//!     }
//!
//!     fn tick(&mut self) {
//!         self.ticks += 1;
//!     }
//! }
//!
//! /// Everything that can be scheduled: one variant for each method that is called later.
//! enum GreeterCall {
//!     Greet(String),
//!     Tick,
//! }
//!
//! /// What `cx.after(..)` returns: one method for each deferred call.
//! struct GreeterCalls<Q>(Q);
//!
//! impl<Q: Slot<GreeterCall> + Once> GreeterCalls<Q> {
//!     fn greet(self, name: String) -> Q::Key {
//!         self.0.put(GreeterCall::Greet(name))
//!     }
//! }
//!
//! impl Strategy for Greeter {
//!     const NAME: &'static str = "Greeter";
//!     type Call = GreeterCall;
//!     type Calls<Q: Slot<GreeterCall>> = GreeterCalls<Q>;
//!     type Emits = (); // of a fused chain it is no part, see `Runner::fuse`
//!
//!     fn wire(wiring: &mut Wiring<Self>) {
//!         wiring.emits(Self::GREETINGS);
//!         wiring.on_event(Self::NAMES, "arrive", Self::arrive);
//!         wiring.deferred("greet");
//!         wiring.every("tick", Every::new(Duration::from_secs(2)), || GreeterCall::Tick);
//!     }
//!
//!     fn calls<Q: Slot<GreeterCall>>(slot: Q) -> GreeterCalls<Q> {
//!         GreeterCalls(slot)
//!     }
//!
//!     fn call(&mut self, cx: &Context<Self>, call: GreeterCall) -> HandlerResult {
//!         match call {
//!             GreeterCall::Greet(name) => self.greet(cx, name),
//!             GreeterCall::Tick => self.tick(),
//!         }
//!         Ok(())
//!     }
//!
//!     fn call_name(call: &GreeterCall) -> &'static str {
//!         match call {
//!             GreeterCall::Greet(_) => "greet",
//!             GreeterCall::Tick => "tick",
//!         }
//!     }
//! }
//!
//! let names = timestamps("2025-01-01".parse()?, "1s".parse()?).zip(["Jane", "John"].map(String::from));
//! let mut outcome = Runner::new()
//!     .feed(Greeter::NAMES, names)
//!     .add(Greeter::default())
//!     .collect(Greeter::GREETINGS)
//!     .run()?;
//!
//! let greetings = outcome.collected(Greeter::GREETINGS)?;
//! let greetings: Vec<String> = greetings.iter().map(ToString::to_string).collect();
//! assert_eq!(greetings, ["2025-01-01T00:00:01Z Hello Jane", "2025-01-01T00:00:02Z Hello John"]);
//! assert_eq!(outcome.take::<Greeter>()?.ticks, 1);
//! # Ok::<(), asp_core::Error>(())
//! ```
//!
//! # The model in one page
//!
//! A *run* merges timed items and dispatches them one by one, in a total order:
//!
//! ```text
//! Source --> lane of a stream ---+
//! Source --> lane of a stream ---+--> merge --> dispatch ---+--> node (strategy, agenda) ---+
//!                                |                          +--> node (strategy, agenda) ---+
//!                                |                          +--> sinks                      |
//!                                |                                                          |
//!                                +<---------- deferred calls, ticks, emissions -------------+
//! ```
//!
//! - A past [`Source`] yields values with non-decreasing times. It is pulled lazily, in batches, into the *lane* of its
//!   [`Stream`].
//! - A *node* is a strategy instance with its *agenda*: the deferred calls and timers that it asked for.
//! - The *merge* picks the lane or node whose first item comes first. The *dispatch* sets the time to that of the item
//!   and calls each handler of the item: strategies in the order they were added, methods in the order they were
//!   declared, sinks last (S8).
//! - A handler sees the run through its [`Context`]: it may read the time, defer calls, set timers, emit, stop. Nothing
//!   that it asks for happens before it returns.
//! - An `async` handler may wait in the middle, on virtual time: it has the strategy to itself until it ends
//!   ([`TaskContext`]), or runs beside the others ([`Shared`]). A *coroutine* is such code without a strategy
//!   ([`Runner::spawn`]).
//! - The run ends at [`Runner::end`]; without one, when the sources have ended and no call, emission or bounded timer is
//!   pending (S28). The [`Outcome`] hands back the strategies, what was collected, and a [`Report`].
//!
//! **Virtual time** is the time of the item being dispatched. It stands still while a handler runs, never goes back, and
//! has nothing to do with the clock on the wall: a year passes as fast as the machine can dispatch it ([`Pace`] slows
//! this down). Given the same streams, strategies that look at nothing else make the same calls.
//!
//! **The order** of items is that of their [`Place`] (S7), compared in this sequence:
//!
//! 1. time;
//! 2. round, see below;
//! 3. class: `on_start`, events, deferred calls and ends of streams, ticks, `on_settled`, `on_stop`. Data come before
//!    timers, so that the tick at 10:00:00 has seen the event of 10:00:00;
//! 4. declaration: events by stream, in the order of `feed`, `opens` and `add`, then emissions; ticks and hooks by
//!    strategy;
//! 5. sequence: events by position in their source, emissions and calls in the order they were asked for.
//!
//! **Rounds** split one instant. What a source or an agenda holds for that instant is round 0; what the handlers of
//! round *r* ask for at the same instant is round *r* + 1, after everything that was pending already (S9):
//!
//! ```text
//!   10:00:00  round 0   event a, event b, call c, tick     a defers d by zero, b emits e
//!             round 1   event e, call d
//!   10:00:01  round 0   ..
//! ```
//!
//! What `on_start` asks for at the start is in round 0 too. An instant ends when no round is left; a run stops when that
//! takes more than [`Runner::max_rounds`].
//!
//! Numbers such as S7 name rules of the time semantics; tests are named after the rules that they check.
#![forbid(unsafe_code)]

mod agenda;
mod batch;
mod bundle;
mod channel;
mod context;
mod core;
#[cfg(test)]
mod counts;
mod departures;
mod desk;
mod digest;
mod engine;
mod error;
mod every;
mod fifo;
mod forward;
mod fuse;
mod graph;
mod graph_fault;
mod growth;
mod handler_times;
mod heads;
mod hub;
mod hubs;
mod keyed;
mod latest;
mod live;
mod merge;
mod monitor;
mod names;
mod node;
mod nodes;
mod observe;
mod outcome;
mod outline;
mod panics;
mod policy;
mod reader;
mod recording;
mod roster;
mod run_live;
mod runner;
mod slots;
mod solo;
mod source;
mod strategy;
mod stream;
mod task;
pub mod testing;
#[allow(clippy::disallowed_methods, reason = "it is here that clocks are read, and nowhere else")]
pub mod time;
mod trace;
mod unsettled;
pub mod window;
mod wiring;

#[doc(hidden)]
pub mod __private;

pub use agenda::{CallKey, TimerKey};
pub use context::Context;
pub use departures::EmissionKey;
pub use digest::Digest;
pub use error::{Error, ErrorKind, HandlerFailure, Reason, Request, Result};
pub use every::{Every, IntoEvery};
pub use forward::{Forward, ForwardReport, IntoForward};
pub use fuse::{Emits, Fuse, Fusion, Inputs, Outlet};
pub use graph_fault::GraphFault;
pub use growth::Spawnable;
pub use handler_times::HandlerTimes;
pub use keyed::{Keyable, Keyed, Member};
pub use live::{Gap, Notice, Reconnect, StopHandle, StreamReport, WhenFull, WhenLate};
pub use monitor::{Monitor, RunPhase, Snapshot, StrategyCounts, StreamCounts};
pub use observe::{Class, Dispatch, Place};
pub use outcome::{Dispatched, Outcome, Report, StopReason};
pub use outline::{HandlerInfo, RunGraph, StrategyInfo, StreamInfo};
pub use policy::{OnError, PastSchedule};
pub use recording::Recording;
pub use run_live::RunLive;
pub use runner::Runner;
pub use slots::{CallSlot, InPast, Key, TimerSlot};
pub use source::{IntoLive, IntoSource, PastItem, Source, Stamped, Streaming, TimeError, timestamps};
pub use strategy::{HandlerError, HandlerResult, HandlerReturn, Once, Slot, Strategy};
pub use stream::{ByTask, ByValue, Event, Lasting, Payload, Stream};
pub use task::{
    Begin, Cancelled, Elapsed, Exclusive, External, IntoTask, RunContext, Shared, Sleep, Task, TaskContext,
    TaskSlot, TaskTimerSlot, Timeout, WaitFor, external, now, sleep, sleep_until, timeout,
};
pub use time::{
    Clock, ClockStep, Delay, Duration, IntoDelay, ManualClock, ManualSleep, Pace, Steering, SystemClock,
    Timestamp, TokioClock,
};
pub use wiring::Wiring;
