//! Hand-over (S30 to S40): whatever the overlap of history and live feed, each event is delivered exactly as often as the
//! splice mode says (T6).

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use asp::prelude::*;
use asp::testing::Script;
use asp::{Clock, Reconnect, Stream, StreamReport};

use crate::kit::{d, jumping, lived, s};

const NUMBERS: Stream<u64> = Stream::new("numbers");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    All,
    ById,
    ByTime,
}

const MODES: [Mode; 3] = [Mode::All, Mode::ById, Mode::ByTime];

/// An event of the log: when it happened, and its id.
type Logged = (Timestamp, u64);

/// What one connection brings, and how long after the opening each event arrives.
type Connection = Vec<(Duration, Logged)>;

/// What the rule says: what is delivered, and how many are left out.
fn expected(mode: Mode, history: &[Logged], connections: &[Connection]) -> (Vec<u64>, u64) {
    let mut delivered: Vec<u64> = history.iter().map(|&(_, id)| id).collect();
    let mut seen: HashSet<u64> = delivered.iter().copied().collect();
    let mut since = history.last().map(|&(time, _)| time);
    let (mut last, mut spliced) = (since, 0);
    for connection in connections {
        for &(_, (time, id)) in connection {
            let is_new = match mode {
                Mode::All => true,
                Mode::ById => seen.insert(id),
                Mode::ByTime => since.is_none_or(|since| time >= since),
            };
            if is_new {
                delivered.push(id);
                last = Some(time);
            } else {
                spliced += 1;
            }
        }
        since = last;
    }
    (delivered, spliced)
}

/// What the engine does, on a run that hands over at second 1000.
fn actual(mode: Mode, history: &[Logged], connections: &[Connection]) -> (Vec<u64>, StreamReport) {
    let clock = jumping(1000.0);
    let (history, connections) = (history.to_vec(), Arc::new(connections.to_vec()));
    let made = Arc::<AtomicUsize>::default();
    let its = clock.clone();
    let source = Source::connect(async move || {
        let number = made.fetch_add(1, Ordering::Relaxed);
        let (now, connection) = (its.now(), &connections[number]);
        let script = connection
            .iter()
            .fold(Script::new(&its), |script, &(delay, (time, id))| script.stamped(now + delay, time, id));
        let after = now + connection.last().map_or(Duration::ZERO, |&(delay, _)| delay);
        let is_last = number + 1 == connections.len();
        Ok::<_, std::io::Error>(if is_last { script.end(after) } else { script.fail(after, "lost") }.source())
    });
    let source =
        source.reconnect(Reconnect::new(d(0.001))).history(async |_| Ok::<_, std::io::Error>(history));
    let source = match mode {
        Mode::All => source,
        Mode::ById => source.splice_by_id(|id| *id),
        Mode::ByTime => source.splice_by_time(),
    };
    let seen = Arc::<Mutex<Vec<u64>>>::default();
    let delivered = Arc::clone(&seen);
    let sink = move |event: &Event<u64>| delivered.lock().unwrap().push(event.value);
    let outcome = lived(&clock, Runner::new().feed(NUMBERS, source).sink(NUMBERS, sink));
    let delivered = std::mem::take(&mut *seen.lock().unwrap());
    (delivered, outcome.report().live[0].clone())
}

fn assert_handed_over(mode: Mode, history: &[Logged], connections: &[Connection], what: impl Fn() -> String) {
    let (delivered, report) = actual(mode, history, connections);
    let (expected, spliced) = expected(mode, history, connections);
    let received = (expected.len() - history.len()) as u64;
    let case = || format!("{mode:?}, {}: {history:?} {connections:?}", what());
    assert!(delivered == expected, "{}\ndelivered {delivered:?}\n expected {expected:?}", case());
    assert_eq!((report.spliced, report.received), (spliced, received), "{}", case());
    assert_eq!((report.dropped, report.late), (0, 0), "{}", case());
    assert_eq!(report.disconnects + 1, connections.len() as u64, "{}", case());
    assert_eq!(report.last_past, history.last().map(|&(time, _)| time), "{}", case());
    let first = connections.iter().flatten().next();
    assert_eq!(report.first_live, first.map(|&(_, (time, _))| time), "{}", case());
}

/// A log of which two or three events share each millisecond.
fn log() -> Vec<Logged> {
    let time = |id: u64| s(900.0) + Duration::from_millis((id * 2 / 5) as i64);
    (0..1_000).map(|id| (time(id), id)).collect()
}

/// At every cut: history up to there, a feed that begins a few events earlier or later, each mode.
#[test]
fn t6_each_event_is_delivered_as_the_mode_says_at_every_cut() {
    let log = log();
    for mode in MODES {
        for cut in 0..log.len() {
            // From 13 events of overlap to 3 missing ones.
            let from = (cut + 3).saturating_sub(cut * 7 % 17).min(log.len());
            let to = (cut + 25).min(log.len()).max(from);
            let feed = log[from..to].iter().zip(0..);
            let feed: Connection =
                feed.map(|(&event, k)| (Duration::from_micros(k / 3 * 100), event)).collect();
            assert_handed_over(mode, &log[..cut], &[feed], || format!("cut at {cut}"));
        }
    }
}

/// A small generator of our own, so that a seed means the same for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// Overlaps at random: ties, gaps, feeds that repeat themselves or come in disorder, up to three connections lost.
fn overlap(seed: u64) -> (Mode, Vec<Logged>, Vec<Connection>) {
    let mut random = Random(seed);
    let mode = MODES[random.below(3) as usize];
    let (length, ties) = (random.below(60), random.below(4));
    let mut time = s(1000.0) - Duration::from_millis(random.below(80) as i64);
    let mut log = Vec::new();
    for id in 0..length {
        if random.below(4) >= ties {
            time += Duration::from_millis(random.below(3) as i64);
        }
        log.push((time, id));
    }
    let cut = random.below(length + 1) as usize;
    let mut connections = Vec::new();
    let mut from = cut;
    for _ in 0..=random.below(4) {
        from = (from + random.below(4) as usize).saturating_sub(random.below(16) as usize).min(log.len());
        let to = (from + random.below(20) as usize).min(log.len());
        let mut delay = Duration::ZERO;
        let mut connection = Connection::new();
        for &event in &log[from..to] {
            delay += Duration::from_micros(random.below(3) as i64 * 400);
            connection.push((delay, event));
            if random.below(10) == 0 {
                connection.push((delay, event));
            }
        }
        if random.below(5) == 0 && connection.len() > 1 {
            let (one, other) = (random.below(connection.len() as u64), random.below(connection.len() as u64));
            let (first, second) = (connection[one as usize].1, connection[other as usize].1);
            (connection[one as usize].1, connection[other as usize].1) = (second, first);
        }
        connections.push(connection);
        from = to;
    }
    (mode, log[..cut].to_vec(), connections)
}

#[test]
fn t6_random_overlaps() {
    let runs = std::env::var("ASP_HANDOVER_RUNS").map_or(1_000, |runs| runs.parse().expect("a number"));
    let (mut delivered, mut spliced, mut reconnects) = (0, 0, 0);
    for seed in 0..runs {
        let (mode, history, connections) = overlap(seed);
        assert_handed_over(mode, &history, &connections, || format!("seed {seed}"));
        let (all, left_out) = expected(mode, &history, &connections);
        delivered += all.len();
        spliced += left_out;
        reconnects += connections.len() - 1;
    }
    // The generator reaches what it is for.
    assert!(runs < 100 || (delivered > 0 && spliced > 0 && reconnects > 0));
    println!(
        "T6: {runs} overlaps with {reconnects} reconnects: {delivered} events delivered, {spliced} left out, 0 lost, \
         0 extra"
    );
}
