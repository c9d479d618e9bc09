//! Names that are made at run time, as module docs tell them.
//!
//! A line of the form
//!
//! ```text
//! Names: `node_lnstat_<column>_total` counter by `cpu`, `subsystem`: a column of a file.
//! ```
//!
//! has the name with `<what>` where it varies, the type, the labels where there are any, and the meaning. A label that
//! not every sample has stands in parentheses. The line may go on in the next lines; it ends with the paragraph or the next such line.

use super::declaration::Declared;

const START: &str = "Names: ";

/// Takes the lines of names out of a module doc: the paragraphs that are left, and what the lines declare.
///
/// Fails with the line that is not of the form.
pub fn split(doc: &[String]) -> Result<(Vec<String>, Vec<Declared>), String> {
    let mut paragraphs = vec![String::new()];
    let mut declared = Vec::new();
    let mut entries: Vec<String> = Vec::new();
    let mut in_entry = false;
    for line in doc {
        if line.trim().is_empty() {
            in_entry = false;
            paragraphs.push(String::new());
        } else if line.starts_with(START) {
            in_entry = true;
            entries.push(line.clone());
        } else if in_entry {
            let entry = entries.last_mut().ok_or_else(|| line.clone())?;
            entry.push(' ');
            entry.push_str(line);
        } else if let Some(paragraph) = paragraphs.last_mut() {
            paragraph.push_str(line);
            paragraph.push('\n');
        }
    }
    for entry in entries {
        declared.push(parse(&entry).ok_or(entry)?);
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    Ok((paragraphs, declared))
}

fn parse(entry: &str) -> Option<Declared> {
    let (head, meaning) = entry.strip_prefix(START)?.split_once(": ")?;
    let mut parts = head.split('`');
    let words = parts.by_ref().next()?;
    let name = parts.next()?;
    let mut between = parts.next()?;
    let kind = between.trim().split(' ').next()?;
    let labels = std::iter::from_fn(|| {
        let label = parts.next()?;
        let always = !between.ends_with('(');
        between = parts.next()?;
        Some((label.to_owned(), always))
    });
    let declared = Declared {
        name: name.to_owned(),
        kind: kind.to_owned(),
        labels: labels.collect(),
        help: sentence(meaning),
    };
    let known = ["counter", "gauge", "histogram", "summary", "untyped"].contains(&kind);
    (words.is_empty() && known).then_some(declared)
}

/// Begins with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Whether a name is of this form; `<what>` stands for one letter or more.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('<') else {
        return pattern == name;
    };
    let end = rest.split_once('>').map_or("", |(_, end)| end);
    let Some(varying) = name.strip_prefix(start) else {
        return false;
    };
    let starts = varying.char_indices().skip(1).map(|(at, _)| at);
    starts
        .chain([varying.len()])
        .any(|at| at > 0 && matches(end, &varying[at..]))
}

#[test]
fn names_with_gaps() {
    for (pattern, name, expected) in [
        ("node_load1", "node_load1", true),
        ("node_load1", "node_load15", false),
        ("node_memory_<field>_bytes", "node_memory_MemFree_bytes", true),
        ("node_memory_<field>_bytes", "node_memory__bytes", false),
        ("node_zfs_<file>_<field>", "node_zfs_arc_hits", true),
        ("node_zfs_<file>_<field>", "node_zfs_arc", false),
        ("node_vmstat_<field>", "node_vmstat_oom_kill", true),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
}

#[test]
fn lines_of_names() {
    let doc = [
        "Sensors.",
        "",
        "Names: `a_<b>` gauge by `c`, (`d`): what",
        "it is.",
        "Names: `e` counter: more.",
    ]
    .map(str::to_owned);
    let (paragraphs, declared) = split(&doc).unwrap();
    assert_eq!(paragraphs, ["Sensors.\n"]);
    assert_eq!(
        declared[0].labels,
        [("c".to_owned(), true), ("d".to_owned(), false)]
    );
    assert_eq!(declared[0].help, "What it is.");
    assert_eq!(
        (declared[1].name.as_str(), declared[1].kind.as_str()),
        ("e", "counter")
    );
    assert!(split(&["Names: `e` number: more.".to_owned()]).is_err());
}
