//! Where live data comes from: a scheme, and what it says about the place.

use std::fmt;
use std::str::FromStr;

use asp_core::Duration;

use super::{Fault, Format, Uri, UriError, parse};

/// What a live URI may begin with.
pub(super) const SCHEMES: [&str; 1] = ["tail"];

/// How long a source waits between two looks at its file.
const POLL: Duration = Duration::from_millis(50);

/// Where live data comes from: `tail:quakes.csv?poll=10ms`.
///
/// | form | what it names |
/// | --- | --- |
/// | `tail:quakes.csv`, `tail:/var/log/app.jsonl` | a file, what it holds and what is appended to it |
///
/// The keys after a `?` are those of a [`Uri`], and
///
/// | key | value |
/// | --- | --- |
/// | `poll` | the time between two looks at the file, as `10ms` or `1s`; `50ms` unless given |
///
/// ```
/// use asp_io::LiveUri;
///
/// let uri: LiveUri = "tail:quakes.csv?time=ts&poll=10ms".parse()?;
/// assert_eq!((uri.path(), uri.poll().to_string()), ("quakes.csv", "10ms".to_owned()));
/// assert_eq!(uri.to_string(), "tail:quakes.csv?time=ts&poll=10ms");
///
/// let error = "quakes.csv".parse::<LiveUri>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"quakes.csv\" does not say how to follow it\n= help: write \"tail:quakes.csv\" for a file that grows"
/// );
/// # Ok::<(), asp_io::UriError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveUri(Uri);

impl LiveUri {
    /// The path of the file.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The time between two looks at the file.
    pub fn poll(&self) -> Duration {
        self.0.keys.poll.unwrap_or(POLL)
    }

    /// How its rows are read. It prints as the live URI does.
    pub(crate) fn rows(&self) -> &Uri {
        &self.0
    }
}

/// What it writes reads back as an equal value.
impl fmt::Display for LiveUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// # Errors
///
/// As those of a [`Uri`]; also what cannot be followed: standard input, compressed files, and Parquet.
impl FromStr for LiveUri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<LiveUri, UriError> {
        parse_live(text).map(LiveUri).map_err(|fault| UriError { uri: text.into(), fault })
    }
}

fn parse_live(text: &str) -> Result<Uri, Fault> {
    // One letter is a drive.
    let is_scheme = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Some((scheme, rest)) = text.split_once(':').filter(|(word, _)| is_scheme(word)) else {
        return Err(Fault::NoScheme);
    };
    if !SCHEMES.contains(&scheme) {
        return Err(Fault::UnknownScheme { scheme: scheme.into(), rest: rest.into() });
    }
    if let Some(path) = rest.strip_prefix("//") {
        return Err(Fault::Slashes(path.into()));
    }
    let uri = parse(rest, true)?;
    if uri.is_standard_stream() {
        return Err(Fault::LiveInput);
    }
    if uri.is_gzip() {
        return Err(Fault::LiveGzip);
    }
    if uri.format() == Format::Parquet {
        return Err(Fault::LiveParquet);
    }
    Ok(uri)
}
