//! From syntax to model: takes our attributes off the block and says what they mean.
//!
//! A fault is reported, a neutral value takes its place, and reading goes on, so that all faults of a
//! block are seen at once.

mod access;
mod arguments;
mod options;
mod payload;
mod placement;
mod signature;
mod triggers;
mod types;

use syn::ext::IdentExt;
use syn::{Attribute, Ident, Meta, parse_quote};

use crate::diag::{self, Sink, shown};
use crate::model::{Handler, Strategy, Trigger};
use crate::syntax::{Block, Item, Method};
use crate::words::Word;

pub(crate) use placement::place;
pub(crate) use types::lifetimes_in;

/// Reads the whole block. Our attributes are gone from it afterwards.
pub(crate) fn strategy(
    arguments: proc_macro2::TokenStream,
    block: &mut Block,
    name: Ident,
    sink: &mut Sink,
) -> Strategy {
    take_second_strategy(block, sink);
    let options = options::read(arguments, &name, sink);
    let mut model = Strategy {
        krate: options.krate,
        self_ty: block.self_ty.clone(),
        name,
        generics: block.generics.clone(),
        attrs: block.attrs.iter().filter_map(beside).collect(),
        emits: options.emits,
        latest: options.latest,
        latest_constants: options.latest_constants,
        fuse: options.fuse,
        handlers: Vec::new(),
        macro_calls: Vec::new(),
    };
    for item in &mut block.items {
        match item {
            Item::Method(method) => {
                if let Some(handler) = handler(method, &model, sink) {
                    model.handlers.push(handler);
                }
            }
            Item::Other(other) => {
                for (attr, word) in take_ours(&mut other.attrs) {
                    let text = diag::attributes::handler_on_item(word, other.what);
                    sink.report(&attr, text);
                }
                if other.what == "a macro call" {
                    model.macro_calls.push(other.tokens.clone());
                }
            }
        }
    }
    model
}

fn take_second_strategy(block: &mut Block, sink: &mut Sink) {
    block.attrs.retain(|attr| {
        let is_second = last_word(attr.path()) == "strategy";
        if is_second {
            sink.report(attr, diag::attributes::strategy_twice());
        }
        !is_second
    });
}

/// The attributes of the block that also hold for what is generated beside it.
fn beside(attr: &Attribute) -> Option<Attribute> {
    let path = attr.path();
    if path.is_ident("cfg") || path.is_ident("allow") {
        return Some(attr.clone());
    }
    // An expectation is met by the user's code alone, generated code may only be let off.
    if let Meta::List(list) = &attr.meta
        && path.is_ident("expect")
    {
        let mut list = list.clone();
        list.path = Ident::new("allow", proc_macro2::Span::call_site()).into();
        return Some(Attribute { meta: Meta::List(list), ..attr.clone() });
    }
    None
}

fn handler(method: &mut Method, model: &Strategy, sink: &mut Sink) -> Option<Handler> {
    let strategy = &model.name;
    let before = sink.count();
    method.attrs.retain(|attr| !hides_handler(attr, sink));
    let ours = take_ours(&mut method.attrs);
    if ours.is_empty() {
        return None;
    }
    let allows = with_path(&method.attrs, "allow");
    method.attrs.insert(0, shape_allowances());
    let triggers: Vec<Trigger> = ours
        .iter()
        .filter_map(|(attr, word)| {
            let scope = triggers::Scope { strategy, method: &method.signature.ident, word };
            scope.read(attr, sink)
        })
        .collect();
    let attributes_are_sound = sink.count() == before;
    // The signature tells what a stream carries even if it is not looked at for faults: the constants
    // that stay after errors need it.
    let mut unheard = Sink::default();
    let heard = if attributes_are_sound { sink } else { &mut unheard };
    let words: Vec<&'static Word> = ours.iter().map(|(_, word)| *word).collect();
    let shape = signature::read(&method.signature, model, &words, heard);
    for repair in &shape.repairs {
        method.repair(repair, &model.krate);
    }
    let is_sound = attributes_are_sound && heard.count() == before;
    Some(Handler {
        ident: method.signature.ident.clone(),
        cfgs: with_path(&method.attrs, "cfg"),
        docs: with_path(&method.attrs, "doc"),
        allows,
        must_use: with_path(&method.attrs, "must_use").pop(),
        triggers,
        mode: shape.mode,
        context: shape.context,
        payload: shape.payload,
        arity: shape.arity,
        output: shape.output,
        is_sound,
    })
}

/// Lints that would advise against the shape every handler has. It stands first, so that what the user
/// writes about the same lints has the last word.
fn shape_allowances() -> Attribute {
    parse_quote! {
        #[allow(
            clippy::missing_const_for_fn, clippy::needless_pass_by_ref_mut, clippy::needless_pass_by_value,
            clippy::trivially_copy_pass_by_ref, clippy::unnecessary_wraps, clippy::unused_self
        )]
    }
}

/// Reports `#[cfg_attr(x, every("1s"))]`: whether it applies is decided after us.
fn hides_handler(attr: &Attribute, sink: &mut Sink) -> bool {
    let before = sink.count();
    if let Meta::List(list) = &attr.meta
        && attr.path().is_ident("cfg_attr")
        && let [condition, hidden @ ..] = arguments::split(list.tokens.clone()).as_slice()
    {
        for inner in hidden {
            let is_ours = syn::parse2::<Meta>(inner.clone())
                .is_ok_and(|meta| Word::named(&last_word(meta.path())).is_some());
            if is_ours {
                let text = diag::attributes::handler_in_cfg_attr(&shown(condition));
                sink.report(inner, text);
            }
        }
    }
    sink.count() > before
}

fn take_ours(attrs: &mut Vec<Attribute>) -> Vec<(Attribute, &'static Word)> {
    let mut ours = Vec::new();
    attrs.retain(|attr| match Word::named(&last_word(attr.path())) {
        Some(word) => {
            ours.push((attr.clone(), word));
            false
        }
        None => true,
    });
    ours
}

fn with_path(attrs: &[Attribute], name: &str) -> Vec<Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident(name)).cloned().collect()
}

/// `every` of `#[every]` and of `#[asp::every]`.
fn last_word(path: &syn::Path) -> String {
    path.segments.last().map(|segment| segment.ident.unraw().to_string()).unwrap_or_default()
}
