//! Rows of JSON lines.

use std::io::Write;

use asp_core::Timestamp;
use serde::Serialize;

use super::fields::{Fields, spread};
use super::{Failure, cell, time_is_taken};
use crate::uri::Uri;

/// Encodes rows; its buffer is used for all of them.
pub(super) struct JsonRows {
    line: Line,
    /// `{"time":"`
    begin: Vec<u8>,
    value_name: Option<String>,
}

impl JsonRows {
    pub(super) fn new(uri: &Uri) -> Self {
        let mut begin = b"{".to_vec();
        push_json(&mut begin, uri.time());
        begin.extend_from_slice(b":\"");
        let line = Line { uri: uri.clone(), text: Vec::new() };
        JsonRows { line, begin, value_name: uri.value().map(str::to_owned) }
    }

    #[inline]
    pub(super) fn write<V: Serialize>(
        &mut self,
        time: Timestamp,
        value: &V,
        target: &mut impl Write,
    ) -> Result<(), Failure> {
        self.line.text.clear();
        self.line.text.extend_from_slice(&self.begin);
        write!(self.line.text, "{time}\"")?;
        spread(value, self.value_name.as_deref(), &mut self.line)?;
        self.line.text.extend_from_slice(b"}\n");
        Ok(target.write_all(&self.line.text)?)
    }
}

/// One row in the making.
struct Line {
    uri: Uri,
    text: Vec<u8>,
}

impl Fields for Line {
    #[inline]
    fn field<V: Serialize + ?Sized>(&mut self, name: &str, value: &V) -> Result<(), Failure> {
        if name == self.uri.time() {
            return Err(Failure::Payload(time_is_taken(&self.uri)));
        }
        self.text.push(b',');
        push_json(&mut self.text, name);
        self.text.push(b':');
        let start = self.text.len();
        serde_json::to_writer(&mut self.text, value).map_err(|error| Failure::Payload(error.to_string()))?;
        if &self.text[start..] == b"null" { not_finite(name, value) } else { Ok(()) }
    }
}

/// Appends a text in quotes.
fn push_json(text: &mut Vec<u8>, name: &str) {
    // A vector takes everything, and a text is always JSON.
    let _ = serde_json::to_writer(text, name);
}

/// Refuses a number that would come back as nothing.
#[cold]
fn not_finite<V: Serialize + ?Sized>(name: &str, value: &V) -> Result<(), Failure> {
    let mut text = Vec::new();
    match cell::write(value, &mut text) {
        Ok(()) if !text.is_empty() => Err(Failure::Payload(format!(
            "field `{name}` is {}, for which JSON has no form; write CSV, or emit an `Option`",
            String::from_utf8_lossy(&text)
        ))),
        _ => Ok(()),
    }
}
