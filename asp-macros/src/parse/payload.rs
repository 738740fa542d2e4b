//! The parameter that takes what is passed along: a payload, or a notice.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Generics, Ident, Type, TypeReference};

use super::types::{
    bare, behind_reference, event_of, impl_trait_in, lifetime_among, named, owned_inside, reference_in,
    sized_instead,
};
use crate::diag::{Sink, shown, signatures as text, tasks};
use crate::model::{Form, Payload};
use crate::syntax::{Repair, Signature, Typed};

pub(super) fn too_many(signature: &Signature, payloads: &[&Typed], is_deferred: bool, sink: &mut Sink) {
    let patterns: Vec<String> = payloads.iter().map(|one| shown(&one.pattern)).collect();
    let types: Vec<String> = payloads.iter().map(|one| shown(&one.ty)).collect();
    let tuple = format!("({}): ({})", patterns.join(", "), types.join(", "));
    let name = signature.ident.to_string();
    let text = if is_deferred {
        let passed = |one: &&Typed| plain_name(&one.pattern).map_or("..".to_owned(), |name| name.to_string());
        let passed = payloads.iter().map(passed).collect::<Vec<String>>().join(", ");
        text::deferred_with_many(&name, payloads.len(), &tuple, &format!("({passed})"))
    } else {
        text::too_many_parameters(&name, payloads.len(), &tuple)
    };
    sink.report(parameters_of(&payloads[1..]), text);
}

fn parameters_of(payloads: &[&Typed]) -> TokenStream {
    let parameters = payloads.iter().map(|one| &one.tokens);
    quote!(#(#parameters),*)
}

pub(super) fn more_than_a_notice(signature: &Signature, payloads: &[&Typed], sink: &mut Sink) {
    let is_notice = |one: &&Typed| named(behind_reference(&one.ty)).is_some_and(|(name, _)| name == "Notice");
    let kept = payloads.iter().position(is_notice);
    let extra = payloads.iter().enumerate().filter(|(index, _)| Some(*index) != kept);
    let extra: Vec<&Typed> = extra.map(|(_, one)| *one).collect();
    let name = signature.ident.to_string();
    sink.report(parameters_of(&extra), text::more_than_a_notice(&name, payloads.len()));
}

/// What takes a notice: any type that may turn out to be `Notice`, or a reference to one.
pub(super) fn notice(typed: &Typed, sink: &mut Sink) -> Option<Payload> {
    let (carried, form, is_plain) = match bare(&typed.ty) {
        Type::Reference(TypeReference { elem, mutability, lifetime, .. }) => {
            (bare(elem), Form::Reference, mutability.is_none() && lifetime.is_none())
        }
        ty => (ty, Form::Value, true),
    };
    let is_notice = is_plain
        && sized_instead(carried).is_none()
        && event_of(carried).is_none()
        && impl_trait_in(carried).is_none()
        && reference_in(carried).is_none();
    let name = plain_name(&typed.pattern);
    if !is_notice {
        let name = name.as_ref().map_or("notice".to_owned(), Ident::to_string);
        sink.report(&typed.ty, text::notice_form(&shown(&typed.ty), &name));
        return None;
    }
    Some(Payload {
        name,
        tokens: typed.tokens.clone(),
        written: typed.ty.clone(),
        carried: carried.clone(),
        form,
    })
}

/// Who keeps a payload until the handler has it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Keeper {
    Stream,
    /// A deferred call and nothing else.
    Call,
    /// An async handler, until it ends.
    Task,
}

/// The payload, or `None` if its type is one no stream can have. The block has these `generics`.
pub(super) fn payload(
    typed: &Typed,
    keeper: Keeper,
    generics: &Generics,
    sink: &mut Sink,
) -> Option<Payload> {
    let (mut carried, form) = match bare(&typed.ty) {
        Type::Reference(reference) => (borrowed(typed, reference, keeper, sink), Form::Reference),
        ty => (sized(typed, ty, sink), Form::Value),
    };
    let mut form = form;
    if let Some(inner) = event_of(&carried) {
        form = match form {
            Form::Reference => Form::EventReference,
            _ => Form::Event,
        };
        carried = inner.clone();
    }
    let opaque = impl_trait_in(&carried);
    if let Some(opaque) = &opaque {
        sink.report(opaque, text::impl_trait_parameter(&shown(opaque)));
    }
    let reference = reference_in(&carried);
    if let Some(lifetime) = lifetime_among(&carried, generics) {
        sink.report(&lifetime, text::payload_not_static(&shown(&lifetime)));
    } else if let Some(reference) = &reference {
        sink.report(reference, text::inner_reference(&shown(reference), &owned_form(typed)));
    }
    if opaque.is_some() || reference.is_some() {
        return None;
    }
    Some(Payload {
        name: plain_name(&typed.pattern),
        tokens: typed.tokens.clone(),
        written: typed.ty.clone(),
        carried,
        form,
    })
}

/// The parameter as it may be written, in place of one with references inside.
fn owned_form(typed: &Typed) -> String {
    let pattern = shown(&typed.pattern);
    match bare(&typed.ty) {
        Type::Reference(reference) => format!("{pattern}: &{}", shown(owned_inside(&reference.elem))),
        ty => format!("{pattern}: {}", shown(owned_inside(ty))),
    }
}

/// What lets the body of a handler be checked whose payload has no size.
pub(super) fn unsized_repair(typed: &Typed) -> Option<Repair> {
    let owned = sized_instead(&typed.ty)?;
    Some(Repair::Payload { written: typed.ty.to_token_stream(), owned: owned.to_token_stream() })
}

/// What a stream carries that is read as `&T`.
fn borrowed(typed: &Typed, reference: &TypeReference, keeper: Keeper, sink: &mut Sink) -> Type {
    let elem = bare(&reference.elem);
    let pattern = shown(&typed.pattern);
    if keeper == Keeper::Task && reference.mutability.is_none() {
        let owned = sized_instead(elem).unwrap_or_else(|| elem.clone());
        let instead = format!("{pattern}: {}", shown(&owned));
        sink.report(&typed.ty, tasks::async_reference_payload(&instead));
        return owned;
    }
    // A `&'a str` is told first that it has no size; once it has one, the lifetime may be gone with it.
    if let Some(lifetime) = &reference.lifetime
        && sized_instead(elem).is_none()
    {
        sink.report(lifetime, text::named_lifetime_payload(&shown(elem)));
    }
    if reference.mutability.is_some() {
        let instead = format!("mut {pattern}: {}", shown(elem));
        sink.report(&typed.ty, text::mutable_payload(&instead));
    }
    let Some(owned) = sized_instead(elem) else {
        return elem.clone();
    };
    // That a deferred call keeps its payload is said elsewhere.
    if reference.mutability.is_none() && keeper != Keeper::Call {
        let shared = match elem {
            Type::TraitObject(_) => format!("Arc<{} + Send + Sync>", shown(elem)),
            _ => format!("Arc<{}>", shown(elem)),
        };
        sink.report(
            &typed.ty,
            text::unsized_by_reference(
                &shown(&typed.ty),
                &shown(elem),
                &format!("{pattern}: &{}", shown(&owned)),
                &format!("{pattern}: {shared}"),
            ),
        );
    }
    owned
}

/// What a stream carries that is read by value.
fn sized(typed: &Typed, ty: &Type, sink: &mut Sink) -> Type {
    match sized_instead(ty) {
        Some(owned) => {
            sink.report(&typed.ty, text::unsized_payload(&shown(ty), &shown(&owned)));
            owned
        }
        None => ty.clone(),
    }
}

/// The name in `name: T` and `mut name: T`.
pub(super) fn plain_name(pattern: &TokenStream) -> Option<Ident> {
    let mut tokens = pattern.clone().into_iter().peekable();
    if matches!(tokens.peek(), Some(TokenTree::Ident(word)) if word == "mut") {
        tokens.next();
    }
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), None) if name != "_" => Some(name),
        (Some(TokenTree::Group(group)), None) => plain_name(&group.stream().into_token_stream()),
        _ => None,
    }
}
