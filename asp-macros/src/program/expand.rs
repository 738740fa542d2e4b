//! The generated `main`: the user's function inside it, a `Program` built from the options, one call.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Lit, Meta, ReturnType};

use super::Function;
use super::options::{Entry, Figure, Options};

/// The whole expansion of a sound `main`.
pub(super) fn program(function: &Function, options: &Options) -> TokenStream {
    let Options { krate, start, end, feeds, lives, records, figures } = options;
    let app = quote!(#krate::app);
    let about = docs(&function.attrs);
    let start = start.as_ref().map(|time| quote!(.start(#time)));
    let end = end.as_ref().map(|time| quote!(.end(#time)));
    // The cells of a sweep share what they read.
    let feed = if figures.is_empty() { quote!(feed) } else { quote!(feed_shared) };
    let feeds = feeds.iter().map(|Entry { stream, uri }| quote!(.#feed(#stream, #uri)));
    let lives = lives.iter().map(|Entry { stream, uri }| quote!(.live(#stream, #uri)));
    let records = records.iter().map(|Entry { stream, uri }| match uri {
        Some(uri) => quote!(.record(#stream, #uri)),
        None => quote!(.recordable(#stream)),
    });
    let made = made(function, &app);
    let sweep = sweep(function, figures);
    outer(
        function,
        quote! {
            let __asp_main = #made;
            #app::Program::new(
                ::core::option_env!("CARGO_BIN_NAME").unwrap_or(::core::env!("CARGO_PKG_NAME")),
            )
                .version(::core::env!("CARGO_PKG_VERSION"))
                .about(#about)
                #start
                #end
                #(#feeds)*
                #(#lives)*
                #(#records)*
                #sweep
                .main_made(__asp_main)
        },
    )
}

/// After errors: the function stays, the program does nothing.
pub(super) fn fallback(function: &Function, errors: &TokenStream) -> TokenStream {
    let main = outer(function, quote!(::std::process::ExitCode::SUCCESS));
    quote!(#errors #[allow(dead_code, unused_variables)] #main)
}

/// The function that the operating system calls, with the user's inside.
fn outer(function: &Function, body: TokenStream) -> TokenStream {
    let Function { attrs, visibility, signature, tokens } = function;
    let name = &signature.ident;
    let cfgs = attrs.iter().filter(|attr| is_for_both(attr));
    // A `main` is not `const`, whatever it makes. What the user writes about the lint comes after it.
    quote! {
        #(#cfgs)*
        #visibility fn #name() -> ::std::process::ExitCode {
            #[allow(clippy::missing_const_for_fn)]
            #(#attrs)*
            #tokens
            #body
        }
    }
}

/// The call that makes a sweep of the user's function, and what figures it has.
fn sweep(function: &Function, figures: &[Figure]) -> Option<TokenStream> {
    if figures.is_empty() {
        return None;
    }
    let name = &function.signature.ident;
    let figures = figures.iter().map(|Figure { name, of }| {
        let name = name.unraw().to_string();
        quote!(.figure(#name, #of))
    });
    let span = function.output().map_or_else(|| name.span(), Spanned::span);
    let call = quote_spanned!(span=> .sweep);
    Some(quote!(#call(#name, |__asp_sweep| __asp_sweep #(#figures)*)))
}

/// A call that takes the user's function, whose result is checked under the words of its return type.
fn made(function: &Function, app: &TokenStream) -> TokenStream {
    let name = &function.signature.ident;
    let way = match function.signature.asyncness {
        Some(_) => quote!(made_async),
        None => quote!(made),
    };
    match &function.signature.output {
        // An `impl Trait` cannot be named again.
        ReturnType::Type(_, ty) if !matches!(**ty, syn::Type::ImplTrait(_)) => {
            let call = quote_spanned!(ty.span()=> #app::#way::<#ty, _, _>);
            quote!(#call(#name))
        }
        _ => quote!(#app::#way(#name)),
    }
}

/// Whether an attribute of the user's function also concerns the one around it.
fn is_for_both(attr: &Attribute) -> bool {
    ["cfg", "allow", "warn", "deny"].iter().any(|word| attr.path().is_ident(word))
}

/// The doc comment of `main`, which tells the program's users what it does.
fn docs(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            other => Some(other.to_token_stream().to_string()),
        },
        _ => None,
    });
    let lines: Vec<String> = lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned()).collect();
    lines.join("\n").trim().to_owned()
}
