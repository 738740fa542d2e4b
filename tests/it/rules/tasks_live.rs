//! S41, S50: async handlers in live runs, and their replay.

use asp::prelude::*;
use asp::testing::Script;
use asp::{ManualClock, Recording};

use crate::kit::*;

struct Mixed {
    log: Log,
}

#[strategy]
impl Mixed {
    #[on_event(stream = "names")]
    async fn arrive(&mut self, cx: &TaskContext<Self>, name: Name) {
        let arrival = cx.arrival().map_or("past".to_owned(), seconds);
        self.log.say(format!("{name} ({arrival})"));
        cx.sleep(d(1.0)).await;
        cx.after(d(0.25)).later(name);
        self.log.say(format!("hello {name}"));
    }

    #[after]
    async fn later(this: Shared<Self>, name: Name) {
        this.sleep(d(0.5)).await;
        this.with(|it, _| it.log.say(format!("later {name}")));
    }

    #[on_notice(stream = "names")]
    fn notice(&mut self, cx: &Context<Self>, notice: Notice) {
        self.log.note(cx, format!("({notice})"));
    }

    #[every("2s", missed = "skip")]
    fn tick(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("tick {}", seconds(cx.due())));
    }

    #[on_live]
    fn live(&mut self, cx: &Context<Self>) {
        self.log.note(cx, format!("live {}", cx.is_live()));
    }

    #[on_caught_up]
    fn caught_up(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "caught up");
    }

    #[on_end(stream = "names")]
    fn end(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "end");
    }

    #[on_stop]
    fn stop(&mut self, cx: &Context<Self>) {
        self.log.note(cx, "stop");
    }
}

/// Records a live run of past and live names; its log, and that of its replay, which has the same digest.
fn recorded(clock: &ManualClock, past: &[(f64, Name)], live: Source<Name>, end: Option<f64>) -> String {
    let (log, recording) = (Log::default(), Recording::new().keep(Mixed::NAMES));
    let names = Source::past(at(past)).then_live(live);
    let runner = Runner::new().start(s(5.0)).feed(Mixed::NAMES, names).add(Mixed { log: log.clone() });
    let runner = runner.digest_with(Mixed::NAMES, |name| *name).record_to(&recording);
    let outcome = lived(clock, if let Some(end) = end { runner.end(s(end)) } else { runner });
    let said = log.take();
    let again = Runner::new().replay(&recording).add(Mixed { log: log.clone() });
    let again = again.digest_with(Mixed::NAMES, |name| *name).run().unwrap();
    // All but the arrival, which is not recorded.
    let plain =
        |log: &str| log.split(", ").map(|it| it.split(" (").next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(plain(&log.take()), plain(&said));
    assert_eq!(again.report().digest, outcome.report().digest);
    assert_eq!(again.report().dispatched, outcome.report().dispatched);
    assert_eq!(
        (again.report().pending, again.report().now),
        (outcome.report().pending, outcome.report().now)
    );
    said
}

#[test]
fn s41_s50_a_live_run_with_async_handlers_is_repeated() {
    let clock = jumping(10.0);
    let live = Script::new(&clock).event(s(12.5), "Sarah").event(s(12.75), "Paul").end(s(13.0));
    assert_eq!(
        recorded(&clock, &[(6.0, "Jane"), (6.5, "John")], live.source(), None),
        "Jane (past)@6, hello Jane@7, John (past)@7, hello John@8, tick 7@8, later Jane@8.5, \
         later John@8.75, tick 9@9, live true@10, caught up@10.000000001, tick 11@11, Sarah (12.5)@12.5, \
         hello Sarah@13.5, Paul (12.75)@13.5, hello Paul@14.5, tick 13@14.5, end@14.5, later Sarah@15, \
         tick 15@15, later Paul@15.25, stop@15.25"
    );
}

#[test]
fn s36_s41_hooks_of_a_suspended_strategy_wait() {
    let clock = jumping(10.0);
    let live = Script::new(&clock).event(s(11.0), "Sarah").end(s(11.0));
    assert_eq!(
        recorded(&clock, &[(9.5, "Jane")], live.source(), None),
        "tick 7@7, tick 9@9, Jane (past)@9.5, hello Jane@10.5, live true@10.5, caught up@10.5, Sarah (11)@11, hello Sarah@12, \
         tick 11@12, end@12, later Jane@12, later Sarah@12.75, stop@12.75"
    );
}

#[test]
fn s27_s50_an_end_amid_a_nap_is_repeated() {
    let clock = jumping(10.0);
    let live = Script::new(&clock).event(s(11.0), "Sarah").event(s(11.5), "Paul").end(s(12.0));
    let said = recorded(&clock, &[], live.source(), Some(11.75));
    assert!(said.ends_with("Sarah (11)@11, stop@11.75"), "{said}");
}

#[test]
fn s41_s50_a_stop_amid_a_nap_is_repeated() {
    let clock = ManualClock::new(s(10.0));
    let (log, recording) = (Log::default(), Recording::new().keep(Mixed::NAMES));
    let names = Source::past(at(&[(9.5, "Jane"), (9.75, "John")])).then_live(futures::stream::pending());
    let runner = Runner::new()
        .feed(Mixed::NAMES, names)
        .add(Mixed { log: log.clone() })
        .digest()
        .record_to(&recording);
    let stop = runner.stop_handle();
    // In the virtual phase, so that nobody gets any grace.
    let runner = runner.observe(move |it| {
        if it.handler == "arrive" {
            stop.stop()
        }
    });
    let outcome = futures::executor::block_on(runner.clock(clock).run_live()).unwrap();
    let said = log.take();
    let again = Runner::new().replay(&recording).add(Mixed { log: log.clone() }).digest().run().unwrap();
    assert_eq!(log.take(), said);
    assert_eq!((again.report().digest, again.report().now), (outcome.report().digest, outcome.report().now));
}

#[test]
fn s40_s41_notices_of_a_suspended_strategy_wait() {
    let clock = jumping(10.0);
    let first = Script::new(&clock).event(s(11.0), "Sarah").fail(s(11.25), "cable");
    let second = Script::new(&clock).event(s(13.0), "Paul").end(s(13.0));
    let source =
        Source::connect(asp::testing::connections([first, second])).reconnect(Reconnect::new(d(0.25)));
    let said = recorded(&clock, &[], source, None);
    assert_eq!(
        said,
        "tick 7@7, tick 9@9, live true@10, caught up@10.000000001, Sarah (11)@11, hello Sarah@12, tick 11@12, \
         (disconnected: cable)@12, (connected again, at attempt 1)@12, later Sarah@12.75, Paul (13)@13, hello Paul@14, \
         tick 13@14, end@14, later Paul@14.75, stop@14.75"
    );
}
