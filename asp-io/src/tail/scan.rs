//! Where rows end, told from their bytes alone as these come in.

use memchr::{memchr, memchr3};

use crate::uri::Format;

/// What has been seen of the row that is coming in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// The states of the parser for CSV that matter here; what it takes for a row is one here.
    Csv(Csv),
    /// One object a line; a line of white space is none.
    JsonLines { has_begun: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Csv {
    /// Before a row.
    Row,
    /// Before a value.
    Value,
    Plain,
    Quoted,
    /// Behind a quote in a quoted value: its end, or the first of two.
    Quote,
}

impl Scan {
    pub(super) fn new(format: Format) -> Self {
        match format {
            Format::Csv => Scan::Csv(Csv::Row),
            // Parquet is not followed.
            Format::JsonLines | Format::Parquet => Scan::JsonLines { has_begun: false },
        }
    }

    /// True if a row has begun and not ended.
    pub(super) fn is_in_row(self) -> bool {
        !matches!(self, Scan::Csv(Csv::Row) | Scan::JsonLines { has_begun: false })
    }

    /// Takes bytes up to the end of the next row; how many, or none if all are taken without there being an end.
    pub(super) fn next_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut taken = 0;
        loop {
            let rest = &bytes[taken..];
            // What lies before these bytes changes nothing.
            taken += match self {
                Scan::JsonLines { has_begun: true } => memchr(b'\n', rest)?,
                Scan::Csv(Csv::Quoted) => memchr(b'"', rest)?,
                Scan::Csv(state @ Csv::Plain) => {
                    let found = memchr3(b'"', b'\n', b'\r', rest);
                    // But a quote behind a comma does open a value.
                    if rest[..found.unwrap_or(rest.len())].ends_with(b",") {
                        *state = Csv::Value;
                    }
                    found?
                }
                _ => 0,
            };
            let byte = *bytes.get(taken)?;
            taken += 1;
            if self.ends_row(byte) {
                return Some(taken);
            }
        }
    }

    /// Takes the next byte. True if it ends a row.
    #[inline]
    fn ends_row(&mut self, byte: u8) -> bool {
        match self {
            Scan::Csv(state) => {
                let was = *state;
                *state = match (was, byte) {
                    (Csv::Quoted, b'"') => Csv::Quote,
                    (Csv::Quoted, _) => Csv::Quoted,
                    (_, b'\n' | b'\r') => Csv::Row,
                    (_, b',') => Csv::Value,
                    (Csv::Row | Csv::Value | Csv::Quote, b'"') => Csv::Quoted,
                    _ => Csv::Plain,
                };
                *state == Csv::Row && was != Csv::Row
            }
            Scan::JsonLines { has_begun } => match byte {
                b'\n' => std::mem::take(has_begun),
                byte => {
                    *has_begun |= !byte.is_ascii_whitespace();
                    false
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(format: Format, text: &str) -> (u64, bool) {
        rows_in(format, [text.as_bytes()])
    }

    fn rows_in<'p>(format: Format, pieces: impl IntoIterator<Item = &'p [u8]>) -> (u64, bool) {
        let mut scan = Scan::new(format);
        let mut rows = 0;
        for mut piece in pieces {
            while let Some(taken) = scan.next_end(piece) {
                rows += 1;
                piece = &piece[taken..];
            }
        }
        (rows, scan.is_in_row())
    }

    #[test]
    fn rows_end_at_line_ends_that_stand_outside_of_quotes() {
        let table = [
            ("a,b\n", (1, false)),
            ("\n\r\na,b\r", (1, false)),
            ("a,b\r\n\r\nc", (1, true)),
            ("a,\"b\nc\"", (0, true)),
            ("a,\"b\n\"\"c\"\r\nd\n", (2, false)),
            ("a\"b\n", (1, false)),
            ("\"a\"b\"\n", (1, false)),
        ];
        for (text, expected) in table {
            assert_eq!(rows(Format::Csv, text), expected, "{text:?}");
        }
        let table = [("{}\n", (1, false)), (" \r\n\n{}\n{", (1, true)), ("\t", (0, false))];
        for (text, expected) in table {
            assert_eq!(rows(Format::JsonLines, text), expected, "{text:?}");
        }
    }

    #[cfg(feature = "csv")]
    proptest! {
        #[test]
        fn a_row_is_what_the_parser_takes_for_one(text in "[a,\"\r\n]{0,40}") {
            let (whole, is_in_row) = rows(Format::Csv, &text);
            for size in 1..4 {
                let pieces = text.as_bytes().chunks(size);
                prop_assert_eq!(rows_in(Format::Csv, pieces), (whole, is_in_row));
            }
            let mut parser = csv::ReaderBuilder::new();
            let mut reader = parser.has_headers(false).flexible(true).from_reader(text.as_bytes());
            let parsed = reader.byte_records().count() as u64;
            prop_assert_eq!(whole + u64::from(is_in_row), parsed);
        }
    }
}
