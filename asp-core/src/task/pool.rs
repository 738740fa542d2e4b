//! Where futures live: in cells, which are used again for others of their type.

use std::any::{Any, TypeId};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::strategy::{HandlerResult, HandlerReturn};

/// A future whatever its type, or the room for one. One call through a pointer for each poll.
pub(super) trait AnyCell: Send {
    /// Polls the future; when it is ready it is dropped.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<HandlerResult>;
    /// True if there is a future.
    fn is_full(&self) -> bool;
    /// Drops the future.
    fn clear(self: Pin<&mut Self>);
    /// Takes in a future, an `Option` of the same type.
    fn fill(self: Pin<&mut Self>, future: &mut dyn Any);
}

/// It stands in a box of its own, since a future may not move.
pub(super) type Cell = Pin<Box<dyn AnyCell>>;

impl<F> AnyCell for Option<F>
where
    F: Future<Output: HandlerReturn> + Send + 'static,
{
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<HandlerResult> {
        let Some(future) = self.as_mut().as_pin_mut() else { return Poll::Pending };
        let polled = future.poll(cx);
        if polled.is_ready() {
            self.set(None);
        }
        polled.map(HandlerReturn::into_result)
    }

    fn is_full(&self) -> bool {
        self.is_some()
    }

    fn clear(mut self: Pin<&mut Self>) {
        self.set(None);
    }

    fn fill(mut self: Pin<&mut Self>, future: &mut dyn Any) {
        if let Some(future) = future.downcast_mut::<Option<F>>() {
            self.set(future.take());
        }
    }
}

/// Cells without a future, by the type they are for. They are never given back.
#[derive(Default)]
pub(super) struct Pools(Vec<(TypeId, Vec<Cell>)>);

impl Pools {
    /// Puts a future into a cell; the number of its pool.
    pub(super) fn insert<F>(&mut self, future: F) -> (u32, Cell)
    where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        let wanted = TypeId::of::<F>();
        // A run has as many pools as its strategies have async handlers.
        let known = self.0.iter().position(|(of, _)| *of == wanted);
        let pool = known.unwrap_or_else(|| {
            self.0.push((wanted, Vec::new()));
            self.0.len() - 1
        });
        let cell = match self.0[pool].1.pop() {
            Some(mut cell) => {
                cell.as_mut().fill(&mut Some(future));
                cell
            }
            None => Box::pin(Some(future)),
        };
        (pool as u32, cell)
    }

    /// Takes back a cell, whose future is gone.
    pub(super) fn take_back(&mut self, pool: u32, cell: Cell) {
        self.0[pool as usize].1.push(cell);
    }
}
