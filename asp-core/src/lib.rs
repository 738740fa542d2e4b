//! The engine of ASP: virtual time, typed streams, and the merging scheduler.
#![forbid(unsafe_code)]

mod agenda;
mod context;
mod core;
mod desk;
mod engine;
mod error;
mod every;
mod graph;
mod heads;
mod hub;
mod merge;
mod names;
mod node;
mod nodes;
mod observe;
mod outcome;
mod outline;
mod panics;
mod reader;
mod runner;
mod source;
mod strategy;
mod stream;
pub mod time;
mod wiring;

#[doc(hidden)]
pub mod __private;

pub use agenda::{CallKey, TimerKey};
pub use context::{CallSlot, Context, InPast, Key, TimerSlot};
pub use error::{Error, ErrorKind, GraphFault, HandlerFailure, Reason, Request, Result};
pub use every::Every;
pub use observe::{Class, Dispatch, Place};
pub use outcome::{Dispatched, Outcome, Report, StopReason};
pub use outline::{HandlerInfo, RunGraph, StrategyInfo, StreamInfo};
pub use runner::{OnError, PastSchedule, Runner};
pub use source::{IntoSource, PastItem, Source, TimeError, timestamps};
pub use strategy::{HandlerError, HandlerResult, HandlerReturn, Once, Slot, Strategy};
pub use stream::{ByValue, Event, Payload, Stream};
pub use time::{Delay, Duration, Pace, Timestamp};
pub use wiring::Wiring;
