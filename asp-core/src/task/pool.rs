//! Where futures live: in cells, which are used again for others of their type.

use std::any::{Any, TypeId};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::strategy::{HandlerResult, HandlerReturn};

/// A future whatever its type, or the room for one. One call through a pointer for each poll.
pub(super) trait AnyCell: Send {
    /// Polls the future; when it is ready it is dropped. Its error goes to `result`, so that what comes back is a byte.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>, result: &mut HandlerResult) -> Poll<()>;
    /// Reads the first and the last of it.
    fn look_at(&self) -> bool;
    /// Drops the future.
    fn clear(self: Pin<&mut Self>);
    /// Takes in a future, an `Option` of the same type.
    fn fill(self: Pin<&mut Self>, future: &mut dyn Any);
    /// Becomes the cell of a [`Nest`] for futures of the same type.
    fn move_to(self: Pin<Box<Self>>, nest: &mut dyn Any);
}

/// It stands in a box of its own, since a future may not move.
pub(super) type Cell = Pin<Box<dyn AnyCell>>;

pin_project! {
    /// Room for one future.
    #[repr(C)]
    struct Room<F> {
        #[pin]
        future: Option<F>,
        // What a poll reads first of a future stands at its end.
        end: bool,
    }
}

impl<F> Room<F> {
    fn new(future: Option<F>) -> Self {
        Room { future, end: true }
    }

    fn set(self: Pin<&mut Self>, future: Option<F>) {
        self.project().future.set(future);
    }
}

impl<F> AnyCell for Room<F>
where
    F: Future<Output: HandlerReturn> + Send + 'static,
{
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>, result: &mut HandlerResult) -> Poll<()> {
        poll_cell(self, cx, result)
    }

    fn look_at(&self) -> bool {
        self.future.is_some() & self.end
    }

    fn clear(self: Pin<&mut Self>) {
        self.set(None);
    }

    fn fill(self: Pin<&mut Self>, future: &mut dyn Any) {
        if let Some(future) = future.downcast_mut::<Option<F>>() {
            self.set(future.take());
        }
    }

    fn move_to(self: Pin<Box<Self>>, nest: &mut dyn Any) {
        if let Some(nest) = nest.downcast_mut::<Nest<F>>() {
            nest.0 = Some(self);
        }
    }
}

#[inline(always)]
fn poll_cell<F>(cell: Pin<&mut Room<F>>, cx: &mut Context<'_>, result: &mut HandlerResult) -> Poll<()>
where
    F: Future<Output: HandlerReturn>,
{
    let mut cell = cell.project().future;
    let Some(future) = cell.as_mut().as_pin_mut() else { return Poll::Pending };
    let Poll::Ready(output) = future.poll(cx) else { return Poll::Pending };
    cell.set(None);
    if let Err(error) = output.into_result() {
        *result = Err(error);
    }
    Poll::Ready(())
}

/// The cell of a handler whose futures are polled as soon as they are made: only one that waits becomes a task. Without
/// a cell, if the last one did.
pub(super) struct Nest<F>(Option<Pin<Box<Room<F>>>>);

impl<F> Nest<F>
where
    F: Future<Output: HandlerReturn> + Send + 'static,
{
    pub(super) const fn new() -> Self {
        Nest(None)
    }

    /// Makes a future in the cell and polls it; it stays there if it waits or panics.
    ///
    /// What it is made of should be at hand only then: what has to be dropped if it is not made goes through memory.
    #[inline(always)]
    pub(super) fn poll(
        &mut self,
        make: impl FnOnce() -> F,
        pools: &mut Pools,
        waker: &Waker,
        result: &mut HandlerResult,
    ) -> Poll<()> {
        let cell = match &mut self.0 {
            Some(cell) => cell,
            none => none.insert(Self::cell(pools)),
        };
        if cell.future.is_none() {
            // Nothing is to be dropped, so it is made where it stays.
            cell.as_mut().set(Some(make()));
        }
        poll_cell(cell.as_mut(), &mut Context::from_waker(waker), result)
    }

    /// Takes out the cell, and says of what type its future is.
    pub(super) fn take(&mut self) -> Option<(TypeId, Cell)> {
        let cell = self.0.take()?;
        Some((TypeId::of::<F>(), cell))
    }

    #[cold]
    fn cell(pools: &mut Pools) -> Pin<Box<Room<F>>> {
        let mut nest = Nest::new();
        if let Some(cell) = pools.take(TypeId::of::<F>()) {
            cell.move_to(&mut nest);
        }
        nest.0.unwrap_or_else(|| Box::pin(Room::new(None)))
    }
}

/// Cells without a future, by the type they are for. They are never given back.
#[derive(Default)]
pub(super) struct Pools(Vec<(TypeId, Vec<Cell>)>);

impl Pools {
    /// The number of the pool for futures of a type.
    pub(super) fn number_of(&mut self, wanted: TypeId) -> u32 {
        // A run has as many pools as its strategies have async handlers.
        let known = self.0.iter().position(|(of, _)| *of == wanted);
        let pool = known.unwrap_or_else(|| {
            self.0.push((wanted, Vec::new()));
            self.0.len() - 1
        });
        pool as u32
    }

    /// Takes out an empty cell, if there is one.
    fn take(&mut self, wanted: TypeId) -> Option<Cell> {
        let pool = self.number_of(wanted);
        self.0[pool as usize].1.pop()
    }

    /// Puts a future into a cell; the number of its pool.
    pub(super) fn insert<F>(&mut self, future: F) -> (u32, Cell)
    where
        F: Future<Output: HandlerReturn> + Send + 'static,
    {
        let pool = self.number_of(TypeId::of::<F>());
        let cell = match self.0[pool as usize].1.pop() {
            Some(mut cell) => {
                cell.as_mut().fill(&mut Some(future));
                cell
            }
            None => Box::pin(Room::new(Some(future))),
        };
        (pool, cell)
    }

    /// Takes back a cell, whose future is gone.
    pub(super) fn take_back(&mut self, pool: u32, cell: Cell) {
        self.0[pool as usize].1.push(cell);
    }
}
