//! Rows of JSON lines: one object a line, empty lines left out.

mod diagnosis;
mod tap;

use std::io::{BufRead, BufReader};
use std::sync::Arc;

use serde::Deserializer;
use serde::de::{self, DeserializeOwned};

use crate::error::{IoError, IoErrorKind, RowError};
use crate::files::{BUFFER, Bytes};
use crate::names::cut;
use crate::rows::{NextRow, Request};
use crate::shape::Shape;
use tap::{Found, Only, Tap};

/// A file in the course of being read: one buffer and one line, no allocation for a row but the payload's own.
pub(crate) struct JsonFile {
    name: Arc<str>,
    reader: BufReader<Bytes>,
    line: Vec<u8>,
    number: u64,
}

impl JsonFile {
    pub(crate) fn new(name: Arc<str>, bytes: Bytes) -> JsonFile {
        JsonFile { name, reader: BufReader::with_capacity(BUFFER, bytes), line: Vec::new(), number: 0 }
    }

    #[inline]
    pub(crate) fn next_row<T: DeserializeOwned>(&mut self, request: &Request) -> NextRow<T> {
        if !self.next_line()? {
            return Ok(None);
        }
        let mut found = Found::new(request);
        let value = match self.parse(request, &mut found) {
            Ok(value) => value,
            Err(error) => {
                return Err(diagnosis::row_error(
                    &self.name,
                    self.number,
                    &self.line,
                    &error,
                    &found,
                    request,
                ));
            }
        };
        match found.time {
            Some(Ok(text)) => match request.times.read(&text) {
                Ok(time) => Ok(Some((time, value))),
                Err(sentence) => Err(self.bad_time(request, &text, sentence)),
            },
            Some(Err(other)) => Err(self.no_time(request, other)),
            None => Err(diagnosis::missing_time(&self.name, self.number, &self.line, request)),
        }
    }

    /// Reads the next line that is not empty.
    #[inline]
    fn next_line(&mut self) -> Result<bool, IoError> {
        loop {
            self.line.clear();
            self.reader.get_mut().begin_row();
            self.number += 1;
            match self.reader.read_until(b'\n', &mut self.line) {
                Ok(0) => return Ok(false),
                Ok(_) if self.line.trim_ascii_start().is_empty() => {}
                Ok(_) => return Ok(true),
                Err(error) => return Err(self.read_error(error)),
            }
        }
    }

    #[inline]
    fn parse<'de, T: serde::Deserialize<'de>>(
        &'de self,
        request: &'de Request,
        found: &mut Found<'de>,
    ) -> Result<T, serde_json::Error> {
        // One check of the whole line costs less than one of each text in it.
        let line = str::from_utf8(&self.line).map_err(de::Error::custom)?;
        let mut json = serde_json::Deserializer::from_str(line);
        let value = match (request.shape, request.uri.value()) {
            (Shape::Scalar, _) | (_, Some(_)) => json.deserialize_map(Only::new(found))?,
            _ => T::deserialize(Tap::new(&mut json, found))?,
        };
        json.end()?;
        Ok(value)
    }

    #[cold]
    fn bad_time(&self, request: &Request, text: &str, sentence: String) -> IoError {
        let row = RowError::says(&self.name, self.number, sentence);
        row.at("field", request.uri.time()).holding(text).into()
    }

    #[cold]
    fn no_time(&self, request: &Request, value: &str) -> IoError {
        let sentence = format!("{} is not a time; write it as \"2025-01-01T00:00:00Z\"", cut(value));
        let row = RowError::says(&self.name, self.number, sentence);
        row.at("field", request.uri.time()).holding(value).into()
    }

    #[cold]
    fn read_error(&self, error: std::io::Error) -> IoError {
        IoError::new(IoErrorKind::Read { path: self.name.to_string(), line: self.number, error })
    }
}
