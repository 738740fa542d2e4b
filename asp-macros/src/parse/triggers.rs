//! One handler attribute: from its arguments to what calls the handler.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Lit, LitStr, MacroDelimiter, Meta, TypePath};

use super::arguments::{self, Argument, Value, ValueKind};
use crate::diag::{Sink, attributes as text, names, shown, similar};
use crate::duration::{self, DurationFault};
use crate::model::{Action, Interval, StreamName, StreamRef, Trigger};
use crate::words::{self, Key, Kind, Length, ValueForm, Word};

/// Where an attribute stands, for texts.
pub(super) struct Scope<'a> {
    pub(super) strategy: &'a Ident,
    pub(super) method: &'a Ident,
    pub(super) word: &'static Word,
}

/// What was read so far.
#[derive(Default)]
struct Settings {
    nanos: Option<i64>,
    stream: Option<StreamRef>,
    interval: Interval,
    /// Keys seen, with their values as written.
    seen: Vec<(&'static str, String)>,
}

impl Scope<'_> {
    /// The trigger, also after faults if there is enough to tell which stream was meant.
    pub(super) fn read(&self, attr: &Attribute, sink: &mut Sink) -> Option<Trigger> {
        let before = sink.count();
        let tokens = self.arguments(attr, sink);
        let mut settings = Settings::default();
        if self.word.takes_nothing() {
            if !tokens.is_empty() {
                sink.report(&tokens, text::arguments_not_wanted(self.word));
            }
        } else {
            let mut durations = 0;
            for argument in arguments::read(tokens, sink) {
                match argument {
                    Argument::Key(key, value) if !self.is_constant(&key, value.as_ref()) => {
                        self.key(&key, value, &mut settings, sink);
                    }
                    argument => {
                        durations += 1;
                        self.positional(&argument, durations > 1, &mut settings, sink);
                    }
                }
            }
        }
        let is_sound = sink.count() == before;
        if is_sound && self.word.takes_stream() && settings.stream.is_none() {
            let method = self.method.unraw().to_string();
            sink.report(attr.path(), text::missing_stream(self.word, &method));
        }
        if is_sound && self.word.length == Length::Required && settings.nanos.is_none() {
            sink.report(attr.path(), text::no_duration());
        }
        self.action(settings).map(|action| Trigger { tokens: attr.meta.to_token_stream(), action })
    }

    fn action(&self, settings: Settings) -> Option<Action> {
        Some(match self.word.kind {
            Kind::OnEvent => Action::Event(settings.stream?),
            Kind::OnNotice => Action::Notice(settings.stream?),
            Kind::OnEnd => Action::End(settings.stream?),
            Kind::Every => Action::Every(Interval { nanos: settings.nanos?, ..settings.interval }),
            Kind::After => settings.nanos.map_or(Action::Deferred, Action::After),
            Kind::OnStart => Action::Start,
            Kind::OnLive => Action::Live,
            Kind::OnCaughtUp => Action::CaughtUp,
            Kind::OnSettled => Action::Settled,
            Kind::OnStop => Action::Stop,
        })
    }

    /// What stands between the round brackets, or would if they were there.
    fn arguments(&self, attr: &Attribute, sink: &mut Sink) -> TokenStream {
        match &attr.meta {
            Meta::Path(_) => TokenStream::new(),
            Meta::List(list) => {
                if !matches!(list.delimiter, MacroDelimiter::Paren(_)) {
                    let group = quote!(#list).into_iter().last();
                    sink.report(group, text::wrong_delimiters(self.word, &list.tokens));
                }
                list.tokens.clone()
            }
            Meta::NameValue(pair) => {
                let (equals, value) = (pair.eq_token, &pair.value);
                let value = quote!(#value);
                let fault = if self.word.takes_nothing() {
                    text::arguments_not_wanted(self.word)
                } else {
                    text::equals_form(self.word, &shown(&value))
                };
                sink.report(quote!(#equals #value), fault);
                match self.word {
                    word if word.takes_nothing() => TokenStream::new(),
                    word if word.takes_stream() => quote!(stream = #value),
                    _ => value,
                }
            }
        }
    }

    /// `#[every(TICK)]`: an interval by the name of a constant rather than a key.
    fn is_constant(&self, key: &Ident, value: Option<&Value>) -> bool {
        let name = key.to_string();
        self.word.length != Length::None
            && value.is_none()
            && name.starts_with(|c: char| c.is_ascii_uppercase())
    }

    fn positional(&self, argument: &Argument, is_second: bool, settings: &mut Settings, sink: &mut Sink) {
        let tokens = match argument {
            Argument::Literal(literal) => quote!(#literal),
            Argument::Key(key, _) => quote!(#key),
            Argument::Other(tokens) => tokens.clone(),
        };
        if self.word.length == Length::None {
            let name = match argument {
                Argument::Literal(Lit::Str(name)) => Some(name),
                _ => None,
            };
            let shown = name.map_or("\"..\"".to_owned(), |name| name.token().to_string());
            sink.report(&tokens, text::positional_stream(self.word, &shown));
            settings.stream = name.and_then(|name| self.quiet_stream(name));
        } else if is_second {
            sink.report(&tokens, text::second_duration(self.word));
        } else {
            settings.nanos = self.duration(argument, &tokens, sink);
        }
    }

    fn duration(&self, argument: &Argument, tokens: &TokenStream, sink: &mut Sink) -> Option<i64> {
        let written = match argument {
            Argument::Literal(Lit::Str(text)) => return self.duration_text(text, sink),
            Argument::Literal(Lit::Int(number)) if number.suffix().is_empty() => {
                sink.report(number, text::bare_number(self.word, number.base10_digits()));
                return None;
            }
            Argument::Literal(Lit::Float(number)) if number.suffix().is_empty() => {
                sink.report(number, text::bare_number(self.word, number.base10_digits()));
                return None;
            }
            Argument::Literal(Lit::Int(_) | Lit::Float(_)) => shown(tokens),
            // `1 s` is two tokens and `1h 30min` as well.
            _ => tokens.clone().into_iter().map(|token| token.to_string()).collect(),
        };
        let is_duration = duration::parse(&written).is_ok();
        let fault = match argument {
            Argument::Literal(Lit::Int(_) | Lit::Float(_)) if !is_duration => {
                text::unquoted_duration(self.word, "1s")
            }
            _ if is_duration => text::unquoted_duration(self.word, &written),
            _ => text::duration_expression(self.word),
        };
        sink.report(tokens, fault);
        None
    }

    fn duration_text(&self, literal: &LitStr, sink: &mut Sink) -> Option<i64> {
        if !without_suffix(literal, sink) {
            return None;
        }
        match duration::parse(&literal.value()) {
            Ok(0) if self.word.kind == Kind::Every => {
                sink.report(literal, text::zero_interval());
                None
            }
            Ok(nanos) => Some(nanos),
            Err(fault) => {
                sink.report(literal, fault);
                None
            }
        }
    }

    fn key(&self, given: &Ident, value: Option<Value>, settings: &mut Settings, sink: &mut Sink) {
        let name = given.unraw().to_string();
        let Some(key) = self.word.key(&name) else {
            self.unknown_key(given, value, settings, sink);
            return;
        };
        let written = value.as_ref().map(|value| shown(&value.tokens));
        let written = written.unwrap_or_default();
        if let Some((_, first)) = settings.seen.iter().find(|(seen, _)| *seen == key.name) {
            sink.report(given, text::duplicate_key(key.name, *first == written));
            return;
        }
        settings.seen.push((key.name, written));
        self.set(key, given, value, settings, sink);
    }

    fn unknown_key(&self, given: &Ident, value: Option<Value>, settings: &mut Settings, sink: &mut Sink) {
        let name = given.unraw().to_string();
        let near = similar(&name, self.word.keys.iter().map(|key| key.name));
        let belongs_elsewhere = near.is_none() && !words::owners(&name).is_empty();
        let lacks_length = self.word.length != Length::None && settings.nanos.is_none();
        let fault = match &value {
            _ if belongs_elsewhere => text::key_of_another(self.word, &name),
            Some(value) if near.is_none() && lacks_length => {
                text::length_by_key(self.word, &name, &length_meant(&name, value))
            }
            _ => text::unknown_key(self.word, &name),
        };
        sink.report(given, fault);
        if let (Some("stream"), Some(value)) = (near, value)
            && let ValueKind::Text(name) = value.kind
        {
            settings.stream = self.quiet_stream(&name);
        }
    }

    fn set(&self, key: &Key, given: &Ident, value: Option<Value>, settings: &mut Settings, sink: &mut Sink) {
        match (key.value, value) {
            (ValueForm::Flag, Some(value)) => {
                sink.report(value.assignment, text::value_not_wanted(key.name));
            }
            (ValueForm::Flag, None) => match key.name {
                "immediate" => settings.interval.immediate = true,
                _ => settings.interval.aligned = true,
            },
            (ValueForm::Stream, None) => {
                sink.report(given, text::key_without_value(key.name, ".."));
            }
            (ValueForm::Choice(choices), None) => {
                sink.report(given, text::key_without_value(key.name, choices[0]));
            }
            (ValueForm::Stream, Some(value)) => settings.stream = self.stream(value, sink),
            (ValueForm::Choice(choices), Some(value)) => {
                let choice = choice(key, choices, &value, sink);
                settings.interval.skip_missed = choice.as_deref() == Some("skip");
            }
        }
    }

    fn stream(&self, value: Value, sink: &mut Sink) -> Option<StreamRef> {
        match value.kind {
            ValueKind::Text(name) => {
                let is_plain = without_suffix(&name, sink);
                if is_constant_path(&name.value()) {
                    sink.report(&name, names::quoted_constant(&name.value()));
                    return None;
                }
                if let Some(fault) = name_fault(&name.value(), self.strategy) {
                    sink.report(&name, fault);
                    return None;
                }
                is_plain.then(|| named_stream(&name))
            }
            ValueKind::Word(word) if word.to_string().starts_with(char::is_lowercase) => {
                sink.report(&word, text::bare_word_stream(&word.to_string()));
                self.quiet_stream(&LitStr::new(&word.to_string(), word.span()))
            }
            ValueKind::Word(_) | ValueKind::Path => Some(StreamRef::Constant(value.tokens)),
            ValueKind::Other => {
                sink.report(&value.tokens, text::stream_value(&shown(&value.tokens)));
                None
            }
        }
    }

    /// The stream that was meant by a fault already reported.
    fn quiet_stream(&self, name: &LitStr) -> Option<StreamRef> {
        name_fault(&name.value(), self.strategy).is_none().then(|| named_stream(name))
    }
}

fn named_stream(literal: &LitStr) -> StreamRef {
    StreamRef::Named { stream: StreamName::new(&literal.value(), literal.span()), literal: literal.clone() }
}

fn choice(key: &Key, choices: &[&str], value: &Value, sink: &mut Sink) -> Option<String> {
    let ValueKind::Text(text) = &value.kind else {
        let fault = text::choice_value(key.name, &shown(&value.tokens), choices[0]);
        sink.report(&value.tokens, fault);
        return None;
    };
    let given = text.value();
    if !choices.contains(&given.as_str()) {
        sink.report(text, text::unknown_choice(key.name, &given, choices));
        return None;
    }
    Some(given)
}

fn without_suffix(literal: &LitStr, sink: &mut Sink) -> bool {
    let suffix = literal.suffix();
    if !suffix.is_empty() {
        sink.report(literal, text::literal_suffix(suffix));
    }
    suffix.is_empty()
}

/// The duration in `interval = "1s"` or `secs = 1`; one second if there is none.
fn length_meant(key: &str, value: &Value) -> String {
    let written = match &value.kind {
        ValueKind::Text(text) => text.value(),
        _ => format!("{}{key}", shown(&value.tokens)),
    };
    match duration::parse(&written) {
        Ok(_) => written,
        Err(DurationFault::UnknownUnit { suggestion: Some(better), .. }) => better,
        Err(_) => "1s".to_owned(),
    }
}

/// `Exchange::ACKS`, in quotes.
fn is_constant_path(name: &str) -> bool {
    let last = syn::parse_str::<TypePath>(name).ok().and_then(|path| path.path.segments.last().cloned());
    name.contains("::") && last.is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
}

/// What is wrong with the name of a stream.
pub(super) fn name_fault(name: &str, strategy: &Ident) -> Option<String> {
    let is_first = |c: char| c.is_ascii_alphabetic();
    let is_other = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() {
        Some(names::empty_stream_name().to_owned())
    } else if name.starts_with("asp.") {
        Some(names::reserved_stream_name().to_owned())
    } else if !name.starts_with(is_first) || !name.chars().all(is_other) {
        Some(names::stream_name_form(name, &strategy.to_string()))
    } else {
        None
    }
}
