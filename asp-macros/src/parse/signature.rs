//! The signature of a handler: `fn name(&mut self, [cx: &Context<Self>,] [payload])`.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Ident, PathArguments, ReturnType, Type, TypeReference};

use super::types::{bare, event_of, impl_trait_in, named, reference_in, sized_instead};
use crate::diag::{Sink, names, shown, signatures as text};
use crate::model::{Form, Payload};
use crate::syntax::{Parameter, Receiver, Signature, Typed};

/// What a handler takes and returns.
pub(super) struct Shape {
    pub(super) context: Option<Type>,
    /// Whether `Self` is missing in `&Context<Self>`.
    pub(super) context_is_bare: bool,
    pub(super) payload: Option<Payload>,
    pub(super) arity: usize,
    pub(super) output: Option<Type>,
}

/// Reads the signature, every rule on its own. Whoever hears notices takes nothing else.
pub(super) fn read(signature: &Signature, strategy: &Ident, hears_notices: bool, sink: &mut Sink) -> Shape {
    qualifiers(signature, sink);
    if signature.ident.unraw().to_string().starts_with("__asp") {
        sink.report(&signature.ident, names::reserved_method_name());
    }
    let is_generic = generics(signature, strategy, sink);
    receiver(signature, sink);
    let (context, payloads) = parameters(signature, sink);
    let payload = match payloads.as_slice() {
        [] => None,
        // Its type may mention the parameters, which are reported.
        _ if is_generic => None,
        [one] if hears_notices => notice(one, sink),
        [one] => payload(one, sink),
        many if hears_notices => {
            more_than_a_notice(signature, many, sink);
            None
        }
        many => {
            too_many(signature, many, sink);
            None
        }
    };
    let inner = context.as_ref().map(behind_reference).and_then(named);
    Shape {
        context_is_bare: matches!(inner, Some((_, PathArguments::None))),
        context,
        payload,
        arity: payloads.len(),
        output: output(signature, sink),
    }
}

fn qualifiers(signature: &Signature, sink: &mut Sink) {
    if let Some(constness) = &signature.constness {
        sink.report(constness, text::const_handler());
    }
    if let Some(asyncness) = &signature.asyncness {
        sink.report(asyncness, text::async_not_yet());
    }
    if let Some(unsafety) = &signature.unsafety {
        sink.report(unsafety, text::unsafe_handler());
    }
    if !signature.abi.is_empty() {
        sink.report(&signature.abi, text::extern_handler(&shown(&signature.abi)));
    }
}

/// Reports parameters and conditions of the method; true if a payload may mention them.
fn generics(signature: &Signature, strategy: &Ident, sink: &mut Sink) -> bool {
    let generics = &signature.generics;
    let params = generics.params.iter();
    let first_type = params.clone().find_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        _ => None,
    });
    let first_const = params.clone().find_map(|param| match param {
        GenericParam::Const(param) => Some(&param.ident),
        _ => None,
    });
    let fault = match (first_type, first_const) {
        (Some(first), _) => {
            let (strategy, first) = (strategy.to_string(), first.to_string());
            text::type_parameter(&shown(generics), &strategy, &first)
        }
        (None, Some(first)) => text::const_parameter(&first.to_string()),
        _ => text::lifetime_parameter().to_owned(),
    };
    if !generics.params.is_empty() {
        sink.report(generics, fault);
    }
    if let Some(clause) = &generics.where_clause {
        sink.report(clause, text::where_on_handler());
    }
    !generics.params.is_empty()
}

fn receiver(signature: &Signature, sink: &mut Sink) {
    let Some(Parameter::Receiver(receiver)) = signature.parameters.first() else {
        let parameters: Vec<String> = signature.parameters.iter().map(shown).collect();
        let name = signature.ident.to_string();
        sink.report(&signature.ident, text::no_receiver(&name, &parameters.join(", ")));
        return;
    };
    if let Some(attr) = receiver.attrs.first() {
        sink.report(attr, text::parameter_attribute(&shown(attr)));
    }
    let tokens = &receiver.tokens;
    match &**receiver {
        Receiver { ty: Some(ty), .. } if shown(ty) == "&mut Self" => {}
        Receiver { ty: Some(_), .. } => sink.report(tokens, text::typed_receiver(&shown(tokens))),
        Receiver { reference: false, .. } => sink.report(tokens, text::owned_receiver()),
        Receiver { mutable: false, .. } => sink.report(tokens, text::shared_receiver()),
        _ => {}
    }
}

/// Tells the context from the payloads.
fn parameters<'a>(signature: &'a Signature, sink: &mut Sink) -> (Option<Type>, Vec<&'a Typed>) {
    let mut context = None;
    let mut payloads = Vec::new();
    for parameter in &signature.parameters {
        let typed = match parameter {
            Parameter::Receiver(_) => continue,
            Parameter::Variadic(dots) => {
                sink.report(dots, text::variadic_handler());
                continue;
            }
            Parameter::Typed(typed) => typed,
        };
        if let Some(attr) = typed.attrs.first() {
            sink.report(attr, text::parameter_attribute(&shown(attr)));
        }
        if !is_context(&typed.ty) {
            payloads.push(&**typed);
            continue;
        }
        if context.is_some() {
            sink.report(&typed.tokens, text::two_contexts());
            continue;
        }
        context_form(typed, sink);
        if !payloads.is_empty() {
            let text = text::context_not_second(&in_order(signature));
            sink.report(&typed.tokens, text);
        }
        context = Some(typed.ty.clone());
    }
    (context, payloads)
}

/// The signature with the context where it belongs.
fn in_order(signature: &Signature) -> String {
    let (contexts, others): (Vec<_>, Vec<_>) = signature
        .parameters
        .iter()
        .partition(|parameter| matches!(parameter, Parameter::Typed(typed) if is_context(&typed.ty)));
    let receivers = others.iter().filter(|other| matches!(other, Parameter::Receiver(_)));
    let payloads = others.iter().filter(|other| !matches!(other, Parameter::Receiver(_)));
    let parameters: Vec<String> = receivers.chain(&contexts).chain(payloads).map(shown).collect();
    format!("fn {}({})", signature.ident, parameters.join(", "))
}

fn behind_reference(ty: &Type) -> &Type {
    match bare(ty) {
        Type::Reference(reference) => bare(&reference.elem),
        other => other,
    }
}

fn is_context(ty: &Type) -> bool {
    named(behind_reference(ty)).is_some_and(|(name, _)| matches!(name.as_str(), "Context" | "TaskContext"))
}

fn context_form(typed: &Typed, sink: &mut Sink) {
    let inner = behind_reference(&typed.ty);
    let is_shared = matches!(bare(&typed.ty), Type::Reference(TypeReference { mutability: None, .. }));
    let name = if plain_name(&typed.pattern).is_some() {
        shown(&typed.pattern).trim_start_matches("mut ").to_owned()
    } else {
        "cx".to_owned()
    };
    match named(inner) {
        _ if !is_shared => sink.report(&typed.ty, text::context_form(&name)),
        Some((_, PathArguments::None)) => sink.report(inner, text::context_without_self()),
        _ => {}
    }
}

fn too_many(signature: &Signature, payloads: &[&Typed], sink: &mut Sink) {
    let patterns: Vec<String> = payloads.iter().map(|one| shown(&one.pattern)).collect();
    let types: Vec<String> = payloads.iter().map(|one| shown(&one.ty)).collect();
    let tuple = format!("({}): ({})", patterns.join(", "), types.join(", "));
    let name = signature.ident.to_string();
    let text = text::too_many_parameters(&name, payloads.len(), &tuple);
    sink.report(parameters_of(&payloads[1..]), text);
}

fn parameters_of(payloads: &[&Typed]) -> TokenStream {
    let parameters = payloads.iter().map(|one| &one.tokens);
    quote!(#(#parameters),*)
}

fn more_than_a_notice(signature: &Signature, payloads: &[&Typed], sink: &mut Sink) {
    let is_notice = |one: &&Typed| named(behind_reference(&one.ty)).is_some_and(|(name, _)| name == "Notice");
    let kept = payloads.iter().position(is_notice);
    let extra = payloads.iter().enumerate().filter(|(index, _)| Some(*index) != kept);
    let extra: Vec<&Typed> = extra.map(|(_, one)| *one).collect();
    let name = signature.ident.to_string();
    sink.report(parameters_of(&extra), text::more_than_a_notice(&name, payloads.len()));
}

/// What takes a notice: any type that may turn out to be `Notice`, or a reference to one.
fn notice(typed: &Typed, sink: &mut Sink) -> Option<Payload> {
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

/// The payload, or `None` if its type is one no stream can have.
fn payload(typed: &Typed, sink: &mut Sink) -> Option<Payload> {
    let (mut carried, form) = match bare(&typed.ty) {
        Type::Reference(reference) => (borrowed(typed, reference, sink), Form::Reference),
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
    if let Some(reference) = &reference {
        sink.report(reference, text::inner_reference(&shown(reference)));
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

/// What a stream carries that is read as `&T`.
fn borrowed(typed: &Typed, reference: &TypeReference, sink: &mut Sink) -> Type {
    let elem = bare(&reference.elem);
    let pattern = shown(&typed.pattern);
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
    if reference.mutability.is_none() {
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

fn output(signature: &Signature, sink: &mut Sink) -> Option<Type> {
    let ReturnType::Type(_, ty) = &signature.output else {
        return None;
    };
    match bare(ty) {
        Type::Never(_) => sink.report(ty, text::never_returns()),
        Type::ImplTrait(_) => sink.report(ty, text::returns_impl(&shown(ty))),
        _ => {}
    }
    Some((**ty).clone())
}

/// The name in `name: T` and `mut name: T`.
fn plain_name(pattern: &TokenStream) -> Option<Ident> {
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
