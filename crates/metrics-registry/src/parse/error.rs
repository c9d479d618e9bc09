//! Why a line could not be read, and where.

/// Why a body could not be read, and where: one line of text, such as `line 3, column 17: label value is not closed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct ParseError {
    /// Line of the body, from 1.
    pub line: usize,
    /// Character of the line, from 1; one more than it has where something is missing at its end.
    pub column: usize,
    /// What is wrong there.
    pub kind: Problem,
}

impl ParseError {
    /// Turns a byte position in `text` into a column.
    pub(super) fn new(line: usize, text: &[u8], (at, kind): (usize, Problem)) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let characters = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        Self {
            line,
            column: characters + 1,
            kind,
        }
    }
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A line of OpenMetrics after its `# EOF`, be it blank.
    #[error("something follows # EOF")]
    AfterEof,
    /// An empty line, which OpenMetrics does not have.
    #[error("blank line in OpenMetrics")]
    BlankLine,
    /// Braces without their `}`.
    #[error("label braces are not closed")]
    BracesOpen,
    /// A quoted name with nothing in it.
    #[error("name is empty")]
    EmptyName,
    /// OpenMetrics that ended without `# EOF`.
    #[error("body ends without # EOF")]
    EofMissing,
    /// Something other than `,` or `}` after a label of OpenMetrics.
    #[error("expected a comma or a closing brace")]
    ExpectedComma,
    /// Something other than `=` after a label's name.
    #[error("expected = after the label name")]
    ExpectedEqual,
    /// Something that starts no label name.
    #[error("expected a label name")]
    ExpectedLabelName,
    /// Something other than `"` after a label's `=`.
    #[error("expected a label value in double quotes")]
    ExpectedLabelValue,
    /// Something after the sample that is neither a timestamp nor, in OpenMetrics, an exemplar.
    #[error("expected a timestamp or the end of the line")]
    ExpectedLineEnd,
    /// `# HELP`, `# TYPE` or `# UNIT` without a metric name.
    #[error("expected a metric name")]
    ExpectedName,
    /// `# HELP`, `# TYPE` or `# UNIT` of OpenMetrics without the space after the name.
    #[error("expected a space and a text")]
    ExpectedText,
    /// No value where one must be.
    #[error("expected a value")]
    ExpectedValue,
    /// A line longer than the limit that the splitter was given.
    #[error("line is longer than {bytes_max} bytes")]
    LineTooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// Braces that hold labels and no metric name, and none stands before them.
    #[error("metric name is missing")]
    NameMissing,
    /// A second metric name.
    #[error("metric name is given twice")]
    NameTwice,
    /// Something that is not a number, or one that Go reads and Prometheus refuses (`0x1p-3`, `1_000`).
    #[error("not a number")]
    NotANumber,
    /// A timestamp that is not a whole number of milliseconds, or in OpenMetrics not a finite number of seconds.
    #[error("not a timestamp")]
    NotATimestamp,
    /// Bytes that are not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// A NUL where neither a label value nor a help text holds it.
    #[error("NUL byte")]
    Nul,
    /// A quoted string without its closing quote.
    #[error("quoted string is not closed")]
    QuoteOpen,
    /// A number beyond what a 64-bit float holds.
    #[error("number is out of range")]
    OutOfRange,
    /// A `# UNIT` that the metric name does not end with.
    #[error("unit is not the end of the metric name")]
    UnitNotInName,
    /// A line of OpenMetrics that starts with `#` and is not one of the four that there are.
    #[error("expected # HELP, # TYPE, # UNIT or # EOF")]
    UnknownComment,
    /// A first character that starts no line of the format.
    #[error("expected a metric name or a comment")]
    UnknownStart,
    /// A `# TYPE` that the format does not have.
    #[error("unknown metric type")]
    UnknownType,
}
