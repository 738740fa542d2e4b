//! What a run did, in a form in which the engine and the reference can be compared.

use asp::Class;

use super::scenario::STREAMS;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trace {
    /// Emissions that went through fused chains.
    pub(crate) fused: u64,
    pub(crate) calls: Vec<Call>,
    pub(crate) verdict: Verdict,
    pub(crate) figures: Figures,
    /// By stream, (time, value); only of runs that collect.
    pub(crate) collected: Vec<Vec<(i64, u32)>>,
    /// One for each call; only of runs that are observed.
    pub(crate) places: Vec<Seen>,
}

/// One handler call as the handler sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) strategy: usize,
    pub(crate) method: usize,
    pub(crate) class: Class,
    pub(crate) value: u32,
    pub(crate) now: i64,
    pub(crate) due: i64,
    pub(crate) event_time: i64,
    /// What its operations answered.
    pub(crate) answers: Vec<bool>,
}

/// One handler call as an observer sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) time: i64,
    /// None for `on_stop`, which is in no round.
    pub(crate) round: Option<u32>,
    pub(crate) class: Class,
    pub(crate) strategy: String,
    pub(crate) method: String,
    pub(crate) stream: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    Finished,
    Requested,
    NoEnd,
    Unordered {
        stream: String,
        position: Option<usize>,
        index: u64,
        previous: i64,
        found: i64,
    },
    Source {
        stream: String,
        position: Option<usize>,
        index: u64,
    },
    Handler {
        strategy: String,
        method: String,
        class: Class,
        stream: Option<String>,
        index: Option<u64>,
        now: i64,
    },
    Refused {
        strategy: String,
        method: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) start: i64,
    pub(crate) now: i64,
    pub(crate) skipped: u64,
    pub(crate) clamped: u64,
    pub(crate) pending: u64,
    pub(crate) errors: u64,
    /// Errors of `on_stop` after the one that counts (S47).
    pub(crate) also: usize,
    /// By class.
    pub(crate) dispatched: [u64; 6],
}

pub(crate) const METHODS: [&str; 8] = ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7"];

/// Fixed, as those of a fused chain are.
pub(crate) const STREAM_NAMES: [&str; STREAMS] = ["x0", "x1", "x2", "x3"];

pub(crate) fn strategy_name(strategy: usize) -> String {
    format!("s{strategy}")
}

pub(crate) fn stream_name(stream: usize) -> String {
    STREAM_NAMES[stream].to_owned()
}

/// The first difference of two lists, with what comes before.
pub(crate) fn difference<T: PartialEq + std::fmt::Debug>(
    what: &str,
    engine: &[T],
    reference: &[T],
) -> Option<String> {
    if engine == reference {
        return None;
    }
    let same = engine.iter().zip(reference).take_while(|(a, b)| a == b).count();
    let around = |list: &[T]| {
        let lines = list.iter().enumerate().skip(same.saturating_sub(2)).take(5);
        lines
            .map(|(k, line)| format!("  {}{k} {line:?}\n", if k == same { '>' } else { ' ' }))
            .collect::<String>()
    };
    Some(format!("{what} differ at {same}\nengine:\n{}reference:\n{}", around(engine), around(reference)))
}
