//! S5 and S6: the clock of a live run. What holds for any sequence of readings is in `it/clock.rs`.

use asp::Steering;

use crate::kit::{d, s, seconds};

/// A monotonic clock that begins with 0, a wall clock, and the engine clock that is steered by them.
struct Pair {
    steering: Steering,
    mono: i64,
    wall: i64,
}

impl Pair {
    /// All clocks agree.
    fn at(wall: f64) -> Pair {
        let wall = s(wall).as_nanos();
        Pair { steering: Steering::new(0, wall), mono: 0, wall }
    }

    /// Some time passes on both clocks, which are read twice a second at least; what the engine clock shows then.
    fn pass(&mut self, length: f64) -> String {
        for _ in 0..(length * 2.0).ceil() as i64 {
            let part = d(length / (length * 2.0).ceil()).as_nanos();
            self.mono += part;
            self.wall += part;
            self.steering.advance(self.mono, self.wall);
        }
        seconds(self.steering.advance(self.mono, self.wall))
    }

    /// The wall clock alone is moved.
    fn step(&mut self, by: f64) {
        self.wall += d(by).as_nanos();
    }

    /// What was reported, and when: `-5@100`.
    fn steps(&mut self) -> String {
        let steps = std::iter::from_fn(|| self.steering.take_step());
        let steps: Vec<String> = steps.map(|step| format!("{}@{}", step.by, seconds(step.at))).collect();
        steps.join(", ")
    }
}

#[test]
fn s05_a_step_back_is_slewed_at_nine_tenths() {
    let mut pair = Pair::at(100.0);
    pair.step(-5.0);
    assert_eq!(pair.pass(0.0), "100");
    assert_eq!(pair.steps(), "-5s@100");
    assert_eq!(pair.pass(10.0), "109");
    assert_eq!(pair.pass(40.0), "145");
    assert_eq!(pair.wall, s(145.0).as_nanos());
    assert_eq!(pair.pass(10.0), "155");
    assert_eq!(pair.steps(), "");
}

#[test]
fn s05_a_step_on_is_made_at_once() {
    let mut pair = Pair::at(100.0);
    pair.step(5.0);
    assert_eq!(pair.pass(0.0), "105");
    assert_eq!(pair.steps(), "5s@105");
    assert_eq!(pair.pass(10.0), "115");
    assert_eq!(pair.steps(), "");
}

/// The monotonic clock of Linux does not count the sleep; the next reading is at most one sleep of 1 s away.
#[test]
fn s05_a_suspended_machine_is_noticed_within_a_second_of_resume() {
    let mut pair = Pair::at(100.0);
    let awaited = s(3650.0);
    let sleep = pair.steering.longest_sleep(awaited);
    assert_eq!(sleep, d(1.0));
    // Suspended when 0.3 of it have passed.
    pair.mono += sleep.as_nanos();
    pair.wall += sleep.as_nanos() + d(3600.0).as_nanos();
    assert_eq!(pair.pass(0.0), "3701");
    assert_eq!(pair.steps(), "1h@3701");
    assert!(pair.steering.longest_sleep(awaited).is_zero());
}

#[test]
fn s05_behind_by_a_second_or_less_is_slewed_at_eleven_tenths() {
    let mut pair = Pair::at(100.0);
    pair.step(1.0);
    assert_eq!(pair.pass(5.0), "105.5");
    assert_eq!(pair.pass(5.0), "111");
    assert_eq!(pair.wall, s(111.0).as_nanos());
    assert_eq!(pair.pass(5.0), "116");
    assert_eq!(pair.steps(), "");

    pair.step(1.0 + 1e-9);
    assert_eq!(pair.pass(0.0), "117.000000001");
    assert_eq!(pair.steps(), "1s1ns@117.000000001");
}

/// A step on, while a step back is still being slewed, jumps no further than to the wall.
#[test]
fn s05_steps_back_and_on() {
    let mut pair = Pair::at(100.0);
    pair.step(-5.0);
    assert_eq!(pair.pass(10.0), "109");
    pair.step(3.0);
    assert_eq!(pair.pass(10.0), "118");
    assert_eq!(pair.wall, s(118.0).as_nanos());
    pair.step(3600.0);
    assert_eq!(pair.pass(0.0), "3718");
    assert_eq!(pair.steps(), "-5s@100.45, 3s@109.45, 1h@3718");
}

#[test]
fn s05_what_ntp_slews_is_no_step() {
    let mut pair = Pair::at(100.0);
    for turn in 0..10_000 {
        pair.step(if turn % 3 == 0 { 0.001 } else { -0.001 });
        pair.pass(0.5);
    }
    assert_eq!(pair.steps(), "");
    assert_eq!(pair.pass(1.0), seconds(asp::Timestamp::from_nanos(pair.wall)));
}
