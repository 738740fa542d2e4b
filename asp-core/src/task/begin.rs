//! Where an async handler begins.

use std::fmt;

use super::context::TaskContext;
use super::exclusive::Exclusive;
use super::facts::Facts;
use super::local;
use super::run_context::RunContext;
use super::shared::Shared;
use super::tasks::{Kind, TaskInfo, TaskKey};
use crate::core::Core;
use crate::node::Node;
use crate::observe::Class;
use crate::strategy::{HandlerReturn, Strategy};

/// What made a handler run, for messages about its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) class: Class,
    /// The stream and the event's number on it.
    pub(crate) event: Option<(u32, u64)>,
    pub(crate) facts: Facts,
}

/// Makes the task of a deferred call or tick whose method is an `async fn`.
///
/// [`Strategy::begin`] is handed one; the impl that `#[strategy]` writes calls [`Begin::exclusive`] or
/// [`Begin::shared`].
///
/// ```
#[doc = include_str!("../../doc/sleeper.rs")]
/// assert!(Sleeper::is_async(&Nap));
/// let outcome = Runner::new().add(Sleeper::default()).run()?;
/// assert_eq!(outcome.report().now.to_string(), "1970-01-01T00:00:03Z");
/// # Ok::<(), asp_core::Error>(())
/// ```
pub struct Begin<'a, S: Strategy> {
    pub(crate) node: &'a mut Node<S>,
    pub(crate) core: &'a mut Core,
    pub(crate) method: &'static str,
    pub(crate) origin: Origin,
    /// The task that was made.
    pub(crate) made: &'a mut Option<TaskKey>,
}

impl<S: Strategy> Begin<'_, S> {
    /// Makes a task that has the strategy until it ends: `async fn f(&mut self, cx: &TaskContext<Self>, ..)`.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn begin(call: Nap, task: Begin<'_, Sleeper>) {
    ///     task.exclusive(|mut this, cx| async move {
    ///         cx.sleep(Duration::from_secs(1)).await;
    ///         this.naps += 1;
    ///     });
    /// }
    /// ```
    pub fn exclusive<F>(self, future: impl FnOnce(Exclusive<S>, TaskContext<S>) -> F)
    where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        let cx = self.context();
        let Begin { node, core, method, origin, made } = self;
        let Some(strategy) = node.hand_out() else { return };
        let future = future(Exclusive::new(core.tasks.outside.run, node.cx.node(), strategy), cx);
        let info = info(node.cx.node(), Kind::Exclusive, method, origin);
        let key = core.add_task(future, info);
        node.held_by(key, method);
        *made = Some(key);
    }

    /// Makes a task that runs beside the handlers of the strategy: `async fn f(this: Shared<Self>, ..)`.
    ///
    /// ```
    #[doc = include_str!("../../doc/sleeper.rs")]
    /// fn begin(call: Nap, task: Begin<'_, Sleeper>) {
    ///     task.shared(|this| async move {
    ///         this.sleep(Duration::from_secs(1)).await;
    ///         this.with(|sleeper, _| sleeper.naps += 1);
    ///     });
    /// }
    /// ```
    pub fn shared<F>(self, future: impl FnOnce(Shared<S>) -> F)
    where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        let cx = self.context();
        let Begin { node, core, method, origin, made } = self;
        let info = info(node.cx.node(), Kind::Beside, method, origin);
        *made = Some(core.add_task(future(Shared::new(cx)), info));
    }

    fn context(&self) -> TaskContext<S> {
        local::in_run(|local| local.begins = Some(self.origin.facts));
        TaskContext::new(RunContext::new(self.core.tasks.outside.run, self.node.cx.node()))
    }
}

/// What is known of the task of a handler.
pub(super) fn info(owner: u32, kind: Kind, method: &'static str, origin: Origin) -> TaskInfo {
    TaskInfo { owner, kind, method, origin, joint: None, retires: false }
}

impl<S: Strategy> fmt::Debug for Begin<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begin")
            .field("strategy", &S::NAME)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
