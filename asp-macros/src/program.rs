//! `#[asp::main]`: read -> check -> expand, or fall back. A function is its item, so it has a pipeline of its own.

mod expand;
mod options;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, ReturnType, Type, Visibility};

use crate::diag::{Sink, program as text, shown};
use crate::show;
use crate::syntax::Signature;
use options::Options;

/// The function under the attribute. Its body is never parsed.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// All of it but the attributes and the visibility.
    pub(crate) tokens: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let tokens: TokenStream = input.fork().parse()?;
        let signature = input.parse()?;
        input.parse::<TokenTree>()?;
        Ok(Self { attrs, visibility, signature, tokens })
    }
}

impl Function {
    /// What it returns, if that is something.
    fn output(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Type(_, ty) if !matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty()) => {
                Some(ty)
            }
            _ => None,
        }
    }
}

/// `#[asp::main(arguments)] item`
pub(crate) fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut sink = Sink::default();
    let Ok(function) = syn::parse2::<Function>(item.clone()) else {
        sink.report(first(&item), text::main_on_item());
        let errors = sink.into_tokens();
        return quote!(#errors #item);
    };
    let options = read(arguments, &function, &mut sink);
    match sink.into_tokens() {
        None => show::on_request("main", "`#[asp::main]`", expand::program(&function, &options)),
        Some(errors) => expand::fallback(&function, &errors),
    }
}

fn read(arguments: TokenStream, function: &Function, sink: &mut Sink) -> Options {
    let strategy = function.output().and_then(name_in);
    let options = options::read(arguments, strategy.as_ref(), sink);
    returns_something(function, &options, sink);
    has_no_parameters(function, sink);
    sweeps_without_waiting(function, &options, sink);
    options
}

/// Rule `main_returns_nothing`.
fn returns_something(function: &Function, options: &Options, sink: &mut Sink) {
    if function.output().is_none() {
        let strategy = options.strategy().unwrap_or_else(|| "Greeter".to_owned());
        sink.report(&function.signature.ident, text::main_returns_nothing(&strategy));
    }
}

/// Rule `main_with_arguments`: the command line is the program's, and nobody could say what a type is.
fn has_no_parameters(function: &Function, sink: &mut Sink) {
    let Signature { parameters, generics, .. } = &function.signature;
    if !parameters.is_empty() {
        sink.report(quote!(#(#parameters),*), text::main_with_arguments());
    }
    if !generics.params.is_empty() {
        sink.report(generics, text::main_is_generic(&shown(generics)));
    }
}

/// Rule `main_sweep_waits`.
fn sweeps_without_waiting(function: &Function, options: &Options, sink: &mut Sink) {
    if let Some(word) = function.signature.asyncness.as_ref().filter(|_| !options.figures.is_empty()) {
        sink.report(word, text::main_sweep_waits());
    }
}

/// The name of the strategy that a type is or contains: `Watch` in `Result<(Watch, Desk), E>`.
fn name_in(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Tuple(tuple) => tuple.elems.first().and_then(name_in),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            match (&last.arguments, last.ident.to_string().as_str()) {
                (syn::PathArguments::AngleBracketed(inner), "Result") => {
                    inner.args.iter().find_map(|argument| match argument {
                        syn::GenericArgument::Type(ty) => name_in(ty),
                        _ => None,
                    })
                }
                (_, "Result" | "Runner") => None,
                _ => Some(last.ident.clone()),
            }
        }
        _ => None,
    }
}

/// The tokens that say what an item is, as `struct Watch`.
fn first(item: &TokenStream) -> TokenStream {
    let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(_));
    let words = item.clone().into_iter().skip_while(|token| !is_word(token)).take_while(is_word);
    let words: TokenStream = words.collect();
    if words.is_empty() { item.clone() } else { words.into_token_stream() }
}

#[cfg(test)]
pub(crate) fn faults(arguments: &str, item: &str) -> Vec<String> {
    let mut sink = Sink::default();
    let function = syn::parse_str::<Function>(item).expect("tests are written in functions");
    let arguments = arguments.parse().expect("tests are written in tokens");
    read(arguments, &function, &mut sink);
    sink.texts()
}
