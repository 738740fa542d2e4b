//! Which columns of a file go where, decided once from its header.

use csv::ByteRecord;

use crate::names::{list, similar};
use crate::rows::Request;
use crate::shape::Shape;

/// Where the time and the payload stand.
#[derive(Debug, Default)]
pub(super) struct Plan {
    names: Vec<Box<str>>,
    pub(super) time: usize,
    pub(super) payload: Payload,
    /// All columns that a payload may ask for.
    offered: Vec<usize>,
    /// Those that a struct has fields for.
    wanted: Vec<usize>,
    /// Until a row has been read all columns are shown, so that `deny_unknown_fields` can object.
    pub(super) has_read_a_row: bool,
}

/// What a payload is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Payload {
    /// One column.
    Column(usize),
    /// Several, by name or in their order.
    #[default]
    Columns,
}

impl Plan {
    /// A plan for no row at all.
    pub(super) fn of_header() -> Plan {
        Plan::default()
    }

    /// The plan for a header, or why it does not fit.
    pub(super) fn new(header: &ByteRecord, request: &Request) -> Result<Plan, String> {
        let names: Vec<Box<str>> = header.iter().map(|name| String::from_utf8_lossy(name).into()).collect();
        let mut plan = Plan { names, ..Plan::default() };
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
            }
            (Shape::Map | Shape::Tuple | Shape::Unit, None) => {}
        }
        Ok(plan)
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
    pub(super) fn missing(&self, name: &str) -> String {
        let sentence = format!("there is no column `{name}`; ");
        match similar(name, self.known()) {
            Some(similar) => sentence + &format!("a column with a similar name exists: `{similar}`"),
            None => sentence + &format!("the columns are {}", list(self.known())),
        }
    }

    /// The columns that a struct looks at, or all.
    #[inline]
    pub(super) fn named(&self) -> &[usize] {
        if self.has_read_a_row { &self.wanted } else { &self.offered }
    }

    /// The columns besides the time.
    pub(super) fn offered(&self) -> &[usize] {
        &self.offered
    }

    #[inline]
    pub(super) fn name(&self, column: usize) -> &str {
        &self.names[column]
    }

    #[inline]
    pub(super) fn columns(&self) -> usize {
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
