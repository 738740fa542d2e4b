//! The values of one column in a batch.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, Time32MillisecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, Date32Array, Decimal128Array,
    FixedSizeBinaryArray, Float32Array, Float64Array, Int32Array, Int64Array, PrimitiveArray, StringArray,
    UInt64Array,
};
use arrow_schema::{DataType, TimeUnit};
use asp_core::Timestamp;

use super::time::unit_of;
use crate::uri::Unit;

/// The values, in few types: small numbers are widened.
pub(super) enum Column {
    /// It is not among the columns that are read.
    Unread,
    /// It has no values at all.
    Null,
    Bool(BooleanArray),
    I32(Int32Array),
    I64(Int64Array),
    U64(UInt64Array),
    F32(Float32Array),
    F64(Float64Array),
    Decimal(Decimal128Array),
    Text(StringArray),
    Bytes(BinaryArray),
    Fixed(FixedSizeBinaryArray),
    /// `is_utc` is false for local times.
    Timestamp {
        values: Int64Array,
        unit: Unit,
        is_utc: bool,
    },
    /// Days since 1970.
    Date(Date32Array),
    /// Since midnight.
    TimeOfDay {
        values: Int64Array,
        unit: Unit,
    },
}

impl Column {
    pub(super) fn new(array: &ArrayRef) -> Column {
        use DataType::*;
        match array.data_type() {
            Boolean => Column::Bool(array.as_boolean().clone()),
            Int8 => Column::I32(array.as_primitive::<Int8Type>().unary(i32::from)),
            Int16 => Column::I32(array.as_primitive::<Int16Type>().unary(i32::from)),
            Int32 => Column::I32(primitive::<Int32Type>(array)),
            Int64 => Column::I64(primitive::<Int64Type>(array)),
            UInt8 => Column::I32(array.as_primitive::<UInt8Type>().unary(i32::from)),
            UInt16 => Column::I32(array.as_primitive::<UInt16Type>().unary(i32::from)),
            UInt32 => Column::I64(array.as_primitive::<UInt32Type>().unary(i64::from)),
            UInt64 => Column::U64(primitive::<UInt64Type>(array)),
            Float16 => Column::F32(array.as_primitive::<Float16Type>().unary(f32::from)),
            Float32 => Column::F32(primitive::<Float32Type>(array)),
            Float64 => Column::F64(primitive::<Float64Type>(array)),
            Decimal128(..) => Column::Decimal(array.as_primitive::<Decimal128Type>().clone()),
            Utf8 => Column::Text(array.as_string().clone()),
            Binary => Column::Bytes(array.as_binary().clone()),
            FixedSizeBinary(_) => Column::Fixed(array.as_fixed_size_binary().clone()),
            Date32 => Column::Date(array.as_primitive::<Date32Type>().clone()),
            Timestamp(unit, zone) => {
                let values = timestamps(array, *unit);
                Column::Timestamp { values, unit: unit_of(*unit), is_utc: zone.is_some() }
            }
            Time32(unit) | Time64(unit) => {
                Column::TimeOfDay { values: times_of_day(array, *unit), unit: unit_of(*unit) }
            }
            _ => Column::Null,
        }
    }

    #[inline]
    pub(super) fn is_null(&self, row: usize) -> bool {
        match self {
            Column::Unread | Column::Null => true,
            Column::Bool(values) => values.is_null(row),
            Column::I32(values) => values.is_null(row),
            Column::I64(values) => values.is_null(row),
            Column::U64(values) => values.is_null(row),
            Column::F32(values) => values.is_null(row),
            Column::F64(values) => values.is_null(row),
            Column::Decimal(values) => values.is_null(row),
            Column::Text(values) => values.is_null(row),
            Column::Bytes(values) => values.is_null(row),
            Column::Fixed(values) => values.is_null(row),
            Column::Timestamp { values, .. } | Column::TimeOfDay { values, .. } => values.is_null(row),
            Column::Date(values) => values.is_null(row),
        }
    }

    /// The value as text: what a `String` is given of times and decimals, and what messages show.
    pub(super) fn text(&self, row: usize) -> String {
        if self.is_null(row) {
            return "null".into();
        }
        match self {
            Column::Unread | Column::Null => "null".into(),
            Column::Bool(values) => values.value(row).to_string(),
            Column::I32(values) => values.value(row).to_string(),
            Column::I64(values) => values.value(row).to_string(),
            Column::U64(values) => values.value(row).to_string(),
            Column::F32(values) => values.value(row).to_string(),
            Column::F64(values) => values.value(row).to_string(),
            Column::Decimal(values) => values.value_as_string(row),
            Column::Text(values) => values.value(row).to_owned(),
            Column::Bytes(values) => String::from_utf8_lossy(values.value(row)).into_owned(),
            Column::Fixed(values) => String::from_utf8_lossy(values.value(row)).into_owned(),
            Column::Timestamp { values, unit, is_utc } => timestamp(values.value(row), *unit, *is_utc),
            Column::Date(values) => date(values.value(row)),
            Column::TimeOfDay { values, unit } => time_of_day(values.value(row), *unit),
        }
    }
}

/// The values, without a place for nulls where there are none, so that they need not be looked up.
fn primitive<P: ArrowPrimitiveType>(array: &ArrayRef) -> PrimitiveArray<P> {
    let array = array.as_primitive::<P>();
    if array.null_count() == 0 { PrimitiveArray::new(array.values().clone(), None) } else { array.clone() }
}

/// The counts of timestamps.
fn timestamps(array: &ArrayRef, unit: TimeUnit) -> Int64Array {
    match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().reinterpret_cast(),
        TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().reinterpret_cast(),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().reinterpret_cast(),
        TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().reinterpret_cast(),
    }
}

/// The counts of times of day, which Parquet has in three units.
fn times_of_day(array: &ArrayRef, unit: TimeUnit) -> Int64Array {
    match unit {
        TimeUnit::Second | TimeUnit::Millisecond => {
            array.as_primitive::<Time32MillisecondType>().unary(i64::from)
        }
        TimeUnit::Microsecond => array.as_primitive::<Time64MicrosecondType>().reinterpret_cast(),
        TimeUnit::Nanosecond => array.as_primitive::<Time64NanosecondType>().reinterpret_cast(),
    }
}

/// Local times have no `Z`. What is no timestamp of ours is shown as the count that it is.
fn timestamp(count: i64, unit: Unit, is_utc: bool) -> String {
    let Some(nanos) = count.checked_mul(10_i64.pow(unit.digits())) else { return count.to_string() };
    let text = Timestamp::from_nanos(nanos).to_string();
    if is_utc { text } else { text.trim_end_matches('Z').to_owned() }
}

fn date(days: i32) -> String {
    match i64::from(days).checked_mul(86_400_000_000_000) {
        Some(nanos) => Timestamp::from_nanos(nanos).to_string().chars().take(10).collect(),
        None => days.to_string(),
    }
}

fn time_of_day(count: i64, unit: Unit) -> String {
    let day = 86_400_000_000_000;
    match count.checked_mul(10_i64.pow(unit.digits())).filter(|nanos| (0..day).contains(nanos)) {
        // Midnight and so much, without the date and the `Z`.
        Some(nanos) => {
            let text = Timestamp::from_nanos(nanos).to_string();
            text.trim_end_matches('Z').chars().skip(11).collect()
        }
        None => count.to_string(),
    }
}
