//! From a path to bytes: globs, standard input, decompression, and how far reading has come.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{IoError, IoErrorKind};
use crate::names;
use crate::options::RowReport;
use crate::uri::Uri;

/// What one read asks of the operating system.
pub(crate) const BUFFER: usize = 64 * 1024;

/// The longest row. It keeps memory constant where a quote is left open, or a file has no lines at all.
pub(crate) const LONGEST_ROW: u64 = 16 * 1024 * 1024;

/// One file of a URI, not yet opened.
#[derive(Debug)]
pub(crate) struct Input {
    /// As messages name it.
    pub(crate) name: Arc<str>,
    /// `None` for standard input.
    pub(crate) path: Option<PathBuf>,
}

/// The files of a URI, in the order in which they are read. All of them exist.
pub(crate) fn inputs(uri: &Uri) -> Result<VecDeque<Input>, IoError> {
    if uri.is_standard_stream() {
        return Ok([Input { name: "standard input".into(), path: None }].into());
    }
    let path = Path::new(uri.path());
    let is_pattern = uri.path().contains(['*', '?', '[']);
    // A file may have such a name.
    if !is_pattern || path.exists() {
        return match check_file(path) {
            Ok(()) => Ok([Input { name: uri.path().into(), path: Some(path.into()) }].into()),
            Err(reason) => Err(cannot_open(uri.path(), reason)),
        };
    }
    let pattern = glob::glob(uri.path()).map_err(|error| {
        let reason = format!("the pattern is wrong at character {}: {}", error.pos, error.msg);
        cannot_open(uri.path(), reason)
    })?;
    let mut paths: Vec<PathBuf> = pattern.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    paths.sort();
    if paths.is_empty() {
        let reason = "no file matches; paths count from the folder in which the program runs";
        return Err(cannot_open(uri.path(), reason));
    }
    Ok(paths
        .into_iter()
        .map(|path| Input { name: path.to_string_lossy().into(), path: Some(path) })
        .collect())
}

pub(crate) fn cannot_open(path: &str, reason: impl Into<String>) -> IoError {
    IoError::new(IoErrorKind::Open { path: path.to_owned(), reason: reason.into() })
}

/// Why a path is no file to read, with the remedy.
pub(crate) fn check_file(path: &Path) -> Result<(), String> {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            Err(format!("it is a folder; name its files, as in `{}/*.csv`", path.display()))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(not_found(path)),
        Err(error) => Err(error.to_string()),
    }
}

fn not_found(path: &Path) -> String {
    const COUNT: &str = "paths count from the folder in which the program runs";
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = folder.read_dir() else {
        return format!("there is no folder `{}` here; {COUNT}", folder.display());
    };
    let entries: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match names::similar(&name, entries.iter().map(String::as_str)) {
        Some(similar) => format!("there is no such file; a file with a similar name exists: `{similar}`"),
        None => format!("there is no such file; {COUNT}"),
    }
}

/// The bytes of one file, decompressed, with the length of rows bounded.
pub(crate) type Bytes = Bounded<Box<dyn Read + Send>>;

/// Opens one file, tells compressed ones by their first bytes, and counts what is read.
pub(crate) fn open(input: &Input, report: &RowReport) -> Result<Bytes, IoError> {
    let name = &*input.name;
    let inner: Box<dyn Read + Send> = match &input.path {
        None => Box::new(io::stdin()),
        Some(path) => Box::new(File::open(path).map_err(|error| cannot_open(name, error.to_string()))?),
    };
    let failed = |error| IoError::new(IoErrorKind::Read { path: name.to_owned(), line: 1, error });
    let counted = Counted { inner, report: report.clone() };
    let (magic, bytes) = peeked(counted, GZIP_MARK.len()).map_err(failed)?;
    let plain = if magic == GZIP_MARK { decompressed(bytes, name)? } else { Box::new(bytes) };
    let (mark, text) = peeked(plain, BYTE_ORDER_MARK.len()).map_err(failed)?;
    let text: Box<dyn Read + Send> =
        if mark == BYTE_ORDER_MARK { Box::new(text.into_inner().1) } else { Box::new(text) };
    Ok(bounded(text))
}

/// With the length of rows bounded.
pub(crate) fn bounded(inner: Box<dyn Read + Send>) -> Bytes {
    Bounded { inner, left: LONGEST_ROW }
}

/// What compressed files begin with.
pub(crate) const GZIP_MARK: [u8; 2] = [0x1f, 0x8b];

/// What some programs begin UTF-8 with. It belongs to no column name.
pub(crate) const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

type Peeked<R> = io::Chain<io::Cursor<Vec<u8>>, R>;

/// The first bytes, and a reader that still begins with them.
fn peeked<R: Read>(mut reader: R, count: usize) -> io::Result<(Vec<u8>, Peeked<R>)> {
    let mut first = Vec::with_capacity(count);
    reader.by_ref().take(count as u64).read_to_end(&mut first)?;
    Ok((first.clone(), io::Cursor::new(first).chain(reader)))
}

#[cfg(feature = "gzip")]
fn decompressed(bytes: impl Read + Send + 'static, _: &str) -> Result<Box<dyn Read + Send>, IoError> {
    let buffered = io::BufReader::with_capacity(BUFFER, bytes);
    Ok(Box::new(flate2::bufread::MultiGzDecoder::new(buffered)))
}

#[cfg(not(feature = "gzip"))]
fn decompressed(_: impl Read + Send + 'static, name: &str) -> Result<Box<dyn Read + Send>, IoError> {
    Err(cannot_open(name, "it is compressed; enable feature `gzip` of `asp-io`, or decompress it"))
}

/// Tells the report how far reading has come.
struct Counted<R> {
    inner: R,
    report: RowReport,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.report.add_bytes_read(count as u64);
        Ok(count)
    }
}

/// Fails where a row goes on and on.
#[derive(Debug)]
pub(crate) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    /// A row begins.
    #[inline]
    pub(crate) fn begin_row(&mut self) {
        self.left = LONGEST_ROW;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(TooLong));
        }
        let count = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

/// A row is longer than [`LONGEST_ROW`].
#[derive(Debug)]
pub(crate) struct TooLong;

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "the row is longer than 16 MiB; close the quote that is left open, or break the file into lines",
        )
    }
}

impl std::error::Error for TooLong {}
