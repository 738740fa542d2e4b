#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub use asp_core::{
    Begin, ByTask, ByValue, CallKey, CallSlot, Cancelled, Class, Clock, ClockStep, Context, Delay, Digest,
    Dispatch, Dispatched, Duration, Elapsed, EmissionKey, Emits, Error, ErrorKind, Event, Every, Exclusive,
    External, Forward, ForwardReport, Fuse, Fusion, Gap, GraphFault, HandlerError, HandlerFailure,
    HandlerInfo, HandlerResult, HandlerReturn, HandlerTimes, InPast, Inputs, IntoDelay, IntoEvery,
    IntoForward, IntoLive, IntoSource, IntoTask, Key, Keyable, Keyed, Lasting, ManualClock, ManualSleep,
    Member, Monitor, Notice, OnError, Once, Outcome, Outlet, Pace, PastItem, PastSchedule, Payload, Place,
    Reason, Reconnect, Recording, Report, Request, Result, RunContext, RunGraph, RunLive, RunPhase, Runner,
    Shared, Sleep, Slot, Snapshot, Source, Spawnable, Stamped, Steering, StopHandle, StopReason, Strategy,
    StrategyCounts, StrategyInfo, Stream, StreamCounts, StreamInfo, StreamReport, SystemClock, Task,
    TaskContext, TaskSlot, TaskTimerSlot, TimeError, Timeout, TimerKey, TimerSlot, Timestamp, TokioClock,
    WaitFor, WhenFull, WhenLate, Wiring, external, now, sleep, sleep_until, testing, time, timeout,
    timestamps, window,
};
pub use asp_macros::{
    after, every, on_caught_up, on_end, on_event, on_live, on_notice, on_settled, on_start, on_stop, strategy,
};

#[cfg(feature = "app")]
pub use asp_app as app;
#[cfg(any(feature = "app", feature = "csv", feature = "jsonl", feature = "parquet"))]
pub use asp_io as io;
#[cfg(feature = "app")]
pub use asp_macros::main;
#[cfg(feature = "report")]
pub use asp_report as report;
#[cfg(feature = "view")]
pub use asp_view as view;

#[cfg(feature = "sweep")]
pub use asp_macros::Params;
// A function and a module: they live in two name spaces.
#[cfg(feature = "sweep")]
pub use asp_sweep as sweep;
#[cfg(feature = "sweep")]
pub use asp_sweep::{Params, sweep};

#[doc(hidden)]
pub use asp_core::__private;

/// Everything that a strategy needs: `use asp::prelude::*;`.
///
/// It leaves out `Stream`, `Result`, `Error` and `Clock`, whose names others use too.
pub mod prelude {
    pub use asp_core::{
        CallKey, Context, Duration, EmissionKey, Event, Every, Keyed, Notice, Reconnect, Recording, Runner,
        Shared, Source, StopHandle, TaskContext, TimerKey, Timestamp, timestamps,
    };
    #[cfg(feature = "sweep")]
    pub use asp_macros::Params;
    pub use asp_macros::{
        after, every, on_caught_up, on_end, on_event, on_live, on_notice, on_settled, on_start, on_stop,
        strategy,
    };
    #[cfg(feature = "sweep")]
    pub use asp_sweep::Params;
}
