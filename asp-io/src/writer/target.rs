//! Where bytes go: a temporary file that is renamed at the end, or standard output; compressed or not.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{IoError, IoErrorKind};
use crate::files::BUFFER;
use crate::uri::Uri;

/// Takes bytes until it is finished. Dropped before, it leaves nothing behind.
pub(super) struct Target {
    bytes: Option<Bytes>,
    path: PathBuf,
}

enum Bytes {
    Plain(BufWriter<Place>),
    #[cfg(feature = "gzip")]
    Gzip(Box<flate2::write::GzEncoder<BufWriter<Place>>>),
}

enum Place {
    File(NamedTempFile),
    Standard(io::Stdout),
}

impl Target {
    pub(super) fn create(uri: &Uri) -> Result<Target, IoError> {
        let open = |reason: String| IoError::new(IoErrorKind::Open { path: uri.path().to_owned(), reason });
        let path = PathBuf::from(uri.path());
        let place = if uri.is_standard_stream() {
            Place::Standard(io::stdout())
        } else {
            Place::File(temporary(&path).map_err(open)?)
        };
        let place = BufWriter::with_capacity(BUFFER, place);
        let bytes = if uri.is_gzip() { compressed(place).map_err(open)? } else { Bytes::Plain(place) };
        Ok(Target { bytes: Some(bytes), path })
    }

    /// Everything is written: the file takes its name.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let place = match self.bytes.take() {
            Some(Bytes::Plain(bytes)) => bytes,
            #[cfg(feature = "gzip")]
            Some(Bytes::Gzip(bytes)) => bytes.finish()?,
            None => return Ok(()),
        };
        match place.into_inner().map_err(io::IntoInnerError::into_error)? {
            Place::File(file) => file.persist(&self.path).map(drop).map_err(|error| error.error),
            Place::Standard(mut output) => output.flush(),
        }
    }
}

#[cfg(feature = "gzip")]
fn compressed(place: BufWriter<Place>) -> Result<Bytes, String> {
    Ok(Bytes::Gzip(Box::new(flate2::write::GzEncoder::new(place, flate2::Compression::default()))))
}

#[cfg(not(feature = "gzip"))]
fn compressed(_: BufWriter<Place>) -> Result<Bytes, String> {
    Err("it is to be compressed; enable feature `gzip` of `asp-io`, or leave `.gz` out".into())
}

/// A file beside the target, since a rename does not cross file systems.
fn temporary(path: &Path) -> Result<NamedTempFile, String> {
    if path.is_dir() {
        return Err(format!("it is a folder; name a file in it, as in `{}/out.csv`", path.display()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(format!("there is no folder `{}` here; create it first", folder.display()));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    // As any new file, within what the user's mask allows; temporary files are private otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(|error| error.to_string())
}

impl Write for Target {
    #[inline]
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &mut self.bytes {
            Some(Bytes::Plain(bytes)) => bytes.write(buffer),
            #[cfg(feature = "gzip")]
            Some(Bytes::Gzip(bytes)) => bytes.write(buffer),
            None => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.bytes {
            Some(Bytes::Plain(bytes)) => bytes.flush(),
            #[cfg(feature = "gzip")]
            Some(Bytes::Gzip(bytes)) => bytes.flush(),
            None => Ok(()),
        }
    }
}

impl Write for Place {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Place::File(file) => file.write(buffer),
            Place::Standard(output) => output.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Place::File(file) => file.flush(),
            Place::Standard(output) => output.flush(),
        }
    }
}
