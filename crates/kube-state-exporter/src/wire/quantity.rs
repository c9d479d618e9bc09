//! `resource.Quantity`: text in both formats, in JSON also a bare number.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::quantity::{self, Amount};

/// An amount as it was written: `100m`, `2Gi`.
#[derive(PartialEq, Eq, prost::Message)]
pub struct Quantity {
    #[prost(string, tag = 1)]
    pub text: String,
}

impl Quantity {
    /// The amount; zero where the text is none, as the server lets none through.
    pub fn amount(&self) -> Amount {
        quantity::parse(&self.text).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextOrNumber)
    }
}

struct TextOrNumber;

impl Visitor<'_> for TextOrNumber {
    type Value = Quantity;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a quantity")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
        if quantity::parse(text).is_none() {
            return Err(E::custom("not a quantity"));
        }
        Ok(Quantity {
            text: text.to_owned(),
        })
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Quantity, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Quantity, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Quantity, E> {
        self.visit_str(&number.to_string())
    }
}
