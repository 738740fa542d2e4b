//! The live clock under clocks that do what they like (T7): what S5 and S6 say holds for any script of readings.
//!
//! `ASP_PROPERTY_RUNS` sets how many scripts; a script that fails is printed, and is all that is needed to repeat it.

use std::cell::RefCell;
use std::time::Instant;

use asp::{Steering, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRunner};

const MS: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MS;
const HOUR: i64 = 3_600 * SECOND;

#[derive(Clone, Copy, Debug)]
enum Act {
    /// So much monotonic time passes, then both clocks are read.
    Pass(i64),
    /// The wall clock is moved.
    Move(i64),
    /// The wall clock goes on and the monotonic one stands still.
    Suspend(i64),
    /// From now on the wall clock gains so many thousandths: 10 is 1 % fast, -1000 stands still.
    Rate(i64),
    /// Someone waits for so long, and wakes each time as late as the second says.
    Wait(i64, i64),
}

fn act() -> impl Strategy<Value = Act> {
    let interval = || {
        prop_oneof![
            2 => Just(0),
            2 => 1..20i64,
            3 => 1..MS,
            6 => 1..SECOND,
            2 => SECOND..3 * SECOND,
            1 => SECOND..2 * HOUR,
        ]
    };
    prop_oneof![
        8 => interval().prop_map(Act::Pass),
        4 => (-MS..=MS).prop_map(Act::Move),
        2 => (-SECOND - 2..=SECOND + 2).prop_map(Act::Move),
        1 => prop_oneof![Just(SECOND), Just(SECOND + 1), Just(-SECOND), Just(-SECOND - 1)].prop_map(Act::Move),
        2 => prop_oneof![Just(5 * SECOND), Just(-5 * SECOND)].prop_map(Act::Move),
        1 => prop_oneof![Just(HOUR), Just(-HOUR)].prop_map(Act::Move),
        1 => Just(Act::Suspend(HOUR)),
        1 => prop_oneof![Just(-1000), Just(10), Just(-10), Just(200), Just(0)].prop_map(Act::Rate),
        2 => Just(Act::Rate(0)),
        4 => (prop_oneof![0..2 * MS, 0..20 * SECOND], prop_oneof![Just(0), 0..2 * MS])
            .prop_map(|(length, late)| Act::Wait(length, late)),
    ]
}

/// How often a state was met: a generator that stops reaching one checks nothing there.
#[derive(Debug, Default)]
struct Reached {
    readings: u64,
    jumps: u64,
    steps_back: u64,
    steps_on: u64,
    slewed_on: u64,
    slewed_back: u64,
    waits: u64,
    waits_over_a_jump: u64,
    waits_over_a_step_back: u64,
    scripts_without_steps: u64,
}

/// The clocks of a simulated machine, and what is known of the engine clock without looking into it.
struct World<'a> {
    mono: i64,
    wall: i64,
    rate: i64,
    steering: Steering,
    now: i64,
    /// Monotonic time and engine time since the last jump, which may differ by a tenth.
    since_jump: (i64, i64),
    /// All moves of the wall beside the monotonic clock, and what was reported of them.
    moved: i64,
    reported: i64,
    /// Monotonic time in which moves may have been slewed instead.
    passed: i64,
    reached: &'a mut Reached,
}

/// Fails the script with the words given.
macro_rules! check {
    ($holds:expr, $($text:tt)*) => {
        if !$holds {
            return Err(TestCaseError::fail(format!($($text)*)));
        }
    };
}

impl World<'_> {
    fn pass(&mut self, mono: i64) -> Result<(), TestCaseError> {
        let gained = (i128::from(mono) * i128::from(self.rate) / 1000) as i64;
        self.mono += mono;
        self.wall += mono + gained;
        self.moved += gained;
        self.read(mono)
    }

    fn shift(&mut self, by: i64) {
        self.wall += by;
        self.moved += by;
    }

    fn read(&mut self, passed: i64) -> Result<(), TestCaseError> {
        let before = self.now;
        self.now = self.steering.advance(self.mono, self.wall).as_nanos();
        let (now, wall, free) = (self.now, self.wall, before + passed);
        self.reached.readings += 1;
        self.passed += passed;

        check!(now >= before, "it goes back from {before} to {now}");
        let jumped = wall - free > SECOND;
        if jumped {
            check!(now == wall, "the wall is at {wall}, ahead of {free}, and it shows {now}");
            self.since_jump = (0, 0);
            self.reached.jumps += 1;
        } else {
            let slew = now - free;
            check!(slew.abs() <= passed / 10 + 1, "slewed by {slew} in {passed}");
            let difference = wall - free;
            check!(
                slew.signum() * difference.signum() >= 0 && slew.abs() <= difference.abs(),
                "slewed by {slew} where {difference} were to be made good"
            );
            let full = slew == difference || slew.abs() >= passed / 10;
            check!(full, "slewed by {slew} of {difference} in {passed} only");
            self.reached.slewed_on += u64::from(slew > 0);
            self.reached.slewed_back += u64::from(slew < 0);
            let (mono, engine) = self.since_jump;
            self.since_jump = (mono + passed, engine + now - before);
            let (mono, engine) = self.since_jump;
            check!((engine - mono).abs() <= mono / 10 + 1, "{engine} in {mono} since the last jump");
        }

        let mut reports = 0;
        while let Some(step) = self.steering.take_step() {
            reports += 1;
            let by = step.by.as_nanos();
            check!(step.at.as_nanos() == now, "reported for {} at {now}", step.at);
            check!(by.abs() > SECOND || jumped && by > 0, "a move by {by} is reported");
            self.reported += by;
            self.reached.steps_on += u64::from(by > 0);
            self.reached.steps_back += u64::from(by < 0);
        }
        check!(reports <= 1 && (reports == 1 || !jumped), "{reports} reports, jumped: {jumped}");
        let silent = (self.moved - self.reported).abs();
        check!(silent <= SECOND + self.passed / 10 + 1, "moves of {silent} are not reported");
        Ok(())
    }

    /// As a clock does it that can sleep: until the time has come, with both clocks read in between.
    fn wait(&mut self, length: i64, late: i64, mut meanwhile: Option<Act>) -> Result<(), TestCaseError> {
        let time = self.now + length;
        let begun = self.mono;
        let (jumps, back) = (self.reached.jumps, self.reached.steps_back);
        let undisturbed = meanwhile.is_none() && late == 0 && self.rate == 0;
        let mut sleeps = 0;
        loop {
            let sleep = self.steering.longest_sleep(Timestamp::from_nanos(time)).as_nanos();
            check!((sleep == 0) == (self.now >= time), "sleeps {sleep} at {}, until {time}", self.now);
            if sleep == 0 {
                break;
            }
            check!((1..=SECOND).contains(&sleep), "sleeps {sleep}");
            sleeps += 1;
            match meanwhile.take() {
                Some(Act::Move(by) | Act::Suspend(by)) => self.shift(by),
                Some(Act::Rate(rate)) => self.rate = rate,
                Some(Act::Pass(_) | Act::Wait(..)) | None => {}
            }
            self.pass(sleep + late)?;
        }
        self.reached.waits += 1;
        self.reached.waits_over_a_jump += u64::from(self.reached.jumps > jumps);
        self.reached.waits_over_a_step_back += u64::from(self.reached.steps_back > back);
        let waited = self.mono - begun;
        // It ends: nothing makes the engine clock slower than nine tenths.
        check!(waited <= length * 10 / 9 + SECOND + late, "waited {waited} for {length}");
        if undisturbed {
            // At a rate of 1.1 a nanosecond is left out now and then.
            check!(self.now - time <= 1, "undisturbed, and {} late", self.now - time);
            check!(sleeps <= waited / SECOND + 1, "{sleeps} sleeps in {waited}");
        }
        Ok(())
    }

    /// The wall goes right from now on, and is agreed with after ten times the difference.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        self.rate = 0;
        self.pass(0)?;
        let difference = (self.wall - self.now).abs();
        let begun = self.mono;
        let part = (difference / 3).clamp(1, HOUR);
        for turn in 0.. {
            if self.now == self.wall {
                break;
            }
            check!(turn < 200, "never agrees with the wall");
            self.pass(part)?;
        }
        let taken = self.mono - begun;
        check!(taken <= difference * 10 + part, "{difference} took {taken} to be made good");
        for length in [0, 1, 9, 11, SECOND, HOUR] {
            self.pass(length)?;
            check!(self.now == self.wall, "it has agreed, and does not after {length}");
        }
        Ok(())
    }
}

fn play(script: &[Act], reached: &mut Reached) -> Result<(), TestCaseError> {
    let start = 1_735_689_600 * SECOND;
    let mut world = World {
        mono: 77,
        wall: start,
        rate: 0,
        steering: Steering::new(77, start),
        now: start,
        since_jump: (0, 0),
        moved: 0,
        reported: 0,
        passed: 0,
        reached,
    };
    for (index, &act) in script.iter().enumerate() {
        match act {
            Act::Pass(mono) => world.pass(mono)?,
            // Now and then several moves are seen at once.
            Act::Move(by) | Act::Suspend(by) => world.shift(by),
            Act::Rate(rate) => world.rate = rate,
            Act::Wait(length, late) => {
                // A move of the wall before it is seen first; the one after it comes while it sleeps.
                world.read(0)?;
                world.wait(length, late, script.get(index + 1).copied())?;
            }
        }
    }
    world.settle()
}

fn runs() -> u32 {
    std::env::var("ASP_PROPERTY_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(10_000)
}

fn config() -> Config {
    // The default generator is slow without optimisation.
    let rng_algorithm = RngAlgorithm::XorShift;
    Config { cases: runs(), failure_persistence: None, rng_algorithm, ..Config::default() }
}

/// Runs a property over scripts, and prints the one that fails.
fn for_all(scripts: impl Strategy<Value = Vec<Act>>, property: impl Fn(&[Act]) -> Result<(), TestCaseError>) {
    let result = TestRunner::new(config()).run(&scripts, |script| property(&script));
    if let Err(TestError::Fail(reason, script)) = &result {
        panic!("{reason}\nthe script:\n\n{script:?}\n");
    }
    result.unwrap();
}

#[test]
fn the_clock_keeps_its_promises_whatever_the_wall_does() {
    let begun = Instant::now();
    let reached = RefCell::new(Reached::default());
    for_all(vec(act(), 0..40), |script| play(script, &mut reached.borrow_mut()));

    // Moves that NTP slews, a wall that is some percent fast or slow, and readings that are never far apart: nothing to report.
    let calm = prop_oneof![
        3 => (1..SECOND).prop_map(Act::Pass),
        1 => (-MS..=MS).prop_map(Act::Move),
        1 => prop_oneof![Just(10), Just(80), Just(-80)].prop_map(Act::Rate),
    ];
    for_all(vec(calm, 0..80), |script| {
        let mut seen = Reached::default();
        play(script, &mut seen)?;
        check!(seen.jumps + seen.steps_on + seen.steps_back == 0, "reported: {seen:?}");
        reached.borrow_mut().scripts_without_steps += 1;
        Ok(())
    });

    let reached = reached.into_inner();
    println!("clock: 2 x {} scripts, {:.1} s", runs(), begun.elapsed().as_secs_f64());
    println!("{reached:?}");
    if runs() >= 5_000 {
        let text = format!("{reached:?}");
        assert!(!text.contains(" 0,") && !text.contains(" 0 }"), "some state was never reached: {text}");
    }
}

/// Readings that no machine makes: whatever they are, the clock does not go back, and nothing overflows.
#[test]
fn the_clock_never_goes_back_whatever_it_is_given() {
    let any = || prop_oneof![any::<i64>(), -3..=3i64, i64::MAX - 3..=i64::MAX, i64::MIN..=i64::MIN + 3];
    let readings = (any(), any(), vec((any(), any(), any()), 0..20));
    let result = TestRunner::new(config()).run(&readings, |(mono, wall, readings)| {
        let mut steering = Steering::new(mono, wall);
        let mut before = Timestamp::from_nanos(wall);
        for (mono, wall, time) in readings {
            let now = steering.advance(mono, wall);
            check!(now >= before, "it goes back from {before} to {now}");
            before = now;
            let time = Timestamp::from_nanos(time);
            let sleep = steering.longest_sleep(time).as_nanos();
            check!((sleep == 0) == (now >= time) && (0..=SECOND).contains(&sleep), "sleeps {sleep}");
            if let Some(step) = steering.take_step() {
                check!(step.at == now, "reported for {} at {now}", step.at);
            }
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}
