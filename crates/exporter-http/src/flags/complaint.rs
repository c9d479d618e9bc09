//! What is wrong with a command line, in one line.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Turns clap's several lines into one: `unknown flag '--x' (did you mean '--y'?), try --help`.
pub(super) fn one_line(error: &clap::Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        Some(ContextValue::Strings(texts)) => texts.first().map_or("", String::as_str),
        _ => "",
    };
    // clap names a flag together with its value's name: `--log.level <LEVEL>`.
    let flag = text(ContextKind::InvalidArg)
        .split(' ')
        .next()
        .unwrap_or_default();
    let value = text(ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::UnknownArgument if flag.starts_with('-') => match text(ContextKind::SuggestedArg) {
            "" => format!("unknown flag '{flag}'"),
            suggested => format!("unknown flag '{flag}' (did you mean '{suggested}'?)"),
        },
        ErrorKind::UnknownArgument => format!("unexpected argument '{flag}'"),
        ErrorKind::InvalidValue if value.is_empty() => format!("flag '{flag}' needs a value"),
        ErrorKind::InvalidValue => match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(valid)) => {
                format!("flag '{flag}': {value:?} is not one of {}", valid.join(", "))
            }
            _ => format!("flag '{flag}': {value:?} is not valid"),
        },
        ErrorKind::ValueValidation => {
            let reason =
                std::error::Error::source(error).map_or_else(String::new, |reason| format!(": {reason}"));
            format!("flag '{flag}': {value:?} is not valid{reason}")
        }
        ErrorKind::TooManyValues => format!("flag '{flag}' takes no value"),
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".to_owned(),
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            first.strip_prefix("error: ").unwrap_or(first).to_owned()
        }
    };
    format!("{}, try --help", what.replace(char::is_control, "?"))
}
