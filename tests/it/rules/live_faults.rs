//! What a live run refuses, and where it may be awaited.

use asp::prelude::*;
use asp::testing::Script;
use asp::{ErrorKind, Outcome, Pace, Reconnect, Stream, WhenFull, WhenLate};
use futures::executor::block_on;

use crate::kit::{Log, Name, at, d, jumping, s, script};

const NAMES: Stream<Name> = Stream::new("names");

fn pending() -> Source<Name> {
    Source::live(futures::stream::pending())
}

fn refused(source: Source<Name>) -> String {
    let run = Runner::new().feed(NAMES, source).collect(NAMES).clock(jumping(0.0)).run_live();
    let error = block_on(run).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Graph(faults) if faults.len() == 1), "{error:?}");
    assert!(error.to_string().starts_with("the source of stream \"names\": "), "{error}");
    error.to_string()["the source of stream \"names\": ".len()..].to_owned()
}

#[test]
fn a_live_source_under_run_is_refused() {
    let error = Runner::new().feed(NAMES, pending()).collect(NAMES).run().unwrap_err();
    assert_eq!(error.to_string(), "stream \"names\" has a live source; use `.run_live().await`");
}

#[test]
fn s59_a_live_run_has_no_pace() {
    let runner =
        Runner::new().feed(NAMES, pending()).collect(NAMES).pace(Pace::Times(2.0)).clock(jumping(0.0));
    let error = block_on(runner.run_live()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a live run goes at the pace of its clock; remove `.pace(..)`, or use `.run()`"
    );
}

#[test]
fn the_clock_of_the_machine_needs_no_runtime() {
    let source = Source::live(futures::stream::iter(["Jane"]));
    let begun = asp::Clock::now(&asp::SystemClock::new());
    let run = Runner::new().feed(NAMES, source).collect(NAMES).end(begun + d(0.02)).run_live();
    let outcome = block_on(run).unwrap();
    assert_eq!(outcome.report().dispatched.events, 0); // nobody but the collector reads it
    assert_eq!(outcome.report().live[0].received, 1);
}

#[test]
fn s51_a_task_of_its_own_needs_a_runtime() {
    let runner = Runner::new().feed(NAMES, pending().own_task()).collect(NAMES).clock(jumping(0.0));
    let error = block_on(runner.run_live()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the source of stream \"names\" failed at index 0: `own_task` needs a tokio runtime; await the run inside \
         `#[tokio::main]`"
    );
}

#[test]
fn options_of_live_sources_are_refused_on_past_ones() {
    let past = || Source::past(at(&[(1.0, "Jane")]));
    assert_eq!(
        refused(past().queue(1, WhenFull::Block)),
        "`queue(..)` is for live sources; a past source is pulled as it is needed"
    );
    assert_eq!(refused(past().own_task()), "`own_task()` is for live sources");
    assert_eq!(refused(past().sequence(|_| 1)), "`sequence(..)` is for live sources");
    assert_eq!(refused(past().max_lag(d(1.0), WhenLate::Drop)), "`max_lag(..)` is for live sources");
    assert_eq!(
        refused(past().splice_by_id(|name| *name)),
        "`splice_by_id(..)` is for a source with a past and a live part"
    );
    assert_eq!(
        refused(past().splice_by_time()),
        "`splice_by_time()` is for a source with a past and a live part"
    );
    assert_eq!(
        refused(past().history(async |_| Ok::<_, std::io::Error>(at(&[(1.0, "Jane")])))),
        "`history(..)` needs a live source, which it is asked for after; use `Source::past(..)`"
    );
}

#[test]
fn only_what_can_be_connected_can_be_connected_again() {
    let text = "`reconnect(..)` is for `Source::connect(..)`, which knows how to connect again";
    assert_eq!(refused(pending().reconnect(Reconnect::new(d(1.0)))), text);
    assert_eq!(refused(Source::past(at(&[(1.0, "Jane")])).reconnect(Reconnect::new(d(1.0)))), text);
}

#[test]
fn a_source_goes_on_live_once() {
    let past = || Source::past(at(&[(1.0, "Jane")]));
    assert_eq!(
        refused(pending().then_live(pending())),
        "`then_live(..)` is given a source that is live already"
    );
    assert_eq!(
        refused(past().then_live(past())),
        "`then_live(..)` needs a live source, such as `Source::live(..)`"
    );
}

#[test]
fn a_source_has_one_past() {
    let past = || Source::past(at(&[(1.0, "Jane")]));
    let history = async |_: Timestamp| Ok::<_, std::io::Error>(at(&[(2.0, "John")]));
    let text = "it has two pasts, that of `Source::past(..)` and that of `history(..)`; keep one of them";
    assert_eq!(refused(past().then_live(pending().history(history))), text);
    assert_eq!(refused(past().then_live(pending()).history(history)), text);
}

#[test]
fn live_sources_are_not_merged() {
    assert_eq!(
        refused(Source::merge([pending(), Source::past(at(&[(1.0, "Jane")]))])),
        "`Source::merge` joins past sources; join live streams with `futures::stream::select`"
    );
}

#[test]
fn live_sources_are_not_batched() {
    let stream: Stream<Vec<Name>> = Stream::new("batches");
    let runner = Runner::new().feed(stream.clone(), pending().batch_per_instant()).collect(stream);
    let error = block_on(runner.clock(jumping(0.0)).run_live()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the source of stream \"batches\": `batch_per_instant()` is for past sources; put it before `then_live(..)`"
    );
}

#[test]
fn a_connection_is_a_live_source_and_nothing_more() {
    let failed = |made: fn() -> Source<Name>| {
        let source = Source::connect(async move || Ok::<_, std::io::Error>(made()));
        let run = Runner::new().feed(NAMES, source).collect(NAMES).clock(jumping(0.0)).run_live();
        let text = block_on(run).unwrap_err().to_string();
        text.strip_prefix("the source of stream \"names\" failed at index 0: ").unwrap().to_owned()
    };
    let past = || Source::past(at(&[(1.0, "Jane")]));
    let text = "the function of `Source::connect` made a past source; what is past goes into `.history(..)`";
    assert_eq!(failed(past), text);
    let text = "the function of `Source::connect` made a source with a past or with options of its own; put them on \
                `Source::connect(..)`";
    assert_eq!(failed(|| Source::past(at(&[(1.0, "Jane")])).then_live(pending())), text);
    assert_eq!(failed(|| pending().queue(1, WhenFull::Latest)), text);
    assert_eq!(failed(|| pending().own_task()), text);
}

#[test]
fn all_faults_of_a_live_graph_are_found_together() {
    let runner = Runner::new().feed(NAMES, pending().reconnect(Reconnect::new(d(1.0)))).add(Reader);
    let error = block_on(runner.clock(jumping(0.0)).run_live()).unwrap_err();
    let ErrorKind::Graph(faults) = error.kind() else { panic!("{error}") };
    assert_eq!(faults.len(), 3, "{error}");
}

struct Reader;

#[strategy]
impl Reader {
    #[on_event(stream = "others")]
    fn others(&mut self, _: Name) {}
}

/// A run that needs nothing but to be awaited.
fn short() -> impl Future<Output = asp::Result<Outcome>> + Send + 'static {
    let clock = jumping(0.0);
    let names = Source::past(at(&[(-1.0, "Jane")])).then_live(script(&clock, &[(1.0, "John")]));
    Runner::new().feed(NAMES, names).collect(NAMES).clock(clock).run_live()
}

#[test]
fn a_live_run_may_be_spawned() {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let thread = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for runtime in [threads, thread] {
        let runs: Vec<_> = (0..10).map(|_| runtime.spawn(short())).collect();
        for run in runs {
            let mut outcome = runtime.block_on(run).unwrap().unwrap();
            assert_eq!(outcome.collected(NAMES).unwrap().len(), 2);
        }
    }
}

#[test]
fn two_live_runs_share_a_thread() {
    let (log, clock) = (Log::default(), jumping(0.0));
    let run = |name: Name, clock: &asp::ManualClock| {
        let log = log.clone();
        let names = Script::new(clock).event(s(1.0), name).event(s(2.0), name).end(s(2.0));
        let runner = Runner::new().feed(NAMES, names.source()).clock(clock.clone());
        runner.sink(NAMES, move |event| log.add(event.to_string())).run_live()
    };
    let (one, other) = block_on(futures::future::join(run("one", &clock), run("other", &jumping(0.0))));
    assert_eq!((one.unwrap().report().live[0].received, other.unwrap().report().live[0].received), (2, 2));
    assert_eq!(log.take().split(", ").count(), 4);
}

#[test]
fn a_live_run_says_what_it_is() {
    let run = Runner::new().run_live();
    assert_eq!(format!("{run:?}"), "RunLive(\"built\")");
}
