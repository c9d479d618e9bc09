//! Bodies of both formats, with what is read from them.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::*;

mod refused;

/// Reads a body and prints an entry a line; an error ends the list.
#[track_caller]
fn check(format: Format, body: &str, expect: Expect) {
    let mut out = String::new();
    for entry in entries(body.as_bytes(), format) {
        match entry {
            Ok(Entry::Sample(sample)) => write_sample(&mut out, &sample),
            Ok(Entry::Help { name, help }) => writeln!(out, "help {name:?} {:?}", help.unescape()).unwrap(),
            Ok(Entry::Type { name, kind }) => writeln!(out, "type {name:?} {kind:?}").unwrap(),
            Ok(Entry::Unit { name, unit }) => writeln!(out, "unit {name:?} {unit:?}").unwrap(),
            Ok(Entry::Eof) => out.push_str("eof\n"),
            Ok(Entry::Nothing) => panic!("blank lines and comments are left out"),
            Err(error) => writeln!(out, "{error}").unwrap(),
        }
    }
    expect.assert_eq(&out);
}

fn write_sample(out: &mut String, sample: &Sample<'_>) {
    write!(out, "{:?}", sample.name).unwrap();
    for (name, value) in sample.labels {
        write!(out, " {name:?}={value:?}").unwrap();
    }
    write!(out, " = {:?}", sample.value).unwrap();
    if let Some(timestamp_ms) = sample.timestamp_ms {
        write!(out, " @{timestamp_ms}").unwrap();
    }
    if let Some(exemplar) = sample.exemplar {
        let labels: Vec<_> = exemplar.labels.iter().collect();
        write!(
            out,
            " exemplar {labels:?} {} {:?}",
            exemplar.value, exemplar.timestamp_ms
        )
        .unwrap();
    }
    writeln!(out, " <{}>", sample.series).unwrap();
}

#[test]
fn text_metadata_and_comments() {
    check(
        Format::Text004,
        "# HELP up Whether \\\"it\\\" answers.\\nC:\\\\dir \\x\n# TYPE up gauge\n\n \t\n# a comment\n#\n#HELP is a comment\n#\tTYPE\tup\tuntyped\n\
         # HELP nothing\n# HELP blank \t \n# HELP  two  spaces\n#  TYPE h histogram\n# TYPE s summary\n# TYPE c counter\n# HELPFUL is a comment\n\
         # TYPE\n# UNIT u seconds\n# EOF\n# HELP \"quoted.name\" Words\n  # HELP indented x\n# HELP a-b c\nup 1",
        expect![[r#"
            help "up" "Whether \\\"it\\\" answers.\nC:\\dir \\x"
            type "up" Gauge
            type "up" Unknown
            help "nothing" ""
            help "blank" ""
            help "two" " spaces"
            type "h" Histogram
            type "s" Summary
            type "c" Counter
            help "quoted.name" "Words"
            help "indented" "x"
            help "a" "b c"
            "up" = 1.0 <up>
        "#]],
    );
}

#[test]
fn text_samples() {
    check(
        Format::Text004,
        r#"a 1
a{} 2
a{b="c"} 3
a{b="c",} 4
 a { b = "c" , d	=	"e" , }	5
a{b="c" d="e"} 6
a{b="c"d="e"}7
a:b:c{_x1="y"} -1.5e3 1520879607789
a  +Inf	 0  
a{b="} 1",c="x,y=\"z\\\" \n \t"} NaN
a{b="ü☃",b="twice",__name__="n"} 1
a{b=""} 1
a+1
_ 1"#,
        expect![[r#"
            "a" = 1.0 <a>
            "a" = 2.0 <a{}>
            "a" "b"="c" = 3.0 <a{b="c"}>
            "a" "b"="c" = 4.0 <a{b="c",}>
            "a" "b"="c" "d"="e" = 5.0 <a { b = "c" , d	=	"e" , }>
            "a" "b"="c" "d"="e" = 6.0 <a{b="c" d="e"}>
            "a" "b"="c" "d"="e" = 7.0 <a{b="c"d="e"}>
            "a:b:c" "_x1"="y" = -1500.0 @1520879607789 <a:b:c{_x1="y"}>
            "a" = inf @0 <a>
            "a" "b"="} 1" "c"="x,y=\"z\\\" \n \\t" = NaN <a{b="} 1",c="x,y=\"z\\\" \n \t"}>
            "a" "b"="ü☃" "b"="twice" "__name__"="n" = 1.0 <a{b="ü☃",b="twice",__name__="n"}>
            "a" "b"="" = 1.0 <a{b=""}>
            "a" = 1.0 <a>
            "_" = 1.0 <_>
        "#]],
    );
}

#[test]
fn text_quoted_names() {
    check(
        Format::Text004,
        r#"{"my.metric"} 1
{"my.metric",} 2
{ "my.metric" , "label.one" = "x", b="y" } 3 4
{b="y","my.metric"} 5
{"with \"quotes\" and \n","k\\"="v"}6"#,
        expect![[r#"
            "my.metric" = 1.0 <{"my.metric"}>
            "my.metric" = 2.0 <{"my.metric",}>
            "my.metric" "label.one"="x" "b"="y" = 3.0 @4 <{ "my.metric" , "label.one" = "x", b="y" }>
            "my.metric" "b"="y" = 5.0 <{b="y","my.metric"}>
            "with \"quotes\" and \n" "k\\"="v" = 6.0 <{"with \"quotes\" and \n","k\\"="v"}>
        "#]],
    );
}

#[test]
fn openmetrics() {
    check(
        Format::OpenMetrics1,
        r#"# HELP a_seconds Words \"in\" \\ two\nlines
# TYPE a_seconds counter
# UNIT a_seconds seconds
# HELP a 
# UNIT a 
# TYPE b gaugehistogram
# TYPE c stateset
# TYPE d info
# TYPE e unknown
# TYPE "my.metric" summary
a_seconds_total 17.0 1520879607.789 # {trace_id="a\"b",span="c # {"} 5 1520879606.5
a_seconds_total{b="}"} 1 # {} 1
a_bucket{le="+Inf",} 1 # {"id.thing"="x"} 4
{"my.metric",quantile="0.5"} 1e-3 -1.0005
a{} 1 12345678901234567890
# EOF
"#,
        expect![[r#"
            help "a_seconds" "Words \"in\" \\ two\nlines"
            type "a_seconds" Counter
            unit "a_seconds" "seconds"
            help "a" ""
            unit "a" ""
            type "b" GaugeHistogram
            type "c" StateSet
            type "d" Info
            type "e" Unknown
            type "my.metric" Summary
            "a_seconds_total" = 17.0 @1520879607789 exemplar [("trace_id", "a\"b"), ("span", "c # {")] 5 Some(1520879606500) <a_seconds_total>
            "a_seconds_total" "b"="}" = 1.0 exemplar [] 1 None <a_seconds_total{b="}"}>
            "a_bucket" "le"="+Inf" = 1.0 exemplar [("id.thing", "x")] 4 None <a_bucket{le="+Inf",}>
            "my.metric" "quantile"="0.5" = 0.001 @-1000 <{"my.metric",quantile="0.5"}>
            "a" = 1.0 @9223372036854775807 <a{}>
            eof
        "#]],
    );
}

#[test]
fn openmetrics_ends_with_eof() {
    check(
        Format::OpenMetrics1,
        "",
        expect![[r#"
        line 1, column 1: body ends without # EOF
    "#]],
    );
    check(
        Format::OpenMetrics1,
        "a 1\n",
        expect![[r#"
        "a" = 1.0 <a>
        line 2, column 1: body ends without # EOF
    "#]],
    );
    check(
        Format::OpenMetrics1,
        "# EOF",
        expect![[r#"
        eof
    "#]],
    );
    check(
        Format::OpenMetrics1,
        "# EOF\n\n",
        expect![[r#"
        eof
        line 2, column 1: something follows # EOF
    "#]],
    );
    check(
        Format::OpenMetrics1,
        "# EOF\na 1",
        expect![[r#"
        eof
        line 2, column 1: something follows # EOF
    "#]],
    );
    check(
        Format::Text004,
        "# EOF\na 1",
        expect![[r#"
        "a" = 1.0 <a>
    "#]],
    );
}

#[test]
fn lines_are_counted() {
    check(
        Format::Text004,
        "a 1\n\n# comment\nb{c=\"d\"} x\nc 1\n",
        expect![[r#"
            "a" = 1.0 <a>
            line 4, column 10: not a number
        "#]],
    );
}
