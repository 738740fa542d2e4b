//! The report of an ASP run: one page that needs no network, and the same figures as data.
#![forbid(unsafe_code)]

pub mod page;
