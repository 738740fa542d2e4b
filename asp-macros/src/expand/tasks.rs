//! Async handlers: the future that a row or a call begins, and the methods that begin calls.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::calls::{Pattern, on_each_call, sound_calls};
use super::{Names, call, context, returned};
use crate::model::{Form, Handler, Mode, Payload};

/// `Strategy::is_async` and `Strategy::begin`, unless no call is async.
pub(super) fn methods(names: &Names<'_>) -> Option<TokenStream> {
    if !sound_calls(names.model).any(Handler::is_async) {
        return None;
    }
    let Names { private, span, call, .. } = names;
    let arguments = names.arguments();
    let waits = on_each_call(names, &quote_spanned!(*span=> *__asp_call), |handler| {
        let is_async = handler.is_async();
        (Pattern::Ignored, quote!(#is_async))
    });
    let begin = on_each_call(names, &quote_spanned!(*span=> __asp_call), |handler| begin(names, handler));
    Some(quote_spanned! {*span=>
        #[doc(hidden)]
        fn is_async(__asp_call: &#call #arguments) -> ::core::primitive::bool {
            #waits
        }

        #[doc(hidden)]
        fn begin(__asp_call: #call #arguments, __asp_task: #private::Begin<'_, Self>) {
            #begin
        }
    })
}

fn begin(names: &Names<'_>, handler: &Handler) -> (Pattern, TokenStream) {
    let span = names.span;
    let value = handler.payload.as_ref().map(|_| quote_spanned!(span=> __asp_payload));
    let register = match handler.mode {
        Mode::Sync => return (Pattern::Ignored, quote!({})),
        Mode::Exclusive => "exclusive",
        Mode::Shared => "shared",
    };
    // This is where the compiler says that a future is not `Send`, here and in rows.
    let register = Ident::new(register, handler.ident.span());
    let closure = closure(names, handler, None, value);
    (Pattern::Bound, quote_spanned!(span=> __asp_task.#register(move #closure)))
}

/// The method that registers an async handler of a stream, and the closure it takes. `value` is what the
/// handler gets out of `__asp_payload`, which is bound at `span`.
pub(super) fn row(
    names: &Names<'_>,
    handler: &Handler,
    value: Option<TokenStream>,
    span: Span,
) -> (Ident, TokenStream) {
    let register = match (handler.mode, &value) {
        (Mode::Shared, Some(_)) => "on_event_shared",
        (Mode::Shared, None) => "on_event_shared_ref",
        (_, Some(_)) => "on_event_async",
        (_, None) => "on_event_async_ref",
    };
    let payload = match &value {
        Some(_) => quote_spanned!(span=> , __asp_payload),
        None => quote_spanned!(span=> , _),
    };
    let register = Ident::new(register, handler.ident.span());
    (register, closure(names, handler, Some(payload), value))
}

/// What makes the future: a closure over what the engine passes along.
fn closure(
    names: &Names<'_>,
    handler: &Handler,
    payload: Option<TokenStream>,
    value: Option<TokenStream>,
) -> TokenStream {
    let span = handler.ident.span();
    let event = event(names, handler, value.as_ref());
    let value = match event {
        Some(_) => Some(quote_spanned!(span=> __asp_event)),
        None => value,
    };
    if handler.mode == Mode::Shared {
        let this = shared(handler);
        let handled = call(handler, quote!(#this, #value));
        let future = match handler.output {
            Some(_) => {
                let result = returned(names, handler, quote_spanned!(span=> #handled.await));
                quote_spanned!(span=> async move { #result })
            }
            // Nothing has to be made of what it returns.
            None => handled,
        };
        return quote_spanned!(span=> |__asp_this #payload| { #event #future });
    }
    let context = context(handler, span);
    let handled = call(handler, quote_spanned!(span=> &mut *__asp_this, #context #value));
    let result = returned(names, handler, quote_spanned!(span=> #handled.await));
    quote_spanned!(span=> |mut __asp_this, __asp_cx #payload| async move { #event #result })
}

/// `__asp_this` as an argument, which points at the type of the parameter.
fn shared(handler: &Handler) -> Ident {
    let bound = handler.ident.span();
    let at = handler.context.as_ref().map_or(bound, |ty| ty.span().resolved_at(bound));
    Ident::new("__asp_this", at)
}

/// A line that makes an `Event` of the payload, if that is what the handler takes. It is a line of its
/// own since the handler takes what knows the time as well.
fn event(names: &Names<'_>, handler: &Handler, value: Option<&TokenStream>) -> Option<TokenStream> {
    let span = handler.ident.span();
    if !matches!(handler.payload, Some(Payload { form: Form::Event, .. })) {
        return None;
    }
    let private = &names.private;
    let clock = match handler.mode {
        Mode::Shared => quote_spanned!(span=> __asp_this),
        Mode::Sync | Mode::Exclusive => quote_spanned!(span=> __asp_cx),
    };
    Some(quote_spanned! {span=>
        let __asp_event = #private::Event { time: #clock.event_time(), value: #value };
    })
}
