//! The options of `#[strategy(..)]` itself.

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Path, Token, Type, TypePath, token};

use super::arguments::until_comma;
use super::triggers::name_fault;
use super::types::{bare, impl_trait_in, owned_instead, reference_in};
use crate::diag::{Sink, attributes as text, shown};
use crate::model::{Listed, StreamName};

/// What the options say.
pub(super) struct Options {
    pub(super) krate: TokenStream,
    pub(super) emits: Vec<Listed>,
    pub(super) latest: Vec<Listed>,
    /// Those in `latest(..)` that are constants of other strategies.
    pub(super) latest_constants: Vec<TypePath>,
    pub(super) fuse: bool,
}

/// Reads `emits(..)`, `latest(..)`, `fuse` and `crate = ..`.
pub(super) fn read(arguments: TokenStream, strategy: &Ident, sink: &mut Sink) -> Options {
    let mut options = Options {
        krate: quote!(::asp),
        emits: Vec::new(),
        latest: Vec::new(),
        latest_constants: Vec::new(),
        fuse: false,
    };
    let mut seen: Vec<String> = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if input.parse::<Option<Token![,]>>()?.is_some() {
                continue;
            }
            if !input.peek(Ident::peek_any) {
                let tokens = until_comma(input)?;
                sink.report(&tokens, text::unknown_option(&shown(&tokens)));
                continue;
            }
            let key = input.call(Ident::parse_any)?;
            let name = key.to_string();
            match name.as_str() {
                "emits" | "latest" => {
                    let list = if name == "emits" { List::Emits } else { List::Latest };
                    Reader { list, strategy, options: &mut options, sink }.read(input, &key)?;
                }
                "fuse" => {
                    options.fuse = true;
                    let rest = until_comma(input)?;
                    if !rest.is_empty() {
                        sink.report(quote!(#key #rest), text::fuse_value());
                    }
                }
                "crate" => krate(input, &key, &mut options, sink)?,
                _ => {
                    sink.report(&key, text::unknown_option(&name));
                    until_comma(input)?;
                    continue;
                }
            }
            if seen.contains(&name) {
                sink.report(&key, text::option_twice(&name));
            }
            seen.push(name);
        }
        Ok(())
    };
    // The parser takes whatever comes, so there is no error to pass on.
    parser.parse2(arguments).unwrap_or_default();
    options
}

fn krate(input: ParseStream<'_>, key: &Ident, options: &mut Options, sink: &mut Sink) -> syn::Result<()> {
    let equals = input.parse::<Option<Token![=]>>()?;
    let tokens = until_comma(input)?;
    let path = Path::parse_mod_style.parse2(tokens.clone());
    let (Some(_), Ok(path)) = (equals, path) else {
        sink.report(quote!(#key #equals #tokens), text::crate_value());
        return Ok(());
    };
    let first = path.segments.first().map(|first| first.ident.to_string());
    let first = first.unwrap_or_default();
    // Inside a macro by example, `$crate` is one word.
    if path.leading_colon.is_none() && first != "crate" && first != "$crate" {
        sink.report(&path, text::relative_crate_path(&shown(&path)));
        options.krate = quote!(::#path);
    } else {
        options.krate = path.to_token_stream();
    }
    Ok(())
}

/// An option that lists streams.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Emits,
    Latest,
}

impl List {
    fn word(self) -> &'static str {
        match self {
            List::Emits => "emits",
            List::Latest => "latest",
        }
    }

    fn form(self, name: &str, ty: &str) -> String {
        match self {
            List::Emits => text::emits_form(name, ty),
            List::Latest => text::latest_form(name, ty),
        }
    }
}

/// Reads one of the options that list streams.
struct Reader<'a> {
    list: List,
    strategy: &'a Ident,
    options: &'a mut Options,
    sink: &'a mut Sink,
}

impl Reader<'_> {
    fn read(&mut self, input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
        let is_group = input.peek(token::Paren) || input.peek(token::Bracket) || input.peek(token::Brace);
        if !is_group {
            let rest = until_comma(input)?;
            self.sink.report(quote!(#key #rest), text::list_brackets(self.list.word()));
            return Ok(());
        }
        let group: Group = input.parse()?;
        if group.delimiter() != Delimiter::Parenthesis {
            self.sink.report(&group, text::list_brackets(self.list.word()));
        }
        let has_semicolon = group.stream().into_iter().any(|token| is_punct(&token, ';'));
        let streams: TokenStream = group.stream().into_iter().map(comma_for_semicolon).collect();
        if has_semicolon {
            self.sink.report(&group, text::list_separator(self.list.word(), &shown(&streams)));
        }
        let entries = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if input.parse::<Option<Token![,]>>()?.is_none() {
                    self.listed(input)?;
                }
            }
            Ok(())
        };
        entries.parse2(streams).unwrap_or_default();
        Ok(())
    }

    fn listed(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if self.list == List::Latest && self.constant(input)? {
            return Ok(());
        }
        let ahead = input.fork();
        if entry(&ahead).is_err() || !(ahead.is_empty() || ahead.peek(Token![,])) {
            let tokens = until_comma(input)?;
            let (name, ty) = meant(&tokens);
            self.sink.report(&tokens, self.list.form(&name, &ty));
            return Ok(());
        }
        let (ident, ty) = entry(input)?;
        let name = ident.unraw().to_string();
        if let Some(fault) = name_fault(&name, self.strategy) {
            self.sink.report(&ident, fault);
            return Ok(());
        }
        let known = match self.list {
            List::Emits => &mut self.options.emits,
            List::Latest => &mut self.options.latest,
        };
        if known.iter().any(|listed| listed.stream.name == name) {
            self.sink.report(&ident, text::listed_twice(self.list.word(), &name));
            return Ok(());
        }
        if reference_in(&ty).is_some() || impl_trait_in(&ty).is_some() {
            let owned = owned_instead(bare(&ty));
            self.sink.report(&ty, text::listed_reference(&shown(&ty), &name, &shown(&owned)));
            return Ok(());
        }
        known.push(Listed { stream: StreamName::new(&name, ident.span()), ty });
        Ok(())
    }

    /// Reads the constant of another strategy, `Exchange::QUOTES`; false if it is not one.
    fn constant(&mut self, input: ParseStream<'_>) -> syn::Result<bool> {
        let ahead = input.fork();
        match ahead.parse::<TypePath>() {
            Ok(path) if path.qself.is_some() || path.path.segments.len() > 1 => {}
            _ => return Ok(false),
        }
        let constant = input.parse::<TypePath>()?;
        let rest = until_comma(input)?;
        let known = &mut self.options.latest_constants;
        if !rest.is_empty() {
            self.sink.report(&rest, text::latest_constant_typed(&shown(&constant)));
        } else if known.iter().any(|known| shown(known) == shown(&constant)) {
            self.sink.report(&constant, text::listed_twice(self.list.word(), &shown(&constant)));
        } else {
            known.push(constant);
        }
        Ok(true)
    }
}

fn entry(input: ParseStream<'_>) -> syn::Result<(Ident, Type)> {
    let ident = input.call(Ident::parse_any)?;
    input.parse::<Token![:]>()?;
    Ok((ident, input.parse()?))
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

fn comma_for_semicolon(token: TokenTree) -> TokenTree {
    match token {
        TokenTree::Punct(punct) if punct.as_char() == ';' => Punct::new(',', Spacing::Alone).into(),
        other => other,
    }
}

/// The entry without the path before its name: `out: String` of `crate::out: String`.
fn without_path(tokens: &TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| {
        let path = input.call(Path::parse_mod_style)?;
        let colon: Token![:] = input.parse()?;
        let (name, rest): (_, TokenStream) = (path.segments.last().map(|last| &last.ident), input.parse()?);
        Ok(quote!(#name #colon #rest))
    };
    parser.parse2(tokens.clone()).unwrap_or_else(|_| tokens.clone())
}

/// Name and type of an entry in another form: `greetings = String`, `"greetings"`, `greetings`.
fn meant(tokens: &TokenStream) -> (String, String) {
    let mut name = None;
    let mut ty = TokenStream::new();
    for token in without_path(tokens) {
        match &token {
            TokenTree::Punct(punct) if ty.is_empty() && matches!(punct.as_char(), '=' | ':') => {}
            TokenTree::Ident(_) if name.is_none() => name = Some(token.to_string()),
            TokenTree::Literal(text) if name.is_none() => {
                name = Some(text.to_string().trim_matches('"').to_owned());
            }
            _ => token.to_tokens(&mut ty),
        }
    }
    let ty = if ty.is_empty() { "String".to_owned() } else { shown(ty) };
    (name.unwrap_or_else(|| "greetings".to_owned()), ty)
}
