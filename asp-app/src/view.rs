//! `--view`. Without the feature `view` `cli/absent.rs` has that flag.

#[cfg(not(feature = "view"))]
mod absent;
#[cfg(feature = "view")]
mod present;

#[cfg(not(feature = "view"))]
pub(crate) use absent::{Flags, Wanted, attach, stay};
#[cfg(feature = "view")]
pub(crate) use present::{Flags, Wanted, attach, stay};
