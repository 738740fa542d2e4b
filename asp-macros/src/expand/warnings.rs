//! What is legal but surely not meant. The compiler has no warnings to offer to macros, so one is a use of a constant
//! that is deprecated, with the text as its note.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::diag::signatures as text;
use crate::model::Strategy;

/// `must_use_handler`.
pub(super) fn all(model: &Strategy) -> TokenStream {
    let attrs = &model.attrs;
    let warnings = model.handlers.iter().filter_map(|handler| {
        let span = handler.must_use.as_ref()?.path().span();
        let (cfgs, allows, note) = (&handler.cfgs, &handler.allows, text::must_use_handler());
        let name = Ident::new("HANDLER", span);
        Some(quote_spanned! {span=>
            #(#attrs)*
            #(#cfgs)*
            #(#allows)*
            const _: () = {
                #[deprecated = #note]
                const #name: () = ();
                #name
            };
        })
    });
    quote!(#(#warnings)*)
}
