//! Golden texts of a graph with everything in it, and labels that would break a picture if they were not escaped.

#[cfg(feature = "svg")]
mod svg;

use std::convert::Infallible;

use layout::gv::DotParser;
use layout::gv::parser::ast::{AttributeList, Stmt};

use super::RunGraph;
use crate::{
    Context, Duration, Every, HandlerResult, Keyed, Runner, Slot, Source, Strategy, Stream, Timestamp, Wiring,
};

const TICKS: Stream<f64> = Stream::new("ticks");
const ORDERS: Stream<Vec<Option<f64>>> = Stream::new("orders");
const NEWS: Stream<String> = Stream::new("news");

struct Trader;

impl Strategy for Trader {
    const NAME: &'static str = "Trader";
    type Call = Infallible;
    type Calls<Q: Slot<Infallible>> = ();
    type Emits = ();

    fn wire(wiring: &mut Wiring<Self>) {
        wiring.emits(ORDERS);
        wiring.on_start("begin", |_: &mut Self, _: &Context<Self>| {});
        wiring.describe("tick", "Looks at <each> \"price\".");
        wiring.on_event(TICKS, "tick", |_: &mut Self, _: &Context<Self>, _: f64| {});
        wiring.on_event_shared(NEWS, "read", |_, _: String| async {});
        wiring.every("look", Every::new(Duration::from_secs(1)), || unreachable!());
        wiring.after("close", Duration::from_secs(60), || unreachable!());
        wiring.deferred("later");
        wiring.waits("later");
        wiring.on_event_ref(ORDERS, "own", |_: &mut Self, _: &Context<Self>, _: &Vec<Option<f64>>| {});
        wiring.on_end(TICKS, "ended", |_: &mut Self, _: &Context<Self>| {});
        wiring.on_stop("end", |_: &mut Self, _: &Context<Self>| {});
    }

    fn calls<Q: Slot<Infallible>>(_: Q) {}

    fn call(&mut self, _: &Context<Self>, call: Infallible) -> HandlerResult {
        match call {}
    }

    fn call_name(call: &Infallible) -> &'static str {
        match *call {}
    }
}

fn everything() -> RunGraph {
    let live = Source::live(futures_util::stream::empty::<String>());
    let keyed = Keyed::new(|_: String| Trader).by(NEWS, String::clone).by(TICKS, f64::to_string);
    Runner::new()
        .feed(TICKS, Vec::<(Timestamp, f64)>::new())
        .feed(NEWS, live)
        .opens(Stream::<u8>::new("doors"))
        .add(Trader)
        .add_as("second", Trader)
        .add(keyed)
        .collect(ORDERS)
        .sink(ORDERS, |_| {})
        .collect(Stream::<u8>::new("doors"))
        .collect(Stream::<i32>::new("nothing"))
        .graph()
}

#[test]
fn an_outline_has_everything() {
    assert_eq!(everything().to_string(), include_str!("tests/outline.txt"));
}

#[test]
fn a_flowchart_has_everything() {
    assert_eq!(everything().to_mermaid(), include_str!("tests/graph.mmd"));
}

#[test]
fn a_digraph_has_everything() {
    assert_eq!(everything().to_dot(), include_str!("tests/graph.dot"));
}

#[test]
fn coroutines_have_their_names_and_may_read_all() {
    let graph = Runner::new()
        .feed(TICKS, Vec::<(Timestamp, f64)>::new())
        .spawn_as("patrol", |_| async {})
        .spawn_as("patrol", |_| async {})
        .graph();
    assert_eq!(graph.to_string(), "streams\n  ticks: f64\n    fed\ncoroutines\n  patrol\n  patrol#2\n");
    assert_eq!(
        graph.to_mermaid(),
        "flowchart LR\n    n0([\"source of ticks<br/>history\"])\n    \
         n1[[\"patrol<br/>coroutine\"]]\n    n2[[\"patrol#35;2<br/>coroutine\"]]\n"
    );
}

#[test]
fn a_keyed_strategy_names_the_streams_that_have_its_key() {
    let keyed = || Keyed::new(|_: String| Trader).by(NEWS, String::clone);
    let runner = Runner::new().add(keyed()).add_as("twins", keyed()).rebind(NEWS, Stream::new("rumours"));
    let runner = runner.add(keyed().by(TICKS, f64::to_string).by(ORDERS, |_| String::new()));
    let graph = runner.graph();
    let titles: Vec<String> = graph.strategies.iter().map(super::picture::title).collect();
    assert_eq!(
        titles,
        [
            "Trader, one for each key of \"news\"",
            "twins (Trader), one for each key of \"rumours\"",
            "Trader#2, one for each key of \"news\", \"ticks\" and \"orders\"",
        ]
    );
}

#[test]
fn an_announced_stream_may_be_read_later() {
    let graph = Runner::new().opens(TICKS).feed(NEWS, Vec::<(Timestamp, String)>::new()).graph();
    let ends = ["    may be fed later\n    may be read later\n", "    fed\n    nobody reads it\n"];
    assert_eq!(graph.to_string(), format!("streams\n  ticks: f64\n{}  news: String\n{}", ends[0], ends[1]));
    assert!(graph.to_mermaid().contains("n2{{\"may be read later\"}}"), "{}", graph.to_mermaid());
}

/// The labels of all boxes and arrows, as Graphviz reads them.
fn read_back(digraph: &str) -> (Vec<String>, Vec<(String, String, String)>) {
    let label = |list: &AttributeList| {
        let label = list.iter().find(|(key, _)| key == "label").expect("a label");
        label.1.clone()
    };
    let graph = DotParser::new(digraph).process().expect(digraph);
    let (mut boxes, mut arrows) = (Vec::new(), Vec::new());
    for statement in &graph.list.list {
        match statement {
            Stmt::Node(node) => boxes.push(label(&node.list)),
            Stmt::Edge(edge) => {
                arrows.push((edge.from.name.clone(), edge.to[0].0.name.clone(), label(&edge.list)));
            }
            Stmt::Attribute(_) => {}
            Stmt::SubGraph(graph) => panic!("{graph:?}"),
        }
    }
    (boxes, arrows)
}

#[test]
fn graphviz_reads_what_was_meant() {
    let (boxes, arrows) = read_back(&everything().to_dot());
    assert!(boxes[3].contains("tick: on_event \"ticks\" (Looks at <each> \"price\".)\n"), "{}", boxes[3]);
    let feedback = ("n3".to_owned(), "n3".to_owned(), "orders: Vec<Option<f64>>".to_owned());
    assert!(arrows.contains(&feedback), "{arrows:?}");

    for name in
        ["\"", "\\", "a\"];}", "größe → 日本", "<b>&", "%%{x}%%", "#quot;", "`md`", "{a|b}", "//", "/*"]
    {
        let (boxes, arrows) = read_back(&odd(name).to_dot());
        assert_eq!(boxes[0], format!("source of {name}\nhistory"));
        assert_eq!(arrows[0].2, format!("{name}: Vec<Option<f64>>"));
    }
    // The library leaves entities alone; Graphviz reads them.
    assert!(odd("a&lt;b & c").to_dot().contains("label=\"a&amp;lt;b & c: "));
}

fn odd(name: &str) -> RunGraph {
    let stream = Stream::<Vec<Option<f64>>>::named(name.to_owned());
    Runner::new().feed(stream.clone(), Vec::<(Timestamp, Vec<Option<f64>>)>::new()).collect(stream).graph()
}

#[test]
fn labels_of_a_flowchart_are_escaped() {
    let label = |name: &str| {
        let chart = odd(name).to_mermaid();
        let arrow = chart.lines().last().expect("an arrow").to_owned();
        let label = arrow.split('"').nth(1).expect("a label").to_owned();
        assert_eq!(arrow, format!("    n0 -->|\"{label}\"| n1"));
        label.replace(": Vec#lt;Option#lt;f64#gt;#gt;", "")
    };
    assert_eq!(label("a\"b"), "a#quot;b");
    assert_eq!(label("<b>&"), "#lt;b#gt;#amp;");
    assert_eq!(label("größe → 日本"), "größe → 日本");
    assert_eq!(label("%%{x}%%"), "#37;#37;{x}#37;#37;");
    assert_eq!(label("`#;\\n"), "#96;#35;#59;#92;n");
    assert_eq!(label("two\nlines"), "two lines");
}
