//! What a rule looks for: `selector > number`, or `absent(selector)`.
//!
//! It is a part of PromQL on purpose, and means the same there: a rule can move to Prometheus as it is. Selectors are those
//! of `/federate`; the crate promql-parser reads all of PromQL, brings 40 others, and would add 1.6 MB to a binary of 5.1
//! that may have 6 (2026-11-22, x86-64). That Prometheus takes whatever is taken here is tested with promtool.

use std::fmt;

use crate::selector::Selector;

/// Longest expression in bytes.
const EXPRESSION_BYTES_MAX: usize = 4096;

/// Where to go with everything else.
const MORE: &str = "the scraper takes SELECTOR > NUMBER and absent(SELECTOR); for more, let Prometheus evaluate rules, as in docker/prometheus";

/// A condition on scraped series.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    /// The series that it is about.
    pub selector: Selector,
    /// When it holds.
    pub condition: Condition,
}

/// When an expression holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// For each series whose value compares so with the number.
    Compare(Comparison, f64),
    /// Once, where no series is picked.
    Absent,
}

/// `value <comparison> number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

/// Words that cannot be the name of a metric.
const RESERVED: [&str; 8] = [
    "inf",
    "nan",
    "bool",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "atan2",
];

/// The longer ones first, since `>` begins `>=`.
const OPERATORS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<=", Comparison::LessOrEqual),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
];

impl Comparison {
    /// Whether it holds; with a value that is no number only `!=` does.
    pub fn holds(self, value: f64, number: f64) -> bool {
        match self {
            Self::Equal => value == number,
            Self::NotEqual => value != number,
            Self::Greater => value > number,
            Self::GreaterOrEqual => value >= number,
            Self::Less => value < number,
            Self::LessOrEqual => value <= number,
        }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Expression {
    /// Reads an expression. Fails with one line that says where in it what is wrong, and what can be done.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if EXPRESSION_BYTES_MAX < text.len() {
            return Err(format!("expr is longer than {EXPRESSION_BYTES_MAX} bytes"));
        }
        let refuse = |rest: &str, reason: String| {
            let character = text.len() - rest.len() + 1;
            format!("expr {text:?}, character {character}: {reason}")
        };
        let (selector, condition) = match absent(text) {
            Some(inner) => of_absent(inner),
            None => of_comparison(text),
        }
        .map_err(|(rest, reason)| refuse(rest, reason))?;
        if !selector.is_bounded() {
            return Err(refuse(
                text,
                "the selector picks everything: name a metric or a label".into(),
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            selector,
            condition,
        })
    }
}

/// What is left of the text where the reason was found, and the reason.
type Refused<'t> = (&'t str, String);

/// What follows `absent(`.
fn absent(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("absent")?;
    rest.trim_start().strip_prefix('(')
}

fn of_absent(inner: &str) -> Result<(Selector, Condition), Refused<'_>> {
    let (selector, rest) = prefix(inner)?;
    let Some(after) = rest.strip_prefix(')') else {
        return Err(richer(rest, "expected ) after the selector"));
    };
    match after.trim_start() {
        "" => Ok((selector, Condition::Absent)),
        rest => Err(richer(rest, "expected the end after absent(…)")),
    }
}

fn of_comparison(text: &str) -> Result<(Selector, Condition), Refused<'_>> {
    if text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.')) {
        return Err(richer(
            text,
            "the selector stands before the operator, and the number after it",
        ));
    }
    let (selector, rest) = prefix(text)?;
    if selector
        .exact_name()
        .is_some_and(|name| is_reserved(name) && text.starts_with(name))
    {
        return Err(richer(text, "this is a word of PromQL and no metric"));
    }
    let found = OPERATORS
        .iter()
        .find_map(|(sign, comparison)| Some((rest.strip_prefix(sign)?, *comparison)));
    let Some((number, comparison)) = found else {
        return Err(richer(rest, what_is_it(rest)));
    };
    let number = number.trim_start();
    match of_number(number) {
        Some(value) => Ok((selector, Condition::Compare(comparison, value))),
        None => Err(richer(number, "expected a number and the end, as in > 80")),
    }
}

/// Whether PromQL reads a word as something else than a metric.
fn is_reserved(word: &str) -> bool {
    RESERVED
        .iter()
        .any(|reserved| word.eq_ignore_ascii_case(reserved))
}

fn prefix(text: &str) -> Result<(Selector, &str), Refused<'_>> {
    Selector::prefix(text).map_err(|(character, reason)| {
        let rest = text.get(character - 1..).unwrap_or_default();
        match reason.as_str() {
            "expected a metric name or {" => richer(rest, &reason),
            _ => (rest, reason),
        }
    })
}

fn richer<'t>(rest: &'t str, reason: &str) -> Refused<'t> {
    (rest, format!("{reason}; {MORE}"))
}

/// What stands where the operator should.
fn what_is_it(rest: &str) -> &'static str {
    let word = rest
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    match (rest.chars().next(), word) {
        (None, _) => "expected a comparison, as in > 80",
        (Some('('), _) | (_, "by" | "without") => "functions and aggregations are not evaluated",
        (Some('['), _) => "ranges are not evaluated",
        (Some('@'), _) | (_, "offset") => "only the newest sample is looked at",
        (Some('+' | '-' | '*' | '/' | '%' | '^'), _) | (_, "and" | "or" | "unless" | "atan2") => {
            "nothing is calculated"
        }
        _ => "expected ==, !=, >, >=, < or <=",
    }
}

/// A decimal number, or `Inf`. What Prometheus reads otherwise, as octal or as a duration, is none here.
fn of_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.eq_ignore_ascii_case("inf") {
        let infinite = f64::INFINITY;
        return Some(if text.starts_with('-') {
            -infinite
        } else {
            infinite
        });
    }
    let after_zero = unsigned.strip_prefix('0').unwrap_or_default();
    let is_octal = after_zero.starts_with(|c: char| c.is_ascii_digit());
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    match unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && !is_octal
        && text.chars().all(is_plain)
    {
        true => text.parse().ok(),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let shown = match Expression::parse(text) {
            Ok(read) => format!("{:?} {:?}", read.condition, read.selector.exact_name()),
            Err(reason) => reason.replace(MORE, "MORE"),
        };
        expect.assert_eq(&shown);
    }

    #[test]
    fn comparisons() {
        check("up == 0", expect![[r#"Compare(Equal, 0.0) Some("up")"#]]);
        check(" up==0 ", expect![[r#"Compare(Equal, 0.0) Some("up")"#]]);
        check(
            "node_hwmon_temp_celsius{chip=~\"thermal.*\"} > 80",
            expect![[r#"Compare(Greater, 80.0) Some("node_hwmon_temp_celsius")"#]],
        );
        check(
            "a >= -1.5e3",
            expect![[r#"Compare(GreaterOrEqual, -1500.0) Some("a")"#]],
        );
        check("{job='x'}\n<= +Inf", expect!["Compare(LessOrEqual, inf) None"]);
        check("a != .5", expect![[r#"Compare(NotEqual, 0.5) Some("a")"#]]);
        check("absent(up{job=\"pi\"})", expect![[r#"Absent Some("up")"#]]);
        check("absent ( up )", expect![[r#"Absent Some("up")"#]]);
        check("absent < 3", expect![[r#"Compare(Less, 3.0) Some("absent")"#]]);
        check(
            r#"{__name__="a", b!=""} < 3"#,
            expect![[r#"Compare(Less, 3.0) Some("a")"#]],
        );
    }

    #[test]
    fn what_is_richer() {
        check(
            "up",
            expect![[r#"expr "up", character 3: expected a comparison, as in > 80; MORE"#]],
        );
        check(
            "rate(x[5m]) > 1",
            expect![[
                r#"expr "rate(x[5m]) > 1", character 5: functions and aggregations are not evaluated; MORE"#
            ]],
        );
        check(
            "sum by (job) (up) < 1",
            expect![[
                r#"expr "sum by (job) (up) < 1", character 5: functions and aggregations are not evaluated; MORE"#
            ]],
        );
        check(
            "x[5m] > 1",
            expect![[r#"expr "x[5m] > 1", character 2: ranges are not evaluated; MORE"#]],
        );
        check(
            "x offset 5m > 1",
            expect![[r#"expr "x offset 5m > 1", character 3: only the newest sample is looked at; MORE"#]],
        );
        check(
            "a / b > 1",
            expect![[r#"expr "a / b > 1", character 3: nothing is calculated; MORE"#]],
        );
        check(
            "a and b",
            expect![[r#"expr "a and b", character 3: nothing is calculated; MORE"#]],
        );
        check(
            "a > b",
            expect![[r#"expr "a > b", character 5: expected a number and the end, as in > 80; MORE"#]],
        );
        check(
            "a > bool 1",
            expect![[r#"expr "a > bool 1", character 5: expected a number and the end, as in > 80; MORE"#]],
        );
        check(
            "a > 1 and b > 2",
            expect![[
                r#"expr "a > 1 and b > 2", character 5: expected a number and the end, as in > 80; MORE"#
            ]],
        );
        check(
            "80 < a",
            expect![[
                r#"expr "80 < a", character 1: the selector stands before the operator, and the number after it; MORE"#
            ]],
        );
        check(
            "(a > 1)",
            expect![[r#"expr "(a > 1)", character 1: expected a metric name or {; MORE"#]],
        );
        check(
            "absent(a) == 1",
            expect![[r#"expr "absent(a) == 1", character 11: expected the end after absent(…); MORE"#]],
        );
        check(
            "absent(sum(a))",
            expect![[r#"expr "absent(sum(a))", character 11: expected ) after the selector; MORE"#]],
        );
        check(
            "absent_over_time(a[5m])",
            expect![[
                r#"expr "absent_over_time(a[5m])", character 17: functions and aggregations are not evaluated; MORE"#
            ]],
        );
        check(
            "a =~ 1",
            expect![[r#"expr "a =~ 1", character 3: expected ==, !=, >, >=, < or <=; MORE"#]],
        );
    }

    #[test]
    fn what_is_broken() {
        check(
            "",
            expect![[r#"expr "", character 1: expected a metric name or {; MORE"#]],
        );
        check(
            "up{job=\"x} == 0",
            expect![[r#"expr "up{job=\"x} == 0", character 8: string is not closed"#]],
        );
        check(
            "Inf > 1",
            expect![[r#"expr "Inf > 1", character 1: this is a word of PromQL and no metric; MORE"#]],
        );
        check(
            "{} > 0",
            expect![[
                r#"expr "{} > 0", character 1: the selector picks everything: name a metric or a label"#
            ]],
        );
        check(
            "up{a=~\"(\"} > 0",
            expect![[
                r#"expr "up{a=~\"(\"} > 0", character 10: "(" is not a regular expression that can be used"#
            ]],
        );
    }

    /// Prometheus would read another number, or none.
    #[test]
    fn numbers_that_are_none() {
        for number in [
            "", "NaN", "0x1f", "0755", "08", "1_000", "5m", "1e", "--1", "+", ".", "1 2", "infinity", "-",
            "1e5.5", "٣", "０",
        ] {
            assert!(Expression::parse(&format!("a > {number}")).is_err(), "{number:?}");
        }
    }

    /// Whatever is written there, the answer is a reason.
    #[test]
    fn hostile_texts() {
        let nasty = [
            "(".repeat(4096),
            "{".repeat(4096),
            "-".repeat(4096),
            "a".repeat(1 << 20),
            format!("a{{b=~\"{}\"}} > 1", "a{1000}{1000}{1000}"),
            format!("a{{{}}} > 1", "b=\"c\",".repeat(600)),
            "absent(".repeat(500),
            "a > \u{0}".into(),
            "\u{feff}up == 0".into(),
            "ü > 1".into(),
            "up{ü=\"ü\"} > 1é".into(),
            "a{b=\"\\".into(),
            "a{b=\"\\xff\"} > 1".into(),
            "absent(ü".into(),
            "a>".into(),
            "a > +é".into(),
            "a > 0é".into(),
            "a{\"b".into(),
            "a\u{a0}> 1".into(),
        ];
        for text in nasty {
            let reason = Expression::parse(&text).unwrap_err();
            assert!(!reason.is_empty() && !reason.contains('\n'), "{reason}");
        }
    }
}
