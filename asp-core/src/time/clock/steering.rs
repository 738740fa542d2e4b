//! [`Steering`]: the live clock of rule S5, as arithmetic over readings.

use std::collections::VecDeque;

use super::ClockStep;
use crate::time::{Duration, Timestamp};

/// A wall clock further ahead than this is jumped to; one that moved by more than this has made a step.
const JUMP: i128 = 1_000_000_000;

/// One nanosecond in so many is what the engine clock may gain or lose.
const SLEW: u64 = 10;

/// After at most so long both clocks are to be read again.
const LONGEST_SLEEP: i128 = 1_000_000_000;

/// So many steps are kept for who takes none; later ones are added to the last.
const STEPS: usize = 64;

/// Steers an engine clock along a monotonic clock to the clock on the wall (S5).
///
/// It reads no clock. Whoever does gives it pairs of readings, in nanoseconds: the monotonic clock counts from
/// anywhere, the wall clock from 1970. For each pair it says what the engine clock shows:
///
/// - It advances with the monotonic clock and never goes back, whatever it is given. A monotonic reading below
///   an earlier one counts as that earlier one.
/// - **Jump.** If the wall is ahead by more than 1 s, the engine clock shows the wall's time at once.
/// - **Slew.** Any other difference is made good by at most a tenth of the monotonic time that passes. So it runs
///   at a rate of 0.9 while it is ahead, and of 1.1 while it is behind, until both agree.
/// - Beyond the last [`Timestamp`] it stays there.
///
/// ```text
/// wall           98  99 100|95  96  97 ..      143 144 145 146
/// engine         98  99 100     100.9 101.8 .. 143.2 144.1 145 146
///                          step of -5                      both agree
/// ```
///
/// # Steps
///
/// A step is a move of the wall clock beside the monotonic one by more than 1 s, in either direction: what `date`
/// does, or NTP when it gives up slewing, or a machine that was suspended. Each is reported once, and so is each jump.
///
/// It need not happen between two readings: of what the wall moves, a tenth of the time that passes is let go, and
/// the rest adds up. So NTP's slewing is no step, nor is a wall clock that runs 1 % fast, if both are read every
/// second. A wall clock that stands still falls back all the time, and is reported about once a second.
///
/// # Examples
///
/// ```
/// use asp_core::{Duration, Steering, Timestamp};
///
/// const SECOND: i64 = 1_000_000_000;
/// let mut steering = Steering::new(0, 100 * SECOND);
///
/// // The wall is set back by 5 s, and read 10 s later.
/// assert_eq!(steering.advance(10 * SECOND, 105 * SECOND), Timestamp::from_secs(109));
/// assert_eq!(steering.take_step().unwrap().by, Duration::from_secs(-5));
/// assert_eq!(steering.take_step(), None);
/// assert_eq!(steering.advance(50 * SECOND, 145 * SECOND), Timestamp::from_secs(145));
///
/// // It is set forward.
/// assert_eq!(steering.advance(50 * SECOND, 150 * SECOND), Timestamp::from_secs(150));
/// assert_eq!(steering.take_step().unwrap().by, Duration::from_secs(5));
/// ```
#[derive(Clone, Debug)]
pub struct Steering {
    mono: i64,
    wall: i64,
    now: i64,
    /// Wall minus monotonic, as far as it is slewed or reported.
    known: i128,
    /// Monotonic time of which no slew was made, since it is less than one nanosecond's worth.
    rest: u64,
    steps: VecDeque<ClockStep>,
}

impl Steering {
    /// A clock that agrees with the wall.
    ///
    /// ```
    /// use asp_core::{Steering, Timestamp};
    ///
    /// let mut steering = Steering::new(5, 1_000);
    /// assert_eq!(steering.advance(7, 1_002), Timestamp::from_nanos(1_002));
    /// ```
    pub fn new(mono: i64, wall: i64) -> Steering {
        let known = i128::from(wall) - i128::from(mono);
        Steering { mono, wall, now: wall, known, rest: 0, steps: VecDeque::new() }
    }

    /// The engine clock when both clocks read so.
    ///
    /// ```
    /// use asp_core::{Steering, Timestamp};
    ///
    /// let mut steering = Steering::new(0, 0);
    /// // The wall is 50 ns ahead after 100 ns, of which 10 are made good.
    /// assert_eq!(steering.advance(100, 150), Timestamp::from_nanos(110));
    /// // It never goes back, even if both clocks do.
    /// assert_eq!(steering.advance(0, 0), Timestamp::from_nanos(110));
    /// ```
    pub fn advance(&mut self, mono: i64, wall: i64) -> Timestamp {
        let mono = mono.max(self.mono);
        let passed = mono.abs_diff(self.mono);
        if self.agrees(mono, wall) {
            // As mostly: the wall went on as the monotonic clock did, and the engine clock shows what it does.
            self.slew(passed % SLEW + self.rest);
            (self.mono, self.wall, self.now) = (mono, wall, wall);
            return Timestamp::from_nanos(wall);
        }
        let slew = i128::from(match passed.checked_add(self.rest) {
            Some(passed) => self.slew(passed),
            None => passed / SLEW + self.slew(passed % SLEW + self.rest),
        });
        self.mono = mono;
        self.wall = wall;

        let free = i128::from(self.now) + i128::from(passed);
        let ahead = i128::from(wall) - free;
        let jumps = ahead > JUMP;
        // Neither goes back: a jump is forward, and a slew is never more than what passed.
        let now = if jumps { i128::from(wall) } else { free + ahead.clamp(-slew, slew) };
        self.now = limited(now);

        let moved = i128::from(wall) - i128::from(mono) - self.known;
        if jumps || moved.abs() > JUMP {
            self.known += moved;
            self.report(limited(moved));
        } else {
            self.known += moved.clamp(-slew, slew);
        }
        Timestamp::from_nanos(self.now)
    }

    /// True if there is nothing to make good, nor to report.
    fn agrees(&self, mono: i64, wall: i64) -> bool {
        let apart = wall.checked_sub(mono);
        self.now == self.wall
            && apart.is_some()
            && apart == self.wall.checked_sub(self.mono)
            && apart.map(i128::from) == Some(self.known)
    }

    /// What may be made good in so much monotonic time; the rest of it is kept.
    fn slew(&mut self, passed: u64) -> u64 {
        self.rest = passed % SLEW;
        passed / SLEW
    }

    fn report(&mut self, by: i64) {
        let mut step = ClockStep { at: Timestamp::from_nanos(self.now), by: Duration::from_nanos(by) };
        if self.steps.len() == STEPS
            && let Some(last) = self.steps.pop_back()
        {
            step.by = last.by.saturating_add(step.by);
        }
        self.steps.push_back(step);
    }

    /// The oldest [step](Self#steps) that was not taken yet, if there is one.
    ///
    /// Up to 64 wait to be taken. Beyond that, later ones are added up in the last one.
    ///
    /// ```
    /// use asp_core::Steering;
    ///
    /// let mut steering = Steering::new(0, 0);
    /// // Resumed after an hour in which the monotonic clock stood still.
    /// let now = steering.advance(0, 3_600_000_000_000);
    /// let step = steering.take_step().unwrap();
    /// assert_eq!((step.at, step.by.to_string()), (now, "1h".to_owned()));
    /// // A millisecond is made good without more ado.
    /// steering.advance(0, 3_600_001_000_000);
    /// assert_eq!(steering.take_step(), None);
    /// ```
    pub fn take_step(&mut self) -> Option<ClockStep> {
        self.steps.pop_front()
    }

    pub(super) fn has_step(&self) -> bool {
        !self.steps.is_empty()
    }

    /// How long to sleep, on the monotonic clock, before both clocks are read again by someone who waits for `time`.
    ///
    /// Zero if `time` has come. Otherwise at least 1 ns and at most 1 s, since a suspended machine does not count its
    /// sleep (S5); within that, until the engine clock shows `time` if the wall goes on as it was read last. Whether it
    /// does then is up to the next reading.
    ///
    /// ```
    /// use asp_core::{Duration, Steering, Timestamp};
    ///
    /// let mut steering = Steering::new(0, 0);
    /// assert_eq!(steering.longest_sleep(Timestamp::EPOCH), Duration::ZERO);
    /// assert_eq!(steering.longest_sleep(Timestamp::from_nanos(900)), Duration::from_nanos(900));
    /// assert_eq!(steering.longest_sleep(Timestamp::MAX), Duration::from_secs(1));
    ///
    /// // While it runs at 1.1, it gets there sooner.
    /// steering.advance(0, 100_000);
    /// assert_eq!(steering.longest_sleep(Timestamp::from_nanos(1_100)), Duration::from_nanos(1_000));
    /// ```
    pub fn longest_sleep(&self, time: Timestamp) -> Duration {
        let left = i128::from(time.as_nanos()) - i128::from(self.now);
        if left <= 0 {
            return Duration::ZERO;
        }
        if left >= 2 * LONGEST_SLEEP {
            // However it slews.
            return Duration::from_nanos(limited(LONGEST_SLEEP));
        }
        let ahead = i128::from(self.wall) - i128::from(self.now);
        // Slewing, the clock makes 9 or 11 steps in 10 nanoseconds, rounded up or down, until both agree.
        let (slew, rest) = (i128::from(SLEW), i128::from(self.rest));
        let sleep = if ahead < 0 {
            ((left + rest - 1) * slew / (slew - 1) + 1 - rest).min(left - ahead)
        } else {
            (((left + rest) * slew + slew) / (slew + 1) - rest).max(left - ahead)
        };
        Duration::from_nanos(limited(sleep.clamp(1, LONGEST_SLEEP)))
    }
}

fn limited(nanos: i128) -> i64 {
    nanos.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule S5 once more, without the short way for clocks that agree, and without limits.
    struct Naive {
        mono: i128,
        now: i128,
        rest: i128,
    }

    impl Naive {
        fn advance(&mut self, mono: i64, wall: i64) -> i64 {
            let (mono, wall) = (i128::from(mono).max(self.mono), i128::from(wall));
            let passed = mono - self.mono + self.rest;
            let free = self.now + mono - self.mono;
            (self.mono, self.rest) = (mono, passed % 10);
            self.now = match wall - free {
                ahead if ahead > JUMP => wall,
                ahead => free + ahead.clamp(-passed / 10, passed / 10),
            };
            i64::try_from(self.now).unwrap()
        }
    }

    #[test]
    fn s05_clocks_that_agree_go_on_as_by_the_rule() {
        // A small generator: what it gives does not matter, but that it is often nothing.
        let mut seed = 1u64;
        let mut next = |most: i64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as i64 % most
        };
        for _ in 0..200 {
            let (mut mono, mut wall) = (next(1_000), next(1_000_000));
            let mut steering = Steering::new(mono, wall);
            let mut naive = Naive { mono: mono.into(), now: wall.into(), rest: 0 };
            for _ in 0..500 {
                let passed = next(200);
                let apart = if next(4) == 0 { next(41) - 20 } else { 0 };
                (mono, wall) = (mono + passed, wall + passed + apart);
                assert_eq!(steering.advance(mono, wall).as_nanos(), naive.advance(mono, wall));
            }
        }
    }

    #[test]
    fn readings_at_the_limits_stay_within_them() {
        let extremes = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
        for start in extremes {
            for origin in extremes {
                let mut steering = Steering::new(origin, start);
                let mut before = Timestamp::from_nanos(start);
                for mono in extremes {
                    for wall in extremes {
                        let now = steering.advance(mono, wall);
                        assert!(now >= before, "{origin} {start} {mono} {wall}");
                        before = now;
                        for time in extremes.map(Timestamp::from_nanos) {
                            let sleep = steering.longest_sleep(time);
                            assert_eq!(sleep.is_zero(), now >= time);
                            assert!(sleep <= Duration::from_secs(1));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_clock_read_every_nanosecond_is_slewed_as_well() {
        let mut steering = Steering::new(0, 0);
        let shown: Vec<i64> = (1..=1_000).map(|mono| steering.advance(mono, mono + 60).as_nanos()).collect();
        assert_eq!(shown[99], 110);
        assert_eq!(shown[599..602], [660, 661, 662]);
        assert!(shown.is_sorted());
    }

    #[test]
    fn a_wall_that_stands_still_is_reported_about_once_a_second_and_the_engine_goes_on() {
        let mut steering = Steering::new(0, 0);
        for tenth in 1..=600 {
            steering.advance(tenth * 100_000_000, 0);
        }
        assert_eq!(steering.advance(60_000_000_000, 0), Timestamp::from_secs(54));
        let steps: Vec<ClockStep> = std::iter::from_fn(|| steering.take_step()).collect();
        assert!((40..60).contains(&steps.len()), "{}", steps.len());
        assert!(steps.iter().all(|step| step.by <= Duration::from_secs(-1)));
    }

    #[test]
    fn what_nobody_takes_is_added_up() {
        let mut steering = Steering::new(0, 0);
        for hour in 1..=100 {
            steering.advance(0, hour * 3_600_000_000_000);
        }
        let steps: Vec<ClockStep> = std::iter::from_fn(|| steering.take_step()).collect();
        assert_eq!(steps.len(), STEPS);
        assert_eq!(steps.iter().map(|step| step.by).sum::<Duration>(), Duration::from_hours(100));
        assert_eq!(steps[STEPS - 1].at, Timestamp::from_secs(360_000));
    }

    #[test]
    fn a_sleep_ends_when_the_engine_clock_has_come_there() {
        for (wall, left) in [(0, 1_000), (500_000, 700), (30, 1_000), (-500_000, 700), (-30, 1_000)] {
            let mut steering = Steering::new(0, 0);
            steering.advance(0, wall);
            let time = Timestamp::from_nanos(left);
            let sleep = steering.longest_sleep(time).as_nanos();
            assert_eq!(steering.clone().advance(sleep, wall + sleep), time, "wall {wall}");
            assert!(steering.advance(sleep - 1, wall + sleep - 1) < time, "wall {wall}");
        }
    }
}
