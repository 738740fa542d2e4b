//! Rules over the whole model. Each is named like the ui test that shows it.

pub(crate) mod generics;

use std::collections::BTreeMap;

use quote::{ToTokens, quote};

use crate::diag::{Sink, attributes, names, shown, signatures};
use crate::model::{Action, Form, Handler, Mode, Payload, Strategy, StreamRef, Trigger};
use crate::syntax::Block;

const RULES: &[fn(&Strategy, &Block, &mut Sink)] = &[
    no_handlers,
    generics::lifetime_on_strategy,
    generics::missing_bound,
    one_constant_two_streams,
    stream_type_unknown,
    end_of_unknown_stream,
];

/// Rules for one handler, asked only if its attributes and its signature are sound.
const HANDLER_RULES: &[fn(&Handler, &mut Sink)] =
    &[payload_is_passed, deferred_by_reference, same_trigger_twice];

/// Reports all that is wrong with the block as a whole. A handler at fault gets no rows.
pub(crate) fn run(strategy: &mut Strategy, block: &Block, sink: &mut Sink) {
    for handler in &mut strategy.handlers {
        let before = sink.count();
        if handler.is_sound {
            HANDLER_RULES.iter().for_each(|rule| rule(handler, sink));
        }
        handler.is_sound &= sink.count() == before;
    }
    RULES.iter().for_each(|rule| rule(strategy, block, sink));
}

fn no_handlers(strategy: &Strategy, block: &Block, sink: &mut Sink) {
    // Handlers that were written wrongly are reported already and count.
    if !strategy.handlers.is_empty() || sink.count() > 0 {
        return;
    }
    if strategy.macro_calls.is_empty() {
        let (impl_token, self_ty) = (block.impl_token, &block.self_ty);
        sink.report(quote!(#impl_token #self_ty), attributes::no_handlers());
    }
    for call in &strategy.macro_calls {
        sink.report(call, attributes::macro_in_block());
    }
}

/// A stream by its name: what to point at.
struct Mention<'a> {
    name: &'a str,
    constant: String,
    at: proc_macro2::TokenStream,
}

fn mentions(strategy: &Strategy) -> Vec<Mention<'_>> {
    let listed = strategy.listed().map(|listed| Mention {
        name: &listed.stream.name,
        constant: listed.stream.constant.to_string(),
        at: listed.stream.constant.to_token_stream(),
    });
    let triggers = strategy.handlers.iter().flat_map(|handler| &handler.triggers);
    let reads = triggers.filter_map(|trigger| match trigger.action.stream() {
        Some(StreamRef::Named { stream, literal }) => Some(Mention {
            name: &stream.name,
            constant: stream.constant.to_string(),
            at: literal.to_token_stream(),
        }),
        _ => None,
    });
    listed.chain(reads).collect()
}

fn one_constant_two_streams(strategy: &Strategy, _: &Block, sink: &mut Sink) {
    let mut constants: BTreeMap<String, Vec<Mention<'_>>> = BTreeMap::new();
    for mention in mentions(strategy) {
        let streams = constants.entry(mention.constant.clone()).or_default();
        if streams.iter().all(|known| known.name != mention.name) {
            streams.push(mention);
        }
    }
    for (constant, streams) in constants.iter().filter(|(_, streams)| streams.len() > 1) {
        let (first, second) = (streams[0].name, streams[1].name);
        let name = strategy.name.to_string();
        for stream in streams {
            let text = names::one_constant_two_streams(first, second, &name, constant);
            sink.report(&stream.at, text);
        }
    }
}

fn stream_type_unknown(strategy: &Strategy, _: &Block, sink: &mut Sink) {
    // A handler at fault may be the one that would say it.
    if strategy.handlers.iter().any(|handler| !handler.is_sound) {
        return;
    }
    let mut reported: Vec<&str> = Vec::new();
    for (handler, trigger) in triggers(strategy) {
        let Action::Event(StreamRef::Named { stream, literal }) = &trigger.action else {
            continue;
        };
        let is_new = handler.payload.is_none() && !reported.contains(&stream.name.as_str());
        if is_new && strategy.carried_by(&stream.name).is_none() {
            sink.report(literal, names::stream_type_unknown(&stream.name));
            reported.push(&stream.name);
        }
    }
}

/// Also `notice_of_unknown_stream`.
fn end_of_unknown_stream(strategy: &Strategy, _: &Block, sink: &mut Sink) {
    if strategy.handlers.iter().any(|handler| !handler.is_sound) {
        return;
    }
    let read = || {
        triggers(strategy).filter_map(|(_, trigger)| match &trigger.action {
            Action::Event(StreamRef::Named { stream, .. }) => Some(stream.name.as_str()),
            _ => None,
        })
    };
    let listed = || strategy.listed().map(|listed| listed.stream.name.as_str());
    for (_, trigger) in triggers(strategy) {
        let (Action::End(named) | Action::Notice(named)) = &trigger.action else {
            continue;
        };
        let StreamRef::Named { stream, literal } = named else {
            continue;
        };
        if !read().chain(listed()).any(|known| known == stream.name) {
            let text = names::end_of_unknown_stream(&stream.name, read().chain(listed()));
            sink.report(literal, text);
        }
    }
}

fn triggers(strategy: &Strategy) -> impl Iterator<Item = (&Handler, &Trigger)> {
    strategy
        .handlers
        .iter()
        .flat_map(|handler| handler.triggers.iter().map(move |trigger| (handler, trigger)))
}

/// `timer_with_payload`, `delay_with_payload`, `hook_with_payload`; where another attribute of the
/// method does pass one, `mixed_triggers`.
fn payload_is_passed(handler: &Handler, sink: &mut Sink) {
    let Some(payload) = &handler.payload else {
        return;
    };
    let (passing, bare): (Vec<_>, Vec<_>) =
        handler.triggers.iter().partition(|trigger| trigger.action.passes_payload());
    let method = handler.ident.to_string();
    let Some(first) = bare.first() else {
        return;
    };
    if !passing.is_empty() {
        // The second of the two kinds is the one that came too many.
        let first_passes = handler.triggers[0].action.passes_payload();
        let at = if first_passes { first } else { passing[0] };
        sink.report(&at.tokens, names::mixed_triggers(&method));
        return;
    }
    let name = parameter_name(payload);
    let text = match &first.action {
        Action::Every(_) => {
            let context = if handler.mode == Mode::Shared { "this" } else { "cx" };
            signatures::timer_with_payload(&name, context)
        }
        Action::After(_) => signatures::delay_with_payload(&method, &name),
        other => signatures::hook_with_payload(other.word(), &name),
    };
    sink.report(&payload.tokens, text);
}

fn parameter_name(payload: &Payload) -> String {
    match &payload.name {
        Some(name) => name.to_string(),
        None => shown(&payload.tokens),
    }
}

/// Also `deferred_event`.
fn deferred_by_reference(handler: &Handler, sink: &mut Sink) {
    let Some(payload) = &handler.payload else {
        return;
    };
    if !handler.is_deferred() {
        return;
    }
    let instead = match &payload.name {
        Some(name) => format!("{name}: {}", shown(&payload.carried)),
        None => shown(&payload.carried),
    };
    match payload.form {
        Form::Value => {}
        Form::Reference => {
            sink.report(&payload.written, signatures::deferred_by_reference(&instead));
        }
        Form::Event | Form::EventReference => {
            sink.report(&payload.written, signatures::deferred_event(&instead, handler.is_async()));
        }
    }
}

fn same_trigger_twice(handler: &Handler, sink: &mut Sink) {
    let mut seen: Vec<String> = Vec::new();
    for trigger in &handler.triggers {
        let role = role(&trigger.action);
        if seen.contains(&role) {
            let method = handler.ident.to_string();
            sink.report(&trigger.tokens, names::same_trigger_twice(&method, &role));
        }
        seen.push(role);
    }
}

/// What a trigger makes of its handler, in words that are equal only for equal triggers.
fn role(action: &Action) -> String {
    match action {
        Action::Event(stream) => format!("a handler of {}", stream_shown(stream)),
        Action::Notice(stream) => format!("called for notices of {}", stream_shown(stream)),
        Action::End(stream) => format!("called at the end of {}", stream_shown(stream)),
        Action::Every(interval) => {
            format!("called every {}", crate::duration::written(interval.nanos))
        }
        Action::After(nanos) => format!("called {} after the start", crate::duration::written(*nanos)),
        Action::Deferred => "a deferred call".to_owned(),
        Action::Start => "called at the start".to_owned(),
        Action::Live => "called when the run goes live".to_owned(),
        Action::CaughtUp => "called when the run has caught up".to_owned(),
        Action::Settled => "called when an instant is settled".to_owned(),
        Action::Stop => "called at the stop".to_owned(),
    }
}

fn stream_shown(stream: &StreamRef) -> String {
    match stream {
        StreamRef::Named { stream, .. } => format!("stream \"{}\"", stream.name),
        StreamRef::Constant(path) => format!("stream `{}`", shown(path)),
    }
}
