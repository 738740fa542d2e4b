//! Texts about the signatures of handlers.

pub(crate) fn no_receiver(method: &str, signature: &str, beside: Option<&str>) -> String {
    let beside = beside.map(|beside| format!(", or `{beside}`")).unwrap_or_default();
    format!("handler `{method}` has no receiver\n= help: write `{signature}`{beside}")
}

pub(crate) fn shared_receiver() -> &'static str {
    "handlers take `&mut self`\n= help: write `&mut self`\n\
     = note: one handler of a strategy runs at a time, so exclusive access costs nothing"
}

pub(crate) fn owned_receiver() -> &'static str {
    "a handler cannot consume its strategy, it is called more than once\n\
     = help: write `&mut self`; the strategy is handed back by the outcome of the run"
}

pub(crate) fn typed_receiver(found: &str) -> String {
    let pinned = if found.contains("Pin<") { "; pin single fields instead" } else { "" };
    format!("handlers take `&mut self`, found `{found}`\n= help: write `&mut self`{pinned}")
}

pub(crate) fn too_many_parameters(method: &str, count: usize, tuple: &str) -> String {
    format!("`{method}` takes {count} payloads, an event carries 1\n= help: take a tuple: `{tuple}`")
}

pub(crate) fn deferred_with_many(method: &str, count: usize, tuple: &str, passed: &str) -> String {
    format!(
        "`{method}` takes {count} payloads, a deferred call carries 1\n\
         = help: take a tuple, `{tuple}`, and pass one: `cx.after(..).{method}({passed})`"
    )
}

pub(crate) fn more_than_a_notice(method: &str, count: usize) -> String {
    format!(
        "`{method}` takes {count} payloads, it is called with a notice alone\n= help: take `notice: Notice` only"
    )
}

pub(crate) fn notice_form(found: &str, name: &str) -> String {
    format!(
        "a notice is passed as `Notice`, found `{found}`\n\
         = help: take `{name}: Notice`, or `{name}: &Notice`"
    )
}

pub(crate) fn timer_with_payload(parameter: &str, context: &str) -> String {
    format!(
        "a timer has nothing to pass as `{parameter}`\n\
         = help: remove it; the time is `{context}.now()`"
    )
}

pub(crate) fn delay_with_payload(method: &str, parameter: &str) -> String {
    format!(
        "nobody passes `{parameter}` to a call that is scheduled by its attribute\n\
         = help: remove it, or write `#[after]` and call `cx.after(..).{method}({parameter})`"
    )
}

pub(crate) fn hook_with_payload(word: &str, parameter: &str) -> String {
    let help = match word {
        "on_start" => "keep start values in the struct",
        "on_live" | "on_caught_up" => "remove it; the time is `cx.now()`, keep the rest in the struct",
        _ => "remove it; keep what it needs in the struct",
    };
    format!("`#[{word}]` has nothing to pass as `{parameter}`\n= help: {help}")
}

pub(crate) fn context_form(name: &str, context: &str) -> String {
    format!("the context is passed as `&{context}<Self>`\n= help: write `{name}: &{context}<Self>`")
}

pub(crate) fn context_without_self(context: &str) -> String {
    format!("the context belongs to a strategy\n= help: write `&{context}<Self>`")
}

pub(crate) fn context_not_second(signature: &str) -> String {
    format!("the context comes right after the receiver\n= help: write `{signature}`")
}

pub(crate) fn two_contexts() -> &'static str {
    "a handler has one context\n= help: remove this one"
}

pub(crate) fn type_parameter(parameters: &str, strategy: &str, first: &str) -> String {
    format!(
        "a handler cannot be generic, its stream has one type\n\
         = help: name the type, or make the strategy generic: `impl{parameters} {strategy}<{first}>`"
    )
}

pub(crate) fn const_parameter(name: &str) -> String {
    format!("a handler cannot be generic, its stream has one type\n= help: move `{name}` to the block")
}

pub(crate) fn lifetime_parameter() -> &'static str {
    "a handler cannot have lifetime parameters\n\
     = help: write `&T` for a borrowed payload, or an owned type such as `Cow<'static, str>`"
}

pub(crate) fn impl_trait_parameter(found: &str) -> String {
    let bounds = found.trim_start_matches("impl ");
    format!(
        "`{found}` makes the handler generic\n\
         = help: name the payload type, or use `Box<dyn {bounds} + Send>`"
    )
}

pub(crate) fn where_on_handler() -> &'static str {
    "a handler cannot have its own conditions\n\
     = help: move them to the block: `impl .. where ..`"
}

pub(crate) fn unsized_by_reference(found: &str, carried: &str, owned: &str, shared: &str) -> String {
    format!(
        "`{found}` would make this a stream of `{carried}`, which has no size of its own\n\
         = help: write `{owned}`, or `{shared}`"
    )
}

pub(crate) fn unsized_payload(found: &str, instead: &str) -> String {
    format!("a payload has a size, found `{found}`\n= help: write `{instead}`")
}

pub(crate) fn mutable_payload(instead: &str) -> String {
    format!("other handlers read the same event, it cannot be changed\n= help: take `{instead}`")
}

pub(crate) fn named_lifetime_payload(inner: &str) -> String {
    format!("a borrowed payload lives for the call only\n= help: write `&{inner}`")
}

pub(crate) fn inner_reference(found: &str, instead: &str) -> String {
    format!("a stream carries owned values, found `{found}` inside\n= help: write `{instead}`")
}

pub(crate) fn payload_not_static(lifetime: &str) -> String {
    format!(
        "payload mentions `{lifetime}`, but events may outlive the strategy\n\
         = help: own the data, or share it with `Arc`"
    )
}

pub(crate) fn parameter_attribute(attribute: &str) -> String {
    format!("parameters of handlers cannot have attributes\n= help: put `{attribute}` on the method")
}

pub(crate) fn deferred_by_reference(instead: &str) -> String {
    format!("a deferred call keeps its payload until it runs\n= help: take `{instead}`")
}

pub(crate) fn deferred_event(instead: &str, is_async: bool) -> String {
    let due = if is_async { "" } else { "; the time it was due is `cx.due()`" };
    format!("a deferred call has no event\n= help: take `{instead}`{due}")
}

pub(crate) fn unsafe_handler() -> &'static str {
    "the scheduler cannot promise what an `unsafe` handler asks for\n\
     = help: make it safe, with an `unsafe` block inside"
}

pub(crate) fn const_handler() -> &'static str {
    "a handler cannot be `const`\n= help: remove `const`"
}

pub(crate) fn extern_handler(abi: &str) -> String {
    format!(
        "a handler has no foreign ABI\n\
         = help: remove `{abi}`; call it from an exported function"
    )
}

pub(crate) fn variadic_handler() -> &'static str {
    "a handler cannot be variadic\n= help: take a `Vec`"
}

pub(crate) fn must_use_handler() -> &'static str {
    "`#[must_use]` has no effect, the scheduler is the caller"
}

pub(crate) fn never_returns() -> &'static str {
    "a handler has to return, other events wait\n= help: return `()` or `Result<(), E>`"
}

pub(crate) fn returns_impl(found: &str, method: &str) -> String {
    let help = if found.contains("Future") {
        format!("write `async fn {method}`, which returns `()` or `Result<(), E>`")
    } else {
        "return `()` or `Result<(), E>`".to_owned()
    };
    format!("a handler cannot return `{found}`\n= help: {help}")
}
