//! The way of one block: place -> parse -> check -> expand, or fall back.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

use crate::diag::{Sink, attributes as text};
use crate::{checks, expand, fallback, parse, show};

/// `#[strategy(arguments)] item`
pub(crate) fn strategy(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut sink = Sink::default();
    let (mut block, name) = match parse::place(item, &mut sink) {
        Ok(placed) => placed,
        Err(item) => return fallback::item(item, &sink.into_tokens().unwrap_or_default()),
    };
    let mut model = parse::strategy(arguments, &mut block, name, &mut sink);
    checks::run(&mut model, &block, &mut sink);
    match sink.into_tokens() {
        None if checks::generics::unconstrained(&model).is_empty() => {
            let name = model.name.unraw().to_string();
            show::on_request(&name, "`#[strategy]`", expand::strategy(&model, &block))
        }
        // If there is no error of ours, there is one of the compiler at the block.
        errors => fallback::strategy(&mut model, &mut block, &errors.unwrap_or_default()),
    }
}

/// A handler attribute that was not taken off by `#[strategy]`.
pub(crate) fn outside(word: &str, item: TokenStream) -> TokenStream {
    let error = syn::Error::new(Span::call_site(), text::handler_outside(word)).into_compile_error();
    quote!(#error #item)
}
