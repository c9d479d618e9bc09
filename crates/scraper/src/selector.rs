//! Series selectors, as in `match[]=up{job=~"node.*"}`: the part of PromQL that `/federate` takes.

use regex_lite::{Regex, RegexBuilder};

/// Longest selector in bytes.
const SELECTOR_BYTES_MAX: usize = 4096;

/// Most matchers of one selector.
const MATCHERS_MAX: usize = 64;

/// Largest compiled regular expression in bytes.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// Series for which every matcher holds.
#[derive(Clone, Debug)]
pub struct Selector {
    /// The matchers of the metric's name.
    names: Vec<Test>,
    /// Label name and matcher.
    labels: Vec<(String, Test)>,
}

#[derive(Clone, Debug)]
struct Test {
    negated: bool,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Pattern(Regex),
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        let equal = match &self.value {
            Value::Text(text) => text == value,
            Value::Pattern(regex) => regex.is_match(value),
        };
        equal != self.negated
    }

    /// The only text for which it holds.
    fn exact(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) if !self.negated => Some(text),
            _ => None,
        }
    }
}

impl Selector {
    /// Reads a selector. Fails with a reason; also where every series without labels would match, as in Prometheus.
    pub fn parse(text: &str) -> Result<Self, String> {
        if SELECTOR_BYTES_MAX < text.len() {
            return Err(format!("selector is longer than {SELECTOR_BYTES_MAX} bytes"));
        }
        let (selector, rest) = Self::prefix(text)
            .map_err(|(character, reason)| format!("selector {text:?}, character {character}: {reason}"))?;
        if !rest.is_empty() {
            let character = text.len() - rest.len() + 1;
            return Err(format!(
                "selector {text:?}, character {character}: expected the end"
            ));
        }
        match selector.is_bounded() {
            true => Ok(selector),
            false => Err(format!(
                "selector {text:?} must have a matcher that the empty string does not match"
            )),
        }
    }

    /// Reads the selector that a text begins with. Returns it with what follows, without white space between them.
    ///
    /// Fails with the place in bytes, counted from 1, and a reason.
    pub fn prefix(text: &str) -> Result<(Self, &str), (usize, String)> {
        let mut reader = Reader { rest: text };
        match reader.selector() {
            Ok(selector) => Ok((selector, reader.rest)),
            Err(reason) => Err((text.len() - reader.rest.len() + 1, reason)),
        }
    }

    /// Whether it has a matcher that the empty string does not match, so that not every series is picked.
    pub fn is_bounded(&self) -> bool {
        let labels = self.labels.iter().map(|(_, test)| test);
        self.names.iter().chain(labels).any(|test| !test.holds(""))
    }

    /// The only name that can match, where the selector has one.
    pub fn exact_name(&self) -> Option<&str> {
        self.names.iter().find_map(Test::exact)
    }

    /// The labels that must have one value, with that value.
    pub fn exact_labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let exact = self.labels.iter().map(|(name, test)| (name, test.exact()));
        exact.filter_map(|(name, value)| Some((name.as_str(), value?)))
    }

    /// Whether a metric of this name can match.
    pub fn takes_name(&self, name: &str) -> bool {
        self.names.iter().all(|test| test.holds(name))
    }

    /// Whether labels match; `label` gives the value of one, empty where there is none.
    pub fn takes_labels<'a>(&self, label: impl Fn(&str) -> &'a str) -> bool {
        self.labels.iter().all(|(name, test)| test.holds(label(name)))
    }
}

/// What is left of the text.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn selector(&mut self) -> Result<Selector, String> {
        let mut selector = Selector {
            names: Vec::new(),
            labels: Vec::new(),
        };
        self.skip_space();
        let name = self.word(true);
        if !name.is_empty() {
            selector.names.push(equal(name.to_owned()));
        }
        self.skip_space();
        if self.eat("{") {
            self.matchers(&mut selector)?;
        } else if name.is_empty() {
            return Err("expected a metric name or {".into());
        }
        self.skip_space();
        Ok(selector)
    }

    fn matchers(&mut self, selector: &mut Selector) -> Result<(), String> {
        loop {
            self.skip_space();
            if self.eat("}") {
                return Ok(());
            }
            let quoted = self.rest.starts_with(['"', '\'', '`']);
            let name = match quoted {
                true => self.string()?,
                false => self.word(false).to_owned(),
            };
            if name.is_empty() {
                return Err("expected a label name or }".into());
            }
            self.skip_space();
            if quoted && self.rest.starts_with([',', '}']) {
                selector.names.push(equal(name));
            } else {
                let test = self.test()?;
                match name.as_str() {
                    "__name__" => selector.names.push(test),
                    _ => selector.labels.push((name, test)),
                }
            }
            if MATCHERS_MAX < selector.names.len() + selector.labels.len() {
                return Err(format!("more than {MATCHERS_MAX} matchers"));
            }
            self.skip_space();
            if !self.eat(",") && !self.rest.starts_with('}') {
                return Err("expected , or }".into());
            }
        }
    }

    fn test(&mut self) -> Result<Test, String> {
        let (negated, pattern) = if self.eat("=~") {
            (false, true)
        } else if self.eat("!~") {
            (true, true)
        } else if self.eat("!=") {
            (true, false)
        } else if self.eat("=") {
            (false, false)
        } else {
            return Err("expected =, !=, =~ or !~".into());
        };
        self.skip_space();
        let text = self.string()?;
        let value = match pattern {
            false => Value::Text(text),
            true => Value::Pattern(
                RegexBuilder::new(&format!("^(?s:{text})$"))
                    .size_limit(REGEX_BYTES_MAX)
                    .build()
                    .map_err(|_| format!("{text:?} is not a regular expression that can be used"))?,
            ),
        };
        Ok(Test { negated, value })
    }

    /// A quoted string; escapes in double and single quotes, none in backquotes.
    fn string(&mut self) -> Result<String, String> {
        let quote = match self.rest.chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => quote,
            _ => return Err("expected a string in quotes".into()),
        };
        let mut out = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                _ if char == quote => {
                    self.rest = self.rest.get(at + 1..).unwrap_or_default();
                    return Ok(out);
                }
                '\\' if quote != '`' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, char @ ('\\' | '"' | '\''))) => out.push(char),
                    _ => return Err("unknown escape in a string".into()),
                },
                '\n' if quote != '`' => break,
                _ => out.push(char),
            }
        }
        Err("string is not closed".into())
    }

    fn word(&mut self, colons: bool) -> &'a str {
        let belongs = |at: usize, char: char| {
            char.is_ascii_alphabetic()
                || char == '_'
                || colons && char == ':'
                || 0 < at && char.is_ascii_digit()
        };
        let end = self
            .rest
            .char_indices()
            .find(|(at, char)| !belongs(*at, *char))
            .map_or(self.rest.len(), |(at, _)| at);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}

fn equal(text: String) -> Test {
    Test {
        negated: false,
        value: Value::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selector: &str, name: &str, labels: &[(&str, &str)], expect: bool) {
        let selector = Selector::parse(selector).unwrap();
        let value = |wanted: &str| {
            labels
                .iter()
                .find(|(name, _)| *name == wanted)
                .map_or("", |(_, value)| *value)
        };
        assert_eq!(selector.takes_name(name) && selector.takes_labels(value), expect);
    }

    #[test]
    fn by_name() {
        check("up", "up", &[], true);
        check("up", "upper", &[], false);
        check(" job:up:sum {} ", "job:up:sum", &[], true);
        check("{__name__=~\"node_.*\"}", "node_load1", &[], true);
        check("{__name__=~\"node_.*\"}", "my_node_load1", &[], false);
        check("{\"my.name\"}", "my.name", &[], true);
    }

    #[test]
    fn by_label() {
        let labels = &[("job", "node"), ("mode", "idle\n\"x\"")];
        check("{job=\"node\"}", "up", labels, true);
        check("up{job='no',}", "up", labels, false);
        check("up{job!=`node`}", "up", labels, false);
        check("up{job=~\"node|db\", mode!~\"us.r\"}", "up", labels, true);
        check("up{job=~\"nod\"}", "up", labels, false);
        check("up{mode=\"idle\\n\\\"x\\\"\"}", "up", labels, true);
        check("up{mode=~\"idle.+\"}", "up", labels, true);
        check("up{absent=\"\"}", "up", labels, true);
        check("up{absent!=\"\"}", "up", labels, false);
    }

    #[track_caller]
    fn refused(selector: &str, reason: &str) {
        assert_eq!(Selector::parse(selector).unwrap_err(), reason);
    }

    #[test]
    fn refusals() {
        refused("", "selector \"\", character 1: expected a metric name or {");
        refused(
            "{}",
            "selector \"{}\" must have a matcher that the empty string does not match",
        );
        refused(
            "{a=~\".*\"}",
            "selector \"{a=~\\\".*\\\"}\" must have a matcher that the empty string does not match",
        );
        refused("up{", "selector \"up{\", character 4: expected a label name or }");
        refused(
            "up{a}",
            "selector \"up{a}\", character 5: expected =, !=, =~ or !~",
        );
        refused(
            "up{a=b}",
            "selector \"up{a=b}\", character 6: expected a string in quotes",
        );
        refused(
            "up{a=\"b}",
            "selector \"up{a=\\\"b}\", character 6: string is not closed",
        );
        refused(
            "up{a=~\"(\"}",
            "selector \"up{a=~\\\"(\\\"}\", character 10: \"(\" is not a regular expression that can be used",
        );
        refused("up[5m]", "selector \"up[5m]\", character 3: expected the end");
        refused("rate(up)", "selector \"rate(up)\", character 5: expected the end");
    }
}
