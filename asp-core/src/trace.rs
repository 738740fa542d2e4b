//! The last dispatches of an instant that may never end, and the way they go round (S14).

use std::collections::VecDeque;

/// How many dispatches are looked at for the way that they go round.
const LOOKED_AT: usize = 64;

/// How many of them the error lists.
const LISTED: usize = 8;

/// The last dispatches, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Trace(VecDeque<Step>);

#[derive(Debug, PartialEq)]
struct Step {
    /// `Strategy.method`, or the name of a coroutine.
    name: String,
    /// The stream whose event it was.
    stream: Option<String>,
}

impl Trace {
    pub(crate) fn note(&mut self, strategy: &str, method: &str, stream: Option<&str>) {
        if self.0.len() == LOOKED_AT {
            self.0.pop_front();
        }
        let name = if method.is_empty() { strategy.to_owned() } else { format!("{strategy}.{method}") };
        self.0.push_back(Step { name, stream: stream.map(str::to_owned) });
    }

    /// The names of the last ones.
    pub(crate) fn last(&self) -> Vec<String> {
        self.tail(LISTED).map(|step| step.name.clone()).collect()
    }

    /// How they lead to each other, with the streams between: once round, if they go round, else the last ones.
    pub(crate) fn path(&self) -> String {
        let count = self.period().map_or(LISTED, |period| period + 1);
        let mut path = String::new();
        for step in self.tail(count) {
            if !path.is_empty() {
                path.push_str(" -> ");
                path.extend(step.stream.iter().flat_map(|stream| ["\"", stream, "\" -> "]));
            }
            path.push_str(&step.name);
        }
        path
    }

    /// After how many dispatches they go on as before, if they have gone round twice.
    fn period(&self) -> Option<usize> {
        let Trace(steps) = self;
        let goes_round = |&period: &usize| steps.iter().zip(steps.iter().skip(period)).all(|(a, b)| a == b);
        (1..=steps.len() / 2).find(goes_round)
    }

    fn tail(&self, count: usize) -> impl Iterator<Item = &Step> {
        self.0.iter().skip(self.0.len().saturating_sub(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(steps: &[(&str, Option<&str>)], times: usize) -> Trace {
        let mut trace = Trace::default();
        for _ in 0..times {
            steps.iter().for_each(|&(name, stream)| trace.note(name, "f", stream));
        }
        trace
    }

    #[test]
    fn a_loop_is_shown_once() {
        let steps = [("A", Some("acks")), ("B", Some("orders")), ("B", None)];
        let trace = trace(&steps, 40);
        assert_eq!(trace.path(), r#"B.f -> "acks" -> A.f -> "orders" -> B.f -> B.f"#);
        assert_eq!(trace.last().join(" "), "B.f B.f A.f B.f B.f A.f B.f B.f");
    }

    #[test]
    fn one_that_goes_round_in_itself_is_named_twice() {
        assert_eq!(trace(&[("A", None)], 9).path(), "A.f -> A.f");
    }

    #[test]
    fn what_does_not_go_round_is_listed() {
        let steps: Vec<_> = ["A", "B", "C", "D", "E", "F", "G", "H", "I"].map(|name| (name, None)).into();
        assert_eq!(trace(&steps, 1).path(), "B.f -> C.f -> D.f -> E.f -> F.f -> G.f -> H.f -> I.f");
        assert_eq!(Trace::default().path(), "");
    }

    #[test]
    fn a_coroutine_has_no_method() {
        let mut trace = Trace::default();
        trace.note("busy", "", None);
        assert_eq!(trace.path(), "busy");
    }
}
