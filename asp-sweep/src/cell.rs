//! One point of a grid.

use std::fmt;
use std::sync::Arc;

use crate::value::{ParamValue, Value};

/// A cell of a grid: a value for each parameter. It prints as `fast=5 slow=20`.
///
/// ```
/// use asp_sweep::Grid;
///
/// let grid = Grid::new(|cell| cell.get::<u32>("fast")).axis("fast", [5, 10]).axis("slow", [20, 30]);
/// let cells: Vec<String> = grid.cells()?.iter().map(ToString::to_string).collect();
/// assert_eq!(cells, ["fast=5 slow=20", "fast=5 slow=30", "fast=10 slow=20", "fast=10 slow=30"]);
/// # Ok::<(), asp_sweep::SweepError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub(crate) index: usize,
    pub(crate) names: Arc<[String]>,
    pub(crate) values: Vec<Value>,
}

impl Cell {
    /// Its place in the grid, from 0. The last parameter changes fastest.
    ///
    /// ```
    /// let cells = asp_sweep::Grid::new(|_| ()).axis("fast", [5, 10]).cells()?;
    /// assert_eq!(cells[1].index(), 1);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    /// The parameters with their values, in the order of declaration.
    ///
    /// ```
    /// use asp_sweep::{Grid, Value};
    ///
    /// let cells = Grid::new(|_| ()).axis("fast", [5]).cells()?;
    /// assert_eq!(cells[0].values().collect::<Vec<_>>(), [("fast", &Value::Int(5))]);
    /// # Ok::<(), asp_sweep::SweepError>(())
    /// ```
    pub fn values(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }

    /// The value of a parameter.
    ///
    /// # Panics
    ///
    /// If the grid has no parameter of this name, or one of another type. A sweep says so as it does of any cell that
    /// fails.
    ///
    /// ```
    /// use asp_sweep::Grid;
    ///
    /// let grid = Grid::new(|cell| (cell.get::<usize>("fast"), cell.get::<f64>("limit")));
    /// # let _ = grid.axis("fast", [5_usize]).axis("limit", [0.5]);
    /// ```
    #[track_caller]
    pub fn get<T: ParamValue>(&self, name: &str) -> T {
        let value = self.values().find(|(other, _)| *other == name).map(|(_, value)| value);
        match value.map(T::from_value) {
            Some(Some(value)) => value,
            Some(None) => {
                let wanted = std::any::type_name::<T>();
                panic!("parameter `{name}` is not {wanted} in cell {self}")
            }
            None => {
                let known: Vec<&str> = self.names.iter().map(String::as_str).collect();
                panic!(
                    "the grid has no parameter `{name}`; {}",
                    crate::names::help("parameter", name, &known)
                )
            }
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.values().enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{name}={value}")?;
        }
        Ok(())
    }
}
