//! `--report` and `--compare`. Without the feature `report` `cli/absent.rs` has these flags.

#[cfg(not(feature = "report"))]
mod absent;
#[cfg(feature = "report")]
mod present;

#[cfg(not(feature = "report"))]
pub(crate) use absent::{Flags, Wanted, Watched, attach, write};
#[cfg(feature = "report")]
pub(crate) use present::{Flags, Wanted, Watched, attach, write};
