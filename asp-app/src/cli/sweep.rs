//! The flags of `sweep`.

use std::path::PathBuf;

use asp_core::Timestamp;
use asp_io::BadRows;
use clap::Args;

use super::{BadRowPolicy, Feeds, time};
use crate::fault::Fault;
use crate::sweep;

/// Flags of `sweep`.
#[derive(Args, Debug)]
pub(crate) struct Sweep {
    /// Begin each run at this time, leaving out earlier events
    #[arg(long, value_name = "TIME")]
    start: Option<String>,
    /// End each run before this time
    #[arg(long, value_name = "TIME")]
    end: Option<String>,
    #[command(flatten)]
    feeds: Feeds,
    /// Give a parameter other values: fast=10, or fast=10,20,50. May be given once for each parameter
    #[arg(long, value_name = "NAME=VALUES")]
    set: Vec<String>,
    /// Sort by this figure, the highest first; by the first one unless told otherwise
    #[arg(long, value_name = "FIGURE")]
    by: Option<String>,
    /// The lowest first
    #[arg(long)]
    lowest: bool,
    /// How many rows to print
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    top: usize,
    /// Write all rows to a file, as comma-separated values with all digits
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write a page with the rows, and a heat map over the first two parameters that vary
    #[cfg(feature = "report")]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// On how many threads; as many as there are cores unless told otherwise
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true)]
    threads: usize,
    /// Go on when a cell fails, and list those that did
    #[arg(long)]
    keep_going: bool,
    /// Show the digest of each run: what it did, as one number
    #[arg(long)]
    digest: bool,
    /// What to do with a row that cannot be read
    #[arg(long, value_name = "POLICY", default_value = "stop")]
    bad_rows: BadRowPolicy,
    /// Show neither progress nor how long it took
    #[arg(long, short)]
    quiet: bool,
}

/// What `sweep` is to do.
#[derive(Debug)]
pub(crate) struct SweepOptions {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) sets: Vec<(String, String)>,
    pub(crate) by: Option<String>,
    pub(crate) lowest: bool,
    pub(crate) top: usize,
    pub(crate) csv: Option<PathBuf>,
    #[cfg(feature = "report")]
    pub(crate) report: Option<PathBuf>,
    pub(crate) threads: usize,
    pub(crate) keeps_going: bool,
    pub(crate) digest: bool,
    pub(crate) bad_rows: BadRows,
    pub(crate) quiet: bool,
}

impl Sweep {
    /// The feeds, and the rest read.
    pub(crate) fn read(self) -> Result<(Feeds, SweepOptions), Fault> {
        let options = SweepOptions {
            start: time("--start", self.start)?,
            end: time("--end", self.end)?,
            sets: sweep::sets(&self.set)?,
            by: self.by,
            lowest: self.lowest,
            top: self.top,
            csv: self.csv,
            #[cfg(feature = "report")]
            report: self.report,
            threads: self.threads,
            keeps_going: self.keep_going,
            digest: self.digest,
            bad_rows: self.bad_rows.policy(),
            quiet: self.quiet,
        };
        Ok((self.feeds, options))
    }
}
