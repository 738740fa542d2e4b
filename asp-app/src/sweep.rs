//! `sweep`: one strategy over its grid, over files that are read once; and `run --set`, one cell of it by hand.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use asp_core::{Payload, Runner, Source, Strategy, Stream, Timestamp};
use asp_io::{IoError, ReadOptions, RowReport, Uri};
use asp_sweep::{Grid, Params, SweepError, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{self, SweepOptions};
use crate::fault::Fault;
use crate::feeds::{FromFile, Place};
use crate::names::{counted, similar};
use crate::program::Program;
use crate::returned::{Made, made};
use crate::terminal::Terminal;

/// What the cells of a sweep can share: a payload that is read from a file, is `Clone`, and may be read by several
/// threads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared by the cells of a sweep",
    label = "not `Clone` and `Sync`, or not `serde::Deserialize`",
    note = "derive `Clone` and `serde::Deserialize` for it"
)]
pub trait FromSharedFile: FromFile + Clone + Sync {}

#[diagnostic::do_not_recommend]
impl<T: FromFile + Clone + Sync> FromSharedFile for T {}

/// A sweep as it is put together, which gets its figures.
pub type Sweep<P> = asp_sweep::Sweep<'static, P>;

/// Feeds a runner with what was read once.
pub(crate) type FeedAgain = Box<dyn Fn(Runner) -> Runner + Send + Sync>;

/// Reads the files of a stream, for all cells.
pub(crate) fn read<T: FromSharedFile>(
    stream: &Stream<T>,
    uri: &Uri,
    options: &ReadOptions,
) -> Result<FeedAgain, IoError> {
    let rows: Arc<[(Timestamp, T)]> = asp_io::rows(uri, options)?.collect::<Result<_, _>>()?;
    let stream = stream.clone();
    Ok(Box::new(move |runner| runner.feed(stream.clone(), shared(&rows))))
}

fn shared<T: Payload + Clone + Sync>(rows: &Arc<[(Timestamp, T)]>) -> Source<T> {
    Source::shared(Arc::clone(rows))
}

/// The sweep of a program whose strategy type is known.
pub(crate) trait Swept: Send {
    /// The parameters.
    fn parameters(&self) -> Vec<&'static str>;
    /// The figures.
    fn figures(&self) -> Vec<String>;
    /// Runs the cells, each over what the runner made by `begin` has.
    fn run(&self, ask: Ask<'_>) -> Result<Table, SweepError>;
    /// The program's function with some parameters set.
    fn made(&self, sets: &[(String, String)]) -> Result<Made<'static>, SweepError>;
}

/// What a sweep needs to know.
pub(crate) struct Ask<'a> {
    pub(crate) begin: Box<dyn Fn(Runner) -> Runner + Send + Sync>,
    pub(crate) sets: &'a [(String, String)],
    pub(crate) threads: usize,
    pub(crate) keeps_going: bool,
    pub(crate) progress: Option<Progress>,
}

/// [`Swept`] of a strategy.
pub(crate) struct Typed<M, F> {
    pub(crate) make: M,
    pub(crate) figures: F,
}

impl<P, M, F> Swept for Typed<M, F>
where
    P: Params + Strategy,
    M: Fn() -> P + Clone + Send + Sync + 'static,
    F: Fn(Sweep<P>) -> Sweep<P> + Send,
{
    fn parameters(&self) -> Vec<&'static str> {
        P::params().iter().map(|param| param.name()).collect()
    }

    fn figures(&self) -> Vec<String> {
        let sweep = (self.figures)(asp_sweep::sweep(self.grid(), |runner, _| runner));
        sweep.figures().map(str::to_owned).collect()
    }

    fn run(&self, ask: Ask<'_>) -> Result<Table, SweepError> {
        let mut grid = self.grid();
        for (name, values) in ask.sets {
            grid = grid.set(name, values.split(','))?;
        }
        let begin = ask.begin;
        let mut sweep = asp_sweep::sweep(grid, move |runner, strategy| begin(runner).add(strategy));
        sweep = (self.figures)(sweep).threads(ask.threads);
        if ask.keeps_going {
            sweep = sweep.keep_going();
        }
        if let Some(progress) = ask.progress {
            sweep = sweep.progress(move |done, total| progress.show(done, total));
        }
        sweep.run()
    }

    fn made(&self, sets: &[(String, String)]) -> Result<Made<'static>, SweepError> {
        let mut strategy = (self.make)();
        let params = P::params();
        for (name, text) in sets {
            let Some(param) = params.iter().find(|param| param.name() == name) else {
                // The grid knows what to say of a name.
                let _ = self.grid().set(name, [text.as_str()])?;
                continue;
            };
            param
                .set_text(&mut strategy, text)
                .map_err(|fault| SweepError::Name(format!("parameter `{name}`: {fault}")))?;
        }
        Ok(made(move || strategy))
    }
}

impl<P, M, F> Typed<M, F>
where
    P: Params,
    M: Fn() -> P + Clone + Send + Sync + 'static,
    F: Fn(Sweep<P>) -> Sweep<P>,
{
    fn grid(&self) -> Grid<P> {
        P::grid_from(self.make.clone())
    }
}

/// Sweeps the program and shows what came of it.
pub(crate) fn sweep(
    mut program: Program,
    made: Made<'_>,
    flags: cli::Sweep,
    terminal: &Terminal,
) -> Result<(), Fault> {
    let (feeds, options) = flags.read()?;
    if let Some(feed) = feeds.replace(&mut program)?.first() {
        let graph = program.build_empty(made)?.graph();
        return Err(cli::unknown_feed(feed, &program, &graph));
    }
    let Some(swept) = program.swept.take() else {
        return Err(Fault::usage(
            "this program has no figures to sweep by\n\
             = help: name them in `sweep(..)` of `#[asp::main]`, and derive `asp::Params` for its strategy",
        ));
    };
    let by = figure(&*swept, options.by.as_deref())?;
    let ask = Ask {
        begin: beginning(&program, &options)?,
        sets: &options.sets,
        threads: options.threads,
        keeps_going: options.keeps_going,
        progress: (!options.quiet && terminal.err.is_terminal()).then(Progress::new),
    };
    let table = swept.run(ask).map_err(fault_of)?;
    let table = if options.lowest { table.lowest_first(&by) } else { table.highest_first(&by) };
    finished(&table.map_err(fault_of)?, &by, program.name, &options, terminal)
}

/// The parameters that `run --set` sets, in the program's function.
pub(crate) fn with_sets(program: &mut Program, sets: &[(String, String)]) -> Result<Made<'static>, Fault> {
    match program.swept.take() {
        Some(swept) => swept.made(sets).map_err(fault_of),
        None => Err(Fault::usage(
            "--set: this program has no parameters\n\
             = help: derive `asp::Params` for its strategy, and name figures in `sweep(..)` of `#[asp::main]`",
        )),
    }
}

/// `NAME=VALUE`, each name once.
pub(crate) fn sets(texts: &[String]) -> Result<Vec<(String, String)>, Fault> {
    let mut sets: Vec<(String, String)> = Vec::new();
    for text in texts {
        let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Fault::usage(format_args!(
                "--set: {text:?} does not say which parameter it is for\n= help: write `--set NAME={text}`"
            )));
        };
        if sets.iter().any(|(other, _)| other == name) {
            return Err(Fault::usage(format_args!(
                "--set: parameter `{name}` is given twice\n= help: several values are `--set {name}=1,2`"
            )));
        }
        sets.push((name.to_owned(), value.to_owned()));
    }
    Ok(sets)
}

/// The figure to sort by: the first, unless another is asked for.
fn figure(swept: &dyn Swept, by: Option<&str>) -> Result<String, Fault> {
    let known = swept.figures();
    match (by, known.first()) {
        (None, Some(first)) => Ok(first.clone()),
        (Some(by), _) if known.iter().any(|known| known == by) => Ok(by.to_owned()),
        (by, _) => {
            let by = by.unwrap_or_default();
            let help = match similar(by, known.iter().map(String::as_str)) {
                Some(near) => format!("a figure with a similar name exists: `{near}`"),
                None if swept.parameters().contains(&by) => "a parameter is no figure".to_owned(),
                None => "figures are what `sweep(..)` of `#[asp::main]` names".to_owned(),
            };
            let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            Err(Fault::usage(format_args!(
                "--by: there is no figure `{by}`\n= help: {help}\n= note: figures: {}",
                list.join(", ")
            )))
        }
    }
}

/// What all cells have in common: the files, read now, and the limits.
fn beginning(
    program: &Program,
    options: &SweepOptions,
) -> Result<Box<dyn Fn(Runner) -> Runner + Send + Sync>, Fault> {
    let mut feeds: Vec<FeedAgain> = Vec::new();
    for feed in &program.feeds {
        let failed = |error: &dyn std::fmt::Display| {
            Fault::failed(format_args!("stream \"{}\": {error}", feed.stream))
        };
        let place = feed.place().map_err(|error| failed(&error))?;
        let Place::Files(uri) = &place else {
            return Err(Fault::usage(format_args!(
                "stream \"{0}\" is live, and a sweep is over history\n\
                 = help: read it with `--feed {0}=FILE`, and name it in `feed(..)` of `#[asp::main]`",
                feed.stream
            )));
        };
        let report = RowReport::new();
        let read = ReadOptions::new().bad_rows(options.bad_rows).report(&report);
        match feed.read_shared(uri, &read).map_err(|error| failed(&error))? {
            Some(feed) => feeds.push(feed),
            None => {
                return Err(Fault::usage(format_args!(
                    "stream \"{}\" cannot be shared by the cells\n\
                     = help: name it in `feed(..)` of `#[asp::main]`, beside `sweep(..)`",
                    feed.stream
                )));
            }
        }
    }
    let (start, end) = (options.start.or(program.start), options.end.or(program.end));
    let digest = options.digest;
    Ok(Box::new(move |runner| {
        let mut runner = feeds.iter().fold(runner, |runner, feed| feed(runner));
        if let Some(start) = start {
            runner = runner.start(start);
        }
        if let Some(end) = end {
            runner = runner.end(end);
        }
        if digest { runner.digest() } else { runner }
    }))
}

fn finished(
    table: &Table,
    by: &str,
    name: &str,
    options: &SweepOptions,
    terminal: &Terminal,
) -> Result<(), Fault> {
    terminal.out.write(&table.top(options.top).to_string());
    if let Some(path) = &options.csv {
        table.write_csv(path).map_err(|error| Fault::failed(format_args!("--csv: {error}")))?;
    }
    #[cfg(feature = "report")]
    if let Some(path) = &options.report {
        let page = table.page(&format!("Sweep of {name}"), by).map_err(fault_of)?;
        std::fs::write(path, page.to_string()).map_err(|error| {
            Fault::failed(format_args!("--report: cannot write {}: {error}", path.display()))
        })?;
    }
    #[cfg(not(feature = "report"))]
    let _ = (by, name);
    if !options.quiet {
        let (cells, seconds) = (counted(table.rows().len() as u64, "cell"), table.took().as_secs_f64());
        let threads = counted(table.threads() as u64, "thread");
        terminal.err.write(&format!("{cells} in {seconds:.3} s on {threads}\n"));
    }
    match table.failures() {
        [] => Ok(()),
        failures => {
            let failed = counted(failures.len() as u64, "cell");
            let list: Vec<String> = failures.iter().map(ToString::to_string).collect();
            Err(Fault::failed(format_args!("{failed} failed\n{}", list.join("\n"))))
        }
    }
}

/// A name that is wrong is the command line's fault.
fn fault_of(error: SweepError) -> Fault {
    match error {
        SweepError::Name(text) => Fault::usage(text),
        other => Fault::with_causes(&other),
    }
}

/// How many cells are done, on standard error. A sweep that is over within a second shows nothing.
pub(crate) struct Progress {
    begun: Instant,
    bar: OnceLock<Mutex<ProgressBar>>,
}

impl Progress {
    const PATIENCE: Duration = Duration::from_secs(1);

    fn new() -> Self {
        Progress { begun: Instant::now(), bar: OnceLock::new() }
    }

    fn show(&self, done: usize, total: usize) {
        if self.begun.elapsed() < Self::PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| Mutex::new(new_bar(total))).lock();
        let bar = bar.unwrap_or_else(PoisonError::into_inner);
        bar.set_position(done as u64);
        if done == total {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("[{bar:24}] {pos} of {len} cells, {eta} left") {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
