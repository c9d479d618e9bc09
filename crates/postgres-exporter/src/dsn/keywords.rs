//! The key=value form: `user=prometheus host=/run/postgresql dbname='my db'`.

use super::DsnError;

/// The pairs in the order given.
///
/// Spaces may stand around `=`. A value in `'` may hold spaces; `\` takes the next character as it is in either.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, DsnError> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest
            .split_once('=')
            .ok_or_else(|| DsnError("expected key=value pairs or postgresql://".into()))?;
        let key = key.trim_end();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(DsnError("expected one word before each =".into()));
        }
        let (value, after) = value(after.trim_start(), key)?;
        pairs.push((key.to_owned(), value));
        rest = after.trim_start();
    }
    Ok(pairs)
}

/// One value and what stands after it.
fn value<'a>(text: &'a str, key: &str) -> Result<(String, &'a str), DsnError> {
    let (quoted, body) = match text.strip_prefix('\'') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let mut value = String::new();
    let mut characters = body.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, next)) => value.push(next),
                None => return Err(DsnError(format!("{}: ends with \\", key.escape_debug()))),
            },
            '\'' if quoted => return Ok((value, &body[at + 1..])),
            _ if !quoted && character.is_whitespace() => return Ok((value, &body[at..])),
            _ => value.push(character),
        }
    }
    if quoted {
        return Err(DsnError(format!(
            "{}: the closing ' is missing",
            key.escape_debug()
        )));
    }
    Ok((value, ""))
}
