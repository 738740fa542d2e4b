//! What comes out after errors: the user's block, the errors, and enough of the rest that users of the
//! type stay quiet.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{GenericParam, Generics, Type, parse_quote};

use crate::checks::generics;
use crate::expand::{self, Body, Names, calls, constants};
use crate::model::{Listed, Payload, Strategy};
use crate::parse::lifetimes_in;
use crate::syntax::{self, Block};

/// A block that was read, with faults.
pub(crate) fn strategy(model: &mut Strategy, block: &mut Block, errors: &TokenStream) -> TokenStream {
    without_lifetimes(model);
    without_unconstrained(model);
    with_bounds(model, block);
    let names = Names::new(model);
    let constants = constants::all(&names);
    let types = calls::types(&names);
    let body = Body {
        doc: expand::handler_list(model),
        // No run takes place, so nothing has to be right here but the types.
        wire: quote!(),
        call: quote!(loop {}),
        call_name: quote!(loop {}),
        tasks: None,
    };
    let implementation = expand::implementation(&names, &body);
    let fused = expand::fused(&names, true);
    let hidden = expand::hidden(model, quote!(#types #implementation #fused));
    // Without rows nothing calls the handlers, and handlers at fault may be what defers others.
    quote!(#errors #[allow(unused)] #block #constants #[allow(dead_code)] #hidden)
}

/// Something that cannot be read as a strategy: it stays as it is.
pub(crate) fn item(item: TokenStream, errors: &TokenStream) -> TokenStream {
    let item = syntax::without_handler_attributes(item);
    quote!(#errors #item)
}

/// Lifetimes of the strategy are reported; for the stub impl they are all `'static`, as the trait asks.
fn without_lifetimes(model: &mut Strategy) {
    let is_lifetime = |param: &GenericParam| matches!(param, GenericParam::Lifetime(_));
    if lifetimes_in(&model.self_ty).is_empty() && !model.generics.params.iter().any(is_lifetime) {
        return;
    }
    let self_ty = &model.self_ty;
    if let Ok(ty) = syn::parse2::<Type>(all_static(quote!(#self_ty))) {
        model.self_ty = ty;
    }
    let params = model.generics.params.iter().filter(|param| !is_lifetime(param));
    let params = all_static(quote!(<#(#params),*>));
    let conditions = &model.generics.where_clause;
    let conditions = all_static(quote!(#conditions));
    model.generics = syn::parse2::<Generics>(params).unwrap_or_default();
    model.generics.where_clause = syn::parse2(conditions).ok();
}

/// Parameters that the type does not mention are reported by the compiler, at the block; what mentions them goes with
/// them.
fn without_unconstrained(model: &mut Strategy) {
    let gone: Vec<String> = generics::unconstrained(model).into_iter().map(Ident::to_string).collect();
    if gone.is_empty() {
        return;
    }
    let mentions = |tokens: TokenStream| gone.iter().any(|param| generics::mentions(tokens.clone(), param));
    let Generics { params, where_clause, .. } = &mut model.generics;
    *params = std::mem::take(params).into_iter().filter(|param| !mentions(quote!(#param))).collect();
    if let Some(clause) = where_clause {
        let kept = std::mem::take(&mut clause.predicates).into_iter();
        clause.predicates = kept.filter(|predicate| !mentions(quote!(#predicate))).collect();
    }
    for listed in [&mut model.emits, &mut model.latest] {
        listed.retain(|Listed { ty, .. }| !mentions(quote!(#ty)));
    }
    for handler in &mut model.handlers {
        if handler.payload.as_ref().is_some_and(|Payload { carried, .. }| mentions(quote!(#carried))) {
            handler.payload = None;
            handler.is_sound = false;
        }
    }
}

/// Bounds that are reported as missing are there for the stub impl, and for the block that uses it.
fn with_bounds(model: &mut Strategy, block: &mut Block) {
    let unbounded: Vec<Ident> = generics::unbounded(model).into_iter().cloned().collect();
    if unbounded.is_empty() {
        return;
    }
    let clause = model.generics.make_where_clause();
    for param in unbounded {
        clause.predicates.push(parse_quote!(#param: ::core::marker::Send + 'static));
    }
    block.set_generics(model.generics.clone());
}

fn all_static(tokens: TokenStream) -> TokenStream {
    use proc_macro2::{Group, TokenTree};
    let mut after_tick = false;
    tokens
        .into_iter()
        .map(|token| {
            let is_name = std::mem::take(&mut after_tick);
            match token {
                TokenTree::Punct(punct) => {
                    after_tick = punct.as_char() == '\'';
                    punct.into()
                }
                TokenTree::Ident(name) if is_name => Ident::new("static", name.span()).into(),
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), all_static(group.stream()));
                    inner.set_span(group.span());
                    inner.into()
                }
                other => other,
            }
        })
        .collect::<TokenStream>()
}
