//! The options of `#[asp::main(..)]`.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, LitStr, Path, Token, TypePath, token};

use crate::diag::{Sink, program as text, shown};
use crate::model::constant_name;
use crate::time_text;
use crate::words::MAIN_OPTIONS;

/// What the options say.
pub(crate) struct Options {
    pub(crate) krate: TokenStream,
    /// Expressions: a literal that was looked at, or the user's own.
    pub(crate) start: Option<TokenStream>,
    pub(crate) end: Option<TokenStream>,
    pub(crate) feeds: Vec<Entry>,
    pub(crate) lives: Vec<Entry>,
    pub(crate) records: Vec<Entry>,
    pub(crate) figures: Vec<Figure>,
}

/// A figure of `sweep`.
pub(crate) struct Figure {
    pub(crate) name: Ident,
    /// What takes it from the strategy.
    pub(crate) of: TokenStream,
}

/// A stream of `feed`, `live` or `record`.
pub(crate) struct Entry {
    /// The path of its constant.
    pub(crate) stream: TokenStream,
    pub(crate) uri: Option<TokenStream>,
}

impl Options {
    /// The type whose stream is fed first.
    pub(super) fn strategy(&self) -> Option<String> {
        let stream = &self.feeds.first().or(self.lives.first())?.stream;
        let path = syn::parse2::<Path>(stream.clone()).ok()?;
        let segment = path.segments.iter().rev().nth(1)?;
        Some(segment.ident.to_string())
    }
}

/// Reads all options. `strategy` is what `main` seems to return, for help lines.
pub(super) fn read(arguments: TokenStream, strategy: Option<&Ident>, sink: &mut Sink) -> Options {
    let strategy = strategy.map_or_else(|| "Greeter".to_owned(), Ident::to_string);
    let mut options = Options {
        krate: quote!(::asp),
        start: None,
        end: None,
        feeds: Vec::new(),
        lives: Vec::new(),
        records: Vec::new(),
        figures: Vec::new(),
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
                "start" => options.start = time(input, &key, sink)?,
                "end" => options.end = time(input, &key, sink)?,
                "feed" => entries(input, &key, &strategy, &mut options.feeds, sink)?,
                "live" => entries(input, &key, &strategy, &mut options.lives, sink)?,
                "record" => entries(input, &key, &strategy, &mut options.records, sink)?,
                "sweep" => figures(input, &key, &strategy, &mut options.figures, sink)?,
                "crate" => krate(input, &key, &mut options, sink)?,
                _ => {
                    sink.report(&key, text::unknown_option(&name));
                    until_comma(input)?;
                    continue;
                }
            }
            // Several brackets of streams add up, other values would contradict each other.
            if seen.contains(&name) && !matches!(name.as_str(), "feed" | "live" | "record" | "sweep") {
                sink.report(&key, text::option_twice(&name));
            }
            seen.push(name);
        }
        Ok(())
    };
    // The parser takes whatever comes, so there is no error to pass on.
    parser.parse2(arguments).unwrap_or_default();
    has_one_source(&options, sink);
    debug_assert!(seen.iter().all(|name| MAIN_OPTIONS.iter().any(|option| option.name == name)));
    options
}

/// Rule `main_live_and_fed`.
fn has_one_source(options: &Options, sink: &mut Sink) {
    for live in &options.lives {
        let stream = shown(&live.stream);
        if options.feeds.iter().any(|feed| shown(&feed.stream) == stream) {
            sink.report(&live.stream, text::main_live_and_fed(&stream));
        }
    }
}

/// Rule `main_bad_time`, for times that stand here.
fn time(input: ParseStream<'_>, key: &Ident, sink: &mut Sink) -> syn::Result<Option<TokenStream>> {
    let equals = input.parse::<Option<Token![=]>>()?;
    let tokens = until_comma(input)?;
    if equals.is_none() || tokens.is_empty() {
        sink.report(quote!(#key #equals #tokens), text::time_form(&key.to_string()));
        return Ok(None);
    }
    match syn::parse2::<Lit>(tokens.clone()) {
        Ok(Lit::Str(literal)) => {
            if let Err(fault) = time_text::check(&literal.value()) {
                sink.report(&literal, fault);
            }
        }
        Ok(_) => sink.report(&tokens, text::time_form(&key.to_string())),
        Err(_) => {}
    }
    Ok(Some(tokens))
}

fn krate(input: ParseStream<'_>, key: &Ident, options: &mut Options, sink: &mut Sink) -> syn::Result<()> {
    let equals = input.parse::<Option<Token![=]>>()?;
    let tokens = until_comma(input)?;
    let path = Path::parse_mod_style.parse2(tokens.clone());
    match (equals, path) {
        (Some(_), Ok(path)) => options.krate = path.to_token_stream(),
        _ => sink.report(quote!(#key #equals #tokens), crate::diag::attributes::crate_value()),
    }
    Ok(())
}

fn entries(
    input: ParseStream<'_>,
    key: &Ident,
    strategy: &str,
    into: &mut Vec<Entry>,
    sink: &mut Sink,
) -> syn::Result<()> {
    let word = key.to_string();
    let is_group = input.peek(token::Paren) || input.peek(token::Bracket) || input.peek(token::Brace);
    if !is_group {
        let rest = until_comma(input)?;
        sink.report(quote!(#key #rest), text::feed_brackets(&word, strategy));
        return Ok(());
    }
    let group: Group = input.parse()?;
    if group.delimiter() != Delimiter::Parenthesis {
        sink.report(&group, text::feed_brackets(&word, strategy));
        return Ok(());
    }
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if input.parse::<Option<Token![,]>>()?.is_some() {
                continue;
            }
            let tokens = until_comma(input)?;
            let Some(entry) = entry(tokens.clone(), word == "record") else {
                let (stream, uri) = meant(tokens.clone(), strategy);
                sink.report(&tokens, text::main_feed_form(&word, &stream, &uri));
                continue;
            };
            let stream = shown(&entry.stream);
            if into.iter().any(|known| shown(&known.stream) == stream) {
                sink.report(&entry.stream, text::stream_twice(&word, &stream));
            }
            has_scheme(&entry, &word, sink);
            into.push(entry);
        }
        Ok(())
    };
    parser.parse2(group.stream()).unwrap_or_default();
    Ok(())
}

/// The figures of `sweep(profit = Crossover::profit, ..)`.
fn figures(
    input: ParseStream<'_>,
    key: &Ident,
    strategy: &str,
    into: &mut Vec<Figure>,
    sink: &mut Sink,
) -> syn::Result<()> {
    let usual = || text::main_sweep_form("profit", &format!("{strategy}::profit"));
    if !input.peek(token::Paren) {
        let rest = until_comma(input)?;
        sink.report(quote!(#key #rest), usual());
        return Ok(());
    }
    let group: Group = input.parse()?;
    if group.stream().is_empty() {
        sink.report(quote!(#key #group), usual());
    }
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if input.parse::<Option<Token![,]>>()?.is_some() {
                continue;
            }
            let tokens = until_comma(input)?;
            let (name, of) = at_equals(tokens.clone());
            match (syn::parse2::<Ident>(name.clone()), of) {
                (Ok(name), Some(of)) if !of.is_empty() => {
                    if into.iter().any(|known| known.name == name) {
                        sink.report(&name, text::figure_twice(&name.unraw().to_string()));
                    }
                    into.push(Figure { name, of });
                }
                (name, _) => {
                    // A method alone is a name as well, as in `sweep(Crossover::profit)`.
                    let path = syn::parse2::<Path>(tokens.clone()).ok();
                    let last = path.and_then(|path| path.segments.last().map(|last| last.ident.clone()));
                    let name = name
                        .ok()
                        .or(last)
                        .map_or_else(|| "profit".to_owned(), |name| name.unraw().to_string());
                    sink.report(&tokens, text::main_sweep_form(&name, &format!("{strategy}::{name}")));
                }
            }
        }
        Ok(())
    };
    parser.parse2(group.stream()).unwrap_or_default();
    Ok(())
}

/// `Watch::QUAKES = "uri"`; with `alone`, also without the URI.
fn entry(tokens: TokenStream, alone: bool) -> Option<Entry> {
    let (stream, uri) = at_equals(tokens);
    // As a type, a path may have generic arguments with and without `::`.
    let path = syn::parse2::<TypePath>(stream.clone()).ok()?;
    let constant = path.path.segments.last()?.ident.unraw().to_string();
    if constant.contains(char::is_lowercase) {
        return None;
    }
    let uri = match uri {
        None if alone => None,
        None => return None,
        Some(uri) if uri.is_empty() => return None,
        Some(uri) => match syn::parse2::<Lit>(uri.clone()) {
            Ok(Lit::Str(text)) if text.value().is_empty() => return None,
            Ok(Lit::Str(_)) | Err(_) => Some(uri),
            Ok(_) => return None,
        },
    };
    Some(Entry { stream, uri })
}

/// Whether the file is one of which nothing can be read before it is complete.
fn is_parquet(uri: &str) -> bool {
    let (path, keys) = uri.rsplit_once('?').unwrap_or((uri, ""));
    path.to_ascii_lowercase().ends_with(".parquet") || keys.split('&').any(|key| key == "format=parquet")
}

/// Rule `main_live_scheme`, for URIs that stand here.
fn has_scheme(entry: &Entry, word: &str, sink: &mut Sink) {
    let Some(literal) = entry.uri.clone().and_then(|uri| syn::parse2::<LitStr>(uri).ok()) else { return };
    let uri = literal.value();
    match (word, uri.split_once(':')) {
        ("live", _) if is_parquet(&uri) => {
            sink.report(&literal, text::main_live_parquet(&shown(&entry.stream), &uri));
        }
        ("live", Some(("tail", _))) => {}
        ("live", Some((scheme, rest))) if is_scheme(scheme) => {
            sink.report(&literal, text::main_unknown_scheme(scheme, rest));
        }
        ("live", _) => sink.report(&literal, text::main_no_scheme(&uri)),
        (_, Some(("tail", path))) => {
            sink.report(&literal, text::main_live_in_files(word, &shown(&entry.stream), path));
        }
        _ => {}
    }
}

/// Whether a word could be a scheme. One letter is a drive.
fn is_scheme(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What stands before the first `=` and, if there is one, behind it.
fn at_equals(tokens: TokenStream) -> (TokenStream, Option<TokenStream>) {
    let mut before = TokenStream::new();
    let mut rest = tokens.into_iter();
    for token in rest.by_ref() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '=' => return (before, Some(rest.collect())),
            _ => token.to_tokens(&mut before),
        }
    }
    (before, None)
}

/// Constant and URI of an entry in another form: `names = "n.csv"`, `"names" = "n.csv"`, `Greeter::NAMES: "n.csv"`.
fn meant(tokens: TokenStream, strategy: &str) -> (String, String) {
    let mut name = None;
    let mut prefix = None;
    let mut uri = None;
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                prefix = name.take();
                name = Some(word.unraw().to_string());
            }
            TokenTree::Literal(literal) => {
                let text = syn::parse2::<LitStr>(literal.to_token_stream()).map(|text| text.value());
                match text {
                    Ok(text) if name.is_none() => name = Some(text),
                    Ok(text) if !text.is_empty() => uri = Some(text),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    let name = name.unwrap_or_else(|| "names".to_owned());
    let is_file = name.contains(['/', '.', '*']) && uri.is_none();
    let (stream, uri) = if is_file {
        ("NAMES".to_owned(), name)
    } else {
        let uri = uri.unwrap_or_else(|| format!("{}.csv", name.to_lowercase()));
        (constant_name(&name), uri)
    };
    (format!("{}::{stream}", prefix.as_deref().unwrap_or(strategy)), uri)
}

fn until_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut depth = 0_usize;
    // A comma between angle brackets belongs to generic arguments.
    while !input.is_empty() && (depth > 0 || !input.peek(Token![,])) {
        let token: TokenTree = input.parse()?;
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        token.to_tokens(&mut tokens);
    }
    Ok(tokens)
}
