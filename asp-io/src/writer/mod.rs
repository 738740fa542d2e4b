//! Sinks: events into files.

mod cell;
#[cfg(feature = "csv")]
mod csv;
mod fields;
#[cfg(feature = "jsonl")]
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod target;

use std::fmt;
use std::io;
use std::marker::PhantomData;

use asp_core::Event;
use serde::Serialize;

use crate::error::{IoError, IoErrorKind};
use crate::uri::{Format, Uri};
use target::Target;

/// Writes events to a file, which appears whole or not at all.
///
/// Each event is a row: first its time (RFC 3339, in the column `time` or the one that the URI names), then the fields
/// of a struct or a map, or the elements of a tuple as `0`, `1`, .., or the value itself as `value`. [`source`]
/// reads equal events back, with one exception: in CSV an empty text and a `None` are the same.
///
/// In Parquet the time is a timestamp in nanoseconds of UTC, and a column has the type of its first value; `None` is null.
/// Columns are compressed with zstd, in row groups of at most 16 MiB, of which one is in memory.
///
/// Rows go to a temporary file in the same folder, which [`finish`](Writer::finish) renames. Without it, as after an
/// error or a panic, the temporary file is removed and whatever was at the target stays. The standard output, `-`,
/// is written directly.
///
/// [`source`]: crate::source
///
/// ```
/// use asp_core::{Event, timestamps};
/// use asp_io::Writer;
///
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// let mut writer = Writer::create(&"levels.jsonl".parse()?)?;
/// for (time, value) in timestamps("2025-01-01".parse()?, "1h".parse()?).zip([1.5, 1.75]) {
///     writer.write(&Event { time, value })?;
/// }
/// assert_eq!(writer.finish()?, 2);
/// assert_eq!(
///     std::fs::read_to_string("levels.jsonl")?,
///     "{\"time\":\"2025-01-01T00:00:00Z\",\"value\":1.5}\n\
///      {\"time\":\"2025-01-01T01:00:00Z\",\"value\":1.75}\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "rows are kept only if `finish` is called"]
pub struct Writer<T> {
    uri: Uri,
    target: Target,
    rows: Rows,
    written: u64,
    takes: PhantomData<fn(&T)>,
}

/// The encoder of rows.
enum Rows {
    #[cfg(feature = "csv")]
    Csv(csv::CsvRows),
    #[cfg(feature = "jsonl")]
    JsonLines(json::JsonRows),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::ParquetRows>),
}

/// Why a row cannot be written.
enum Failure {
    /// The payload has no form in the format.
    Payload(String),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Io(error)
    }
}

impl<T: Serialize> Writer<T> {
    /// A writer to the place that a URI names; `?time=` and `?value=` name its columns.
    ///
    /// # Errors
    ///
    /// When the folder does not exist or cannot be written to, and for keys that have no meaning in writing.
    pub fn create(uri: &Uri) -> Result<Self, IoError> {
        if let Some(key) = uri.unit().map(|_| "unit").or((uri.zone() != "UTC").then_some("tz")) {
            let form = if uri.format() == Format::Parquet { "as timestamps in UTC" } else { "in RFC 3339" };
            let reason = format!("key `{key}` is for reading; times are written {form}, remove the key");
            return Err(IoError::new(IoErrorKind::Open { path: uri.path().to_owned(), reason }));
        }
        let target = Target::create(uri)?;
        let rows = match uri.format() {
            #[cfg(feature = "csv")]
            Format::Csv => Rows::Csv(csv::CsvRows::new(uri)),
            #[cfg(feature = "jsonl")]
            Format::JsonLines => Rows::JsonLines(json::JsonRows::new(uri)),
            #[cfg(feature = "parquet")]
            Format::Parquet => Rows::Parquet(Box::new(parquet::ParquetRows::new(uri))),
            #[allow(unreachable_patterns)]
            _ => return Err(IoError::left_out(uri)),
        };
        Ok(Writer { uri: uri.clone(), target, rows, written: 0, takes: PhantomData })
    }

    /// Writes one row.
    ///
    /// # Errors
    ///
    /// When the payload has no form in the format, as a list in a column of CSV or NaN in JSON, or its fields are not
    /// those of the first row; in Parquet, when a field has a value of another type than before, or its first value after
    /// 65,536 rows of `None`; when it has a field of the time column's name; and what the operating system reports.
    #[inline]
    pub fn write(&mut self, event: &Event<T>) -> Result<(), IoError> {
        let written = match self.rows {
            #[cfg(feature = "csv")]
            Rows::Csv(ref mut rows) => rows.write(event.time, &event.value, &mut self.target),
            #[cfg(feature = "jsonl")]
            Rows::JsonLines(ref mut rows) => rows.write(event.time, &event.value, &mut self.target),
            #[cfg(feature = "parquet")]
            Rows::Parquet(ref mut rows) => rows.write(event.time, &event.value, &mut self.target),
        };
        match written {
            Ok(()) => {
                self.written += 1;
                Ok(())
            }
            Err(failure) => Err(self.failed(failure)),
        }
    }

    /// Completes the file and puts it in its place; how many rows it has.
    ///
    /// # Errors
    ///
    /// What the operating system reports. The target is as it was before.
    pub fn finish(mut self) -> Result<u64, IoError> {
        let finished: io::Result<()> = match self.rows {
            #[cfg(feature = "csv")]
            Rows::Csv(ref mut rows) => rows.finish(&mut self.target),
            #[cfg(feature = "jsonl")]
            Rows::JsonLines(_) => Ok(()),
            #[cfg(feature = "parquet")]
            Rows::Parquet(ref mut rows) => rows.finish(&mut self.target),
        };
        let path = || self.uri.path().to_owned();
        let write_error = |error| IoError::new(IoErrorKind::Write { path: path(), error });
        finished.and_then(|()| self.target.finish()).map_err(write_error)?;
        Ok(self.written)
    }

    #[cold]
    fn failed(&self, failure: Failure) -> IoError {
        let path = self.uri.path().to_owned();
        IoError::new(match failure {
            Failure::Io(error) => IoErrorKind::Write { path, error },
            Failure::Payload(reason) => IoErrorKind::Payload { path, reason },
        })
    }
}

/// The sentence for a payload with a field where the event time goes.
fn time_is_taken(uri: &Uri) -> String {
    let time = uri.time();
    let other = uri.with_time(if time == "event_time" { "event_time_2" } else { "event_time" });
    format!("the payload has a field `{time}` of its own; name the column of the event time, as in `{other}`")
}

impl<T> fmt::Debug for Writer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writer({}, {} rows)", self.uri, self.written)
    }
}
