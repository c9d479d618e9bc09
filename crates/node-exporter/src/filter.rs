//! The include and exclude expressions of the flags.

use exporter_http::StartError;
use regex::Regex;

/// Which names a collector reports: all, only those that match, or all but those that match.
///
/// Expressions are unanchored, as in the reference.
#[derive(Debug, Default)]
pub enum Filter {
    /// Every name passes.
    #[default]
    All,
    /// Names that match pass.
    Include(Regex),
    /// Names that do not match pass.
    Exclude(Regex),
}

impl Filter {
    /// Makes a filter of an `-include` and an `-exclude` flag; an empty text is the same as none.
    ///
    /// Fails where both are given, or where an expression is not valid; `flags` names them for the message.
    pub fn new(flags: &str, include: Option<&str>, exclude: Option<&str>) -> Result<Self, StartError> {
        let given = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
        match (include, exclude) {
            (Some(_), Some(_)) if given(include) && given(exclude) => Err(StartError(format!(
                "--{flags}-include and --{flags}-exclude cannot be used together"
            ))),
            (Some(include), _) if given(Some(include)) => {
                Ok(Self::Include(compile(flags, "include", include)?))
            }
            (_, Some(exclude)) if given(Some(exclude)) => {
                Ok(Self::Exclude(compile(flags, "exclude", exclude)?))
            }
            _ => Ok(Self::All),
        }
    }

    /// Whether `name` is reported.
    #[must_use]
    pub fn passes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Include(regex) => regex.is_match(name),
            Self::Exclude(regex) => !regex.is_match(name),
        }
    }
}

fn compile(flags: &str, which: &str, text: &str) -> Result<Regex, StartError> {
    Regex::new(text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default();
        StartError(format!(
            "--{flags}-{which}={text}: not a regular expression: {}",
            reason.trim()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn include_exclude_and_neither() {
        let passes = |include, exclude, name| Filter::new("x", include, exclude).unwrap().passes(name);
        assert!(passes(None, None, "eth0"));
        assert!(passes(Some("^eth"), None, "eth0") && !passes(Some("^eth"), None, "lo"));
        assert!(!passes(None, Some("^(lo|veth)"), "veth12") && passes(Some(""), Some("lo"), "eth0"));
    }

    #[test]
    fn wrong_expressions_stop_the_start() {
        let message = |include, exclude| {
            Filter::new("collector.x", include, exclude)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(Some("a"), Some("b")),
            "--collector.x-include and --collector.x-exclude cannot be used together"
        );
        assert!(message(Some("("), None).starts_with("--collector.x-include=(: not a regular expression: "));
    }
}
