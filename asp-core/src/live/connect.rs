//! Sources that are connected, and connected again when they fail (S31, S40).

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Notice;
use super::feed::{Close, Feed, guarded};
use super::inbox::{Alone, Inbox};
use super::queue::Item;
use crate::source::FaultKind;
use crate::stream::Payload;
use crate::time::{Duration, Timestamp};

/// How a source of [`Source::connect`](crate::Source::connect) is connected again after it failed (S40).
///
/// The first attempt is made after `first`, each further one after twice the time, up to `longest`.
///
/// ```
/// use asp_core::{Duration, Reconnect};
///
/// let policy = Reconnect::new(Duration::from_millis(100)).longest(Duration::from_secs(10)).attempts(20);
/// # let _ = policy;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    first: Duration,
    longest: Duration,
    attempts: u32,
    on_end: bool,
}

impl Reconnect {
    /// Tries again after `first`, then after twice the time and so on, at most 30 s, for ever.
    ///
    /// ```
    /// use asp_core::{Duration, Reconnect};
    ///
    /// let policy = Reconnect::new(Duration::from_millis(100));
    /// # let _ = policy;
    /// ```
    pub const fn new(first: Duration) -> Self {
        Reconnect { first, longest: Duration::from_secs(30), attempts: u32::MAX, on_end: false }
    }

    /// The longest time between two attempts.
    ///
    /// ```
    /// use asp_core::{Duration, Reconnect};
    ///
    /// let steady = Reconnect::new(Duration::from_secs(1)).longest(Duration::from_secs(1));
    /// # let _ = steady;
    /// ```
    pub const fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// After so many attempts in a row that failed, the run stops with the error of the last one.
    ///
    /// ```
    /// use asp_core::{Duration, Reconnect};
    ///
    /// let policy = Reconnect::new(Duration::from_secs(1)).attempts(3);
    /// # let _ = policy;
    /// ```
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Takes the end of the source for a failure: for servers that close connections in an orderly way, and mean to be
    /// called again.
    ///
    /// ```
    /// use asp_core::{Duration, Reconnect};
    ///
    /// let policy = Reconnect::new(Duration::from_secs(1)).on_end();
    /// # let _ = policy;
    /// ```
    pub const fn on_end(mut self) -> Self {
        self.on_end = true;
        self
    }

    /// How long to wait before an attempt, counted from 1.
    fn delay(&self, attempt: u32) -> Duration {
        let factor = 1_i64.checked_shl(attempt.saturating_sub(1)).filter(|factor| *factor > 0);
        let delay = factor.and_then(|factor| self.first.as_nanos().checked_mul(factor));
        delay.map_or(self.longest, Duration::from_nanos).min(self.longest)
    }
}

pub(crate) type Connecting<T> =
    Pin<Box<dyn Future<Output = Result<Box<dyn Feed<T>>, Box<dyn std::error::Error + Send + Sync>>> + Send>>;

/// Calls the user's function once more.
pub(crate) type Dial<T> = Box<dyn FnMut() -> Connecting<T> + Send>;

enum Link<T> {
    Down { since: Option<Timestamp> },
    Connecting(Connecting<T>),
    Up(Box<dyn Feed<T>>),
    Closed,
}

/// A source that is made by a function, again and again if need be.
pub(crate) struct Connect<T> {
    dial: Dial<T>,
    policy: Option<Reconnect>,
    link: Link<T>,
    /// Attempts in a row, since the source was up or this began.
    attempt: u32,
    /// True once it was up.
    was_up: bool,
}

impl<T: Payload> Connect<T> {
    pub(crate) fn new(dial: Dial<T>) -> Self {
        Connect { dial, policy: None, link: Link::Down { since: None }, attempt: 0, was_up: false }
    }

    pub(crate) fn set_policy(&mut self, policy: Reconnect) {
        self.policy = Some(policy);
    }

    /// Goes on with connecting. Ready when the source is up, or nothing more will come of it.
    fn advance(&mut self, cx: &mut Context<'_>, inbox: &Inbox<T>) -> Poll<Result<(), FaultKind>> {
        loop {
            let is_early = self.retry_at().is_some_and(|time| time > inbox.clock().now());
            let connected = match &mut self.link {
                Link::Up(_) | Link::Closed => return Poll::Ready(Ok(())),
                Link::Connecting(connecting) => ready!(guarded(|| connecting.as_mut().poll(cx))),
                Link::Down { .. } if is_early => return Poll::Pending,
                Link::Down { .. } => {
                    self.attempt += 1;
                    self.link = Link::Connecting((self.dial)());
                    continue;
                }
            };
            match connected {
                Ok(Ok(feed)) => self.connected(feed, inbox),
                Ok(Err(error)) => self.failed(inbox, FaultKind::Failed(error))?,
                Err(panicked) => self.failed(inbox, panicked)?,
            }
        }
    }

    fn connected(&mut self, feed: Box<dyn Feed<T>>, inbox: &Inbox<T>) {
        self.link = Link::Up(feed);
        if self.was_up {
            inbox.push(Item::Notice(Notice::Reconnected { attempts: self.attempt }));
        }
        self.was_up = true;
        self.attempt = 0;
    }

    /// The source failed, or could not be connected. An error if it is not to be connected again.
    fn failed(&mut self, inbox: &Inbox<T>, fault: FaultKind) -> Result<(), FaultKind> {
        let goes_on = self.policy.is_some_and(|policy| self.attempt < policy.attempts);
        let was_up = matches!(self.link, Link::Up(_));
        self.link = Link::Closed;
        // A panic is a mistake in the program, which another attempt would only repeat.
        if !goes_on || matches!(fault, FaultKind::Panicked(_)) {
            return Err(fault);
        }
        if was_up {
            inbox.push(Item::Notice(Notice::Disconnected { error: fault.to_string() }));
        }
        self.link = Link::Down { since: Some(inbox.clock().now()) };
        Ok(())
    }
}

impl<T: Payload> Feed<T> for Connect<T> {
    fn poll_ready(&mut self, cx: &mut Context<'_>, inbox: &Inbox<T>) -> Poll<Result<(), FaultKind>> {
        self.advance(cx, inbox)
    }

    fn look(&mut self, cx: &mut Context<'_>, inbox: &Inbox<T>, alone: &mut Alone<T>) -> Option<Close> {
        match self.advance(cx, inbox) {
            Poll::Pending => return None,
            Poll::Ready(Err(fault)) => return Some(Close::Fault(fault)),
            Poll::Ready(Ok(())) => {}
        }
        let Link::Up(feed) = &mut self.link else { return None };
        let fault = match feed.look(cx, inbox, alone)? {
            Close::End if self.policy.is_none_or(|policy| !policy.on_end) => return Some(Close::End),
            Close::End => FaultKind::Failed("the source ended".into()),
            Close::Fault(fault) => fault,
        };
        // The next attempt is made when its time has come, not now: a source that fails at once cannot hold the run.
        self.failed(inbox, fault).err().map(Close::Fault)
    }

    fn retry_at(&self) -> Option<Timestamp> {
        let Link::Down { since: Some(since) } = self.link else { return None };
        // The attempt that opens the source was made without a wait.
        let delay = self.policy?.delay(self.attempt + u32::from(self.was_up));
        Some(since.checked_add(delay).unwrap_or(Timestamp::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s40_the_time_between_attempts_doubles_up_to_a_limit() {
        let policy = Reconnect::new(Duration::from_millis(100)).longest(Duration::from_secs(1));
        let delays: Vec<i64> = (1..=6).map(|attempt| policy.delay(attempt).as_nanos() / 1_000_000).collect();
        assert_eq!(delays, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(policy.delay(u32::MAX), Duration::from_secs(1));
    }
}
