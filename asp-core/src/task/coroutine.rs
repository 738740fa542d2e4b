//! [`Runner::spawn`]: tasks of the run itself.

use std::pin::Pin;

use super::run_context::RunContext;
use super::spawn::IntoTask;
use crate::outline::Mention;
use crate::runner::Runner;
use crate::strategy::{HandlerResult, HandlerReturn};

type Begin = dyn FnOnce(RunContext) -> Pin<Box<dyn Future<Output = HandlerResult> + Send>> + Send;

/// A coroutine that a run begins with.
pub(crate) struct Coroutine {
    pub(crate) name: String,
    pub(crate) begin: Box<Begin>,
}

impl Runner {
    /// Runs a coroutine on the virtual clock, beside the strategies.
    ///
    /// It begins at the start of the run, before what strategies ask for there; coroutines begin in the order in which they
    /// were added. A run without an end waits for it. An error that it returns stops the run, as one of a handler does. It
    /// is named after the function that its closure is written in.
    ///
    /// ```
    /// use asp_core::{Duration, Runner};
    ///
    /// let outcome = Runner::new()
    ///     .spawn(|cx| async move {
    ///         for minute in 1..=3 {
    ///             cx.sleep(Duration::from_mins(1)).await;
    ///             println!("{} {minute}", cx.now());
    ///         }
    ///     })
    ///     .run()?;
    /// assert_eq!(outcome.report().now.to_string(), "1970-01-01T00:03:00Z");
    /// # Ok::<(), asp_core::Error>(())
    /// ```
    pub fn spawn<F, R>(self, coroutine: impl FnOnce(RunContext) -> F + Send + 'static) -> Self
    where
        F: IntoTask<Output = R> + Send + 'static,
        R: HandlerReturn,
    {
        let name = written_in(std::any::type_name_of_val(&coroutine));
        self.spawn_as(name, coroutine)
    }

    /// [`Runner::spawn`] with a name, for messages.
    ///
    /// ```
    /// use asp_core::Runner;
    ///
    /// let error = Runner::new().spawn_as("doomed", |_| async { Err::<(), _>("no way") }).run().unwrap_err();
    /// assert_eq!(error.to_string(), "doomed failed at 1970-01-01T00:00:00Z: no way");
    /// ```
    pub fn spawn_as<F, R>(
        self,
        name: impl Into<String>,
        coroutine: impl FnOnce(RunContext) -> F + Send + 'static,
    ) -> Self
    where
        F: IntoTask<Output = R> + Send + 'static,
        R: HandlerReturn,
    {
        let name = name.into();
        let begin = Box::new(|cx| {
            let future = coroutine(cx).into_task();
            let boxed: Pin<Box<dyn Future<Output = HandlerResult> + Send>> =
                Box::pin(async move { future.await.into_result() });
            boxed
        });
        let mention = Mention::Coroutine { name: name.clone() };
        self.step(Some(mention), move |graph| graph.coroutines.push(Coroutine { name, begin }))
    }
}

/// The function that a closure is written in, by the name of its type.
fn written_in(closure: &str) -> String {
    let parts = closure.split("::").filter(|part| !part.starts_with("{"));
    format!("coroutine of {}", parts.last().unwrap_or(closure))
}

#[cfg(test)]
mod tests {
    use super::written_in;

    #[test]
    fn a_coroutine_is_named_after_the_function_around_it() {
        assert_eq!(written_in("shop::main::{{closure}}"), "coroutine of main");
        assert_eq!(written_in("shop::open::{{closure}}::{{closure}}"), "coroutine of open");
        assert_eq!(written_in("shop::patrol"), "coroutine of patrol");
    }
}
