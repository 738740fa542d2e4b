//! `#[param(..)]` of a field, and `#[params(..)]` of the struct.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Field, Meta, Path, Token};

use super::Param;
use super::values::{self, Values};
use crate::diag::{Sink, params as text, shown};
use crate::words::PARAM_KEYS;

/// What was given for each key.
#[derive(Default)]
pub(super) struct Given {
    pub(super) range: Option<TokenStream>,
    pub(super) step: Option<TokenStream>,
    pub(super) values: Option<TokenStream>,
}

/// The path of asp.
pub(super) fn krate(attrs: &[Attribute], sink: &mut Sink) -> TokenStream {
    let mut krate = quote!(::asp);
    for attr in attrs.iter().filter(|attr| is(attr, "params")) {
        let parser = |input: ParseStream<'_>| {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            let path = Path::parse_mod_style(input)?;
            input.parse::<Option<Token![,]>>()?;
            Ok(path)
        };
        match attr.parse_args_with(parser) {
            Ok(path) => krate = path.to_token_stream(),
            Err(_) => sink.report(attr, text::params_crate_value()),
        }
    }
    krate
}

/// The parameter that a field is, if it is one.
pub(super) fn field(field: &Field, sink: &mut Sink) -> Option<Param> {
    let name = field.ident.clone()?;
    let attrs: Vec<&Attribute> = field.attrs.iter().filter(|attr| is(attr, "param")).collect();
    let first = attrs.first()?;
    let mut given = Given::default();
    let before = sink.count();
    for attr in &attrs {
        match &attr.meta {
            Meta::List(list) if !list.tokens.is_empty() => keys(list.tokens.clone(), &mut given, sink),
            _ => sink.report(attr, text::param_form()),
        }
    }
    let values =
        if sink.count() == before { values::checked(&name, &field.ty, given, first, sink) } else { None };
    Some(Param { field: name, ty: field.ty.clone(), values: values.unwrap_or(Values::None) })
}

fn keys(tokens: TokenStream, given: &mut Given, sink: &mut Sink) {
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if input.parse::<Option<Token![,]>>()?.is_some() {
                continue;
            }
            if !input.peek(Ident::peek_any) {
                sink.report(until_comma(input)?, text::param_form());
                continue;
            }
            let key = input.call(Ident::parse_any)?;
            let equals = input.parse::<Option<Token![=]>>()?;
            let value = until_comma(input)?;
            one(&key, equals.is_some(), value, given, sink);
        }
        Ok(())
    };
    // The parser takes whatever comes, so there is no error to pass on.
    parser.parse2(tokens).unwrap_or_default();
}

fn one(key: &Ident, has_equals: bool, value: TokenStream, given: &mut Given, sink: &mut Sink) {
    let name = key.to_string();
    debug_assert_eq!(PARAM_KEYS.len(), 3, "each has its arm here");
    let (slot, form) = match name.as_str() {
        "range" => (&mut given.range, text::range_form("5", "50")),
        "step" => (&mut given.step, text::step_form().to_owned()),
        "values" => (&mut given.values, text::values_form().to_owned()),
        _ => return sink.report(key, text::unknown_param_key(&name)),
    };
    if !has_equals || value.is_empty() {
        return sink.report(quote!(#key #value), form);
    }
    if slot.replace(value).is_some() {
        sink.report(key, text::param_key_twice(&name));
    }
}

fn is(attr: &Attribute, word: &str) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == word)
}

fn until_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?.to_tokens(&mut tokens);
    }
    Ok(tokens)
}

/// The items of a list.
pub(super) fn items(list: &Group) -> Vec<TokenStream> {
    let parser = |input: ParseStream<'_>| {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(until_comma(input)?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(items)
    };
    parser.parse2(list.stream()).unwrap_or_default()
}

/// What stands before and behind `..=`; the second is whether it was that, and not `..`.
pub(super) fn ends(tokens: TokenStream) -> Option<(TokenStream, bool, TokenStream)> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_dot = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.');
    let dots = tokens.windows(2).position(|pair| pair.iter().all(is_dot))?;
    let is_closed = matches!(tokens.get(dots + 2), Some(TokenTree::Punct(punct)) if punct.as_char() == '=');
    let behind = dots + 2 + usize::from(is_closed);
    let part = |part: &[TokenTree]| part.iter().cloned().collect::<TokenStream>();
    Some((part(&tokens[..dots]), is_closed, part(&tokens[behind..])))
}

/// As it was written.
pub(super) fn written(tokens: &TokenStream) -> String {
    // A minus sign stands close to its number.
    shown(tokens).replace("- ", "-")
}
