//! Rows of comma-separated values.

mod cell;

use std::sync::Arc;

use asp_core::Timestamp;
use csv::{ByteRecord, Reader, ReaderBuilder};
use serde::de::DeserializeOwned;

use crate::error::{IoError, IoErrorKind, RowError};
use crate::fault::{Fault, What};
use crate::files::{BUFFER, Bytes};
use crate::plan::{Payload, Plan};
use crate::row::{Record, Row};
use crate::rows::{NextRow, Request};
use cell::Cell;

/// A file in the course of being read: one buffer, one record, no allocation for a row but the payload's own.
pub(crate) struct CsvFile {
    name: Arc<str>,
    reader: Reader<Bytes>,
    record: ByteRecord,
    plan: Plan,
    /// Lines end in `\r\n`, of which the reader counts the second half with the row behind it.
    is_crlf: bool,
}

impl CsvFile {
    /// Reads the line of column names.
    pub(crate) fn new(name: Arc<str>, bytes: Bytes, request: &Request) -> Result<CsvFile, IoError> {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(BUFFER).from_reader(bytes);
        let mut record = ByteRecord::new();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => {
                let reason = "the file is empty; its first line holds the names of the columns".into();
                return Err(IoError::new(IoErrorKind::Columns { path: name.to_string(), reason }));
            }
            Err(error) => return Err(read_error(&name, 1, error)),
        }
        let is_crlf = reader.position().line() == 1 + newlines(&record);
        let mut file = CsvFile { name, reader, record, plan: Plan::of_header(), is_crlf };
        let names = file.record.iter().map(|name| String::from_utf8_lossy(name).into()).collect();
        match Plan::new(names, request) {
            Ok(plan) => file.plan = plan,
            // A file without rows, as a writer leaves it that has seen no event, fits everything.
            Err(_) if matches!(file.reader.read_byte_record(&mut file.record), Ok(false)) => {}
            Err(reason) => {
                return Err(IoError::new(IoErrorKind::Columns { path: file.name.to_string(), reason }));
            }
        }
        Ok(file)
    }

    #[inline]
    pub(crate) fn next_row<T: DeserializeOwned>(&mut self, request: &Request) -> NextRow<T> {
        self.reader.get_mut().begin_row();
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => {
                // The reader has gone on from where the row begins.
                let line = self.record.position().map_or(1, csv::Position::line);
                return Err(read_error(&self.name, line, error));
            }
        }
        if self.record.len() != self.plan.columns() {
            return Err(self.other_length());
        }
        let time = self.time(request)?;
        match self.payload() {
            Ok(value) => Ok(Some((time, value))),
            Err(fault) => Err(self.bad_value(fault)),
        }
    }

    #[inline]
    fn time(&self, request: &Request) -> Result<Timestamp, IoError> {
        let text = str::from_utf8(&self.record[self.plan.time]).unwrap_or("\u{fffd}");
        request.times.read(text).map_err(|sentence| {
            let row = RowError::says(&self.name, self.line(), sentence);
            row.at("column", self.plan.name(self.plan.time)).holding(text).into()
        })
    }

    #[inline]
    fn payload<T: DeserializeOwned>(&mut self) -> Result<T, Fault> {
        match self.plan.payload {
            Payload::Column(column) => {
                T::deserialize(Cell::new(&self.record[column])).map_err(|fault| fault.at(column))
            }
            Payload::Columns => {
                let value = T::deserialize(Row::new(&self.record, &self.plan))?;
                self.plan.has_read_a_row = true;
                Ok(value)
            }
        }
    }

    /// The line on which the record begins. The reader's own count includes what it skipped before it.
    #[cold]
    fn line(&self) -> u64 {
        let end = self.reader.position().line() - newlines(&self.record);
        let before = self.record.position().map_or(1, csv::Position::line);
        // The last line may lack its end.
        if self.is_crlf || end == before { end } else { end - 1 }
    }

    #[cold]
    fn other_length(&self) -> IoError {
        let (found, expected) = (self.record.len(), self.plan.columns());
        let sentence = format!("the row has {} and the header {expected}", counted(found));
        let hint = if found > expected {
            "; quote values that hold a comma, as in \"a, b\""
        } else {
            "; leave a value empty, but keep its comma"
        };
        RowError::says(&self.name, self.line(), sentence + hint).into()
    }

    #[cold]
    fn bad_value(&self, fault: Fault) -> IoError {
        let (column, what) = fault.into_parts();
        if let What::Missing(field) = what {
            let path = self.name.to_string();
            return IoError::new(IoErrorKind::Columns { path, reason: self.plan.missing(field) });
        }
        let value = column.map(|column| String::from_utf8_lossy(&self.record[column]));
        let row = RowError::new(&self.name, self.line(), what.into_row_fault(value.as_deref()));
        match (column, value) {
            (Some(column), Some(value)) => row.at("column", self.plan.name(column)).holding(value).into(),
            _ => row.into(),
        }
    }
}

impl<'r> Record<'r> for &'r ByteRecord {
    type Cell = Cell<'r>;

    #[inline]
    fn cell(self, column: usize) -> Cell<'r> {
        Cell::new(&self[column])
    }
}

fn counted(columns: usize) -> String {
    format!("{columns} column{}", if columns == 1 { "" } else { "s" })
}

fn newlines(record: &ByteRecord) -> u64 {
    record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64
}

#[cold]
fn read_error(name: &Arc<str>, line: u64, error: csv::Error) -> IoError {
    let error = match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    };
    IoError::new(IoErrorKind::Read { path: name.to_string(), line, error })
}
