//! Rules about the shape of types: what can be seen in the syntax and would mislead inference.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Generics, Ident, Lifetime, PathArguments, Type, parse_quote};

/// The type without the brackets and invisible groups around it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// The name of the last segment and its arguments, for paths.
pub(super) fn named(ty: &Type) -> Option<(String, &PathArguments)> {
    match bare(ty) {
        Type::Path(path) => path.path.segments.last().map(|last| (last.ident.to_string(), &last.arguments)),
        _ => None,
    }
}

/// `T` of `&T`, or the type itself.
pub(super) fn behind_reference(ty: &Type) -> &Type {
    match bare(ty) {
        Type::Reference(reference) => bare(&reference.elem),
        other => other,
    }
}

/// `T` of `Event<T>`.
pub(super) fn event_of(ty: &Type) -> Option<&Type> {
    match named(ty) {
        Some((name, PathArguments::AngleBracketed(arguments))) if name == "Event" => {
            match arguments.args.first() {
                Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => Some(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

/// An owned type for one without a size of its own: `str`, `[T]`, `dyn Trait`.
pub(super) fn sized_instead(ty: &Type) -> Option<Type> {
    match bare(ty) {
        Type::Slice(slice) => {
            let elem = &slice.elem;
            Some(parse_quote!(Vec<#elem>))
        }
        Type::TraitObject(object) => {
            let bounds = &object.bounds;
            Some(parse_quote!(Box<dyn #bounds + Send>))
        }
        Type::Path(path) if path.qself.is_none() && path.path.is_ident("str") => Some(parse_quote!(String)),
        _ => None,
    }
}

/// An owned type to suggest in place of a borrowed or an opaque one.
pub(super) fn owned_instead(ty: &Type) -> Type {
    match bare(ty) {
        Type::Reference(reference) => {
            sized_instead(&reference.elem).unwrap_or_else(|| (*reference.elem).clone())
        }
        Type::ImplTrait(opaque) => {
            let bounds = &opaque.bounds;
            parse_quote!(Box<dyn #bounds + Send>)
        }
        _ => parse_quote!(String),
    }
}

/// The type with an owned one for each reference inside, and `'static` for each lifetime.
pub(super) fn owned_inside(ty: &Type) -> Type {
    let mut owned = match ty {
        Type::Reference(reference) if !is_static(reference.lifetime.as_ref()) => owned_instead(ty),
        other => other.clone(),
    };
    match &mut owned {
        Type::Array(array) => *array.elem = owned_inside(&array.elem),
        Type::Group(group) => *group.elem = owned_inside(&group.elem),
        Type::Paren(paren) => *paren.elem = owned_inside(&paren.elem),
        Type::Slice(slice) => *slice.elem = owned_inside(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|elem| *elem = owned_inside(elem)),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else {
                    continue;
                };
                for argument in &mut arguments.args {
                    match argument {
                        GenericArgument::Type(inner) => *inner = owned_inside(inner),
                        GenericArgument::Lifetime(lifetime) => {
                            lifetime.ident = Ident::new("static", lifetime.span());
                        }
                        _ => {}
                    }
                }
            }
        }
        _ => {}
    }
    owned
}

fn is_static(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// The first lifetime in there that is a parameter of the block.
pub(super) fn lifetime_among(ty: &Type, generics: &Generics) -> Option<Lifetime> {
    fn first(tokens: TokenStream, generics: &Generics) -> Option<Lifetime> {
        let mut apostrophe = None;
        for token in tokens {
            let before = apostrophe.take();
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '\'' => apostrophe = Some(punct.span()),
                TokenTree::Ident(ident) => {
                    let mut declared = generics.lifetimes().map(|param| &param.lifetime.ident);
                    if let Some(apostrophe) = before
                        && declared.any(|declared| *declared == ident)
                    {
                        return Some(Lifetime { apostrophe, ident });
                    }
                }
                TokenTree::Group(group) => {
                    if let Some(found) = first(group.stream(), generics) {
                        return Some(found);
                    }
                }
                _ => {}
            }
        }
        None
    }
    first(ty.to_token_stream(), generics)
}

/// The first `impl Trait` inside.
pub(super) fn impl_trait_in(ty: &Type) -> Option<TokenStream> {
    find(ty, &mut |ty| match ty {
        Type::ImplTrait(_) => Some(ty.to_token_stream()),
        _ => None,
    })
}

/// The first reference or lifetime inside that is not `'static`.
pub(super) fn reference_in(ty: &Type) -> Option<TokenStream> {
    find(ty, &mut |ty| match ty {
        Type::Reference(reference) if is_static(reference.lifetime.as_ref()) => None,
        Type::Reference(_) => Some(ty.to_token_stream()),
        Type::Path(_) => {
            lifetimes_in(ty).iter().any(|lifetime| lifetime.ident != "static").then(|| quote!(#ty))
        }
        _ => None,
    })
}

/// The lifetimes that are arguments of this path, not those of types inside.
pub(crate) fn lifetimes_in(ty: &Type) -> Vec<Lifetime> {
    let Type::Path(path) = bare(ty) else {
        return Vec::new();
    };
    let arguments = path.path.segments.iter().map(|segment| &segment.arguments);
    arguments
        .filter_map(|arguments| match arguments {
            PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
            _ => None,
        })
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Lifetime(lifetime) => Some(lifetime.clone()),
            _ => None,
        })
        .collect()
}

/// Looks at the type and at all types inside it. Not inside `fn(..)`, `dyn ..` and `impl ..`, whose
/// elided lifetimes are their own.
fn find(ty: &Type, look: &mut dyn FnMut(&Type) -> Option<TokenStream>) -> Option<TokenStream> {
    if let Some(found) = look(ty) {
        return Some(found);
    }
    match ty {
        Type::Array(array) => find(&array.elem, look),
        Type::Group(group) => find(&group.elem, look),
        Type::Paren(paren) => find(&paren.elem, look),
        Type::Ptr(pointer) => find(&pointer.elem, look),
        Type::Reference(reference) => find(&reference.elem, look),
        Type::Slice(slice) => find(&slice.elem, look),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(|elem| find(elem, look)),
        Type::Path(path) => {
            let segments = path.path.segments.iter();
            let arguments = segments.filter_map(|segment| match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
                _ => None,
            });
            let mut types = arguments.flatten().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            types.find_map(|ty| find(ty, look))
        }
        _ => None,
    }
}
