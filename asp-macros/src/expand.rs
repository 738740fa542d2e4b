//! From the model to tokens. Cannot fail: whatever could is reported before.
//!
//! The user's block comes first, then an inherent impl with the stream constants, then one `const _`
//! that holds the call enum, its caller type and `impl Strategy`. Tokens take the spans of what they
//! are about, so that the compiler's own errors show there: a row that of its parameter type, a
//! constant that of its name, the header of the impl that of the self type.

pub(crate) mod calls;
pub(crate) mod constants;
mod fuse;
mod rows;
mod tasks;
mod warnings;

use proc_macro2::{Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::duration;
use crate::model::{Action, Handler, Mode, Strategy, StreamRef};
use crate::syntax::Block;

/// The whole expansion of a sound block.
pub(crate) fn strategy(model: &Strategy, block: &Block) -> TokenStream {
    let names = Names::new(model);
    let constants = constants::all(&names);
    let types = calls::types(&names);
    let body = Body {
        doc: handler_list(model),
        wire: rows::all(&names),
        call: calls::dispatch(&names),
        call_name: calls::call_name(&names),
        tasks: tasks::methods(&names),
    };
    let implementation = implementation(&names, &body);
    let fused = fused(&names, false);
    let hidden = hidden(model, quote!(#types #implementation #fused));
    let warnings = warnings::all(model);
    quote!(#block #constants #hidden #warnings)
}

/// Items out of sight of the user's code. Docs are written rather than their lint allowed: crates that
/// forbid it would refuse the attribute.
pub(crate) fn hidden(model: &Strategy, items: TokenStream) -> TokenStream {
    let Strategy { attrs, krate, .. } = model;
    quote! {
        #(#attrs)*
        #[allow(
            clippy::redundant_closure, clippy::redundant_closure_for_method_calls, clippy::uninhabited_references,
            deprecated, missing_copy_implementations, missing_debug_implementations, non_camel_case_types,
            private_bounds, private_interfaces, unnameable_types,
            unreachable_pub, unused_qualifications
        )]
        const _: () = {
            use #krate::__private as __asp;
            #items
        };
    }
}

/// The names and paths that generated code uses.
pub(crate) struct Names<'a> {
    pub(crate) model: &'a Strategy,
    /// `__asp`, which stands for `::asp::__private` in what is [hidden]: a word, where a path would come often.
    pub(crate) private: Ident,
    /// Where the strategy's type stands in the header.
    pub(crate) span: Span,
    /// `GreeterCall`
    pub(crate) call: Ident,
    /// `GreeterCalls`
    pub(crate) calls: Ident,
}

/// The parts of `impl Strategy` that depend on the handlers.
pub(crate) struct Body {
    pub(crate) doc: String,
    pub(crate) wire: TokenStream,
    pub(crate) call: TokenStream,
    pub(crate) call_name: TokenStream,
    /// The methods that begin async calls, if there are any.
    pub(crate) tasks: Option<TokenStream>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(model: &'a Strategy) -> Self {
        let span = model.name.span();
        Self {
            model,
            // It is about nothing of the user's, errors in it are about the attribute.
            private: Ident::new("__asp", Span::call_site()),
            span,
            call: format_ident!("{}Call", model.name, span = span),
            calls: format_ident!("{}Calls", model.name, span = span),
        }
    }

    /// Type parameters as arguments, `<T, N>`.
    pub(crate) fn arguments(&self) -> TokenStream {
        let (_, arguments, _) = self.model.generics.split_for_impl();
        quote!(#arguments)
    }

    /// Tokens of the block for a place where `Self` is another type.
    pub(crate) fn spelled_out(&self, tokens: impl ToTokens) -> TokenStream {
        let self_ty = &self.model.self_ty;
        without_self(tokens.into_token_stream(), &quote!(#self_ty))
    }
}

pub(crate) fn implementation(names: &Names<'_>, body: &Body) -> TokenStream {
    let Names { model, private, span, call, calls } = names;
    let Body { doc, wire, call: dispatch, call_name, tasks } = body;
    let (generics, arguments, conditions) = model.generics.split_for_impl();
    let self_ty = &model.self_ty;
    let name = model.name.to_string();
    let name = name.trim_start_matches("r#");
    let slots = calls::with_slot(&model.generics);
    let (_, slot_arguments, _) = slots.split_for_impl();
    let uses = calls::uses(model).map(|_| quote!(, __asp_uses: ::core::marker::PhantomData));
    let emits = fuse::outlets(names);
    let items = quote_spanned! {*span=>
        const NAME: &'static ::core::primitive::str = #name;

        #[doc(hidden)]
        type Call = #call #arguments;

        #[doc(hidden)]
        type Calls<__AspSlot: #private::Slot<#call #arguments>> = #calls #slot_arguments;

        #[doc(hidden)]
        type Emits = #emits;

        #[doc(hidden)]
        fn wire(__asp_wiring: &mut #private::Wiring<Self>) {
            #wire
        }

        #[doc(hidden)]
        fn calls<__AspSlot: #private::Slot<#call #arguments>>(__asp_slot: __AspSlot) -> #calls #slot_arguments {
            #calls { __asp_slot #uses }
        }

        #[doc(hidden)]
        fn call(
            &mut self,
            __asp_cx: &#private::Context<Self>,
            __asp_call: #call #arguments,
        ) -> #private::HandlerResult {
            #dispatch
        }

        #[doc(hidden)]
        fn call_name(__asp_call: &#call #arguments) -> &'static ::core::primitive::str {
            #call_name
        }

        #tasks
    };
    let mut braces = Group::new(proc_macro2::Delimiter::Brace, items);
    braces.set_span(*span);
    quote_spanned! {*span=>
        #[doc = #doc]
        #[automatically_derived]
        impl #generics #private::Strategy for #self_ty #conditions #braces
    }
}

/// What a strategy has beside, if it can be part of a fused chain.
pub(crate) fn fused(names: &Names<'_>, is_stub: bool) -> TokenStream {
    let (types, implementation) = (fuse::types(names), fuse::implementation(names, is_stub));
    quote!(#types #implementation)
}

/// One line that says what calls which handler.
pub(crate) fn handler_list(model: &Strategy) -> String {
    let entries = model.handlers.iter().flat_map(|handler| {
        let entry = |action| format!("`{}` {}", handler.ident.unraw(), occasion(action));
        handler.triggers.iter().map(move |trigger| entry(&trigger.action))
    });
    format!("Handlers: {}.", entries.collect::<Vec<_>>().join(", "))
}

fn occasion(action: &Action) -> String {
    match action {
        Action::Event(stream) => format!("on events of {}", stream_in_doc(stream)),
        Action::Every(interval) => format!("every {}", duration::written(interval.nanos)),
        Action::Deferred => "when it is deferred".to_owned(),
        Action::After(nanos) => format!("{} after the start", duration::written(*nanos)),
        Action::Start => "at the start".to_owned(),
        Action::Live => "when the run goes live".to_owned(),
        Action::CaughtUp => "when the run has caught up".to_owned(),
        Action::Settled => "when an instant is settled".to_owned(),
        Action::Notice(stream) => format!("on notices of {}", stream_in_doc(stream)),
        Action::End(stream) => format!("at the end of {}", stream_in_doc(stream)),
        Action::Stop => "at the stop".to_owned(),
    }
}

fn stream_in_doc(stream: &StreamRef) -> String {
    match stream {
        StreamRef::Named { stream, .. } => format!("`{}`", stream.name),
        StreamRef::Constant(path) => format!("`{}`", crate::diag::shown(path)),
    }
}

/// What a handler returns, as the trait that turns it into a result, with the span of the return type. Nothing is made
/// of `()`, which is no fault in any place where a handler may stand.
pub(crate) fn returned(names: &Names<'_>, handler: &Handler, value: TokenStream) -> TokenStream {
    let private = &names.private;
    match &handler.output {
        Some(output) => quote_spanned! {output.span()=>
            <#output as #private::HandlerReturn>::into_result(#value)
        },
        None => value,
    }
}

/// `__asp_cx` as an argument, if the handler takes the context. It points at the type of the parameter
/// and is the name that is bound at `bound`, also where one of the two comes out of another macro.
pub(crate) fn context(handler: &Handler, bound: Span) -> Option<TokenStream> {
    let ty = handler.context.as_ref()?;
    let at = match ty {
        syn::Type::Reference(reference) => reference.elem.span(),
        other => other.span(),
    };
    let name = Ident::new("__asp_cx", at.resolved_at(bound));
    match handler.mode {
        Mode::Sync => Some(quote!(#name,)),
        // The task owns it.
        Mode::Exclusive => Some(quote_spanned!(name.span()=> &#name,)),
        Mode::Shared => None,
    }
}

/// `Self::greet(..)`, which points at the method.
pub(crate) fn call(handler: &Handler, arguments: TokenStream) -> TokenStream {
    let method = &handler.ident;
    quote_spanned!(method.span()=> Self::#method(#arguments))
}

fn without_self(tokens: TokenStream, self_ty: &TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut out = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "Self" => {
                let is_prefix = matches!(tokens.peek(), Some(TokenTree::Punct(next))
                    if next.as_char() == ':' && next.spacing() == Spacing::Joint);
                out.extend(if is_prefix { quote!(<#self_ty>) } else { self_ty.clone() });
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), self_ty));
                inner.set_span(group.span());
                out.extend([TokenTree::from(inner)]);
            }
            other => out.extend([other]),
        }
    }
    out
}
