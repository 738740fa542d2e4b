//! What `fuse` adds: where emissions wait for the next strategy of a chain, and `impl Fuse`.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::{Names, call, calls, context, returned, rows};
use crate::model::{Action, Form, Handler};

/// The type of the outlets: that of [`types`], if it is to be fused and emits anything.
pub(super) fn outlets(names: &Names<'_>) -> TokenStream {
    if !has_outlets(names) {
        return quote_spanned!(names.span=> ());
    }
    let (name, arguments) =
        (format_ident!("{}Emits", names.model.name, span = names.span), names.arguments());
    quote_spanned!(names.span=> #name #arguments)
}

fn has_outlets(names: &Names<'_>) -> bool {
    names.model.fuse && !names.model.emits.is_empty()
}

/// The struct of the outlets, which hides types that others may not see, and its impls.
pub(super) fn types(names: &Names<'_>) -> Option<TokenStream> {
    if !has_outlets(names) {
        return None;
    }
    let Names { model, private, span, .. } = names;
    let name = format_ident!("{}Emits", model.name, span = *span);
    let pairs = model.emits.iter().rfold(quote!(()), |rest, listed| {
        let ty = names.spelled_out(&listed.ty);
        quote!((#private::Outlet<#ty>, #rest))
    });
    let uses = calls::uses(model);
    let (field, value) = match &uses {
        Some(uses) => (quote!(, #uses), quote!(, ::core::marker::PhantomData)),
        None => (quote!(), quote!()),
    };
    let (generics, arguments, conditions) = model.generics.split_for_impl();
    let (generics, conditions) = (names.spelled_out(generics), names.spelled_out(conditions));
    Some(quote_spanned! {*span=>
        #[doc(hidden)]
        pub struct #name #generics (#pairs #field) #conditions;

        impl #generics #private::Emits for #name #arguments #conditions {
            fn shut_ones() -> Self {
                #name(#private::Emits::shut_ones() #value)
            }

            #[inline]
            fn outlet<__AspT: 'static>(&self) -> ::core::option::Option<&#private::Outlet<__AspT>> {
                #private::Emits::outlet(&self.0)
            }

            fn open(&self, __asp_carried: ::core::any::TypeId, __asp_stream: &'static ::core::primitive::str) {
                #private::Emits::open(&self.0, __asp_carried, __asp_stream);
            }

            fn shut(&self) {
                #private::Emits::shut(&self.0);
            }

            #[inline(always)]
            fn pass<__AspR: #private::Receiver>(
                &self,
                __asp_receiver: __AspR,
            ) -> ::core::result::Result<__AspR::Outcome, __AspR> {
                #private::Emits::pass(&self.0, __asp_receiver)
            }
        }
    })
}

/// `impl Fuse`. `is_stub` if the block has faults: then it is there, and no more.
pub(super) fn implementation(names: &Names<'_>, is_stub: bool) -> Option<TokenStream> {
    if !names.model.fuse {
        return None;
    }
    let Names { model, private, span, .. } = names;
    let receivers = || model.handlers.iter().filter(|handler| !is_stub && is_receiver(handler)).zip(0u32..);
    let numbers = receivers().map(|(handler, number)| {
        let (cfgs, method, number) =
            (&handler.cfgs, handler.ident.unraw().to_string(), Literal::u32_unsuffixed(number));
        quote!(#(#cfgs)* #method => ::core::option::Option::Some(#number),)
    });
    // The last one needs no number, and a single one no match.
    let last = receivers().last().filter(|(handler, _)| handler.cfgs.is_empty()).map(|(_, number)| number);
    let arms = receivers().map(|(handler, number)| {
        let result = receive(names, handler);
        if last == Some(number) {
            return quote!(_ => #result,);
        }
        let (cfgs, number) = (&handler.cfgs, Literal::u32_unsuffixed(number));
        quote!(#(#cfgs)* #number => #result,)
    });
    let none = last.is_none().then(|| quote!(_ => ::core::result::Result::Ok(()),));
    let inputs = receivers().flat_map(|(handler, _)| inputs(handler));
    let (generics, _, conditions) = model.generics.split_for_impl();
    let self_ty = &model.self_ty;
    Some(quote_spanned! {*span=>
        #[automatically_derived]
        impl #generics #private::Fuse for #self_ty #conditions {
            #[doc(hidden)]
            fn receiver(__asp_method: &::core::primitive::str) -> ::core::option::Option<::core::primitive::u32> {
                match __asp_method {
                    #(#numbers)*
                    _ => ::core::option::Option::None,
                }
            }

            #[doc(hidden)]
            fn inputs(__asp_inputs: &mut impl #private::Inputs) {
                #(#inputs)*
            }

            #[doc(hidden)]
            #[inline]
            fn receive<__AspT: 'static>(
                &mut self,
                __asp_cx: &#private::Context<Self>,
                __asp_method: ::core::primitive::u32,
                __asp_value: __AspT,
            ) -> #private::HandlerResult {
                match __asp_method {
                    #(#arms)*
                    #none
                }
            }
        }
    })
}

/// The streams that a method reads.
fn inputs(handler: &Handler) -> impl Iterator<Item = TokenStream> {
    let (cfgs, method) = (&handler.cfgs, handler.ident.unraw().to_string());
    handler.triggers.iter().filter_map(move |trigger| {
        let Action::Event(stream) = &trigger.action else { return None };
        let constant = rows::constant(stream, handler.ident.span());
        Some(quote!(#(#cfgs)* __asp::Inputs::input(__asp_inputs, #constant, #method);))
    })
}

/// True of a method that takes events and does not wait.
fn is_receiver(handler: &Handler) -> bool {
    let takes_events = handler.triggers.iter().any(|trigger| matches!(trigger.action, Action::Event(_)));
    handler.is_sound && takes_events && !handler.is_async()
}

/// Hands `__asp_value` to a method.
fn receive(names: &Names<'_>, handler: &Handler) -> TokenStream {
    let Names { private, span, .. } = names;
    let context = context(handler, *span);
    let this = quote_spanned!(*span=> __asp_this);
    let (parameter, value) = match &handler.payload {
        None => (quote_spanned!(*span=> _: __AspT), None),
        Some(payload) => {
            let ty = names.spelled_out(&payload.carried);
            let value = quote_spanned!(*span=> __asp_payload);
            let value = match payload.form {
                Form::Value => value,
                Form::Reference => quote_spanned!(*span=> &#value),
                Form::Event => quote_spanned!(*span=> #private::event(__asp_cx, #value)),
                Form::EventReference => quote_spanned!(*span=> &#private::event(__asp_cx, #value)),
            };
            (quote_spanned!(*span=> __asp_payload: #ty), Some(value))
        }
    };
    let result = returned(names, handler, call(handler, quote!(#this, #context #value)));
    quote_spanned! {*span=>
        #private::Fuse::accept(self, __asp_cx, __asp_value, |__asp_this: &mut Self, __asp_cx: &#private::Context<Self>, #parameter| #result)
    }
}
