//! What is changed about a method whose signature is reported, so that the compiler does not find the
//! consequences of the same mistake.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::Method;

/// A change.
pub(crate) enum Repair {
    /// `<Self>` after a type of this name that stands alone.
    Complete(String),
    /// `TaskContext` in the place of `Context`.
    TaskContext,
    /// `async` before a function that awaits.
    Async,
    /// `this` everywhere in the place of `self`.
    This,
    /// A type with a size for a payload that has none.
    Payload { written: TokenStream, owned: TokenStream },
    /// No `args: ...`.
    NotVariadic,
    /// No `const`, so that the payload may be dropped.
    NotConst,
    /// No `extern "C"`.
    NotExtern,
}

impl Method {
    /// Makes the change.
    pub(crate) fn repair(&mut self, repair: &Repair, krate: &TokenStream) {
        match repair {
            Repair::Complete(name) => self.change_parameters(|tokens| complete(tokens, name)),
            Repair::TaskContext => self.change_parameters(|tokens| with_task_context(tokens, krate)),
            Repair::Async if awaits(&self.tokens) => self.make_async(),
            Repair::Async => {}
            Repair::This => self.tokens = with_this(std::mem::take(&mut self.tokens)),
            Repair::Payload { written, owned } => {
                self.change_parameters(|tokens| with_owned(tokens, written, owned));
            }
            Repair::NotVariadic => self.change_parameters(without_dots),
            Repair::NotConst => self.drop_qualifier("const"),
            Repair::NotExtern => self.drop_qualifier("extern"),
        }
    }

    fn change_parameters(&mut self, change: impl Fn(TokenStream) -> TokenStream) {
        let tokens = std::mem::take(&mut self.tokens);
        let change = |token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let mut changed = Group::new(Delimiter::Parenthesis, change(group.stream()));
                changed.set_span(group.span());
                changed.into()
            }
            other => other,
        };
        self.tokens = tokens.into_iter().map(change).collect();
    }

    /// Drops a word before `fn`, and the name of an ABI with it.
    fn drop_qualifier(&mut self, word: &str) {
        let (mut is_before, mut is_dropped) = (true, false);
        let tokens = std::mem::take(&mut self.tokens).into_iter();
        self.tokens = tokens
            .filter(|token| {
                is_before &= !matches!(token, TokenTree::Ident(ident) if ident == "fn");
                is_dropped = is_before
                    && match token {
                        TokenTree::Ident(ident) => ident == word,
                        TokenTree::Literal(_) => is_dropped,
                        _ => false,
                    };
                !is_dropped
            })
            .collect();
    }

    fn make_async(&mut self) {
        for token in std::mem::take(&mut self.tokens) {
            if matches!(&token, TokenTree::Ident(word) if word == "fn") {
                let span = token.span();
                self.tokens.extend(quote_spanned!(span=> async));
            }
            self.tokens.extend([token]);
        }
    }
}

fn with_owned(parameters: TokenStream, written: &TokenStream, owned: &TokenStream) -> TokenStream {
    let parameters: Vec<TokenTree> = parameters.into_iter().collect();
    let length = written.clone().into_iter().count();
    let written = squeezed(written.clone());
    let is_punct = |at: usize, c: char| matches!(parameters.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c);
    let begins = |at: usize| {
        let end = at + length;
        let is_type = at > 0 && is_punct(at - 1, ':') && (end == parameters.len() || is_punct(end, ','));
        is_type && squeezed(parameters[at..end].iter().cloned().collect()) == written
    };
    match (0..parameters.len()).find(|at| begins(*at)) {
        Some(at) => {
            let (before, after) = (&parameters[..at], &parameters[at + length..]);
            quote!(#(#before)* #owned #(#after)*)
        }
        None => parameters.into_iter().collect(),
    }
}

/// Tokens as text, without the spaces that depend on where they come from.
fn squeezed(tokens: TokenStream) -> String {
    tokens.to_string().replace(' ', "")
}

/// The dots come last, with or without a name.
fn without_dots(parameters: TokenStream) -> TokenStream {
    let parameters: Vec<TokenTree> = parameters.into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let is_dot = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.');
    let dots = parameters.iter().rposition(is_dot).unwrap_or(parameters.len());
    let end = parameters[..dots].iter().rposition(is_comma).unwrap_or(0);
    parameters[..end].iter().cloned().collect()
}

fn complete(parameters: TokenStream, name: &str) -> TokenStream {
    let mut tokens = parameters.into_iter().peekable();
    let mut out = TokenStream::new();
    while let Some(token) = tokens.next() {
        let is_named = matches!(&token, TokenTree::Ident(word) if word == name);
        let ends = match tokens.peek() {
            Some(TokenTree::Punct(next)) => next.as_char() == ',',
            next => next.is_none(),
        };
        token.to_tokens(&mut out);
        if is_named && ends {
            out.extend(quote!(<Self>));
        }
    }
    out
}

fn with_task_context(parameters: TokenStream, krate: &TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut colons = 0;
    for token in parameters {
        let is_colon = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':');
        match &token {
            TokenTree::Ident(word) if word == "Context" => {
                let name = Ident::new("TaskContext", word.span());
                // It may not be imported; where `Context` has a path, it has the same.
                out.extend(if colons == 2 { quote!(#name) } else { quote!(#krate::#name) });
            }
            other => other.to_tokens(&mut out),
        }
        colons = if is_colon { colons + 1 } else { 0 };
    }
    out
}

fn with_this(tokens: TokenStream) -> TokenStream {
    let with_this = |token| match token {
        TokenTree::Ident(word) if word == "self" => Ident::new("this", word.span()).into(),
        TokenTree::Group(group) => {
            let mut changed = Group::new(group.delimiter(), with_this(group.stream()));
            changed.set_span(group.span());
            changed.into()
        }
        other => other,
    };
    tokens.into_iter().map(with_this).collect()
}

/// Whether the word `await` stands somewhere in there. Bodies are not read further.
fn awaits(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "await",
        TokenTree::Group(group) => awaits(&group.stream()),
        _ => false,
    })
}
