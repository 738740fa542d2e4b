#![no_implicit_prelude]
#![deny(warnings, missing_docs, unused_qualifications)]
#![forbid(unsafe_code)]
//! All forms of parameters, and the struct under another path of asp.

use ::asp as engine;

/// It has parameters.
#[derive(engine::Params)]
#[params(crate = ::asp)]
pub struct Crossover<T: ::core::marker::Copy + 'static> {
    /// A range.
    #[param(range = 5..=50, step = 5)]
    pub fast: usize,
    #[param(range = -1..=1)]
    r#type: i8,
    #[param(range = LOW..=1.0, step = LOW / 2.0)]
    limit: f64,
    #[param(range = "1s"..="10s", step = "1s")]
    delay: engine::Duration,
    #[param(values = [1, 2, 5])]
    slow: u64,
    #[param(values = LEVELS)]
    level: f32,
    #[param(values = ["slow", "fast"])]
    mode: ::std::string::String,
    #[param(values = [false, true])]
    eager: bool,
    /// No parameter.
    pub state: T,
}

const LOW: f64 = 0.5;
const LEVELS: [f32; 2] = [0.25, 0.75];

fn main() {
    let params = <Crossover<u8> as engine::Params>::params();
    ::std::assert_eq!(params.len(), 8);
    ::std::assert_eq!(params[1].name(), "type");
    let base = || Crossover {
        fast: 0,
        r#type: 0,
        limit: 0.0,
        delay: engine::Duration::ZERO,
        slow: 0,
        level: 0.0,
        mode: ::std::string::String::new(),
        eager: false,
        state: 7_u8,
    };
    let grid = <Crossover<u8> as engine::Params>::grid_from(base);
    ::std::assert_eq!(grid.cells().unwrap().len(), 10 * 3 * 3 * 10 * 3 * 2 * 2 * 2);
}
