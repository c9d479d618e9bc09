//! Where in an object a value stands: `[spec, order, "0", value]`, `[status, conditions, "[type=Ready]", status]`.

use serde_json::Value;

use super::number;

/// Steps from an object to a value in it; none at all is the object itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// A field, or a place in a list, counted from its end where negative. `field=value` is the field if it has that value.
    Key(String),
    /// The first section of a list whose field has this value.
    Find {
        field: String,
        wanted: String,
        number: Option<f64>,
    },
}

impl Path {
    /// Reads the steps. Fails on `[…]` without `=`.
    pub fn parse(steps: &[String]) -> Result<Self, String> {
        let step = |text: &String| {
            let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
                return Ok(Step::Key(text.clone()));
            };
            let (field, wanted) = inner
                .split_once('=')
                .ok_or_else(|| format!("{text:?} is no lookup in a list: expected \"[field=value]\""))?;
            Ok(Step::Find {
                field: field.to_owned(),
                wanted: wanted.to_owned(),
                number: number::of_text(wanted),
            })
        };
        steps.iter().map(step).collect::<Result<_, _>>().map(Self)
    }

    /// The value; nothing where a step leads nowhere, or to `null`.
    pub fn get<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        let found = self.0.iter().try_fold(value, |value, step| step.follow(value))?;
        (!found.is_null()).then_some(found)
    }

    /// The field that the path is, if it is one step to a field.
    pub fn field(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Key(key)] => Some(key),
            _ => None,
        }
    }

    /// Whether the path begins with this field.
    pub fn begins_with(&self, field: &str) -> bool {
        matches!(self.0.first(), Some(Step::Key(key)) if key == field)
    }
}

impl Step {
    fn follow<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match (self, value) {
            (Self::Key(key), Value::Object(fields)) => {
                let matching = key
                    .split_once('=')
                    .filter(|(_, wanted)| !wanted.contains('='))
                    .and_then(|(field, wanted)| fields.get(field).filter(|value| *value == wanted));
                matching.or_else(|| fields.get(key))
            }
            (Self::Key(key), Value::Array(items)) => {
                let index: i64 = key.parse().ok()?;
                let from_end = if index < 0 { items.len() as i64 } else { 0 };
                items.get(usize::try_from(index + from_end).ok()?)
            }
            (
                Self::Find {
                    field,
                    wanted,
                    number,
                },
                Value::Array(items),
            ) => items.iter().find(|item| {
                let Some(found) = item.get(field) else {
                    return false;
                };
                found == wanted.as_str() || (number.is_some() && number::of(found).ok() == *number)
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(path: &[&str], expect: Value) {
        let object = json!({
            "spec": {
                "replicas": 1,
                "order": [{"id": 1, "value": true}, {"id": 3, "value": false}],
                "refs": ["a", "b"],
                "none": null,
            },
            "metadata": {"name": "foo", "annotations": {"bar": "baz", "a=b": "c"}},
        });
        let steps: Vec<_> = path.iter().map(|step| (*step).to_owned()).collect();
        let found = Path::parse(&steps).unwrap().get(&object).cloned();
        assert_eq!(found.unwrap_or(Value::Null), expect, "{path:?}");
    }

    #[test]
    fn fields_and_places() {
        check(&["spec", "replicas"], json!(1));
        check(&["spec", "order", "0", "value"], json!(true));
        check(&["spec", "order", "-1", "id"], json!(3));
        check(&["spec", "refs", "1"], json!("b"));
        for nowhere in [
            &["spec", "order", "2"][..],
            &["spec", "order", "-3"],
            &["spec", "order", "first"],
            &["spec", "replicas", "x"],
            &["spec", "none"],
            &["spec", "none", "x"],
            &["nothing", "at", "all"],
        ] {
            check(nowhere, Value::Null);
        }
    }

    #[test]
    fn lookups_in_lists() {
        check(&["spec", "order", "[id=3]", "value"], json!(false));
        check(&["spec", "order", "[id=3.0]", "value"], json!(false));
        check(&["spec", "order", "[value=false]", "id"], json!(3));
        check(&["spec", "order", "[value=true]", "id"], json!(1));
        check(&["spec", "order", "[id=4]"], Value::Null);
        check(&["spec", "order", "[name=x]"], Value::Null);
        check(&["spec", "refs", "[name=x]"], Value::Null);
        check(&["spec", "[name=x]"], Value::Null);
    }

    #[test]
    fn fields_with_a_value() {
        check(&["metadata", "name=foo"], json!("foo"));
        check(&["metadata", "name=bar"], Value::Null);
        check(&["metadata", "annotations", "bar=baz"], json!("baz"));
        check(&["metadata", "annotations", "a=b"], json!("c"));
    }

    #[test]
    fn a_lookup_without_a_value_is_refused() {
        let error = Path::parse(&["status".to_owned(), "[0]".to_owned()]).unwrap_err();
        assert_eq!(
            error,
            "\"[0]\" is no lookup in a list: expected \"[field=value]\""
        );
    }
}
