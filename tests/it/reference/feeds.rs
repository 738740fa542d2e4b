//! What a source delivers, and the fault that ends it, by the rules S15, S16, S21 and S61.

use crate::properties::scenario::{Feed, Part, fed_value};
use crate::properties::trace::{Verdict, stream_name};

/// What one stream gets from outside, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Fed {
    pub(super) events: Vec<FedEvent>,
    /// It takes effect directly after the last of the events.
    pub(super) fault: Option<Fault>,
}

#[derive(Clone, Debug)]
pub(super) struct FedEvent {
    pub(super) time: i64,
    pub(super) value: u32,
    /// Counts from 0 all that the source yielded.
    pub(super) index: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Fault {
    position: Option<usize>,
    index: u64,
    /// The times before and found, of a source that goes back in time.
    unordered: Option<(i64, i64)>,
}

impl Fault {
    pub(super) fn verdict(&self, stream: usize) -> Verdict {
        let (stream, position, index) = (stream_name(stream), self.position, self.index);
        match self.unordered {
            Some((previous, found)) => Verdict::Unordered { stream, position, index, previous, found },
            None => Verdict::Source { stream, position, index },
        }
    }
}

/// All that a feed delivers: its only part, or its parts by time, then position (S61).
pub(super) fn fed(feed: &Feed) -> Fed {
    let mut parts: Vec<Fed> =
        feed.parts.iter().enumerate().map(|(position, part)| one(feed.stream, position, part)).collect();
    if let [only] = &mut parts[..] {
        return std::mem::take(only);
    }
    let mut merged = Fed::default();
    loop {
        for (position, part) in parts.iter().enumerate() {
            if let (true, Some(fault)) = (part.events.is_empty(), &part.fault) {
                merged.fault = Some(Fault { position: Some(position), ..fault.clone() });
                return merged;
            }
        }
        let heads = parts.iter_mut().filter(|part| !part.events.is_empty());
        let Some(first) = heads.min_by_key(|part| part.events[0].time) else { return merged };
        merged.events.push(first.events.remove(0));
    }
}

fn one(stream: usize, position: usize, part: &Part) -> Fed {
    let window = part.reorder.unwrap_or(0);
    let mut fed = Fed::default();
    let mut held: Vec<FedEvent> = Vec::new();
    for (index, &time) in part.times.iter().enumerate() {
        let released = fed.events.last().map(|event| event.time);
        if let Some(previous) = released.filter(|&released| time < released) {
            fed.fault =
                Some(Fault { position: None, index: index as u64, unordered: Some((previous, time)) });
            return fed;
        }
        held.push(FedEvent { time, value: fed_value(stream, position, index), index: index as u64 });
        held.sort_by_key(|event| (event.time, event.index));
        let latest = held.iter().chain(&fed.events).map(|event| event.time).max().unwrap_or(time);
        let keep = held.iter().position(|event| event.time > latest - window).unwrap_or(held.len());
        fed.events.extend(held.drain(..keep));
    }
    fed.events.append(&mut held);
    if part.fails {
        fed.fault = Some(Fault { position: None, index: part.times.len() as u64, unordered: None });
    }
    fed
}
