//! S42: `wait_for`, the next event of a stream.

use asp::prelude::*;
use asp::{ErrorKind, Request, RunContext, Stream};
use futures::join;

use crate::kit::*;

const NAMES: Stream<Name> = Stream::new("names");

/// Reads and emits around what a coroutine waits for.
struct Reads {
    log: Log,
    nap: f64,
}

#[strategy(emits(made: Name))]
impl Reads {
    #[on_event(stream = "names")]
    async fn arrive(&mut self, cx: &TaskContext<Self>, name: Name) {
        self.log.say(name);
        cx.sleep(d(self.nap)).await;
        cx.emit(Self::MADE, name);
    }
}

fn reads(nap: f64, log: &Log) -> Reads {
    Reads { log: log.clone(), nap }
}

fn hears(
    log: &Log,
    stream: Stream<Name>,
) -> impl FnOnce(RunContext) -> futures::future::BoxFuture<'static, ()> + use<> {
    let log = log.clone();
    move |cx| {
        Box::pin(async move {
            while let Some(name) = cx.wait_for(stream.clone()).await {
                log.say(format!("heard {name}"));
            }
            log.say("none");
        })
    }
}

#[test]
fn s42_who_waits_hears_after_the_handlers_and_wakes_in_the_next_round() {
    let log = Log::default();
    let sunk = log.clone();
    let runner = Runner::new().start(s(0.0)).feed(NAMES, at(&[(1.0, "a"), (1.0, "b"), (2.0, "c")]));
    let runner = runner.spawn(hears(&log, NAMES)).add(reads(0.0, &log));
    runner.sink(NAMES, move |event| sunk.add(format!("sink {}", event.value))).run().unwrap();
    // `b` comes before the wake: who is not waiting does not hear it.
    assert_eq!(log.take(), "a@1, sink a, sink b, b@1, heard a@1, c@2, sink c, heard c@2, none@2");
}

#[test]
fn s41_s42_who_waits_hears_while_the_strategy_is_suspended() {
    let log = Log::default();
    let runner = Runner::new().start(s(0.0)).feed(NAMES, at(&[(1.0, "a"), (2.0, "b"), (3.0, "c")]));
    runner.spawn(hears(&log, NAMES)).add(reads(5.0, &log)).run().unwrap();
    assert_eq!(log.take(), "a@1, heard a@1, heard b@2, heard c@3, none@3, b@6, c@11");
}

#[test]
fn s41_s42_an_exclusive_handler_waits_for_a_stream_of_its_own_strategy() {
    struct Both(Log);
    #[strategy]
    impl Both {
        #[on_event(stream = "orders")]
        async fn order(&mut self, cx: &TaskContext<Self>, order: Name) {
            let fill = cx.wait_for(Self::FILLS).await;
            self.0.say(format!("{order} {fill:?}"));
        }

        #[on_event(stream = "fills")]
        fn fill(&mut self, fill: u32) {
            self.0.say(format!("fill {fill}"));
        }
    }
    let log = Log::default();
    let runner = Runner::new().feed(Both::ORDERS, at(&[(0.0, "x"), (0.5, "y"), (1.5, "z")]));
    runner.feed(Both::FILLS, at(&[(1.0, 1), (2.0, 2)])).add(Both(log.clone())).run().unwrap();
    // Released at 1 by the first; `y` hears the second, at 2, and lets both fills and `z` go, which hears the end.
    assert_eq!(log.take(), "x Some(1)@1, y Some(2)@2, fill 1@2, z None@2, fill 2@2");
}

#[test]
fn s42_who_waits_for_an_emitted_stream_hears_what_is_emitted() {
    let log = Log::default();
    let own = log.clone();
    let runner = Runner::new().start(s(0.0)).feed(NAMES, at(&[(1.0, "a")])).add(reads(1.5, &log));
    let runner = runner.spawn(|cx| async move {
        own.say(format!("heard {:?}", cx.wait_for(Reads::MADE).await));
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "a@1, heard Some(\"a\")@2.5");
}

#[test]
fn s42_who_waits_for_ever_is_stuck() {
    // Streams that strategies emit never end.
    let log = Log::default();
    let runner = Runner::new().start(s(0.0)).feed(NAMES, at(&[(1.0, "a")])).add(reads(0.0, &log));
    let error = runner.spawn_as("listener", hears(&log, Reads::MADE)).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "stuck at 1970-01-01T00:00:01Z: 1 task waits and nothing is left that could wake it: listener; \
         set `.end(..)`, or wrap what they wait for in `cx.external(..)` if it is outside"
    );
    assert_eq!(log.take(), "a@1, heard a@1");
}

#[test]
fn s42_a_stream_that_has_ended_has_nothing_to_wait_for() {
    let log = Log::default();
    let own = log.clone();
    let runner =
        Runner::new().start(s(0.0)).feed(NAMES, at(&[(1.0, "a")])).feed(Stream::<u32>::new("none"), at(&[]));
    let runner = runner.collect(NAMES).spawn(|cx| async move {
        own.say(format!("{:?}", cx.wait_for(Stream::<u32>::new("none")).await));
        cx.sleep(d(5.0)).await;
        own.say(format!("{:?}", cx.wait_for(NAMES).await));
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "None@0, None@5");
}

fn refused<T: Clone + Send + 'static>(stream: &'static str) -> (String, String) {
    let stream = Stream::<T>::new(stream);
    let runner = Runner::new().start(s(0.0)).feed(NAMES, at(&[(1.0, "a")])).collect(NAMES);
    let error = runner
        .spawn_as("listener", move |cx| async move { _ = cx.wait_for(stream).await })
        .run()
        .unwrap_err();
    let ErrorKind::Refused { request, .. } = error.kind() else { panic!("{error}") };
    let kind = match request {
        Request::NoStream { similar, .. } => format!("none, similar {similar:?}"),
        Request::OtherType { given, .. } => format!("not {given}"),
        other => panic!("{other:?}"),
    };
    (kind, error.to_string())
}

#[test]
fn s42_a_stream_that_is_not_there_is_not_waited_for() {
    let cases = [
        (
            refused::<Name>("nams"),
            "none, similar Some(\"names\")",
            "listener: it waits for stream \"nams\", which this run does not have; a stream with a similar name exists: \
             \"names\"",
        ),
        (
            refused::<Name>("prices"),
            "none, similar None",
            "listener: it waits for stream \"prices\", which this run does not have; feed it, or add the strategy that \
             emits it",
        ),
        (
            refused::<u32>("names"),
            "not u32",
            "listener: it waits for u32 on stream \"names\", which carries another type; use the generated constant of \
             the stream",
        ),
    ];
    for ((kind, text), expected, message) in cases {
        assert_eq!((kind.as_str(), text.as_str()), (expected, message));
    }
}

#[test]
fn s42_a_handler_waits_for_the_stream_that_its_own_was_rebound_to() {
    struct Waits(Log);
    #[strategy]
    impl Waits {
        #[on_event(stream = "orders")]
        async fn order(&mut self, cx: &TaskContext<Self>, order: Name) {
            self.0.say(format!("{order} {:?}", cx.wait_for(Self::FILLS).await));
        }

        #[on_event(stream = "fills")]
        fn fill(&mut self, _: u32) {}
    }
    let log = Log::default();
    let (paper, real) = (Stream::<u32>::new("fills.paper"), Stream::<u32>::new("fills"));
    let runner = Runner::new()
        .feed(Waits::ORDERS, at(&[(0.0, "x")]))
        .feed(real.clone(), at(&[(1.0, 1)]))
        .collect(real);
    let runner =
        runner.feed(paper.clone(), at(&[(2.0, 2)])).add(Waits(log.clone())).rebind(Waits::FILLS, paper);
    runner.run().unwrap();
    assert_eq!(log.take(), "x Some(2)@2");
}

#[test]
fn s42_many_wait_and_some_give_up() {
    let log = Log::default();
    let own = log.clone();
    let runner = Runner::new().start(s(0.0)).feed(NAMES, at(&[(1.0, "a"), (3.0, "b")])).collect(NAMES);
    let runner = runner.spawn(|cx| async move {
        let gave_up = cx.timeout(d(0.5), cx.wait_for(NAMES)).await.is_err();
        own.say(gave_up);
        let both = join!(cx.wait_for(NAMES), cx.wait_for(NAMES));
        own.say(format!("{both:?}"));
        let (in_time, too_late) =
            join!(cx.timeout(d(2.0), cx.wait_for(NAMES)), cx.timeout(d(1.0), cx.wait_for(NAMES)));
        own.say(format!("{in_time:?} {too_late:?}"));
    });
    runner.run().unwrap();
    assert_eq!(log.take(), "true@0.5, (Some(\"a\"), Some(\"a\"))@1, Ok(Some(\"b\")) Err(Elapsed)@3");
}

#[test]
fn s42_who_begins_to_wait_hears_the_next_event_of_the_same_instant() {
    struct Next(Log);
    #[strategy]
    impl Next {
        #[on_event(stream = "names")]
        async fn arrive(this: Shared<Self>, name: Name) {
            let log = this.with(|it, _| it.0.clone());
            log.say(format!("{name} before {:?}", this.wait_for(Self::NAMES).await));
        }
    }
    let log = Log::default();
    let runner = Runner::new().feed(Next::NAMES, at(&[(1.0, "a"), (1.0, "b"), (2.0, "c")]));
    runner.add(Next(log.clone())).run().unwrap();
    assert_eq!(log.take(), "a before Some(\"b\")@1, b before Some(\"c\")@2, c before None@2");
}
