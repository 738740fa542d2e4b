//! The table and its heat map on a page that needs nothing but itself.

use asp_report::page::{Html, Page, Table as Rows, Tiles};

use crate::error::SweepError;
use crate::heat::HeatMap;
use crate::table::{Table, shown};

/// So many rows can be read on a page; the rest is for the CSV file.
const MOST: usize = 1000;

impl Table {
    /// A page with the heat map of a figure, if two parameters have several values, and the rows as they are sorted.
    ///
    /// It prints as an HTML file, which loads nothing.
    ///
    /// # Errors
    ///
    /// If there is no such figure.
    ///
    /// ```
    /// use asp::sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|_| ()).axis("fast", [5, 10]).axis("slow", [20, 30]);
    /// let table = sweep(grid, |runner, ()| runner).run_figure("events", |_| 0).run()?;
    /// let html = table.page("crossover", "events")?.to_string();
    /// assert!(html.contains("<h1>crossover</h1>") && html.contains("events by fast and slow"));
    /// # Ok::<(), asp::sweep::SweepError>(())
    /// ```
    pub fn page(&self, title: &str, figure: &str) -> Result<Page, SweepError> {
        let index = self.index_of(figure)?;
        let lead = match &self.order {
            Some((by, true)) => format!("{} cells, the highest of {by} first", self.rows.len()),
            Some((by, false)) => format!("{} cells, the lowest of {by} first", self.rows.len()),
            None => format!("{} cells, in the order of the grid", self.rows.len()),
        };
        let mut page = Page::new(title).lead(lead).section("Sweep", self.tiles(figure, index));
        match self.heat_map(figure) {
            Ok(map) => page = page.section("Heat map", drawn(&map)),
            // One parameter makes no map.
            Err(SweepError::HeatMap(_)) => {}
            Err(error) => return Err(error),
        }
        page = page.section("Cells", self.listed());
        if !self.failures().is_empty() {
            let mut rows = Rows::new(["cell", "error"]);
            for failure in self.failures() {
                let (cell, error) = (failure.cell().to_string(), failure.error_text());
                rows.push([Html::text(cell), Html::text(error)]);
            }
            page = page.section("Failures", rows);
        }
        Ok(page)
    }

    fn tiles(&self, figure: &str, index: usize) -> Tiles {
        let numbers = || self.rows.iter().map(|row| row.figures[index]).filter(|number| !number.is_nan());
        let mut tiles = Tiles::new().tile("cells", Html::text(self.rows.len()));
        for (name, number) in
            [("highest", numbers().reduce(f64::max)), ("lowest", numbers().reduce(f64::min))]
        {
            if let Some(number) = number {
                tiles = tiles.tile(&format!("{name} {figure}"), Html::text(shown(number)));
            }
        }
        let took = format!("{:.3} s on {} threads", self.took().as_secs_f64(), self.threads());
        tiles.tile("took", Html::text(took))
    }

    fn listed(&self) -> Html {
        let heads: Vec<String> = self.heads().map(|head| format!("#{head}")).collect();
        let mut rows = Rows::new(heads.iter().map(String::as_str));
        for row in self.rows.iter().take(MOST) {
            let figures = row.figures.iter().map(|&figure| shown(figure)).collect();
            rows.push(self.cells_of(row, figures).map(Html::text));
        }
        let html = Html::from(rows);
        match self.rows.len().saturating_sub(MOST) {
            0 => html,
            more => html.and(Html::note(format!("and {more} more"))),
        }
    }
}

fn drawn(map: &HeatMap) -> Html {
    let caption = map.caption();
    Html::raw(map.to_svg()).and(Html::note(format!("{caption}. Point at a spot to see its cell.")))
}
