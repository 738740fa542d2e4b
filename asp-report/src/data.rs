//! A run as data: what the page shows, to keep, to compare and to read elsewhere.

use std::fmt::{self, Display};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use asp_core::{Report, Timestamp};
use serde::{Deserialize, Serialize};

use crate::html;
use crate::rates::Rates;
use crate::sample::Series;

/// The version of the format; it changes with what is in [`RunData`].
pub(crate) const VERSION: u32 = 1;

/// All that the report of a run shows. Its size is bounded, however long the run was.
///
/// It is made by a [`Recorder`](crate::Recorder), kept as JSON, and read back to be compared with another run.
///
/// ```
/// use asp_report::{Recorder, RunData};
/// use asp_core::{Runner, Stream, timestamps};
///
/// const PRICES: Stream<f64> = Stream::new("prices");
/// let prices = timestamps("2025-01-01".parse()?, "1s".parse()?).zip([20.5, 20.7, 20.6]);
/// let (runner, recorder) = Recorder::new().chart(PRICES).attach(Runner::new().feed(PRICES, prices));
/// let data = recorder.finish(&runner.run()?);
///
/// # let folder = std::env::temp_dir();
/// # let path = folder.join(format!("asp-report-{}.json", std::process::id()));
/// data.write_json(&path)?;
/// let before = RunData::read(&path)?;
/// assert_eq!(before.series[0].max, 20.7);
/// assert!(data.to_html_beside(&before, "before").contains("before"));
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunData {
    /// The version of the format.
    pub version: u32,
    /// What the run is called.
    pub title: String,
    /// The figures of the run.
    pub report: Report,
    /// What stopped the run, if it failed.
    pub error: Option<String>,
    /// How long it took in real time, in seconds.
    pub seconds: f64,
    /// What the run was made with.
    pub parameters: Vec<Parameter>,
    /// The events of each stream over virtual time.
    pub rates: Rates,
    /// How far the clock was ahead of what was dispatched, in seconds; none for a run over history.
    pub behind: Option<Series>,
    /// The numbers of the streams that are charted.
    pub series: Vec<Series>,
    /// Streams that had more numbers than are charted.
    pub cut: Vec<String>,
    /// The graph of the run, as a picture in SVG.
    pub graph: String,
    /// The last events of the streams that are charted.
    pub last_events: Vec<LastEvent>,
    /// The last handler calls.
    pub last_calls: Vec<LastCall>,
}

/// A name and a value; in [`RunData::parameters`].
///
/// ```
/// let parameter = asp_report::Parameter { name: "window".into(), value: "1h".into() };
/// assert_eq!(parameter.name, "window");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// What it is.
    pub name: String,
    /// What it was set to.
    pub value: String,
}

/// An event as text; in [`RunData::last_events`].
///
/// ```
/// assert_eq!(asp_report::LastEvent::default().payload, "");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LastEvent {
    /// When it was.
    pub time: Timestamp,
    /// Its stream.
    pub stream: String,
    /// Its payload as JSON; a long one ends in an ellipsis.
    pub payload: String,
}

/// A handler call; in [`RunData::last_calls`].
///
/// ```
/// assert_eq!(asp_report::LastCall::default().handler, "");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LastCall {
    /// When it was.
    pub time: Timestamp,
    /// The strategy.
    pub strategy: String,
    /// The method.
    pub handler: String,
    /// The stream, if it was called for an event.
    pub stream: Option<String>,
}

impl RunData {
    /// The report as a page: one HTML file that needs nothing else.
    ///
    /// ```
    /// use asp_report::Recorder;
    /// use asp_core::Runner;
    ///
    /// let (runner, recorder) = Recorder::new().title("an empty run").attach(Runner::new());
    /// let page = recorder.finish(&runner.run()?).to_html();
    /// assert!(page.contains("<h1>an empty run</h1>"));
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn to_html(&self) -> String {
        html::page(self, None).to_string()
    }

    /// The report beside that of another run, which the page calls `name`.
    ///
    /// The docs of [`RunData`] have an example.
    pub fn to_html_beside(&self, other: &RunData, name: &str) -> String {
        html::page(self, Some((other, name))).to_string()
    }

    /// Writes the page to a file.
    ///
    /// ```no_run
    /// # fn write(data: asp_report::RunData) -> std::io::Result<()> {
    /// data.write_html("run.html")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_html(&self, path: impl AsRef<Path>) -> io::Result<()> {
        fs::write(path, self.to_html())
    }

    /// Writes the data to a file, as JSON.
    ///
    /// The docs of [`RunData`] have an example.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_json(&self, path: impl AsRef<Path>) -> io::Result<()> {
        fs::write(path, serde_json::to_vec(self)?)
    }

    /// Reads the data of a run, to be compared with another.
    ///
    /// ```
    /// let error = asp_report::RunData::read("no such file.json").unwrap_err();
    /// assert!(error.to_string().starts_with("no such file.json cannot be read: "));
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such file, if it is no data of a run, or that of another version.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }

        let path = path.as_ref();
        let error = |fault| ReadError { path: path.to_owned(), fault };
        let text = fs::read_to_string(path).map_err(|cause| error(Fault::File(cause)))?;
        let no_data = |cause| error(Fault::NoData(cause));
        let Version { version } = serde_json::from_str(&text).map_err(no_data)?;
        if version != VERSION {
            return Err(error(Fault::Version(version)));
        }
        serde_json::from_str(&text).map_err(no_data)
    }
}

/// Why the data of a run cannot be read. It prints what is wrong, and a line of help.
///
/// ```
/// let error = asp_report::RunData::read("no such file.json").unwrap_err();
/// assert!(error.to_string().ends_with("\n= help: a run with `--report \"no such file.json\"` writes it"));
/// ```
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    File(io::Error),
    NoData(serde_json::Error),
    Version(u32),
}

impl Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.fault {
            Fault::File(error) => {
                writeln!(f, "{path} cannot be read: {error}")?;
                write!(f, "= help: a run with `--report {:?}` writes it", self.path)
            }
            Fault::NoData(error) => {
                writeln!(f, "{path} is not the data of a run: {error}")?;
                write!(
                    f,
                    "= help: a run with `--report NAME.json` writes such data; a page cannot be read back"
                )
            }
            Fault::Version(version) => {
                writeln!(
                    f,
                    "{path} is of version {version} of the format, and this program reads {VERSION}"
                )?;
                write!(f, "= help: repeat that run with this version of asp and `--report {:?}`", self.path)
            }
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::File(error) => Some(error),
            Fault::NoData(error) => Some(error),
            Fault::Version(_) => None,
        }
    }
}
