//! `@every` and a duration as Go writes them: `1h30m`, `90s`, `1.5h`.

use crate::duration;

/// Whole seconds, at least one. Nothing where the text is no duration.
pub fn parse(text: &str) -> Option<i64> {
    let seconds = duration::seconds(text)?;
    // The sum of parts like 0.1s may fall short of a whole second by less than this.
    Some(((seconds + 1e-9) as i64).max(1))
}
