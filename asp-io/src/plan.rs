//! Which columns of a file go where, decided once from its header.

use crate::names::{list, similar};
use crate::rows::Request;
use crate::shape::Shape;

/// Where the time and the payload stand.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    names: Vec<Box<str>>,
    /// The fields of the columns, by their numbers.
    numbers: Vec<Option<u64>>,
    pub(crate) time: usize,
    pub(crate) payload: Payload,
    /// All columns that a payload may ask for.
    offered: Vec<usize>,
    /// Those that a struct has fields for.
    wanted: Vec<usize>,
    /// The same in the order of the fields, if a sequence is taken and no field lacks a column.
    in_order: Vec<usize>,
    /// Until a row has been read all columns are shown, so that `deny_unknown_fields` can object.
    pub(crate) has_read_a_row: bool,
}

/// What a payload is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Payload {
    /// One column.
    Column(usize),
    /// Several, by name or in their order.
    #[default]
    Columns,
}

impl Plan {
    /// A plan for no row at all.
    pub(crate) fn of_header() -> Plan {
        Plan::default()
    }

    /// The plan for a header, or why it does not fit.
    pub(crate) fn new(names: Vec<Box<str>>, request: &Request) -> Result<Plan, String> {
        let number = |name: &str| request.numbers.of_names.iter().find(|(field, _)| *field == name);
        let numbers = names.iter().map(|name| number(name).map(|&(_, number)| number)).collect();
        let mut plan = Plan { names, numbers, ..Plan::default() };
        plan.time = plan.time_column(request)?;
        let columns = 0..plan.names.len();
        plan.offered = columns.filter(|&column| column != plan.time).collect();
        plan.wanted.clone_from(&plan.offered);
        match (request.shape, request.uri.value()) {
            (Shape::Scalar, None) => plan.payload = Payload::Column(plan.only_column(request)?),
            (Shape::Scalar | Shape::Map, Some(value)) => {
                if plan.stands_twice(value) {
                    return Err(twice(value));
                }
                plan.payload = Payload::Column(plan.column(value).ok_or_else(|| plan.missing(value))?);
            }
            (_, Some(value)) => {
                return Err(format!(
                    "`value={value}` names one column, but the payload takes several; remove the key"
                ));
            }
            (Shape::Struct(fields), None) => {
                if let Some(name) = fields.iter().find(|field| plan.stands_twice(field)) {
                    return Err(twice(name));
                }
                if fields.contains(&&*plan.names[plan.time]) {
                    plan.offered.insert(0, plan.time);
                }
                plan.wanted = plan.offered.clone();
                plan.wanted.retain(|&column| fields.contains(&&*plan.names[column]));
                plan.in_order = plan.sequence(request.numbers.in_sequence);
            }
            (Shape::Unit, None) => plan.wanted.clear(),
            (Shape::Map | Shape::Tuple, None) => {}
        }
        Ok(plan)
    }

    /// The columns of so many fields by their numbers; none if there is no column for one, or there are two.
    fn sequence(&self, fields: usize) -> Vec<usize> {
        let mut columns: Vec<(u64, usize)> =
            self.wanted.iter().filter_map(|&column| Some((self.numbers[column]?, column))).collect();
        columns.sort_unstable();
        let is_whole = columns.len() == fields && self.wanted.len() == fields;
        let is_whole = is_whole && (0..).zip(&columns).all(|(number, column)| column.0 == number);
        columns.into_iter().filter(|_| is_whole).map(|(_, column)| column).collect()
    }

    fn time_column(&self, request: &Request) -> Result<usize, String> {
        let name = request.uri.time();
        let mut found = (0..self.names.len()).filter(|&column| &*self.names[column] == name);
        match (found.next(), found.next()) {
            (Some(column), None) => Ok(column),
            (Some(_), Some(_)) => Err(twice(name)),
            (None, _) => {
                let other = similar(name, self.known()).or(self.known().next()).unwrap_or("ts");
                let uri = request.uri.with_time(other);
                Err(format!(
                    "there is no time column `{name}`; name the one that holds the time, as in `{uri}`; \
                     the columns are {}",
                    list(self.known())
                ))
            }
        }
    }

    /// The only column besides the time.
    fn only_column(&self, request: &Request) -> Result<usize, String> {
        match *self.offered {
            [column] => Ok(column),
            [] => Err(format!(
                "there is no column besides the time `{}`, and so no payload",
                request.uri.time()
            )),
            [first, ..] => {
                let uri = request.uri.with_value(&self.names[first]);
                let names = list(self.offered.iter().map(|&column| &*self.names[column]));
                Err(format!(
                    "the payload is one column, but there are {names}; name the one that is meant, as in `{uri}`, \
                     or take a struct"
                ))
            }
        }
    }

    /// The sentence for a column that is not there.
    pub(crate) fn missing(&self, name: &str) -> String {
        let sentence = format!("there is no column `{name}`; ");
        match similar(name, self.known()) {
            Some(similar) => sentence + &format!("a column with a similar name exists: `{similar}`"),
            None => sentence + &format!("the columns are {}", list(self.known())),
        }
    }

    /// The columns that a struct looks at, or all.
    #[inline]
    pub(crate) fn named(&self) -> &[usize] {
        if self.has_read_a_row { &self.wanted } else { &self.offered }
    }

    /// All fields of a struct, where they can be given without their names.
    #[inline]
    pub(crate) fn in_order(&self) -> Option<&[usize]> {
        if self.has_read_a_row && !self.in_order.is_empty() { Some(&self.in_order) } else { None }
    }

    /// The columns of which a payload needs values.
    pub(crate) fn needed(&self) -> &[usize] {
        match &self.payload {
            Payload::Column(column) => std::slice::from_ref(column),
            Payload::Columns => &self.wanted,
        }
    }

    /// The columns besides the time.
    pub(crate) fn offered(&self) -> &[usize] {
        &self.offered
    }

    #[inline]
    pub(crate) fn name(&self, column: usize) -> &str {
        &self.names[column]
    }

    /// The number of a column's field, if it has one.
    #[inline]
    pub(crate) fn number(&self, column: usize) -> Option<u64> {
        self.numbers[column]
    }

    /// All columns, the time included.
    pub(crate) fn all(&self) -> std::ops::Range<usize> {
        0..self.names.len()
    }

    #[inline]
    pub(crate) fn columns(&self) -> usize {
        self.names.len()
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| &**known == name)
    }

    fn stands_twice(&self, name: &str) -> bool {
        self.names.iter().filter(|known| &***known == name).nth(1).is_some()
    }

    fn known(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name).filter(|name| !name.is_empty())
    }
}

fn twice(name: &str) -> String {
    format!("two columns have the name `{name}`; rename one")
}
