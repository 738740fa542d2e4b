//! What is wrong with a line, found by reading it a second time once it is known to be bad.

use std::fmt;
use std::sync::Arc;

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::tap::{Found, NO_VALUE, SEVERAL};
use crate::error::{IoError, RowError, RowFault, custom, expected, one_line, out_of_range};
use crate::names::{cut, list, similar};
use crate::rows::Request;

/// A field of the line.
struct Field<'l> {
    name: String,
    value: &'l str,
}

/// Says where in the line `error` is, and what stands there.
#[cold]
pub(super) fn row_error(
    file: &Arc<str>,
    number: u64,
    line: &[u8],
    error: &serde_json::Error,
    found: &Found<'_>,
    request: &Request,
) -> IoError {
    let Ok(text) = str::from_utf8(line) else {
        return RowError::says(file, number, "the line is not UTF-8; convert the file").into();
    };
    let text = text.trim_end();
    let Some(fields) = fields(text) else {
        return RowError::says(file, number, not_an_object(text, error)).into();
    };
    let message = plain(error);
    let known = || list(fields.iter().map(|field| &*field.name));
    // One that a nested value lacks is that value's fault.
    let missing = message.strip_prefix("missing field `").filter(|_| found.failed.is_none());
    let missing = missing.and_then(|name| name.strip_suffix('`'));
    let missing = missing.or_else(|| request.uri.value().filter(|_| message == NO_VALUE));
    if let Some(name) = missing {
        return RowError::says(file, number, no_field(name, &fields)).into();
    }
    if message == NO_VALUE {
        let time = request.uri.time();
        let sentence = format!("there is no field besides the time `{time}`, and so no payload");
        return RowError::says(file, number, sentence).into();
    }
    if message == SEVERAL {
        let first = fields.iter().find(|field| field.name != request.uri.time());
        let uri = request.uri.with_value(first.map_or("price", |field| &field.name));
        let sentence = format!(
            "the payload is one field, but there are {}; name the one that is meant, as in `{uri}`, \
             or take a struct",
            known()
        );
        return RowError::says(file, number, sentence).into();
    }
    let Some(field) = found.failed.and_then(|field| fields.get(field)) else {
        // The row as a whole is to blame.
        return RowError::says(file, number, one_line(&message)).into();
    };
    if field.name == request.uri.time() && found.time.is_none() {
        return time_error(file, number, field, request);
    }
    RowError::new(file, number, fault(&message, field.value))
        .at("field", &field.name)
        .holding(field.value)
        .into()
}

/// The time is neither text nor, where numbers are taken, a number.
fn time_error(file: &Arc<str>, number: u64, field: &Field<'_>, request: &Request) -> IoError {
    let sentence = match request.times.read(field.value) {
        Err(sentence) => sentence,
        Ok(_) => format!("{} is not a time", cut(field.value)),
    };
    RowError::says(file, number, sentence).at("field", &field.name).holding(field.value).into()
}

/// The line has no field of the time's name.
#[cold]
pub(super) fn missing_time(file: &Arc<str>, number: u64, line: &[u8], request: &Request) -> IoError {
    let name = request.uri.time();
    let fields = str::from_utf8(line).ok().and_then(fields).unwrap_or_default();
    let names = || fields.iter().map(|field| &*field.name);
    let other = similar(name, names()).or(names().next()).unwrap_or("ts");
    let sentence = format!(
        "there is no time field `{name}`; name the one that holds the time, as in `{}`; the fields are {}",
        request.uri.with_time(other),
        list(names())
    );
    RowError::says(file, number, sentence).into()
}

fn no_field(name: &str, fields: &[Field<'_>]) -> String {
    match similar(name, fields.iter().map(|field| &*field.name)) {
        Some(similar) => {
            format!("there is no field `{name}`; a field with a similar name exists: `{similar}`")
        }
        None => {
            let names = list(fields.iter().map(|field| &*field.name));
            format!("there is no field `{name}`; the fields are {names}")
        }
    }
}

/// The message without the position in the line, which the field's name says better.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).unwrap_or(&text).to_owned()
}

fn not_an_object(text: &str, error: &serde_json::Error) -> String {
    let is_json = serde_json::from_str::<&RawValue>(text).is_ok();
    if is_json || text.starts_with('[') {
        return format!("{} is not an object; each line is one, as in {{\"time\": .., ..}}", cut(text));
    }
    let column = error.column().min(text.len());
    format!("this is not JSON: {} at character {column}; each line is one object", plain(error))
}

/// Turns a message of `serde` into ours.
fn fault(message: &str, value: &str) -> RowFault {
    if let Some((kind, type_name)) = message.rsplit_once(", expected ") {
        let is_integer = type_name.starts_with(['i', 'u']) && type_name[1..].parse::<u8>().is_ok();
        if is_integer && (kind.starts_with("invalid value: integer") || is_whole(value)) {
            return RowFault::Says(out_of_range(value, type_name));
        }
        if kind.starts_with("invalid") {
            return RowFault::NotA(expected(type_name));
        }
    }
    if let Some((_, names)) =
        message.strip_prefix("unknown variant `").and_then(|m| m.split_once("`, expected "))
    {
        let names: Vec<&str> = names.split('`').skip(1).step_by(2).collect();
        let hint = similar(value.trim_matches('"'), names.iter().copied());
        let hint = hint.map(|similar| format!("; a similar name exists: `{similar}`")).unwrap_or_default();
        return RowFault::Says(format!("{} is none of {}{hint}", cut(value), list(names)));
    }
    RowFault::Says(custom(&cut(value), message))
}

fn is_whole(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The fields of a line, if it is one object.
fn fields(line: &str) -> Option<Vec<Field<'_>>> {
    let mut json = serde_json::Deserializer::from_str(line);
    let pairs = json.deserialize_map(Pairs).ok()?;
    json.end().ok()?;
    Some(pairs.into_iter().map(|(name, value)| Field { name, value: value.get() }).collect())
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}
