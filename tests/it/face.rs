//! What the types of the public face promise.

use asp::{Context, Error, Outcome, Runner, Source, Stream};

fn is_send<T: Send>() {}
fn is_sync<T: Sync>() {}

#[test]
fn runs_can_be_moved_to_another_thread_and_errors_shared() {
    is_send::<Runner>();
    is_send::<Outcome>();
    is_send::<Source<Box<dyn Send>>>();
    is_send::<Stream<std::rc::Rc<()>>>();
    is_send::<Error>();
    is_sync::<Error>();
}

#[test]
fn an_error_is_one_pointer_wide_and_fits_any_boxed_error() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<asp::Result<()>>(), size_of::<usize>());
    fn fails() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Runner::new().start(asp::Timestamp::MAX).end(asp::Timestamp::MIN).run()?;
        Ok(())
    }
    assert!(fails().unwrap_err().to_string().contains("before it starts"));
}

#[test]
fn a_run_works_on_another_thread() {
    let runner = Runner::new();
    let outcome = std::thread::spawn(move || runner.run()).join().unwrap().unwrap();
    assert_eq!(outcome.report().dispatched.total(), 0);
}

/// A context can be named for any strategy, also by those who write helpers for handlers.
#[test]
fn a_helper_can_be_generic_over_strategies() {
    fn _helper<S: asp::Strategy>(cx: &Context<S>) -> asp::Timestamp {
        cx.now()
    }
}

#[test]
fn each_dangling_end_names_a_stream_with_a_similar_name() {
    let numbers = || [(asp::Timestamp::from_nanos(0), 1_u8)];
    let [level, levels] = ["level", "levels"].map(asp::Stream::<u8>::named);
    let fed = || asp::Runner::new().feed(levels.clone(), numbers());
    let runs = [
        fed().collect(level.clone()),
        fed().sink(level.clone(), |_| {}),
        fed().collect(levels.clone()).record_to(&asp::Recording::new().keep(level.clone())),
    ];
    for run in runs {
        let error = run.run().unwrap_err().to_string();
        assert!(error.contains("stream \"level\" is read by"), "{error}");
        assert!(error.contains("a stream with a similar name exists: \"levels\""), "{error}");
    }
    let error = fed().opens(level).run().unwrap_err().to_string();
    assert!(error.contains("stream \"levels\" is fed but nobody reads it"), "{error}");
    assert!(error.contains("a stream with a similar name exists: \"level\""), "{error}");
}
