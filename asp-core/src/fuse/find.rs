//! Looks in the graph of a run for the chains that are to be fused.

use std::any::TypeId;
use std::borrow::Cow;
use std::marker::PhantomData;

use super::chain::{Chain, Head};
use super::link::{Hop, Last, Link, Next};
use super::{Fuse, Inputs};
use crate::graph::{Graph, Parts};
use crate::graph_fault::GraphFault;
use crate::hub::AnyHub;
use crate::strategy::Strategy;
use crate::stream::Stream;

/// What [`Runner::fuse`](crate::Runner::fuse) takes: a tuple of two to eight strategies, each of which emits on a stream that the
/// next one reads.
///
/// ```
/// fn can_be_fused<C: asp_core::Fusion>() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no chain of strategies",
    label = "not a tuple of strategies that can be fused",
    note = "write a tuple of two to eight strategies, in the order in which they emit: `.fuse::<(Prices, Signals, Orders)>()`",
    note = "each of them has `#[strategy(fuse)]` above its `impl` block"
)]
pub trait Fusion: sealed::Fusion {}

pub(crate) mod sealed {
    /// Types of strategies that follow each other.
    pub trait Fusion {
        #[doc(hidden)]
        fn fuser() -> super::Fuser;
    }
}

/// What is to be fused, for the graph, which does not know the types.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "nobody but the graph sees it")]
pub struct Fuser {
    /// What is missing for it.
    pub(crate) check: fn(&mut Graph) -> Option<GraphFault>,
    /// Fuses what the run allows to be fused.
    pub(crate) join: fn(&mut Parts),
}

impl Fuser {
    fn of<A: Fuse, N: Find<A>>() -> Fuser {
        Fuser { check: N::check, join: fuse::<A, N> }
    }
}

/// Joins each stream that a strategy of the first type alone reads with what comes after it.
fn fuse<A: Fuse, N: Find<A>>(parts: &mut Parts) {
    for stream in 0..parts.hubs.len() {
        let Some((reader, method)) = parts.hubs[stream].only_reader() else { continue };
        if parts.nodes.typed::<A>(reader).is_none() {
            continue;
        }
        if let (Some(receiver), Some(next)) = (A::receiver(method), N::find(reader, 1, parts)) {
            let strategy = PhantomData::<fn(A)>;
            let hop = Hop { round: 0, stream: None, number: reader as u32, method };
            let head = Head { hop, receiver, next, strategy };
            A::inputs(&mut Begin { head: Some(head), hub: &mut parts.hubs[stream] });
        }
    }
}

/// Looks for the type that the first stream of a chain carries.
struct Begin<'a, A: Fuse, N> {
    head: Option<Head<A, N>>,
    hub: &'a mut dyn AnyHub,
}

impl<A: Fuse, N: Next<A>> Inputs for Begin<'_, A, N> {
    fn input<T: Send + 'static>(&mut self, _: Stream<T>, method: &str) {
        if self.hub.carries(TypeId::of::<T>())
            && let Some(head) = self.head.take_if(|head| head.hop.method == method)
        {
            let chain: Box<dyn Chain<T>> = Box::new(head);
            self.hub.fuse(Box::new(chain));
        }
    }
}

/// What comes after a strategy, sought in a graph.
trait Find<S: Strategy>: Next<S> + Sized {
    /// What comes after this very strategy, in that round.
    fn find(before: usize, round: u32, parts: &mut Parts) -> Option<Self>;

    /// What the graph has not that would have to be there.
    fn check(graph: &mut Graph) -> Option<GraphFault>;
}

impl<S: Strategy> Find<S> for Last {
    fn find(_: usize, _: u32, _: &mut Parts) -> Option<Self> {
        Some(Last)
    }

    fn check(_: &mut Graph) -> Option<GraphFault> {
        None
    }
}

impl<A: Strategy, B: Fuse, N: Find<B>> Find<A> for Link<B, Option<N>> {
    fn find(before: usize, round: u32, parts: &mut Parts) -> Option<Self> {
        let outlets = parts.nodes.typed::<A>(before)?.cx.plan().streams.outlets.clone();
        outlets.iter().find_map(|&(ref declared, stream)| {
            let Cow::Borrowed(declared) = *declared else { return None };
            let (number, method) = parts.hubs[stream as usize].only_reader()?;
            let receiver = B::receiver(method)?;
            parts.nodes.typed::<B>(number)?;
            let next = N::find(number, round + 1, parts);
            let number = number as u32;
            parts.links.push((stream, number));
            let carried = parts.graph.carried(stream);
            let hop = Hop { round, stream: Some(stream), number, method };
            Some(Link { node: None, receiver, count: 0, hop, declared, carried, next })
        })
    }

    fn check(graph: &mut Graph) -> Option<GraphFault> {
        let all = 0..graph.nodes.len();
        let outlets = all.clone().filter_map(|node| {
            graph
                .nodes
                .typed::<A>(node)
                .map(|node| node.cx.plan().streams.outlets.iter().map(|outlet| outlet.1).collect::<Vec<_>>())
        });
        let emitted = outlets.collect::<Vec<_>>().concat();
        let is_next = all.into_iter().any(|node| {
            graph
                .nodes
                .typed::<B>(node)
                .is_some_and(|node| node.seats().iter().any(|seat| emitted.contains(seat)))
        });
        if is_next {
            return N::check(graph);
        }
        Some(GraphFault::NotFused { first: A::NAME.to_owned(), second: B::NAME.to_owned() })
    }
}

macro_rules! after {
    () => { Last };
    ($next:ident $($rest:ident)*) => { Link<$next, Option<after!($($rest)*)>> };
}

macro_rules! fusions {
    ($first:ident $($rest:ident)+) => {
        impl<$first: Fuse, $($rest: Fuse),+> Fusion for ($first, $($rest),+) {}

        #[diagnostic::do_not_recommend]
        impl<$first: Fuse, $($rest: Fuse),+> sealed::Fusion for ($first, $($rest),+) {
            fn fuser() -> Fuser {
                Fuser::of::<$first, after!($($rest)+)>()
            }
        }
    };
}

fusions!(A B);
fusions!(A B C);
fusions!(A B C D);
fusions!(A B C D E);
fusions!(A B C D E F);
fusions!(A B C D E F G);
fusions!(A B C D E F G H);
