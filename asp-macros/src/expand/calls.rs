//! The call enum, one variant for each method that is scheduled, and its caller type, one method for
//! each that can be deferred.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Generics, Ident, parse_quote};

use super::{Names, context, returned};
use crate::model::{Handler, Payload, Strategy};

/// Both types and the inherent impl of the caller.
pub(crate) fn types(names: &Names<'_>) -> TokenStream {
    let Names { model, private, span, call, calls } = names;
    let arguments = names.arguments();
    let variants = sound_calls(model).map(|handler| {
        let (cfgs, name) = (&handler.cfgs, &handler.ident);
        let payload = handler.payload.as_ref().map(|payload| {
            let ty = names.spelled_out(&payload.carried);
            quote!((#ty))
        });
        quote!(#(#cfgs)* #name #payload,)
    });
    let uses = uses(model);
    let variant = uses.as_ref().map(|uses| quote!(__asp_uses(::core::convert::Infallible, #uses)));
    let field = uses.as_ref().map(|uses| quote!(__asp_uses: #uses,));
    let (generics, _, conditions) = model.generics.split_for_impl();
    let (generics, conditions) = (names.spelled_out(generics), names.spelled_out(conditions));

    let slots = with_slot(&model.generics);
    let (slot_generics, slot_arguments, _) = slots.split_for_impl();
    let slot_generics = names.spelled_out(slot_generics);
    let mut bounded = slots.clone();
    bounded.make_where_clause().predicates.push(parse_quote!(__AspSlot: #private::Slot<#call #arguments>));
    let slot_conditions = names.spelled_out(&bounded.where_clause);
    let methods =
        model.handlers.iter().filter(|handler| handler.is_deferred()).map(|handler| deferred(names, handler));
    quote_spanned! {*span=>
        #[doc(hidden)]
        #[allow(dead_code)]
        pub enum #call #generics #conditions {
            #(#variants)*
            #variant
        }

        #[doc(hidden)]
        #[allow(dead_code)]
        #[must_use = "nothing is deferred yet: name the method, as in `cx.after(..).method(..)`"]
        pub struct #calls #slot_generics #conditions {
            __asp_slot: __AspSlot,
            #field
        }

        impl #slot_generics #calls #slot_arguments #slot_conditions {
            #(#methods)*
        }
    }
}

/// The block's generics and one parameter more: where the call goes.
pub(crate) fn with_slot(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    generics.params.push(parse_quote!(__AspSlot));
    generics
}

/// A type that mentions every type parameter, `None` without any: each must be used (E0392).
pub(crate) fn uses(model: &Strategy) -> Option<TokenStream> {
    let params: Vec<&Ident> = model.generics.type_params().map(|param| &param.ident).collect();
    // Behind a function, so that the enum is `Send` whatever they are; behind another marker, so that
    // they need no size.
    (!params.is_empty())
        .then(|| quote!(::core::marker::PhantomData<fn() -> (#(::core::marker::PhantomData<#params>,)*)>))
}

pub(super) fn sound_calls(model: &Strategy) -> impl Iterator<Item = &Handler> {
    model.handlers.iter().filter(|handler| handler.is_sound && handler.is_call())
}

/// `cx.after(d).greet(name)`
fn deferred(names: &Names<'_>, handler: &Handler) -> TokenStream {
    let call = &names.call;
    let Handler { ident, cfgs, docs, allows, .. } = handler;
    // The compiler quotes the bounds of these methods; they point at the user's method.
    let private = &Ident::new(&names.private.to_string(), ident.span());
    // One that nobody defers is dead code, which the compiler says; unless something else calls it.
    let is_called = handler.triggers.len() > 1 || !handler.is_sound;
    let allowed = is_called.then(|| quote!(#[allow(dead_code)]));
    let attrs = quote!(#(#docs)* #(#cfgs)* #(#allows)* #allowed);
    let key = quote!(__AspSlot::Key);
    if !handler.is_sound {
        // Uses of a method at fault stay quiet, whatever they pass.
        let types: Vec<Ident> = (0..handler.arity).map(|index| format_ident!("__Asp{index}")).collect();
        return quote_spanned!(ident.span()=> #attrs pub fn #ident<#(#types),*>(self, #(_: #types),*) -> #key { loop {} });
    }
    match &handler.payload {
        Some(payload) => {
            let name = argument(payload, ident.span());
            let ty = names.spelled_out(&payload.carried);
            quote_spanned! {ident.span()=>
                #attrs
                pub fn #ident(self, #name: #ty) -> #key
                where
                    __AspSlot: #private::Once,
                {
                    #private::Slot::put(self.__asp_slot, #call::#ident(#name))
                }
            }
        }
        None => quote_spanned! {ident.span()=>
            #attrs
            pub fn #ident(self) -> #key {
                #private::Slot::put_with(self.__asp_slot, || #call::#ident)
            }
        },
    }
}

/// The name is only shown, in completions and in errors.
fn argument(payload: &Payload, span: Span) -> Ident {
    let name = match &payload.name {
        Some(name) => name.unraw().to_string(),
        None => "payload".to_owned(),
    };
    let name = syn::parse_str::<Ident>(name.trim_start_matches('_'));
    let mut name = name.unwrap_or_else(|_| Ident::new("payload", span));
    name.set_span(span);
    name
}

/// The body of `Strategy::call`.
pub(crate) fn dispatch(names: &Names<'_>) -> TokenStream {
    // Behind the match stands what most arms come to; but only if one gets there in any case, or it were out of reach.
    let is_plain = |handler: &Handler| handler.is_async() || handler.output.is_none();
    let goes_on = sound_calls(names.model).any(|handler| is_plain(handler) && handler.cfgs.is_empty());
    let fine = quote_spanned!(names.span=> ::core::result::Result::Ok(()));
    let choice = on_each_call(names, &quote_spanned!(names.span=> __asp_call), |handler| {
        if handler.is_async() {
            // `Strategy::begin` is asked for these.
            return (Pattern::Ignored, if goes_on { quote!({}) } else { fine.clone() });
        }
        let context = context(handler, names.span);
        let payload = handler.payload.as_ref().map(|_| quote_spanned!(names.span=> __asp_payload));
        let this = quote_spanned!(names.span=> self);
        let result = returned(names, handler, super::call(handler, quote!(#this, #context #payload)));
        let body = match (is_plain(handler), goes_on) {
            (true, true) | (false, false) => result,
            (true, false) => quote!({ #result; #fine }),
            (false, true) => quote!(return #result),
        };
        (Pattern::Bound, body)
    });
    let end = goes_on.then_some(&fine);
    quote!(#choice #end)
}

/// The body of `Strategy::call_name`.
pub(crate) fn call_name(names: &Names<'_>) -> TokenStream {
    on_each_call(names, &quote_spanned!(names.span=> *__asp_call), |handler| {
        let name = handler.ident.unraw().to_string();
        (Pattern::Ignored, quote!(#name))
    })
}

/// Whether an arm has a use for the payload.
pub(super) enum Pattern {
    /// As `__asp_payload`.
    Bound,
    Ignored,
}

/// A match with an arm for each variant of the call enum.
pub(super) fn on_each_call(
    names: &Names<'_>,
    call: &TokenStream,
    arm: impl Fn(&Handler) -> (Pattern, TokenStream),
) -> TokenStream {
    let calls = &names.call;
    let arms = sound_calls(names.model).map(|handler| {
        let Handler { ident, cfgs, .. } = handler;
        let (pattern, body) = arm(handler);
        let pattern = handler.payload.as_ref().map(|_| match pattern {
            Pattern::Bound => quote_spanned!(names.span=> (__asp_payload)),
            Pattern::Ignored => quote!((..)),
        });
        quote!(#(#cfgs)* #calls::#ident #pattern => #body,)
    });
    let never = uses(names.model).map(|_| quote!(#calls::__asp_uses(never, _) => match never {},));
    quote_spanned! {names.span=>
        match #call {
            #(#arms)*
            #never
        }
    }
}
