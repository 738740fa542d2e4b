//! A program: what feeds its streams, and what it does with a command line.

use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;

use asp_core::{Runner, Stream, Timestamp};

use crate::cli::{self, Command};
use crate::fault::Fault;
use crate::feeds::{Feed, FromFile};
use crate::records::{IntoFile, Record};
use crate::returned::{Failure, Made, Runnable, TimeArgument, made};
use crate::terminal::Terminal;
use crate::{check, describe, run};

/// A command-line program, put together as `#[asp::main]` does.
///
/// ```
/// use asp::app::Program;
/// use asp::prelude::*;
///
/// #[derive(Default)]
/// struct Meter {
///     sum: f64,
/// }
///
/// #[strategy(emits(sums: f64))]
/// impl Meter {
///     #[on_event(stream = "levels")]
///     fn level(&mut self, cx: &Context<Self>, level: f64) {
///         self.sum += level;
///         cx.emit(Self::SUMS, self.sum);
///     }
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// std::fs::write("levels.csv", "time,level\n2025-01-01,1.5\n2025-01-02,2\n2025-01-03,4\n")?;
///
/// let program = Program::new("meter").feed(Meter::LEVELS, "levels.csv").recordable(Meter::SUMS);
/// let arguments = ["run", "--end", "2025-01-03", "--record", "sums=sums.csv"];
/// let finished = program.try_main(arguments, Meter::default);
/// assert_eq!(finished.code, 0, "{}", finished.err);
/// assert_eq!(
///     std::fs::read_to_string("sums.csv")?,
///     "time,value\n2025-01-01T00:00:00Z,1.5\n2025-01-02T00:00:00Z,3.5\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a program does nothing until `main` is called"]
pub struct Program {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) about: &'static str,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) records: Vec<Record>,
    #[cfg(feature = "sweep")]
    pub(crate) swept: Option<Box<dyn crate::sweep::Swept>>,
    /// What is wrong with the program itself.
    fault: Option<Fault>,
}

/// How a program came out that ran inside another one; see [`Program::try_main`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The exit code.
    pub code: u8,
    /// What it wrote to standard output. What strategies print is not among it.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
}

impl Program {
    /// A program of this name, as messages show it.
    pub fn new(name: &'static str) -> Self {
        Program {
            name,
            version: "0",
            about: "",
            start: None,
            end: None,
            feeds: Vec::new(),
            records: Vec::new(),
            #[cfg(feature = "sweep")]
            swept: None,
            fault: None,
        }
    }

    /// What `--version` says.
    pub fn version(self, version: &'static str) -> Self {
        Program { version, ..self }
    }

    /// What `--help` says first; of several paragraphs, `-h` shows the first.
    pub fn about(self, about: &'static str) -> Self {
        Program { about, ..self }
    }

    /// Begins at `time`, unless `--start` says otherwise: a text, or a [`Timestamp`].
    pub fn start(mut self, time: impl TimeArgument) -> Self {
        self.start = self.time("start", time);
        self
    }

    /// Ends before `time`, unless `--end` says otherwise: a text, or a [`Timestamp`].
    pub fn end(mut self, time: impl TimeArgument) -> Self {
        self.end = self.time("end", time);
        self
    }

    /// Feeds a stream from files, unless `--feed` names others. [`asp_io::Uri`] says what `uri` may be.
    pub fn feed<T: FromFile>(mut self, stream: Stream<T>, uri: impl Into<String>) -> Self {
        self.feeds.push(Feed::new(stream, uri.into(), false));
        self
    }

    /// The same, of a stream that the cells of a sweep share.
    #[cfg(feature = "sweep")]
    pub fn feed_shared<T: crate::FromSharedFile>(
        mut self,
        stream: Stream<T>,
        uri: impl Into<String>,
    ) -> Self {
        self.feeds.push(Feed::shared(stream, uri.into()));
        self
    }

    /// Gives the program the command `sweep`, and `run --set`: `make` makes the strategy of each cell, before its
    /// parameters are set, `figures` adds what the table shows.
    ///
    /// ```
    /// use asp::app::Program;
    /// use asp::prelude::*;
    ///
    /// #[derive(Default, Params)]
    /// struct Meter {
    ///     #[param(values = [1.0, 2.0, 3.0])]
    ///     limit: f64,
    ///     alarms: u32,
    /// }
    ///
    /// #[strategy]
    /// impl Meter {
    ///     #[on_event(stream = "levels")]
    ///     fn level(&mut self, level: f64) {
    ///         self.alarms += u32::from(level > self.limit);
    ///     }
    /// }
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # std::env::set_current_dir(&folder)?;
    /// std::fs::write("levels.csv", "time,level\n2025-01-01,1.5\n2025-01-02,2.5\n")?;
    ///
    /// let finished = Program::new("meter")
    ///     .feed_shared(Meter::LEVELS, "levels.csv")
    ///     .sweep(Meter::default, |sweep| sweep.figure("alarms", |meter: &Meter| meter.alarms))
    ///     .try_main(["sweep", "--top", "2"], Meter::default);
    /// assert_eq!(finished.out, "limit  alarms\n    1       2\n    2       1\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "sweep")]
    pub fn sweep<P: asp_sweep::Params + asp_core::Strategy>(
        mut self,
        make: impl Fn() -> P + Clone + Send + Sync + 'static,
        figures: impl Fn(crate::sweep::Sweep<P>) -> crate::sweep::Sweep<P> + Send + 'static,
    ) -> Self {
        self.swept = Some(Box::new(crate::sweep::Typed { make, figures }));
        self
    }

    /// Feeds a stream live, unless `--live` or `--feed` names something else. [`asp_io::LiveUri`] says what `uri` may be.
    ///
    /// A program with a live stream runs by the clock, until its end or Ctrl-C.
    pub fn live<T: FromFile>(mut self, stream: Stream<T>, uri: impl Into<String>) -> Self {
        self.feeds.push(Feed::new(stream, uri.into(), true));
        self
    }

    /// Writes a stream to a file, which `--record` can change.
    pub fn record<T: IntoFile>(mut self, stream: Stream<T>, uri: impl Into<String>) -> Self {
        self.records.push(Record::new(stream, Some(uri.into())));
        self
    }

    /// Lets `--record` write a stream to a file.
    pub fn recordable<T: IntoFile>(mut self, stream: Stream<T>) -> Self {
        self.records.push(Record::new(stream, None));
        self
    }

    /// Does what the command line of the process says. `make` is not called where it only asks for help.
    pub fn main<R: Runnable<Kind>, Kind>(self, make: impl FnOnce() -> R) -> ExitCode {
        self.main_made(made(make))
    }

    /// What `#[asp::main]` writes for [`Program::main`].
    #[doc(hidden)]
    pub fn main_made(self, made: Made<'_>) -> ExitCode {
        ExitCode::from(self.execute(std::env::args_os(), made, &Terminal::of_process()))
    }

    /// Does what `arguments` say, which begin behind the name of the program, and keeps what it writes: for tests.
    ///
    /// The docs of [`Program`] have an example.
    pub fn try_main<R: Runnable<Kind>, Kind>(
        self,
        arguments: impl IntoIterator<Item: Into<OsString>>,
        make: impl FnOnce() -> R,
    ) -> Finished {
        let terminal = Terminal::kept();
        let name = OsString::from(self.name);
        let arguments = std::iter::once(name).chain(arguments.into_iter().map(Into::into));
        let code = self.execute(arguments, made(make), &terminal);
        Finished { code, out: terminal.out.into_text(), err: terminal.err.into_text() }
    }

    fn execute(
        mut self,
        arguments: impl IntoIterator<Item = OsString>,
        made: Made<'_>,
        terminal: &Terminal,
    ) -> u8 {
        let command = match cli::parse(&self, arguments, terminal) {
            Ok(command) => command,
            Err(code) => return code,
        };
        let done = match (self.fault.take(), command) {
            (Some(fault), _) => Err(fault),
            (None, Command::Run(flags)) => run::run(self, made, flags, terminal),
            (None, Command::Streams(feeds)) => describe::streams(self, made, feeds, terminal),
            (None, Command::Graph(feeds)) => describe::graph(self, made, feeds, terminal),
            #[cfg(feature = "sweep")]
            (None, Command::Sweep(flags)) => crate::sweep::sweep(self, made, flags, terminal),
            (None, Command::Check(feeds)) => check::check(self, made, feeds, terminal),
        };
        match done {
            Ok(()) => 0,
            Err(fault) => {
                if !matches!(fault, Fault::Told(_)) {
                    terminal.error(&fault.to_string());
                }
                fault.code()
            }
        }
    }

    /// The runner with all its streams, none of which brings an event.
    pub(crate) fn build_empty(&self, made: Made<'_>) -> Result<Runner, Fault> {
        let feed = |runner| Ok(self.feeds.iter().fold(runner, |runner, feed| feed.empty(runner)));
        made.into_runner(feed).map_err(fault_of)
    }

    fn time(&mut self, option: &str, time: impl TimeArgument) -> Option<Timestamp> {
        match time.timestamp() {
            Ok(time) => Some(time),
            Err(error) => {
                let fault = Fault::failed(format_args!("`{option}` of the program: {error}"));
                self.fault.get_or_insert(fault);
                None
            }
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("name", &self.name)
            .field("feeds", &self.feeds)
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

/// The fault that a failure is, or is due to.
pub(crate) fn fault_of(failure: Failure) -> Fault {
    match failure.downcast::<Fault>() {
        Ok(fault) => *fault,
        Err(failure) => Fault::with_causes(&*failure),
    }
}
