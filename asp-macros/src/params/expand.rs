//! The generated impl: one row for each parameter.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::values::Values;
use super::{Param, Params};

/// The impl of sound parameters.
pub(super) fn params(params: &Params) -> TokenStream {
    let rows: Vec<TokenStream> = params.params.iter().map(|param| row(param, &params.krate)).collect();
    implementation(params, &quote!(::core::convert::Into::into([#(#rows),*])))
}

/// After errors: a type without parameters, so that those who use it stay quiet.
pub(super) fn fallback(params: &Params, errors: &TokenStream) -> TokenStream {
    let implementation = implementation(params, &quote!(::std::vec::Vec::new()));
    quote!(#errors #implementation)
}

fn implementation(params: &Params, list: &TokenStream) -> TokenStream {
    let Params { krate, name, generics, .. } = params;
    let (of_impl, of_type, bounds) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #of_impl #krate::Params for #name #of_type #bounds {
            fn params() -> ::std::vec::Vec<#krate::sweep::Param<Self>> {
                #list
            }
        }
    }
}

/// One call. What the type of the field cannot do is said under that type.
fn row(param: &Param, krate: &TokenStream) -> TokenStream {
    let Param { field, ty, values } = param;
    let name = field.unraw().to_string();
    let of = quote_spanned!(ty.span()=> #krate::sweep::Param::<Self>);
    let access = quote!(#name, |__asp_of| &__asp_of.#field, |__asp_of| &mut __asp_of.#field);
    match values {
        Values::Range { start, end, step } => {
            let (start, end) = (start.expression(krate), end.expression(krate));
            let range = quote!(::core::ops::RangeInclusive::new(#start, #end));
            match step {
                Some(step) => {
                    let step = step.expression(krate);
                    let call = quote_spanned!(ty.span()=> #of::range::<#ty>);
                    quote!(#call(#access, #range, #step))
                }
                None => {
                    let call = quote_spanned!(ty.span()=> #of::whole_range::<#ty>);
                    quote!(#call(#access, #range))
                }
            }
        }
        Values::List(list) => {
            let call = quote_spanned!(ty.span()=> #of::values::<#ty>);
            quote!(#call(#access, #list))
        }
        Values::Texts(texts) => {
            let call = quote_spanned!(ty.span()=> #of::texts::<#ty>);
            quote!(#call(#access, [#(#texts),*]))
        }
        Values::None => TokenStream::new(),
    }
}
