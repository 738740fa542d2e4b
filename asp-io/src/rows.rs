//! The rows of all files of a URI, one after the other.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use asp_core::{Payload, Source, Timestamp};
use serde::de::DeserializeOwned;

use crate::error::IoError;
use crate::files::{self, Bytes, Input};
use crate::options::{BadRows, ReadOptions, RowReport};
use crate::shape::{self, Numbers, Shape};
use crate::times::TimeReader;
use crate::uri::{Format, Uri};

/// A source of `T` over the rows of files.
///
/// It reads lazily and with constant memory, whatever the files' size. A payload is
///
/// - a struct, its fields taken from the columns (fields, in JSON lines) of their names, also by `serde` attributes;
///   other columns are ignored;
/// - a tuple, from the columns other than the time in their order;
/// - a single value (`f64`, `String`, `Option<bool>`, an enum without data, ..), if there is exactly one column other
///   than the time, or the URI names it in `value`.
///
/// The time is taken from the column `time`, or the one that the URI names. A struct that has a field of that name
/// gets it too, as the text that stands there. Types that take any name (maps, `#[serde(flatten)]`) do not.
///
/// Of Parquet only the columns that the payload has fields for are read, in batches of a few thousand rows. Columns have
/// types there: a whole number fits every type that holds it, and also a float; a number is no text. A timestamp, a date
/// or a time of day is a text for a `String` (as `2025-01-01T00:00:00Z`), and for a whole number the count that stands in
/// the file. As the time of the event, a timestamp has its own unit and needs none in the URI. Lists, structs and maps
/// are refused where a field asks for one.
///
/// Rows come in the order of the file, and the engine checks that their times do not go back; use
/// [`Source::reorder`] for files that are nearly in order.
///
/// # Errors
///
/// At once: a file that does not exist, and what the header of the first file shows not to fit `T`. While the run
/// goes on: a row that cannot be understood, unless [`ReadOptions::bad_rows`] says otherwise; a column that is missing;
/// a row of more than 16 MiB, as after a quote left open; a Parquet column of a type that does not fit its field; and
/// what the operating system reports.
///
/// ```
/// use asp_core::{Runner, Stream};
/// use asp_io::ReadOptions;
/// use serde::Deserialize;
///
/// #[derive(Clone, Debug, Deserialize, PartialEq)]
/// struct Quake { magnitude: Option<f64>, place: String }
///
/// const QUAKES: Stream<Quake> = Stream::new("quakes");
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// std::fs::write("quakes.csv", "time,magnitude,place\n2018-01-31T01:49:59Z,,\"Amboy, Washington\"\n")?;
///
/// let quakes = asp_io::source(&"quakes.csv".parse()?, &ReadOptions::new())?;
/// let mut outcome = Runner::new().feed(QUAKES, quakes).collect(QUAKES).run()?;
/// let event = &outcome.collected(QUAKES)?[0];
/// assert_eq!(event.time, "2018-01-31T01:49:59Z".parse()?);
/// assert_eq!(event.value, Quake { magnitude: None, place: "Amboy, Washington".into() });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn source<T: DeserializeOwned + Payload>(uri: &Uri, options: &ReadOptions) -> Result<Source<T>, IoError> {
    Ok(Source::past(rows(uri, options)?))
}

/// The rows that [`source`] would feed, to be looked at without a run.
///
/// # Errors
///
/// As those of [`source`]. The iterator yields the bad rows as errors and goes on after them.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// std::fs::write("ticks.jsonl", "{\"time\": 5, \"bid\": 1.5}\n")?;
///
/// let uri = "ticks.jsonl?unit=s".parse()?;
/// let (time, bid) = asp_io::rows::<f64>(&uri, &asp_io::ReadOptions::new())?.next().unwrap()?;
/// assert_eq!((time.to_string(), bid), ("1970-01-01T00:00:05Z".to_owned(), 1.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rows<T: DeserializeOwned>(uri: &Uri, options: &ReadOptions) -> Result<Rows<T>, IoError> {
    let request = Request::new::<T>(uri);
    let inputs = files::inputs(uri)?;
    for path in inputs.iter().filter_map(|input| input.path.as_deref()) {
        options.report.add_bytes_total(path.metadata().map_or(0, |metadata| metadata.len()));
    }
    let options = options.clone();
    let mut rows = Rows { request, inputs, file: None, options, unreported: 0, yields: PhantomData };
    // Of Parquet, standard input is an error at once.
    if !uri.is_standard_stream() || uri.format() == Format::Parquet {
        rows.open_next()?;
    }
    Ok(rows)
}

/// What is asked of each file.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) uri: Uri,
    pub(crate) shape: Shape,
    pub(crate) numbers: Numbers,
    pub(crate) times: TimeReader,
}

impl Request {
    pub(crate) fn new<T: DeserializeOwned>(uri: &Uri) -> Self {
        let shape = shape::of::<T>();
        Request { uri: uri.clone(), shape, numbers: shape::numbers::<T>(shape), times: TimeReader::new(uri) }
    }
}

/// An iterator over rows; see [`rows`].
pub struct Rows<T> {
    request: Request,
    inputs: VecDeque<Input>,
    file: Option<OpenFile>,
    options: ReadOptions,
    /// Good rows that the report does not count yet.
    unreported: u64,
    yields: PhantomData<fn() -> T>,
}

/// A file in the course of being read.
#[allow(clippy::large_enum_variant, reason = "there is one at a time")]
pub(crate) enum OpenFile {
    #[cfg(feature = "csv")]
    Csv(crate::csv::CsvFile),
    #[cfg(feature = "jsonl")]
    JsonLines(crate::json::JsonFile),
    #[cfg(feature = "parquet")]
    Parquet(Box<crate::parquet::ParquetFile>),
}

/// A row, or `None` behind the last one.
pub(crate) type NextRow<T> = Result<Option<(Timestamp, T)>, IoError>;

impl OpenFile {
    /// Begins to read lines; of CSV, the line of column names.
    pub(crate) fn new(name: Arc<str>, bytes: Bytes, request: &Request) -> Result<Self, IoError> {
        match request.uri.format() {
            #[cfg(feature = "csv")]
            Format::Csv => Ok(OpenFile::Csv(crate::csv::CsvFile::new(name, bytes, request)?)),
            #[cfg(feature = "jsonl")]
            Format::JsonLines => Ok(OpenFile::JsonLines(crate::json::JsonFile::new(name, bytes))),
            #[allow(unreachable_patterns)]
            _ => Err(IoError::left_out(&request.uri)),
        }
    }

    fn open(input: Input, report: &RowReport, request: &Request) -> Result<Self, IoError> {
        #[cfg(feature = "parquet")]
        if request.uri.format() == Format::Parquet {
            let file = crate::parquet::ParquetFile::open(input, report, request)?;
            return Ok(OpenFile::Parquet(Box::new(file)));
        }
        let bytes = files::open(&input, report)?;
        OpenFile::new(input.name, bytes, request)
    }

    #[inline]
    pub(crate) fn next_row<T: DeserializeOwned>(&mut self, request: &Request) -> NextRow<T> {
        match *self {
            #[cfg(feature = "csv")]
            OpenFile::Csv(ref mut file) => file.next_row(request),
            #[cfg(feature = "jsonl")]
            OpenFile::JsonLines(ref mut file) => file.next_row(request),
            #[cfg(feature = "parquet")]
            OpenFile::Parquet(ref mut file) => file.next_row(request),
        }
    }
}

/// How many rows may go by before the report hears of them.
pub(crate) const REPORTED_AT: u64 = 1024;

impl<T> Rows<T> {
    /// Opens the next file; `false` behind the last one.
    fn open_next(&mut self) -> Result<bool, IoError> {
        let Some(input) = self.inputs.pop_front() else { return Ok(false) };
        self.file = Some(OpenFile::open(input, &self.options.report, &self.request)?);
        Ok(true)
    }

    /// Nothing comes after an error that is not one of a row.
    #[cold]
    fn close(&mut self) {
        self.file = None;
        self.inputs.clear();
        self.report();
    }

    fn report(&mut self) {
        self.options.report.add_rows(std::mem::take(&mut self.unreported));
    }
}

impl<T: DeserializeOwned> Iterator for Rows<T> {
    type Item = Result<(Timestamp, T), IoError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(file) = &mut self.file else {
                match self.open_next() {
                    Ok(true) => continue,
                    Ok(false) => {
                        self.report();
                        return None;
                    }
                    Err(error) => {
                        self.close();
                        return Some(Err(error));
                    }
                }
            };
            match file.next_row(&self.request) {
                Ok(Some(row)) => {
                    self.unreported += 1;
                    if self.unreported == REPORTED_AT {
                        self.report();
                    }
                    return Some(Ok(row));
                }
                Ok(None) => self.file = None,
                Err(error) => match (error.row(), self.options.bad_rows) {
                    (Some(row), BadRows::Skip) => self.options.report.add_skipped(row),
                    (Some(_), BadRows::Stop) => return Some(Err(error)),
                    (None, _) => {
                        self.close();
                        return Some(Err(error));
                    }
                },
            }
        }
    }
}

impl<T> Drop for Rows<T> {
    fn drop(&mut self) {
        self.report();
    }
}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({})", self.request.uri)
    }
}
