//! The cells of a sweep: all combinations of the values, or those that were listed.

use std::fmt;
use std::sync::Arc;

use crate::cell::Cell;
use crate::error::SweepError;
use crate::params::{Axis, Param, Params};
use crate::value::{ParamValue, Value};

/// The cells of a sweep, and how an instance for each is made.
///
/// A grid comes from [`Params::grid`]; from a function and its axes; or from instances, `Grid::from(vec)`, each of which is
/// a cell.
///
/// ```
/// use asp_sweep::Grid;
///
/// struct Band {
///     width: f64,
///     hours: u32,
/// }
///
/// let grid = Grid::new(|cell| Band { width: cell.get("width"), hours: cell.get("hours") })
///     .axis("width", [0.5, 1.0, 2.0])
///     .axis("hours", 1_u32..=24)
///     .filter(|band| band.width * f64::from(band.hours) <= 24.0);
/// assert_eq!(grid.cells()?.len(), 60);
/// # Ok::<(), asp_sweep::SweepError>(())
/// ```
#[must_use = "a grid does nothing until it is swept"]
pub struct Grid<P> {
    axes: Vec<Axis>,
    /// The cells, if they are not all combinations.
    listed: Option<Vec<Vec<Value>>>,
    make: Box<Make<P>>,
    /// Of a type with parameters: what a text stands for.
    read: Option<Box<Read>>,
    filters: Vec<Box<Filter<P>>>,
}

type Make<P> = dyn Fn(&Cell) -> P + Send + Sync;
type Filter<P> = dyn Fn(&P) -> bool + Send + Sync;
type Read = dyn Fn(usize, &str) -> Result<Value, String> + Send + Sync;

impl<P: 'static> Grid<P> {
    /// A grid without parameters yet: `make` makes the instance of a cell, [`Grid::axis`] adds what varies.
    pub fn new(make: impl Fn(&Cell) -> P + Send + Sync + 'static) -> Self {
        Grid { axes: Vec::new(), listed: None, make: Box::new(make), read: None, filters: Vec::new() }
    }

    /// Adds a parameter, which changes faster than those before.
    pub fn axis<T: ParamValue>(mut self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(|value| value.value()).collect();
        self.axes.push(Axis { name: name.to_owned(), values: Ok(values) });
        self
    }

    /// Keeps the cells for which this is true.
    pub fn filter(mut self, keeps: impl Fn(&P) -> bool + Send + Sync + 'static) -> Self {
        self.filters.push(Box::new(keeps));
        self
    }

    /// Gives a parameter other values, by their texts: `--set fast=10,20` of a program.
    ///
    /// # Errors
    ///
    /// If there is no such parameter, or a text is none of its values. Only grids of [`Params`] know what a text stands
    /// for.
    ///
    /// ```
    /// # use asp_sweep::{Grid, Param, Params};
    /// # #[derive(Default)]
    /// # struct Crossover { fast: usize }
    /// # impl Params for Crossover {
    /// #     fn params() -> Vec<Param<Self>> {
    /// #         vec![Param::range("fast", |s| &s.fast, |s| &mut s.fast, 5..=50, 5)]
    /// #     }
    /// # }
    /// let grid = Crossover::grid().set("fast", ["7", "8"])?;
    /// assert_eq!(grid.cells()?[1].to_string(), "fast=8");
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn set<'a>(
        mut self,
        name: &str,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SweepError> {
        let known: Vec<&str> = self.axes.iter().map(|axis| axis.name.as_str()).collect();
        let Some(index) = known.iter().position(|known| *known == name) else {
            return Err(SweepError::unknown("parameter", name, &known));
        };
        let read = |text: &str| match &self.read {
            Some(read) => read(index, text),
            None => Err("its grid is from a function\n= help: change its axis there".to_owned()),
        };
        let values: Result<Vec<Value>, String> = texts.into_iter().map(read).collect();
        let values = values.map_err(|fault| SweepError::Name(format!("parameter `{name}`: {fault}")))?;
        self.axes[index].values = Ok(values);
        Ok(self)
    }

    /// The cells, in order.
    ///
    /// # Errors
    ///
    /// If a parameter has no values, or the filters leave no cell.
    pub fn cells(&self) -> Result<Vec<Cell>, SweepError> {
        let faults: Vec<String> = self.axes.iter().filter_map(fault_of).collect();
        if !faults.is_empty() && self.listed.is_none() {
            return Err(SweepError::Grid(faults));
        }
        let names: Arc<[String]> = self.axes.iter().map(|axis| axis.name.clone()).collect();
        let all = match &self.listed {
            Some(listed) => listed.clone(),
            None => self.combinations()?,
        };
        let mut cells = Vec::new();
        let cell = |(index, values)| Cell { index, names: Arc::clone(&names), values };
        for cell in all.into_iter().enumerate().map(cell) {
            if self.filters.is_empty() || self.keeps(&cell) {
                cells.push(cell);
            }
        }
        // Places are those of the cells that are left, unless the list says what each is.
        if self.listed.is_none() {
            cells.iter_mut().enumerate().for_each(|(index, cell)| cell.index = index);
        }
        if cells.is_empty() {
            return Err(SweepError::Grid(vec![
                "the grid has no cells\n= help: list a value, or let the filter pass one".to_owned(),
            ]));
        }
        Ok(cells)
    }

    /// The instance of a cell.
    pub(crate) fn instance(&self, cell: &Cell) -> P {
        (self.make)(cell)
    }

    fn keeps(&self, cell: &Cell) -> bool {
        let instance = self.instance(cell);
        self.filters.iter().all(|keeps| keeps(&instance))
    }

    fn combinations(&self) -> Result<Vec<Vec<Value>>, SweepError> {
        const MOST: usize = 1_000_000;
        let values = || self.axes.iter().filter_map(|axis| axis.values.as_ref().ok());
        let count = values().try_fold(1_usize, |count, values| count.checked_mul(values.len()));
        if count.is_none_or(|count| count > MOST) {
            return Err(SweepError::Grid(vec![
                "the grid has more than a million cells\n= help: take larger steps, or fewer parameters"
                    .to_owned(),
            ]));
        }
        let mut cells = vec![Vec::new()];
        for values in values() {
            let longer = |cell: &Vec<Value>| {
                let cell = cell.clone();
                values.iter().map(move |value| [&cell[..], std::slice::from_ref(value)].concat())
            };
            cells = cells.iter().flat_map(longer).collect();
        }
        Ok(cells)
    }
}

impl<P: Params> Grid<P> {
    /// See [`Params::grid_from`].
    pub(crate) fn of_params(base: impl Fn() -> P + Send + Sync + 'static) -> Self {
        let params = Arc::new(P::params());
        let axes = params.iter().map(|param| param.axis.clone()).collect();
        let of_make = Arc::clone(&params);
        let make = move |cell: &Cell| {
            let mut instance = base();
            for (param, value) in of_make.iter().zip(&cell.values) {
                // The values are of the parameter, which made them itself.
                param.set(&mut instance, value);
            }
            instance
        };
        let read = move |index: usize, text: &str| params[index].read(text);
        Grid { axes, listed: None, make: Box::new(make), read: Some(Box::new(read)), filters: Vec::new() }
    }
}

/// Each instance is a cell, by the values of its parameters.
///
/// ```
/// # use asp_sweep::{Grid, Param, Params};
/// # #[derive(Clone, Default)]
/// # struct Crossover { fast: usize }
/// # impl Params for Crossover {
/// #     fn params() -> Vec<Param<Self>> {
/// #         vec![Param::range("fast", |s| &s.fast, |s| &mut s.fast, 5..=50, 5)]
/// #     }
/// # }
/// let grid: Grid<Crossover> = (1..=3).map(|power| Crossover { fast: 2_usize.pow(power) }).collect();
/// assert_eq!(grid.cells()?[2].to_string(), "fast=8");
/// # Ok::<(), asp_sweep::SweepError>(())
/// ```
impl<P: Params + Clone + Send + Sync> From<Vec<P>> for Grid<P> {
    fn from(instances: Vec<P>) -> Self {
        let params = P::params();
        let values = |instance: &P| params.iter().map(|param| param.get(instance)).collect();
        let listed = Some(instances.iter().map(values).collect());
        let axes = params
            .iter()
            .map(|Param { axis, .. }| Axis { name: axis.name.clone(), values: Ok(Vec::new()) })
            .collect();
        let make = Box::new(move |cell: &Cell| instances[cell.index].clone());
        Grid { axes, listed, make, read: None, filters: Vec::new() }
    }
}

impl<P: Params + Clone + Send + Sync> FromIterator<P> for Grid<P> {
    fn from_iter<I: IntoIterator<Item = P>>(instances: I) -> Self {
        Grid::from(instances.into_iter().collect::<Vec<P>>())
    }
}

fn fault_of(axis: &Axis) -> Option<String> {
    let name = &axis.name;
    match &axis.values {
        Ok(values) if values.is_empty() => {
            Some(format!("parameter `{name}` has no values\n= help: list at least one"))
        }
        Ok(_) => None,
        Err(fault) => Some(format!("parameter `{name}`: {fault}")),
    }
}

impl<P> fmt::Debug for Grid<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grid").field("axes", &self.axes).finish_non_exhaustive()
    }
}
