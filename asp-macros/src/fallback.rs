//! What comes out after errors: the user's block, the errors, and enough of the rest that users of the
//! type stay quiet.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics, Type};

use crate::expand::{self, Body, Names, calls, constants};
use crate::model::Strategy;
use crate::parse::lifetimes_in;
use crate::syntax::{self, Block};

/// A block that was read, with faults.
pub(crate) fn strategy(model: &mut Strategy, block: &Block, errors: &TokenStream) -> TokenStream {
    without_lifetimes(model);
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
    let hidden = expand::hidden(model, quote!(#types #implementation));
    // Without rows nothing calls the handlers.
    quote!(#errors #[allow(unused)] #block #constants #hidden)
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

fn all_static(tokens: TokenStream) -> TokenStream {
    use proc_macro2::{Group, Ident, TokenTree};
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
