//! A figure over two parameters, as a picture.

use std::fmt::{self, Write};

use crate::error::SweepError;
use crate::table::{Table, rounded, shown};
use crate::value::Value;

/// A heat map: the value of a figure for each pair of values of two parameters.
///
/// If there are other parameters, it shows the best over these: the highest, or the lowest if the table has the lowest of
/// the figure first. [`HeatMap::caption`] says so.
///
/// ```
/// use asp_sweep::{Grid, sweep};
///
/// let grid = Grid::new(|_| ()).axis("fast", [5, 10]).axis("slow", [20, 30]);
/// let table = sweep(grid, |runner, ()| runner).run_figure("events", |_| 0).run()?;
/// let map = table.heat_map("events")?;
/// assert_eq!(map.caption(), "events by fast and slow");
/// assert!(map.to_svg().contains("<title>fast=5 slow=20: events 0</title>"));
/// # Ok::<(), asp_sweep::SweepError>(())
/// ```
#[derive(Clone, Debug)]
pub struct HeatMap {
    x: Side,
    y: Side,
    figure: String,
    /// Column by column; none where the grid has no cell, or its figure is no number.
    spots: Vec<Option<f64>>,
    /// How many cells a spot may stand for, and which of them it shows.
    over: Option<(Vec<String>, bool)>,
}

/// A parameter along one side.
#[derive(Clone, Debug)]
struct Side {
    name: String,
    values: Vec<Value>,
}

impl Table {
    /// The heat map of a figure over the first two parameters that have several values.
    ///
    /// # Errors
    ///
    /// If there is no such figure, or there are no two such parameters.
    pub fn heat_map(&self, figure: &str) -> Result<HeatMap, SweepError> {
        let varied: Vec<&str> = (0..self.parameters.len())
            .filter(|&index| self.values_of(index).len() > 1)
            .map(|index| self.parameters[index].as_str())
            .collect();
        match varied[..] {
            [x, y, ..] => self.heat_map_over(x, y, figure),
            _ => Err(SweepError::HeatMap(format!(
                "a heat map takes two parameters with several values, the grid has {}\n\
                 = help: leave it out, or let another parameter vary",
                varied.len()
            ))),
        }
    }

    /// The heat map of a figure over these parameters, the first from left to right.
    ///
    /// # Errors
    ///
    /// If there is no such figure, or no such parameter.
    ///
    /// ```
    /// use asp_sweep::{Grid, sweep};
    ///
    /// let grid = Grid::new(|_| ()).axis("a", [1, 2]).axis("b", [1, 2]).axis("c", [1, 2]);
    /// let table = sweep(grid, |runner, ()| runner).run_figure("events", |_| 0).run()?;
    /// let map = table.heat_map_over("c", "a", "events")?;
    /// assert_eq!(map.caption(), "events by c and a, the highest over b");
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn heat_map_over(&self, x: &str, y: &str, figure: &str) -> Result<HeatMap, SweepError> {
        let column = self.index_of(figure)?;
        let (x, y) = (self.parameter(x)?, self.parameter(y)?);
        let side =
            |index: usize| Side { name: self.parameters[index].clone(), values: self.values_of(index) };
        let (left, up) = (side(x), side(y));
        let is_highest = self.order.as_ref().is_none_or(|(by, is_highest)| by != figure || *is_highest);
        let mut spots: Vec<Option<f64>> = vec![None; left.values.len() * up.values.len()];
        for row in &self.rows {
            let place = |side: &Side, index: usize| {
                side.values.iter().position(|value| *value == row.cell.values[index])
            };
            let (Some(i), Some(k)) = (place(&left, x), place(&up, y)) else { continue };
            let spot = &mut spots[i * up.values.len() + k];
            let number = Some(row.figures[column]).filter(|number| !number.is_nan());
            *spot = match (*spot, number) {
                (Some(a), Some(b)) if is_highest => Some(a.max(b)),
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        let is_other = |index: &usize| *index != x && *index != y && self.values_of(*index).len() > 1;
        let others = (0..self.parameters.len()).filter(is_other).map(|index| self.parameters[index].clone());
        let over = Some((others.collect::<Vec<_>>(), is_highest)).filter(|(others, _)| !others.is_empty());
        Ok(HeatMap { x: left, y: up, figure: figure.to_owned(), spots, over })
    }

    fn parameter(&self, name: &str) -> Result<usize, SweepError> {
        let known: Vec<&str> = self.parameters.iter().map(String::as_str).collect();
        let index = known.iter().position(|known| *known == name);
        index.ok_or_else(|| SweepError::unknown("parameter", name, &known))
    }

    /// The values of a parameter, each once: numbers by size, others in the order of the grid.
    fn values_of(&self, index: usize) -> Vec<Value> {
        let mut rows: Vec<_> = self.rows.iter().collect();
        rows.sort_by_key(|row| row.cell.index);
        let mut values: Vec<Value> = Vec::new();
        for row in rows {
            let value = &row.cell.values[index];
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        if values.iter().all(|value| value.number().is_some()) {
            values.sort_by(|a, b| a.number().unwrap_or(0.0).total_cmp(&b.number().unwrap_or(0.0)));
        }
        values
    }
}

/// Sizes in the picture.
const WIDTH: f64 = 640.0;
const LEFT: f64 = 72.0;
const TOP: f64 = 10.0;
const FONT: f64 = 12.0;
/// Room for an axis and its name, and for the legend.
const BELOW: f64 = 112.0;

impl HeatMap {
    /// What the picture shows, as a sentence without its stop.
    pub fn caption(&self) -> String {
        let mut text = format!("{} by {} and {}", self.figure, self.x.name, self.y.name);
        if let Some((others, is_highest)) = &self.over {
            let which = if *is_highest { "highest" } else { "lowest" };
            text += &format!(", the {which} over {}", others.join(", "));
        }
        text
    }

    /// The picture as SVG, with the text in the colour of what surrounds it. A spot says what it is when it is pointed
    /// at.
    pub fn to_svg(&self) -> String {
        let (columns, rows) = (self.x.values.len(), self.y.values.len());
        let width = (WIDTH - LEFT - 10.0) / columns as f64;
        let height = (width * 0.75).clamp(6.0, 40.0);
        let plot = Plot { width, height, rows, bottom: TOP + height * rows as f64 };
        let total = plot.bottom + BELOW;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {total:.1}\" width=\"{WIDTH}\" \
             height=\"{total:.1}\" role=\"img\" aria-label=\"{}\" font-family=\"system-ui, sans-serif\" \
             font-size=\"{FONT}\" fill=\"currentColor\" style=\"max-width: 100%; height: auto\">",
            escaped(&self.caption())
        );
        let scale = Scale::of(&self.spots);
        let numbers = self.has_numbers(&plot);
        for column in 0..columns {
            for row in 0..rows {
                self.draw_spot(&mut svg, &plot, &scale, (column, row), numbers);
            }
        }
        self.draw_axes(&mut svg, &plot);
        self.draw_legend(&mut svg, &plot, &scale);
        svg + "</svg>"
    }

    /// Whether the spots are large enough for their numbers.
    fn has_numbers(&self, plot: &Plot) -> bool {
        let longest = self.spots.iter().flatten().map(|number| short(*number).chars().count()).max();
        let room = plot.width - 8.0;
        plot.height >= 16.0 && longest.is_some_and(|longest| longest as f64 * FONT * 0.6 <= room)
    }

    fn draw_spot(
        &self,
        svg: &mut String,
        plot: &Plot,
        scale: &Scale,
        (column, row): (usize, usize),
        has_number: bool,
    ) {
        let spot = self.spots[column * plot.rows + row];
        let (x, y) = (plot.left(column), plot.top(row));
        // A gap between large spots; small ones would be nothing but gaps.
        let gap = if plot.width >= 12.0 && plot.height >= 12.0 { 1.0 } else { 0.0 };
        let (width, height) = (plot.width - gap, plot.height - gap);
        let colour = match spot {
            Some(number) => format!("fill=\"{}\"", css(scale.colour(number))),
            None => "fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.2\"".to_owned(),
        };
        let text = spot.map_or_else(|| "none".to_owned(), shown);
        let title = format!(
            "{}={} {}={}: {} {text}",
            self.x.name, self.x.values[column], self.y.name, self.y.values[row], self.figure
        );
        put(
            svg,
            format_args!(
                "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" {colour}>\
                 <title>{}</title></rect>",
                escaped(&title)
            ),
        );
        if let Some(number) = spot.filter(|_| has_number) {
            let ink = if lightness(scale.colour(number)) > 0.45 { "#000000" } else { "#ffffff" };
            let (x, y) = (x + width / 2.0, y + height / 2.0 + FONT * 0.35);
            put(
                svg,
                format_args!(
                    "<text x=\"{x:.2}\" y=\"{y:.2}\" text-anchor=\"middle\" fill=\"{ink}\" \
                     pointer-events=\"none\">{}</text>",
                    short(number)
                ),
            );
        }
    }

    fn draw_axes(&self, svg: &mut String, plot: &Plot) {
        let labels: Vec<String> = self.x.values.iter().map(ToString::to_string).collect();
        let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(1) as f64;
        let each = ((longest * FONT * 0.6 + 8.0) / plot.width).ceil().max(1.0) as usize;
        for (column, label) in labels.iter().enumerate().step_by(each) {
            let (x, y) = (plot.left(column) + plot.width / 2.0, plot.bottom + 16.0);
            put(
                svg,
                format_args!(
                    "<text x=\"{x:.2}\" y=\"{y:.2}\" text-anchor=\"middle\">{}</text>",
                    escaped(label)
                ),
            );
        }
        let each = (16.0 / plot.height).ceil().max(1.0) as usize;
        for (row, value) in self.y.values.iter().enumerate().step_by(each) {
            let (x, y) = (LEFT - 6.0, plot.top(row) + plot.height / 2.0 + FONT * 0.35);
            put(
                svg,
                format_args!(
                    "<text x=\"{x}\" y=\"{y:.2}\" text-anchor=\"end\">{}</text>",
                    escaped(&value.to_string())
                ),
            );
        }
        let (x, y) = ((LEFT + WIDTH - 10.0) / 2.0, plot.bottom + 36.0);
        put(
            svg,
            format_args!(
                "<text x=\"{x}\" y=\"{y:.2}\" text-anchor=\"middle\" font-weight=\"600\">{}</text>",
                escaped(&self.x.name)
            ),
        );
        let y = (TOP + plot.bottom) / 2.0;
        put(
            svg,
            format_args!(
                "<text transform=\"translate(14 {y:.2}) rotate(-90)\" text-anchor=\"middle\" \
                 font-weight=\"600\">{}</text>",
                escaped(&self.y.name)
            ),
        );
    }

    fn draw_legend(&self, svg: &mut String, plot: &Plot, scale: &Scale) {
        const STEPS: usize = 48;
        const LONG: f64 = 240.0;
        let top = plot.bottom + 62.0;
        put(
            svg,
            format_args!(
                "<text x=\"{LEFT}\" y=\"{:.2}\" font-weight=\"600\">{}</text>",
                top - 6.0,
                escaped(&self.figure)
            ),
        );
        let width = LONG / STEPS as f64;
        for step in 0..STEPS {
            let colour = css(blend(step as f64 / (STEPS - 1) as f64));
            let x = LEFT + step as f64 * width;
            put(
                svg,
                format_args!(
                    "<rect x=\"{x:.2}\" y=\"{top:.2}\" width=\"{:.2}\" height=\"12\" fill=\"{colour}\"/>",
                    width + 0.5
                ),
            );
        }
        let y = top + 28.0;
        for (x, anchor, number) in [(LEFT, "start", scale.least), (LEFT + LONG, "end", scale.most)] {
            put(
                svg,
                format_args!(
                    "<text x=\"{x}\" y=\"{y:.2}\" text-anchor=\"{anchor}\">{}</text>",
                    shown(number)
                ),
            );
        }
    }
}

/// What has room in a spot.
fn short(number: f64) -> String {
    rounded(number, 3)
}

/// Where the spots are. The first row is at the bottom.
struct Plot {
    width: f64,
    height: f64,
    rows: usize,
    bottom: f64,
}

impl Plot {
    fn left(&self, column: usize) -> f64 {
        LEFT + column as f64 * self.width
    }

    fn top(&self, row: usize) -> f64 {
        self.bottom - (row + 1) as f64 * self.height
    }
}

/// The ends of the colours.
struct Scale {
    least: f64,
    most: f64,
}

impl Scale {
    fn of(spots: &[Option<f64>]) -> Scale {
        let numbers = || spots.iter().flatten().copied().filter(|number| number.is_finite());
        let least = numbers().reduce(f64::min).unwrap_or(0.0);
        Scale { least, most: numbers().reduce(f64::max).unwrap_or(least) }
    }

    fn colour(&self, number: f64) -> [f64; 3] {
        let length = self.most - self.least;
        let share = if length > 0.0 { (number - self.least) / length } else { 0.5 };
        blend(share.clamp(0.0, 1.0))
    }
}

/// From dark to light over many hues, as even to the eye as to the colour-blind one: the stops are those of viridis.
const STOPS: [[f64; 3]; 6] = [
    [68.0, 1.0, 84.0],
    [65.0, 68.0, 135.0],
    [42.0, 120.0, 142.0],
    [34.0, 168.0, 132.0],
    [122.0, 209.0, 81.0],
    [253.0, 231.0, 37.0],
];

fn blend(share: f64) -> [f64; 3] {
    let place = share * (STOPS.len() - 1) as f64;
    let below = (place.floor() as usize).min(STOPS.len() - 2);
    let rest = place - below as f64;
    std::array::from_fn(|k| STOPS[below][k] + (STOPS[below + 1][k] - STOPS[below][k]) * rest)
}

fn css([red, green, blue]: [f64; 3]) -> String {
    format!("#{:02x}{:02x}{:02x}", red.round() as u8, green.round() as u8, blue.round() as u8)
}

fn lightness([red, green, blue]: [f64; 3]) -> f64 {
    (0.299 * red + 0.587 * green + 0.114 * blue) / 255.0
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Writing to a string cannot fail.
fn put(svg: &mut String, what: fmt::Arguments<'_>) {
    let _ = svg.write_fmt(what);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_from_end_to_end() {
        assert_eq!(css(blend(0.0)), "#440154");
        assert_eq!(css(blend(0.2)), "#414487");
        assert_eq!(css(blend(1.0)), "#fde725");
        let scale = Scale::of(&[Some(1.0), None, Some(3.0), Some(f64::INFINITY)]);
        assert_eq!((scale.least, scale.most), (1.0, 3.0));
        assert_eq!(scale.colour(f64::INFINITY), blend(1.0));
        assert_eq!(Scale::of(&[Some(2.0)]).colour(2.0), blend(0.5));
    }
}
