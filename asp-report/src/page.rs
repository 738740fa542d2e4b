//! A page that needs nothing but itself: sections of HTML, tables and figures, with styles for light and dark and for
//! narrow screens. What stands in its sections is the business of others.

use std::fmt::{self, Display, Write};

use serde::Serialize;

const STYLE: &str = include_str!("../assets/page.css");

/// The browser itself sees to it that the page loads nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// uPlot, which draws charts.
const CHARTS_STYLE: &str = include_str!("../assets/uplot/uPlot.min.css");
const CHARTS_SCRIPT: &str = include_str!("../assets/uplot/uPlot.iife.min.js");

/// A piece of HTML. It is made of text, which is escaped, or by those who know how to write it.
///
/// ```
/// use asp_report::page::Html;
///
/// let html = Html::paragraph("a < b").and(Html::raw("<hr>"));
/// assert_eq!(html.as_str(), "<p>a &lt; b</p><hr>");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Nothing.
    ///
    /// ```
    /// assert_eq!(asp_report::page::Html::new().as_str(), "");
    /// ```
    pub fn new() -> Self {
        Html::default()
    }

    /// HTML that is right already.
    ///
    /// ```
    /// assert_eq!(asp_report::page::Html::raw("<hr>").as_str(), "<hr>");
    /// ```
    pub fn raw(html: impl Into<String>) -> Self {
        Html(html.into())
    }

    /// Text, whatever stands in it.
    ///
    /// ```
    /// assert_eq!(asp_report::page::Html::text("</p>").as_str(), "&lt;/p&gt;");
    /// ```
    pub fn text(text: impl Display) -> Self {
        Html(escape(&text.to_string()))
    }

    /// A paragraph of text.
    ///
    /// ```
    /// assert_eq!(asp_report::page::Html::paragraph("A & B").as_str(), "<p>A &amp; B</p>");
    /// ```
    pub fn paragraph(text: impl Display) -> Self {
        Html(format!("<p>{}</p>", escape(&text.to_string())))
    }

    /// A paragraph in small print.
    ///
    /// ```
    /// assert_eq!(asp_report::page::Html::note("so it is").as_str(), "<p class=\"note\">so it is</p>");
    /// ```
    pub fn note(text: impl Display) -> Self {
        Html(format!("<p class=\"note\">{}</p>", escape(&text.to_string())))
    }

    /// A heading inside a section.
    ///
    /// ```
    /// assert_eq!(asp_report::page::Html::heading("Streams").as_str(), "<h3>Streams</h3>");
    /// ```
    pub fn heading(text: impl Display) -> Self {
        Html(format!("<h3>{}</h3>", escape(&text.to_string())))
    }

    /// Data for a script, in an element of this id: `JSON.parse(document.getElementById(id).textContent)`.
    ///
    /// ```
    /// let html = asp_report::page::Html::data("names", &["</script>"]).unwrap();
    /// assert_eq!(html.as_str(), r#"<script type="application/json" id="names">["\u003c/script>"]</script>"#);
    /// ```
    ///
    /// # Errors
    ///
    /// If the value cannot be serialized.
    pub fn data(id: &str, value: &impl Serialize) -> Result<Self, serde_json::Error> {
        // Nothing in it can end the element, or begin a comment.
        let json = serde_json::to_string(value)?.replace('<', "\\u003c");
        Ok(Html(format!("<script type=\"application/json\" id=\"{}\">{json}</script>", escape(id))))
    }

    /// A picture in SVG. It is shown as an image, so that nothing in it can act.
    ///
    /// ```
    /// let html = asp_report::page::Html::picture("<svg></svg>", "the graph");
    /// assert!(html.as_str().starts_with("<img alt=\"the graph\" src=\"data:image/svg+xml,%3Csvg%3E"));
    /// ```
    pub fn picture(svg: &str, what: &str) -> Self {
        let mut html = format!("<img alt=\"{}\" src=\"data:image/svg+xml,", escape(what));
        for byte in svg.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'-' | b'_' | b'.' | b'=' | b'/' | b':' => {
                    html.push(char::from(byte));
                }
                b',' | b';' | b'(' | b')' => html.push(char::from(byte)),
                _ => write_to(&mut html, format_args!("%{byte:02X}")),
            }
        }
        Html(html + "\">")
    }

    /// One after the other.
    ///
    /// ```
    /// use asp_report::page::Html;
    ///
    /// assert_eq!(Html::text("a").and(Html::text("b")).as_str(), "ab");
    /// ```
    #[must_use]
    pub fn and(mut self, next: impl Into<Html>) -> Self {
        self.0.push_str(&next.into().0);
        self
    }

    /// The text of it.
    ///
    /// ```
    /// assert_eq!(asp_report::page::Html::text("a").as_str(), "a");
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text as it stands in HTML, in elements and in attributes that are quoted.
///
/// ```
/// assert_eq!(asp_report::page::escape("</script> & \"so\""), "&lt;/script&gt; &amp; &quot;so&quot;");
/// ```
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A table, whose columns of numbers stand to the right.
///
/// ```
/// use asp_report::page::{Html, Table};
///
/// let table = Table::new(["stream", "#events"]).row([Html::text("quakes"), Html::text(12)]);
/// let html = Html::from(table);
/// assert!(html.as_str().contains("<th class=\"number\">events</th>"));
/// assert!(html.as_str().contains("<td class=\"number\">12</td>"));
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    heads: Vec<(String, bool)>,
    rows: String,
}

impl Table {
    /// A table of these columns; `#` before a name says that its column holds numbers.
    ///
    /// ```
    /// let table = asp_report::page::Table::new(["stream", "#events"]);
    /// assert!(table.is_empty());
    /// ```
    pub fn new<'a>(heads: impl IntoIterator<Item = &'a str>) -> Self {
        let heads = heads.into_iter().map(|head| match head.strip_prefix('#') {
            Some(name) => (name.to_owned(), true),
            None => (head.to_owned(), false),
        });
        Table { heads: heads.collect(), rows: String::new() }
    }

    /// Adds a row.
    ///
    /// ```
    /// use asp_report::page::{Html, Table};
    ///
    /// assert!(!Table::new(["stream"]).row([Html::text("quakes")]).is_empty());
    /// ```
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Html>) -> Self {
        self.push(cells);
        self
    }

    /// Adds a row to a table at hand.
    ///
    /// ```
    /// use asp_report::page::{Html, Table};
    ///
    /// let mut table = Table::new(["stream"]);
    /// table.push([Html::text("quakes")]);
    /// assert!(!table.is_empty());
    /// ```
    pub fn push(&mut self, cells: impl IntoIterator<Item = Html>) {
        self.rows.push_str("<tr>");
        for (k, cell) in cells.into_iter().enumerate() {
            let is_number = self.heads.get(k).is_some_and(|(_, is_number)| *is_number);
            let class = if is_number { " class=\"number\"" } else { "" };
            write_to(&mut self.rows, format_args!("<td{class}>{}</td>", cell.0));
        }
        self.rows.push_str("</tr>");
    }

    /// True if it has no rows.
    ///
    /// ```
    /// assert!(asp_report::page::Table::new(["stream"]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl From<Table> for Html {
    fn from(Table { heads, rows }: Table) -> Self {
        let mut html = "<div class=\"scroll\"><table><thead><tr>".to_owned();
        for (head, is_number) in &heads {
            let class = if *is_number { " class=\"number\"" } else { "" };
            write_to(&mut html, format_args!("<th{class}>{}</th>", escape(head)));
        }
        Html(html + "</tr></thead><tbody>" + &rows + "</tbody></table></div>")
    }
}

/// Single figures, each with its name over it.
///
/// ```
/// use asp_report::page::{Html, Tiles};
///
/// let html = Html::from(Tiles::new().tile("events", Html::text("1,000")));
/// assert_eq!(html.as_str(), "<dl class=\"tiles\"><div><dt>events</dt><dd>1,000</dd></div></dl>");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tiles(String);

impl Tiles {
    /// None yet.
    ///
    /// ```
    /// assert_eq!(asp_report::page::Html::from(asp_report::page::Tiles::new()).as_str(), "<dl class=\"tiles\"></dl>");
    /// ```
    pub fn new() -> Self {
        Tiles::default()
    }

    /// Adds a figure.
    ///
    /// ```
    /// use asp_report::page::{Html, Tiles};
    ///
    /// let tiles = Tiles::new().tile("events", Html::text(3)).tile("calls", Html::text(4));
    /// assert_eq!(Html::from(tiles).as_str().matches("<dt>").count(), 2);
    /// ```
    #[must_use]
    pub fn tile(mut self, name: &str, value: Html) -> Self {
        write_to(&mut self.0, format_args!("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), value.0));
        self
    }
}

impl From<Tiles> for Html {
    fn from(Tiles(tiles): Tiles) -> Self {
        Html(format!("<dl class=\"tiles\">{tiles}</dl>"))
    }
}

/// A page: a title, a line under it, and sections. It prints as a whole HTML file.
///
/// ```
/// use asp_report::page::{Html, Page};
///
/// let page = Page::new("watch <1>").lead("a week").section("Figures", Html::paragraph("3 events")).to_string();
/// assert!(page.starts_with("<!doctype html>"));
/// assert!(page.contains("<title>watch &lt;1&gt;</title>"));
/// assert!(page.contains("<section id=\"figures\"><h2>Figures</h2><p>3 events</p></section>"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a page is text once it is printed"]
pub struct Page {
    title: String,
    lead: Html,
    sections: Vec<(String, Html)>,
    styles: Vec<String>,
    scripts: Vec<String>,
    connects: bool,
}

impl Page {
    /// A page without sections.
    ///
    /// ```
    /// assert!(asp_report::page::Page::new("watch").to_string().contains("<h1>watch</h1>"));
    /// ```
    pub fn new(title: impl Into<String>) -> Self {
        Page {
            title: title.into(),
            lead: Html::new(),
            sections: Vec::new(),
            styles: Vec::new(),
            scripts: Vec::new(),
            connects: false,
        }
    }

    /// What stands under the title.
    ///
    /// ```
    /// let page = asp_report::page::Page::new("watch").lead("a week");
    /// assert!(page.to_string().contains("<p class=\"lead\">a week</p>"));
    /// ```
    pub fn lead(mut self, text: impl Display) -> Self {
        self.lead = Html::raw(format!("<p class=\"lead\">{}</p>", escape(&text.to_string())));
        self
    }

    /// Adds a section. If there are several, links to them stand at the top.
    ///
    /// ```
    /// use asp_report::page::{Html, Page};
    ///
    /// let page = Page::new("watch").section("A", Html::new()).section("B", Html::new()).to_string();
    /// assert!(page.contains("<a href=\"#a\">A</a><a href=\"#b\">B</a>"));
    /// ```
    pub fn section(mut self, heading: impl Into<String>, html: impl Into<Html>) -> Self {
        self.sections.push((heading.into(), html.into()));
        self
    }

    /// Adds a style sheet. It may use the colours of the page: `--text`, `--muted`, `--line`, `--surface`, `--accent`.
    ///
    /// ```
    /// let page = asp_report::page::Page::new("watch").style("td { color: var(--accent); }");
    /// assert!(page.to_string().contains("var(--accent); }\n</style>"));
    /// ```
    pub fn style(mut self, css: impl Into<String>) -> Self {
        self.styles.push(css.into());
        self
    }

    /// Adds a script, which runs behind the sections.
    ///
    /// ```
    /// let page = asp_report::page::Page::new("watch").script("document.title += '!'");
    /// assert!(page.to_string().contains("<script>document.title += '!'</script>"));
    /// ```
    pub fn script(mut self, script: impl Into<String>) -> Self {
        self.scripts.push(script.into());
        self
    }

    /// Adds [uPlot](https://github.com/leeoniya/uPlot), with which scripts that are added later draw charts.
    ///
    /// ```
    /// let page = asp_report::page::Page::new("watch").charts().script("const Plot = uPlot;");
    /// assert!(page.to_string().contains("var uPlot="));
    /// ```
    pub fn charts(self) -> Self {
        self.style(CHARTS_STYLE).script(CHARTS_SCRIPT)
    }

    /// Lets scripts connect to the server that the page comes from, and to no other.
    ///
    /// ```
    /// let page = asp_report::page::Page::new("watch").connects().script("new EventSource('events')");
    /// assert!(page.to_string().contains("connect-src 'self'"));
    /// ```
    pub fn connects(mut self) -> Self {
        self.connects = true;
        self
    }
}

impl Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = escape(&self.title);
        f.write_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
        let connects = if self.connects { "; connect-src 'self'" } else { "" };
        writeln!(f, "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}{connects}\">")?;
        f.write_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")?;
        f.write_str("<meta name=\"color-scheme\" content=\"light dark\">\n")?;
        writeln!(f, "<title>{title}</title>\n<style>\n{STYLE}</style>")?;
        self.styles.iter().try_for_each(|css| writeln!(f, "<style>\n{css}\n</style>"))?;
        writeln!(f, "</head>\n<body>\n<main>\n<header><h1>{title}</h1>{}", self.lead.0)?;
        if self.sections.len() > 1 {
            f.write_str("<nav>")?;
            for (heading, _) in &self.sections {
                write!(f, "<a href=\"#{}\">{}</a>", anchor(heading), escape(heading))?;
            }
            f.write_str("</nav>")?;
        }
        f.write_str("</header>\n")?;
        for (heading, html) in &self.sections {
            let (id, heading) = (anchor(heading), escape(heading));
            writeln!(f, "<section id=\"{id}\"><h2>{heading}</h2>{}</section>", html.0)?;
        }
        f.write_str("</main>\n")?;
        self.scripts.iter().try_for_each(|script| writeln!(f, "<script>{script}</script>"))?;
        f.write_str("</body>\n</html>\n")
    }
}

/// `last-events` of `Last events`.
fn anchor(heading: &str) -> String {
    let letters = heading.chars().map(|letter| match letter {
        'a'..='z' | '0'..='9' => letter,
        'A'..='Z' => letter.to_ascii_lowercase(),
        _ => '-',
    });
    letters.collect()
}

/// Writing to a string cannot fail.
fn write_to(text: &mut String, what: fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVIL: &str = "</script><script>alert('\"&')</script><!--";

    #[test]
    fn nothing_that_is_text_becomes_html() {
        let table = Table::new([EVIL]).row([Html::text(EVIL)]);
        let page = Page::new(EVIL)
            .lead(EVIL)
            .section(EVIL, Html::paragraph(EVIL).and(Html::note(EVIL)).and(Html::heading(EVIL)).and(table))
            .section("tiles", Tiles::new().tile(EVIL, Html::text(EVIL)))
            .section("data", Html::data(EVIL, &EVIL).expect("text is JSON"))
            .section("picture", Html::picture(EVIL, EVIL))
            .to_string();
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(!page.contains("<!--"), "{page}");
        assert_eq!(page.matches("<script").count(), 1, "that of the data");
    }

    #[test]
    fn a_page_loads_nothing() {
        let page = Page::new("a page").to_string();
        assert!(page.contains("default-src 'none'"));
        for word in ["http://", "https://", "url(", "@import", "<link"] {
            assert!(!page.contains(word), "{word}");
        }
    }
}
