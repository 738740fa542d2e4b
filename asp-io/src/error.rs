//! Everything that can go wrong with files, as data and as a sentence.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::names::{cut, quoted};
use crate::uri::{Uri, UriError};

/// Why a file cannot be read or written. One pointer wide.
///
/// `Display` is one readable sentence with the place and the remedy, [`IoError::kind`] the same as data.
///
/// ```
/// use asp_io::{IoErrorKind, ReadOptions};
///
/// let uri = "nowhere/quakes.csv".parse()?;
/// let error = asp_io::source::<f64>(&uri, &ReadOptions::new()).unwrap_err();
/// assert!(matches!(error.kind(), IoErrorKind::Open { .. }));
/// assert_eq!(
///     error.to_string(),
///     "cannot open nowhere/quakes.csv: there is no folder `nowhere` here; \
///      paths count from the folder in which the program runs"
/// );
/// # Ok::<(), asp_io::UriError>(())
/// ```
pub struct IoError(Box<IoErrorKind>);

impl IoError {
    pub(crate) fn new(kind: IoErrorKind) -> Self {
        IoError(Box::new(kind))
    }

    /// For a format that this build is without. No such URI can be made, so that nobody sees it.
    #[cold]
    pub(crate) fn left_out(uri: &Uri) -> Self {
        let reason = format!("enable feature `{}`", uri.format().name());
        IoError::new(IoErrorKind::Open { path: uri.path().to_owned(), reason })
    }

    /// What went wrong, as data.
    pub fn kind(&self) -> &IoErrorKind {
        &self.0
    }

    /// The bad row, if it is one.
    pub fn row(&self) -> Option<&RowError> {
        match &*self.0 {
            IoErrorKind::Row(row) => Some(row),
            _ => None,
        }
    }
}

/// What went wrong with a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum IoErrorKind {
    /// The URI cannot be read.
    Uri(UriError),
    /// A file cannot be opened or created.
    Open {
        /// The path as it was given.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The columns of a file do not fit what is to be read from it.
    Columns {
        /// The path as it was given.
        path: String,
        /// What is missing or too many, and what to do.
        reason: String,
    },
    /// The operating system or the decompression failed while a file was read.
    Read {
        /// The path as it was given.
        path: String,
        /// The line that was to be read.
        line: u64,
        /// Why.
        error: io::Error,
    },
    /// A row group of a Parquet file cannot be decoded.
    RowGroup {
        /// The path as it was given.
        path: String,
        /// The row group, counting from 0, as other programs do.
        group: usize,
        /// The first row that cannot be read, counting from 1 in the file.
        row: u64,
        /// Why, and what to do.
        reason: String,
    },
    /// A row cannot be understood.
    Row(RowError),
    /// The operating system failed while a file was written.
    Write {
        /// The path as it was given.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A payload has no form in the format.
    Payload {
        /// The path as it was given.
        path: String,
        /// What does not fit, and what to do.
        reason: String,
    },
}

impl fmt::Display for IoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            IoErrorKind::Uri(error) => error.fmt(f),
            IoErrorKind::Open { path, reason } => write!(f, "cannot open {path}: {reason}"),
            IoErrorKind::Columns { path, reason } => write!(f, "{path}: {reason}"),
            IoErrorKind::Read { path, line, error } => write!(f, "{path}:{line}: cannot read on: {error}"),
            IoErrorKind::RowGroup { path, group, row, reason } => {
                write!(f, "{path}: row group {group} cannot be read from row {row} on: {reason}")
            }
            IoErrorKind::Row(row) => row.fmt(f),
            IoErrorKind::Write { path, error } => write!(f, "cannot write {path}: {error}"),
            IoErrorKind::Payload { path, reason } => write!(f, "cannot write {path}: {reason}"),
        }
    }
}

/// The same as `Display`, so that `unwrap` and `fn main() -> Result<..>` show it.
impl fmt::Debug for IoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for IoError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            IoErrorKind::Read { error, .. } | IoErrorKind::Write { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl From<UriError> for IoError {
    fn from(error: UriError) -> Self {
        IoError::new(IoErrorKind::Uri(error))
    }
}

impl From<RowError> for IoError {
    fn from(error: RowError) -> Self {
        IoError::new(IoErrorKind::Row(error))
    }
}

/// A row that cannot be understood: where, what it holds and what was expected.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("quakes.csv");
/// std::fs::write(&path, "time,magnitude\n2018-01-31,abc\n")?;
///
/// let uri = path.display().to_string().parse()?;
/// let error = asp_io::rows::<f64>(&uri, &asp_io::ReadOptions::new())?.next().unwrap().unwrap_err();
/// let row = error.row().unwrap();
/// assert_eq!((row.line(), row.column(), row.value()), (2, Some("magnitude"), Some("abc")));
/// assert_eq!(row.expected(), Some("a number (f64)"));
/// assert!(row.to_string().ends_with("quakes.csv:2: column \"magnitude\": \"abc\" is not a number (f64)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RowError(Box<Row>);

#[derive(Clone, PartialEq, Eq)]
struct Row {
    file: Arc<str>,
    line: u64,
    /// In formats that have such.
    group: Option<usize>,
    word: &'static str,
    column: Option<String>,
    value: Option<String>,
    fault: RowFault,
}

/// What is wrong with a row or with a value of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowFault {
    /// The value is not what was expected: "a number (f64)".
    NotA(String),
    /// A whole sentence.
    Says(String),
}

impl RowError {
    pub(crate) fn new(file: &Arc<str>, line: u64, fault: RowFault) -> Self {
        let (file, word) = (Arc::clone(file), "column");
        RowError(Box::new(Row { file, line, group: None, word, column: None, value: None, fault }))
    }

    pub(crate) fn says(file: &Arc<str>, line: u64, sentence: impl Into<String>) -> Self {
        RowError::new(file, line, RowFault::Says(sentence.into()))
    }

    /// Names the row group in which the row is.
    #[cfg(feature = "parquet")]
    pub(crate) fn in_group(mut self, group: usize) -> Self {
        self.0.group = Some(group);
        self
    }

    /// Names the place in the row: `word` is what the format calls it.
    pub(crate) fn at(mut self, word: &'static str, column: &str) -> Self {
        self.0.word = word;
        self.0.column = Some(column.to_owned());
        self
    }

    pub(crate) fn holding(mut self, value: impl Into<String>) -> Self {
        self.0.value = Some(value.into());
        self
    }

    /// The file, as it was named to the program.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The line on which the row begins, counting from 1. A Parquet file has no lines; there it is the row.
    pub fn line(&self) -> u64 {
        self.0.line
    }

    /// The row group of a Parquet file, counting from 0, as other programs do.
    pub fn row_group(&self) -> Option<usize> {
        self.0.group
    }

    /// The column, where one is to blame.
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// What stands there. A value of JSON lines is as it is written, with quotes.
    pub fn value(&self) -> Option<&str> {
        self.0.value.as_deref()
    }

    /// What was expected in its place, as "a number (f64)"; none where that is more than a word.
    pub fn expected(&self) -> Option<&str> {
        match &self.0.fault {
            RowFault::NotA(expected) => Some(expected),
            RowFault::Says(_) => None,
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { file, line, group, word, column, value, fault } = &*self.0;
        match group {
            Some(group) => write!(f, "{file}: row {line} (row group {group}): ")?,
            None => write!(f, "{file}:{line}: ")?,
        }
        if let Some(column) = column {
            write!(f, "{word} \"{column}\": ")?;
        }
        match (fault, value) {
            (RowFault::Says(sentence), _) => f.write_str(sentence),
            (RowFault::NotA(expected), None) => write!(f, "this is not {expected}"),
            // JSON brings its own quotes.
            (RowFault::NotA(expected), Some(value)) if *word == "field" => {
                write!(f, "{} is not {expected}", cut(value))
            }
            (RowFault::NotA(expected), Some(value)) => write!(f, "{} is not {expected}", quoted(value)),
        }
    }
}

impl fmt::Debug for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RowError {}

/// The payload's own words on a value, in one line, with the value if they do not name it.
pub(crate) fn custom(shown: &str, message: &str) -> String {
    let message = one_line(message);
    if shown.is_empty() || message.contains(shown) { message } else { format!("{shown}: {message}") }
}

/// An error of several lines, as those of `asp` are where there is room, in one.
pub(crate) fn one_line(message: &str) -> String {
    message.replace("\n= help: ", "; ").replace("\n= note: ", "; ").replace('\n', " ")
}

/// What a value of a type looks like: `f64` is "a number (f64)".
pub(crate) fn expected(type_name: &str) -> String {
    match type_name {
        "f64" | "f32" => format!("a number ({type_name})"),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => {
            format!("a whole number ({type_name})")
        }
        "bool" | "a boolean" => "true or false (bool)".into(),
        "a string" => "a text (String)".into(),
        "a character" | "char" => "a single character (char)".into(),
        "unit" => "empty".into(),
        other => other.to_owned(),
    }
}

/// The sentence for a whole number that the type does not hold.
pub(crate) fn out_of_range(value: &str, type_name: &str) -> String {
    let range = match type_name {
        "u8" => "0 to 255",
        "u16" => "0 to 65535",
        "u32" => "0 to 4294967295",
        "u64" | "usize" => "0 to 18446744073709551615",
        "u128" => "0 to 340282366920938463463374607431768211455",
        "i8" => "-128 to 127",
        "i16" => "-32768 to 32767",
        "i32" => "-2147483648 to 2147483647",
        "i64" | "isize" => "-9223372036854775808 to 9223372036854775807",
        _ => "the 128 bits that it has",
    };
    format!("{} is out of range for {type_name}, {range}", cut(value))
}
