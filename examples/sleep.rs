//! A handler that sleeps: it has the strategy to itself until it ends, and what comes meanwhile waits.
//!
//! Two names are recorded a second apart, and each is greeted five seconds after its handler has begun. John's handler
//! begins when Jane's has ended, four seconds late, and the ticks of all that time come after both. Over history the ten
//! seconds take no time at all. Sarah comes when the run is live: the same handler then sleeps for real.
//!
//! What history and the live sleep took in real time is not printed but checked, so that each run prints the same.

use std::time::Instant;

use asp::prelude::*;
use asp::testing;
use tokio::runtime::Builder;

/// Somebody, and how long to sleep before greeting them.
#[derive(Clone)]
struct Visitor {
    name: &'static str,
    nap: Duration,
}

struct Greeter {
    begun: Instant,
}

#[strategy]
impl Greeter {
    #[on_start]
    fn start(&mut self, cx: &Context<Self>) {
        cx.every(Every::new(Duration::from_secs(2)).times(5)).tick();
    }

    #[on_event(stream = "visitors")]
    async fn arrive(&mut self, cx: &TaskContext<Self>, Visitor { name, nap }: Visitor) {
        let (begun, real) = (cx.now(), Instant::now());
        say(cx, format_args!("{name} arrived {} ago", cx.lag()));
        cx.sleep(nap).await;
        say(cx, format_args!("hello {name}, {} later", cx.now() - begun));
        if cx.is_live() {
            // Nine tenths, as the clock of a live run may go a tenth faster to catch up with the wall.
            assert!(real.elapsed().as_nanos() * 10 >= nap.as_nanos() as u128 * 9, "it slept for real");
        }
    }

    #[after]
    fn tick(&mut self, cx: &Context<Self>) {
        println!("{} tick due at {}", cx.now(), cx.due());
    }

    #[on_live]
    fn live(&mut self) {
        println!("** Running live **");
        let took = self.begun.elapsed();
        eprintln!("ten seconds of history took {took:?}");
        assert!(took.as_millis() < 100, "history sleeps in no time");
    }
}

/// The time and a text; of the live part no time, as that is never the same.
fn say(cx: &TaskContext<Greeter>, text: impl std::fmt::Display) {
    if cx.is_live() { println!("{text}") } else { println!("{} {text}", cx.now()) }
}

async fn greet_visitors() -> asp::Result<()> {
    let nap = Duration::from_secs(5);
    let recorded = timestamps("2025-01-01".parse()?, Duration::from_secs(1))
        .zip([Visitor { name: "Jane", nap }, Visitor { name: "John", nap }]);
    let arriving = [Visitor { name: "Sarah", nap: Duration::from_millis(300) }];
    let visitors = Source::past(recorded).then_live(testing::live(arriving, Duration::from_millis(50)));
    Runner::new().feed(Greeter::VISITORS, visitors).add(Greeter { begun: Instant::now() }).run_live().await?;
    Ok(())
}

fn main() -> asp::Result<()> {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime without I/O asks nothing of the system").block_on(greet_visitors())
}
