//! What stands between the brackets of a handler attribute, before anyone knows what it means.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Lit, PathArguments, Token, TypePath};

use crate::diag::{Sink, attributes as text};

/// One argument: a literal, a key with or without a value, or something else.
pub(super) enum Argument {
    Literal(Lit),
    Key(Ident, Option<Value>),
    Other(TokenStream),
}

/// What follows a key.
pub(super) struct Value {
    /// With the `=`.
    pub(super) assignment: TokenStream,
    /// Without it.
    pub(super) tokens: TokenStream,
    pub(super) kind: ValueKind,
}

/// The forms a value can have.
pub(super) enum ValueKind {
    Text(syn::LitStr),
    /// One name: `names`, `NAMES`.
    Word(Ident),
    /// A path of several.
    Path,
    Other,
}

/// Reads all arguments; reports only commas that are missing.
pub(super) fn read(tokens: TokenStream, sink: &mut Sink) -> Vec<Argument> {
    let parser = |input: ParseStream<'_>| {
        let mut arguments = Vec::new();
        while !input.is_empty() {
            if input.parse::<Option<Token![,]>>()?.is_none() {
                arguments.push(argument(input, sink)?);
            }
        }
        Ok(arguments)
    };
    // The parser takes whatever comes, so there is no error to pass on.
    parser.parse2(tokens).unwrap_or_default()
}

fn argument(input: ParseStream<'_>, sink: &mut Sink) -> syn::Result<Argument> {
    if input.peek(Lit) {
        let ahead = input.fork();
        let literal: Lit = ahead.parse()?;
        let is_text = matches!(literal, Lit::Str(_));
        if at_end(&ahead) || is_text {
            let literal = input.parse()?;
            expect_comma(input, sink)?;
            return Ok(Argument::Literal(literal));
        }
    } else if input.peek(Ident::peek_any) {
        let ahead = input.fork();
        ahead.call(Ident::parse_any)?;
        if at_end(&ahead) || ahead.peek(Token![=]) && !ahead.peek(Token![==]) {
            let key = input.call(Ident::parse_any)?;
            let value = value(input, sink)?;
            return Ok(Argument::Key(key, value));
        }
    }
    Ok(Argument::Other(until_comma(input)?))
}

fn value(input: ParseStream<'_>, sink: &mut Sink) -> syn::Result<Option<Value>> {
    let Some(equals) = input.parse::<Option<Token![=]>>()? else {
        return Ok(None);
    };
    let (tokens, kind) = if input.peek(syn::LitStr) {
        let text: syn::LitStr = input.parse()?;
        expect_comma(input, sink)?;
        (text.to_token_stream(), ValueKind::Text(text))
    } else {
        let ahead = input.fork();
        let tokens = match ahead.parse::<TypePath>() {
            // As a whole: a comma between generic arguments is not its end.
            Ok(_) if at_end(&ahead) => input.parse::<TypePath>()?.to_token_stream(),
            _ => until_comma(input)?,
        };
        if tokens.is_empty() {
            return Ok(None);
        }
        let kind = match syn::parse2::<TypePath>(tokens.clone()) {
            Ok(path) => path_kind(&path),
            Err(_) => ValueKind::Other,
        };
        (tokens, kind)
    };
    Ok(Some(Value { assignment: quote!(#equals #tokens), tokens, kind }))
}

fn path_kind(path: &TypePath) -> ValueKind {
    // As a type, `acks()` would be the sugar of `Fn` traits.
    let is_call =
        path.path.segments.iter().any(|segment| matches!(segment.arguments, PathArguments::Parenthesized(_)));
    match path.path.get_ident() {
        _ if is_call => ValueKind::Other,
        Some(word) if path.qself.is_none() => ValueKind::Word(word.clone()),
        _ => ValueKind::Path,
    }
}

fn at_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

fn expect_comma(input: ParseStream<'_>, sink: &mut Sink) -> syn::Result<()> {
    if !at_end(input) {
        let next: TokenTree = input.fork().parse()?;
        sink.report(&next, text::missing_comma(&next.to_string()));
    }
    Ok(())
}

pub(super) fn until_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !at_end(input) {
        input.parse::<TokenTree>()?.to_tokens(&mut tokens);
    }
    Ok(tokens)
}

/// Cuts at each comma.
pub(super) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(TokenStream::new()),
            _ => parts.last_mut().into_iter().for_each(|part| token.to_tokens(part)),
        }
    }
    parts
}
