//! `intstr.IntOrString`: a number, or text that is a percentage.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// `type` of a text.
const STRING: i64 = 1;

/// A number, or text that is a percentage.
#[derive(PartialEq, Eq, prost::Message)]
pub struct IntOrString {
    #[prost(int64, tag = 1)]
    pub kind: i64,
    #[prost(int32, tag = 2)]
    pub number: i32,
    #[prost(string, tag = 3)]
    pub text: String,
}

impl IntOrString {
    /// The number, or what a percentage of `total` comes to; nothing where the text is not a percentage.
    pub fn scaled(&self, total: i32, round: Round) -> Option<i64> {
        if self.kind != STRING {
            return Some(i64::from(self.number));
        }
        let percent: i64 = self.text.strip_suffix('%')?.parse::<i32>().ok()?.into();
        let hundredfold = percent * i64::from(total);
        Some(match round {
            Round::Up => -(-hundredfold).div_euclid(100),
            Round::Down => hundredfold.div_euclid(100),
        })
    }
}

/// What becomes of a part of one.
#[derive(Clone, Copy, Debug)]
pub enum Round {
    Up,
    Down,
}

impl<'de> Deserialize<'de> for IntOrString {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Either)
    }
}

struct Either;

impl Visitor<'_> for Either {
    type Value = IntOrString;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a number or a string")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<IntOrString, E> {
        Ok(IntOrString {
            number: number.try_into().map_err(E::custom)?,
            ..IntOrString::default()
        })
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<IntOrString, E> {
        Ok(IntOrString {
            number: number.try_into().map_err(E::custom)?,
            ..IntOrString::default()
        })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<IntOrString, E> {
        Ok(IntOrString {
            kind: STRING,
            number: 0,
            text: text.to_owned(),
        })
    }
}
