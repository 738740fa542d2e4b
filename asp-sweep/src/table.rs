//! What a sweep found: a row for each cell.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use asp_core::Digest;

use crate::cell::Cell;
use crate::error::{Failure, SweepError};

/// The table of a sweep: the parameters of each cell, its figures and, if the runs had one, its digest.
///
/// It prints with its columns aligned, in the order of the grid or that of a figure.
///
/// ```
/// use asp_sweep::{Grid, sweep};
///
/// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2, 3]);
/// let table = sweep(grid, |runner, _| runner).run_figure("events", |_| 0).run()?;
/// assert_eq!(table.to_csv(), "n,events\n1,0\n2,0\n3,0\n");
/// assert_eq!(table.top(1).to_string(), "n  events\n1       0\n");
/// # Ok::<(), asp_sweep::SweepError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) parameters: Vec<String>,
    pub(crate) figures: Vec<String>,
    pub(crate) rows: Vec<Row>,
    failures: Arc<Vec<Failure>>,
    /// By what the rows are sorted, and whether the highest come first.
    pub(crate) order: Option<(String, bool)>,
    threads: usize,
    took: Duration,
}

/// A cell that was run.
#[derive(Clone, Debug)]
pub struct Row {
    pub(crate) cell: Cell,
    pub(crate) figures: Vec<f64>,
    pub(crate) names: Arc<[String]>,
    pub(crate) digest: Option<Digest>,
}

impl Row {
    /// The cell.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let table = sweep(grid, |runner, _| runner).run()?;
    /// assert_eq!(table.rows()[1].cell().to_string(), "n=2");
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn cell(&self) -> &Cell {
        &self.cell
    }

    /// The figures, in the order in which they were added.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let table = sweep(grid, |runner, _| runner).run_figure("one", |_| 1).run()?;
    /// assert_eq!(table.rows()[1].figures(), [1.0]);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn figures(&self) -> &[f64] {
        &self.figures
    }

    /// The figure of this name.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let table = sweep(grid, |runner, _| runner).run_figure("one", |_| 1).run()?;
    /// assert_eq!(table.rows()[1].figure("one"), Some(1.0));
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn figure(&self, name: &str) -> Option<f64> {
        let index = self.names.iter().position(|other| other == name)?;
        self.figures.get(index).copied()
    }

    /// The digest of its run, if the runner was asked for one.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let table = sweep(grid, |runner, _| runner.digest()).run()?;
    /// assert_eq!(table.rows()[0].digest(), table.rows()[1].digest()); // both did nothing
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }
}

impl Table {
    pub(crate) fn new(parameters: Vec<String>, figures: Vec<String>, threads: usize) -> Self {
        Table {
            parameters,
            figures,
            rows: Vec::new(),
            failures: Arc::default(),
            order: None,
            threads,
            took: Duration::ZERO,
        }
    }

    pub(crate) fn fill(&mut self, rows: Vec<Row>, failures: Vec<Failure>, took: Duration) {
        self.rows = rows;
        self.failures = Arc::new(failures);
        self.took = took;
    }

    /// The rows, in the order of the table.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// assert_eq!(sweep(grid, |runner, _| runner).run()?.rows().len(), 2);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The cells that failed, under [`Sweep::keep_going`](crate::Sweep::keep_going), in the order of the grid.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// On how many threads the sweep ran.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// assert!(sweep(grid, |runner, _| runner).run()?.threads() >= 1);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// How long the sweep took.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// assert!(!sweep(grid, |runner, _| runner).run()?.took().is_zero());
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn took(&self) -> Duration {
        self.took
    }

    /// The highest of a figure first. Equal ones stay in the order of the grid, those that are no number come last.
    ///
    /// # Errors
    ///
    /// If there is no such figure; the error knows similar names.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2, 3]);
    /// let table = sweep(grid, |runner, _| runner).run_figure("events", |_| 0).run()?;
    /// let error = table.highest_first("event").unwrap_err();
    /// assert_eq!(error.to_string(), "there is no figure `event`\n= help: a figure with a similar name exists: `events`");
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn highest_first(self, figure: &str) -> Result<Table, SweepError> {
        self.sorted(figure, true)
    }

    /// The lowest of a figure first, else as [`Table::highest_first`].
    ///
    /// # Errors
    ///
    /// If there is no such figure.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let table = sweep(grid, |runner, _| runner).run_figure("one", |_| 1).run()?.lowest_first("one")?;
    /// assert_eq!(table.rows()[0].cell().index(), 0);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn lowest_first(self, figure: &str) -> Result<Table, SweepError> {
        self.sorted(figure, false)
    }

    fn sorted(mut self, figure: &str, highest_first: bool) -> Result<Table, SweepError> {
        let index = self.index_of(figure)?;
        self.rows.sort_by(|one, other| {
            let (a, b) = (one.figures[index], other.figures[index]);
            let by_value = if highest_first { b.total_cmp(&a) } else { a.total_cmp(&b) };
            // -0 and 0 are one number.
            let by_value = if a == b { std::cmp::Ordering::Equal } else { by_value };
            a.is_nan()
                .cmp(&b.is_nan())
                .then(if a.is_nan() { std::cmp::Ordering::Equal } else { by_value })
                .then(one.cell.index.cmp(&other.cell.index))
        });
        self.order = Some((figure.to_owned(), highest_first));
        Ok(self)
    }

    /// The first rows.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// assert_eq!(sweep(grid, |runner, _| runner).run()?.top(1).rows().len(), 1);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    #[must_use]
    pub fn top(&self, count: usize) -> Table {
        Table { rows: self.rows.iter().take(count).cloned().collect(), ..self.clone() }
    }

    pub(crate) fn index_of(&self, figure: &str) -> Result<usize, SweepError> {
        let known = || self.figures.iter().map(String::as_str);
        known()
            .position(|known| known == figure)
            .ok_or_else(|| SweepError::unknown("figure", figure, &known().collect::<Vec<_>>()))
    }

    /// As comma-separated values, with all digits: a line of names, and one for each row.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// assert_eq!(sweep(grid, |runner, _| runner).run()?.to_csv(), "n\n1\n2\n");
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        let mut line = |cells: Vec<String>| {
            text += &cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
            text.push('\n');
        };
        line(self.heads().collect());
        for row in &self.rows {
            let figures = row.figures.iter().map(f64::to_string);
            line(self.cells_of(row, figures.collect()).collect());
        }
        text
    }

    /// Writes [`Table::to_csv`] to a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|cell| cell.get::<u32>("n")).axis("n", [1, 2]);
    /// let error = sweep(grid, |runner, _| runner).run()?.write_csv("/none/out.csv").unwrap_err();
    /// assert!(error.to_string().starts_with("/none/out.csv cannot be written: "));
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<(), SweepError> {
        let path = path.as_ref();
        let failed = |error| SweepError::File { path: path.display().to_string(), error };
        fs::write(path, self.to_csv()).map_err(failed)
    }

    /// The names of the columns.
    pub(crate) fn heads(&self) -> impl Iterator<Item = String> {
        let digest = self.has_digests().then(|| "digest".to_owned());
        self.parameters.iter().chain(&self.figures).cloned().chain(digest)
    }

    /// The texts of a row, with these for its figures.
    pub(crate) fn cells_of(&self, row: &Row, figures: Vec<String>) -> impl Iterator<Item = String> {
        let digest = row.digest.map(|digest| digest.to_string()).unwrap_or_default();
        let digest = self.has_digests().then_some(digest);
        let parameters: Vec<String> = row.cell.values.iter().map(ToString::to_string).collect();
        parameters.into_iter().chain(figures).chain(digest)
    }

    fn has_digests(&self) -> bool {
        self.rows.iter().any(|row| row.digest.is_some())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows.iter().map(|row| {
            self.cells_of(row, row.figures.iter().map(|&figure| shown(figure)).collect()).collect()
        });
        let rows: Vec<Vec<String>> = std::iter::once(self.heads().collect()).chain(rows).collect();
        let length = |column: usize| rows.iter().map(move |row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..rows[0].len()).map(|column| length(column).unwrap_or(0)).collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  "))?;
        }
        Ok(())
    }
}

/// A figure to read: whole as it is, else with six digits that count.
pub(crate) fn shown(number: f64) -> String {
    rounded(number, 6)
}

/// A figure with so many digits that count.
pub(crate) fn rounded(number: f64, digits: i32) -> String {
    if number.is_nan() {
        return "-".to_owned();
    }
    let size = number.abs();
    if number.is_infinite() || (number.fract() == 0.0 && size < 1e15) {
        return (number + 0.0).to_string();
    }
    if !(1e-4..1e15).contains(&size) {
        return format!("{number:.*e}", digits.max(1) as usize - 1);
    }
    let digits = (digits - 1 - size.log10().floor() as i32).max(0) as usize;
    let text = format!("{number:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A cell of a CSV file, in quotes if it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_with_the_digits_that_count() {
        let table = [
            (0.0, "0"),
            (-0.0, "0"),
            (12.0, "12"),
            (1_234_567.0, "1234567"),
            (0.1 + 0.2, "0.3"),
            (-1.234_567_89, "-1.23457"),
            (123_456.789, "123457"),
            (0.000_123_456_7, "0.000123457"),
            (0.000_012_3, "1.23000e-5"),
            (f64::NAN, "-"),
            (f64::INFINITY, "inf"),
        ];
        for (number, text) in table {
            assert_eq!(shown(number), text);
        }
    }

    #[test]
    fn cells_of_csv_are_quoted_where_they_must_be() {
        assert_eq!(quoted("1h30min"), "1h30min");
        assert_eq!(quoted("a,b \"c\""), "\"a,b \"\"c\"\"\"");
    }
}
