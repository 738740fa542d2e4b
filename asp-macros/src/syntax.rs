//! The block as written: attributes, header, and items with raw bodies.
//!
//! Bodies are never parsed, so code that is half typed is left to the compiler, which says so once.
//! Nothing here reports; what a piece means is decided in `parse.rs`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Generics, Ident, ReturnType, Token, Type, Visibility, token};

use crate::words::Word;

mod repair;

pub(crate) use repair::Repair;

/// An `impl` block.
pub(crate) struct Block {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) impl_token: Token![impl],
    pub(crate) generics: Generics,
    /// The trait of `impl Trait for Type`.
    pub(crate) of_trait: Option<Type>,
    pub(crate) self_ty: Type,
    pub(crate) items: Vec<Item>,
    /// Everything from `impl` to the braces, as written.
    head: TokenStream,
    inner_attrs: Vec<Attribute>,
    braces: token::Brace,
}

/// One item of the block.
pub(crate) enum Item {
    Method(Method),
    Other(Other),
}

/// A function of the block.
pub(crate) struct Method {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) signature: Signature,
    /// All of it but the attributes.
    tokens: TokenStream,
}

/// A constant, a type or a macro call.
pub(crate) struct Other {
    pub(crate) attrs: Vec<Attribute>,
    /// "a constant", "a type" or "a macro call".
    pub(crate) what: &'static str,
    pub(crate) tokens: TokenStream,
}

/// The signature of a function.
pub(crate) struct Signature {
    pub(crate) constness: Option<Token![const]>,
    pub(crate) asyncness: Option<Token![async]>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    /// `extern "C"`.
    pub(crate) abi: TokenStream,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) output: ReturnType,
}

/// One parameter of a function.
pub(crate) enum Parameter {
    Receiver(Box<Receiver>),
    Typed(Box<Typed>),
    /// `args: ...`
    Variadic(TokenStream),
}

/// `self` in one of its forms.
pub(crate) struct Receiver {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) reference: bool,
    pub(crate) mutable: bool,
    pub(crate) ty: Option<Type>,
    pub(crate) tokens: TokenStream,
}

/// `pattern: Type`.
pub(crate) struct Typed {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) pattern: TokenStream,
    pub(crate) ty: Type,
    pub(crate) tokens: TokenStream,
}

impl Block {
    /// The same block with other generics.
    pub(crate) fn set_generics(&mut self, generics: Generics) {
        self.generics = generics;
        self.renew_head();
    }

    /// The same block for another type.
    pub(crate) fn set_self_type(&mut self, ty: Type) {
        self.self_ty = ty;
        self.renew_head();
    }

    fn renew_head(&mut self) {
        let (impl_token, self_ty) = (&self.impl_token, &self.self_ty);
        let (params, _, clause) = self.generics.split_for_impl();
        self.head = quote!(#impl_token #params #self_ty #clause);
    }
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        if !input.peek(Token![impl]) {
            // `unsafe` or `default`: the compiler has reported it already.
            input.call(Ident::parse_any)?;
        }
        let begin = input.cursor();
        let impl_token = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let first = input.parse()?;
        let (of_trait, self_ty) = if input.parse::<Option<Token![for]>>()?.is_some() {
            (Some(first), input.parse()?)
        } else {
            (None, first)
        };
        generics.where_clause = input.parse()?;
        let head = between(begin, input.cursor());
        let content;
        let braces = syn::braced!(content in input);
        let inner_attrs = content.call(Attribute::parse_inner)?;
        let mut items = Vec::new();
        while !content.is_empty() {
            items.push(content.parse()?);
        }
        Ok(Self { attrs, impl_token, generics, of_trait, self_ty, items, head, inner_attrs, braces })
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let begin = input.cursor();
        if is_method(input) {
            let signature = input.parse()?;
            if input.parse::<Option<Token![;]>>()?.is_none() {
                // The body, in invisible brackets if another macro passed it on.
                input.parse::<TokenTree>()?;
            }
            return Ok(Self::Method(Method { attrs, signature, tokens: between(begin, input.cursor()) }));
        }
        let ahead = input.fork();
        ahead.parse::<Visibility>()?;
        let what = if ahead.peek(Token![const]) {
            "a constant"
        } else if ahead.peek(Token![type]) {
            "a type"
        } else {
            "a macro call"
        };
        while !input.is_empty() {
            if input.parse::<Option<Token![;]>>()?.is_some() {
                break;
            }
            let token: TokenTree = input.parse()?;
            let ends_call =
                matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            if ends_call && what == "a macro call" {
                break;
            }
        }
        Ok(Self::Other(Other { attrs, what, tokens: between(begin, input.cursor()) }))
    }
}

fn is_method(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.parse::<Visibility>().is_err() {
        return false;
    }
    while !ahead.peek(Token![fn]) {
        // `const N` and `default!()` come to an end here, qualifiers of functions do not.
        let known = ["default", "const", "async", "unsafe", "safe", "extern"];
        let qualifier = if ahead.peek(syn::LitStr) {
            ahead.parse::<syn::LitStr>().is_ok()
        } else {
            ahead.call(Ident::parse_any).is_ok_and(|word| known.iter().any(|known| word == known))
        };
        if !qualifier {
            return false;
        }
    }
    true
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Visibility>()?;
        let (mut constness, mut asyncness, mut unsafety) = (None, None, None);
        let mut abi = TokenStream::new();
        while !input.peek(Token![fn]) {
            if input.peek(Token![const]) {
                constness = Some(input.parse()?);
            } else if input.peek(Token![async]) {
                asyncness = Some(input.parse()?);
            } else if input.peek(Token![unsafe]) {
                unsafety = Some(input.parse()?);
            } else if input.peek(Token![extern]) {
                let token: Token![extern] = input.parse()?;
                let name: Option<syn::LitStr> = input.parse()?;
                abi = quote!(#token #name);
            } else {
                input.call(Ident::parse_any)?;
            }
        }
        input.parse::<Token![fn]>()?;
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let content;
        syn::parenthesized!(content in input);
        let mut parameters = Vec::new();
        while !content.is_empty() {
            parameters.push(content.parse()?);
            content.parse::<Option<Token![,]>>()?;
        }
        let output = input.parse()?;
        generics.where_clause = input.parse()?;
        Ok(Self { constness, asyncness, unsafety, abi, ident, generics, parameters, output })
    }
}

impl Parse for Parameter {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let begin = input.cursor();
        if input.peek(Token![...]) {
            let dots: Token![...] = input.parse()?;
            return Ok(Self::Variadic(dots.into_token_stream()));
        }
        if is_receiver(input) {
            let reference = input.parse::<Option<Token![&]>>()?.is_some();
            input.parse::<Option<syn::Lifetime>>()?;
            let mutable = input.parse::<Option<Token![mut]>>()?.is_some();
            input.parse::<Token![self]>()?;
            let ty = match input.parse::<Option<Token![:]>>()? {
                Some(_) => Some(input.parse()?),
                None => None,
            };
            return Ok(Self::Receiver(Box::new(Receiver {
                attrs,
                reference,
                mutable,
                ty,
                tokens: between(begin, input.cursor()),
            })));
        }
        let mut pattern = TokenStream::new();
        loop {
            if input.peek(Token![::]) {
                input.parse::<Token![::]>()?.to_tokens(&mut pattern);
            } else if input.peek(Token![:]) {
                break;
            } else {
                input.parse::<TokenTree>()?.to_tokens(&mut pattern);
            }
        }
        input.parse::<Token![:]>()?;
        if input.peek(Token![...]) {
            input.parse::<Token![...]>()?;
            return Ok(Self::Variadic(between(begin, input.cursor())));
        }
        Ok(Self::Typed(Box::new(Typed {
            attrs,
            pattern,
            ty: input.parse()?,
            tokens: between(begin, input.cursor()),
        })))
    }
}

fn is_receiver(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let prefix = || -> syn::Result<()> {
        ahead.parse::<Option<Token![&]>>()?;
        ahead.parse::<Option<syn::Lifetime>>()?;
        ahead.parse::<Option<Token![mut]>>()?;
        Ok(())
    };
    prefix().is_ok() && ahead.peek(Token![self]) && !ahead.peek2(Token![::])
}

fn between(mut begin: Cursor<'_>, end: Cursor<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while begin != end {
        let Some((token, next)) = begin.token_tree() else {
            break;
        };
        token.to_tokens(&mut tokens);
        begin = next;
    }
    tokens
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, head, inner_attrs, items, .. } = self;
        tokens.extend(quote!(#(#attrs)* #head));
        self.braces.surround(tokens, |tokens| {
            tokens.extend(quote!(#(#inner_attrs)* #(#items)*));
        });
    }
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (attrs, rest) = match self {
            Self::Method(method) => (&method.attrs, &method.tokens),
            Self::Other(other) => (&other.attrs, &other.tokens),
        };
        tokens.extend(quote!(#(#attrs)* #rest));
    }
}

impl ToTokens for Parameter {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Receiver(receiver) => receiver.tokens.to_tokens(tokens),
            Self::Typed(typed) => typed.tokens.to_tokens(tokens),
            Self::Variadic(dots) => dots.to_tokens(tokens),
        }
    }
}

/// `item` without the handler attributes in its braces, for items that are no strategy block: they
/// would each add an error to the one that is reported.
pub(crate) fn without_handler_attributes(item: TokenStream) -> TokenStream {
    item.into_iter()
        .map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let mut stripped = Group::new(Delimiter::Brace, strip(group.stream()));
                stripped.set_span(group.span());
                stripped.into()
            }
            other => other,
        })
        .collect()
}

fn strip(tokens: TokenStream) -> TokenStream {
    let mut out = Vec::new();
    for token in tokens {
        let is_ours = matches!(&token, TokenTree::Group(group)
            if group.delimiter() == Delimiter::Bracket && names_handler(group.stream()));
        let hash_before = matches!(out.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if is_ours && hash_before {
            out.pop();
        } else {
            out.push(token);
        }
    }
    out.into_iter().collect()
}

/// Whether the contents of `#[..]` begin with the path of a handler attribute.
fn names_handler(tokens: TokenStream) -> bool {
    let mut last = None;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => last = Some(ident),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => break,
        }
    }
    last.is_some_and(|ident| Word::named(&ident.to_string()).is_some())
}
