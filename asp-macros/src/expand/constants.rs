//! The stream constants: `Greeter::NAMES` for `stream = "names"`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Meta};

use super::Names;
use crate::model::{Action, Listed, Strategy, StreamName, StreamRef, Trigger};

/// One inherent impl with a constant for each stream whose type is known.
pub(crate) fn all(names: &Names<'_>) -> TokenStream {
    let model = names.model;
    let constants: Vec<TokenStream> =
        streams(names).into_iter().filter_map(|declared| constant(names, &declared)).collect();
    if constants.is_empty() {
        return TokenStream::new();
    }
    let (generics, _, conditions) = model.generics.split_for_impl();
    let (attrs, self_ty) = (&model.attrs, &model.self_ty);
    let header = quote_spanned! {names.span=>
        #[doc = "The streams that this strategy names."]
        #[allow(dead_code, private_interfaces, unreachable_pub)]
        impl #generics #self_ty #conditions
    };
    quote! {
        #(#attrs)*
        #header { #(#constants)* }
    }
}

/// A stream and the handlers that name it, by their conditions.
struct Declared<'a> {
    stream: &'a StreamName,
    /// `None` if it is there in any case.
    conditions: Option<Vec<&'a [Attribute]>>,
}

/// All streams of the block by their first mention. Of two that would share a constant, which is
/// reported, the first stays.
fn streams<'a>(names: &Names<'a>) -> Vec<Declared<'a>> {
    let model = names.model;
    let mut streams: Vec<Declared<'a>> = Vec::new();
    for listed in model.listed() {
        if streams.iter().all(|known| known.stream.constant != listed.stream.constant) {
            streams.push(Declared { stream: &listed.stream, conditions: None });
        }
    }
    for handler in &model.handlers {
        for trigger in &handler.triggers {
            let Some(StreamRef::Named { stream, .. }) = trigger.action.stream() else {
                continue;
            };
            let known = streams.iter_mut().find(|known| known.stream.constant == stream.constant);
            match known {
                Some(known) if handler.cfgs.is_empty() => known.conditions = None,
                Some(known) => {
                    if let Some(conditions) = &mut known.conditions {
                        conditions.push(&handler.cfgs);
                    }
                }
                None => {
                    let is_conditional = !handler.cfgs.is_empty();
                    let conditions = is_conditional.then(|| vec![handler.cfgs.as_slice()]);
                    streams.push(Declared { stream, conditions });
                }
            }
        }
    }
    streams
}

fn constant(names: &Names<'_>, declared: &Declared<'_>) -> Option<TokenStream> {
    let krate = &names.model.krate;
    let StreamName { name, constant } = declared.stream;
    let ty = names.model.carried_by(name)?;
    let condition = declared.conditions.as_ref().map(|conditions| any(conditions));
    let doc = described(names.model, name);
    Some(quote_spanned! {constant.span()=>
        #condition
        #[doc = #doc]
        pub const #constant: #krate::Stream<#ty> = #krate::Stream::declared(#name);
    })
}

/// What the strategy has to do with the stream; what it carries is in the type of the constant.
fn described(model: &Strategy, name: &str) -> String {
    let has = |listed: &[Listed]| listed.iter().any(|listed| listed.stream.name == name);
    let reads = |trigger: &Trigger| matches!(&trigger.action, Action::Event(StreamRef::Named { stream, .. }) if stream.name == name);
    let readers = model.handlers.iter().filter(|handler| handler.triggers.iter().any(reads));
    let readers: Vec<String> = readers.map(|handler| format!("`{}`", handler.ident.unraw())).collect();
    let readers = match readers.split_last() {
        Some((last, [])) => format!("read by {last}"),
        Some((last, others)) => format!("read by {} and {last}", others.join(", ")),
        None => String::new(),
    };
    let emitted = if has(&model.emits) { "emitted by this strategy" } else { "" };
    let latest = if has(&model.latest) { "looked up by this strategy" } else { "" };
    let roles = [emitted, &readers, latest].into_iter().filter(|role| !role.is_empty());
    let roles = roles.collect::<Vec<_>>().join(", ");
    if roles.is_empty() { format!("The stream `{name}`.") } else { format!("The stream `{name}`, {roles}.") }
}

fn any(conditions: &[&[Attribute]]) -> TokenStream {
    if let [only] = conditions {
        return quote!(#(#only)*);
    }
    let each = conditions.iter().map(|cfgs| {
        let predicates = cfgs.iter().filter_map(|cfg| match &cfg.meta {
            Meta::List(list) => Some(&list.tokens),
            _ => None,
        });
        quote!(all(#(#predicates),*))
    });
    quote!(#[cfg(any(#(#each),*))])
}
