//! What a file has, from its table of contents: which columns are read, and whether they can be.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use ::parquet::basic::Compression;
use ::parquet::file::metadata::ColumnChunkMetaData;
use arrow_schema::DataType;

use super::time;
use crate::error::{IoError, IoErrorKind};
use crate::files::{GZIP_MARK, cannot_open};
use crate::plan::Plan;
use crate::rows::Request;

/// The most rows of a batch, and about how many bytes it may have.
const BATCH_ROWS: u64 = 4096;
const BATCH_BYTES: u64 = 4 << 20;

/// How a file is read.
pub(super) struct Layout {
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) plan: Plan,
    /// The columns that are read, in their order.
    pub(super) read: Vec<usize>,
    pub(super) mask: ProjectionMask,
    pub(super) batch_rows: usize,
    pub(super) rows: u64,
}

impl Layout {
    pub(super) fn read(file: &File, bytes: u64, name: &str, request: &Request) -> Result<Layout, IoError> {
        check_marks(file, bytes)
            .map_err(|error| cannot_open(name, error.to_string()))?
            .map_err(|reason| cannot_open(name, reason))?;
        // What other programs say about their own types is left out, so that there are fewer.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::load(file, options).map_err(|error| {
            cannot_open(name, format!("its table of contents cannot be read: {error}; write it again"))
        })?;
        let rows = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
        let mask = ProjectionMask::all();
        let mut layout =
            Layout { metadata, plan: Plan::default(), read: Vec::new(), mask, batch_rows: 1, rows };
        // A file without rows, as a writer leaves it that has seen no event, fits everything.
        if rows > 0 {
            layout
                .choose(request)
                .map_err(|reason| IoError::new(IoErrorKind::Columns { path: name.to_owned(), reason }))?;
        }
        Ok(layout)
    }

    /// Decides which columns are read, or says why they cannot be.
    fn choose(&mut self, request: &Request) -> Result<(), String> {
        let names = self.metadata.schema().fields().iter().map(|field| field.name().as_str().into());
        self.plan = Plan::new(names.collect(), request)?;
        self.read = self.plan.needed().to_vec();
        self.read.push(self.plan.time);
        self.read.sort_unstable();
        self.read.dedup();
        self.read.iter().try_for_each(|&column| self.check(column))?;
        let time = self.data_type(self.plan.time);
        time::check(time, &self.holds(self.plan.time), request)?;
        self.mask = ProjectionMask::roots(self.metadata.parquet_schema(), self.read.iter().copied());
        let size: u64 = self.chunks().map(size).sum();
        let per_row = size / self.rows + 1;
        self.batch_rows = (BATCH_BYTES / per_row).clamp(1, BATCH_ROWS) as usize;
        Ok(())
    }

    /// Whether a column can be read at all.
    fn check(&self, column: usize) -> Result<(), String> {
        use DataType::*;
        let name = self.plan.name(column);
        match self.data_type(column) {
            List(_) | Struct(_) | Map(..) | Interval(_) | Decimal256(..) => {
                return Err(format!(
                    "column `{name}` holds {}, which are not read; have them written as columns of their own, or leave \
                     the field out",
                    self.holds(column)
                ));
            }
            _ => {}
        }
        let leaf = self.leaf(column);
        let chunks = self.metadata.metadata().row_groups().iter().enumerate();
        for (group, chunk) in chunks.filter_map(|(group, chunks)| Some((group, chunks.columns().get(leaf?)?)))
        {
            if !can_decompress(chunk.compression()) {
                return Err(format!(
                    "column `{name}` is compressed with {} in row group {group}, which this program cannot undo; write \
                     the file with zstd or snappy",
                    codec(chunk.compression())
                ));
            }
        }
        Ok(())
    }

    /// The stored parts of the columns that are read.
    fn chunks(&self) -> impl Iterator<Item = &ColumnChunkMetaData> {
        let leaves: Vec<usize> = self.read.iter().filter_map(|&column| self.leaf(column)).collect();
        let groups = self.metadata.metadata().row_groups().iter();
        groups.flat_map(move |group| leaves.clone().into_iter().filter_map(|leaf| group.columns().get(leaf)))
    }

    fn data_type(&self, column: usize) -> &DataType {
        self.metadata.schema().field(column).data_type()
    }

    /// The number of a column among those that are stored, of which a nested one has several.
    fn leaf(&self, column: usize) -> Option<usize> {
        let schema = self.metadata.parquet_schema();
        (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == column)
    }

    /// What a column holds, in words and in those of Parquet.
    pub(super) fn holds(&self, column: usize) -> String {
        use DataType::*;
        let words = match self.data_type(column) {
            Null => "nothing but nulls",
            Boolean => "true and false",
            Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 => "whole numbers",
            Float16 | Float32 | Float64 => "numbers",
            Decimal128(..) | Decimal256(..) => "decimal numbers",
            Utf8 => "text",
            Timestamp(..) => "timestamps",
            Date32 => "dates",
            Time32(_) | Time64(_) => "times of day",
            List(_) => return "lists".into(),
            Struct(_) => return "structs".into(),
            Map(..) => return "maps".into(),
            Interval(_) => "intervals",
            _ => "bytes",
        };
        match self.leaf(column) {
            Some(leaf) => {
                format!("{words} ({})", self.metadata.parquet_schema().column(leaf).physical_type())
            }
            None => words.into(),
        }
    }

    /// The type of a field that takes the column.
    pub(super) fn fits(&self, column: usize) -> &'static str {
        use DataType::*;
        match self.data_type(column) {
            Null => "an `Option`",
            Boolean => "a `bool`",
            Int8 => "an `i8`",
            Int16 => "an `i16`",
            Int32 => "an `i32`",
            Int64 => "an `i64`",
            UInt8 => "a `u8`",
            UInt16 => "a `u16`",
            UInt32 => "a `u32`",
            UInt64 => "a `u64`",
            Float16 | Float32 => "an `f32`",
            Float64 => "an `f64`",
            Decimal128(..) => "an `f64` or a `String`",
            Timestamp(..) | Date32 | Time32(_) | Time64(_) => "a `String` or an `i64`",
            Utf8 => "a `String`",
            _ => "a `Vec<u8>`",
        }
    }
}

/// About how many bytes the values have in memory.
fn size(chunk: &ColumnChunkMetaData) -> u64 {
    let bytes = chunk.uncompressed_size().max(chunk.unencoded_byte_array_data_bytes().unwrap_or(0));
    u64::try_from(bytes).unwrap_or(0)
}

/// Looks for the marks that a file begins and ends with.
fn check_marks(mut file: &File, bytes: u64) -> std::io::Result<Result<(), String>> {
    const MARK: &[u8] = b"PAR1";
    let mut first = Vec::new();
    file.take(4).read_to_end(&mut first)?;
    if first.starts_with(&GZIP_MARK) {
        return Ok(Err("it is compressed as a whole; decompress it first".into()));
    }
    if first == b"PARE" {
        return Ok(Err("it is encrypted; write it without encryption".into()));
    }
    if first != MARK {
        let reason = "it is no Parquet file; name its format in the URI, as in `format=csv`";
        return Ok(Err(reason.into()));
    }
    let mut last = Vec::new();
    file.seek(SeekFrom::Start(bytes.saturating_sub(4)))?;
    file.take(4).read_to_end(&mut last)?;
    if last == MARK && bytes >= 12 {
        return Ok(Ok(()));
    }
    Ok(Err("its end is missing; it was cut off, or is still being written".into()))
}

fn can_decompress(compression: Compression) -> bool {
    let is_gzip = cfg!(feature = "gzip") && matches!(compression, Compression::GZIP(_));
    is_gzip || matches!(compression, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_))
}

/// As other programs name it.
fn codec(compression: Compression) -> String {
    let name = compression.to_string();
    name.split('(').next().unwrap_or_default().to_lowercase()
}
