//! Texts about async handlers.

use crate::words::{Kind, Word};

pub(crate) fn async_hook(hook: &Word) -> String {
    let word = hook.name;
    match hook.kind {
        Kind::OnStop => format!(
            "`#[{word}]` cannot wait, time has ended\n\
             = help: remove `async`"
        ),
        _ => format!(
            "`#[{word}]` cannot wait, a hook runs to its end before anything else\n\
             = help: remove `async`; what waits goes into an async `#[after]` method, called with `cx.after(..)`"
        ),
    }
}

pub(crate) fn odd_receiver(found: &str) -> String {
    format!(
        "async handlers take `&mut self` or `this: Shared<Self>`, found `{found}`\n\
         = help: write `&mut self` if other events wait meanwhile, `this: Shared<Self>` if they go on"
    )
}

pub(crate) fn shared_as_receiver() -> &'static str {
    "`Shared<Self>` cannot be a receiver\n\
     = help: write `this: Shared<Self>`; the state is reached with `this.with(|state, cx| ..)`"
}

pub(crate) fn shared_not_async(has_receiver: bool) -> &'static str {
    if has_receiver {
        "`Shared<Self>` is for async handlers\n\
         = help: remove it, or make it `async fn` and remove the receiver"
    } else {
        "`Shared<Self>` is for async handlers\n= help: write `&mut self`, or make it `async fn`"
    }
}

pub(crate) fn shared_not_first(name: &str) -> String {
    format!(
        "a handler has either `&mut self` or `{name}: Shared<Self>`\n\
         = help: remove one of them\n\
         = note: with `&mut self` the strategy's other events wait, with `Shared` they go on"
    )
}

pub(crate) fn shared_out_of_place(signature: &str) -> String {
    format!("`Shared<Self>` stands where the receiver would\n= help: write `{signature}`")
}

pub(crate) fn shared_form(name: &str) -> String {
    format!("`Shared<Self>` is passed by value\n= help: write `{name}: Shared<Self>`")
}

pub(crate) fn shared_without_self(name: &str) -> String {
    format!("what is shared is a strategy\n= help: write `{name}: Shared<Self>`")
}

pub(crate) fn two_shared(name: &str) -> String {
    format!("a handler has one `Shared<Self>`\n= help: remove `{name}`; the other one can be cloned")
}

pub(crate) fn context_beside_shared(this: &str) -> String {
    format!(
        "`Shared<Self>` is a context too, there is no other beside it\n\
         = help: remove this one; write `{this}.now()`, `{this}.sleep(..)`, `{this}.with(|state, cx| ..)`"
    )
}

pub(crate) fn context_in_async(name: &str) -> String {
    format!("an async handler has a `TaskContext`, it can sleep\n= help: write `{name}: &TaskContext<Self>`")
}

pub(crate) fn task_context_in_sync(name: &str) -> String {
    format!(
        "`TaskContext` is for async handlers\n\
         = help: write `{name}: &Context<Self>`, or make it `async fn`"
    )
}

pub(crate) fn async_reference_payload(instead: &str) -> String {
    format!("an async handler outlives the event, so it owns its payload\n= help: take `{instead}`")
}
