//! What has to hold for each simulated run.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use asp::{Report, StopReason, StreamReport, WhenFull, WhenLate};

use super::actor::Call;
use super::coverage::Coverage;
use super::drive::{Ended, Lived, Replayed, Watch, live, replay, simulated};
use super::feeds::{LIVE, SUPPLY, Token};
use super::scenario::{ActorPlan, Answer, Kind, Past, Scenario, Splice, Stop};
use super::sinks;
use super::world::Yielded;
use crate::properties::trace::difference;

/// What one seed came to.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) dispatches: u64,
    /// Nanoseconds.
    pub(super) simulated: i128,
    pub(super) coverage: Coverage,
    pub(super) polls: usize,
}

/// Runs the scenario in all ways, and compares. Broken promises within the run are panics.
pub(super) fn check(scenario: &Scenario) -> Result<Figures, String> {
    let token = Token::default();
    let lived = live(scenario, Watch::All, &token);
    let figures = compare(scenario, &lived, &token)?;
    drop(lived);
    if Arc::strong_count(&token) != 1 {
        return Err(format!("{} things leak", Arc::strong_count(&token) - 1));
    }
    Ok(figures)
}

/// Drops the run before each of its polls in turn: what it did until then is a beginning of what it does, its recording
/// says the same, and nothing of it is left (T17).
pub(super) fn check_dropped(scenario: &Scenario, most: usize) -> Result<usize, String> {
    let whole = live(&Scenario { stop: None, ..scenario.clone() }, Watch::All, &Token::default());
    for poll in 0..most {
        let scenario = Scenario { stop: Some(Stop::Drop(poll)), ..scenario.clone() };
        let token = Token::default();
        let lived = live(&scenario, Watch::All, &token);
        let is_over = !matches!(lived.ended, Ended::Dropped);
        if !whole.calls.starts_with(&lived.calls) {
            return Err(format!("dropped before poll {poll}, it has done something else"));
        }
        drop(lived);
        check(&scenario).map_err(|text| format!("dropped before poll {poll}: {text}"))?;
        if is_over {
            return Ok(poll);
        }
    }
    Ok(most)
}

fn compare(scenario: &Scenario, lived: &Lived, token: &Token) -> Result<Figures, String> {
    let watched = replay(scenario, &lived.recording, Watch::All, token);
    agrees(lived, &watched, true)?;
    let plain = replay(scenario, &lived.recording, Watch::Nothing, token);
    agrees(lived, &plain, false).map_err(|text| format!("unobserved, {text}"))?;
    sinks::agree(lived, &watched)?;
    sinks::agree(lived, &plain).map_err(|text| format!("unobserved, {text}"))?;
    sinks::check(scenario, lived)?;
    // Real time decides nothing here.
    let again = live(scenario, Watch::All, token);
    same("calls of a second live run", &again.calls, &lived.calls)?;
    // Unobserved it may look at its sources and clock more or less often, which matters if that takes time.
    let takes_no_time = scenario.jitter == 0 && scenario.late == 0;
    let is_quick = scenario.forwards.iter().all(|forward| forward.slow == 0);
    if takes_no_time && is_quick && scenario.plans().all(|actor| actor.blocks == 0) {
        let unobserved = live(scenario, Watch::Nothing, token);
        same("calls of an unobserved live run", &unobserved.calls, &lived.calls)?;
    }
    if scenario.is_past_only() {
        past_only(scenario, lived, token)?;
    }
    hooks(scenario, lived)?;
    if let Some(report) = lived.ended.report() {
        ends(scenario, lived, report)?;
        account(scenario, lived, report)?;
    }
    let mut coverage = lived.coverage.clone();
    reached(scenario, lived, &mut coverage);
    let calls = lived.calls.len() as u64;
    Ok(Figures { dispatches: calls, simulated: lived.mono.into(), coverage, polls: lived.polls })
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, one: &[T], other: &[T]) -> Result<(), String> {
    difference(what, one, other).map_or(Ok(()), Err)
}

/// A replay does what the live run did (S50).
fn agrees(lived: &Lived, again: &Replayed, watched: bool) -> Result<(), String> {
    let is_stop = |call: &&Call| call.method == "stop";
    let mut calls = again.calls.clone();
    if let Ended::Dropped = lived.ended {
        // A run that is dropped does not stop in order (S46).
        calls.retain(|call| !is_stop(&call));
    }
    let has_stops = !matches!(lived.ended, Ended::Dropped);
    let lived_calls: Vec<Call> = lived.calls.iter().filter(|it| has_stops || !is_stop(it)).cloned().collect();
    same("replayed calls", &calls, &lived_calls).map_err(|text| match &again.ended {
        Ended::Failed(error, _) => format!("{text}\nthe replay fails: {error}"),
        _ => text,
    })?;
    let Some(report) = lived.ended.report() else { return Ok(()) };
    let Some(replayed) = again.ended.report() else {
        return Err(format!("the replay fails: {:?}", again.ended));
    };
    if watched {
        same("replayed dispatches", &again.seen, &lived.seen)?;
        if replayed.digest != report.digest {
            return Err("the digests differ".to_owned());
        }
    }
    let figures = |it: &Report| {
        let Report { start, now, dispatched, clamped, missed, errors, .. } = *it;
        format!("{start:?} {now:?} {dispatched:?} clamped {clamped} missed {missed} errors {errors}")
    };
    same("replayed figures", &[figures(replayed)], &[figures(report)])
}

/// The clock changes nothing but when: a simulation makes the same calls (S50, S51).
fn past_only(scenario: &Scenario, lived: &Lived, token: &Token) -> Result<(), String> {
    let has_live_hooks = scenario.actors.iter().any(|actor| actor.on_live || actor.on_caught_up);
    let has_skips = lived.ended.report().is_none_or(|report| report.missed > 0);
    // Whether a timer of skipped ticks is due is for the clock to say, and so is what a stop cuts off.
    let may_skip = has_skips
        || scenario.grows()
        || scenario.actors.iter().any(|actor| actor.budget > 0 || actor.ticks.iter().any(|it| it.skips));
    // How fast a sink of others is decides in a live run whether it stops that for want of room.
    let may_overflow = matches!(lived.ended, Ended::Failed(..))
        && scenario.forwards.iter().any(|plan| plan.when_full == WhenFull::Error);
    if has_live_hooks
        || may_skip
        || may_overflow
        || scenario.stop.is_some()
        || lived.was_silent
        || scenario.start.is_none()
    {
        return Ok(());
    }
    let simulated = simulated(scenario, token);
    let calm = |calls: &[Call]| -> Vec<Call> {
        calls.iter().cloned().map(|call| Call { live: false, ..call }).collect()
    };
    same("calls of a live run over history", &calm(&lived.calls), &calm(&simulated.calls))
}

fn hooks(scenario: &Scenario, lived: &Lived) -> Result<(), String> {
    for (number, actor) in scenario.actors.iter().enumerate() {
        for hook in ["start", "live", "caught_up", "stop"] {
            let calls = lived.calls.iter().filter(|call| call.actor == number && call.method == hook).count();
            if calls > 1 {
                return Err(format!("s{number} is told {hook} {calls} times"));
            }
        }
        let started = lived.calls.iter().any(|call| call.actor == number && call.method == "start");
        let stopped = lived.calls.iter().any(|call| call.actor == number && call.method == "stop");
        if actor.on_start && actor.on_stop && started != stopped && !matches!(lived.ended, Ended::Dropped) {
            return Err(format!("s{number}: started {started}, stopped {stopped} (S47)"));
        }
    }
    let born = lived.calls.iter().map(|call| call.actor + 1).max().unwrap_or(0);
    for number in 0..born {
        let calls: Vec<&Call> = lived.calls.iter().filter(|call| call.actor == number).collect();
        for (k, call) in calls.iter().enumerate() {
            let last = if call.method == "stop" { k + 1 } else { k + 2 };
            if (call.retires || call.method == "stop") && calls.len() > last {
                return Err(format!(
                    "s{number} has retired or stopped, and goes on: {:?} (S56)",
                    calls[k + 1]
                ));
            }
            if call.retires && calls.get(k + 1).is_some_and(|next| next.method != "stop") {
                return Err(format!("s{number} has retired, and goes on: {:?} (S56)", calls[k + 1]));
            }
        }
        for hook in ["start", "live", "caught_up", "stop"] {
            if calls.iter().filter(|call| call.method == hook).count() > 1 {
                return Err(format!("s{number} is told {hook} more than once"));
            }
        }
    }
    let times: Vec<i64> = lived.calls.iter().map(|call| call.now).collect();
    if !times.is_sorted() {
        return Err("time goes back (S3)".to_owned());
    }
    Ok(())
}

/// Why the run ended, and when.
fn ends(scenario: &Scenario, lived: &Lived, report: &Report) -> Result<(), String> {
    if let Ended::Failed(text, _) = &lived.ended {
        let expected = [
            "as scripted",
            "nobody there",
            "no history",
            "the source ended",
            "events wait already",
            "events wait for it already",
            "are allowed",
            "goes back in time",
            "whose source has not ended",
        ];
        if !expected.iter().any(|part| text.contains(part)) {
            return Err(format!("an error that nobody scripted: {text}"));
        }
    }
    let end = scenario.end.unwrap_or(i64::MAX);
    if lived.calls.iter().any(|call| call.now >= end && !["start", "stop"].contains(&call.method)) {
        return Err("something happens at the end or after it (S17)".to_owned());
    }
    if report.reason == StopReason::Finished {
        if scenario.end.is_some() && report.now.as_nanos() != end && end > report.start.as_nanos() {
            return Err(format!("time does not reach the end (S27): {} of {end}", report.now.as_nanos()));
        }
        if scenario.end.is_some() && lived.reading < end {
            return Err(format!("the clock has not come to the end (S27): {} of {end}", lived.reading));
        }
        if lived.was_silent && scenario.end.is_none() {
            return Err("a run that was stopped says that it has finished".to_owned());
        }
    }
    Ok(())
}

/// What the options of a stream make of what its source yielded, one by one (S37, S38).
struct Oracle {
    seen: HashSet<u32>,
    since: Option<i64>,
    last: Option<i64>,
    link: usize,
    splice: Option<Splice>,
    max_lag: Option<(i64, WhenLate)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Delivered,
    Spliced,
    Late,
    Fails,
}

impl Oracle {
    fn fate(&mut self, event: &Yielded) -> Fate {
        let arrival = event.arrival.unwrap_or_default();
        let time = event.event_time.unwrap_or(arrival);
        if event.link != self.link {
            self.link = event.link;
            self.since = self.last.or(self.since);
        }
        let is_new = match self.splice {
            None => true,
            Some(Splice::Id) => self.seen.insert(event.id),
            Some(Splice::Time) => self.since.is_none_or(|since| time >= since),
        };
        let fate = match self.max_lag {
            _ if !is_new => Fate::Spliced,
            Some((max, WhenLate::Error)) if arrival.saturating_sub(time) > max => Fate::Fails,
            Some((max, _)) if arrival.saturating_sub(time) > max => Fate::Late,
            _ => Fate::Delivered,
        };
        if fate == Fate::Delivered {
            self.last = Some(time);
        }
        fate
    }
}

fn past_of(kind: &Kind) -> Option<&Past> {
    match kind {
        Kind::Past(past) | Kind::PastThenLive(past, _) => Some(past),
        Kind::Connect { history, .. } => history.as_ref().map(|history| &history.past),
        Kind::Live(_) => None,
    }
}

/// Every event that a live source yielded is accounted for: once, and exactly.
fn account(scenario: &Scenario, lived: &Lived, report: &Report) -> Result<(), String> {
    let mut waiting = 0;
    for (feed, plan) in scenario.feeds.iter().enumerate() {
        let Some(stream) = report.live.iter().find(|it| it.stream == format!("x{feed}")) else {
            if let Kind::Past(past) = &plan.kind {
                past_is_delivered(scenario, lived, report, feed, past)?;
                continue;
            }
            return Err(format!("x{feed} is not in the report"));
        };
        if lived.fed.iter().any(|fed| fed.stream == format!("x{feed}")) {
            // Its figures are those of the last source.
            continue;
        }
        let waits = account_stream(scenario, lived, report, feed, stream)
            .map_err(|text| format!("x{feed}: {text}\n{stream:?}\n{:?}", lived.yielded[feed]))?;
        waiting += waits;
    }
    supplies(scenario, lived, report)?;
    let is_over = report.reason == StopReason::Finished && scenario.end.is_none();
    if is_over && (waiting > 0 || report.pending > 0) {
        return Err(format!("it has finished, yet {waiting} events wait; pending {}", report.pending));
    }
    let is_idle = !scenario.grows()
        && scenario.actors.iter().all(|it| it.budget == 0 && it.one_shot.is_none() && !it.waits());
    if is_idle && report.pending != waiting || report.pending < waiting {
        return Err(format!("pending {}, but {waiting} events wait", report.pending));
    }
    Ok(())
}

fn past_is_delivered(
    scenario: &Scenario,
    lived: &Lived,
    report: &Report,
    feed: usize,
    past: &Past,
) -> Result<(), String> {
    let (start, end) = (report.start.as_nanos(), scenario.end.unwrap_or(i64::MAX));
    // Out of order or not, nothing after the first one at the end or later is pulled.
    let items = (0..).zip(&past.items).take_while(|(_, item)| item.0 < end);
    let expected: Vec<u32> = items.filter(|(_, item)| item.0 >= start).map(|(k, _)| k).collect();
    let delivered = lived.delivered[feed].iter().filter(|it| it.value.serial < LIVE);
    let delivered: Vec<u32> = delivered.map(|it| it.value.serial).collect();
    let is_all = report.reason == StopReason::Finished;
    if !expected.starts_with(&delivered) || is_all && expected != delivered {
        return Err(format!("of the past of x{feed}, {expected:?}, were delivered {delivered:?}"));
    }
    Ok(())
}

/// What came of the sources that strategies have opened: each event once, in order, and when it was due (S57).
fn supplies(scenario: &Scenario, lived: &Lived, report: &Report) -> Result<(), String> {
    let is_over = report.reason == StopReason::Finished && scenario.end.is_none();
    let (start, end) = (report.start.as_nanos(), scenario.end.unwrap_or(i64::MAX));
    for fed in &lived.fed {
        let is_over = is_over && fed.in_time;
        let first = (fed.supply as u32 + 1) * SUPPLY;
        let number: usize = fed.stream[1..].parse().map_err(|_| "a stream without a number")?;
        let delivered =
            if fed.stream.starts_with('o') { &lived.opened[number] } else { &lived.delivered[number] };
        let (past, live) = (first..first + LIVE, first + LIVE..first + SUPPLY);
        let of_past: Vec<_> = delivered.iter().filter(|it| past.contains(&it.value.serial)).collect();
        let of_live: Vec<_> = delivered.iter().filter(|it| live.contains(&it.value.serial)).collect();
        let none = Past::default();
        let kind = &scenario.supplies[fed.supply].kind;
        let given = past_of(kind).unwrap_or(&none);
        let expected: Vec<u32> = (first..)
            .zip(&given.items)
            .take_while(|(_, item)| item.0 < end)
            .filter(|(_, item)| item.0 >= start)
            .map(|(serial, _)| serial)
            .collect();
        let found: Vec<u32> = of_past.iter().map(|it| it.value.serial).collect();
        if !expected.starts_with(&found) || is_over && expected != found {
            return Err(format!("of what was fed, {fed:?}, {expected:?}, were delivered {found:?} (S57)"));
        }
        if let Kind::Past(_) = kind
            && let Some(it) =
                of_past.iter().find(|it| it.time.as_nanos() != it.event_time.as_nanos().max(fed.now))
        {
            return Err(format!("{fed:?}: {it:?} comes at a wrong time (S57)"));
        }
        let yielded = &lived.yielded[scenario.feeds.len() + fed.supply];
        let serials: Vec<u32> = yielded.iter().map(|it| it.serial).collect();
        let found: Vec<u32> = of_live.iter().map(|it| it.value.serial).collect();
        if !serials.starts_with(&found) || is_over && serials != found {
            return Err(format!("of what came live, {fed:?}, {serials:?}, were delivered {found:?} (S57)"));
        }
    }
    Ok(())
}

/// How many events of the stream wait.
fn account_stream(
    scenario: &Scenario,
    lived: &Lived,
    report: &Report,
    feed: usize,
    stream: &StreamReport,
) -> Result<u64, String> {
    let plan = &scenario.feeds[feed];
    let none = Past::default();
    let past = past_of(&plan.kind).unwrap_or(&none);
    past_is_delivered(scenario, lived, report, feed, past)?;
    let yielded = &lived.yielded[feed];
    let live: Vec<_> =
        lived.delivered[feed].iter().filter(|it| (LIVE..SUPPLY).contains(&it.value.serial)).collect();
    let shown = stream.received.checked_sub(live.len() as u64).ok_or("more delivered than received")?;
    if shown > 1 {
        return Err(format!("{} delivered, {} received", live.len(), stream.received));
    }
    let accounted = stream.received + stream.dropped + stream.spliced + stream.late;
    let has_failed = report.reason == StopReason::Failed;
    let queued = (yielded.len() as u64).checked_sub(accounted).ok_or("more accounted for than yielded")?;

    // In the order of the source, each once, with the time of S32.
    let mut rest = yielded.iter();
    let mut last = None;
    let instants = instants(lived);
    // The instant at which the run has caught up, if no hook is told of it.
    let mut unseen = i32::from(!scenario.actors.iter().any(|actor| actor.on_caught_up));
    for event in &live {
        let of = rest.find(|it| it.serial == event.value.serial);
        let of = of.ok_or_else(|| format!("{:?} is delivered twice, or out of order", event.value))?;
        let arrival = of.arrival.ok_or("delivered before it arrived")?;
        let time = event.time.as_nanos();
        if event.event_time.as_nanos() != of.event_time.unwrap_or(arrival) {
            return Err(format!("another event time: {event:?} of {of:?}"));
        }
        if time < arrival || last.is_some_and(|last| time <= last) {
            return Err(format!("{event:?} of {of:?} is early"));
        }
        // Time moves on with what has to wait for a handler, unseen.
        let waits = scenario.grows() || scenario.plans().any(ActorPlan::waits);
        unseen -= i32::from(time > arrival && !waits && !instants.contains(&(time - 1)));
        if unseen < 0 {
            return Err(format!("{event:?} of {of:?} is late for no reason (S32)"));
        }
        last = Some(time);
    }
    for call in lived
        .calls
        .iter()
        .filter(|call| call.method == format!("x{feed}") && (LIVE..SUPPLY).contains(&call.value))
    {
        let of = &yielded[(call.value - LIVE) as usize];
        if call.arrival != of.arrival {
            return Err(format!("the handler is told of another arrival: {call:?} {of:?}"));
        }
    }

    let mut oracle = Oracle {
        seen: past.items.iter().map(|&(_, id)| id).collect(),
        since: past.items.last().map(|&(time, _)| time),
        last: None,
        link: 0,
        splice: plan.splice,
        max_lag: plan.max_lag,
    };
    let is_over = report.reason == StopReason::Finished && scenario.end.is_none();
    let when_full = plan.queue.map_or(WhenFull::Block, |(_, when_full)| when_full);
    if matches!(when_full, WhenFull::Block | WhenFull::Error) {
        // Nothing is lost in the queue: the fate of each is known.
        let (mut delivered, mut spliced, mut late) = (Vec::new(), 0, 0);
        for event in yielded {
            if delivered.len() as u64 == stream.received && (spliced, late) == (stream.spliced, stream.late) {
                break;
            }
            match oracle.fate(event) {
                Fate::Delivered => delivered.push(event.serial),
                Fate::Spliced => spliced += 1,
                Fate::Late => late += 1,
                Fate::Fails => break,
            }
        }
        let found: Vec<u32> = live.iter().map(|it| it.value.serial).collect();
        if (spliced, late) != (stream.spliced, stream.late) || !delivered.starts_with(&found) {
            return Err(format!(
                "by the rules {delivered:?}, {spliced} spliced, {late} late; in fact {found:?}, {} spliced, {} late",
                stream.spliced, stream.late
            ));
        }
        if is_over {
            let left = yielded.len() - delivered.len() - spliced as usize - late as usize;
            if left > 0 {
                return Err(format!("{left} are lost: by the rules {delivered:?}, in fact {found:?}"));
            }
        }
        if stream.dropped > u64::from(when_full == WhenFull::Error) {
            return Err("something is dropped, against the policy".to_owned());
        }
    }
    if matches!(when_full, WhenFull::DropOldest | WhenFull::Latest)
        && is_over
        && plan.splice.is_none()
        && plan.max_lag.is_none()
        && live.last().map(|it| it.value.serial) != yielded.last().map(|it| it.serial)
    {
        return Err("the last one is lost".to_owned());
    }
    if plan.splice == Some(Splice::Id) {
        let mut seen: HashSet<u32> = past.items.iter().map(|&(_, id)| id).collect();
        if let Some(twice) = live.iter().find(|it| !seen.insert(it.value.id)) {
            return Err(format!("{twice:?} is delivered once more"));
        }
    }
    // An event that was too late for its stream ends the run, and is none of these.
    let late_error = matches!(plan.max_lag, Some((_, WhenLate::Error))) && has_failed && queued > 0;
    let queued = if late_error && is_fatal(lived, feed) { queued - 1 } else { queued };
    // Once the source is live, a stop from outside leaves nothing of what was received (S46).
    let stops_itself = scenario.plans().any(|actor| actor.stops);
    let is_drained =
        scenario.drains && lived.stopped && report.reason == StopReason::Requested && !stops_itself;
    if is_drained && scenario.end.is_none() && stream.received > 0 && queued + shown > 0 {
        return Err(format!("it was to drain, but {} events are left", queued + shown));
    }
    Ok(queued + shown)
}

fn is_fatal(lived: &Lived, feed: usize) -> bool {
    let of = format!("x{feed}");
    matches!(&lived.ended, Ended::Failed(text, _) if text.contains(&of) && text.contains("are allowed"))
}

/// Instants at which something happened.
fn instants(lived: &Lived) -> BTreeSet<i64> {
    let calls = lived.calls.iter().map(|call| call.now);
    let events = lived.delivered.iter().chain(&lived.opened).flatten().map(|event| event.time.as_nanos());
    let handover = lived.ended.report().and_then(|report| report.handover).map(|time| time.as_nanos());
    let start = lived.ended.report().map(|report| report.start.as_nanos());
    calls.chain(events).chain(handover).chain(start).collect()
}

/// Takes note of the interesting states that the run came to.
fn reached(scenario: &Scenario, lived: &Lived, coverage: &mut Coverage) {
    let mut note = |is_so: bool, state: &'static str| coverage.reach_if(is_so, state);
    note(matches!(lived.ended, Ended::Dropped), "dropped before it had ended");
    note(lived.was_silent, "silent for ever");
    let called = |method: &str| lived.calls.iter().any(|call| call.method == method);
    note(called("caught_up"), "caught up");
    note(called("woke"), "woken");
    note(lived.calls.iter().any(|it| it.method == "woke" && it.live), "woken in the live phase");
    note(
        lived.calls.iter().any(|it| it.looks.iter().any(|look| look.1.is_some())),
        "the latest event looked at",
    );
    note(lived.taken.iter().any(|taken| !taken.serials.is_empty()), "an event forwarded");
    let forwards = lived.ended.report().map_or(&[][..], |report| &report.forwards);
    note(forwards.iter().any(|forward| forward.dropped > 0), "an event that a sink had no room for");
    note(forwards.iter().any(|forward| forward.blocked.as_nanos() > 0), "a sink held the run back");
    let is_late = |call: &Call| call.method.starts_with("tick") && call.now > call.due;
    note(lived.calls.iter().any(is_late), "a tick that waited");
    note(lived.calls.iter().any(|call| is_late(call) && call.missed > 0), "ticks left out while they waited");
    note(lived.calls.iter().any(|call| call.missed > 0), "ticks left out, and told");
    let live_since = lived.ended.report().and_then(|report| report.handover);
    let Some(report) = lived.ended.report() else { return };
    let handover = live_since.map_or(i64::MAX, |time| time.as_nanos());
    let base = scenario.base;
    note(report.restamped > 0, "restamped");
    note(report.clamped > 0, "clamped");
    note(report.missed > 0, "ticks left out");
    note(report.skipped > 0, "events before the start");
    note(report.errors > 0, "errors passed over");
    note(report.max_behind.as_nanos() > 2 * scenario.unit, "far behind");
    note(report.clock_steps.iter().any(|step| step.by.as_nanos() < 0), "a clock step back, reported");
    note(report.clock_steps.iter().any(|step| step.by.as_nanos() > 0), "a clock step on, reported");
    let requested = report.reason == StopReason::Requested;
    let in_live = lived.calls.iter().any(|call| call.live);
    note(requested && lived.calls.is_empty(), "stopped in the opening");
    note(
        requested && !lived.calls.is_empty() && report.now.as_nanos() < handover,
        "stopped in the virtual phase",
    );
    note(requested && in_live, "stopped in the live phase");
    note(requested && report.pending > 0, "stopped with something pending");
    note(requested && scenario.drains && lived.stopped, "drained");
    note(requested && scenario.drains && lived.stopped && report.pending > 0, "drained with calls left");
    note(report.reason == StopReason::Failed, "failed");
    note(report.reason == StopReason::Finished, "finished");
    note(report.reason == StopReason::Finished && scenario.end.is_some(), "finished at the end");
    note(scenario.end.is_some_and(|end| end < base), "the end before H");
    note(scenario.feeds.is_empty() && in_live, "no source at all");
    let stops_in_call = matches!(scenario.stop, Some(Stop::InCall(_)));
    note(requested && stops_in_call, "a stop in a call");
    for (feed, plan) in scenario.feeds.iter().enumerate() {
        let stream = report.live.iter().find(|it| it.stream == format!("x{feed}"));
        let none = StreamReport::default();
        let stream = stream.unwrap_or(&none);
        let last = lived.delivered[feed].last().map(|it| it.time.as_nanos());
        note(
            called(["end0", "end1", "end2", "end3"][feed])
                && last < Some(report.now.as_nanos() - scenario.unit),
            "a source ends, others go on",
        );
        note(
            stream.spliced > 0,
            match plan.splice {
                Some(Splice::Id) => "spliced by id",
                _ => "spliced by time",
            },
        );
        note(stream.late > 0, "dropped as too late");
        note(stream.disconnects > 0, "disconnected");
        note(stream.disconnects > 1, "disconnected twice");
        note(
            stream.dropped > 0,
            match plan.queue.map(|(_, when_full)| when_full) {
                Some(WhenFull::DropOldest) => "dropped the oldest",
                Some(WhenFull::DropNewest) => "dropped the newest",
                Some(WhenFull::Latest) => "kept the latest",
                _ => "a full queue is an error",
            },
        );
        let yielded = &lived.yielded[feed];
        let bursts = yielded.windows(10).any(|it| it[0].arrival == it[9].arrival);
        note(
            bursts && plan.queue.is_some_and(|(capacity, _)| capacity == 1),
            "a burst of 10 times the queue",
        );
        note(
            plan.queue.is_some_and(|(_, when_full)| when_full == WhenFull::Block) && yielded.len() > 10,
            "a source held back",
        );
        note(stream.gap().is_some_and(|gap| gap.as_nanos() < 0), "history and feed overlap");
        note(stream.gap().is_some_and(|gap| gap.as_nanos() > 0), "a gap between history and feed");
        if let Kind::Connect { links, .. } = &plan.kind {
            let first = &links[0];
            note(first.outcome == Answer::Fails && stream.received > 0, "disconnected before the first item");
            note(
                first.outcome == Answer::Fine
                    && stream.disconnects > 0
                    && first.delay == 0
                    && first
                        .script
                        .first()
                        .is_some_and(|(time, line)| *time == 0 && *line == super::scenario::Line::Fail),
                "disconnected at H",
            );
        }
        if let (Some(past), true) = (past_of(&plan.kind), stream.received > 0) {
            match past.items.last() {
                None => note(true, "an empty history"),
                Some(&(time, _)) => note(
                    true,
                    match time.cmp(&handover) {
                        std::cmp::Ordering::Less => "history ends before H",
                        std::cmp::Ordering::Equal => "history ends at H",
                        std::cmp::Ordering::Greater => "history ends after H",
                    },
                ),
            }
        }
    }
    if let Ended::Failed(text, _) = &lived.ended {
        note(text.contains("goes back in time"), "a source out of order");
        note(text.contains("as scripted"), "a source or handler fails");
    }
}
