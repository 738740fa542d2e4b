//! How long handlers take, for runs that were asked to tell.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::roster::{Owner, Roster};
use crate::time::{Duration, Stopwatch, Timestamp};

/// Handlers that are told apart; the rest is counted together.
const MOST: usize = 256;

/// How long one handler took, in real time; in [`Report::handlers`](crate::Report::handlers).
///
/// ```
#[doc = include_str!("../doc/greeter.rs")]
/// let runner = Runner::new().feed(Greeter::NAMES, names()).add(Greeter::default());
/// let outcome = runner.time_handlers().run()?;
/// let arrive = &outcome.report().handlers[0];
/// assert_eq!((arrive.strategy.as_str(), arrive.handler.as_str(), arrive.calls), ("Greeter", "arrive", 3));
/// assert!(arrive.max <= arrive.total);
/// # Ok::<(), asp_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct HandlerTimes {
    /// The strategy; of a [`Keyed`](crate::Keyed) all instances together.
    pub strategy: String,
    /// The method.
    pub handler: String,
    /// How often it was called; of an `async` handler how often it went on.
    pub calls: u64,
    /// How long it took in all.
    pub total: Duration,
    /// How long the longest call took.
    pub max: Duration,
    /// The virtual time of that call.
    pub max_at: Timestamp,
}

/// The handlers of a run and their times.
#[derive(Debug, Default)]
pub(crate) struct Times {
    rows: Vec<HandlerTimes>,
    /// By owner and name of the method, as addresses.
    known: HashMap<(usize, usize), usize>,
    /// The owners' names, so that their addresses are those of no others.
    owners: Vec<Arc<str>>,
    running: Option<(usize, Stopwatch)>,
}

impl Times {
    /// A handler is about to be called.
    pub(crate) fn begin(&mut self, roster: &Roster, node: u32, method: &'static str) {
        let owner = roster.owner(node);
        let key = match &owner {
            Owner::Named(name) => (name.as_ptr() as usize, method.as_ptr() as usize),
            // No address is that low.
            Owner::Group(group) => (*group as usize, method.as_ptr() as usize),
        };
        let row = match self.known.get(&key) {
            Some(&row) => row,
            None => self.add(roster, node, method, owner, key),
        };
        self.running = Some((row, Stopwatch::start()));
    }

    /// It has returned.
    pub(crate) fn end(&mut self, now: Timestamp) {
        let Some((row, stopwatch)) = self.running.take() else { return };
        let took = stopwatch.elapsed();
        let times = &mut self.rows[row];
        times.calls += 1;
        times.total = times.total.saturating_add(took);
        if took > times.max || times.calls == 1 {
            (times.max, times.max_at) = (took, now);
        }
    }

    /// What became of it, in the order of first calls.
    pub(crate) fn take(&mut self) -> Vec<HandlerTimes> {
        self.known.clear();
        let rows = std::mem::take(&mut self.rows).into_iter();
        rows.filter(|times| times.calls > 0).collect()
    }

    #[cold]
    fn add(
        &mut self,
        roster: &Roster,
        node: u32,
        method: &'static str,
        owner: Owner<'_>,
        key: (usize, usize),
    ) -> usize {
        let name = roster.name(node);
        let strategy = match owner {
            Owner::Named(name) => &**name,
            // The name of the group stands before the key of the instance.
            Owner::Group(_) => name.split_once('[').map_or(&*name, |(group, _)| group),
        };
        let is_this = |row: &HandlerTimes| row.strategy == strategy && row.handler == method;
        let found = self.rows.iter().position(is_this);
        let row = match found {
            Some(row) => row,
            None if self.rows.len() < MOST => self.push(strategy, method),
            None if self.rows.len() == MOST => return self.push("others", "all"),
            None => return MOST,
        };
        if self.known.len() < 4 * MOST {
            if let Owner::Named(name) = owner {
                self.owners.push(Arc::clone(name));
            }
            self.known.insert(key, row);
        }
        row
    }

    fn push(&mut self, strategy: &str, handler: &str) -> usize {
        let (strategy, handler) = (strategy.to_owned(), handler.to_owned());
        self.rows.push(HandlerTimes { strategy, handler, ..HandlerTimes::default() });
        self.rows.len() - 1
    }
}
