use super::*;

fn merged(lanes: &[&[i64]]) -> Vec<(usize, i64)> {
    let mut merge = Merge::new(lanes.len());
    for (lane, times) in lanes.iter().enumerate() {
        merge.refill(lane).times.extend_from_slice(times);
        merge.filled(lane);
    }
    let mut out = Vec::new();
    while let Some((lane, times)) = merge.run(i64::MAX, usize::MAX) {
        out.extend(times.iter().map(|&t| (lane, t)));
        let count = times.len();
        merge.took(lane, count);
    }
    out
}

fn sorted(lanes: &[&[i64]]) -> Vec<(usize, i64)> {
    let mut all: Vec<(usize, i64)> =
        lanes.iter().enumerate().flat_map(|(lane, times)| times.iter().map(move |&t| (lane, t))).collect();
    all.sort_by_key(|&(lane, time)| (time, lane));
    all
}

#[test]
fn s07_events_are_merged_by_time_then_declaration() {
    let lanes: &[&[i64]] = &[&[1, 3, 3, 9], &[1, 2, 3], &[], &[0, 3, 10]];
    assert_eq!(merged(lanes), sorted(lanes));
}

#[test]
fn times_at_both_ends_of_the_range_are_merged() {
    let lanes: &[&[i64]] = &[&[i64::MIN, 0, i64::MAX], &[i64::MIN, -1, i64::MAX]];
    assert_eq!(merged(lanes), sorted(lanes));
}

#[test]
fn one_lane_is_one_run() {
    let mut merge = Merge::new(1);
    merge.refill(0).times.extend(0..100);
    merge.filled(0);
    assert_eq!(merge.run(i64::MAX, usize::MAX).map(|(_, times)| times.len()), Some(100));
}

#[test]
fn the_order_stops_where_a_column_runs_dry() {
    let mut merge = Merge::new(2);
    merge.refill(0).times.extend([1, 2]);
    merge.filled(0);
    merge.refill(1).times.extend([5, 6]);
    merge.filled(1);
    assert_eq!(
        merge.run(i64::MAX, usize::MAX).map(|(lane, times)| (lane, times.to_vec())),
        Some((0, vec![1, 2]))
    );
    assert!(merge.took(0, 2));
    merge.refill(0).times.extend([5, 5]);
    merge.filled(0);
    assert_eq!(
        merge.run(i64::MAX, usize::MAX).map(|(lane, times)| (lane, times.to_vec())),
        Some((0, vec![5, 5]))
    );
}

#[test]
fn an_event_that_is_put_in_later_takes_its_place() {
    let mut merge = Merge::new(3);
    for (lane, times) in [(0, vec![10, 20, 30]), (2, vec![15, 25])] {
        merge.refill(lane).times.extend(times);
        merge.filled(lane);
    }
    assert_eq!(merge.run(i64::MAX, usize::MAX).map(|(lane, times)| (lane, times[0])), Some((0, 10)));
    merge.took(0, 1);
    let places = [(1, 40), (1, 15), (0, 20), (2, 12), (1, 15)].map(|(lane, time)| merge.insert(lane, time));
    assert_eq!(places, [0, 0, 1, 0, 1]);
    let mut order = Vec::new();
    while let Some((lane, times)) = merge.run(i64::MAX, usize::MAX) {
        order.push((lane, times[0]));
        merge.took(lane, 1);
    }
    let rest = [(2, 12), (1, 15), (1, 15), (2, 15), (0, 20), (0, 20), (2, 25), (0, 30), (1, 40)];
    assert_eq!(order, rest);
}

#[test]
fn many_lanes_are_merged() {
    let lanes: Vec<Vec<i64>> =
        (0..700).map(|lane| (0..5).map(|k| k * 1_000_000_000_000_000 + (lane * 37 % 11)).collect()).collect();
    let lanes: Vec<&[i64]> = lanes.iter().map(Vec::as_slice).collect();
    assert_eq!(merged(&lanes), sorted(&lanes));
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound
    }

    /// Ascending times after `time`: often equal, now and then so far apart that the epoch has to move.
    fn times(&mut self, mut time: i64, count: usize) -> Vec<i64> {
        let steps = [0, 1, 1, 5, 1 << 20, 1 << 55];
        let mut next = |_| {
            time += steps[self.below(if count > 20 { 5 } else { 6 })];
            time
        };
        (0..count).map(&mut next).collect()
    }
}

/// Merges lanes whose columns are filled in pieces and taken in pieces, some of them opened on the way.
fn merged_in_pieces(count: usize, random: &mut Random) -> (Vec<Vec<i64>>, Vec<(usize, i64)>) {
    let events = (20_000 / count).clamp(3, 300);
    let mut closed: Vec<usize> = (0..count).filter(|_| count > 1 && random.below(count) < 6).collect();
    let mut lanes = vec![Vec::new(); count];
    let mut given = vec![0; count];
    let mut merge = Merge::new(count);
    for lane in (0..count).filter(|lane| !closed.contains(lane)) {
        lanes[lane] = random.times(-(1 << 62), events);
        given[lane] = 1;
        merge.refill(lane).times.push(lanes[lane][0]);
        merge.filled(lane);
    }
    let mut out = Vec::new();
    while let Some((lane, times)) = merge.run(i64::MAX, usize::MAX) {
        let taken = if random.below(3) == 0 { 1 } else { times.len() };
        out.extend(times[..taken].iter().map(|&time| (lane, time)));
        let last = times[taken - 1];
        if merge.took(lane, taken) {
            let left = &lanes[lane][given[lane]..];
            let piece = &left[..left.len().min(1 + random.below(5))];
            given[lane] += piece.len();
            merge.refill(lane).times.extend(piece);
            merge.filled(lane);
        }
        if random.below(10) == 0
            && let Some(lane) = closed.pop()
        {
            lanes[lane] = random.times(last + 1, events);
            given[lane] = 2;
            merge.open(lane, Column { times: lanes[lane][..2].to_vec(), ..Column::default() });
        }
    }
    (lanes, out)
}

/// Takes one event after the other, as a bundle does; puts some of them back, or leaves the rest to others.
fn merged_one_by_one(count: usize, random: &mut Random) -> (Vec<Vec<i64>>, Vec<(usize, i64)>) {
    let events = (20_000 / count).clamp(3, 300);
    let lanes: Vec<Vec<i64>> = (0..count).map(|_| random.times(-(1 << 62), events)).collect();
    let (mut given, mut out, mut merge) = (vec![0; count], Vec::new(), Merge::new(count));
    let mut give = |merge: &mut Merge, lane: usize, some: usize| {
        let left = &lanes[lane][given[lane]..];
        let piece = &left[..left.len().min(some)];
        given[lane] += piece.len();
        merge.refill(lane).times.extend(piece);
        merge.filled(lane);
    };
    (0..count).for_each(|lane| give(&mut merge, lane, 2));
    while let Some((time, lane)) = merge.peek_lane() {
        if merge.first_of_many().is_some() && random.below(4) > 0 {
            let (mut left, mut next) = (random.below(100), merge.next());
            while left > 0 && next.1 < count {
                let (time, lane) = next;
                next = merge.advance(lane);
                if random.below(30) == 0 {
                    merge.put_back(time, lane);
                    break;
                }
                out.push((lane, time));
                left -= 1;
            }
            if let Some(lane) = merge.took_many() {
                give(&mut merge, lane, 1 + random.below(5));
            }
        } else {
            assert_eq!(merge.run(i64::MAX, 1), Some((lane, &[time][..])));
            out.push((lane, time));
            if merge.took(lane, 1) {
                give(&mut merge, lane, 1 + random.below(50));
            }
        }
    }
    (lanes, out)
}

#[test]
fn events_of_any_number_of_lanes_are_taken_one_by_one() {
    let mut random = Random(2);
    for count in [1, 2, 3, 7, 8, 9, 16, 64, 500, 4096] {
        for _ in 0..4 {
            let (lanes, merged) = merged_one_by_one(count, &mut random);
            let lanes: Vec<&[i64]> = lanes.iter().map(Vec::as_slice).collect();
            assert!(merged == sorted(&lanes), "{count} lanes");
        }
    }
}

#[test]
fn any_number_of_lanes_is_merged_in_any_pieces() {
    let mut random = Random(1);
    for count in [1, 2, 3, 7, 8, 9, 15, 16, 17, 64, 500, 512, 4095, 4096] {
        for _ in 0..4 {
            let (lanes, merged) = merged_in_pieces(count, &mut random);
            let lanes: Vec<&[i64]> = lanes.iter().map(Vec::as_slice).collect();
            assert!(merged == sorted(&lanes), "{count} lanes");
        }
    }
}

#[test]
fn what_was_ordered_is_ordered_anew_when_a_lane_opens() {
    let mut merge = Merge::new(3);
    merge.refill(0).times.extend([1, 5, 9]);
    merge.filled(0);
    assert_eq!(merge.run(i64::MAX, usize::MAX), Some((0, &[1, 5, 9][..])));
    merge.took(0, 1);
    merge.open(2, Column { times: vec![5, 7], ..Column::default() });
    for (lane, times) in [(0, vec![5]), (2, vec![5, 7])] {
        assert_eq!(merge.run(i64::MAX, usize::MAX), Some((lane, &times[..])));
        merge.took(lane, times.len());
    }
    assert_eq!(merge.run(i64::MAX, usize::MAX), Some((0, &[9][..])), "the lane that was opened has no more");
}

#[test]
fn nothing_is_left_after_clear() {
    let mut merge = Merge::new(2);
    merge.refill(1).times.extend([1, 2]);
    merge.filled(1);
    assert_eq!(merge.peek_lane(), Some((1, 1)));
    merge.clear();
    assert_eq!((merge.peek(), merge.earliest()), (None, None));
    merge.refill(0).times.push(-3);
    merge.filled(0);
    assert_eq!(merge.peek_lane(), Some((-3, 0)));
}

#[test]
fn many_lanes_have_smaller_batches() {
    assert_eq!([1, 256, 1024, 4096].map(room), [BATCH as u32, BATCH as u32, 1024, LEAST as u32]);
    assert_eq!(Merge::new(1024).refill(7).room, 1024);
}
