//! The table of all targets.

use crate::fleet::html::Html;
use crate::fleet::quantity;
use crate::fleet::target::{State, Target};

/// Writes one row for each target, by job and instance. The roles repeat what the tags say, since browsers forget that
/// where the style makes blocks of the rows on a phone.
pub fn write(html: &mut Html, targets: &[Target], now_ms: i64) {
    let mut targets: Vec<&Target> = targets.iter().collect();
    targets.sort_by(|a, b| (&a.job, &a.instance).cmp(&(&b.job, &b.instance)));
    html.raw(
        r#"<table role="table" class="targets"><thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">Job</th><th role="columnheader" scope="col">Instance</th>
<th role="columnheader" scope="col">State</th><th role="columnheader" scope="col" class="number">Duration</th>
<th role="columnheader" scope="col" class="number">Series</th><th role="columnheader" scope="col" class="number">Last scrape</th>
<th role="columnheader" scope="col">Last error</th></tr></thead>
<tbody role="rowgroup">
"#,
    );
    for target in targets {
        write_row(html, target, now_ms);
    }
    html.raw("</tbody></table>\n");
}

fn write_row(html: &mut Html, target: &Target, now_ms: i64) {
    let state = target.state(now_ms);
    html.raw(match state {
        State::Up => r#"<tr role="row" class="up">"#,
        State::Down | State::Silent => r#"<tr role="row" class="down">"#,
    });
    html.raw(r#"<td role="cell" class="job">"#).text(&target.job);
    html.raw(r#"</td><td role="cell" class="instance">"#);
    match target.url.is_empty() {
        true => html.text(&target.instance),
        false => html
            .raw(r#"<a rel="noreferrer" href=""#)
            .text(&target.url)
            .raw(r#"">"#)
            .text(&target.instance)
            .raw("</a>"),
    };
    html.raw(r#"</td><td role="cell" class="state">"#)
        .raw(match state {
            State::Up => r#"<span class="mark" aria-hidden="true">✓</span> up"#,
            State::Down => r#"<span class="mark" aria-hidden="true">✕</span> down"#,
            State::Silent => r#"<span class="mark" aria-hidden="true">✕</span> not asked"#,
        });
    html.raw(r#"</td><td role="cell" class="number" data-label="Took">"#);
    html.text(quantity::seconds(target.duration_seconds));
    html.raw(r#"</td><td role="cell" class="number" data-label="Series">"#)
        .text(quantity::count(target.series));
    html.raw(r#"</td><td role="cell" class="number">"#);
    html.text(quantity::span(target.age_seconds(now_ms))).raw(" ago");
    html.raw(r#"</td><td role="cell" class="error">"#)
        .text(&target.error)
        .raw("</td></tr>\n");
}
