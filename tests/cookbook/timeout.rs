//! An answer that may not come.

use crate::kit::{shows, times};

// ANCHOR: recipe
use std::collections::BTreeMap;

use asp::prelude::*;
use futures::channel::oneshot;

const LIMIT: Duration = Duration::from_secs(2);

/// Asks, and waits for the answer to each question, but not for longer than two seconds.
#[derive(Default)]
struct Client {
    waiting: BTreeMap<u32, oneshot::Sender<&'static str>>,
}

#[strategy(emits(lines: String))]
impl Client {
    #[on_event(stream = "questions")]
    async fn ask(this: Shared<Self>, number: u32) {
        let (sender, answer) = oneshot::channel();
        this.with(|client, _| client.waiting.insert(number, sender));
        let line = match this.timeout(LIMIT, answer).await {
            Ok(Ok(answer)) => format!("{number}: {answer}"),
            _ => format!("{number}: gave up"),
        };
        this.with(|client, cx| {
            client.waiting.remove(&number);
            cx.emit(Self::LINES, line);
        });
    }

    #[on_event(stream = "answers")]
    fn answer(&mut self, cx: &Context<Self>, (number, answer): (u32, &'static str)) {
        match self.waiting.remove(&number) {
            Some(waits) => drop(waits.send(answer)),
            None => cx.emit(Self::LINES, format!("{number}: {answer}, which is too late")),
        }
    }
}

#[test]
fn gives_up_after_two_seconds() {
    let questions = times([("09:00:00", 1), ("09:00:00.500", 2), ("09:00:01", 3)]);
    let answers =
        times([("09:00:01.500", (2, "yes")), ("09:00:02.500", (1, "no")), ("09:00:03", (3, "yes"))]);
    let runner = Runner::new().feed(Client::QUESTIONS, questions).feed(Client::ANSWERS, answers);
    shows("timeout", runner.add(Client::default()), Client::LINES);
}
// ANCHOR_END: recipe
