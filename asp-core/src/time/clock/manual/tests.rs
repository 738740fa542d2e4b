use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use futures_util::future::{join, join_all};

use super::*;

fn s(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Woken {
    fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// Polls while it is woken. A future that nobody wakes would hang a real executor.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let woken = Arc::new(Woken::default());
    let waker = woken.clone().into();
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return done;
        }
        assert!(woken.take() > 0, "nobody wakes it");
    }
}

fn until(clock: &ManualClock, time: Timestamp) -> impl Future<Output = ()> {
    poll_fn(move |cx| clock.poll_until(cx, time))
}

#[test]
fn a_jumping_clock_visits_all_that_is_waited_for() {
    let clock = ManualClock::jumping(s(0));
    let log = Mutex::new(Vec::new());
    let note =
        |what: &str| log.lock().unwrap().push(format!("{what}@{}", clock.now().as_nanos() / 1_000_000_000));
    let feeder = async {
        for second in [2, 3, 10] {
            clock.sleep_until(s(second)).await;
            note("data");
        }
    };
    let run = async {
        for second in [1, 3, 7, 7, 10] {
            until(&clock, s(second)).await;
            note("run");
        }
    };
    block_on(join(feeder, run));
    let log = log.into_inner().unwrap().join(" ");
    assert_eq!(log, "run@1 data@2 data@3 run@3 run@7 run@7 data@10 run@10");
}

#[test]
fn equal_sleepers_wake_in_the_order_of_making_and_the_run_is_last() {
    struct Named(usize, Arc<Mutex<Vec<usize>>>);
    impl Wake for Named {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let waker = |name| Waker::from(Arc::new(Named(name, log.clone())));
    let clock = ManualClock::new(s(0));
    let mut sleeps: Vec<ManualSleep> = [5, 4, 5, 4, 5].map(|second| clock.sleep_until(s(second))).into();
    for name in [4, 0, 3, 1, 2] {
        let polled = Pin::new(&mut sleeps[name]).poll(&mut Context::from_waker(&waker(name)));
        assert!(polled.is_pending());
    }
    assert!(clock.poll_until(&mut Context::from_waker(&waker(99)), s(4)).is_pending());
    drop(sleeps.remove(2));
    clock.set(s(5));
    assert_eq!(*log.lock().unwrap(), [1, 3, 0, 4, 99]);
}

#[test]
fn a_run_with_nothing_due_waits_for_the_next_sleeper() {
    let clock = ManualClock::jumping(s(0));
    let woken = Arc::new(Woken::default());
    let waker = woken.clone().into();
    let mut cx = Context::from_waker(&waker);
    assert!(clock.poll_until(&mut cx, Timestamp::MAX).is_pending());
    assert_eq!((woken.take(), clock.now()), (0, s(0)));

    let never = clock.sleep_until(Timestamp::MAX);
    assert_eq!(woken.take(), 1);
    assert!(clock.poll_until(&mut cx, Timestamp::MAX).is_pending());
    assert_eq!((woken.take(), clock.now()), (0, s(0)));

    let mut sleep = clock.sleep(Duration::from_secs(3));
    assert_eq!(woken.take(), 1);
    assert!(clock.poll_until(&mut cx, Timestamp::MAX).is_pending());
    assert_eq!((woken.take(), clock.now()), (1, s(3)));
    assert!(Pin::new(&mut sleep).poll(&mut cx).is_ready());
    assert!(Pin::new(&mut sleep).poll(&mut cx).is_ready());
    drop(never);
}

#[test]
fn a_sleep_that_nobody_polls_holds_nothing_up() {
    let clock = ManualClock::jumping(s(0));
    let forgotten = clock.sleep(Duration::from_secs(1));
    block_on(until(&clock, s(5)));
    assert_eq!(clock.now(), s(5));
    block_on(forgotten);
}

#[test]
fn a_wait_takes_the_place_of_the_one_before() {
    let clock = ManualClock::new(s(0));
    let woken = Arc::new(Woken::default());
    let waker = woken.clone().into();
    let mut cx = Context::from_waker(&waker);
    assert!(clock.poll_until(&mut cx, s(1)).is_pending());
    assert!(clock.poll_until(&mut cx, s(3)).is_pending());
    clock.set(s(2));
    assert_eq!(woken.take(), 0);
    clock.set(s(3));
    assert_eq!(woken.take(), 1);
    assert!(clock.poll_until(&mut cx, s(3)).is_ready());
}

#[test]
fn a_step_wakes_the_run() {
    let clock = ManualClock::new(s(9));
    let woken = Arc::new(Woken::default());
    let waker = woken.clone().into();
    assert!(clock.poll_until(&mut Context::from_waker(&waker), Timestamp::MAX).is_pending());
    clock.step(Duration::from_secs(-5));
    clock.step(Duration::from_secs(7));
    assert_eq!(woken.take(), 1);
    let steps: Vec<String> =
        std::iter::from_fn(|| clock.take_step()).map(|step| step.by.to_string()).collect();
    assert_eq!(steps, ["-5s", "7s"]);
}

#[test]
fn at_the_end_of_time_nothing_panics() {
    for clock in [ManualClock::new(Timestamp::MAX), ManualClock::jumping(Timestamp::MAX)] {
        let mut cx = Context::from_waker(Waker::noop());
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
        assert!(clock.poll_until(&mut cx, Timestamp::MAX).is_pending());
        block_on(join_all([clock.sleep(Duration::MAX), clock.sleep(Duration::MIN)]));
    }
}
