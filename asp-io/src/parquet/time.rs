//! The time column: timestamps in their own unit, dates, numbers in the unit of the URI, texts.

use arrow_array::Array;
use arrow_schema::{DataType, TimeUnit};
use asp_core::Timestamp;

use super::column::Column;
use crate::rows::Request;
use crate::uri::Unit;

/// The nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// Whether a column can be the time.
pub(super) fn check(data_type: &DataType, holds: &str, request: &Request) -> Result<(), String> {
    use DataType::*;
    let name = request.uri.time();
    match data_type {
        Timestamp(own, _) => match request.uri.unit() {
            Some(unit) if unit != unit_of(*own) => Err(format!(
                "column `{name}` is a timestamp that counts {}, and the URI says {}; remove the key `unit`",
                unit_of(*own).plural(),
                unit.plural()
            )),
            _ => Ok(()),
        },
        Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 | Float16 | Float32 | Float64
        | Decimal128(..) => match request.uri.unit() {
            Some(_) => Ok(()),
            None => Err(format!(
                "the time column `{name}` holds {holds}; name their unit in the URI: `unit=s`, `unit=ms`, `unit=us` or \
                 `unit=ns`"
            )),
        },
        Date32 | Utf8 => Ok(()),
        _ => Err(format!(
            "column `{name}` holds {holds}, which are no times; name the one that holds the time, as in `{}`",
            request.uri.with_time("ts")
        )),
    }
}

/// The unit of a column of timestamps.
pub(super) fn unit_of(unit: TimeUnit) -> Unit {
    match unit {
        TimeUnit::Second => Unit::Seconds,
        TimeUnit::Millisecond => Unit::Milliseconds,
        TimeUnit::Microsecond => Unit::Microseconds,
        TimeUnit::Nanosecond => Unit::Nanoseconds,
    }
}

/// The times of a batch; none at all if one of them needs a closer look.
pub(super) fn instants(column: &Column, request: &Request, nanos: &mut Vec<i64>) {
    nanos.clear();
    let (values, unit) = match (column, request.uri.unit()) {
        (Column::Timestamp { values, unit, is_utc }, _) if *is_utc || request.times.is_utc() => {
            (values, *unit)
        }
        (Column::I64(values), Some(unit)) => (values, unit),
        _ => return,
    };
    if values.null_count() > 0 {
        return;
    }
    let scale = 10_i64.pow(unit.digits());
    if scale == 1 {
        nanos.extend_from_slice(values.values());
        return;
    }
    let scaled = values.values().iter().map_while(|count| count.checked_mul(scale));
    nanos.extend(scaled);
    if nanos.len() < values.len() {
        nanos.clear();
    }
}

/// The time of one row, or the sentence that says why there is none.
pub(super) fn instant(column: &Column, row: usize, request: &Request) -> Result<Timestamp, String> {
    if column.is_null(row) {
        return Err("null is not a time; have the row written with a time, or leave it out".into());
    }
    let outside = |count: i64, of: &str| {
        let (first, last) = (Timestamp::MIN, Timestamp::MAX);
        format!("{count} {of} since 1970 lie outside {first} to {last}")
    };
    match column {
        Column::Timestamp { values, unit, is_utc } => {
            let count = values.value(row);
            let nanos = count.checked_mul(10_i64.pow(unit.digits()));
            let time = Timestamp::from_nanos(nanos.ok_or_else(|| outside(count, unit.plural()))?);
            if *is_utc { Ok(time) } else { request.times.local(time) }
        }
        Column::Date(values) => {
            let days = i64::from(values.value(row));
            let nanos = days.checked_mul(DAY).ok_or_else(|| outside(days, "days"))?;
            request.times.local(Timestamp::from_nanos(nanos))
        }
        Column::Text(values) => request.times.read(values.value(row)),
        other => request.times.read(&other.text(row)),
    }
}
