//! Points in time and lengths of time, as the engine counts them: signed nanoseconds in 64 bits, without leap
//! seconds, calendars or time zones (S1).
//!
//! [`Timestamp`] and [`Duration`] are all the engine works with. What a program has from elsewhere (`std`,
//! `chrono`, text) is converted once, where it enters, and the conversion is where a value out of range is
//! found. [`Delay`] is that entrance for calls that take a length of time.
//!
//! All arithmetic is checked: an operator panics where the result cannot be represented and names the line it
//! stands on, each operator has a `checked_` twin, and nothing ever wraps.
//!
//! Reading a clock is not the business of these types: in a run the time comes from the run alone. Where a live run has
//! it from is a [`Clock`], and only this module of the crate reads the clocks of the machine.

#[cfg(feature = "serde")]
mod as_text;
mod clock;
mod convert;
mod delay;
mod duration;
mod duration_ops;
// The same file as in `asp-macros`, where its items are as public as here: within the crate.
#[allow(unreachable_pub)]
mod duration_text;
mod pace;
mod rfc3339;
mod stopwatch;
mod timestamp;
mod tokio_sleep;
mod units;

#[cfg(test)]
pub(crate) mod tests;

pub use clock::{Clock, ClockStep, ManualClock, ManualSleep, Steering, SystemClock, TokioClock};
pub use convert::OutOfRange;
pub use delay::{Delay, IntoDelay};
pub use duration::{Duration, ParseDurationError};
pub use pace::{Pace, ParsePaceError};
pub use rfc3339::ParseTimestampError;
pub use timestamp::Timestamp;

#[cfg(feature = "serde")]
pub(crate) use as_text::Text;
pub(crate) use pace::Pacer;
pub(crate) use stopwatch::{Patience, Pulse, Respite, Share, Spin, Stopwatch};
pub(crate) use tokio_sleep::sleep_in_tokio;
