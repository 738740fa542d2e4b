//! Values of parameters: typed in the strategy, a [`Value`] in the grid, the table and on the command line.

use std::fmt;

use asp_core::Duration;

/// The value of a parameter in one cell, whatever type its field has.
///
/// It prints as one would write it.
///
/// ```
/// use asp_sweep::{ParamValue, Value};
///
/// assert_eq!(20_usize.value(), Value::Int(20));
/// assert_eq!("1h30min".parse::<asp_core::Duration>()?.value().to_string(), "1h30min");
/// # Ok::<(), asp_core::time::ParseDurationError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A whole number.
    Int(i128),
    /// A fraction.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// A length of time.
    Duration(Duration),
    /// Anything else, by its name.
    Text(String),
}

impl Value {
    /// The value as a number, if it is one; a duration in seconds.
    ///
    /// ```
    /// use asp_sweep::{ParamValue, Value};
    ///
    /// assert_eq!(asp_core::Duration::from_millis(250).value().number(), Some(0.25));
    /// assert_eq!(Value::Text("slow".to_owned()).number(), None);
    /// ```
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Duration(length) => Some(length.as_nanos() as f64 / 1e9),
            Value::Bool(_) | Value::Text(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(number) => number.fmt(f),
            Value::Float(number) => number.fmt(f),
            Value::Bool(is_so) => is_so.fmt(f),
            Value::Duration(length) => length.fmt(f),
            Value::Text(text) => f.write_str(text),
        }
    }
}

/// A type that a parameter may have: numbers, `bool`, `String` and [`Duration`]. For an enum it takes three short functions.
///
/// ```
/// use asp_sweep::{ParamValue, Value};
///
/// #[derive(Clone, Debug, PartialEq)]
/// enum Side {
///     Long,
///     Short,
/// }
///
/// impl ParamValue for Side {
///     fn value(&self) -> Value {
///         Value::Text(format!("{self:?}").to_lowercase())
///     }
///
///     fn from_value(value: &Value) -> Option<Side> {
///         [Side::Long, Side::Short].into_iter().find(|side| side.value() == *value)
///     }
///
///     fn from_text(text: &str) -> Result<Side, String> {
///         Side::from_value(&Value::Text(text.to_owned())).ok_or_else(|| "write `long` or `short`".to_owned())
///     }
/// }
///
/// assert_eq!(Side::from_text("short"), Ok(Side::Short));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter",
    label = "not something that a grid has values of",
    note = "parameters are numbers, `bool`, `String`, `asp::Duration`, and types that implement `asp::sweep::ParamValue`"
)]
pub trait ParamValue: Clone + Send + Sync + 'static {
    /// The value for the grid and the table.
    fn value(&self) -> Value;

    /// The way back; none if it is not a value of this type.
    fn from_value(value: &Value) -> Option<Self>;

    /// From the command line.
    ///
    /// # Errors
    ///
    /// What to write instead.
    fn from_text(text: &str) -> Result<Self, String>;
}

/// A type of which there are ranges: numbers and [`Duration`].
#[diagnostic::on_unimplemented(
    message = "there are no ranges of `{Self}`",
    label = "neither a number nor an `asp::Duration`",
    note = "list the values: `#[param(values = [..])]`"
)]
pub trait RangeValue: ParamValue {
    /// What is wrong with the step or the ends, or the number of values and a way to each.
    #[doc(hidden)]
    fn range(start: Self, end: Self, step: Self) -> Result<Vec<Self>, RangeFault>;
}

/// A type whose ranges have a step of 1 unless told otherwise: whole numbers.
#[diagnostic::on_unimplemented(
    message = "a range of `{Self}` needs a step",
    label = "not a whole number, whose step would be 1",
    note = "write `#[param(range = .., step = ..)]`"
)]
pub trait WholeValue: RangeValue {
    /// The step.
    #[doc(hidden)]
    const ONE: Self;
}

/// Why a range has no values.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeFault {
    Empty,
    Step,
    Long,
}

impl RangeFault {
    /// In words, with the remedy.
    pub(crate) fn text(self) -> &'static str {
        match self {
            RangeFault::Empty => "its range is empty\n= help: write the lower end first",
            RangeFault::Step => "its step leads nowhere\n= help: write a step above zero",
            RangeFault::Long => "its range has more than a million values\n= help: take a larger step",
        }
    }
}

/// More than anybody wants to run, and few enough to be listed.
const MOST: u128 = 1_000_000;

macro_rules! whole {
    ($($type:ident)+) => {$(
        #[diagnostic::do_not_recommend]
        impl ParamValue for $type {
            fn value(&self) -> Value {
                Value::Int(*self as i128)
            }

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::Int(number) => $type::try_from(*number).ok(),
                    _ => None,
                }
            }

            fn from_text(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| {
                    format!("write a whole number from {} to {}", $type::MIN, $type::MAX)
                })
            }
        }

        #[diagnostic::do_not_recommend]
        impl RangeValue for $type {
            fn range(start: Self, end: Self, step: Self) -> Result<Vec<Self>, RangeFault> {
                let (first, last, step) = (start as i128, end as i128, step as i128);
                let count = count(first, last, step)?;
                // Each lies between two that fit.
                Ok((0..count).map(|index| (first + index as i128 * step) as $type).collect())
            }
        }

        #[diagnostic::do_not_recommend]
        impl WholeValue for $type {
            const ONE: Self = 1;
        }
    )+};
}

whole! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize }

fn count(first: i128, last: i128, step: i128) -> Result<u128, RangeFault> {
    if step <= 0 {
        return Err(RangeFault::Step);
    }
    if last < first {
        return Err(RangeFault::Empty);
    }
    let count = ((last - first) / step) as u128 + 1;
    if count > MOST { Err(RangeFault::Long) } else { Ok(count) }
}

macro_rules! fractions {
    ($($type:ident)+) => {$(
        #[diagnostic::do_not_recommend]
        impl ParamValue for $type {
            fn value(&self) -> Value {
                // By way of its text, which for an `f32` is that of the number meant: 0.1 and not 0.10000000149.
                Value::Float(self.to_string().parse().unwrap_or(f64::from(*self)))
            }

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::Float(number) => Some(*number as $type),
                    _ => None,
                }
            }

            fn from_text(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| "write a number such as 0.25".to_owned())
            }
        }

        #[diagnostic::do_not_recommend]
        impl RangeValue for $type {
            fn range(start: Self, end: Self, step: Self) -> Result<Vec<Self>, RangeFault> {
                let exact = |number: $type| match number.value() {
                    Value::Float(number) => number,
                    _ => f64::from(number),
                };
                let values = steps(exact(start), exact(end), exact(step))?;
                Ok(values.into_iter().map(|value| value as $type).collect())
            }
        }
    )+};
}

fractions! { f32 f64 }

/// `start`, `start + step` and so on, each from its index, so that nothing adds up. The end is among them if it is a
/// whole number of steps away, to within what the digits of the three leave open.
fn steps(start: f64, end: f64, step: f64) -> Result<Vec<f64>, RangeFault> {
    const SLACK: f64 = 1e-9;
    if !(step > 0.0 && step.is_finite()) {
        return Err(RangeFault::Step);
    }
    let last = ((end - start) / step + SLACK).floor();
    if last.is_nan() || last < 0.0 {
        return Err(RangeFault::Empty);
    }
    if last >= MOST as f64 {
        return Err(RangeFault::Long);
    }
    let size = start.abs().max(end.abs());
    Ok((0..=last as u64).map(|index| tidy(start + index as f64 * step, size, step)).collect())
}

/// The number as one would write it: 0.3 where arithmetic says 0.30000000000000004.
fn tidy(number: f64, size: f64, step: f64) -> f64 {
    let digits = 12.0 - size.log10().floor();
    if !(0.0..=300.0).contains(&digits) {
        return number;
    }
    let rounded: f64 = format!("{number:.*}", digits as usize).parse().unwrap_or(number);
    // Adding zero turns -0 into 0.
    if (rounded - number).abs() <= step * 1e-9 { rounded + 0.0 } else { number }
}

#[diagnostic::do_not_recommend]
impl ParamValue for Duration {
    fn value(&self) -> Value {
        Value::Duration(*self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Duration(length) => Some(*length),
            _ => None,
        }
    }

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| format!("{error}"))
    }
}

#[diagnostic::do_not_recommend]
impl RangeValue for Duration {
    fn range(start: Self, end: Self, step: Self) -> Result<Vec<Self>, RangeFault> {
        let nanos = i64::range(start.as_nanos(), end.as_nanos(), step.as_nanos())?;
        Ok(nanos.into_iter().map(Duration::from_nanos).collect())
    }
}

#[diagnostic::do_not_recommend]
impl ParamValue for bool {
    fn value(&self) -> Value {
        Value::Bool(*self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(is_so) => Some(*is_so),
            _ => None,
        }
    }

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "write `true` or `false`".to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl ParamValue for String {
    fn value(&self) -> Value {
        Value::Text(self.clone())
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_whole_numbers_end_at_or_before_their_end() {
        assert_eq!(usize::range(5, 50, 15), Ok(vec![5, 20, 35, 50]));
        assert_eq!(i8::range(-128, 127, 100), Ok(vec![-128, -28, 72]));
        assert_eq!(u64::range(u64::MAX - 1, u64::MAX, 1), Ok(vec![u64::MAX - 1, u64::MAX]));
        assert_eq!(usize::range(5, 4, 1), Err(RangeFault::Empty));
        assert_eq!(usize::range(5, 50, 0), Err(RangeFault::Step));
        assert_eq!(i32::range(5, 50, -5), Err(RangeFault::Step));
        assert_eq!(u64::range(0, u64::MAX, 1), Err(RangeFault::Long));
    }

    #[test]
    fn fractions_do_not_drift_and_reach_their_end() {
        assert_eq!(f64::range(0.1, 0.5, 0.1), Ok(vec![0.1, 0.2, 0.3, 0.4, 0.5]));
        assert_eq!(f64::range(-0.3, 0.3, 0.1), Ok(vec![-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]));
        assert_eq!(f64::range(0.0, 1.0, 0.4), Ok(vec![0.0, 0.4, 0.8]));
        assert_eq!(f64::range(1.0, 1.0, 0.4), Ok(vec![1.0]));
        assert_eq!(f32::range(0.1, 0.3, 0.1), Ok(vec![0.1, 0.2, 0.3]));
        let long = f64::range(0.0, 100.0, 0.001).unwrap();
        assert_eq!((long.len(), long[12_345], long[100_000]), (100_001, 12.345, 100.0));
        // Digits that rounding would lose are kept.
        assert_eq!(f64::range(1e15, 1e15 + 1.0, 0.5), Ok(vec![1e15, 1e15 + 0.5, 1e15 + 1.0]));
        assert_eq!(f64::range(0.2, 0.1, 0.1), Err(RangeFault::Empty));
        assert_eq!(f64::range(0.1, 0.2, -0.1), Err(RangeFault::Step));
        assert_eq!(f64::range(0.1, 0.2, f64::NAN), Err(RangeFault::Step));
        assert_eq!(f64::range(f64::NAN, 0.2, 0.1), Err(RangeFault::Empty));
        assert_eq!(f64::range(0.0, f64::INFINITY, 0.1), Err(RangeFault::Long));
    }

    #[test]
    fn durations_have_ranges() {
        let seconds = Duration::from_secs;
        assert_eq!(Duration::range(seconds(1), seconds(10), seconds(4)), Ok([1, 5, 9].map(seconds).to_vec()));
    }

    #[test]
    fn values_go_there_and_back() {
        assert_eq!(u8::from_value(&Value::Int(300)), None);
        assert_eq!(u8::from_text("300"), Err("write a whole number from 0 to 255".to_owned()));
        assert_eq!(f32::from_value(&0.1_f32.value()), Some(0.1));
        assert_eq!(0.1_f32.value().to_string(), "0.1");
        assert_eq!(bool::from_text("true"), Ok(true));
        assert_eq!(String::from_value(&"a".to_owned().value()), Some("a".to_owned()));
    }
}
