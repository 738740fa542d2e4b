//! The way of one block: place -> parse -> check -> expand, or fall back.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

use crate::diag::{Sink, attributes as text};
use crate::{checks, expand, fallback, parse, show};

/// `#[strategy(arguments)] item`
pub(crate) fn strategy(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut sink = Sink::default();
    let Some((mut block, name)) = parse::place(&item, &mut sink) else {
        let errors = sink.into_tokens().unwrap_or_default();
        return fallback::item(item, &errors);
    };
    let mut model = parse::strategy(arguments, &mut block, name, &mut sink);
    checks::run(&mut model, &block, &mut sink);
    match sink.into_tokens() {
        None => {
            let name = model.name.unraw().to_string();
            show::on_request(&name, "`#[strategy]`", expand::strategy(&model, &block))
        }
        Some(errors) => fallback::strategy(&mut model, &block, &errors),
    }
}

/// A handler attribute that was not taken off by `#[strategy]`.
pub(crate) fn outside(word: &str, item: TokenStream) -> TokenStream {
    let error = syn::Error::new(Span::call_site(), text::handler_outside(word)).into_compile_error();
    quote!(#error #item)
}
