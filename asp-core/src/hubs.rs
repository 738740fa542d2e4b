//! All streams of a run, by number.
//!
//! Those that one strategy reads alone, if there are several, stand together in its [`Bundle`](crate::bundle::Bundle).

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};

use crate::bundle::{AnyBundle, Places, Seat};
use crate::hub::AnyHub;

/// The streams of a run.
#[derive(Default)]
pub(crate) struct Hubs {
    list: Vec<Home>,
    bundles: Vec<Tied>,
    /// Where the stream of each lane stands among the bundles.
    seats: Vec<Seat>,
    /// True if a bundle was taken apart since they were tied.
    is_loose: bool,
}

/// A bundle, and the lane of its first place if those of all places follow each other.
struct Tied {
    bundle: Box<dyn AnyBundle>,
    first: Option<usize>,
}

/// Where a stream is.
enum Home {
    Alone(Box<dyn AnyHub>),
    Bundled(Seat),
}

impl Hubs {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn push(&mut self, hub: Box<dyn AnyHub>) {
        self.list.push(Home::Alone(hub));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn AnyHub> {
        (0..self.len()).map(|stream| &self[stream])
    }

    /// Makes another form of a stream.
    pub(crate) fn reform(&mut self, stream: usize, form: impl FnOnce(Box<dyn AnyHub>) -> Box<dyn AnyHub>) {
        if let Home::Bundled(seat) = self.list[stream] {
            self.untie(seat);
            self.is_loose = true;
        }
        if let Home::Alone(hub) = std::mem::replace(&mut self.list[stream], Home::Bundled(Seat::NONE)) {
            self.list[stream] = Home::Alone(form(hub));
        }
    }

    /// Gives each stream the form that fits its readers best.
    pub(crate) fn specialize(&mut self) {
        for stream in 0..self.len() {
            self.reform(stream, |hub| hub.specialize());
        }
    }

    /// True if one strategy alone reads several streams, or may since they were tied.
    #[inline]
    pub(crate) fn has_bundles(&self) -> bool {
        self.is_loose || !self.bundles.is_empty()
    }

    /// Ties what has come loose.
    #[inline]
    pub(crate) fn tie_again(&mut self, lanes: &[u32]) {
        if self.is_loose {
            self.tie(lanes);
        }
    }

    /// Bundles the streams of these lanes, where one strategy reads several of them alone.
    pub(crate) fn tie(&mut self, lanes: &[u32]) {
        self.is_loose = false;
        (0..self.bundles.len()).for_each(|bundle| self.untie(Seat { bundle: bundle as u32, place: 0 }));
        self.bundles.clear();
        let mut by_owner: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (lane, &stream) in lanes.iter().enumerate() {
            if let Some(owner) = self[stream as usize].owner() {
                by_owner.entry(owner).or_default().push(lane);
            }
        }
        self.seats = vec![Seat::NONE; lanes.len()];
        for lanes_of_one in by_owner.into_values().filter(|lanes| lanes.len() > 1) {
            let (number, mut bundle) = (self.bundles.len() as u32, None);
            let (first, mut in_a_row) = (lanes_of_one[0], true);
            for lane in lanes_of_one {
                let stream = lanes[lane] as usize;
                let home = std::mem::replace(&mut self.list[stream], Home::Bundled(Seat::NONE));
                let Home::Alone(hub) = home else { continue };
                self.list[stream] = match hub.join(&mut bundle) {
                    Ok(place) => {
                        in_a_row &= place as usize == lane - first;
                        self.seats[lane] = Seat { bundle: number, place };
                        Home::Bundled(self.seats[lane])
                    }
                    Err(hub) => Home::Alone(hub),
                };
            }
            let first = in_a_row.then_some(first);
            self.bundles.extend(bundle.map(|bundle| Tied { bundle, first }));
        }
    }

    /// Takes the bundle apart that has this seat.
    fn untie(&mut self, seat: Seat) {
        let mut members = self.bundles[seat.bundle as usize].bundle.take_apart();
        for home in &mut self.list {
            if let Home::Bundled(Seat { bundle, place }) = *home
                && bundle == seat.bundle
                && let Some(member) = members.get_mut(place as usize).and_then(Option::take)
            {
                *home = Home::Alone(member);
            }
        }
        self.seats.iter_mut().filter(|other| other.bundle == seat.bundle).for_each(|it| *it = Seat::NONE);
    }

    /// The bundle that the stream of a lane is in, and the places there.
    pub(crate) fn bundle_of(&mut self, lane: usize) -> Option<(&mut dyn AnyBundle, Places<'_>)> {
        let number = self.seats.get(lane)?.bundle;
        let Tied { bundle, first } = self.bundles.get_mut(number as usize)?;
        Some((&mut **bundle, Places { bundle: number, seats: &self.seats, first: *first }))
    }
}

impl Index<usize> for Hubs {
    type Output = dyn AnyHub;

    #[inline]
    fn index(&self, stream: usize) -> &Self::Output {
        match &self.list[stream] {
            Home::Alone(hub) => &**hub,
            Home::Bundled(seat) => self.bundles[seat.bundle as usize].bundle.member(seat.place as usize),
        }
    }
}

impl IndexMut<usize> for Hubs {
    #[inline]
    fn index_mut(&mut self, stream: usize) -> &mut Self::Output {
        match &mut self.list[stream] {
            Home::Alone(hub) => &mut **hub,
            Home::Bundled(seat) => self.bundles[seat.bundle as usize].bundle.member_mut(seat.place as usize),
        }
    }
}
