//! The body of `Strategy::wire`: one row for each attribute, in the order in which methods stand.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Lit, Meta};

use super::{Names, call, context, returned, tasks};
use crate::diag::shown;
use crate::model::{Action, Form, Handler, Interval, Listed, Payload, StreamRef, Trigger};

/// All rows.
pub(super) fn all(names: &Names<'_>) -> TokenStream {
    let model = names.model;
    let emits = model.emits.iter().map(|emitted| {
        let constant = &emitted.stream.constant;
        quote_spanned!(constant.span()=> __asp_wiring.emits(Self::#constant);)
    });
    let latest = latest(names);
    let handlers = model.handlers.iter().filter(|handler| handler.is_sound).map(|handler| {
        let cfgs = &handler.cfgs;
        let describe = description(&handler.docs).map(|doc| {
            let name = handler.ident.unraw().to_string();
            quote!(#(#cfgs)* __asp_wiring.describe(#name, #doc);)
        });
        // Rows for events say it themselves.
        let is_called = handler.triggers.iter().any(|trigger| !matches!(trigger.action, Action::Event(_)));
        let waits = (is_called && handler.is_async()).then(|| {
            let name = handler.ident.unraw().to_string();
            quote!(#(#cfgs)* __asp_wiring.waits(#name);)
        });
        let rows = handler.triggers.iter().map(|trigger| {
            let path = match trigger.action.stream() {
                Some(StreamRef::Constant(path)) => Some(by_path(path)),
                _ => None,
            };
            let path = path.map(|path| quote!(#(#cfgs)* #path));
            let row = row(names, handler, trigger);
            quote!(#path #(#cfgs)* #row)
        });
        quote!(#describe #waits #(#rows)*)
    });
    let rows = quote!(#(#emits)* #latest #(#handlers)*);
    // `__asp_wiring` is a parameter, bound with the span of the self type.
    rebound(rows, names.span)
}

/// The rows for streams in `latest`. What the compiler has to say about the type shows under it, and under nothing that
/// begins with it: it would see the chance to put a `&` there, and leave out the notes.
fn latest(names: &Names<'_>) -> TokenStream {
    let Names { model, private, .. } = names;
    let named = model.latest.iter().map(|listed| {
        let (ty, constant) = (&listed.ty, &listed.stream.constant);
        let emitted = model.emits.iter().find(|emitted| emitted.stream.name == listed.stream.name);
        let agreement = emitted.map(|Listed { ty: emitted, .. }| {
            quote_spanned!(constant.span()=> #private::listed_alike::<#ty, #emitted>();)
        });
        let carried = emitted.is_none().then(|| quote_spanned!(constant.span()=> ::<#ty>));
        quote_spanned!(constant.span()=> #agreement __asp_wiring.latest #carried (Self::#constant);)
    });
    let constants = model.latest_constants.iter().map(|constant| {
        let carried = quote_spanned!(constant.span()=> _);
        let path = by_path(constant);
        quote!(#path __asp_wiring.latest::<#carried>(#constant);)
    });
    quote!(#(#named)* #(#constants)*)
}

/// What tells the row after it how the user calls its stream, for messages.
fn by_path(path: &impl ToTokens) -> TokenStream {
    let path = shown(path);
    quote!(__asp_wiring.by_path(#path);)
}

/// Names that rows share with the function around them, as it binds them: rows of a block that comes
/// out of another macro may have been written in two places.
fn rebound(rows: TokenStream, bound: Span) -> TokenStream {
    rows.into_iter()
        .map(|token| match token {
            proc_macro2::TokenTree::Ident(word) if word == "__asp_wiring" => {
                Ident::new("__asp_wiring", word.span().resolved_at(bound)).into()
            }
            other => other,
        })
        .collect()
}

/// The first line of the docs, which describes the handler at run time.
fn description(docs: &[Attribute]) -> Option<String> {
    docs.iter().find_map(|doc| match &doc.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => {
                    let text = text.value();
                    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
                    line.map(str::to_owned)
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

fn row(names: &Names<'_>, handler: &Handler, trigger: &Trigger) -> TokenStream {
    let private = &names.private;
    let span = trigger.tokens.span();
    let name = handler.ident.unraw().to_string();
    let (calls, variant) = (&names.call, &handler.ident);
    match &trigger.action {
        Action::Event(stream) => event(names, handler, stream, span),
        Action::Every(interval) => {
            let every = every(private, *interval, span);
            quote_spanned!(span=> __asp_wiring.every(#name, #every, || #calls::#variant);)
        }
        Action::After(nanos) => {
            let delay = duration(private, *nanos, span);
            quote_spanned!(span=> __asp_wiring.after(#name, #delay, || #calls::#variant);)
        }
        Action::Deferred => quote_spanned!(span=> __asp_wiring.deferred(#name);),
        Action::Start => hook(names, handler, "on_start", None, span),
        Action::Live => hook(names, handler, "on_live", None, span),
        Action::CaughtUp => hook(names, handler, "on_caught_up", None, span),
        Action::Settled => hook(names, handler, "on_settled", None, span),
        Action::Stop => hook(names, handler, "on_stop", None, span),
        Action::Notice(stream) => notice(names, handler, stream, span),
        Action::End(stream) => hook(names, handler, "on_end", Some(stream), span),
    }
}

fn hook(
    names: &Names<'_>,
    handler: &Handler,
    register: &str,
    stream: Option<&StreamRef>,
    span: Span,
) -> TokenStream {
    let register = Ident::new(register, span);
    let name = handler.ident.unraw().to_string();
    let stream = stream.map(|stream| {
        let constant = constant(stream, span);
        quote_spanned!(span=> #constant,)
    });
    let context = context(handler, span);
    let this = quote_spanned!(span=> __asp_this);
    let result = returned(names, handler, call(handler, quote!(#this, #context)));
    quote_spanned!(span=> __asp_wiring.#register(#stream #name, |__asp_this, __asp_cx| #result);)
}

fn event(names: &Names<'_>, handler: &Handler, stream: &StreamRef, attribute: Span) -> TokenStream {
    let private = &names.private;
    let name = handler.ident.unraw().to_string();
    let Some(payload) = &handler.payload else {
        let constant = constant(stream, attribute);
        let (register, closure) = reader(names, handler, None, attribute);
        return quote_spanned!(attribute=> __asp_wiring.#register(#constant, #name, #closure););
    };
    let span = payload.carried.span();
    let constant = constant(stream, span);
    let agreement = agreement(names, payload, stream);
    let access = if payload.form == Form::Reference { "borrowed" } else { "owned" };
    let access = Ident::new(access, span);
    let ty = &payload.carried;
    let value = match &agreement {
        Some(Agreement { rule, carried }) => {
            quote_spanned!(span=> <#ty as #private::#rule<#carried>>::#access(__asp_payload))
        }
        None => quote_spanned!(span=> __asp_payload),
    };
    // Where the parameter says what the stream carries, it is written out: what the compiler has to
    // say about the type then shows under all of it.
    // What it has to say about what the handler returns shows under the method's name.
    let rest = quote_spanned!(handler.ident.span()=> _);
    let carried = agreement.is_none().then(|| quote_spanned!(span=> ::<#ty, #rest>));
    let (register, closure) = reader(names, handler, Some(value), span);
    // Elsewhere than the type: at the beginning of the expression, the compiler would see the chance
    // to put a `&` there, and leave out the notes.
    let wiring = Ident::new("__asp_wiring", handler.ident.span());
    quote_spanned!(span=> #wiring.#register #carried (#constant, #name, #closure);)
}

/// The method that registers a handler of a stream, and the closure it takes. `value` is what the
/// handler gets out of `__asp_payload`.
fn reader(
    names: &Names<'_>,
    handler: &Handler,
    value: Option<TokenStream>,
    span: Span,
) -> (Ident, TokenStream) {
    if handler.is_async() {
        return tasks::row(names, handler, value, span);
    }
    let payload = match value {
        Some(_) => quote_spanned!(span=> __asp_payload),
        None => quote_spanned!(span=> _),
    };
    let (register, value) = match &handler.payload {
        Some(payload) => {
            let register = if payload.form == Form::Reference { "on_event_ref" } else { "on_event" };
            (register, value.map(|value| passed(&names.private, payload, value, span)))
        }
        None => ("on_event_ref", value),
    };
    let context = context(handler, span);
    let this = quote_spanned!(span=> __asp_this);
    let result = returned(names, handler, call(handler, quote!(#this, #context #value)));
    let closure = quote_spanned!(span=> |__asp_this, __asp_cx, #payload| #result);
    (Ident::new(register, span), closure)
}

fn notice(names: &Names<'_>, handler: &Handler, stream: &StreamRef, attribute: Span) -> TokenStream {
    let private = &names.private;
    let name = handler.ident.unraw().to_string();
    let span = handler.payload.as_ref().map_or(attribute, |payload| payload.carried.span());
    let constant = constant(stream, span);
    let context = context(handler, span);
    let this = quote_spanned!(span=> __asp_this);
    let value = handler.payload.as_ref().map(|Payload { carried, form, .. }| match form {
        Form::Reference => {
            quote_spanned!(span=> <#carried as #private::TakesNotice>::borrowed(&__asp_notice))
        }
        _ => quote_spanned!(span=> <#carried as #private::TakesNotice>::owned(__asp_notice)),
    });
    let binding = match value {
        Some(_) => quote_spanned!(span=> __asp_notice),
        None => quote_spanned!(span=> _),
    };
    let result = returned(names, handler, call(handler, quote!(#this, #context #value)));
    let wiring = Ident::new("__asp_wiring", handler.ident.span());
    quote_spanned! {span=>
        #wiring.on_notice(#constant, #name, |__asp_this, __asp_cx, #binding| #result);
    }
}

/// The payload in the form in which the handler takes it.
fn passed(private: &Ident, payload: &Payload, value: TokenStream, span: Span) -> TokenStream {
    match payload.form {
        Form::Value | Form::Reference => value,
        Form::Event => quote_spanned!(span=> #private::event(__asp_cx, #value)),
        Form::EventReference => quote_spanned!(span=> &#private::event(__asp_cx, #value)),
    }
}

/// The trait that says whether a parameter fits a stream, and what that carries.
struct Agreement {
    rule: Ident,
    carried: TokenStream,
}

/// What to ask of this parameter, unless it is the one that says what the stream carries.
fn agreement(names: &Names<'_>, payload: &Payload, stream: &StreamRef) -> Option<Agreement> {
    let agreement = |rule, carried| {
        let rule = Ident::new(rule, Span::call_site());
        Some(Agreement { rule, carried })
    };
    let StreamRef::Named { stream, .. } = stream else {
        return agreement("StreamPayload", quote!(_));
    };
    let model = names.model;
    let carried = model.carried_by(&stream.name);
    // Words that are alike here mean the same type.
    let written = |ty: &syn::Type| ty.to_token_stream().to_string();
    if carried.is_some_and(|carried| written(carried) == written(&payload.carried)) {
        return None;
    }
    if model.emits.iter().any(|emitted| emitted.stream.name == stream.name) {
        return agreement("EmittedPayload", quote!(#carried));
    }
    if model.latest.iter().any(|listed| listed.stream.name == stream.name) {
        return agreement("LatestPayload", quote!(#carried));
    }
    agreement("SamePayload", quote!(#carried))
}

pub(super) fn constant(stream: &StreamRef, span: Span) -> TokenStream {
    match stream {
        StreamRef::Named { stream, .. } => {
            let constant = Ident::new(&stream.constant.to_string(), span);
            quote_spanned!(span=> Self::#constant)
        }
        StreamRef::Constant(path) => path.clone(),
    }
}

fn every(private: &Ident, interval: Interval, span: Span) -> TokenStream {
    let step = duration(private, interval.nanos, span);
    let flags = [
        (interval.immediate, "immediate"),
        (interval.aligned, "aligned"),
        (interval.skip_missed, "skip_missed"),
    ];
    let flags = flags.iter().filter(|(given, _)| *given).map(|(_, name)| Ident::new(name, span));
    quote_spanned!(span=> #private::Every::new(#step) #(.#flags())*)
}

fn duration(private: &Ident, nanos: i64, span: Span) -> TokenStream {
    let mut nanos = Literal::i64_unsuffixed(nanos);
    nanos.set_span(span);
    quote_spanned!(span=> #private::Duration::from_nanos(#nanos))
}
