//! Why a text is no URI, as a sentence with the remedy.

use std::fmt;

use super::{Format, Unit, known_keys};
use crate::names;
use crate::zone::Zone;

/// A text is not a [`Uri`](crate::Uri).
///
/// It prints as a sentence with a remedy, also under `{:?}`, so that `unwrap` shows it.
///
/// ```
/// use asp_io::Uri;
///
/// let error = "quakes.csv?unit=sec".parse::<Uri>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "unknown unit `sec` in \"quakes.csv?unit=sec\"\n= help: the units are `s`, `ms`, `us`, `ns`"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct UriError {
    pub(super) uri: Box<str>,
    pub(super) fault: Fault,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Fault {
    NoPath,
    NoFormat,
    LeftOut(Format),
    /// With whether it is for a live source.
    UnknownKey(Box<str>, bool),
    LiveKey,
    Twice(Box<str>),
    NoValue(Box<str>),
    UnknownFormat(Box<str>),
    UnknownUnit(Box<str>),
    UnknownZone(Box<str>),
    BadPoll(Box<str>),
    /// A live source where files are meant; what follows its scheme.
    Live(Box<str>),
    NoScheme,
    UnknownScheme {
        scheme: Box<str>,
        rest: Box<str>,
    },
    /// `tail://`; the path behind it.
    Slashes(Box<str>),
    LiveInput,
    LiveGzip,
    LiveParquet,
    GzipParquet,
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = &self.uri;
        match &self.fault {
            Fault::NoPath => write!(f, "{uri:?} has no path\n= help: begin with one, as in \"quakes.csv\""),
            Fault::NoFormat => write!(
                f,
                "the format of {uri:?} is not known\n\
                 = help: add `?format=csv`, `?format=jsonl` or `?format=parquet`\n\
                 = note: files that end in `.csv`, `.jsonl` or `.ndjson`, also with `.gz`, or in `.parquet` need no \
                 such key"
            ),
            Fault::LeftOut(format) => {
                let name = format.name();
                writeln!(f, "{uri:?} is of a format that this program was built without")?;
                write!(f, "= help: enable feature `{name}` of `asp`")
            }
            Fault::UnknownKey(key, is_live) => {
                let keys = || known_keys(*is_live).iter().copied();
                writeln!(f, "unknown key `{key}` in {uri:?}")?;
                if let Some(similar) = names::similar(key, keys()) {
                    writeln!(f, "= help: a key with a similar name exists: `{similar}`")?;
                }
                write!(f, "= note: the keys are {}", names::list(keys()))
            }
            Fault::LiveKey => {
                write!(
                    f,
                    "key `poll` in {uri:?} is for a live source\n= help: remove it, or write \"tail:{uri}\""
                )
            }
            Fault::Twice(key) => write!(f, "key `{key}` is given twice in {uri:?}\n= help: remove one"),
            Fault::NoValue(key) => write!(f, "key `{key}` has no value in {uri:?}\n= help: {}", form(key)),
            Fault::UnknownFormat(name) => {
                write!(
                    f,
                    "unknown format `{name}` in {uri:?}\n= help: the formats are `csv`, `jsonl`, `parquet`"
                )
            }
            Fault::UnknownUnit(name) => {
                let units = names::list(Unit::ALL.map(Unit::name));
                write!(f, "unknown unit `{name}` in {uri:?}\n= help: the units are {units}")
            }
            Fault::UnknownZone(name) => {
                write!(f, "unknown zone `{name}` in {uri:?}\n= help: {}", Zone::help(name))
            }
            Fault::BadPoll(value) => {
                write!(f, "`{value}` in {uri:?} is not a time between two looks\n= help: {}", form("poll"))
            }
            Fault::Live(path) => write!(
                f,
                "{uri:?} is a live source, and this is for files\n\
                 = help: write \"{path}\" for what the file holds now\n\
                 = note: live sources go into `live(..)` of `#[asp::main]`, or behind `--live`"
            ),
            Fault::NoScheme => {
                write!(
                    f,
                    "{uri:?} does not say how to follow it\n\
                     = help: write \"tail:{uri}\" for a file that grows"
                )
            }
            Fault::UnknownScheme { scheme, rest } => {
                writeln!(f, "unknown scheme `{scheme}` in {uri:?}")?;
                match names::similar(scheme, super::live::SCHEMES) {
                    Some(similar) => write!(f, "= help: write \"{similar}:{rest}\""),
                    None => write!(
                        f,
                        "= help: the only scheme is `tail`, for a file that grows: \"tail:quakes.csv\""
                    ),
                }
            }
            Fault::Slashes(path) => {
                write!(f, "the path in {uri:?} begins with two slashes\n= help: write \"tail:{path}\"")
            }
            Fault::LiveInput => write!(
                f,
                "{uri:?} names standard input, which is no file\n= help: write it to a file, and follow that"
            ),
            Fault::LiveGzip => write!(
                f,
                "{uri:?} is compressed, and a file that grows is followed as plain text\n\
                 = help: have it written without compression"
            ),
            Fault::LiveParquet => write!(
                f,
                "{uri:?} is Parquet, of which nothing can be read before it is complete\n\
                 = help: have what grows written as CSV or JSON lines, or feed the complete file"
            ),
            Fault::GzipParquet => write!(
                f,
                "{uri:?} is Parquet, which compresses its columns itself\n\
                 = help: leave `.gz` out; a file that has been compressed so is to be decompressed first"
            ),
        }
    }
}

fn form(key: &str) -> &'static str {
    match key {
        "format" => "write one of `format=csv`, `format=jsonl`, `format=parquet`",
        "time" => "write the name of the column that holds the time, as in `time=ts`",
        "unit" => "write one of `unit=s`, `unit=ms`, `unit=us`, `unit=ns`",
        "tz" => "write a zone, as in `tz=Europe/Paris`",
        "poll" => "write a duration above zero, as in `poll=10ms`",
        _ => "write the name of the column that holds the payload, as in `value=price`",
    }
}

impl fmt::Debug for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for UriError {}
