//! Sweeps: each cell is run as it would be alone, and the table says nothing of the threads. The book's page about sweeps
//! includes its code from here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use asp::prelude::*;
use asp::sweep::{Grid, SweepError, Table, Value};

use crate::kit::{d, s};

// ANCHOR: strategy
/// Buys when the fast average is above the slow one, and sells when it is below.
#[derive(Default, Params)]
struct Crossover {
    #[param(range = 2..=8, step = 2)]
    fast: usize,
    #[param(values = [4, 8, 16])]
    slow: usize,

    prices: Vec<f64>,
    position: f64,
    cash: f64,
}

#[strategy]
impl Crossover {
    #[on_event(stream = "prices")]
    fn price(&mut self, price: f64) {
        self.prices.push(price);
        let wanted = if self.average(self.fast) > self.average(self.slow) { 1.0 } else { -1.0 };
        self.cash -= (wanted - self.position) * price;
        self.position = wanted;
    }

    #[every("10s")]
    fn look(&mut self) {}
}

impl Crossover {
    fn average(&self, count: usize) -> f64 {
        let last = &self.prices[self.prices.len().saturating_sub(count)..];
        last.iter().sum::<f64>() / last.len() as f64
    }

    fn profit(&self) -> f64 {
        self.cash + self.position * self.prices.last().unwrap_or(&0.0)
    }
}
// ANCHOR_END: strategy

/// A walk of a hundred prices, a second apart.
fn prices() -> Arc<[(Timestamp, f64)]> {
    let mut price = 100.0;
    let mut state = 7_u32;
    let walk = (0..100).map(|index| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        price += f64::from(state >> 24) / 64.0 - 2.0;
        (s(f64::from(index)), price)
    });
    walk.collect()
}

fn swept(threads: usize) -> Table {
    let prices = prices();
    // ANCHOR: sweep
    let table = asp::sweep(Crossover::grid().filter(|cell| cell.fast < cell.slow), |runner, strategy| {
        runner.feed(Crossover::PRICES, Source::shared(Arc::clone(&prices))).add(strategy).digest()
    })
    .figure("profit", Crossover::profit)
    .run_figure("ticks", |outcome| outcome.report().dispatched.ticks)
    // ANCHOR_END: sweep
    .threads(threads);
    table.run().unwrap()
}

#[test]
fn a_cell_has_the_digest_and_the_figures_of_a_single_run_of_it() {
    let table = swept(2);
    assert_eq!(table.rows().len(), 8);
    for row in table.rows() {
        let strategy =
            Crossover { fast: row.cell().get("fast"), slow: row.cell().get("slow"), ..Crossover::default() };
        // Not by way of the grid, and from a source of its own.
        let runner = Runner::new().feed(Crossover::PRICES, prices().to_vec()).add(strategy).digest();
        let mut outcome = runner.run().unwrap();
        assert_eq!(row.digest(), outcome.report().digest);
        assert!(row.digest().is_some());
        assert_eq!(row.figure("ticks"), Some(outcome.report().dispatched.ticks as f64));
        let strategy: Crossover = outcome.take().unwrap();
        assert_eq!(row.figure("profit").map(f64::to_bits), Some(strategy.profit().to_bits()));
    }
    let profits: Vec<u64> = table.rows().iter().map(|row| row.figures()[0].to_bits()).collect();
    assert!(profits.iter().any(|profit| *profit != profits[0]), "the parameters have an effect");
}

#[test]
fn the_table_does_not_depend_on_the_threads() {
    let one = swept(1);
    assert_eq!(one.threads(), 1);
    for threads in [2, 3, 8, 0] {
        assert_eq!(swept(threads).to_csv(), one.to_csv(), "{threads}");
    }
}

#[test]
fn cells_come_in_the_order_of_declaration_the_last_fastest() {
    let cells = Crossover::grid().cells().unwrap();
    let cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
    assert_eq!(cells.len(), 12);
    assert_eq!(cells[..4], ["fast=2 slow=4", "fast=2 slow=8", "fast=2 slow=16", "fast=4 slow=4"]);
}

#[test]
fn what_is_no_parameter_is_as_the_base_has_it() {
    let grid = Crossover::grid_from(|| Crossover { cash: 5.0, fast: 99, ..Crossover::default() });
    let table = asp::sweep(grid, |runner, strategy| {
        assert!(strategy.fast < 99, "the parameters are set");
        runner.feed(Crossover::PRICES, Vec::<(Timestamp, f64)>::new()).add(strategy)
    });
    let table = table.figure("cash", |strategy: &Crossover| strategy.cash).run().unwrap();
    assert!(table.rows().iter().all(|row| row.figures() == [5.0]));
}

#[derive(Clone, Default, Params)]
struct Kinds {
    #[param(range = 0.1..=0.5, step = 0.1)]
    limit: f64,
    #[param(range = "1s"..="3s", step = "1s")]
    delay: Duration,
    #[param(values = ["slow", "fast"])]
    mode: String,
    #[param(values = [true])]
    eager: bool,
    #[param(range = -1..=1)]
    shift: i8,
}

#[test]
fn parameters_are_of_several_kinds() {
    let cells = Kinds::grid().cells().unwrap();
    assert_eq!(cells.len(), 5 * 3 * 2 * 3);
    assert_eq!(cells[47].to_string(), "limit=0.3 delay=2s mode=fast eager=true shift=1");
    let limits: Vec<f64> = cells.iter().step_by(18).map(|cell| cell.get("limit")).collect();
    assert_eq!(limits, [0.1, 0.2, 0.3, 0.4, 0.5]);
    assert_eq!(cells[47].get::<Duration>("delay"), d(2.0));
    let values: Vec<&Value> = cells[0].values().map(|(_, value)| value).collect();
    assert_eq!(values[2], &Value::Text("slow".to_owned()));
}

#[test]
fn instances_that_are_listed_are_cells_too() {
    let kinds = [0.25, 0.75].map(|limit| Kinds { limit, ..Kinds::default() });
    let grid: Grid<Kinds> = kinds.to_vec().into();
    let table = asp::sweep(grid.filter(|kinds| kinds.limit > 0.5), |runner, kinds| {
        assert_eq!(kinds.limit.to_bits(), 0.75_f64.to_bits());
        runner
    });
    assert_eq!(table.run().unwrap().rows()[0].cell().get::<f64>("limit").to_bits(), 0.75_f64.to_bits());
}

/// Fails at the limits that are asked for.
struct Fragile(u32);

#[strategy]
impl Fragile {
    #[on_start]
    fn start(&mut self) -> Result<(), String> {
        match self.0 {
            3 => Err("three is too many".to_owned()),
            5 => panic!("five"),
            _ => Ok(()),
        }
    }
}

fn fragile() -> Grid<Fragile> {
    Grid::new(|cell| Fragile(cell.get("limit"))).axis("limit", 0_u32..=9)
}

#[test]
fn the_first_cell_that_fails_ends_the_sweep_and_is_named() {
    for threads in [1, 2, 8] {
        let error = asp::sweep(fragile(), Runner::add).threads(threads).run().unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("cell limit=3: ") && text.contains("three is too many"), "{text}");
        assert!(matches!(error, SweepError::Cell(failure) if failure.cell().index() == 3));
    }
}

#[test]
fn a_sweep_that_keeps_going_lists_the_cells_that_fail() {
    let table = asp::sweep(fragile(), Runner::add)
        .run_figure("starts", |outcome| outcome.report().dispatched.starts)
        .keep_going()
        .run()
        .unwrap();
    assert_eq!(table.rows().len(), 8);
    let failures: Vec<String> = table.failures().iter().map(ToString::to_string).collect();
    assert_eq!(failures.len(), 2);
    assert!(failures[0].contains("limit=3") && failures[0].contains("three is too many"), "{}", failures[0]);
    assert!(failures[1].contains("limit=5") && failures[1].contains("five"), "{}", failures[1]);
}

#[test]
fn panics_of_what_builds_or_measures_are_those_of_the_cell() {
    let built = asp::sweep(fragile(), |runner, Fragile(limit)| {
        assert!(limit < 7, "no {limit}");
        runner
    });
    assert_eq!(built.run().unwrap_err().to_string(), "cell limit=7: it panicked: no 7");
    let measured =
        asp::sweep(fragile(), |runner, _| runner).run_figure("none", |_| -> f64 { panic!("nothing") });
    assert_eq!(measured.run().unwrap_err().to_string(), "cell limit=0: it panicked: nothing");
    let unknown = Grid::new(|cell| Fragile(cell.get("limits"))).axis("limit", [1_u32]);
    let text = asp::sweep(unknown, Runner::add).run().unwrap_err().to_string();
    assert!(
        text.contains("no parameter `limits`; a parameter with a similar name exists: `limit`"),
        "{text}"
    );
}

#[test]
fn figures_without_a_strategy_are_errors_of_the_cell() {
    let table = asp::sweep(fragile(), |runner, _| runner).figure("limit", |fragile: &Fragile| fragile.0);
    let text = table.run().unwrap_err().to_string();
    assert!(
        text.starts_with("cell limit=0: the run has no strategy of type") && text.contains("Fragile"),
        "{text}"
    );
}

#[test]
fn rows_are_sorted_with_what_is_no_number_last_and_ties_in_the_order_of_the_grid() {
    let figures = [Some(2.0), None, Some(3.0), Some(2.0), Some(-0.0), Some(0.0)];
    let grid = Grid::new(|cell| cell.get::<usize>("n")).axis("n", 0..figures.len());
    let table = asp::sweep(grid, move |runner, n| runner.start(s(n as f64)))
        .run_figure("figure", move |outcome| {
            figures[(outcome.report().now.as_nanos() / 1_000_000_000) as usize]
        })
        .run()
        .unwrap();
    let order = |table: Table| -> Vec<usize> { table.rows().iter().map(|row| row.cell().index()).collect() };
    assert_eq!(order(table.clone().highest_first("figure").unwrap()), [2, 0, 3, 4, 5, 1]);
    assert_eq!(order(table.clone().lowest_first("figure").unwrap()), [4, 5, 0, 3, 2, 1]);
    let lowest = table.lowest_first("figure").unwrap();
    assert_eq!(lowest.to_string().lines().last(), Some("1       -"));
    assert_eq!(lowest.to_csv().lines().last(), Some("1,NaN"));
}

#[test]
fn faults_of_a_grid_are_told_together() {
    let grid = Grid::new(|_| Fragile(0)).axis("a", Vec::<u32>::new()).axis("b", Vec::<f64>::new());
    let text = asp::sweep(grid, Runner::add).run().unwrap_err().to_string();
    assert_eq!(
        text,
        "parameter `a` has no values\n= help: list at least one\n\
         parameter `b` has no values\n= help: list at least one"
    );
    let text = asp::sweep(fragile().filter(|_| false), Runner::add).run().unwrap_err().to_string();
    assert_eq!(text, "the grid has no cells\n= help: list a value, or let the filter pass one");
    let twice = asp::sweep(fragile(), Runner::add).run_figure("a", |_| 1).run_figure("a", |_| 2);
    assert_eq!(twice.run().unwrap_err().to_string(), "figure `a` is given twice\n= help: rename one");
}

const LOW: f64 = 1.0;

#[derive(Default, Params)]
struct Unreadable {
    #[param(range = LOW..=0.0, step = LOW)]
    a: f64,
    #[param(values = ["one", "2"])]
    b: u8,
}

#[test]
fn values_that_only_the_run_can_judge_are_told_with_their_parameter() {
    let text = asp::sweep(Unreadable::grid(), |runner, _| runner).run().unwrap_err().to_string();
    assert_eq!(
        text,
        "parameter `a`: its range is empty\n= help: write the lower end first\n\
         parameter `b`: \"one\" is none of its values\n= help: write a whole number from 0 to 255"
    );
}

#[test]
fn progress_counts_each_cell_once_and_in_order() {
    let seen = std::sync::Mutex::new(Vec::new());
    asp::sweep(fragile(), |runner, _| runner)
        .threads(4)
        .progress(|done, total| seen.lock().unwrap().push((done, total)))
        .run()
        .unwrap();
    assert_eq!(seen.into_inner().unwrap(), (1..=10).map(|done| (done, 10)).collect::<Vec<_>>());
}

/// Makes a sweep of its own in a handler.
struct Nested(Arc<AtomicUsize>);

#[strategy]
impl Nested {
    #[on_start]
    fn start(&mut self) {
        let table = asp::sweep(fragile(), |runner, _| runner).threads(2).run().unwrap();
        self.0.fetch_add(table.rows().len(), Ordering::Relaxed);
    }
}

#[test]
fn a_sweep_inside_a_sweep_has_threads_of_its_own() {
    let count = Arc::new(AtomicUsize::new(0));
    let nested = Arc::clone(&count);
    let grid = Grid::new(move |_| Nested(Arc::clone(&nested))).axis("n", 0..4_u8);
    asp::sweep(grid, Runner::add).threads(2).run().unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 40);
}

#[test]
fn a_heat_map_shows_the_best_over_the_other_parameters() {
    let grid = || {
        Grid::new(|cell| cell.get::<i64>("a") * 100 + cell.get::<i64>("b") * 10 + cell.get::<i64>("c"))
            .axis("a", [1_i64, 2])
            .axis("b", [1_i64, 2])
            .axis("c", [1_i64, 2])
            .filter(|number| *number < 220)
    };
    let sweep = asp::sweep(grid(), |runner, number| runner.start(s(number as f64)));
    let table =
        sweep.run_figure("figure", |outcome| outcome.report().now.as_nanos() / 1_000_000_000).run().unwrap();
    let map = table.heat_map("figure").unwrap();
    assert_eq!(map.caption(), "figure by a and b, the highest over c");
    let svg = map.to_svg();
    assert!(svg.contains("<title>a=1 b=2: figure 122</title>"), "{svg}");
    assert!(svg.contains("<title>a=2 b=1: figure 212</title>"), "{svg}");
    assert!(svg.contains("<title>a=2 b=2: figure none</title>"), "{svg}");
    let map = table.lowest_first("figure").unwrap().heat_map_over("c", "a", "figure").unwrap();
    assert_eq!(map.caption(), "figure by c and a, the lowest over b");
    assert!(map.to_svg().contains("<title>c=2 a=1: figure 112</title>"));
}

#[test]
fn a_grid_is_a_function_and_its_axes_or_a_list() {
    #[derive(Clone, Default, Params)]
    struct Band {
        #[param(values = [0.5, 1.0])]
        width: f64,
        #[param(range = 1..=24)]
        hours: u32,
    }

    impl Band {
        fn new(width: f64, hours: u32) -> Self {
            Band { width, hours }
        }
    }

    let [best, second, third] = [1, 2, 3].map(|hours| Band::new(0.5, hours));

    // ANCHOR: grids
    let grid = Grid::new(|cell| Band::new(cell.get("width"), cell.get("hours")))
        .axis("width", [0.5, 1.0, 2.0])
        .axis("hours", 1_u32..=24);
    let list = Grid::from(vec![best, second, third]);
    // ANCHOR_END: grids
    let table = |grid: Grid<Band>| {
        asp::sweep(grid, |runner, band| runner.start(s(band.width + f64::from(band.hours))))
            .run_figure("start", |outcome| outcome.report().start.as_nanos() as f64 / 1e9)
            .run()
            .unwrap()
    };
    let starts = |table: Table| -> Vec<f64> { table.rows().iter().map(|row| row.figures()[0]).collect() };
    let all = starts(table(grid));
    assert_eq!((all.len(), all[0], all[25], all[71]), (72, 1.5, 3.0, 26.0));
    assert_eq!(starts(table(list)), [1.5, 2.5, 3.5]);
}
