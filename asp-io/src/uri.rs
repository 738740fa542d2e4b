//! Where data is and how it is to be read, in one line of text.

use std::fmt;
use std::str::FromStr;

use asp_core::Duration;

use crate::zone::Zone;

mod error;
mod live;

use error::Fault;
pub use error::UriError;
pub use live::LiveUri;

/// The keys of a URI, in the order in which they are written; the last one is for live sources.
const KEYS: [&str; 6] = ["format", "time", "unit", "tz", "value", "poll"];

/// The keys that a URI may have.
fn known_keys(is_live: bool) -> &'static [&'static str] {
    if is_live { &KEYS } else { &KEYS[..KEYS.len() - 1] }
}

/// Where data is and how it is to be read: `quakes.csv?time=ts&unit=ms`.
///
/// | form | what it names |
/// | --- | --- |
/// | `data/quakes.csv`, `log.jsonl` | a file; the format by its ending (`.csv`, `.jsonl`, `.ndjson`, `.parquet`) |
/// | `quakes.csv.gz` | the same, compressed; Parquet compresses its own columns |
/// | `data/2025-*.csv` | all files that match (`*`, `?`, `[a-z]`, `**`), in the order of their names, end to end |
/// | `-?format=csv` | standard input (not for Parquet); standard output for a [`Writer`](crate::Writer) |
///
/// After a `?` come keys, joined with `&`:
///
/// | key | value |
/// | --- | --- |
/// | `format` | `csv`, `jsonl` or `parquet`, where the ending does not say it |
/// | `time` | the column of the time; `time` unless given |
/// | `unit` | what a time that is a number counts since 1970: `s`, `ms`, `us` or `ns` |
/// | `tz` | the zone of times without an offset, as `Europe/Paris`; `UTC` unless given |
/// | `value` | the column of the payload, where there is more than one besides the time |
///
/// Values may hold `%26` for `&`, `%25` for `%` and other such codes. The path is taken as it is; a `?` that no `=`
/// follows belongs to the path. A file that is followed as it grows has a [`LiveUri`].
///
/// ```
/// use asp_io::{Format, Unit, Uri};
///
/// let uri: Uri = "data/2025-*.csv?time=ts&unit=ms&tz=Europe/Paris".parse()?;
/// assert_eq!((uri.path(), uri.format(), uri.time()), ("data/2025-*.csv", Format::Csv, "ts"));
/// assert_eq!(uri.unit(), Some(Unit::Milliseconds));
/// assert_eq!(uri.to_string(), "data/2025-*.csv?time=ts&unit=ms&tz=Europe/Paris");
///
/// let error = "quakes.csv?tmie=ts".parse::<Uri>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "unknown key `tmie` in \"quakes.csv?tmie=ts\"\n\
///      = help: a key with a similar name exists: `time`\n\
///      = note: the keys are `format`, `time`, `unit`, `tz`, `value`"
/// );
/// # Ok::<(), asp_io::UriError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri {
    path: String,
    format: Format,
    keys: Keys,
    /// It is written with `tail:` before it.
    is_live: bool,
}

/// What was given after the `?`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Keys {
    format: Option<Format>,
    time: Option<String>,
    unit: Option<Unit>,
    zone: Option<Zone>,
    value: Option<String>,
    poll: Option<Duration>,
}

/// How rows are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated values under a line of column names.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Columns in row groups.
    Parquet,
}

impl Format {
    /// As `?format=` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::JsonLines => "jsonl",
            Format::Parquet => "parquet",
        }
    }

    fn of_name(name: &str) -> Option<Format> {
        match name {
            "csv" => Some(Format::Csv),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }

    fn of_path(path: &str) -> Option<Format> {
        let path = path.to_ascii_lowercase();
        let path = path.strip_suffix(".gz").unwrap_or(&path);
        path.rsplit_once('.').and_then(|(_, ending)| Format::of_name(ending))
    }

    fn is_built_in(self) -> bool {
        match self {
            Format::Csv => cfg!(feature = "csv"),
            Format::JsonLines => cfg!(feature = "jsonl"),
            Format::Parquet => cfg!(feature = "parquet"),
        }
    }
}

/// What a time that is a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `s`
    Seconds,
    /// `ms`
    Milliseconds,
    /// `us`
    Microseconds,
    /// `ns`
    Nanoseconds,
}

impl Unit {
    const ALL: [Unit; 4] = [Unit::Seconds, Unit::Milliseconds, Unit::Microseconds, Unit::Nanoseconds];

    /// As `?unit=` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "s",
            Unit::Milliseconds => "ms",
            Unit::Microseconds => "us",
            Unit::Nanoseconds => "ns",
        }
    }

    /// How many digits of a decimal are exact nanoseconds.
    pub(crate) fn digits(self) -> u32 {
        match self {
            Unit::Seconds => 9,
            Unit::Milliseconds => 6,
            Unit::Microseconds => 3,
            Unit::Nanoseconds => 0,
        }
    }

    /// In words, as in "a number of milliseconds".
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Milliseconds => "milliseconds",
            Unit::Microseconds => "microseconds",
            Unit::Nanoseconds => "nanoseconds",
        }
    }
}

impl Uri {
    /// The path or glob pattern, `-` for a standard stream.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How rows are written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The column of the time.
    pub fn time(&self) -> &str {
        self.keys.time.as_deref().unwrap_or("time")
    }

    /// What a time that is a number counts, if given.
    pub fn unit(&self) -> Option<Unit> {
        self.keys.unit
    }

    /// The zone of times without an offset, as an IANA name.
    pub fn zone(&self) -> &'static str {
        self.keys.zone.unwrap_or_default().name()
    }

    /// The column of the payload, if given.
    pub fn value(&self) -> Option<&str> {
        self.keys.value.as_deref()
    }

    /// Whether this is standard input or output.
    pub fn is_standard_stream(&self) -> bool {
        self.path == "-"
    }

    /// Whether what is written there is to be compressed.
    pub(crate) fn is_gzip(&self) -> bool {
        is_gzip(&self.path)
    }

    pub(crate) fn zone_of_times(&self) -> Zone {
        self.keys.zone.unwrap_or_default()
    }

    /// The same with another time column, for help lines.
    pub(crate) fn with_time(&self, column: &str) -> Uri {
        let mut uri = self.clone();
        uri.keys.time = Some(column.to_owned());
        uri
    }

    /// The same with another payload column, for help lines.
    pub(crate) fn with_value(&self, column: &str) -> Uri {
        let mut uri = self.clone();
        uri.keys.value = Some(column.to_owned());
        uri
    }
}

/// Writes the path and the keys that were given. What it writes reads back as an equal value.
impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Keys { format, time, unit, zone, value, poll } = &self.keys;
        let values = [
            format.map(|format| format.name().to_owned()),
            time.as_deref().map(encoded),
            unit.map(|unit| unit.name().to_owned()),
            zone.map(|zone| encoded(zone.name())),
            value.as_deref().map(encoded),
            poll.map(|poll| poll.to_string()),
        ];
        if self.is_live {
            f.write_str("tail:")?;
        }
        f.write_str(&self.path)?;
        let mut mark = '?';
        for (key, value) in KEYS.iter().zip(values) {
            if let Some(value) = value {
                write!(f, "{mark}{key}={value}")?;
                mark = '&';
            }
        }
        Ok(())
    }
}

/// # Errors
///
/// Says what is wrong with a key or a value and what there is instead; also when the format cannot be told, or is
/// left out of this build.
impl FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Uri, UriError> {
        let parsed = match text.strip_prefix("tail:") {
            Some(path) => Err(Fault::Live(path.into())),
            None => parse(text, false),
        };
        parsed.map_err(|fault| UriError { uri: text.into(), fault })
    }
}

fn parse(text: &str, is_live: bool) -> Result<Uri, Fault> {
    let (path, query) = match text.rsplit_once('?') {
        Some((path, query)) if query.contains('=') => (path, query),
        _ => (text, ""),
    };
    if path.is_empty() {
        return Err(Fault::NoPath);
    }
    let mut keys = Keys::default();
    let mut seen = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !known_keys(is_live).contains(&key) {
            return Err(if KEYS.contains(&key) {
                Fault::LiveKey
            } else {
                Fault::UnknownKey(key.into(), is_live)
            });
        }
        if seen.contains(&key) {
            return Err(Fault::Twice(key.into()));
        }
        seen.push(key);
        keys.set(key, &decoded(value))?;
    }
    let Some(format) = keys.format.or_else(|| Format::of_path(path)) else { return Err(Fault::NoFormat) };
    if !format.is_built_in() {
        return Err(Fault::LeftOut(format));
    }
    if format == Format::Parquet && is_gzip(path) {
        return Err(Fault::GzipParquet);
    }
    Ok(Uri { path: path.to_owned(), format, keys, is_live })
}

fn is_gzip(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".gz")
}

impl Keys {
    fn set(&mut self, key: &str, value: &str) -> Result<(), Fault> {
        if value.is_empty() {
            return Err(Fault::NoValue(key.into()));
        }
        match key {
            "format" => self.format = Some(Format::of_name(value).ok_or(Fault::UnknownFormat(value.into()))?),
            "time" => self.time = Some(value.to_owned()),
            "unit" => {
                let unit = Unit::ALL.into_iter().find(|unit| unit.name() == value);
                self.unit = Some(unit.ok_or(Fault::UnknownUnit(value.into()))?);
            }
            "tz" => self.zone = Some(Zone::of_name(value).ok_or(Fault::UnknownZone(value.into()))?),
            "poll" => {
                let poll = value.parse::<Duration>().ok().filter(|poll| *poll > Duration::ZERO);
                self.poll = Some(poll.ok_or(Fault::BadPoll(value.into()))?);
            }
            _ => self.value = Some(value.to_owned()),
        }
        Ok(())
    }
}

fn encoded(value: &str) -> String {
    value.replace('%', "%25").replace('&', "%26").replace('?', "%3F")
}

/// With `%41` read as `A`. What is no such code stays as it is.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let code = match (byte, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match code {
            Some((high, low)) => {
                bytes.push(high * 16 + low);
                rest = &after[2..];
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}
