//! Pictures of the curves, to be read on light and dark pages: no ground, and colours of a middle brightness.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::Measured;

const SIZE: (u32, u32) = (560, 320);
const TEXT: RGBColor = RGBColor(128, 128, 128);
const COLOURS: [RGBColor; 2] = [RGBColor(58, 134, 226), RGBColor(224, 130, 20)];

/// A line of a picture: its name and its points.
type Line<'a> = (String, &'a [(u64, f64)]);

/// Writes a picture for each group of curves: `streams`, `strategies`, `pending`, `events`.
pub(crate) fn draw(folder: &Path, measured: &[Measured]) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    for group in measured.chunk_by(|one, other| group(one) == group(other)) {
        let lines: Vec<Line<'_>> = match group {
            [one] => [("ASP", &one.asp), ("by hand", &one.hand)]
                .into_iter()
                .filter(|(_, points)| !points.is_empty())
                .map(|(side, points)| (side.to_owned(), points.as_slice()))
                .collect(),
            several => several.iter().map(|one| (one.curve.of.to_owned(), one.asp.as_slice())).collect(),
        };
        let of = match group {
            [one] => one.curve.of,
            [one, ..] if self::group(one) == "pending" => "calls that are pending",
            _ => "strategies",
        };
        let path = folder.join(format!("growth-{}.svg", self::group(&group[0])));
        let area = SVGBackend::new(&path, SIZE).into_drawing_area();
        picture(&area, of, &lines)?;
        area.present()?;
    }
    Ok(())
}

fn group(measured: &Measured) -> &'static str {
    measured.curve.name.split('-').next().unwrap_or_default()
}

fn picture(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    of: &str,
    lines: &[Line<'_>],
) -> Result<(), Box<dyn Error>> {
    let sizes = || lines.iter().flat_map(|(_, points)| points.iter().map(|point| point.0 as f64));
    // All pictures have the same height of axis, unless one needs more.
    let most = lines.iter().flat_map(|(_, points)| points.iter().map(|point| point.1)).fold(1000.0, f64::max);
    let (from, to) = (sizes().fold(f64::MAX, f64::min), sizes().fold(1.0, f64::max));
    let text = ("sans-serif", 16).into_font().color(&TEXT);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(28)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d((from..to).log_scale(), (1.0..most * 1.5).log_scale())?;
    chart
        .configure_mesh()
        .bold_line_style(TEXT.mix(0.35))
        .light_line_style(TEXT.mix(0.0))
        .axis_style(TEXT)
        .label_style(text.clone())
        .axis_desc_style(text.clone())
        .x_desc(of)
        .y_desc("ns per event")
        .x_label_formatter(&|size| short(*size))
        .y_label_formatter(&|ns| short(*ns))
        .draw()?;
    for ((name, points), colour) in lines.iter().zip(COLOURS) {
        let points = || points.iter().map(|&(size, ns)| (size as f64, ns));
        chart
            .draw_series(LineSeries::new(points(), colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        chart.draw_series(points().map(|point| Circle::new(point, 4, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(text)
        .border_style(TRANSPARENT)
        .draw()?;
    Ok(())
}

/// A number as one writes it beside an axis.
fn short(number: f64) -> String {
    match number {
        1e6.. => format!("{} M", number / 1e6),
        1e3.. => format!("{} k", number / 1e3),
        _ => format!("{number}"),
    }
}
