//! Rules over the parameters of the block.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{GenericParam, Ident, Type, TypeParamBound, WherePredicate};

use crate::diag::{Sink, names, shown};
use crate::model::{Form, Handler, Strategy};
use crate::parse::lifetimes_in;
use crate::syntax::Block;

pub(super) fn lifetime_on_strategy(strategy: &Strategy, _: &Block, sink: &mut Sink) {
    let is_parameter = |param: &GenericParam| matches!(param, GenericParam::Lifetime(_));
    let used = lifetimes_in(&strategy.self_ty);
    let borrowed = used.iter().find(|lifetime| lifetime.ident != "static");
    let text = || names::lifetime_on_strategy(&shown(&strategy.self_ty));
    if let Some(lifetime) = borrowed {
        sink.report(lifetime, text());
    } else if let Some(param) = strategy.generics.params.iter().find(|param| is_parameter(param)) {
        sink.report(param, text());
    }
}

/// Only where there is no bound at all: what others imply is for the compiler to see.
pub(super) fn missing_bound(strategy: &Strategy, _: &Block, sink: &mut Sink) {
    for param in unbounded(strategy) {
        let name = param.to_string();
        let takers = || strategy.handlers.iter().filter(|handler| carried(handler) == Some(param));
        let owns = |handler: &Handler| {
            let is_owned = handler.payload.as_ref().is_some_and(|payload| payload.form != Form::Reference);
            is_owned && handler.triggers.iter().any(|trigger| trigger.action.stream().is_some())
        };
        match takers().next().and_then(|handler| handler.payload.as_ref()) {
            Some(payload) => {
                let bounds = if takers().any(owns) { "Clone + Send + 'static" } else { "Send + 'static" };
                sink.report(&payload.carried, names::missing_bound(&name, bounds));
            }
            None => sink.report(param, names::missing_bound_of_strategy(&name)),
        }
    }
}

/// The parameter that a handler takes as its payload.
fn carried(handler: &Handler) -> Option<&Ident> {
    match &handler.payload.as_ref()?.carried {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

/// Type parameters of the strategy without a bound, which are neither `Send` nor `'static`.
pub(crate) fn unbounded(strategy: &Strategy) -> Vec<&Ident> {
    let generics = &strategy.generics;
    let unconstrained = unconstrained(strategy);
    let predicates = || generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let params = generics.type_params().filter(|param| {
        let is_bounded = predicates().any(|predicate| match predicate {
            WherePredicate::Type(bounded) => {
                let (ty, name) = (&bounded.bounded_ty, param.ident.to_string());
                let concerns = mentions(quote!(#ty), &name) || mentions(quote!(#ty), "Self");
                concerns && (shown(ty) != name || bounded.bounds.iter().any(is_bound))
            }
            _ => false,
        });
        !is_bounded && !param.bounds.iter().any(is_bound) && !unconstrained.contains(&&param.ident)
    });
    params.map(|param| &param.ident).collect()
}

/// Any but `?Sized`.
fn is_bound(bound: &TypeParamBound) -> bool {
    !matches!(bound, TypeParamBound::Trait(bound) if bound.maybe.is_some())
}

/// Parameters that do not appear in the type of the strategy, which the compiler reports at the block (E0207). Where
/// a bound may say what they are, as in `T: Iterator<Item = U>`, they are left to it.
pub(crate) fn unconstrained(strategy: &Strategy) -> Vec<&Ident> {
    let generics = &strategy.generics;
    let (params, clause) = (&generics.params, &generics.where_clause);
    let has_equality = quote!(#params #clause).to_string().contains('=');
    let names = params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    let self_ty = &strategy.self_ty;
    names.filter(|name| !has_equality && !mentions(quote!(#self_ty), &name.to_string())).collect()
}

/// Whether the word stands somewhere in there.
pub(crate) fn mentions(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(group.stream(), word),
        _ => false,
    })
}
