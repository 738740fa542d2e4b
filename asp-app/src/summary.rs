//! What a run came to, as text and as JSON.

use asp_core::{Duration, ForwardReport, Report, StopReason, Timestamp};
use serde_json::{Value, json};

use crate::feeds::Open;
use crate::names::{counted, grouped};
use crate::table::aligned;

/// All that a run came to.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    /// None if the run could not begin.
    pub(crate) report: Option<&'a Report>,
    pub(crate) feeds: &'a [Open],
    pub(crate) recorded: &'a [Recorded],
    /// Where the report is.
    pub(crate) page: Option<&'a str>,
    pub(crate) error: Option<&'a str>,
    pub(crate) seconds: f64,
}

/// A file that was written.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) stream: String,
    pub(crate) uri: String,
    pub(crate) events: u64,
}

impl Summary<'_> {
    /// A headline, and a table under it.
    pub(crate) fn text(&self) -> String {
        let Some(report) = self.report else { return String::new() };
        let mut rows = Vec::new();
        let mut row = |name: &str, text: String| rows.push(vec![format!("  {name}"), text]);
        let dispatched = report.dispatched;
        row("events", format!("{} handled", grouped(dispatched.events)));
        for (name, count) in
            [("calls", dispatched.calls), ("ticks", dispatched.ticks), ("settled", dispatched.settled)]
        {
            if count > 0 {
                row(name, grouped(count));
            }
        }
        let rest = [
            ("left out", report.skipped, "event before the start"),
            ("late", report.clamped, "call asked for in the past"),
            ("pending", report.pending, "call still to come"),
            ("passed over", report.errors, "error"),
            ("dropped", report.dropped, "live event"),
            ("missed", report.missed, "tick"),
        ];
        for (name, count, what) in rest {
            match what.split_once(' ') {
                _ if count == 0 => {}
                Some((noun, more)) => row(name, format!("{} {more}", counted(count, noun))),
                None => row(name, counted(count, what)),
            }
        }
        for Open { stream, place, report: rows, .. } in self.feeds {
            let live = report.live.iter().find(|live| live.stream == *stream);
            let live =
                live.map_or_else(String::new, |live| format!(", {} of them live", grouped(live.received)));
            row(stream, format!("{} from {place}{live}", counted(rows.rows(), "row")));
        }
        for Recorded { stream, uri, events } in self.recorded {
            row(stream, format!("{} to {uri}", counted(*events, "event")));
        }
        for forward in report.forwards.iter().filter(|forward| forward.was_slow()) {
            row(&forward.stream, forwarded(forward));
        }
        if let Some(page) = self.page {
            row("report", page.to_owned());
        }
        let rate = (dispatched.events as f64 / self.seconds.max(1e-9)) as u64;
        // How fast live events come is not the program's doing.
        let rate = match report.handover {
            None => format!(", {} events/s", grouped(rate)),
            Some(_) => String::new(),
        };
        row("took", format!("{:.3} s{rate}", self.seconds));
        let mut text = format!("{} at {}, from {}\n", status(report.reason), report.now, report.start);
        text += &aligned(&rows);
        for Open { stream, report, .. } in self.feeds.iter().filter(|open| open.report.skipped() > 0) {
            text += &format!("{stream}: {report}\n");
        }
        for Open { stream, report, .. } in self.feeds {
            text += &report.unfinished().map_or_else(String::new, |row| format!("{stream}: {row}\n"));
        }
        text
    }

    /// One object.
    pub(crate) fn json(&self) -> Value {
        let feeds: Vec<Value> = self
            .feeds
            .iter()
            .map(|Open { stream, place, report, .. }| {
                let first: Vec<String> = report.first().iter().map(ToString::to_string).collect();
                json!({
                    "stream": stream,
                    "uri": place.to_string(),
                    "rows": report.rows(),
                    "bad_rows": report.skipped(),
                    "first_bad_rows": first,
                    "unfinished_row": report.unfinished().map(|row| row.to_string()),
                })
            })
            .collect();
        let recorded: Vec<Value> = self
            .recorded
            .iter()
            .map(|Recorded { stream, uri, events }| json!({ "stream": stream, "uri": uri, "events": events }))
            .collect();
        let mut object = json!({
            "status": self.report.map_or("failed", |report| status(report.reason)),
            "error": self.error,
            "feeds": feeds,
            "recorded": recorded,
            "seconds": self.seconds,
        });
        if let Some(report) = self.report {
            let dispatched = report.dispatched;
            object["start"] = report.start.to_string().into();
            object["now"] = report.now.to_string().into();
            object["dispatched"] = json!({
                "starts": dispatched.starts,
                "events": dispatched.events,
                "calls": dispatched.calls,
                "ticks": dispatched.ticks,
                "settled": dispatched.settled,
                "stops": dispatched.stops,
            });
            object["skipped"] = report.skipped.into();
            object["clamped"] = report.clamped.into();
            object["pending"] = report.pending.into();
            object["errors"] = report.errors.into();
            object["forwards"] = report.forwards.iter().map(forward).collect();
            if let Some(handover) = report.handover {
                object["live"] = live(report, handover);
            }
        }
        if let Some(page) = self.page {
            object["report"] = page.into();
        }
        if self.error.is_some() {
            object["status"] = "failed".into();
        }
        object
    }
}

/// A sink that was too slow for the run.
fn forwarded(forward: &ForwardReport) -> String {
    let mut text = format!("{} forwarded", counted(forward.sent, "event"));
    if forward.dropped > 0 {
        text += &format!(", {} dropped", grouped(forward.dropped));
    }
    if forward.blocked > Duration::ZERO {
        text += &format!(", the run held back for {}", forward.blocked);
    }
    text
}

fn forward(forward: &ForwardReport) -> Value {
    json!({
        "stream": forward.stream,
        "sent": forward.sent,
        "dropped": forward.dropped,
        "peak": forward.peak,
        "blocked": forward.blocked.to_string(),
    })
}

/// What only a live run has.
fn live(report: &Report, handover: Timestamp) -> Value {
    let streams: Vec<Value> = report
        .live
        .iter()
        .map(|stream| {
            json!({
                "stream": stream.stream,
                "received": stream.received,
                "dropped": stream.dropped,
                "last_past": stream.last_past.map(|time| time.to_string()),
                "first_live": stream.first_live.map(|time| time.to_string()),
            })
        })
        .collect();
    json!({
        "handover": handover.to_string(),
        "max_behind": report.max_behind.to_string(),
        "max_lag": report.max_lag.map(|lag| lag.to_string()),
        "dropped": report.dropped,
        "missed": report.missed,
        "streams": streams,
    })
}

fn status(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Finished => "finished",
        StopReason::Requested => "stopped on request",
        _ => "failed",
    }
}
