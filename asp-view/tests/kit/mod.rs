//! What the tests of the page share: a run that goes on until it is stopped.

use std::thread::{self, JoinHandle};

use asp::prelude::*;
use asp_view::{Server, View};

/// Reads prices, and says what it thinks of them.
#[derive(Default)]
struct Watcher;

#[strategy(emits(remarks: String))]
impl Watcher {
    #[on_event(stream = "prices")]
    fn price(&mut self, cx: &Context<Self>, price: u64) {
        if price.is_multiple_of(1_000) {
            cx.after(Duration::from_secs(60)).remark(price);
        }
    }

    #[after]
    fn remark(&mut self, cx: &Context<Self>, price: u64) {
        cx.emit(Self::REMARKS, format!("it was {price} <b>once</b>"));
    }

    #[every("1h")]
    fn look(&mut self) {}
}

/// A run that is served, and its thread.
pub(crate) struct Served {
    pub(crate) view: Server,
    stop: StopHandle,
    run: JoinHandle<asp::Result<asp::Outcome>>,
}

impl Served {
    /// Runs over history without an end.
    pub(crate) fn begin() -> Self {
        let prices = (0..).map(|k: u64| (Timestamp::from_nanos(k as i64 * 1_000_000), k));
        let runner = Runner::new().feed(Watcher::PRICES, prices).add(Watcher);
        // ANCHOR: serve
        let view = View::new().title("watch").events(Watcher::REMARKS);
        let (runner, view) = view.serve(runner).expect("a port is free");
        eprintln!("see {}", view.url());
        // ANCHOR_END: serve
        let stop = runner.stop_handle();
        Served { view, stop, run: thread::spawn(move || runner.run()) }
    }

    /// Ends the run, and has the page show its end.
    pub(crate) fn end(self) -> Server {
        self.stop.stop();
        self.view.finish(&self.run.join().expect("no panic"));
        self.view
    }
}
