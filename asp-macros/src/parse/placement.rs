//! Whether the attribute stands on something that can be a strategy.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, Type};

use super::types::bare;
use crate::diag::{Sink, attributes as text, shown};
use crate::syntax::Block;

/// The items that can be mistaken for a strategy block.
const KINDS: [(&str, &str); 12] = [
    ("struct", "a struct"),
    ("enum", "an enum"),
    ("union", "a union"),
    ("trait", "a trait"),
    ("fn", "a function"),
    ("mod", "a module"),
    ("type", "a type alias"),
    ("const", "a constant"),
    ("static", "a static"),
    ("use", "an import"),
    ("extern", "an extern item"),
    ("macro_rules", "a macro"),
];

/// The block and the name of its type, if the attribute is on an inherent `impl` of a named type. If not, what to put
/// out in its place.
pub(crate) fn place(item: TokenStream, sink: &mut Sink) -> Result<(Block, Ident), TokenStream> {
    let mut block = match syn::parse2::<Block>(item.clone()) {
        Ok(block) => block,
        Err(fault) => {
            match keyword(&item) {
                Some((at, what, name)) => sink.report(at, text::not_an_impl(what, name.as_deref())),
                None => sink.report(fault.to_compile_error(), text::unreadable_block(&fault)),
            }
            return Err(item);
        }
    };
    if let Some(of) = &block.of_trait {
        sink.report(of, text::trait_impl(&shown(of), &shown(&block.self_ty)));
        return Err(item);
    }
    if let Some(name) = name_of(&block.self_ty) {
        return Ok((block, name));
    }
    let inner = match bare(&block.self_ty) {
        Type::Reference(reference) => Some((*reference.elem).clone()),
        _ => None,
    };
    let text = text::odd_self_type(&shown(&block.self_ty), inner.as_ref().map(shown).as_deref());
    sink.report(&block.self_ty, text);
    // The compiler has no blocks for such types either, and would say so.
    Err(match (inner, bare(&block.self_ty)) {
        (Some(inner), _) => {
            block.set_self_type(inner);
            block.into_token_stream()
        }
        (None, Type::TraitObject(_)) => item,
        (None, _) => TokenStream::new(),
    })
}

fn name_of(ty: &Type) -> Option<Ident> {
    match bare(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().map(|last| last.ident.clone()),
        _ => None,
    }
}

/// The keyword of an item that is no `impl`, with its name: tokens to point at, what it is, and the
/// name if it is that of a type.
fn keyword(item: &TokenStream) -> Option<(TokenStream, &'static str, Option<String>)> {
    let mut tokens = item.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(word) = &token else {
            continue;
        };
        if word == "impl" {
            return None;
        }
        // `unsafe fn` and `const fn` are functions.
        let followed_by_word = matches!(tokens.peek(), Some(TokenTree::Ident(next)) if next == "fn");
        if followed_by_word {
            continue;
        }
        if let Some((_, what)) = KINDS.iter().find(|(keyword, _)| word == keyword) {
            let name = tokens.next();
            let is_type = matches!(*what, "a struct" | "an enum" | "a union");
            let type_name = name.as_ref().filter(|_| is_type).map(ToString::to_string);
            let at = quote!(#token #name);
            return Some((at.to_token_stream(), what, type_name));
        }
    }
    None
}
