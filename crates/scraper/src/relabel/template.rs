//! A text that names parts of a match: `$1`, `${1}`, `${name}`, `$$` for a dollar sign. As Go's `Regexp.Expand` reads it.

use regex_lite::Captures;

/// A text with names of groups in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Number(usize),
    Name(String),
}

impl Template {
    /// Reads the text. A dollar sign that names nothing stands for itself.
    pub fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            literal.push_str(before);
            rest = after;
            if let Some(after) = rest.strip_prefix('$') {
                literal.push('$');
                rest = after;
                continue;
            }
            match reference(rest) {
                None => literal.push('$'),
                Some((part, after)) => {
                    if !literal.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut literal)));
                    }
                    parts.push(part);
                    rest = after;
                }
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Self {
            text: text.to_owned(),
            parts,
        }
    }

    /// Whether it names a part of the match.
    pub fn has_references(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Text(_)))
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text with what was matched; a group that is not there is empty.
    pub fn expand(&self, captures: &Captures<'_>) -> String {
        let mut out = String::new();
        for part in &self.parts {
            let group = match part {
                Part::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Part::Number(number) => captures.get(*number),
                Part::Name(name) => captures.name(name),
            };
            out.push_str(group.map_or("", |group| group.as_str()));
        }
        out
    }
}

/// What a dollar sign before `text` names, and what follows it.
fn reference(text: &str) -> Option<(Part, &str)> {
    let belongs = |character: char| character == '_' || character.is_alphanumeric();
    let (name, rest) = match text.strip_prefix('{') {
        Some(inside) => {
            let (name, rest) = inside.split_once('}')?;
            name.chars().all(belongs).then_some((name, rest))?
        }
        None => text.split_at(text.find(|character| !belongs(character)).unwrap_or(text.len())),
    };
    if name.is_empty() {
        return None;
    }
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = 1 < name.len() && name.starts_with('0');
    let part = match name.parse() {
        Ok(number) if digits && !leading_zero => Part::Number(number),
        _ => Part::Name(name.to_owned()),
    };
    Some((part, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_lite::Regex;

    #[test]
    fn expands_as_go_does() {
        let regex = Regex::new("^(?P<host>[a-z]+):([0-9]+)$").unwrap();
        let captures = regex.captures("pi:9100").unwrap();
        for (template, expect) in [
            ("$1", "pi"),
            ("${1}-${2}", "pi-9100"),
            ("$host", "pi"),
            ("$1x", ""),
            ("${1}x", "pix"),
            ("$$1", "$1"),
            ("a$", "a$"),
            ("a$-b", "a$-b"),
            ("${1", "${1"),
            ("${a-b}", "${a-b}"),
            ("$9", ""),
            ("$01", ""),
            ("", ""),
        ] {
            assert_eq!(Template::new(template).expand(&captures), expect, "{template}");
        }
    }
}
