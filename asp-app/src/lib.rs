//! Command-line programs of ASP: what `#[asp::main]` makes of a function that returns a strategy.
//!
//! The attribute writes no more than what stands here: a [`Program`] that knows which streams files feed, and a
//! function that returns something [`Runnable`].
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use asp::app::Program;
//! use asp::prelude::*;
//!
//! #[derive(Default)]
//! struct Meter;
//!
//! #[strategy]
//! impl Meter {
//!     #[on_event(stream = "levels")]
//!     fn level(&mut self, level: f64) {
//!         println!("{level}");
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     Program::new("meter").start("2025-01-01").feed(Meter::LEVELS, "levels.csv").main(Meter::default)
//! }
//! ```
//!
//! The program has four commands: `run`, which it does unless told otherwise, `streams`, `graph` and `check`; with
//! feature `sweep`, one that has figures also has `sweep`. It exits with 0 if all went well, 1 if the run (or the check) failed and 2 if the command line is wrong.
#![forbid(unsafe_code)]

mod check;
mod cli;
mod describe;
mod fault;
mod feeds;
mod logs;
mod names;
mod program;
mod progress;
mod records;
mod report;
mod returned;
mod run;
mod summary;
#[cfg(feature = "sweep")]
mod sweep;
mod table;
mod terminal;
mod view;

pub use feeds::FromFile;
pub use program::{Finished, Program};
pub use records::IntoFile;
pub use returned::{Failure, Runnable, TimeArgument};
#[cfg(feature = "sweep")]
pub use sweep::{FromSharedFile, Sweep};

#[doc(hidden)]
pub use returned::{Made, made, made_async};
