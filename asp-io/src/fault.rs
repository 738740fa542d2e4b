//! Why a payload cannot be made from a row, before it is known where the row stands.

use std::fmt;

use serde::de;

use crate::error::{RowFault, custom, expected, out_of_range};
use crate::names::{cut, list, quoted, similar};

/// Boxed, so that the result of each value stays small.
pub(crate) struct Fault(Box<Parts>);

/// The taken-apart [`Fault`].
struct Parts {
    column: Option<usize>,
    what: What,
}

/// What is wrong with a value.
pub(crate) enum What {
    /// It is not of the type, by its name in Rust or in words.
    NotA(&'static str),
    /// It is a number, but the type does not hold it.
    OutOfRange(&'static str),
    /// It is not text.
    NotUtf8,
    /// There is none, and the type needs one.
    Null(&'static str),
    /// All values of the column are of another type.
    Unfit(&'static str),
    /// The type needs more than a cell holds.
    Nested(&'static str),
    /// The field has no column.
    Missing(&'static str),
    /// It is no name of the list.
    NotOneOf(&'static [&'static str]),
    /// `serde`'s words for what was expected.
    Unlike(String),
    /// The payload's own words.
    Custom(String),
}

impl Fault {
    #[cold]
    pub(crate) fn new(what: What) -> Fault {
        Fault(Box::new(Parts { column: None, what }))
    }

    /// Says where, unless it is known more exactly.
    #[cold]
    pub(crate) fn at(mut self, column: usize) -> Fault {
        self.0.column.get_or_insert(column);
        self
    }

    pub(crate) fn into_parts(self) -> (Option<usize>, What) {
        (self.0.column, self.0.what)
    }
}

impl What {
    pub(crate) fn into_row_fault(self, value: Option<&str>) -> RowFault {
        let shown = value.map(quoted).unwrap_or_default();
        match self {
            What::NotA(type_name) | What::Unfit(type_name) => RowFault::NotA(expected(type_name)),
            What::Null(type_name) => {
                RowFault::Says(format!("null is not {}; take an `Option`", expected(type_name)))
            }
            What::OutOfRange(type_name) => {
                RowFault::Says(out_of_range(&cut(value.unwrap_or_default()), type_name))
            }
            What::NotUtf8 => RowFault::Says(format!("{shown} is not UTF-8; convert the file")),
            What::Nested(type_name) => RowFault::Says(format!(
                "{type_name} does not fit into one column; take single values, or JSON lines"
            )),
            What::Missing(field) => RowFault::Says(format!("there is no column `{field}`")),
            What::NotOneOf(names) => {
                let similar = value.and_then(|value| similar(value, names.iter().copied()));
                let hint = similar.map(|similar| format!("; a similar name exists: `{similar}`"));
                let names = list(names.iter().copied());
                RowFault::Says(format!("{shown} is none of {names}{}", hint.unwrap_or_default()))
            }
            What::Unlike(expectation) => RowFault::NotA(expected(&expectation)),
            What::Custom(message) => RowFault::Says(custom(&shown, &message)),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fault")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Types that catch an error and wrap it put this into words of their own.
        match &self.0.what {
            What::NotA(name) | What::OutOfRange(name) | What::Null(name) | What::Unfit(name) => {
                write!(f, "not {}", expected(name))
            }
            What::NotUtf8 => f.write_str("not UTF-8"),
            What::Nested(type_name) => write!(f, "{type_name} does not fit into one column"),
            What::Missing(field) => write!(f, "there is no column `{field}`"),
            What::NotOneOf(names) => write!(f, "none of {}", list(names.iter().copied())),
            What::Unlike(message) | What::Custom(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    #[cold]
    fn custom<M: fmt::Display>(message: M) -> Self {
        Fault::new(What::Custom(message.to_string()))
    }

    #[cold]
    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Fault::new(What::Unlike(expected.to_string()))
    }

    #[cold]
    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Fault::new(What::Unlike(expected.to_string()))
    }

    #[cold]
    fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
        Fault::new(What::NotOneOf(variants))
    }

    #[cold]
    fn missing_field(field: &'static str) -> Self {
        Fault::new(What::Missing(field))
    }
}
