//! Whole rows of a file that grows.
//!
//! One open file and one place in it. What was read of a row that has no end yet stays here until the end comes, so
//! that a parser never sees a part of a row, and nothing is read twice.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::scan::Scan;
use crate::error::{IoError, IoErrorKind, RowError};
use crate::files::{self, BUFFER, BYTE_ORDER_MARK, GZIP_MARK, LONGEST_ROW, TooLong};
use crate::options::RowReport;
use crate::uri::LiveUri;

/// See the module.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) name: Arc<str>,
    path: PathBuf,
    file: File,
    /// How many bytes have been read from the file.
    offset: u64,
    /// Nothing behind it is read: history goes up to there.
    fence: Option<u64>,
    /// True once history was read.
    is_live: bool,
    buffer: Vec<u8>,
    /// How much of the buffer the parser has.
    given: usize,
    /// Where the last whole row of the buffer ends.
    whole: usize,
    /// How much of the buffer was looked at.
    scanned: usize,
    scan: Scan,
    /// Whole rows found so far.
    rows: u64,
    /// The line that comes in, and the one on which its row began.
    line: u64,
    row_line: u64,
    report: RowReport,
}

impl Frame {
    /// Opens the file, reads nothing.
    pub(super) fn open(uri: &LiveUri, report: &RowReport) -> Result<Self, IoError> {
        let (name, path) = (uri.path(), Path::new(uri.path()));
        let cannot = |reason: String| files::cannot_open(name, reason);
        if let Err(reason) = files::check_file(path) {
            return Err(cannot(match path.exists() {
                true => reason,
                false if name.contains(['*', '?', '[']) => {
                    "it looks like a pattern, and one file is followed; name that file".to_owned()
                }
                false => format!("{reason}; if it is still to come, create it empty"),
            }));
        }
        let file = File::open(path).map_err(|error| cannot(error.to_string()))?;
        let metadata = file.metadata().map_err(|error| cannot(error.to_string()))?;
        if !metadata.is_file() {
            return Err(cannot("it is not a regular file, so that it cannot be followed".to_owned()));
        }
        report.add_bytes_total(metadata.len());
        Ok(Frame {
            name: name.into(),
            path: path.to_owned(),
            file,
            offset: 0,
            fence: None,
            is_live: false,
            buffer: Vec::new(),
            given: 0,
            whole: 0,
            scanned: 0,
            scan: Scan::new(uri.rows().format()),
            rows: 0,
            line: 1,
            row_line: 1,
            report: report.clone(),
        })
    }

    /// History is what the file holds now.
    pub(super) fn fix_history(&mut self) -> Result<(), IoError> {
        let length = self.file.metadata().map_err(|error| self.fault(error))?.len();
        self.fence = Some(length);
        Ok(())
    }

    /// History was read: what follows is live.
    pub(super) fn go_live(&mut self) {
        self.fence = None;
        self.is_live = true;
    }

    /// Reads on until a row is whole, or there is no more for now; how many rows have been whole so far.
    pub(super) fn advance(&mut self) -> Result<u64, IoError> {
        let before = self.rows;
        loop {
            let count = self.read_on().map_err(|error| self.fault(error))?;
            self.scan();
            if self.rows > before || count == 0 {
                return Ok(self.rows);
            }
            if self.buffer.len() as u64 > LONGEST_ROW {
                return Err(self.fault(io::Error::other(TooLong)));
            }
        }
    }

    /// Puts the next bytes into the buffer.
    fn read_on(&mut self) -> io::Result<usize> {
        self.buffer.drain(..self.given);
        self.whole -= self.given;
        self.scanned -= self.given;
        self.given = 0;
        let left = self.fence.map_or(u64::MAX, |fence| fence.saturating_sub(self.offset));
        let most = left.min(BUFFER as u64) as usize;
        if most == 0 {
            return Ok(0);
        }
        let mut count = self.read_some(most)?;
        if count == 0
            && let Some(fault) = self.changed()
        {
            // What was written before the change is still to be had.
            count = self.read_some(most)?;
            if count == 0 {
                return Err(io::Error::other(fault));
            }
        }
        Ok(count)
    }

    fn read_some(&mut self, most: usize) -> io::Result<usize> {
        let length = self.buffer.len();
        self.buffer.resize(length + most, 0);
        let read = loop {
            match self.file.read(&mut self.buffer[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let count = *read.as_ref().unwrap_or(&0);
        self.buffer.truncate(length + count);
        self.offset += count as u64;
        self.report.add_bytes_read(count as u64);
        read
    }

    /// Finds the ends of rows in what was read last.
    fn scan(&mut self) {
        if self.is_at_head() {
            return;
        }
        let from = self.scanned;
        let mut in_row = self.scan.is_in_row();
        while let Some(taken) = self.scan.next_end(&self.buffer[self.scanned..]) {
            self.rows += 1;
            self.scanned += taken;
            self.whole = self.scanned;
            in_row = false;
        }
        if !in_row && self.scan.is_in_row() {
            let before = self.buffer[self.scanned..].iter().take_while(|byte| byte.is_ascii_whitespace());
            self.row_line = self.line + lines(&self.buffer[from..self.scanned + before.count()]);
        }
        self.scanned = self.buffer.len();
        self.line += lines(&self.buffer[from..]);
    }

    /// Takes off a byte order mark. True as long as it cannot be told whether there is one: no row is that short.
    fn is_at_head(&mut self) -> bool {
        let mark = BYTE_ORDER_MARK.len();
        let read_before = self.offset - self.buffer.len() as u64;
        if read_before > 0 || self.scanned > 0 {
            return false;
        }
        if self.buffer.starts_with(&BYTE_ORDER_MARK) {
            self.given = mark;
            self.whole = mark;
            self.scanned = mark;
        }
        self.buffer.len() < mark
    }

    /// True if the file begins as compressed ones do.
    pub(super) fn is_compressed(&self) -> bool {
        self.offset == self.buffer.len() as u64 && self.buffer.starts_with(&GZIP_MARK)
    }

    /// What was done to the file, other than to append to it.
    fn changed(&self) -> Option<String> {
        let length = self.file.metadata().ok()?.len();
        if length < self.offset {
            return Some(format!(
                "it was cut from {} bytes to {length} while it was followed; \
                 append to it only, or start the program again",
                self.offset
            ));
        }
        match self.path.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(
                "it was removed or renamed while it was followed; start the program again for a new one"
                    .into(),
            ),
            Ok(there) if self.file.metadata().is_ok_and(|mine| !is_same(&mine, &there)) => Some(
                "another file took its place while it was followed; start the program again for that one"
                    .into(),
            ),
            _ => None,
        }
    }

    /// The error of the operating system, with the place.
    fn fault(&self, error: io::Error) -> IoError {
        let line = if self.scan.is_in_row() { self.row_line } else { self.line };
        IoError::new(IoErrorKind::Read { path: self.name.to_string(), line, error })
    }
}

/// A row without an end is told of, not lost in silence.
impl Drop for Frame {
    fn drop(&mut self) {
        let is_read = || self.file.metadata().is_ok_and(|metadata| metadata.len() == self.offset);
        if self.is_live && self.scan.is_in_row() && is_read() {
            let sentence = "the last row has no line end, and was not read";
            self.report.set_unfinished(RowError::says(&self.name, self.row_line, sentence));
        }
    }
}

/// How many lines end in these bytes.
fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// True if both are of the same file, as far as that can be told.
#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    match (a.created(), b.created()) {
        (Ok(a), Ok(b)) => a == b,
        _ => true,
    }
}

/// A frame that its parser shares with who tells the parser to go on.
#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Mutex<Frame>>);

impl Shared {
    pub(super) fn new(frame: Frame) -> Self {
        Shared(Arc::new(Mutex::new(frame)))
    }

    /// Both are used by one thread at a time.
    pub(super) fn frame(&self) -> MutexGuard<'_, Frame> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole rows. It is asked only when there are some.
impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut frame = self.frame();
        let Frame { buffer: bytes, given, whole, .. } = &mut *frame;
        let rows = &bytes[*given..*whole];
        if rows.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = rows.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rows[..count]);
        *given += count;
        Ok(count)
    }
}
