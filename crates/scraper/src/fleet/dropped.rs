//! The page that tells why targets were dropped: every rule that changed their labels, and the one that dropped them.

use crate::fleet::html::Html;
use crate::fleet::quantity;
use crate::labels::Labels;
use crate::relabel::Rule;
use crate::relabel::trace::{Step, trace};

/// Where the page is.
pub const PATH: &str = "/dropped";

/// Most targets that are shown for one job; each takes about 2 kB.
const SHOWN_MAX: usize = 100;

/// What one job dropped.
#[derive(Clone, Debug)]
pub struct DroppedOfJob<'a> {
    /// The job's name.
    pub job: &'a str,
    /// Its rules.
    pub rules: &'a [Rule],
    /// How many targets were dropped.
    pub count: usize,
    /// What those that are kept were found with.
    pub kept: &'a [Labels],
}

/// The whole document.
pub fn document(jobs: &[DroppedOfJob<'_>]) -> String {
    let mut html = Html::default();
    html.raw(concat!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Dropped targets</title>\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"color-scheme\" content=\"light dark\">\n<style>\n",
        include_str!("style.css"),
        "</style>\n</head>\n<body>\n<main><p class=\"asof\"><a href=\"/\">Fleet</a></p>\n<h1>Dropped targets</h1>\n",
    ));
    if jobs.iter().all(|job| job.count == 0) {
        html.raw("<p class=\"calm\">No rule of relabel_configs drops a target.</p>\n");
    }
    for job in jobs.iter().filter(|job| job.count != 0) {
        write_job(&mut html, job);
    }
    html.raw("</main>\n</body>\n</html>\n");
    html.into_string()
}

fn write_job(html: &mut Html, job: &DroppedOfJob<'_>) {
    html.raw("<section><div class=\"section\"><h2>")
        .text(job.job)
        .raw("</h2><p>");
    html.text(quantity::count(job.count))
        .raw(" dropped</p></div>\n<ul class=\"dropped\">\n");
    let shown = job.kept.len().min(SHOWN_MAX);
    for labels in job.kept.iter().take(shown) {
        let address = labels.get("__address__").map_or("no address", String::as_str);
        html.raw("<li><details><summary><b>").text(address).raw("</b>");
        let steps = trace(job.rules, labels);
        if let Some(rule) = steps.last().and_then(|step| job.rules.get(step.rule)) {
            html.raw(" <code>").text(rule).raw("</code>");
        }
        html.raw("</summary>\n<h3>Found with</h3><ul>");
        for (name, value) in labels {
            html.raw("<li><code>")
                .text(name)
                .raw("</code> ")
                .text(value)
                .raw("</li>");
        }
        html.raw("</ul><h3>What the rules did</h3><ol>");
        for step in &steps {
            write_step(html, job.rules, step);
        }
        html.raw("</ol></details></li>\n");
    }
    html.raw("</ul>");
    if shown < job.count {
        html.raw("<p class=\"left-out\">")
            .text(quantity::count(job.count - shown))
            .raw(" more are not shown.</p>");
    }
    html.raw("</section>\n");
}

fn write_step(html: &mut Html, rules: &[Rule], step: &Step) {
    // Counted from 1, as the owner counts the rules in the file.
    html.raw("<li>Rule ").text(step.rule + 1);
    if let Some(rule) = rules.get(step.rule) {
        html.raw(" <code>").text(rule).raw("</code>");
    }
    for (name, value) in &step.changes {
        match value {
            Some(value) => html
                .raw("<br>set <code>")
                .text(name)
                .raw("</code> to ")
                .text(value),
            None => html.raw("<br>removed <code>").text(name).raw("</code>"),
        };
    }
    if step.drops {
        html.raw("<br><b class=\"error\">dropped the target</b>");
    }
    html.raw("</li>");
}
