//! How the source of a live side is opened: first it receives, then its history is asked for, then it may get a task of its
//! own (S31, S51).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::{Side, shut};
use crate::live::feed::History;
use crate::live::inbox::Alone;
use crate::source::FaultKind;
use crate::stream::Payload;

/// How far that has come.
pub(super) enum Opening<T> {
    Source(Option<Box<dyn History<T>>>),
    History(Box<dyn History<T>>),
    Done,
}

impl<T: Payload> Side<T> {
    /// Opens the source, then asks for its history.
    pub(super) fn open(&mut self) -> Poll<Result<(), FaultKind>> {
        self.inbox.lane().listen();
        let waker = self.waker.clone();
        let cx = &mut Context::from_waker(&waker);
        loop {
            match &mut self.opening {
                Opening::Source(history) => {
                    if let Some(feed) = &mut self.feed {
                        ready!(feed.poll_ready(cx, &self.inbox))?;
                    }
                    self.opening = match history.take() {
                        Some(mut history) => {
                            history.ask(self.inbox.clock().now());
                            Opening::History(history)
                        }
                        None => Opening::Done,
                    };
                    if self.options.own_task {
                        self.spawn()?;
                    }
                }
                Opening::History(history) => {
                    self.past = Some(ready!(history.poll_past(cx))?);
                    self.opening = Opening::Done;
                }
                Opening::Done => return Poll::Ready(Ok(())),
            }
        }
    }

    /// Hands the source to a task of its own (S51).
    fn spawn(&mut self) -> Result<(), FaultKind> {
        let Some(mut feed) = self.feed.take() else { return Ok(()) };
        let inbox = Arc::clone(&self.inbox);
        let runtime = Handle::try_current().map_err(|_| FaultKind::NoRuntime)?;
        inbox.has_task.store(true, Ordering::Relaxed);
        // In a box, so that tokio's part of it is compiled once, and not for each payload.
        let polled: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(std::future::poll_fn(move |cx| {
            inbox.source.register(cx.waker());
            let close = feed.look(cx, &inbox, &mut Alone::Never);
            inbox.set_retry(feed.retry_at());
            let closes = close.is_some();
            shut(&inbox, close);
            inbox.lane().wake_lane();
            if closes { Poll::Ready(()) } else { Poll::Pending }
        }));
        self.task = Some(spawn(&runtime, polled));
        Ok(())
    }
}

#[inline(never)]
fn spawn(runtime: &Handle, task: Pin<Box<dyn Future<Output = ()> + Send>>) -> JoinHandle<()> {
    runtime.spawn(task)
}
