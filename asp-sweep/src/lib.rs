//! One strategy over a grid of parameters, on all cores.
//!
//! A [`Grid`] says which cells there are and makes an instance for each. [`sweep`] runs them, each in a run of its own
//! over data that all share, and takes figures from what is left of it. The [`Table`] can be sorted, printed, written, and
//! drawn as a [`HeatMap`]. A cell is run as it would be alone: its digest is the same.
#![forbid(unsafe_code)]

mod cell;
mod error;
mod grid;
mod heat;
mod names;
#[cfg(feature = "report")]
mod page;
mod params;
mod sweep;
mod table;
mod value;

pub use cell::Cell;
pub use error::{Failure, SweepError};
pub use grid::Grid;
pub use heat::HeatMap;
pub use params::{Param, Params};
pub use sweep::{Figure, Sweep, sweep};
pub use table::{Row, Table};
pub use value::{ParamValue, RangeValue, Value, WholeValue};
