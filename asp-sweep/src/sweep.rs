//! The run of all cells, on threads of its own.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use asp_core::{Digest, Outcome, Runner, Strategy};
use rayon::prelude::*;

use crate::cell::Cell;
use crate::error::{Cause, Failure, SweepError};
use crate::grid::Grid;
use crate::table::{Row, Table};

/// Runs one strategy for each cell of a grid, on all cores.
///
/// `build` puts the run of a cell together: it gets an empty runner and the instance of the cell. Data that all cells
/// share stand once in memory, as an `Arc` for [`Source::shared`](asp_core::Source::shared).
///
/// ```
/// use std::sync::Arc;
///
/// use asp::prelude::*;
///
/// #[derive(Default, asp::Params)]
/// struct Alarm {
///     #[param(range = 10..=40, step = 10)]
///     limit: u32,
///     alarms: u32, // state
/// }
///
/// #[strategy]
/// impl Alarm {
///     #[on_event(stream = "levels")]
///     fn level(&mut self, level: u32) {
///         self.alarms += u32::from(level > self.limit);
///     }
/// }
///
/// let start: Timestamp = "2025-01-01".parse()?;
/// let levels: Arc<[(Timestamp, u32)]> = timestamps(start, Duration::from_secs(1)).zip(1..=50).collect();
/// let table = asp::sweep(Alarm::grid(), |runner, alarm| {
///     runner.feed(Alarm::LEVELS, Source::shared(Arc::clone(&levels))).add(alarm)
/// })
/// .figure("alarms", |alarm: &Alarm| alarm.alarms)
/// .run()?
/// .lowest_first("alarms")?;
/// assert_eq!(table.to_string(), "limit  alarms\n   40      10\n   30      20\n   20      30\n   10      40\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sweep<'a, P: 'static>(
    grid: impl Into<Grid<P>>,
    build: impl Fn(Runner, P) -> Runner + Sync + 'a,
) -> Sweep<'a, P> {
    Sweep {
        grid: grid.into(),
        build: Box::new(build),
        figures: Vec::new(),
        threads: 0,
        keeps_going: false,
        progress: None,
    }
}

/// A sweep as it is put together; see [`sweep`].
#[must_use = "a sweep does nothing until it is run"]
pub struct Sweep<'a, P> {
    grid: Grid<P>,
    build: Box<dyn Fn(Runner, P) -> Runner + Sync + 'a>,
    figures: Vec<(String, Box<Measure<'a>>)>,
    /// As many as there are cores, if 0.
    threads: usize,
    keeps_going: bool,
    progress: Option<Box<dyn Fn(usize, usize) + Sync + 'a>>,
}

type Measure<'a> = dyn Fn(&mut Outcome) -> asp_core::Result<f64> + Sync + 'a;

impl<'a, P: 'static> Sweep<'a, P> {
    /// Adds a figure: a number that the strategy of a cell knows in the end.
    ///
    /// The strategy is found by its type, of which a run has one. The docs of [`sweep`] have an example.
    pub fn figure<S: Strategy, F: Figure>(self, name: &str, of: impl Fn(&S) -> F + Sync + 'a) -> Self {
        self.run_figure(name, move |outcome| of(outcome.get::<S>()?).figure())
    }

    /// Adds a figure that comes from the outcome of a run: from its report, or from what was collected.
    ///
    /// ```
    /// # use asp_core::{Runner, Stream, Timestamp};
    /// # use asp_sweep::{Grid, sweep};
    /// let grid = Grid::new(|cell| cell.get::<u32>("hours")).axis("hours", [1, 2]);
    /// let table = sweep(grid, |runner, hours| runner.start(Timestamp::EPOCH))
    ///     .run_figure("events", |outcome| outcome.report().dispatched.events)
    ///     .run()?;
    /// assert_eq!(table.rows()[1].figure("events"), Some(0.0));
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn run_figure<F: Figure>(mut self, name: &str, of: impl Fn(&mut Outcome) -> F + Sync + 'a) -> Self {
        self.figures.push((name.to_owned(), Box::new(move |outcome| of(outcome).figure())));
        self
    }

    /// The names of the figures, in order.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let sweep = sweep(grid, |runner, _| runner).run_figure("zero", |_| 0).run_figure("one", |_| 1);
    /// assert_eq!(sweep.figures().collect::<Vec<_>>(), ["zero", "one"]);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn figures(&self) -> impl Iterator<Item = &str> {
        self.figures.iter().map(|(name, _)| name.as_str())
    }

    /// Runs on so many threads, which the sweep starts for itself; 0 stands for as many as there are cores, which is what
    /// it does unless told otherwise. Nothing in the table depends on it.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// assert_eq!(sweep(grid, |runner, _| runner).threads(1).run()?.threads(), 1);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = count;
        self
    }

    /// Goes on when a cell fails; [`Table::failures`] lists them. Without it the sweep ends with the error of the first
    /// cell that fails, in the order of the grid.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let table = sweep(grid, |runner, n| if n == 1 { panic!("no") } else { runner }).keep_going().run()?;
    /// assert_eq!((table.rows().len(), table.failures().len()), (1, 1));
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn keep_going(mut self) -> Self {
        self.keeps_going = true;
        self
    }

    /// Calls `progress` when a cell is done, with how many are and how many there are. It is called by one thread at a
    /// time.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// sweep(grid, |runner, _| runner).progress(|done, total| eprintln!("{done} of {total}")).run()?;
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn progress(mut self, progress: impl Fn(usize, usize) + Sync + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Runs all cells and waits for them.
    ///
    /// The cells have threads of their own, and the caller waits: inside a handler or a task of tokio it blocks that
    /// thread, and no other.
    ///
    /// # Errors
    ///
    /// If the grid has no cells, or a cell fails: its run, or a panic of the functions that build and measure it.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let error = sweep(grid, |_, n| panic!("not {n}")).run().unwrap_err();
    /// assert_eq!(error.to_string(), "cell n=1: it panicked: not 1");
    /// ```
    pub fn run(self) -> Result<Table, SweepError> {
        let cells = self.grid.cells()?;
        self.has_distinct_figures()?;
        let begun = Instant::now();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .thread_name(|index| format!("asp-sweep-{index}"))
            .build()
            .map_err(|error| SweepError::Threads(error.to_string()))?;
        let names: Arc<[String]> = self.figures().map(str::to_owned).collect();
        let mut table = Table::new(cells[0].names.to_vec(), names.to_vec(), pool.current_num_threads());
        let done = pool.install(|| self.run_cells(cells, &names));
        let (mut rows, mut failures) = (Vec::new(), Vec::new());
        for result in done.into_iter().flatten() {
            match result {
                Ok(row) => rows.push(row),
                Err(failure) if self.keeps_going => failures.push(failure),
                Err(failure) => return Err(SweepError::Cell(failure)),
            }
        }
        table.fill(rows, failures, begun.elapsed());
        Ok(table)
    }

    /// The cells in their order; none for those behind one that ended the sweep.
    fn run_cells(&self, cells: Vec<Cell>, names: &Arc<[String]>) -> Vec<Option<Result<Row, Failure>>> {
        let total = cells.len();
        let done = Mutex::new(0);
        // Cells before the first that fails are always run, so that the error is the same on any number of threads.
        let first_failed = AtomicUsize::new(usize::MAX);
        let run = |(place, cell): (usize, Cell)| {
            if place > first_failed.load(Relaxed) {
                return None;
            }
            let result = self.run_cell(cell, names);
            if result.is_err() && !self.keeps_going {
                first_failed.fetch_min(place, Relaxed);
            }
            if let Some(progress) = &self.progress {
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                *done += 1;
                progress(*done, total);
            }
            Some(result)
        };
        // One at a time: cells differ in length.
        cells.into_par_iter().enumerate().with_max_len(1).map(run).collect()
    }

    fn run_cell(&self, cell: Cell, names: &Arc<[String]>) -> Result<Row, Failure> {
        // What a panic leaves behind is dropped with the cell.
        let done = catch_unwind(AssertUnwindSafe(|| self.measured(&cell)));
        match done {
            Ok(Ok((figures, digest))) => Ok(Row { cell, names: Arc::clone(names), figures, digest }),
            Ok(Err(error)) => Err(Failure { cell, cause: Cause::Run(Box::new(error)) }),
            Err(panic) => {
                let text = format!("it panicked: {}", panic_text(&*panic));
                Err(Failure { cell, cause: Cause::Text(text) })
            }
        }
    }

    fn measured(&self, cell: &Cell) -> asp_core::Result<(Vec<f64>, Option<Digest>)> {
        let mut outcome = (self.build)(Runner::new(), self.grid.instance(cell)).run()?;
        let figures =
            self.figures.iter().map(|(_, measure)| measure(&mut outcome)).collect::<Result<_, _>>()?;
        Ok((figures, outcome.report().digest))
    }

    fn has_distinct_figures(&self) -> Result<(), SweepError> {
        let mut names: Vec<&str> = self.figures().collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => {
                Err(SweepError::Name(format!("figure `{}` is given twice\n= help: rename one", pair[0])))
            }
        }
    }
}

impl<P> fmt::Debug for Sweep<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweep")
            .field("grid", &self.grid)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}

/// What a figure may be: a number; a duration, in seconds; an `Option` of one, none being no number; or a `Result` of it,
/// whose error is that of the cell.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a figure",
    label = "not a number",
    note = "figures are numbers, `asp::Duration`, and `Option` and `asp::Result` of these"
)]
pub trait Figure {
    /// The figure as it stands in the table.
    ///
    /// # Errors
    ///
    /// That of the `Result`.
    fn figure(self) -> asp_core::Result<f64>;
}

macro_rules! figures {
    ($($type:ident)+) => {$(
        #[diagnostic::do_not_recommend]
        impl Figure for $type {
            fn figure(self) -> asp_core::Result<f64> {
                Ok(self as f64)
            }
        }
    )+};
}

figures! { f32 f64 i8 i16 i32 i64 isize u8 u16 u32 u64 usize }

#[diagnostic::do_not_recommend]
impl Figure for asp_core::Duration {
    fn figure(self) -> asp_core::Result<f64> {
        Ok(self.as_nanos() as f64 / 1e9)
    }
}

#[diagnostic::do_not_recommend]
impl<F: Figure> Figure for Option<F> {
    fn figure(self) -> asp_core::Result<f64> {
        self.map_or(Ok(f64::NAN), Figure::figure)
    }
}

#[diagnostic::do_not_recommend]
impl<F: Figure> Figure for asp_core::Result<F> {
    fn figure(self) -> asp_core::Result<f64> {
        self?.figure()
    }
}
