//! The pictures of `book/src/time`: a file for each page, with a scenario that is run, watched and drawn.
//!
//! What a scenario says is in `output/`, its picture in `book/src/images/time`. Tests compare both with what a run
//! does now; `ASP_TIMELINES=write cargo test -p asp-tests --test timelines` writes them anew.

mod layout;
mod seen;
mod svg;
mod timeline;

mod cancel_and_move;
mod data_before_timers;
mod errors;
mod fan_out;
mod first_in_first_out;
mod half_open;
mod handover;
mod idea;
mod late;
mod merged;
mod missed_ticks;
mod newcomers;
mod order_of_sources;
mod outside;
mod overlap;
mod promises;
mod recording;
mod rounds;
mod settling;
mod stopping;
mod the_end;
mod the_past;
mod ticks;
mod waiting;
