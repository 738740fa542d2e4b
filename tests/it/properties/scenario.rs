//! A scenario is a run as plain data: what feeds which stream, and what each handler does when it is called.
//!
//! Times are small whole numbers, so that ties are common; `unit` says how many nanoseconds one of them is.

/// The streams that a scenario knows.
pub(crate) const STREAMS: usize = 4;

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) unit: i64,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) continues_on_error: bool,
    pub(crate) past_is_error: bool,
    /// How many strategies are added before the first feed; the others after the last one.
    pub(crate) added_first: usize,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) strategies: Vec<Plan>,
}

/// What feeds one stream: one source, or several merged.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    pub(crate) stream: usize,
    pub(crate) read_ahead: Option<usize>,
    pub(crate) parts: Vec<Part>,
}

/// One source.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) times: Vec<i64>,
    /// It yields an error after all its events.
    pub(crate) fails: bool,
    pub(crate) shared: bool,
    pub(crate) reorder: Option<i64>,
    pub(crate) read_ahead: Option<usize>,
}

/// One strategy: its rows in the order of declaration, and what its handler calls do, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) emits: Vec<usize>,
    pub(crate) rows: Vec<Row>,
    pub(crate) script: Vec<Vec<Op>>,
}

/// A handler attribute.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// It stands on the same method as the row before.
    pub(crate) joined: bool,
    pub(crate) trigger: Trigger,
}

#[derive(Clone, Debug)]
pub(crate) enum Trigger {
    OnEvent { stream: usize, by_reference: bool },
    Deferred,
    OnEvery { step: i64, immediate: bool, aligned: bool },
    OnAfter { delay: i64 },
    OnStart,
    OnSettled,
    OnEnd { stream: usize },
    OnStop,
}

/// Something a handler does. Rows, outlets and keys are counted round: `row: 5` of 3 rows is row 2.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    After { delay: i64, row: usize },
    At { time: i64, row: usize },
    TryAt { time: i64, row: usize },
    Emit { outlet: usize },
    EmitAfter { outlet: usize, delay: i64 },
    EmitAt { outlet: usize, time: i64 },
    Cancel { key: usize },
    Reschedule { key: usize, time: i64 },
    Every { row: usize, timer: Timer },
    CancelTimer { key: usize },
    CancelEmission { key: usize },
    Stop,
    Fail,
}

#[derive(Clone, Debug)]
pub(crate) struct Timer {
    pub(crate) step: i64,
    pub(crate) immediate: bool,
    pub(crate) aligned: bool,
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
    pub(crate) times: Option<u64>,
}

impl Scenario {
    /// True if a strategy emits on a stream that a strategy reads.
    pub(crate) fn has_chains(&self) -> bool {
        let reads = |plan: &Plan, stream: usize| {
            let is_for = |row: &Row| match row.trigger {
                Trigger::OnEvent { stream: read, .. } | Trigger::OnEnd { stream: read } => read == stream,
                _ => false,
            };
            plan.rows.iter().any(is_for)
        };
        let emitted = self.strategies.iter().flat_map(|plan| &plan.emits);
        emitted.into_iter().any(|&stream| self.strategies.iter().any(|plan| reads(plan, stream)))
    }

    /// Removes what no runner would accept, or what the rules leave open.
    pub(crate) fn normalized(mut self) -> Self {
        if let (Some(start), Some(end)) = (self.start, self.end)
            && start >= end
        {
            self.end = None;
        }
        let mut seen = [false; STREAMS];
        self.feeds.retain(|feed| !std::mem::replace(&mut seen[feed.stream], true));
        for plan in &mut self.strategies {
            plan.normalize();
        }
        self
    }

    /// What a test can use as a literal of this scenario.
    pub(crate) fn as_literal(&self) -> String {
        format!("{self:?}").replace('[', "vec![")
    }

    pub(crate) fn is_fed(&self, stream: usize) -> bool {
        self.feeds.iter().any(|feed| feed.stream == stream)
    }

    pub(crate) fn is_emitted(&self, stream: usize) -> bool {
        self.strategies.iter().any(|plan| plan.emits.contains(&stream))
    }

    pub(crate) fn is_read(&self, stream: usize) -> bool {
        self.strategies.iter().any(|plan| plan.rows.iter().any(|row| row.trigger.stream() == Some(stream)))
    }

    /// True if an event's number on the stream is its number in the one source that feeds it.
    pub(crate) fn keeps_index(&self, stream: usize) -> bool {
        self.feeds.iter().all(|feed| {
            feed.stream != stream
                || feed.parts.len() == 1 && feed.parts.iter().all(|part| part.reorder.is_none())
        })
    }
}

impl Plan {
    fn normalize(&mut self) {
        let mut seen = [false; STREAMS];
        self.emits.retain(|&stream| !std::mem::replace(&mut seen[stream], true));
        let mut stops = 0;
        self.rows.retain(|row| {
            stops += usize::from(matches!(row.trigger, Trigger::OnStop));
            !matches!(row.trigger, Trigger::OnStop) || stops == 1
        });
        for op in self.script.iter_mut().flatten() {
            if let Op::Every { timer, .. } = op
                && timer.aligned
            {
                timer.from = None;
                timer.immediate &= timer.times.is_none();
            }
        }
    }

    /// The method on which a row stands.
    pub(crate) fn method(&self, row: usize) -> usize {
        self.rows[..=row].iter().skip(1).filter(|row| !row.joined).count()
    }

    /// The method of the row that an operation names.
    pub(crate) fn named(&self, row: usize) -> usize {
        self.method(row % self.rows.len())
    }

    /// The rows whose trigger satisfies `is`, as (row, method).
    pub(crate) fn rows_where(&self, is: impl Fn(&Trigger) -> bool) -> Vec<usize> {
        (0..self.rows.len()).filter(|&row| is(&self.rows[row].trigger)).map(|row| self.method(row)).collect()
    }
}

impl Trigger {
    pub(crate) fn stream(&self) -> Option<usize> {
        match self {
            Trigger::OnEvent { stream, .. } | Trigger::OnEnd { stream } => Some(*stream),
            _ => None,
        }
    }
}

/// The value of an event: where it comes from.
pub(crate) fn fed_value(stream: usize, part: usize, index: usize) -> u32 {
    (stream * 10_000 + part * 1_000 + index) as u32
}

/// The value of a call or emission: which strategy made it, as its how manieth.
pub(crate) fn made_value(strategy: usize, count: usize) -> u32 {
    (100_000 + strategy * 10_000 + count) as u32
}
