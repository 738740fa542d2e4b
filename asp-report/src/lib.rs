//! The report of an ASP run: one page that needs no network, and the same figures as data.
//!
//! A [`Recorder`] is attached to a [`Runner`](asp_core::Runner). What it has seen when the run has ended is a
//! [`RunData`]: the figures, event rates over virtual time, the times of handlers, the numbers of the streams that are
//! charted, the graph, the last events. It makes a page, can be kept as JSON, and compared with that of another run.
//! [`page`] is the shell of the page, for others that have something to show.
#![forbid(unsafe_code)]

mod data;
mod format;
mod html;
mod numbers;
pub mod page;
mod rates;
mod recorder;
mod sample;

pub use data::{LastCall, LastEvent, Parameter, ReadError, RunData};
pub use rates::{Rates, StreamRate};
pub use recorder::{Recorder, Watching};
pub use sample::Series;
