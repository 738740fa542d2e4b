//! The page of a run, alone or beside another run.

mod charts;
mod figures;

use asp_core::StopReason;

use crate::data::RunData;
use crate::format::{brief, grouped, long, number, rough, signed};
use crate::page::{Html, Page, Table, Tiles, escape};
use crate::sample::Series;

const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");

/// Another run, and what the page calls it.
pub(crate) type Beside<'a> = Option<(&'a RunData, &'a str)>;

pub(crate) fn page(run: &RunData, beside: Beside<'_>) -> Page {
    let mut page = Page::new(&run.title)
        .lead(lead(run, beside))
        .section("Figures", figures_of(run, beside))
        .section("Charts", charts::section(run, beside))
        .section("Streams", streams(run, beside))
        .section("Lag and handlers", lag(run).and(handlers(run, beside)))
        .section("Graph", graph(run));
    if !run.last_events.is_empty() {
        page = page.section("Last events", last_events(run));
    }
    page.section("Last calls", last_calls(run))
        .section("Parameters", parameters(run, beside))
        .charts()
        .style(STYLE)
        .script(SCRIPT)
}

fn lead(run: &RunData, beside: Beside<'_>) -> String {
    let report = &run.report;
    let mut lead = format!("{} at {}, from {}", status(report.reason), report.now, report.start);
    if let Some((other, name)) = beside {
        lead += &format!("; beside {name}");
        if other.title != run.title {
            lead += &format!(" ({})", other.title);
        }
    }
    lead
}

fn status(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Finished => "finished",
        StopReason::Requested => "stopped on request",
        _ => "failed",
    }
}

fn figures_of(run: &RunData, beside: Beside<'_>) -> Html {
    let error = run
        .error
        .as_ref()
        .map_or_else(Html::new, |error| Html::raw(format!("<pre class=\"error\">{}</pre>", escape(error))));
    let figures = match beside {
        None => Html::from(
            figures::of(run)
                .into_iter()
                .filter(figures::Figure::is_worth_a_tile)
                .fold(Tiles::new(), |tiles, figure| tiles.tile(figure.name, figure.html())),
        ),
        Some((other, name)) => figures::compared(run, other, name),
    };
    error.and(figures).and(clock(run))
}

/// What only a live run has: corrections of the clock, and forwards that were slow.
fn clock(run: &RunData) -> Html {
    let report = &run.report;
    let steps = report.clock_steps.iter().map(ToString::to_string);
    let slow = report.forwards.iter().filter(|forward| forward.was_slow()).map(ToString::to_string);
    steps.take(10).chain(slow).fold(Html::new(), |html, line| html.and(Html::note(line)))
}

/// Streams with their events, and the numbers in them.
fn streams(run: &RunData, beside: Beside<'_>) -> Html {
    let mut html = Html::new();
    let mut table = match beside {
        None => {
            Table::new(["stream", "#events", "#on average", &format!("#most in {}", long(run.rates.width))])
        }
        Some((_, name)) => Table::new(["stream", "#this run", &format!("#{name}"), "#difference"]),
    };
    let seconds = run.report.elapsed().map_or(0.0, asp_core::Duration::as_secs_f64);
    for rate in &run.rates.streams {
        let most = rate.counts.iter().copied().max().unwrap_or(0);
        let mean = if seconds > 0.0 { frequency(rate.events as f64 / seconds) } else { String::new() };
        let mut cells = vec![Html::text(&rate.stream), Html::text(grouped(rate.events))];
        match beside {
            None => cells.extend([mean, grouped(most)].map(Html::text)),
            Some((other, _)) => {
                let other = other.rates.streams.iter().find(|other| other.stream == rate.stream);
                let events = other.map_or(0, |other| other.events);
                cells.push(Html::text(grouped(events)));
                cells.push(figures::difference(rate.events as f64, events as f64, signed));
            }
        }
        table.push(cells);
    }
    if table.is_empty() {
        html = html.and(Html::paragraph("No handler was called for an event, and no stream was charted."));
    } else {
        html = html.and(table);
    }
    if let Some((other, _)) = beside {
        let known = |name: &str| run.rates.streams.iter().any(|rate| rate.stream == name);
        let gone: Vec<&str> = other.rates.streams.iter().map(|rate| rate.stream.as_str()).collect();
        let gone: Vec<&str> = gone.into_iter().filter(|name| !known(name)).collect();
        if !gone.is_empty() {
            html = html.and(Html::note(format!("Only in the other run: {}.", gone.join(", "))));
        }
    }
    if !run.series.is_empty() {
        html = html.and(Html::heading("Numbers")).and(numbers(run));
    }
    html
}

fn numbers(run: &RunData) -> Html {
    let mut table = Table::new(["field", "#values", "#first", "#least", "#mean", "#greatest", "#last"]);
    for series in &run.series {
        let Series { count, first, min, mean, max, last, .. } = series;
        let values = [first, min, mean, max, last].map(|&value| number(value));
        table.push([series.name(), grouped(*count)].into_iter().chain(values).map(Html::text));
    }
    let left_out: u64 = run.series.iter().map(|series| series.left_out).sum();
    let mut html = Html::from(table);
    if left_out > 0 {
        html =
            html.and(Html::note(format!("{} values are left out: they are not finite.", grouped(left_out))));
    }
    if !run.cut.is_empty() {
        let streams = run.cut.join(", ");
        html = html.and(Html::note(format!("More numbers than are shown have: {streams}.")));
    }
    html
}

/// `7.24 a minute`.
fn frequency(a_second: f64) -> String {
    let (unit, size) = charts::unit_of(a_second);
    let article = if unit == "hour" { "an" } else { "a" };
    format!("{} {article} {unit}", rough(a_second * size))
}

fn lag(run: &RunData) -> Html {
    let report = &run.report;
    let Some(handover) = report.handover else {
        return Html::paragraph("There is no lag: over history, time is that of the events.");
    };
    let mut text =
        format!("Live from {handover}. At most {} behind the clock", brief(report.max_behind.as_secs_f64()));
    if let Some(lag) = report.max_lag {
        text += &format!("; at most {} from the time of an event to its dispatch", brief(lag.as_secs_f64()));
    }
    if let Some(behind) = &run.behind {
        text += &format!("; {} on average", brief(behind.mean));
    }
    let live = report.live.iter().map(ToString::to_string);
    live.fold(Html::paragraph(text + "."), |html, line| html.and(Html::note(line)))
}

fn handlers(run: &RunData, beside: Beside<'_>) -> Html {
    let mut rows: Vec<_> = run.report.handlers.iter().collect();
    if rows.is_empty() {
        return Html::paragraph("No handler was called.");
    }
    rows.sort_by_key(|times| std::cmp::Reverse(times.total));
    let all: f64 = rows.iter().map(|times| times.total.as_secs_f64()).sum();
    let mut heads = vec!["handler".to_owned(), "#calls".into(), "#in all".into(), "#mean".into()];
    match beside {
        None => heads.extend(["#share".into(), "#longest".into(), "at".into()]),
        Some((_, name)) => {
            heads.extend([format!("#in all, {name}"), format!("#mean, {name}"), "#difference".into()])
        }
    }
    let mut table = Table::new(heads.iter().map(String::as_str));
    for times in rows {
        let total = times.total.as_secs_f64();
        let mean = total / times.calls.max(1) as f64;
        let name = format!("{}::{}", times.strategy, times.handler);
        let mut cells = vec![Html::text(name), Html::text(grouped(times.calls))];
        cells.extend([brief(total), brief(mean)].map(Html::text));
        match beside {
            None => {
                cells.push(bar(if all > 0.0 { total / all } else { 0.0 }));
                cells.push(Html::text(brief(times.max.as_secs_f64())));
                cells.push(moment(times.max_at));
            }
            Some((other, _)) => {
                let is_same = |one: &&asp_core::HandlerTimes| {
                    one.strategy == times.strategy && one.handler == times.handler
                };
                match other.report.handlers.iter().find(is_same) {
                    Some(other) => {
                        let (before, calls) = (other.total.as_secs_f64(), other.calls.max(1) as f64);
                        cells.extend([brief(before), brief(before / calls)].map(Html::text));
                        cells.push(figures::percent(mean, before / calls));
                    }
                    None => cells.extend(["", "", "new"].map(Html::text)),
                }
            }
        }
        table.push(cells);
    }
    Html::from(table)
        .and(Html::note("Real time, measured around each call; reading the clock is part of it."))
}

fn bar(share: f64) -> Html {
    let percent = share * 100.0;
    Html::raw(format!(
        "<span class=\"bar\"><i style=\"width:{percent:.1}%\"></i></span><span class=\"share\">{percent:.0} %</span>"
    ))
}

fn moment(time: asp_core::Timestamp) -> Html {
    Html::raw(format!("<span class=\"nowrap muted\">{}</span>", escape(&time.to_string())))
}

fn graph(run: &RunData) -> Html {
    let picture = Html::picture(&run.graph, "the streams, strategies and handlers of the run");
    // Not so small that it cannot be read.
    let width = run.graph.split_once("width=\"").and_then(|(_, rest)| rest.split_once('"'));
    let width: f64 = width.and_then(|(width, _)| width.parse().ok()).unwrap_or(0.0);
    let around = format!("<div class=\"scroll picture\" style=\"--width:{width}px\">");
    Html::raw(around).and(picture).and(Html::raw("</div>"))
}

fn last_events(run: &RunData) -> Html {
    let mut table = Table::new(["time", "stream", "payload"]);
    let stream = |name: &str| Html::raw(format!("<span class=\"nowrap\">{}</span>", escape(name)));
    for event in run.last_events.iter().rev() {
        let payload = Html::raw(format!("<code>{}</code>", escape(&event.payload)));
        table.push([moment(event.time), stream(&event.stream), payload]);
    }
    Html::note("The last events of each stream that is charted, the latest on top.").and(tall(table))
}

fn last_calls(run: &RunData) -> Html {
    if run.last_calls.is_empty() {
        return Html::paragraph("There was none.");
    }
    let mut table = Table::new(["time", "handler", "for an event of"]);
    for call in run.last_calls.iter().rev() {
        let name = format!("{}::{}", call.strategy, call.handler);
        let stream = call.stream.as_deref().unwrap_or_default();
        table.push([moment(call.time), Html::text(name), Html::text(stream)]);
    }
    let what =
        format!("<details><summary>The last {} calls, the latest on top</summary>", run.last_calls.len());
    Html::raw(what).and(tall(table)).and(Html::raw("</details>"))
}

/// A table that scrolls by itself.
fn tall(table: Table) -> Html {
    Html::raw("<div class=\"tall\">").and(table).and(Html::raw("</div>"))
}

fn parameters(run: &RunData, beside: Beside<'_>) -> Html {
    let code = |text: &str| Html::raw(format!("<code>{}</code>", escape(text)));
    let mut table = match beside {
        None => Table::new(["name", "value"]),
        Some((_, name)) => Table::new(["name", "this run", name]),
    };
    let of = |run: &RunData, name: &str| {
        run.parameters
            .iter()
            .find(|parameter| parameter.name == name)
            .map(|parameter| parameter.value.clone())
    };
    let mut names: Vec<&str> = run.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    if let Some((other, _)) = beside {
        let more = other.parameters.iter().map(|parameter| parameter.name.as_str());
        names.extend(more.filter(|name| of(run, name).is_none()).collect::<Vec<_>>());
    }
    for name in names {
        let value = of(run, name).unwrap_or_default();
        let mut cells = vec![Html::text(name), code(&value)];
        if let Some((other, _)) = beside {
            let before = of(other, name).unwrap_or_default();
            let class = if before == value { "muted" } else { "changed" };
            cells.push(Html::raw(format!("<span class=\"{class}\"><code>{}</code></span>", escape(&before))));
        }
        table.push(cells);
    }
    if table.is_empty() { Html::paragraph("The run was told of none.") } else { table.into() }
}
