//! Values as the difference to the one before them in their series.
//!
//! What targets expose are decimal numbers with few places: counters, bytes, degrees with two digits. Ten to the power
//! of the places makes integers of both, and their difference is a varint of one to three bytes, where the exclusive or
//! of the two floats has six. A series keeps its number of places until a value does not fit.
//!
//! | first varint | then                                    | value                                      |
//! |--------------|-----------------------------------------|--------------------------------------------|
//! | not 0        |                                         | difference, zigzag, at the places of before |
//! | 0            | places 0 to 9, varint                   | difference, zigzag, at these places        |
//! | 0            | 16 + places, varint                     | the number itself, zigzag, at these places |
//! | 0            | 32 + count of bytes, the bytes          | exclusive or with the bits of before       |

use super::bytes::Bytes;
use crate::label_set::push_varint;

const POWERS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// Beyond this a float does not hold every integer.
const WHOLE_MAX: f64 = (1_u64 << 53) as f64;

const ITSELF: u8 = 16;
const BITS: u8 = 32;

/// The last value of a series and how many decimal places it is written with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Last {
    /// The value.
    pub value: f64,
    places: u8,
}

/// Appends a value that has other bits than the last one.
pub fn push(bytes: &mut Vec<u8>, last: &mut Last, value: f64) {
    let before = std::mem::replace(&mut last.value, value);
    let both = |places: u8| Some((whole(places, before)?, whole(places, value)?));
    if let Some((before, now)) = both(last.places) {
        return push_zigzag(bytes, now - before);
    }
    bytes.push(0);
    if let Some((places, (before, now))) = (0..10).find_map(|places| Some((places, both(places)?))) {
        last.places = places;
        bytes.push(places);
        return push_zigzag(bytes, now - before);
    }
    if let Some((places, now)) = (0..10).find_map(|places| Some((places, whole(places, value)?))) {
        last.places = places;
        bytes.push(ITSELF + places);
        return push_zigzag(bytes, now);
    }
    let changed = before.to_bits() ^ value.to_bits();
    let count = 8 - changed.leading_zeros() as usize / 8;
    bytes.push(BITS + count as u8);
    bytes.extend(changed.to_le_bytes().into_iter().take(count));
}

/// Reads what [`push`] wrote; `None` where that is not possible.
pub fn take(bytes: &mut Bytes<'_>, last: &mut Last) -> Option<f64> {
    let first = bytes.varint()?;
    let value = match first {
        0 => {
            let form = bytes.byte()?;
            match form {
                0..ITSELF => {
                    last.places = form;
                    after(last, bytes.zigzag()?)?
                }
                ITSELF..BITS => {
                    last.places = form - ITSELF;
                    let power = POWERS.get(usize::from(last.places))?;
                    bytes.zigzag()? as f64 / power
                }
                _ => {
                    let count = usize::from(form - BITS);
                    let mut changed = [0; 8];
                    changed.get_mut(..count)?.copy_from_slice(bytes.take(count)?);
                    f64::from_bits(last.value.to_bits() ^ u64::from_le_bytes(changed))
                }
            }
        }
        difference => after(last, unzigzag(difference))?,
    };
    last.value = value;
    Some(value)
}

/// The number that is this much after the last one.
fn after(last: &Last, difference: i64) -> Option<f64> {
    let power = POWERS.get(usize::from(last.places))?;
    let before = (last.value * power).round() as i64;
    Some(before.wrapping_add(difference) as f64 / power)
}

/// The value times ten to the power of `places`, where dividing that gives the same bits again.
fn whole(places: u8, value: f64) -> Option<i64> {
    let power = POWERS.get(usize::from(places))?;
    let scaled = (value * power).round();
    let fits = scaled.abs() < WHOLE_MAX && (scaled as i64 as f64 / power).to_bits() == value.to_bits();
    fits.then_some(scaled as i64)
}

/// Appends a number whose sign stands in the lowest bit.
pub fn push_zigzag(bytes: &mut Vec<u8>, number: i64) {
    push_varint(bytes, ((number << 1) ^ (number >> 63)) as u64);
}

/// The number that [`push_zigzag`] wrote as this varint.
pub fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::STALE_BITS;

    /// Writes and reads values; returns how many bytes each took.
    #[track_caller]
    fn check(values: &[f64]) -> Vec<usize> {
        let (mut writer, mut reader) = (Last::default(), Last::default());
        let mut sizes = Vec::new();
        for value in values {
            if value.to_bits() == writer.value.to_bits() {
                continue;
            }
            let mut bytes = Vec::new();
            push(&mut bytes, &mut writer, *value);
            let mut left = Bytes::new(&bytes);
            let read = take(&mut left, &mut reader).unwrap();
            assert_eq!(read.to_bits(), value.to_bits(), "{value} after {values:?}");
            assert!(left.is_empty());
            sizes.push(bytes.len());
        }
        sizes
    }

    #[test]
    fn what_targets_expose_is_small() {
        assert_eq!(check(&[5.0, 68.0, 132.0, 68.0]), [1, 1, 2, 1]);
        assert_eq!(check(&[12.25, 12.26, 12.9, 13.0]), [4, 1, 2, 1]);
        assert_eq!(check(&[9e15, 9e15 + 1.0]), [8, 1]);
        // 48.312 °C and 48.799.
        assert_eq!(check(&[48.312, 48.799]), [5, 2]);
    }

    #[test]
    fn every_float_comes_back_with_its_bits() {
        let stale = f64::from_bits(STALE_BITS);
        let odd = [
            0.0,
            -0.0,
            f64::NAN,
            stale,
            1.0,
            stale,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            5e-324,
            f64::MAX,
            f64::MIN,
            std::f64::consts::PI,
            0.1 + 0.2,
            1e300,
            -1e-9,
            9_007_199_254_740_993.0,
            -9_007_199_254_740_991.0,
            1e9 / 3.0,
        ];
        for left in odd {
            for right in odd {
                check(&[left, right, left, 2.5, right]);
            }
        }
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from_bits(state ^ (state >> 29))
        };
        check(&(0..2_000).map(|_| random()).collect::<Vec<_>>());
    }
}
