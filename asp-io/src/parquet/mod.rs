//! Rows of Parquet: row groups one after the other, each in batches of the columns that are needed.

mod batches;
mod cell;
mod column;
mod layout;
mod time;

use std::fs::File;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::RecordBatch;
use asp_core::Timestamp;
use serde::de::DeserializeOwned;

use crate::error::{IoError, IoErrorKind, RowError, RowFault, expected};
use crate::fault::{Fault, What};
use crate::files::{Input, cannot_open};
use crate::options::RowReport;
use crate::plan::Payload;
use crate::row::{Record, Row};
use crate::rows::{NextRow, Request};
use batches::Batches;
use cell::Cell;
use column::Column;
use layout::Layout;

/// A file in the course of being read: one batch of rows, no allocation for a row but the payload's own.
pub(crate) struct ParquetFile {
    name: Arc<str>,
    file: File,
    layout: Layout,
    /// Of the row group that is being read.
    batches: Option<Batches>,
    /// How many row groups have been begun.
    groups: usize,
    /// The batch, by column of the file.
    columns: Vec<Column>,
    /// Nanoseconds for each row of the batch; empty where one of them needs a closer look.
    times: Vec<i64>,
    /// The next row of the batch.
    row: usize,
    rows: usize,
    /// How many rows of the file come before the batch.
    before: u64,
    progress: Progress,
}

impl ParquetFile {
    /// Reads the table of contents, which is at the end.
    pub(crate) fn open(input: Input, report: &RowReport, request: &Request) -> Result<Self, IoError> {
        let Some(path) = input.path else {
            let reason =
                "it is Parquet, whose table of contents is at the end; write it to a file and read that";
            return Err(cannot_open(&input.name, reason));
        };
        let failed = |error: std::io::Error| cannot_open(&input.name, error.to_string());
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        let layout = Layout::read(&file, bytes, &input.name, request)?;
        let columns = layout.plan.all().map(|_| Column::Unread).collect();
        Ok(ParquetFile {
            name: input.name,
            file,
            batches: None,
            groups: 0,
            columns,
            times: Vec::new(),
            row: 0,
            rows: 0,
            before: 0,
            progress: Progress { report: report.clone(), bytes, rows: layout.rows, told: 0 },
            layout,
        })
    }

    #[inline]
    pub(crate) fn next_row<T: DeserializeOwned>(&mut self, request: &Request) -> NextRow<T> {
        if self.row == self.rows && !self.next_batch(request)? {
            return Ok(None);
        }
        let row = self.row;
        self.row += 1;
        let time = match self.times.get(row) {
            Some(&nanos) => Timestamp::from_nanos(nanos),
            None => self.looked_at(row, request)?,
        };
        match self.payload(row) {
            Ok(value) => Ok(Some((time, value))),
            Err(fault) => Err(self.bad_value(row, fault)),
        }
    }

    #[inline]
    fn payload<T: DeserializeOwned>(&mut self, row: usize) -> Result<T, Fault> {
        let record = BatchRow { columns: &self.columns, row };
        match self.layout.plan.payload {
            Payload::Column(column) => T::deserialize(record.cell(column)).map_err(|fault| fault.at(column)),
            Payload::Columns => {
                let value = T::deserialize(Row::new(record, &self.layout.plan))?;
                self.layout.plan.has_read_a_row = true;
                Ok(value)
            }
        }
    }

    /// Takes the next batch; `false` behind the last row group.
    #[cold]
    fn next_batch(&mut self, request: &Request) -> Result<bool, IoError> {
        self.before += self.rows as u64;
        (self.row, self.rows) = (0, 0);
        self.progress.tell(self.before);
        loop {
            if let Some(batches) = &mut self.batches {
                match batches.next() {
                    Some(Ok(batch)) => {
                        self.take(&batch, request);
                        return Ok(true);
                    }
                    Some(Err(error)) => return Err(self.damaged(&error)),
                    None => self.batches = None,
                }
            }
            if self.groups == self.layout.metadata.metadata().num_row_groups() {
                self.progress.end();
                return Ok(false);
            }
            self.groups += 1;
            self.batches = Some(self.open_group().map_err(|error| self.damaged(&error))?);
        }
    }

    fn open_group(&self) -> ::parquet::errors::Result<Batches> {
        let (file, group) = (self.file.try_clone()?, self.groups - 1);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.layout.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.layout.mask.clone())
            .with_batch_size(self.layout.batch_rows)
            .build()?;
        let rows = self.layout.metadata.metadata().row_group(group).num_rows();
        let rows = usize::try_from(rows).unwrap_or_default();
        Ok(Batches::new(reader, rows / self.layout.batch_rows.max(1)))
    }

    fn take(&mut self, batch: &RecordBatch, request: &Request) {
        for (&column, values) in self.layout.read.iter().zip(batch.columns()) {
            self.columns[column] = Column::new(values);
        }
        self.rows = batch.num_rows();
        time::instants(&self.columns[self.layout.plan.time], request, &mut self.times);
    }

    /// The time of a row of which the batch has no number.
    fn looked_at(&self, row: usize, request: &Request) -> Result<Timestamp, IoError> {
        let column = self.layout.plan.time;
        time::instant(&self.columns[column], row, request).map_err(|sentence| {
            let error = self.row_error(row, RowFault::Says(sentence));
            error.at("column", self.layout.plan.name(column)).holding(self.columns[column].text(row)).into()
        })
    }

    /// The number of a row in the file, counting from 1.
    fn number(&self, row: usize) -> u64 {
        self.before + row as u64 + 1
    }

    fn row_error(&self, row: usize, fault: RowFault) -> RowError {
        RowError::new(&self.name, self.number(row), fault).in_group(self.groups - 1)
    }

    #[cold]
    fn bad_value(&self, row: usize, fault: Fault) -> IoError {
        let (column, what) = fault.into_parts();
        let misfit = |reason| IoError::new(IoErrorKind::Columns { path: self.name.to_string(), reason });
        let plan = &self.layout.plan;
        let Some(column) = column else {
            return match what {
                What::Missing(field) => misfit(plan.missing(field)),
                other => self.row_error(row, other.into_row_fault(None)).into(),
            };
        };
        let fault = match what {
            What::Unfit(type_name) => {
                return misfit(format!(
                    "column `{}` holds {}, and the field takes {}, in row {} (row group {}); take {}",
                    plan.name(column),
                    self.layout.holds(column),
                    expected(type_name),
                    self.number(row),
                    self.groups - 1,
                    self.layout.fits(column)
                ));
            }
            What::Unlike(other) if self.columns[column].is_null(row) => {
                RowFault::Says(format!("null is not {}; take an `Option`", expected(&other)))
            }
            other => other.into_row_fault(Some(&self.columns[column].text(row))),
        };
        let error = self.row_error(row, fault).at("column", plan.name(column));
        error.holding(self.columns[column].text(row)).into()
    }

    #[cold]
    fn damaged(&self, error: &dyn std::fmt::Display) -> IoError {
        IoError::new(IoErrorKind::RowGroup {
            path: self.name.to_string(),
            group: self.groups - 1,
            row: self.before + 1,
            reason: format!("{error}; the file is damaged, write it again"),
        })
    }
}

/// One row of the batch.
#[derive(Clone, Copy)]
struct BatchRow<'b> {
    columns: &'b [Column],
    row: usize,
}

impl<'b> Record<'b> for BatchRow<'b> {
    type Cell = Cell<'b>;

    #[inline]
    fn cell(self, column: usize) -> Cell<'b> {
        Cell::new(&self.columns[column], self.row)
    }
}

/// Tells the report how far reading has come: the share of the rows, since columns may be left out.
struct Progress {
    report: RowReport,
    bytes: u64,
    rows: u64,
    told: u64,
}

impl Progress {
    fn tell(&mut self, rows: u64) {
        let bytes = u128::from(self.bytes) * u128::from(rows) / u128::from(self.rows.max(1));
        self.add(u64::try_from(bytes).unwrap_or(self.bytes));
    }

    fn end(&mut self) {
        self.add(self.bytes);
    }

    fn add(&mut self, bytes: u64) {
        let bytes = bytes.clamp(self.told, self.bytes.max(self.told));
        self.report.add_bytes_read(bytes - self.told);
        self.told = bytes;
    }
}
