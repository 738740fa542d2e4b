//! One instance of a strategy for each key (S58).

mod instances;
mod reader;

pub(crate) use instances::{AnyInstances, Instances, Parts as InstanceParts};
pub(crate) use reader::{KeyedReader, Route};

use std::fmt;
use std::hash::Hash;

use crate::graph::{Graph, Rebind};
use crate::outline::TypeInfo;
use crate::strategy::Strategy;
use crate::stream::{Payload, Stream};
use reader::By;

/// One instance of a strategy for each key: of each symbol, sensor, or customer.
///
/// The first event of a key makes its instance: its `on_start` runs, then it gets the event. Streams that the strategy reads
/// and that have no key go to all instances. An instance that [retires](crate::Context::retire) is gone; its key starts
/// afresh. It is named after its key, `PerSymbol["MSFT"]`, and declared at the place of the `Keyed`, after those that were
/// there before it (S58).
///
/// Finding an instance costs one look into a hash table, however many keys there are. What `by` takes out of an event is made
/// for each event: a number, a `&'static str` or an `Arc<str>` costs less than a `String`.
///
/// ```
#[doc = include_str!("../../doc/greeter.rs")]
/// let greeters = Keyed::new(|_initial: char| Greeter::default())
///     .by(Greeter::NAMES, |name| name.chars().next().unwrap_or('?'));
/// let outcome = Runner::new().feed(Greeter::NAMES, names()).add(greeters).run()?;
/// assert_eq!(outcome.names().collect::<Vec<_>>(), ["Greeter['J']", "Greeter['S']"]); // Jane and John, and Sarah
/// # Ok::<(), asp_core::Error>(())
/// ```
#[must_use = "a `Keyed` does nothing until it is added to a runner"]
pub struct Keyed<S, K> {
    make: Make<S, K>,
    keys: Vec<KeyOf>,
    // What is known of the types stays with the methods, so that a type that does not fit is one error.
    about: fn() -> TypeInfo,
    add: Add<S, K>,
}

/// Makes the instance of a key.
pub(crate) type Make<S, K> = Box<dyn FnMut(K) -> S + Send>;

type Add<S, K> = fn(&mut Graph, Make<S, K>, Vec<(String, Install)>, Option<String>, Vec<Rebind>);

/// The key of one stream.
struct KeyOf {
    /// The stream, by the name that the strategy gives it.
    stream: String,
    install: Install,
}

/// Makes a place for the readers of a stream, by its name in the run, that find their instance by key: in that group, with
/// that declaration.
pub(crate) type Install = Box<dyn FnOnce(&mut Graph, &str, u32, u64) + Send>;

impl<S, K> Keyed<S, K> {
    /// Instances that `make` makes, each for one key. [`Keyed::by`] says what the key is.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let by_length = Keyed::new(|_length: usize| Greeter::default()).by(Greeter::NAMES, |name| name.len());
    /// let outcome = Runner::new().feed(Greeter::NAMES, names()).add_as("greeter", by_length).run()?;
    /// assert_eq!(outcome.names().collect::<Vec<_>>(), ["greeter[4]", "greeter[5]"]);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn new(make: impl FnMut(K) -> S + Send + 'static) -> Self
    where
        S: Strategy,
        K: Keyable,
    {
        let keys = Vec::new();
        Keyed { make: Box::new(make), keys, about: TypeInfo::of::<S>, add: Graph::add_keyed::<S, K> }
    }

    /// Takes the key of each event of `stream` from it. Events of several streams meet in one instance by the same key.
    ///
    /// ```
    #[doc = include_str!("../../doc/greeter.rs")]
    /// let by_name = Keyed::new(|_name: String| Greeter::default()).by(Greeter::NAMES, String::clone);
    /// let mut outcome = Runner::new().feed(Greeter::NAMES, names()).add(by_name).run()?;
    /// let jane: Greeter = outcome.take_named("Greeter[\"Jane\"]")?;
    /// assert_eq!(jane.ticks, 0);
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn by<T: Payload>(mut self, stream: Stream<T>, key: impl FnMut(&T) -> K + Send + 'static) -> Self
    where
        S: Strategy,
        K: Keyable,
    {
        let name = stream.name().to_owned();
        let install: Install = Box::new(move |graph, actual, group, declaration| {
            graph.seat_keyed::<T>(actual, declaration, Box::new(By::<S, K, _>::new(group, key)));
        });
        self.keys.push(KeyOf { stream: name, install });
        self
    }
}

impl<S: Strategy, K> fmt::Debug for Keyed<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let streams: Vec<_> = self.keys.iter().map(|key| &key.stream).collect();
        f.debug_struct("Keyed").field("strategy", &S::NAME).field("by", &streams).finish_non_exhaustive()
    }
}

/// What [`Runner::add`](crate::Runner::add) takes: a [strategy](Strategy), or one [for each key](Keyed).
///
/// ```
#[doc = include_str!("../../doc/greeter.rs")]
/// fn run_with(member: impl Member) -> Result<Outcome> {
///     Runner::new().feed(Greeter::NAMES, names()).add(member).run()
/// }
///
/// run_with(Greeter::default())?;
/// run_with(Keyed::new(|_| Greeter::default()).by(Greeter::NAMES, String::len))?;
/// # Ok::<(), asp_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a strategy",
    label = "no `#[strategy]` block",
    note = "add `#[strategy]` above `impl {Self} {{ .. }}` and mark a method as a handler",
    note = "a run owns its strategies: `.add(..)` takes one, by value, not behind `&` or `Box`, and `outcome.take()` hands it back"
)]
pub trait Member: sealed::Member {}

impl<S: Strategy> Member for S {}

#[diagnostic::do_not_recommend]
impl<S: 'static, K: 'static> Member for Keyed<S, K> {}

/// What can be a key of a [`Keyed`]: it is found by its hash, and shown in the name of its instance.
///
/// ```
/// fn can_be_a_key<K: asp_core::Keyable>() {}
/// can_be_a_key::<String>();
/// can_be_a_key::<(u32, &'static str)>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not `Hash + Eq + Clone + Debug + Send + 'static`",
    note = "derive `Clone`, `Debug`, `PartialEq`, `Eq` and `Hash`; use `Arc` instead of `Rc`, and owned data",
    note = "a float has no hash: round it to an integer, or take its `to_bits()`"
)]
pub trait Keyable: Hash + Eq + Clone + fmt::Debug + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<K: Hash + Eq + Clone + fmt::Debug + Send + 'static> Keyable for K {}

pub(crate) mod sealed {
    /// Something that joins a run while that is put together.
    pub trait Member: Send + 'static {
        #[doc(hidden)]
        fn into_joiner(self) -> super::Joiner;
    }
}

/// A member of a run on its way there.
#[allow(missing_debug_implementations, reason = "nobody but the runner sees it")]
pub struct Joiner {
    pub(crate) about: Describe,
    pub(crate) join: Join,
}

/// Describes a member, for those who ask.
pub(crate) type Describe = Box<dyn Fn() -> TypeInfo + Send>;

pub(crate) type Join = Box<dyn FnOnce(&mut Graph, Option<String>, Vec<Rebind>) + Send>;

impl<S: Strategy> sealed::Member for S {
    fn into_joiner(self) -> Joiner {
        let join: Join = Box::new(move |graph, name, rebinds| graph.add(self, name, rebinds));
        Joiner { about: Box::new(TypeInfo::of::<S>), join }
    }
}

impl<S: 'static, K: 'static> sealed::Member for Keyed<S, K> {
    fn into_joiner(self) -> Joiner {
        let Keyed { make, keys, about, add } = self;
        let streams: Vec<_> = keys.iter().map(|key| key.stream.clone()).collect();
        let about: Describe = Box::new(move || about().keyed_by(streams.clone()));
        let keys = keys.into_iter().map(|key| (key.stream, key.install)).collect();
        let join: Join = Box::new(move |graph, name, rebinds| add(graph, make, keys, name, rebinds));
        Joiner { about, join }
    }
}
