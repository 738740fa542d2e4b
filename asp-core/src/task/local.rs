//! What code under a run reaches without being handed it. It is set for each poll of a run and restored after it, so that
//! runs nest and migrate between threads.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::task::Waker;

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
    static LOCAL: RefCell<Option<Box<Local>>> = const { RefCell::new(None) };
    static LENT: RefCell<Lent> = const { RefCell::new(Lent::Nothing) };
}

/// The node that the task belongs to which is being polled, with the number of the run.
#[derive(Default)]
enum Lent {
    #[default]
    Nothing,
    Node(u32, Box<dyn AnyNode>),
    /// Code of users works on it.
    InUse(u32),
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
}

pub(crate) struct Local {
    pub(crate) outside: Arc<Outside>,
    /// Its number.
    pub(crate) run: u32,
    /// Virtual time.
    pub(crate) now: Arc<AtomicI64>,
    pub(crate) sleeps: Sleeps,
    pub(crate) asks: Vec<Ask>,
    pub(crate) current: Option<Current>,
    /// A task that is about to be polled anyway.
    pub(crate) absorbs: Option<TaskKey>,
}

impl Local {
    pub(crate) fn new(outside: Arc<Outside>, now: Arc<AtomicI64>) -> Box<Self> {
        Box::new(Local {
            run: outside.run,
            outside,
            now,
            sleeps: Sleeps::new(),
            asks: Vec::new(),
            current: None,
            absorbs: None,
        })
    }
}

/// While it lives, the thread is under a run.
pub(crate) struct Entered {
    before: Option<Box<Local>>,
    lent_before: Lent,
    has_left: bool,
}

/// Begins a poll of a run.
pub(crate) fn enter(local: Box<Local>) -> Entered {
    let before = LOCAL.with(|slot| slot.borrow_mut().replace(local));
    let lent_before = LENT.with(|slot| std::mem::take(&mut *slot.borrow_mut()));
    Entered { before, lent_before, has_left: false }
}

impl Entered {
    /// Ends the poll; what is the run's own.
    pub(crate) fn leave(mut self) -> Option<Box<Local>> {
        self.has_left = true;
        let before = self.before.take();
        LOCAL.with(|slot| std::mem::replace(&mut *slot.borrow_mut(), before))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        if !self.has_left {
            // The run unwinds.
            let before = self.before.take();
            drop(LOCAL.with(|slot| std::mem::replace(&mut *slot.borrow_mut(), before)));
        }
        let lent_before = std::mem::take(&mut self.lent_before);
        drop(LENT.with(|slot| std::mem::replace(&mut *slot.borrow_mut(), lent_before)));
    }
}

/// Does something with what the run has here; none if no run is being polled on this thread. What is done calls no code of
/// users.
#[inline]
pub(crate) fn with<R>(work: impl FnOnce(&mut Local) -> R) -> Option<R> {
    let in_run = |slot: &RefCell<Option<Box<Local>>>| {
        let mut slot = slot.try_borrow_mut().ok()?;
        Some(work(slot.as_deref_mut()?))
    };
    LOCAL.try_with(in_run).ok().flatten()
}

/// [`with`], for those who are the run.
#[inline]
pub(crate) fn in_run<R>(work: impl FnOnce(&mut Local) -> R) -> R {
    with(work).expect("a run that is polled has entered")
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
    let run = in_run(|local| {
        local.current = Some(current);
        local.run
    });
    if let Some(node) = node {
        LENT.with(|slot| *slot.borrow_mut() = Lent::Node(run, node));
    }
}

/// The poll of a task is over: its node, if it has one. The task is still the current one, until it was heard.
pub(super) fn take_back() -> Option<Box<dyn AnyNode>> {
    match LENT.with(|slot| std::mem::take(&mut *slot.borrow_mut())) {
        Lent::Node(_, node) => Some(node),
        Lent::Nothing | Lent::InUse(_) => None,
    }
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
    let found = LENT.try_with(|slot| {
        let slot = slot.try_borrow().map_err(|_| Unreached::InUse)?;
        let lent: &dyn Any = match &*slot {
            Lent::Node(of, lent) if *of == run => lent.as_ref(),
            Lent::InUse(of) if *of == run => return Err(Unreached::InUse),
            _ => return Err(Unreached::Elsewhere),
        };
        let lent = lent.downcast_ref::<Node<S>>().filter(|lent| lent.cx.node() == node);
        lent.map(work).ok_or(Unreached::Elsewhere)
    });
    found.unwrap_or(Err(Unreached::Elsewhere))
}

/// Takes the node out, for code of users to work on it; [`Loan`] gives it back.
pub(super) struct Loan {
    run: u32,
    node: Option<Box<dyn AnyNode>>,
}

impl Loan {
    pub(super) fn take(run: u32) -> Result<Loan, Unreached> {
        let taken = LENT.try_with(|slot| {
            let mut slot = slot.try_borrow_mut().map_err(|_| Unreached::InUse)?;
            match std::mem::replace(&mut *slot, Lent::InUse(run)) {
                Lent::Node(of, node) if of == run => Ok(Loan { run, node: Some(node) }),
                Lent::InUse(of) if of == run => Err(Unreached::InUse),
                other => {
                    *slot = other;
                    Err(Unreached::Elsewhere)
                }
            }
        });
        taken.unwrap_or(Err(Unreached::Elsewhere))
    }

    pub(super) fn node<S: Strategy>(&mut self, node: u32) -> Option<&mut Node<S>> {
        let lent: &mut dyn Any = self.node.as_deref_mut()?;
        lent.downcast_mut::<Node<S>>().filter(|lent| lent.cx.node() == node)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(node) = self.node.take() {
            let run = self.run;
            LENT.with(|slot| *slot.borrow_mut() = Lent::Node(run, node));
        }
    }
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
