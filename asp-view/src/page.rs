//! The page: what stands on it before the first snapshot has come.

use asp_report::page::{Html, Page, Tiles};
use serde::Serialize;

use crate::shared::Shared;

const STYLE: &str = include_str!("../assets/view.css");
const SCRIPT: &str = include_str!("../assets/view.js");

/// What the script has to know of the run.
#[derive(Serialize)]
struct Facts<'a> {
    run: &'a str,
    title: &'a str,
    /// The names of the streams, by what the graph calls them.
    streams: Vec<(String, &'a str)>,
    /// The names of the strategies, in the order of the graph.
    strategies: Vec<&'a str>,
}

pub(crate) fn page(shared: &Shared) -> String {
    let graph = &shared.graph;
    let facts = Facts {
        run: &shared.run,
        title: &shared.title,
        streams: graph
            .streams
            .iter()
            .map(|stream| (format!("{}: {}", stream.name, stream.payload), stream.name.as_str()))
            .collect(),
        strategies: graph.strategies.iter().map(|strategy| strategy.name.as_str()).collect(),
    };
    // It consists of text.
    let facts = Html::data("facts", &facts).unwrap_or_default();
    Page::new(&shared.title)
        .section("Run", Html::raw(RUN).and(tiles()).and(facts))
        .section("Rates", Html::raw(RATES))
        .section("Lag", Html::raw(LAG))
        .section("Pending", Html::raw(PENDING))
        .section("Last events", Html::raw(EVENTS))
        .section("Graph", Html::raw(format!("<div class=\"scroll picture\">{}</div>", graph.to_svg())))
        .charts()
        .style(STYLE)
        .connects()
        .script(SCRIPT)
        .to_string()
}

const RUN: &str = "<p class=\"state\"><span id=\"phase\" class=\"chip\">waiting</span> \
    <span id=\"connection\" class=\"muted\">for the first look at the run</span></p>\
    <div id=\"progress\" class=\"progress\" hidden><i></i></div>\
    <pre id=\"summary\" hidden></pre>";

const RATES: &str = "<p class=\"note\">Events a second of real time, on each stream.</p><div id=\"rates-plot\" class=\"plot\"></div>\
    <div class=\"scroll tall\"><table><thead><tr><th>stream</th><th class=\"number\">events</th>\
    <th class=\"number\">a second</th><th class=\"number\">in the queue</th><th class=\"number\">dropped</th></tr></thead>\
    <tbody id=\"streams\"></tbody></table></div><p id=\"unlisted\" class=\"note\" hidden></p>";

const LAG: &str = "<p id=\"lag-note\">There is no lag: over history, time is that of the events.</p>\
    <div id=\"lag-plot\" class=\"plot\" hidden></div>";

const PENDING: &str = "<div class=\"scroll tall\"><table><thead><tr><th>strategy</th><th class=\"number\">instances</th>\
    <th class=\"number\">calls</th><th class=\"number\">timers</th></tr></thead><tbody id=\"strategies\"></tbody></table></div>";

const EVENTS: &str = "<p id=\"no-events\">None so far. Shown are streams that the program names for it.</p>\
    <div class=\"scroll tall\"><table id=\"events-table\" hidden><thead><tr><th>time</th><th>stream</th><th>payload</th></tr></thead>\
    <tbody id=\"last\"></tbody></table></div>";

/// The figures, each with an id for the script.
fn tiles() -> Html {
    let tiles = [
        ("time", "now"),
        ("passes", "speed"),
        ("events a second", "rate"),
        ("calls of handlers", "dispatched"),
        ("behind the clock", "behind"),
        ("pending", "pending"),
        ("tasks", "tasks"),
        ("running for", "elapsed"),
    ];
    let value = |id: &str| Html::raw(format!("<span id=\"{id}-value\">–</span>"));
    let tiles = tiles.into_iter().fold(Tiles::new(), |tiles, (name, id)| tiles.tile(name, value(id)));
    Html::from(tiles).and(Html::raw("<p id=\"oddities\" class=\"note\" hidden></p>"))
}

#[cfg(test)]
mod tests {
    use asp_core::{Monitor, Runner, Stream};

    use super::*;
    use crate::events::Taps;

    #[test]
    fn no_name_becomes_html() {
        let evil = "</script><script>alert(1)</script><!--";
        let stream: Stream<u8> = Stream::named(evil);
        let graph = Runner::new().collect(stream).graph();
        let shared = Shared::new(evil.into(), "1-2".into(), graph, Monitor::new(), Taps::default());
        let page = page(&shared);
        assert!(!page.contains("<script>alert"));
        assert!(!page.contains("<!--"));
        assert!(page.contains("connect-src 'self'"));
    }
}
