//! Where futures live: one pool for each type of future, whose memory is used again.

use std::any::{Any, TypeId};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::strategy::{HandlerResult, HandlerReturn};

/// Futures whatever their type. One call through a pointer for each poll.
pub(super) trait AnyPool: Any + Send {
    /// Polls a future; when it is ready it is dropped.
    fn poll(&mut self, cell: u32, cx: &mut Context<'_>) -> Poll<HandlerResult>;
    /// True if there is a future.
    fn is_full(&self, cell: u32) -> bool;
    /// Drops a future and frees its cell.
    fn clear(&mut self, cell: u32);
}

/// The futures of one type. Each stands in a box of its own, since it may not move; boxes are never given back.
struct Pool<F> {
    cells: Vec<Pin<Box<Option<F>>>>,
    free: Vec<u32>,
}

impl<F> Pool<F> {
    fn insert(&mut self, future: F) -> u32 {
        match self.free.pop() {
            Some(cell) => {
                self.cells[cell as usize].as_mut().set(Some(future));
                cell
            }
            None => {
                self.cells.push(Box::pin(Some(future)));
                (self.cells.len() - 1) as u32
            }
        }
    }
}

impl<F> AnyPool for Pool<F>
where
    F: Future<Output: HandlerReturn> + Send + 'static,
{
    fn poll(&mut self, cell: u32, cx: &mut Context<'_>) -> Poll<HandlerResult> {
        let mut future = self.cells[cell as usize].as_mut();
        let Some(pinned) = future.as_mut().as_pin_mut() else { return Poll::Pending };
        let polled = pinned.poll(cx);
        if polled.is_ready() {
            future.set(None);
        }
        polled.map(HandlerReturn::into_result)
    }

    fn is_full(&self, cell: u32) -> bool {
        self.cells.get(cell as usize).is_some_and(|cell| cell.is_some())
    }

    fn clear(&mut self, cell: u32) {
        self.free.push(cell);
        self.cells[cell as usize].as_mut().set(None);
    }
}

/// All pools of a run.
#[derive(Default)]
pub(super) struct Pools(Vec<(TypeId, Box<dyn AnyPool>)>);

impl Pools {
    /// Stores a future; the numbers of its pool and its cell.
    pub(super) fn insert<F>(&mut self, future: F) -> (u32, u32)
    where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        let wanted = TypeId::of::<F>();
        // A run has as many pools as its strategies have async handlers.
        let known = self.0.iter().position(|(of, _)| *of == wanted);
        let pool = known.unwrap_or_else(|| {
            self.0.push((wanted, Box::new(Pool::<F> { cells: Vec::new(), free: Vec::new() })));
            self.0.len() - 1
        });
        let any: &mut dyn Any = &mut *self.0[pool].1;
        let cell = any.downcast_mut::<Pool<F>>().map(|pool| pool.insert(future));
        (pool as u32, cell.expect("a pool is found by the type of its futures"))
    }

    pub(super) fn poll(&mut self, (pool, cell): (u32, u32), cx: &mut Context<'_>) -> Poll<HandlerResult> {
        self.0[pool as usize].1.poll(cell, cx)
    }

    #[inline]
    pub(super) fn is_full(&self, (pool, cell): (u32, u32)) -> bool {
        self.0[pool as usize].1.is_full(cell)
    }

    pub(super) fn clear(&mut self, (pool, cell): (u32, u32)) {
        self.0[pool as usize].1.clear(cell);
    }
}
