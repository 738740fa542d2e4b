//! What keeps a sweep from coming to its end.

use std::error::Error as StdError;
use std::fmt;

use crate::cell::Cell;
use crate::names::help;

/// Why a sweep, or what was asked of its table, came to nothing.
///
/// `Display` says what is wrong and what to do about it, `source()` has the error of the run.
///
/// ```
/// use asp_sweep::{Grid, SweepError, sweep};
///
/// let grid = Grid::new(|cell| cell.get::<u32>("limit")).axis("limit", Vec::<u32>::new());
/// let error = sweep(grid, |runner, _| runner).run().unwrap_err();
/// assert!(matches!(error, SweepError::Grid(_)));
/// assert_eq!(error.to_string(), "parameter `limit` has no values\n= help: list at least one");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SweepError {
    /// The grid has no cells, for these reasons.
    Grid(Vec<String>),
    /// A cell failed: the first of those that did, in the order of the grid.
    Cell(Failure),
    /// No figure, or no parameter, has this name.
    Name(String),
    /// There is nothing to draw.
    HeatMap(String),
    /// The threads could not be started.
    Threads(String),
    /// A file could not be written.
    File {
        /// Its path.
        path: String,
        /// Why not.
        error: std::io::Error,
    },
}

/// A cell that failed, and why.
///
/// It prints with the parameters of the cell.
#[derive(Debug)]
pub struct Failure {
    pub(crate) cell: Cell,
    pub(crate) cause: Cause,
}

#[derive(Debug)]
pub(crate) enum Cause {
    Run(Box<asp_core::Error>),
    Text(String),
}

impl Failure {
    /// The cell.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("limit")).axis("limit", [1, 2]);
    /// let table = sweep(grid, |_, limit| panic!("not {limit}")).keep_going().run()?;
    /// assert_eq!(table.failures()[1].cell().to_string(), "limit=2");
    /// assert_eq!(table.failures()[1].to_string(), "cell limit=2: it panicked: not 2");
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn cell(&self) -> &Cell {
        &self.cell
    }

    /// What is wrong, without the cell.
    pub(crate) fn error_text(&self) -> String {
        match &self.cause {
            Cause::Run(error) => error.to_string(),
            Cause::Text(text) => text.clone(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cell {}: {}", self.cell, self.error_text())
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.cause {
            // Its own text is in that of the failure.
            Cause::Run(error) => error.source(),
            Cause::Text(_) => None,
        }
    }
}

impl SweepError {
    pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> Self {
        SweepError::Name(format!("there is no {what} `{name}`\n= help: {}", help(what, name, known)))
    }
}

impl fmt::Display for SweepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SweepError::Grid(faults) => f.write_str(&faults.join("\n")),
            SweepError::Cell(failure) => failure.fmt(f),
            SweepError::Name(text) | SweepError::HeatMap(text) => f.write_str(text),
            SweepError::Threads(error) => write!(
                f,
                "the threads of the sweep cannot be started: {error}\n= help: ask for fewer with `threads(..)`"
            ),
            SweepError::File { path, error } => write!(f, "{path} cannot be written: {error}"),
        }
    }
}

impl StdError for SweepError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            SweepError::Cell(failure) => failure.source(),
            _ => None,
        }
    }
}
