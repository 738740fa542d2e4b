//! What stands in for reports in a program that has none.

use std::ffi::OsString;

use asp_core::{Outcome, Runner};
use clap::Args;

use crate::fault::Fault;
use crate::program::Program;

/// No flags.
#[derive(Args, Debug, Default)]
pub(crate) struct Flags {}

/// A report that nobody can want.
#[derive(Debug)]
pub(crate) enum Wanted {}

/// One that nobody makes.
#[derive(Debug)]
pub(crate) enum Watched {}

impl Flags {
    pub(crate) fn told(&mut self, _arguments: &[OsString]) {}

    pub(crate) fn read(self) -> Result<Option<Wanted>, Fault> {
        Ok(None)
    }
}

pub(crate) fn attach(_: Option<Wanted>, _: &Program, runner: Runner) -> (Runner, Option<Watched>) {
    (runner, None)
}

pub(crate) fn write(
    _: Option<Watched>,
    _: Option<&Outcome>,
    _: Option<&str>,
    _: f64,
) -> Result<Option<String>, Fault> {
    Ok(None)
}
