//! The recipes of `book/src/testing-live.md`, which includes them from here.

// ANCHOR: uses
use asp::prelude::*;
use asp::testing::{self, Script};
use asp::{ManualClock, StopReason, TokioClock};
use futures::channel::mpsc;
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;
use futures::{future, stream};
// ANCHOR_END: uses

// ANCHOR: strategy
/// Raises an alarm when the sensor has been silent for a minute.
#[derive(Default)]
struct Watch {
    alarm: Option<CallKey>,
    notices: Vec<String>,
}

#[strategy(emits(alarms: String))]
impl Watch {
    #[on_event(stream = "beats")]
    fn beat(&mut self, cx: &Context<Self>, number: u32) {
        if let Some(alarm) = self.alarm.take() {
            cx.cancel(alarm);
        }
        self.alarm = Some(cx.after(Duration::from_secs(60)).silence(number));
    }

    #[after]
    fn silence(&mut self, cx: &Context<Self>, number: u32) {
        let phase = if cx.is_live() { "live" } else { "on record" };
        cx.emit(Self::ALARMS, format!("silent after beat {number}, {phase}"));
    }

    #[on_notice(stream = "beats")]
    fn connection(&mut self, notice: Notice) {
        self.notices.push(notice.to_string());
    }
}
// ANCHOR_END: strategy

// ANCHOR: manual
/// Noon of the first of January, and so many seconds.
fn noon(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_735_732_800 + seconds)
}

#[test]
fn silence_on_record_and_live() {
    let clock = ManualClock::jumping(noon(0)); // the run goes live at noon
    let record = [(noon(-300), 1), (noon(-30), 2)];
    let feed = Script::new(&clock).event(noon(20), 3).event(noon(50), 4).event(noon(3600), 5).end(noon(3600));

    let run = Runner::new()
        .feed(Watch::BEATS, Source::past(record).then_live(feed.source()))
        .add(Watch::default())
        .collect(Watch::ALARMS)
        .clock(clock)
        .run_live();
    let mut outcome = block_on(run).unwrap();

    let alarms: Vec<_> = outcome.collected(Watch::ALARMS).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        alarms,
        [
            "2025-01-01T11:56:00Z silent after beat 1, on record",
            "2025-01-01T12:01:50Z silent after beat 4, live",
            "2025-01-01T13:01:00Z silent after beat 5, live",
        ]
    );
}
// ANCHOR_END: manual

// ANCHOR: advance
#[test]
fn a_minute_and_a_little_more() {
    let clock = ManualClock::new(noon(0));
    let (beats, feed) = mpsc::unbounded();
    let (alarms, heard) = std::sync::mpsc::channel();
    let runner = Runner::new()
        .feed(Watch::BEATS, Source::live(feed))
        .add(Watch::default())
        .sink(Watch::ALARMS, move |alarm| alarms.send(alarm.to_string()).unwrap());

    let mut pool = LocalPool::new();
    let run = runner.clock(clock.clone()).run_live();
    let run = pool.spawner().spawn_local_with_handle(run).unwrap();
    beats.unbounded_send(1).unwrap();
    pool.run_until_stalled(); // the run works until it has to wait

    clock.advance(Duration::from_secs(60)); // onto the minute: the beat came a nanosecond after noon
    pool.run_until_stalled();
    assert!(heard.try_recv().is_err());

    clock.advance(Duration::from_millis(1)); // past it
    pool.run_until_stalled();
    assert_eq!(heard.try_recv().unwrap(), "2025-01-01T12:01:00.000000001Z silent after beat 1, live");

    drop(beats); // the end of the feed has a time too
    clock.advance(Duration::from_millis(1));
    assert_eq!(pool.run_until(run).unwrap().report().reason, StopReason::Finished);
}
// ANCHOR_END: advance

// ANCHOR: reconnect
#[test]
fn a_lost_connection_is_no_silence() {
    let clock = ManualClock::jumping(noon(0));
    let connections = [
        Script::new(&clock).event(noon(10), 1).event(noon(20), 2).fail(noon(25), "reset by peer"),
        Script::new(&clock).event(noon(40), 2).event(noon(41), 3).end(noon(50)), // 2 is sent once more
    ];
    let beats = Source::connect(testing::connections(connections))
        .splice_by_id(|number| *number)
        .reconnect(Reconnect::new(Duration::from_secs(5)));

    let runner = Runner::new().feed(Watch::BEATS, beats).add(Watch::default()).collect(Watch::ALARMS);
    let mut outcome = block_on(runner.clock(clock).run_live()).unwrap();

    assert_eq!(outcome.report().live[0].spliced, 1);
    assert_eq!(
        outcome.collected(Watch::ALARMS).unwrap()[0].to_string(),
        "2025-01-01T12:01:41Z silent after beat 3, live"
    );
    let watch: Watch = outcome.take().unwrap();
    assert_eq!(watch.notices, ["disconnected: reset by peer", "connected again, at attempt 1"]);
}
// ANCHOR_END: reconnect

// ANCHOR: stop
#[test]
fn a_stop_leaves_what_is_still_to_come() {
    let clock = ManualClock::jumping(noon(0));
    let feed = Script::new(&clock).event(noon(10), 1); // and then nothing, for ever
    let runner = Runner::new().feed(Watch::BEATS, feed.source()).add(Watch::default());

    let (stop, lunch) = (runner.stop_handle(), clock.sleep_until(noon(30)));
    let stopping = async move {
        lunch.await;
        stop.stop();
    };
    let (_, outcome) = block_on(future::join(stopping, runner.clock(clock).run_live()));

    let report = outcome.unwrap().report().clone();
    assert_eq!((report.reason, report.pending), (StopReason::Requested, 1)); // the alarm of 12:01:10
}
// ANCHOR_END: stop

// ANCHOR: tokio
#[tokio::test(start_paused = true)]
async fn beats_through_a_channel() {
    let clock = TokioClock::starting_at(noon(0));
    let (sender, mut receiver) = tokio::sync::mpsc::channel(16);
    tokio::spawn(async move {
        for (number, pause) in [(1, 10), (2, 30), (3, 3600)] {
            tokio::time::sleep(std::time::Duration::from_secs(pause)).await;
            sender.send(number).await.unwrap();
        }
    });
    let beats = stream::poll_fn(move |cx| receiver.poll_recv(cx));

    let runner =
        Runner::new().feed(Watch::BEATS, Source::live(beats)).add(Watch::default()).collect(Watch::ALARMS);
    let mut outcome = runner.clock(clock).run_live().await.unwrap();

    let alarms = outcome.collected(Watch::ALARMS).unwrap();
    assert_eq!(alarms[0].to_string(), "2025-01-01T12:01:40Z silent after beat 2, live");
    assert_eq!(alarms[1].to_string(), "2025-01-01T13:01:40Z silent after beat 3, live");
}
// ANCHOR_END: tokio

// ANCHOR: recording
/// A morning with a feed that stutters.
fn recorded() -> (Recording, Option<asp::Digest>) {
    let clock = ManualClock::jumping(noon(0));
    let feed = Script::new(&clock).stamped(noon(20), noon(12), 3).event(noon(20), 4).end(noon(90));
    let recording = Recording::new().keep(Watch::BEATS);
    let run = Runner::new()
        .feed(Watch::BEATS, Source::past([(noon(-300), 1), (noon(-30), 2)]).then_live(feed.source()))
        .add(Watch::default())
        .digest()
        .record_to(&recording)
        .clock(clock)
        .run_live();
    let digest = block_on(run).unwrap().report().digest;
    (recording, digest)
}

#[test]
fn what_happened_live_happens_again() {
    let (recording, digest) = recorded();

    let again = Runner::new().replay(&recording).add(Watch::default()).digest().run().unwrap();

    assert_eq!(again.report().digest, digest);
    let third = &recording.events(Watch::BEATS)[2];
    assert_eq!((third.time, third.event_time, third.value), (noon(20), noon(12), 3));
}
// ANCHOR_END: recording

// ANCHOR: digest
#[test]
fn where_two_runs_part() {
    let marks = |last: i64| {
        let beats = [(noon(0), 1), (noon(30), 2), (noon(last), 3)];
        let run = Runner::new().feed(Watch::BEATS, beats).add(Watch::default());
        run.digest_every(1).run().unwrap().digests().to_vec()
    };
    let (one, other) = (marks(60), marks(61));
    let parted = one.iter().zip(&other).position(|(one, other)| one != other);
    assert_eq!(parted, Some(2)); // the third dispatch
}
// ANCHOR_END: digest
