//! The recipes of `book/src/cookbook`, which includes them from here: a file for each, and what it prints in `output/`.

mod as_of;
mod average;
mod bars;
mod daily;
mod debounce;
mod dedup;
mod doorbell;
mod durations;
#[rustfmt::skip] // as it is shown
mod expanded;
mod from_tokio;
mod kit;
mod late;
mod line;
mod means;
mod orders;
mod pace;
mod pairs;
mod per_key;
mod rate;
mod retry;
mod sampling;
mod sessions;
mod silence;
mod sweep;
mod testing;
mod throttle;
mod timeout;
mod trailing;
mod versions;
mod warm;
