//! One test or more for each rule of the time semantics, from the worked examples: `s07_total_order` is rule S7.

mod clock;
mod ends;
mod errors;
mod fan_out;
mod live;
mod live_faults;
mod live_stops;
mod missed;
mod opening;
mod order;
mod panics;
mod past;
mod queues;
mod reconnect;
mod recording;
mod schedule;
mod settled;
mod sources;
mod splice;
mod starts;
mod stops;
mod time;
mod timers;
