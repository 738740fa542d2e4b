//! The values of a parameter: what can be known of them from how they are written.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Lit, LitStr, Type};

use super::read::{Given, ends, items, written};
use crate::diag::{Sink, params as text, shown};
use crate::duration;

/// The values, as they go into the expansion.
pub(crate) enum Values {
    Range {
        start: End,
        end: End,
        step: Option<End>,
    },
    List(TokenStream),
    Texts(Vec<LitStr>),
    /// There was an error.
    None,
}

/// An end of a range, or a step.
pub(crate) struct End {
    tokens: TokenStream,
    kind: Kind,
    /// If it is a literal: the number, or the nanoseconds.
    number: Option<f64>,
}

/// What a literal is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Fraction,
    Duration,
    /// An expression, of which nobody knows yet.
    Unknown,
}

impl Kind {
    fn plural(self) -> &'static str {
        match self {
            Kind::Whole => "whole numbers",
            Kind::Fraction => "fractions",
            Kind::Duration => "durations",
            Kind::Unknown => "expressions",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Kind::Whole | Kind::Unknown => "`range = 5..=50, step = 5`",
            Kind::Fraction => "`range = 0.0..=1.0, step = 0.1`",
            Kind::Duration => "`range = \"5s\"..=\"50s\", step = \"5s\"`",
        }
    }
}

/// The values of a field, if they are sound.
pub(super) fn checked(
    field: &Ident,
    ty: &Type,
    given: Given,
    attr: &Attribute,
    sink: &mut Sink,
) -> Option<Values> {
    match given {
        Given { range: Some(range), values: Some(values), .. } => {
            sink.report(quote!(#range), text::range_and_values());
            sink.report(quote!(#values), text::range_and_values());
            None
        }
        Given { range: Some(given), step, values: None } => range(field, ty, given, step, sink),
        Given { range: None, step: Some(step), .. } => {
            sink.report(&step, text::step_without_range());
            None
        }
        Given { values: Some(values), .. } => list(ty, values, sink),
        Given { .. } => {
            sink.report(attr, text::param_form());
            None
        }
    }
}

fn range(
    field: &Ident,
    ty: &Type,
    given: TokenStream,
    step: Option<TokenStream>,
    sink: &mut Sink,
) -> Option<Values> {
    let (start, is_closed, end) = ends(given.clone()).unwrap_or_default();
    if !is_closed || start.is_empty() || end.is_empty() {
        let or = |tokens: &TokenStream, other: &str| match tokens.is_empty() {
            true => other.to_owned(),
            false => written(tokens),
        };
        sink.report(&given, text::range_form(&or(&start, "5"), &or(&end, "50")));
        return None;
    }
    if is_word(ty) {
        sink.report(&given, text::range_of_text(&field.to_string()));
        return None;
    }
    let before = sink.count();
    let (start, end) = (End::read(start, sink), End::read(end, sink));
    let step = step.map(|step| End::read(step, sink));
    if sink.count() > before {
        return None;
    }
    let all = [Some(&start), Some(&end), step.as_ref()];
    fits(field, ty, &all, &given, sink);
    if sink.count() == before {
        goes_up(&start, &end, step.as_ref(), &given, sink);
    }
    (sink.count() == before).then_some(Values::Range { start, end, step })
}

/// Rules `param_type` and `range_is_mixed`: what is written is of one kind, and that of the field.
fn fits(field: &Ident, ty: &Type, all: &[Option<&End>], at: &TokenStream, sink: &mut Sink) {
    let known = || all.iter().copied().flatten().filter(|end| end.kind != Kind::Unknown);
    let Some(first) = known().next() else { return };
    let of_field = kind_of(ty);
    if let Some(other) = known().find(|end| end.kind != first.kind) {
        let kind = of_field.unwrap_or(if first.kind == Kind::Whole { other.kind } else { first.kind });
        let text = text::range_is_mixed(first.kind.plural(), other.kind.plural(), kind.example());
        return sink.report(&other.tokens, text);
    }
    if let Some(kind) = of_field.filter(|kind| *kind != first.kind) {
        sink.report(
            at,
            text::param_type(&field.to_string(), &shown(ty), first.kind.plural(), kind.example()),
        );
    }
}

/// Rules `range_is_empty`, `step_leads_nowhere` and `step_missing`.
fn goes_up(start: &End, end: &End, step: Option<&End>, at: &TokenStream, sink: &mut Sink) {
    if let (Some(first), Some(last)) = (start.number, end.number)
        && last < first
    {
        sink.report(at, text::range_is_empty(&written(&start.tokens), &written(&end.tokens)));
    }
    match step {
        Some(step) => {
            if step.number.is_some_and(|number| number <= 0.0) {
                sink.report(&step.tokens, text::step_leads_nowhere(&written(&step.tokens)));
            }
        }
        None => {
            let step = match start.kind {
                Kind::Fraction => "0.1",
                Kind::Duration => "\"1s\"",
                Kind::Whole | Kind::Unknown => return,
            };
            let range = format!("{}..={}", written(&start.tokens), written(&end.tokens));
            sink.report(at, text::step_missing(&range, start.kind.plural(), step));
        }
    }
}

fn list(ty: &Type, given: TokenStream, sink: &mut Sink) -> Option<Values> {
    let Ok(group) = syn::parse2::<Group>(given.clone()) else {
        // A constant, or a call.
        return match syn::parse2::<Lit>(given.clone()) {
            Ok(_) => {
                sink.report(&given, text::values_form());
                None
            }
            Err(_) if ends(given.clone()).is_some() => {
                sink.report(&given, text::values_form());
                None
            }
            Err(_) => Some(Values::List(given)),
        };
    };
    if group.delimiter() != Delimiter::Bracket {
        sink.report(&group, text::values_form());
        return None;
    }
    let items = items(&group);
    if items.is_empty() {
        sink.report(&group, text::values_are_empty());
        return None;
    }
    let texts: Option<Vec<LitStr>> = items.into_iter().map(|item| syn::parse2(item).ok()).collect();
    let Some(texts) = texts else { return Some(Values::List(given)) };
    let before = sink.count();
    if kind_of(ty) == Some(Kind::Duration) {
        for text in &texts {
            if let Err(fault) = duration::parse(&text.value()) {
                sink.report(text, fault);
            }
        }
    }
    (sink.count() == before).then_some(Values::Texts(texts))
}

impl End {
    /// Reads a literal, with or without a minus sign. What is none is an expression.
    fn read(tokens: TokenStream, sink: &mut Sink) -> End {
        let (sign, rest) = signed(tokens.clone());
        let (kind, number) = match syn::parse2::<Lit>(rest) {
            Ok(Lit::Int(literal)) if matches!(literal.suffix(), "f32" | "f64") => {
                (Kind::Fraction, literal.base10_digits().parse().ok())
            }
            Ok(Lit::Int(literal)) => (Kind::Whole, literal.base10_digits().parse().ok()),
            Ok(Lit::Float(literal)) => (Kind::Fraction, literal.base10_digits().parse().ok()),
            Ok(Lit::Str(literal)) => match duration::parse(&literal.value()) {
                Ok(nanos) => (Kind::Duration, Some(nanos as f64)),
                Err(fault) => {
                    sink.report(&literal, fault);
                    (Kind::Unknown, None)
                }
            },
            _ => (Kind::Unknown, None),
        };
        End { tokens, kind, number: number.map(|number: f64| number * sign) }
    }

    /// The expression; of a duration that is a literal, its nanoseconds.
    pub(super) fn expression(&self, krate: &TokenStream) -> TokenStream {
        match (self.kind, self.number) {
            (Kind::Duration, Some(_)) => {
                let text = syn::parse2::<LitStr>(self.tokens.clone()).map(|text| text.value());
                let nanos = text.ok().and_then(|text| duration::parse(&text).ok()).unwrap_or_default();
                let span: Span = self.tokens.span();
                quote_spanned!(span=> #krate::Duration::from_nanos(#nanos))
            }
            _ => self.tokens.to_token_stream(),
        }
    }
}

fn signed(tokens: TokenStream) -> (f64, TokenStream) {
    let mut rest = tokens.clone().into_iter();
    match rest.next() {
        Some(TokenTree::Punct(punct)) if punct.as_char() == '-' => (-1.0, rest.collect()),
        _ => (1.0, tokens),
    }
}

/// The kind of a type that is written by its usual name. Others the compiler judges.
fn kind_of(ty: &Type) -> Option<Kind> {
    match name_of(ty)?.as_str() {
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" => Some(Kind::Whole),
        "f32" | "f64" => Some(Kind::Fraction),
        "Duration" => Some(Kind::Duration),
        _ => None,
    }
}

/// Whether it is a type without ranges.
fn is_word(ty: &Type) -> bool {
    name_of(ty).is_some_and(|name| matches!(name.as_str(), "String" | "bool"))
}

fn name_of(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}
