//! What stands in for the page in a program that has none.

use asp_core::{RunGraph, Runner};
use clap::Args;

use crate::fault::Fault;
use crate::program::Program;
use crate::terminal::Terminal;

/// No flags.
#[derive(Args, Debug, Default)]
#[group(skip)]
pub(crate) struct Flags {}

/// A page that nobody can want.
#[derive(Debug)]
pub(crate) enum Wanted {}

/// One that nobody serves.
#[derive(Debug)]
pub(crate) enum Viewed {}

impl Flags {
    pub(crate) fn read(self) -> Result<Option<Wanted>, Fault> {
        Ok(None)
    }
}

pub(crate) fn attach(
    _: Option<Wanted>,
    _: &Program,
    _: RunGraph,
    runner: Runner,
    _: &Terminal,
) -> Result<(Runner, Option<Viewed>), Fault> {
    Ok((runner, None))
}

pub(crate) fn stay(_: Option<Viewed>, finished: Result<String, Fault>, _: &Terminal) -> Result<(), Fault> {
    finished.map(drop)
}
