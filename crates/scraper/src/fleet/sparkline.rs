//! One track of a history as a line in SVG, an hour wide.

use std::fmt::Write;

use crate::fleet::history::{Point, STEPS};
use crate::fleet::html::Html;

/// Units of the drawing from its lowest to its highest value; finer than the pixels of any phone.
const HEIGHT: i32 = 60;
/// Room for half the width of the line, above and below.
const MARGIN: i32 = 3;

/// What the height of the drawing stands for.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// The value at the bottom.
    pub lowest: f32,
    /// The value at the top.
    pub highest: f32,
}

/// Writes the drawing. `title` says in words what it shows; `limit` is drawn as a dashed line.
pub fn write(html: &mut Html, points: &[Point], scale: Scale, limit: Option<f32>, title: &str) {
    let (line, area) = paths(points, scale);
    html.raw(r#"<svg class="spark" viewBox="0 0 240 66" preserveAspectRatio="none" role="img"><title>"#)
        .text(title);
    html.raw(r#"</title><path class="base" d="M0 65h240"/>"#);
    if let Some(limit) = limit {
        html.raw(r#"<path class="limit" d="M0 "#)
            .text(height_of(limit, scale))
            .raw(r#"h240"/>"#);
    }
    html.raw(r#"<path class="area" d=""#).text(area);
    html.raw(r#""/><path class="line" d=""#)
        .text(line)
        .raw(r#""/></svg>"#);
}

/// The line, and the area between it and the bottom. A point alone is a line of no length, which round ends make a dot.
fn paths(points: &[Point], scale: Scale) -> (String, String) {
    let (mut line, mut area) = (String::new(), String::new());
    for run in points.chunk_by(|_, next| !next.after_gap) {
        let run = run_path(run, scale);
        line.push_str(&run.path);
        // Writing to a `String` cannot fail.
        let _ = write!(area, "{}V{}H{}z", run.path, HEIGHT + 2 * MARGIN, run.first_step);
    }
    (line, area)
}

struct Run {
    path: String,
    first_step: usize,
}

/// A path through neighbours, in differences; a stretch without a change is one number.
fn run_path(run: &[Point], scale: Scale) -> Run {
    let Some(first) = run.first() else {
        return Run {
            path: String::new(),
            first_step: 0,
        };
    };
    let first_height = height_of(first.value, scale);
    let mut path = format!("M{} {first_height}", first.step);
    let (mut step, mut height) = (first.step, first_height);
    let mut last = first.step;
    for point in run {
        let next = height_of(point.value, scale);
        if next != height {
            if step < last {
                let _ = write!(path, "h{}", last - step);
            }
            let _ = write!(path, "l{} {}", point.step - last, next - height);
            (step, height) = (point.step, next);
        }
        last = point.step;
    }
    if step < last || run.len() == 1 {
        let _ = write!(path, "h{}", last - step);
    }
    Run {
        path,
        first_step: first.step,
    }
}

/// Down from the top, as SVG counts.
fn height_of(value: f32, scale: Scale) -> i32 {
    let share = (value - scale.lowest) / (scale.highest - scale.lowest);
    // The conversion makes a zero of NaN.
    MARGIN + HEIGHT - (share.clamp(0.0, 1.0) * HEIGHT as f32).round() as i32
}

const _: () = assert!(
    STEPS == 240 && HEIGHT + 2 * MARGIN == 66,
    "the view box is written as text"
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Points are (step, value, whether a gap lies before), on a scale to 60.
    #[track_caller]
    fn check(points: &[(usize, f32, bool)], expect: (&str, &str)) {
        let points: Vec<Point> = points
            .iter()
            .map(|&(step, value, after_gap)| Point {
                step,
                value,
                after_gap,
            })
            .collect();
        let (line, area) = paths(
            &points,
            Scale {
                lowest: 0.0,
                highest: 60.0,
            },
        );
        assert_eq!((line.as_str(), area.as_str()), expect);
    }

    #[test]
    fn nothing() {
        check(&[], ("", ""));
    }

    #[test]
    fn a_dot() {
        check(&[(239, 30.0, true)], ("M239 33h0", "M239 33h0V66H239z"));
    }

    #[test]
    fn a_flat_line_is_short() {
        let points: Vec<_> = (0..240).map(|step| (step, 60.0, step == 0)).collect();
        check(&points, ("M0 3h239", "M0 3h239V66H0z"));
    }

    #[test]
    fn ups_and_downs() {
        check(
            &[
                (0, 0.0, true),
                (1, 0.0, false),
                (2, 10.0, false),
                (4, 10.0, false),
                (5, 5.0, false),
            ],
            ("M0 63h1l1 -10h2l1 5", "M0 63h1l1 -10h2l1 5V66H0z"),
        );
    }

    #[test]
    fn gaps_end_a_line() {
        check(
            &[(0, 0.0, true), (1, 0.0, false), (9, 60.0, true)],
            ("M0 63h1M9 3h0", "M0 63h1V66H0zM9 3h0V66H9z"),
        );
    }

    #[test]
    fn values_off_the_scale_stay_inside() {
        check(
            &[(0, 1e9, true), (1, -1e9, false)],
            ("M0 3l1 60", "M0 3l1 60V66H0z"),
        );
    }
}
