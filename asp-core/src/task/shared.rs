//! [`Shared`]: a strategy among several handlers that run beside each other.

use std::fmt;
use std::ops::Deref;

use super::context::{TaskContext, unreached};
use super::local::{self, Unreached};
use crate::context::Context;
use crate::node::Node;
use crate::strategy::Strategy;

/// The strategy in a handler that runs beside the others: `async fn f(this: Shared<Self>, ..)`.
///
/// Its state is reached between two awaits, as `this.with(|state, cx| state.count)` ([`Shared::with`]); meanwhile other
/// handlers may change it. It has the
/// methods of [`TaskContext`], [`RunContext::sleep`](crate::RunContext::sleep) among them. Clones are the same strategy.
///
/// ```
#[doc = include_str!("../../doc/sleeper.rs")]
/// async fn nap(this: Shared<Sleeper>) {
///     let naps = this.with(|sleeper, _| sleeper.naps);
///     this.sleep(Duration::from_secs(i64::from(naps))).await;
///     this.with(|sleeper, cx| {
///         sleeper.naps += 1;
///         println!("{} {}", cx.now(), sleeper.naps);
///     });
/// }
/// ```
pub struct Shared<S: Strategy>(TaskContext<S>);

impl<S: Strategy> Shared<S> {
    pub(super) fn new(cx: TaskContext<S>) -> Self {
        Shared(cx)
    }

    /// Does something with the state, at once; nothing of it can be held over an `.await`.
    ///
    /// The closure cannot wait, and no reference to the state leaves it: read what is needed, wait outside, and look at the
    /// state anew. Inside, use the `cx` that the closure is given.
    ///
    /// # Panics
    ///
    /// Outside of the strategy's own handlers and the tasks that they spawn, and inside of another `with`.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// async fn count(this: Shared<Sleeper>) {
    ///     this.with(|sleeper, _| sleeper.naps += 1);
    /// }
    /// ```
    #[track_caller]
    pub fn with<R>(&self, work: impl FnOnce(&mut S, &Context<S>) -> R) -> R {
        let done = local::with_loan(self.0.run(), self.0.node(), |node: &mut Node<S>| {
            node.state().map(|(strategy, cx)| work(strategy, cx))
        });
        match done {
            Ok(Some(done)) => done,
            Ok(None) => unreached::<S>(&Unreached::Elsewhere),
            Err(why) => unreached::<S>(&why),
        }
    }
}

impl<S: Strategy> Deref for Shared<S> {
    type Target = TaskContext<S>;

    fn deref(&self) -> &TaskContext<S> {
        &self.0
    }
}

impl<S: Strategy> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<S: Strategy> fmt::Debug for Shared<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shared").field(&S::NAME).finish()
    }
}
