//! Rows of comma-separated values under the names of the first payload's fields.

use std::io::{self, Write};

use asp_core::Timestamp;
use serde::Serialize;

use super::fields::{Fields, spread};
use super::{Failure, cell, time_is_taken};
use crate::names::list;
use crate::uri::Uri;

/// Encodes rows; its buffers are used for all of them.
pub(super) struct CsvRows {
    columns: Columns,
    is_begun: bool,
    value_name: Option<String>,
    line: Vec<u8>,
}

impl CsvRows {
    pub(super) fn new(uri: &Uri) -> Self {
        let columns = Columns {
            uri: uri.clone(),
            names: vec![uri.time().to_owned()],
            cells: vec![Vec::new()],
            next: 1,
            are_fixed: false,
        };
        let value_name = uri.value().map(str::to_owned);
        CsvRows { columns, is_begun: false, value_name, line: Vec::new() }
    }

    #[inline]
    pub(super) fn write<V: Serialize>(
        &mut self,
        time: Timestamp,
        value: &V,
        target: &mut impl Write,
    ) -> Result<(), Failure> {
        let columns = &mut self.columns;
        columns.cells.iter_mut().for_each(Vec::clear);
        columns.next = 1;
        write!(columns.cells[0], "{time}")?;
        spread(value, self.value_name.as_deref(), columns)?;
        columns.are_fixed = true;
        self.line.clear();
        if !self.is_begun {
            push_record(&mut self.line, self.columns.names.iter().map(String::as_bytes));
            self.is_begun = true;
        }
        push_record(&mut self.line, self.columns.cells.iter().map(Vec::as_slice));
        Ok(target.write_all(&self.line)?)
    }

    /// A file without rows has a header all the same.
    pub(super) fn finish(&mut self, target: &mut impl Write) -> io::Result<()> {
        self.line.clear();
        if !self.is_begun {
            push_record(&mut self.line, self.columns.names.iter().map(String::as_bytes));
        }
        target.write_all(&self.line)
    }
}

/// One row in the making.
struct Columns {
    uri: Uri,
    /// The time's first.
    names: Vec<String>,
    cells: Vec<Vec<u8>>,
    /// Where the next field goes, if fields come in the order of the first row.
    next: usize,
    /// The header is written.
    are_fixed: bool,
}

impl Columns {
    /// The column of a field that does not come in the order of the first row.
    #[cold]
    fn place(&mut self, name: &str) -> Result<usize, Failure> {
        if name == self.names[0] {
            return Err(Failure::Payload(time_is_taken(&self.uri)));
        }
        if let Some(column) = self.names.iter().position(|known| known == name) {
            return Ok(column);
        }
        if self.are_fixed {
            let names = list(self.names.iter().map(String::as_str));
            let reason =
                format!("a row has a field `{name}` that the first one had not; the columns are {names}");
            return Err(Failure::Payload(reason));
        }
        self.names.push(name.to_owned());
        self.cells.push(Vec::new());
        Ok(self.names.len() - 1)
    }
}

impl Fields for Columns {
    #[inline]
    fn field<V: Serialize + ?Sized>(&mut self, name: &str, value: &V) -> Result<(), Failure> {
        let column = match self.names.get(self.next) {
            Some(known) if known == name => self.next,
            _ => self.place(name)?,
        };
        self.next = column + 1;
        cell::write(value, &mut self.cells[column])
    }
}

/// Appends a line; quotes what has to be quoted.
fn push_record<'c>(line: &mut Vec<u8>, cells: impl Iterator<Item = &'c [u8]>) {
    for (k, cell) in cells.enumerate() {
        if k > 0 {
            line.push(b',');
        }
        if cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            line.push(b'"');
            for part in cell.split_inclusive(|&byte| byte == b'"') {
                line.extend_from_slice(part);
                if part.ends_with(b"\"") {
                    line.push(b'"');
                }
            }
            line.push(b'"');
        } else {
            line.extend_from_slice(cell);
        }
    }
    line.push(b'\n');
}
