//! What the examples about time have in common: a line that begins with its three times.

use std::fmt::Display;
use std::time::SystemTime;

use asp::{Context, Strategy};

/// Prints one line: the wall time, `now()`, the event time, the text.
///
/// The wall time differs from run to run. With `ASP_EXAMPLE_WALL=0` it is left out, so that the rest can be
/// compared with `examples/output`.
pub(crate) fn say<S: Strategy>(cx: &Context<S>, text: impl Display) {
    println!("{}{} {} {text}", wall(), cx.now(), cx.event_time());
}

/// The time of day in UTC, to the microsecond, and a space.
fn wall() -> String {
    if std::env::var_os("ASP_EXAMPLE_WALL").is_some_and(|choice| choice == "0") {
        return String::new();
    }
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (seconds, micros) = (time.as_secs(), time.subsec_micros());
    format!("{:02}:{:02}:{:02}.{micros:06} ", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}
