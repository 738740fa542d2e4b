//! What code under a run reaches without being handed it. It is set for each poll of a run and restored after it, so that
//! runs nest and migrate between threads.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::task::Waker;

use super::facts::Facts;
use super::outside::Outside;
use super::sleeps::Sleeps;
use super::spawn::{Joint, Spawned};
use super::tasks::TaskKey;
use super::wait_for::Wish;
use crate::desk::Refused;
use crate::growth::Asked;
use crate::node::{AnyNode, Node};
use crate::strategy::Strategy;

thread_local! {
    static HERE: Here = const {
        Here { local: RefCell::new(None), lent: RefCell::new(None), in_use: Cell::new(0) }
    };
}

/// What a run has on the thread that polls it. One place, so that it is looked up once.
struct Here {
    local: RefCell<Option<Box<Local>>>,
    /// The node of the task that is being polled, unless code of users works on it.
    lent: RefCell<Option<Box<Lent>>>,
    /// The run whose node they work on; 0 if they do not.
    in_use: Cell<u32>,
}

/// The node that the task belongs to which is being polled. It is behind one pointer, since it is taken out and put back
/// in each poll; that memory is used again.
pub(crate) struct Lent {
    /// The number of its run.
    run: u32,
    /// Absent while it is nobody's.
    node: Option<Box<dyn AnyNode>>,
}

/// What a task asks for while it is polled; heard when the poll has returned.
pub(crate) enum Ask {
    /// The sleep in that slot has begun.
    Sleep(u32),
    Wake(TaskKey),
    Spawn(Box<Spawned>),
    Cancel(Arc<Joint>),
    Wait(Box<Wish>),
    Refuse(Box<(Current, Refused)>),
    Stop,
    /// What a handler asked for that changes who takes part in the run.
    Grow(Box<Asked>),
    /// A strategy has retired.
    Retire(u32),
    /// An instance that was made for its key is to hear of streams that have none.
    Attach(u32),
}

/// The task that is being polled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Current {
    pub(crate) key: TaskKey,
    /// Who it belongs to, by its place among the names of the run.
    pub(crate) owner: u32,
    pub(crate) method: &'static str,
    /// True if it has to wait while another handler has the strategy.
    pub(crate) waits: bool,
    /// The address of its waker's data, which tells it from wakers of futures in between.
    pub(crate) waker: usize,
    pub(crate) facts: Facts,
}

pub(crate) struct Local {
    pub(crate) outside: Arc<Outside>,
    /// Its number.
    pub(crate) run: u32,
    /// Virtual time.
    pub(crate) now: Arc<AtomicI64>,
    pub(crate) sleeps: Sleeps,
    /// A sleep that has begun, if that is what was asked for first. As a rule it is all there is.
    pub(crate) asked: Option<u32>,
    /// What was asked for after that.
    pub(crate) asks: Vec<Ask>,
    pub(crate) current: Option<Current>,
    /// What is known of the item for which a task is being made.
    pub(super) begins: Option<Facts>,
    /// A task that is about to be polled anyway.
    pub(crate) absorbs: Option<TaskKey>,
    /// What a node was lent in.
    spare: Option<Box<Lent>>,
}

impl Local {
    /// A sleep has begun.
    #[inline]
    pub(super) fn ask_sleep(&mut self, slot: u32) {
        if self.asked.is_none() && self.asks.is_empty() {
            self.asked = Some(slot);
        } else {
            self.asks.push(Ask::Sleep(slot));
        }
    }

    /// What is known of the item that a task of `owner` was begun with, which is being polled or is about to be.
    pub(super) fn facts(&self, owner: u32) -> Option<Facts> {
        match self.current {
            Some(current) => (current.owner == owner).then_some(current.facts),
            None => self.begins,
        }
    }

    /// True if nothing was asked for that was not heard.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        self.asked.is_none() && self.asks.is_empty()
    }

    pub(crate) fn new(outside: Arc<Outside>, now: Arc<AtomicI64>) -> Box<Self> {
        Box::new(Local {
            run: outside.run,
            outside,
            now,
            sleeps: Sleeps::new(),
            asked: None,
            asks: Vec::new(),
            current: None,
            begins: None,
            absorbs: None,
            spare: None,
        })
    }
}

/// While it lives, the thread is under a run.
pub(crate) struct Entered {
    before: Option<Box<Local>>,
    lent_before: Option<Box<Lent>>,
    in_use_before: u32,
    has_left: bool,
}

/// Begins a poll of a run.
pub(crate) fn enter(local: Box<Local>) -> Entered {
    HERE.with(|here| Entered {
        before: here.local.borrow_mut().replace(local),
        lent_before: here.lent.take(),
        in_use_before: here.in_use.take(),
        has_left: false,
    })
}

impl Entered {
    /// Ends the poll; what is the run's own.
    pub(crate) fn leave(mut self) -> Option<Box<Local>> {
        self.has_left = true;
        self.restore()
    }

    /// What was here before is here again; what was here.
    #[inline]
    fn restore(&mut self) -> Option<Box<Local>> {
        let (before, lent_before) = (self.before.take(), self.lent_before.take());
        let (local, lent) = HERE.with(|here| {
            here.in_use.set(self.in_use_before);
            (here.local.replace(before), here.lent.replace(lent_before))
        });
        if lent.is_some() {
            drop(lent);
        }
        local
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if !self.has_left {
            // The run unwinds.
            drop(self.restore());
        }
    }
}

/// Does something with what the run has here; none if no run is being polled on this thread. What is done calls no code of
/// users.
#[inline]
pub(crate) fn with<R>(work: impl FnOnce(&mut Local) -> R) -> Option<R> {
    let in_run = |here: &Here| {
        let mut local = here.local.try_borrow_mut().ok()?;
        Some(work(local.as_deref_mut()?))
    };
    HERE.try_with(in_run).ok().flatten()
}

/// [`with`], for those who are the run.
#[inline]
pub(crate) fn in_run<R>(work: impl FnOnce(&mut Local) -> R) -> R {
    with(work).expect("a run that is polled has entered")
}

/// [`in_run`] between two polls of tasks, with the node that is lent to them.
#[inline]
pub(super) fn between<R>(work: impl FnOnce(&mut Local, Option<&mut dyn AnyNode>) -> R) -> R {
    HERE.with(|here| {
        let mut local = here.local.borrow_mut();
        let local = local.as_deref_mut().expect("a run that is polled has entered");
        let mut lent = here.lent.borrow_mut();
        work(local, lent.as_deref_mut().and_then(|lent| lent.node.as_deref_mut()))
    })
}

/// Wakes a task of a run. False if that run is not the one that is being polled on this thread.
pub(super) fn wake(run: u32, key: TaskKey) -> bool {
    let own = with(|local| {
        let is_own = local.run == run;
        if is_own && local.absorbs != Some(key) {
            local.asks.push(Ask::Wake(key));
        }
        is_own
    });
    own.unwrap_or(false)
}

/// Begins to poll a task, which reaches its node from now on.
pub(super) fn lend(node: Option<Box<dyn AnyNode>>, current: Current) {
    let lent = in_run(|local| {
        local.current = Some(current);
        let run = local.run;
        let mut lent = local.spare.take().unwrap_or_else(|| Box::new(Lent { run, node: None }));
        lent.node = node;
        lent
    });
    HERE.with(|here| here.put(Some(lent)));
}

/// The poll of a task is over: its node, if it has one. The task is still the current one, until it was heard.
pub(super) fn take_back() -> Option<Box<dyn AnyNode>> {
    let mut lent = HERE.with(|here| here.lent.take())?;
    let node = lent.node.take();
    in_run(|local| local.spare = Some(lent));
    node
}

/// Why code does not reach a strategy.
#[derive(Debug)]
pub(super) enum Unreached {
    /// No task of it is being polled on this thread.
    Elsewhere,
    /// It is being used further up.
    InUse,
}

/// Does something with the node that the task which is being polled belongs to.
pub(super) fn with_node<S: Strategy, R>(
    run: u32,
    node: u32,
    work: impl FnOnce(&Node<S>) -> R,
) -> Result<R, Unreached> {
    let found = HERE.try_with(|here| {
        let lent = here.lent.try_borrow().map_err(|_| Unreached::InUse)?;
        let lent = lent.as_deref().filter(|lent| lent.run == run).ok_or_else(|| here.unreached(run))?;
        let lent: &dyn Any = lent.node.as_deref().ok_or(Unreached::Elsewhere)?;
        let lent = lent.downcast_ref::<Node<S>>().filter(|lent| lent.cx.node() == node);
        lent.map(work).ok_or(Unreached::Elsewhere)
    });
    found.unwrap_or(Err(Unreached::Elsewhere))
}

/// Takes the node out, for code of users to work on it; it is given back whatever happens.
#[inline]
pub(super) fn with_loan<S: Strategy, R>(
    run: u32,
    node: u32,
    work: impl FnOnce(&mut Node<S>) -> R,
) -> Result<R, Unreached> {
    let found = HERE.try_with(|here| {
        let mut loan = here.take(run)?;
        let lent: &mut dyn Any =
            loan.lent.as_mut().and_then(|lent| lent.node.as_deref_mut()).ok_or(Unreached::Elsewhere)?;
        let lent = lent.downcast_mut::<Node<S>>().filter(|lent| lent.cx.node() == node);
        lent.map(work).ok_or(Unreached::Elsewhere)
    });
    found.unwrap_or(Err(Unreached::Elsewhere))
}

/// What is taken out, until it is given back.
struct Loan<'a> {
    here: &'a Here,
    lent: Option<Box<Lent>>,
}

impl Here {
    #[inline]
    fn take(&self, run: u32) -> Result<Loan<'_>, Unreached> {
        let mut lent = self.lent.try_borrow_mut().map_err(|_| Unreached::InUse)?;
        match lent.take() {
            Some(taken) if taken.run == run => {
                self.in_use.set(run);
                Ok(Loan { here: self, lent: Some(taken) })
            }
            other => {
                *lent = other;
                Err(self.unreached(run))
            }
        }
    }

    #[inline]
    fn put(&self, lent: Option<Box<Lent>>) {
        if let Some(left) = self.lent.replace(lent) {
            drop_left(left);
        }
    }

    #[cold]
    fn unreached(&self, run: u32) -> Unreached {
        if self.in_use.get() == run { Unreached::InUse } else { Unreached::Elsewhere }
    }
}

impl Drop for Loan<'_> {
    #[inline]
    fn drop(&mut self) {
        self.here.in_use.set(0);
        self.here.put(self.lent.take());
    }
}

/// Nothing is left, as a rule.
#[cold]
fn drop_left(left: Box<Lent>) {
    drop(left);
}

/// True if a task of that run is being polled here, or is about to be.
pub(super) fn is_under(run: u32) -> bool {
    with(|local| local.run == run).unwrap_or(false)
}

/// Asks the run for something at the end of this dispatch; false if no run is being polled here.
pub(super) fn ask(what: Ask) -> bool {
    with(|local| local.asks.push(what)).is_some()
}

/// The waker's identity, as [`Current::waker`] has it.
pub(super) fn address(waker: &Waker) -> usize {
    waker.data().addr()
}
