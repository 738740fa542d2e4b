//! Who takes part in a run, by number: the names that messages, reports and digests use.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::keyed::AnyInstances;

/// The numbers of coroutines begin here, those of strategies at 0.
pub(crate) const COROUTINES: u32 = 1 << 31;

/// Bits of a declaration that count strategies which share a position.
const BIRTHS: u32 = 39;

/// The position of strategies that others have spawned: after all that were added.
const SPAWNED: u64 = (1 << 24) - 1;

/// The place of a strategy in the order of declaration (S7): the position at which it was added, and for those that come
/// while the run goes on, how many came before them at that position.
pub(crate) fn declaration(position: u64, births: u64) -> u64 {
    position.min(SPAWNED) << BIRTHS | births.min((1 << BIRTHS) - 1)
}

/// What a strategy is called.
pub(crate) enum Name {
    Own(Arc<str>),
    /// The instance in that slot of a group, which is named after its key.
    Keyed {
        group: u32,
        slot: u32,
    },
}

/// Whose name one has.
pub(crate) enum Owner<'a> {
    Named(&'a Arc<str>),
    /// One of the instances of a group.
    Group(u32),
}

/// The names of strategies and coroutines.
#[derive(Default)]
pub(crate) struct Roster {
    strategies: Vec<Name>,
    coroutines: Vec<Arc<str>>,
    taken: HashSet<Arc<str>>,
    /// The next number to try for a name that is taken.
    numbers: HashMap<String, u32>,
    /// Strategies that were spawned.
    pub(crate) spawned: u64,
    /// The instances of each `Keyed`; none while one of them is made.
    pub(crate) groups: Vec<Option<Box<dyn AnyInstances>>>,
}

impl Roster {
    /// True if nobody has the name.
    pub(crate) fn is_free(&self, name: &str) -> bool {
        !self.taken.contains(name)
    }

    /// `base`, or `base#2` and so on if that is taken; from now on it is.
    pub(crate) fn take_name(&mut self, base: &str) -> Arc<str> {
        let name = if self.taken.contains(base) { self.numbered(base) } else { base.into() };
        self.taken.insert(Arc::clone(&name));
        name
    }

    /// The same for the name of a type: who is gone leaves it to nobody.
    pub(crate) fn take_type_name(&mut self, base: &'static str) -> Arc<str> {
        let name = if self.numbers.contains_key(base) || self.taken.contains(base) {
            self.numbered(base)
        } else {
            self.numbers.insert(base.to_owned(), 1);
            base.into()
        };
        self.taken.insert(Arc::clone(&name));
        name
    }

    /// The next free one of `base#2`, `base#3` and so on.
    fn numbered(&mut self, base: &str) -> Arc<str> {
        let number = self.numbers.entry(base.to_owned()).or_insert(1);
        loop {
            *number += 1;
            let name = format!("{base}#{number}");
            if !self.taken.contains(&*name) {
                return name.into();
            }
        }
    }

    /// Names the strategy with a number.
    pub(crate) fn set(&mut self, number: u32, name: Name) {
        let number = number as usize;
        if number == self.strategies.len() {
            self.strategies.push(name);
        } else {
            self.strategies[number] = name;
        }
    }

    pub(crate) fn add_coroutine(&mut self, base: &str) {
        let name = self.take_name(base);
        self.coroutines.push(name);
    }

    /// A strategy is gone: forgets its name, or its key.
    pub(crate) fn remove(&mut self, number: u32) {
        match &self.strategies[number as usize] {
            Name::Own(name) => {
                self.taken.remove(name);
            }
            Name::Keyed { group, slot } => {
                if let Some(Some(group)) = self.groups.get_mut(*group as usize) {
                    group.remove(*slot);
                }
            }
        }
    }

    /// The group that an instance is of, if it has a key.
    pub(crate) fn group_of(&self, number: u32) -> Option<u32> {
        match self.strategies.get(number as usize)? {
            Name::Own(_) => None,
            Name::Keyed { group, .. } => Some(*group),
        }
    }

    /// How many strategies there have been at a time.
    pub(crate) fn len(&self) -> usize {
        self.strategies.len()
    }

    /// The declaration of a strategy that is spawned.
    pub(crate) fn declare_spawned(&mut self) -> u64 {
        self.spawned += 1;
        declaration(SPAWNED, self.spawned)
    }

    pub(crate) fn owner(&self, number: u32) -> Owner<'_> {
        if let Some(coroutine) = number.checked_sub(COROUTINES) {
            return Owner::Named(&self.coroutines[coroutine as usize]);
        }
        match &self.strategies[number as usize] {
            Name::Own(name) => Owner::Named(name),
            Name::Keyed { group, .. } => Owner::Group(*group),
        }
    }

    pub(crate) fn name(&self, number: u32) -> Cow<'_, str> {
        if let Some(coroutine) = number.checked_sub(COROUTINES) {
            return Cow::Borrowed(&self.coroutines[coroutine as usize]);
        }
        match &self.strategies[number as usize] {
            Name::Own(name) => Cow::Borrowed(name),
            Name::Keyed { group, slot } => match &self.groups[*group as usize] {
                Some(group) => Cow::Owned(group.name(*slot)),
                None => Cow::Borrowed("a new instance"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let mut roster = Roster::default();
        let names = ["A", "A", "B", "A"].map(|base| roster.take_name(base));
        assert_eq!(names.each_ref().map(|name| &**name), ["A", "A#2", "B", "A#3"]);
        roster.add_coroutine("A");
        assert_eq!(roster.name(COROUTINES), "A#4");
    }

    #[test]
    fn s56_who_is_spawned_is_declared_after_all_who_were_added() {
        let mut roster = Roster::default();
        let (first, second) = (roster.declare_spawned(), roster.declare_spawned());
        assert!(declaration(7, 0) < first && first < second);
        assert!(declaration(1, 1) > declaration(1, 0) && declaration(1, u64::MAX) < declaration(2, 0));
    }
}
