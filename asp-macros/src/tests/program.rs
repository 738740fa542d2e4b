//! `#[asp::main]`: its faults, its docs and its expansion.

use super::docs::docs_of;
use super::tokens;
use crate::program;
use crate::words::MAIN_OPTIONS;

const MAIN: &str = "fn main() -> Watch { Watch::default() }";

fn first_lines(arguments: &str, item: &str) -> Vec<String> {
    let first = |text: &String| text.lines().next().unwrap_or_default().to_owned();
    program::faults(arguments, item).iter().map(first).collect()
}

#[test]
fn sound_programs_have_no_faults() {
    let arguments = [
        "",
        "start = \"2018-01-31\", end = END,",
        "feed(Watch::QUAKES = \"quakes.csv\", NAMES = concat!(\"a\", \".csv\"),)",
        "feed(Watch::<u8, u16>::QUAKES = PATH, <Watch<f64>>::LEVELS = \"-?format=csv\")",
        "feed(Watch::A = \"a.csv\"), feed(Watch::B = \"b.csv\")",
        "live(Watch::QUAKES = \"tail:quakes.csv?poll=1s\", NAMES = PATH), feed(Watch::B = \"b:c.csv\")",
        "sweep(alerts = Watch::alerts, score = |watch: &Watch| watch.score * 2.0,), sweep(r#type = total)",
        "record(Watch::ALERTS, Watch::COUNTS = \"counts.jsonl\"), crate = ::engine",
    ];
    for arguments in arguments {
        assert_eq!(program::faults(arguments, MAIN), Vec::<String>::new(), "{arguments}");
    }
    for item in
        ["async fn main() -> Result<(A, B), Error> { body }", "pub(crate) fn main() -> impl Strategy { }"]
    {
        assert_eq!(program::faults("", item), Vec::<String>::new(), "{item}");
    }
}

#[test]
fn all_faults_are_reported() {
    let faults = first_lines(
        "start = \"yesterday\", strat = 1, end, feed(quakes = \"q.csv\", Watch::A = 1), record(\"x\"), feed = 1",
        "fn main<T>(args: Args) {}",
    );
    assert_eq!(
        faults,
        [
            "\"yesterday\" is not a time",
            "`#[asp::main]` has no option `strat`",
            "`end` takes a time",
            "a feed is written `Strategy::STREAM = \"uri\"`",
            "a feed is written `Strategy::STREAM = \"uri\"`",
            "a recorded stream is written `Strategy::STREAM` or `Strategy::STREAM = \"uri\"`",
            "`feed` takes its streams in round brackets",
            "`#[asp::main]` runs what `main` returns, and it returns nothing",
            "`main` has no parameters",
            "`main` has no type parameters, found `<T>`",
        ]
    );
}

#[test]
fn the_help_of_a_feed_is_the_users() {
    let help = |feed: &str| {
        let faults = program::faults(&format!("feed({feed})"), "fn main() -> Result<(Watch, Desk)> {}");
        assert_eq!(faults.len(), 1, "{feed}");
        faults[0].lines().nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(help("names = \"n.csv\""), "= help: write `Watch::NAMES = \"n.csv\"`");
    assert_eq!(help("\"order-book\" = \"n.csv\""), "= help: write `Watch::ORDER_BOOK = \"n.csv\"`");
    assert_eq!(help("Desk::ORDERS"), "= help: write `Desk::ORDERS = \"orders.csv\"`");
    assert_eq!(help("Desk::orders = \"o.csv\""), "= help: write `Desk::ORDERS = \"o.csv\"`");
    assert_eq!(help("\"data/*.csv\""), "= help: write `Watch::NAMES = \"data/*.csv\"`");
    assert_eq!(help("Desk::ORDERS = \"\""), "= help: write `Desk::ORDERS = \"orders.csv\"`");
}

#[test]
fn live_streams_have_a_scheme_and_no_files() {
    let fault = |arguments: &str| {
        let faults = program::faults(arguments, "fn main() -> Watch {}");
        assert_eq!(faults.len(), 1, "{arguments}: {faults:?}");
        faults[0].clone()
    };
    assert_eq!(
        fault("live(Watch::A = \"a.csv\")"),
        "\"a.csv\" does not say how to follow it\n= help: write \"tail:a.csv\" for a file that grows"
    );
    for uri in ["tail:a.parquet", "a.parquet"] {
        assert_eq!(
            fault(&format!("live(Watch::A = {uri:?})")),
            format!(
                "{uri:?} is Parquet, of which nothing can be read before it is complete\n\
                 = help: write `feed(Watch::A = \"a.parquet\")`"
            )
        );
    }
    assert_eq!(
        fault("live(Watch::A = \"tial:a.csv\")"),
        "`live` has no scheme `tial`\n= help: write \"tail:a.csv\""
    );
    assert_eq!(
        fault("live(Watch::A = \"ws://host/a\")"),
        "`live` has no scheme `ws`\n\
         = help: the only one is `tail`, for a file that grows: \"tail:quakes.csv\""
    );
    assert_eq!(
        fault("feed(Watch::A = \"tail:a.csv\")"),
        "`feed` takes files, and \"tail:a.csv\" is a live source\n\
         = help: write `live(Watch::A = \"tail:a.csv\")`, or \"a.csv\" for what the file holds now"
    );
    assert_eq!(
        fault("record(Watch::A = \"tail:a.csv\")"),
        "`record` takes files, and \"tail:a.csv\" is a live source\n= help: write \"a.csv\""
    );
    assert_eq!(
        fault("live(Watch::A = \"tail:a.csv\"), feed(Watch::A = \"a.csv\")"),
        "`Watch::A` is in `feed` and in `live`\n\
         = help: remove one; `live` begins with what the file holds already"
    );
    assert_eq!(
        fault("live(quakes = \"q.csv\")"),
        "a live stream is written `Strategy::STREAM = \"tail:FILE\"`\n\
         = help: write `Watch::QUAKES = \"tail:q.csv\"`"
    );
    assert_eq!(
        fault("live = \"q.csv\""),
        "`live` takes its streams in round brackets\n\
         = help: write `live(Watch::NAMES = \"tail:names.csv\")`"
    );
}

#[test]
fn figures_of_a_sweep_have_a_name_and_a_method() {
    let fault = |arguments: &str, item: &str| {
        let faults = program::faults(arguments, item);
        assert_eq!(faults.len(), 1, "{arguments}: {faults:?}");
        faults[0].clone()
    };
    let form = |help: &str| {
        format!("a figure of the sweep is written `name = Strategy::method`\n= help: write `sweep({help})`")
    };
    let item = "fn main() -> Watch {}";
    assert_eq!(fault("sweep", item), form("profit = Watch::profit"));
    assert_eq!(fault("sweep = Watch::score", item), form("profit = Watch::profit"));
    assert_eq!(fault("sweep()", item), form("profit = Watch::profit"));
    assert_eq!(fault("sweep(Watch::score)", item), form("score = Watch::score"));
    assert_eq!(fault("sweep(score)", item), form("score = Watch::score"));
    assert_eq!(fault("sweep(\"score\" = Watch::score)", item), form("profit = Watch::profit"));
    assert_eq!(
        fault("sweep(a = Watch::a, a = Watch::b)", item),
        "the sweep has two figures `a`\n= help: rename one"
    );
    assert_eq!(
        fault("sweep(a = Watch::a)", "async fn main() -> Watch {}"),
        "`main` is called for each cell of the sweep, and cannot wait\n= help: remove `async`, or `sweep(..)`"
    );
}

#[test]
fn a_sweep_shares_its_files() {
    let arguments = "feed(Watch::QUAKES = \"quakes.csv\"), sweep(alerts = Watch::alerts, score = score)";
    let expanded = program::main(tokens(arguments), tokens(MAIN)).to_string();
    let calls = tokens(
        ".feed_shared(Watch::QUAKES, \"quakes.csv\") \
         .sweep(main, |__asp_sweep| __asp_sweep.figure(\"alerts\", Watch::alerts).figure(\"score\", score))",
    );
    assert!(expanded.contains(&calls.to_string()), "{expanded}");
}

#[test]
fn the_docs_list_the_options() {
    let docs = docs_of("main");
    let rows: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `")).collect();
    let options = MAIN_OPTIONS.iter().map(|option| format!("| `{}` | {} |", option.name, option.meaning));
    assert_eq!(rows, options.collect::<Vec<_>>());
    let (_, errors) = docs.split_once("# Typical errors").expect("errors are shown");
    assert_eq!(errors.matches("error:").count(), 2);
}

#[test]
fn the_expansion_is_a_function_around_the_users() {
    let arguments = "start = \"2018-01-31\", feed(Watch::QUAKES = \"quakes.csv\"), live(Watch::NEWS = NEWS), \
         record(Watch::ALERTS)";
    let item = "/// Watches.\n#[cfg(all())] async fn main() -> Watch { Watch::default() }";
    let expanded = program::main(tokens(arguments), tokens(item));
    let file = syn::parse2(expanded).expect("an item");
    insta::assert_snapshot!(prettyplease::unparse(&file), @r#"
    #[cfg(all())]
    fn main() -> ::std::process::ExitCode {
        #[allow(clippy::missing_const_for_fn)]
        /// Watches.
        #[cfg(all())]
        async fn main() -> Watch {
            Watch::default()
        }
        let __asp_main = ::asp::app::made_async::<Watch, _, _>(main);
        ::asp::app::Program::new(
                ::core::option_env!("CARGO_BIN_NAME")
                    .unwrap_or(::core::env!("CARGO_PKG_NAME")),
            )
            .version(::core::env!("CARGO_PKG_VERSION"))
            .about("Watches.")
            .start("2018-01-31")
            .feed(Watch::QUAKES, "quakes.csv")
            .live(Watch::NEWS, NEWS)
            .recordable(Watch::ALERTS)
            .main_made(__asp_main)
    }
    const _: ::core::option::Option<&'static ::core::primitive::str> = ::core::option_env!(
        "ASP_EXPAND"
    );
    "#);
}
