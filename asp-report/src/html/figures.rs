//! The figures of a run, and those of two beside each other.

use asp_core::{Duration, Report};

use super::status;
use crate::data::RunData;
use crate::format::{brief, grouped, long, number, signed};
use crate::page::{Html, Table, escape};

/// One figure of a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    value: Value,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    /// Nothing to tell if it is zero.
    Count(u64),
    /// How much virtual time.
    Span(Option<Duration>),
    /// Seconds of real time.
    Real(f64),
    /// Events in a second of real time.
    Speed(f64),
}

/// All figures, the same ones for each run.
pub(super) fn of(run: &RunData) -> Vec<Figure> {
    let report = &run.report;
    let figure = |name, value| Figure { name, value };
    let speed = if run.seconds > 0.0 { report.dispatched.events as f64 / run.seconds } else { 0.0 };
    let mut figures = vec![
        figure("status", Value::Text(status(report.reason).to_owned())),
        figure("events handled", Value::Count(report.dispatched.events)),
        figure("time covered", Value::Span(report.elapsed())),
        figure("took", Value::Real(run.seconds)),
    ];
    // How fast live events come is not the program's doing.
    if report.handover.is_none() {
        figures.push(figure("events/s", Value::Speed(speed)));
    }
    figures.extend(counts(report).map(|(name, count)| figure(name, Value::Count(count))));
    if report.handover.is_some() {
        figures.push(figure("behind the clock, at most", Value::Real(report.max_behind.as_secs_f64())));
    }
    if let Some(lag) = report.max_lag {
        figures.push(figure("lag, at most", Value::Real(lag.as_secs_f64())));
    }
    if let Some(digest) = report.digest {
        figures.push(figure("digest", Value::Text(digest.to_string())));
    }
    figures
}

fn counts(report: &Report) -> [(&'static str, u64); 12] {
    let dispatched = report.dispatched;
    [
        ("calls", dispatched.calls),
        ("wakes", dispatched.wakes),
        ("ticks", dispatched.ticks),
        ("settled", dispatched.settled),
        ("left out before the start", report.skipped),
        ("asked for in the past", report.clamped),
        ("still pending", report.pending),
        ("errors passed over", report.errors),
        ("live events dropped", report.dropped),
        ("ticks missed", report.missed),
        ("restamped", report.restamped),
        ("clock steps", report.clock_steps.len() as u64),
    ]
}

impl Figure {
    pub(super) fn is_worth_a_tile(&self) -> bool {
        self.value != Value::Count(0) || self.name == "events handled"
    }

    fn text(&self) -> String {
        match &self.value {
            Value::Text(text) => text.clone(),
            Value::Count(count) => grouped(*count),
            Value::Span(Some(span)) => long(*span),
            Value::Span(None) => "very long".to_owned(),
            Value::Real(seconds) => brief(*seconds),
            Value::Speed(speed) => grouped(*speed as u64),
        }
    }

    pub(super) fn html(&self) -> Html {
        let text = escape(&self.text());
        match (self.name, text.as_str()) {
            ("status", "finished") => Html::raw(format!("<span class=\"good\">{text}</span>")),
            ("status", "failed") => Html::raw(format!("<span class=\"bad\">{text}</span>")),
            ("digest", _) => Html::raw(format!("<small class=\"mono\">{text}</small>")),
            _ => Html::raw(text),
        }
    }

    /// What changed against another figure of that name.
    fn difference(&self, other: &Figure) -> Html {
        match (&self.value, &other.value) {
            (Value::Count(this), Value::Count(other)) => difference(*this as f64, *other as f64, signed),
            (Value::Span(Some(this)), Value::Span(Some(other))) => {
                difference(this.as_secs_f64(), other.as_secs_f64(), |seconds| {
                    let sign = if seconds > 0.0 { "+" } else { "" };
                    format!("{sign}{}", long(Duration::from_nanos((seconds * 1e9) as i64)))
                })
            }
            (Value::Real(this), Value::Real(other)) | (Value::Speed(this), Value::Speed(other)) => {
                percent(*this, *other)
            }
            (this, other) if this == other => same(),
            _ => Html::raw("<span class=\"changed\">changed</span>"),
        }
    }
}

/// The figures of two runs, and the last values of what both chart.
pub(super) fn compared(run: &RunData, other: &RunData, name: &str) -> Html {
    let name = format!("#{name}");
    let mut table = Table::new(["figure", "#this run", &name, "#difference"]);
    let others = of(other);
    for figure in of(run) {
        let before = others.iter().find(|other| other.name == figure.name);
        let is_nothing = before.is_some_and(|before| !before.is_worth_a_tile());
        if is_nothing && !figure.is_worth_a_tile() {
            continue;
        }
        let (text, change) = match before {
            Some(before) => (before.html(), figure.difference(before)),
            None => (Html::new(), Html::new()),
        };
        table.push([Html::text(figure.name), figure.html(), text, change]);
    }
    let mut last = Table::new(["last value of", "#this run", &name, "#difference"]);
    for series in &run.series {
        let is_same = |other: &&crate::Series| other.stream == series.stream && other.field == series.field;
        let Some(before) = other.series.iter().find(is_same) else { continue };
        last.push([
            Html::text(series.name()),
            Html::text(number(series.last)),
            Html::text(number(before.last)),
            difference(series.last, before.last, signed),
        ]);
    }
    let html = Html::from(table);
    if last.is_empty() { html } else { html.and(Html::raw("<div class=\"gap\"></div>")).and(last) }
}

/// By how much a figure has changed, and by how many percent.
pub(super) fn difference(this: f64, other: f64, text: impl Fn(f64) -> String) -> Html {
    if this == other {
        return same();
    }
    let share = if other == 0.0 { String::new() } else { format!(" ({})", share(this, other)) };
    Html::raw(format!("<span class=\"changed\">{}{}</span>", escape(&text(this - other)), escape(&share)))
}

/// By how many percent a figure has changed that is never twice the same.
pub(super) fn percent(this: f64, other: f64) -> Html {
    if other == 0.0 || this == other { same() } else { Html::text(share(this, other)) }
}

fn share(this: f64, other: f64) -> String {
    let percent = (this - other) / other.abs() * 100.0;
    let sign = if percent < 0.0 { "\u{2212}" } else { "+" };
    match percent.abs() {
        size if size < 10.0 => format!("{sign}{size:.1} %"),
        size => format!("{sign}{} %", grouped(size.round() as u64)),
    }
}

fn same() -> Html {
    Html::raw("<span class=\"muted\">same</span>")
}
