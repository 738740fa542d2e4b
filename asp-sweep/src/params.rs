//! The parameters of a type: what `#[derive(Params)]` writes.

use std::fmt;
use std::ops::RangeInclusive;

use crate::grid::Grid;
use crate::value::{ParamValue, RangeValue, Value, WholeValue};

/// A type with parameters, of which there is a grid.
///
/// `#[derive(asp::Params)]` implements it: of each field with `#[param(..)]` it makes a parameter. By hand it is
///
/// ```
/// use asp_sweep::{Param, Params};
///
/// #[derive(Default)]
/// struct Crossover {
///     fast: usize,
///     slow: usize,
///     position: i64, // not a parameter
/// }
///
/// impl Params for Crossover {
///     fn params() -> Vec<Param<Self>> {
///         vec![
///             Param::range("fast", |s| &s.fast, |s| &mut s.fast, 5..=50, 5),
///             Param::values("slow", |s| &s.slow, |s| &mut s.slow, [20, 50, 100]),
///         ]
///     }
/// }
///
/// let grid = Crossover::grid().filter(|cell| cell.fast < cell.slow);
/// assert_eq!(grid.cells()?.len(), 22);
/// # Ok::<(), asp_sweep::SweepError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parameters",
    label = "not `asp::Params`",
    note = "write `#[derive(asp::Params)]` on it, and `#[param(range = 5..=50, step = 5)]` on its fields"
)]
pub trait Params: Sized + 'static {
    /// The parameters, in the order of declaration.
    fn params() -> Vec<Param<Self>>;

    /// All combinations of the values, in the order of declaration: the last parameter changes fastest. What is no
    /// parameter is as `Default` has it.
    fn grid() -> Grid<Self>
    where
        Self: Default,
    {
        Self::grid_from(Self::default)
    }

    /// The same, with another start than `Default`: what is no parameter is as `base` makes it, for each cell anew.
    fn grid_from(base: impl Fn() -> Self + Send + Sync + 'static) -> Grid<Self> {
        Grid::of_params(base)
    }
}

/// A parameter of `S`: its name, its values, and where it is in an `S`.
pub struct Param<S> {
    pub(crate) name: &'static str,
    pub(crate) axis: Axis,
    field: Box<dyn Field<S>>,
}

/// The values of a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) name: String,
    /// Or what is wrong with them.
    pub(crate) values: Result<Vec<Value>, String>,
}

impl<S: 'static> Param<S> {
    /// The values `start`, `start + step` and so on, up to the end, which is among them if it is a whole number of
    /// steps away. Those of fractions are computed each for itself, so that nothing adds up.
    ///
    /// ```
    /// use asp_sweep::{Param, Value};
    ///
    /// struct Band(f64);
    ///
    /// let width = Param::range("width", |b: &Band| &b.0, |b| &mut b.0, 0.1..=0.5, 0.1);
    /// assert_eq!(width.name(), "width");
    /// ```
    pub fn range<T: RangeValue>(
        name: &'static str,
        get: fn(&S) -> &T,
        get_mut: fn(&mut S) -> &mut T,
        range: RangeInclusive<T>,
        step: T,
    ) -> Self {
        let (start, end) = range.into_inner();
        let values = T::range(start, end, step);
        Self::new(
            name,
            get,
            get_mut,
            values.map(|values| listed(&values)).map_err(|fault| fault.text().into()),
        )
    }

    /// Each value of a range of whole numbers.
    pub fn whole_range<T: WholeValue>(
        name: &'static str,
        get: fn(&S) -> &T,
        get_mut: fn(&mut S) -> &mut T,
        range: RangeInclusive<T>,
    ) -> Self {
        Self::range(name, get, get_mut, range, T::ONE)
    }

    /// These values.
    ///
    /// ```
    /// use asp_sweep::{Param, Value};
    ///
    /// struct Band(f64);
    ///
    /// let width = Param::values("width", |b: &Band| &b.0, |b| &mut b.0, [0.5, 1.0]);
    /// assert_eq!(width.get(&Band(0.7)), Value::Float(0.7));
    /// ```
    pub fn values<T: ParamValue>(
        name: &'static str,
        get: fn(&S) -> &T,
        get_mut: fn(&mut S) -> &mut T,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let values: Vec<T> = values.into_iter().collect();
        Self::new(name, get, get_mut, Ok(listed(&values)))
    }

    /// The values that these texts stand for.
    ///
    /// ```
    /// use asp_sweep::{Param, Value};
    ///
    /// struct Band(f64);
    ///
    /// let width = Param::texts("width", |b: &Band| &b.0, |b| &mut b.0, ["0.5", "1"]);
    /// assert_eq!(width.get(&Band(0.7)).to_string(), "0.7");
    /// ```
    pub fn texts<T: ParamValue>(
        name: &'static str,
        get: fn(&S) -> &T,
        get_mut: fn(&mut S) -> &mut T,
        texts: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let values = texts.into_iter().map(|text| value_of::<T>(text)).collect();
        Self::new(name, get, get_mut, values)
    }

    fn new<T: ParamValue>(
        name: &'static str,
        get: fn(&S) -> &T,
        get_mut: fn(&mut S) -> &mut T,
        values: Result<Vec<Value>, String>,
    ) -> Self {
        let axis = Axis { name: name.to_owned(), values };
        Param { name, axis, field: Box::new(Access { get, get_mut }) }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its value in `of`.
    pub fn get(&self, of: &S) -> Value {
        self.field.get(of)
    }

    /// Sets it to what `text` says: `--set fast=10` of a program.
    ///
    /// # Errors
    ///
    /// What to write instead.
    ///
    /// ```
    /// # use asp_sweep::{Param, Params};
    /// # #[derive(Default)]
    /// # struct Crossover { fast: usize }
    /// let param = Param::range("fast", |s: &Crossover| &s.fast, |s| &mut s.fast, 5..=50, 5);
    /// let mut crossover = Crossover::default();
    /// param.set_text(&mut crossover, "12")?;
    /// assert_eq!(crossover.fast, 12);
    /// assert!(param.set_text(&mut crossover, "often").is_err());
    /// # Ok::<(), String>(())
    /// ```
    pub fn set_text(&self, of: &mut S, text: &str) -> Result<(), String> {
        let value = self.read(text)?;
        self.set(of, &value).then_some(()).ok_or_else(|| format!("{text:?} does not fit"))
    }

    /// The value that a text stands for.
    pub(crate) fn read(&self, text: &str) -> Result<Value, String> {
        self.field.read(text)
    }

    /// False if the value is of another type.
    pub(crate) fn set(&self, of: &mut S, value: &Value) -> bool {
        self.field.set(of, value)
    }
}

impl<S> fmt::Debug for Param<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Param").field("axis", &self.axis).finish_non_exhaustive()
    }
}

fn listed<T: ParamValue>(values: &[T]) -> Vec<Value> {
    values.iter().map(T::value).collect()
}

fn value_of<T: ParamValue>(text: &str) -> Result<Value, String> {
    T::from_text(text).map(|value| value.value()).map_err(|help| {
        // The text of a duration brings its own lines.
        if help.contains("\n= ") { help } else { format!("{text:?} is none of its values\n= help: {help}") }
    })
}

/// A field whose type is known.
trait Field<S>: Send + Sync {
    fn get(&self, of: &S) -> Value;
    fn set(&self, of: &mut S, value: &Value) -> bool;
    fn read(&self, text: &str) -> Result<Value, String>;
}

struct Access<S, T> {
    get: fn(&S) -> &T,
    get_mut: fn(&mut S) -> &mut T,
}

impl<S, T: ParamValue> Field<S> for Access<S, T> {
    fn get(&self, of: &S) -> Value {
        (self.get)(of).value()
    }

    fn set(&self, of: &mut S, value: &Value) -> bool {
        match T::from_value(value) {
            Some(value) => {
                *(self.get_mut)(of) = value;
                true
            }
            None => false,
        }
    }

    fn read(&self, text: &str) -> Result<Value, String> {
        value_of::<T>(text)
    }
}
