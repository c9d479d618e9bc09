//! `metav1.Time` and `metav1.MicroTime`: seconds and nanoseconds in protobuf, text in JSON.

use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// 0001-01-01, which is Go's zero of time, in seconds since 1970.
pub const ZERO_SECONDS: i64 = -62_135_596_800;

/// A point in time.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Time {
    /// Since 1970-01-01.
    #[prost(int64, tag = 1)]
    pub seconds: i64,
    #[prost(int32, tag = 2)]
    pub nanoseconds: i32,
}

impl Time {
    /// Seconds since 1970; nothing where Go has its zero of time, which is also how an absent time is sent.
    pub fn set(time: &Option<Self>) -> Option<i64> {
        time.map(|time| time.seconds)
            .filter(|seconds| *seconds != 0 && *seconds != ZERO_SECONDS)
    }

    /// Seconds since 1970; Go's zero of time where none is set.
    pub fn or_zero(time: &Option<Self>) -> i64 {
        Self::set(time).unwrap_or(ZERO_SECONDS)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(from)?;
        let time: Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(Self {
            seconds: time.as_second(),
            nanoseconds: time.subsec_nanosecond(),
        })
    }
}
