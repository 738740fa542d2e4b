//! Columns under the names of the first payload's fields, in row groups.

mod column;

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_writer::ArrowWriterOptions;
use ::parquet::basic::{Compression, Encoding, ZstdLevel};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::properties::WriterProperties;
use ::parquet::schema::types::ColumnPath;
use arrow_array::{Array, ArrayRef, RecordBatch, TimestampNanosecondArray};
use arrow_schema::{Field, Schema, SchemaRef};
use asp_core::Timestamp;
use serde::Serialize;

use super::fields::{Fields, spread};
use super::{Failure, time_is_taken};
use crate::names::list;
use crate::uri::Uri;
use column::Column;

/// How many rows are collected before they are encoded.
const BATCH_ROWS: usize = 4096;

/// The same as long as a column has had nothing but `None`, and so no type.
const UNTYPED_ROWS: usize = 65_536;

/// How many bytes of text are collected at most.
const BATCH_BYTES: usize = 4 << 20;

/// Where a row group ends. It is in memory until then, encoded.
const GROUP_ROWS: usize = 1 << 20;
const GROUP_BYTES: usize = 16 << 20;

const COMPRESSION_LEVEL: i32 = 3;

/// Collects rows and encodes them by column.
pub(super) struct ParquetRows {
    columns: Columns,
    times: Vec<i64>,
    value_name: Option<String>,
    encoder: Option<Encoder>,
}

/// There is one from the first batch on, when the types are known.
struct Encoder {
    schema: SchemaRef,
    writer: ArrowWriter<Vec<u8>>,
}

impl ParquetRows {
    pub(super) fn new(uri: &Uri) -> Self {
        let value_name = uri.value().map(str::to_owned);
        ParquetRows { columns: Columns::new(uri), times: Vec::new(), value_name, encoder: None }
    }

    #[inline]
    pub(super) fn write<V: Serialize>(
        &mut self,
        time: Timestamp,
        value: &V,
        target: &mut impl Write,
    ) -> Result<(), Failure> {
        if let Err(failure) = self.columns.take_row(value, self.value_name.as_deref()) {
            self.columns.forget_row();
            return Err(failure);
        }
        self.times.push(time.as_nanos());
        let is_full = self.columns.text_bytes >= BATCH_BYTES
            || match self.columns.rows {
                ..BATCH_ROWS => false,
                UNTYPED_ROWS.. => true,
                _ => self.encoder.is_some() || self.columns.are_typed(),
            };
        if is_full { Ok(self.encode(target)?) } else { Ok(()) }
    }

    /// The last rows, and the table of contents. A file without rows has the time column all the same.
    pub(super) fn finish(&mut self, target: &mut impl Write) -> io::Result<()> {
        self.encode(target)?;
        match &mut self.encoder {
            Some(encoder) => {
                encoder.writer.finish().map_err(plain)?;
                encoder.hand_over(target)
            }
            None => Ok(()),
        }
    }

    /// Encodes what has been collected, and writes the row groups that are complete.
    #[cold]
    fn encode(&mut self, target: &mut impl Write) -> io::Result<()> {
        let times = TimestampNanosecondArray::from(std::mem::take(&mut self.times)).with_timezone("UTC");
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(times)];
        arrays.extend(self.columns.take_batch());
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => {
                let schema = self.columns.schema(&arrays);
                none.insert(Encoder::new(schema).map_err(plain)?)
            }
        };
        let batch = RecordBatch::try_new(Arc::clone(&encoder.schema), arrays).map_err(io::Error::other)?;
        encoder.writer.write(&batch).map_err(plain)?;
        encoder.hand_over(target)
    }
}

impl Encoder {
    fn new(schema: SchemaRef) -> ParquetResult<Encoder> {
        let time = ColumnPath::from(schema.field(0).name().as_str());
        let properties = WriterProperties::builder()
            .set_created_by(concat!("asp-io ", env!("CARGO_PKG_VERSION")).into())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(COMPRESSION_LEVEL)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            // Times differ from row to row, by little.
            .set_column_dictionary_enabled(time.clone(), false)
            .set_column_encoding(time, Encoding::DELTA_BINARY_PACKED)
            .build();
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(&schema), options)?;
        Ok(Encoder { schema, writer })
    }

    /// Writes the bytes that are done.
    fn hand_over(&mut self, target: &mut impl Write) -> io::Result<()> {
        let bytes = self.writer.inner_mut();
        target.write_all(bytes)?;
        bytes.clear();
        Ok(())
    }
}

fn plain(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

/// The rows that are not encoded yet.
struct Columns {
    uri: Uri,
    columns: Vec<Column>,
    /// Where the next field goes, if fields come in the order of the first row.
    next: usize,
    /// Complete rows.
    rows: usize,
    /// Fields that the row in the making has had.
    fields: usize,
    text_bytes: usize,
    /// There has been a row.
    are_fixed: bool,
}

impl Columns {
    fn new(uri: &Uri) -> Self {
        let uri = uri.clone();
        Columns { uri, columns: Vec::new(), next: 0, rows: 0, fields: 0, text_bytes: 0, are_fixed: false }
    }

    #[inline]
    fn take_row<V: Serialize>(&mut self, value: &V, value_name: Option<&str>) -> Result<(), Failure> {
        (self.next, self.fields) = (0, 0);
        spread(value, value_name, self)?;
        self.rows += 1;
        self.are_fixed = true;
        if self.fields < self.columns.len() {
            self.columns.iter_mut().for_each(|column| column.fill(self.rows));
        }
        Ok(())
    }

    /// Takes back what a row that cannot be written has left.
    #[cold]
    fn forget_row(&mut self) {
        if self.are_fixed {
            self.columns.iter_mut().for_each(|column| column.cut(self.rows));
        } else {
            self.columns.clear();
        }
    }

    fn are_typed(&self) -> bool {
        self.columns.iter().all(Column::is_typed)
    }

    fn take_batch(&mut self) -> impl Iterator<Item = ArrayRef> {
        (self.rows, self.text_bytes) = (0, 0);
        self.columns.iter_mut().map(Column::take)
    }

    /// The schema of all batches, by the first one.
    fn schema(&self, arrays: &[ArrayRef]) -> SchemaRef {
        let time = Field::new(self.uri.time(), arrays[0].data_type().clone(), false);
        let others = self.columns.iter().zip(&arrays[1..]);
        // That there has been no null does not mean that there will be none.
        let others = others.map(|(column, array)| Field::new(&*column.name, array.data_type().clone(), true));
        Arc::new(Schema::new(std::iter::once(time).chain(others).collect::<Vec<_>>()))
    }

    /// The column of a field that does not come in the order of the first row.
    #[cold]
    fn place(&mut self, name: &str) -> Result<usize, Failure> {
        if name == self.uri.time() {
            return Err(Failure::Payload(time_is_taken(&self.uri)));
        }
        if let Some(column) = self.columns.iter().position(|column| *column.name == *name) {
            return Ok(column);
        }
        if self.are_fixed {
            let names =
                list([self.uri.time()].into_iter().chain(self.columns.iter().map(|column| &*column.name)));
            let reason =
                format!("a row has a field `{name}` that the first one had not; the columns are {names}");
            return Err(Failure::Payload(reason));
        }
        self.columns.push(Column::new(name));
        Ok(self.columns.len() - 1)
    }
}

impl Fields for Columns {
    #[inline]
    fn field<V: Serialize + ?Sized>(&mut self, name: &str, value: &V) -> Result<(), Failure> {
        let place = match self.columns.get(self.next) {
            Some(column) if *column.name == *name => self.next,
            _ => self.place(name)?,
        };
        self.next = place + 1;
        self.fields += 1;
        let column = &mut self.columns[place];
        self.text_bytes += column.push(value, self.rows).map_err(Failure::Payload)?;
        Ok(())
    }
}
