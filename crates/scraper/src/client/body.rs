//! A body as it arrives, decompressed piece by piece.

use std::io::Write;

use flate2::write::MultiGzDecoder;
use hyper::header::{CONTENT_ENCODING, HeaderMap};

use super::Error;

/// Undoes the `Content-Encoding` of an answer. Holds at most 64 KiB, however much comes out.
#[derive(Debug)]
pub enum Decoder {
    /// Not encoded.
    Identity,
    /// gzip; what came out waits in the vector.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Decoder {
    /// Picks the decoder by the headers. Fails on an encoding that was not asked for.
    pub fn of(headers: &HeaderMap) -> Result<Self, Error> {
        let encoding = match headers.get(CONTENT_ENCODING) {
            Some(value) => value.as_bytes().trim_ascii(),
            None => b"",
        };
        if encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity") {
            Ok(Self::Identity)
        } else if encoding.eq_ignore_ascii_case(b"gzip") {
            Ok(Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))))
        } else {
            let encoding = String::from_utf8_lossy(encoding);
            Err(Error::Decode(format!("{encoding:.50}: only gzip was asked for")))
        }
    }

    /// Takes a piece and calls `each` with what comes out. Stops at the first error of either.
    pub fn push<E: From<Error>>(
        &mut self,
        mut piece: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Identity => each(piece),
            Self::Gzip(decoder) => {
                // One write gives out one buffer at most, so that a bomb is counted before it has unfolded.
                while !piece.is_empty() {
                    let taken = decoder.write(piece).map_err(broken)?;
                    each(decoder.get_ref())?;
                    decoder.get_mut().clear();
                    piece = match piece.get(taken..) {
                        Some(rest) if taken != 0 => rest,
                        _ => return Err(broken(std::io::ErrorKind::InvalidData.into()).into()),
                    };
                }
                Ok(())
            }
        }
    }

    /// Ends the body and calls `each` with what is left. Fails where the encoded form has not ended.
    pub fn finish<E: From<Error>>(&mut self, mut each: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Identity => Ok(()),
            Self::Gzip(decoder) => {
                let ended = decoder.try_finish();
                each(decoder.get_ref())?;
                decoder.get_mut().clear();
                ended.map_err(|error| broken(error).into())
            }
        }
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::Decode(format!("gzip: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(encoded: &[u8], piece: usize, limit: usize) -> Result<Vec<u8>, String> {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, "gzip".parse().unwrap())]);
        let mut decoder = Decoder::of(&headers).unwrap();
        let mut out = Vec::new();
        let mut each = |bytes: &[u8]| -> Result<(), Error> {
            assert!(bytes.len() <= 64 << 10, "{}", bytes.len());
            out.extend_from_slice(bytes);
            match out.len() <= limit {
                true => Ok(()),
                false => Err(Error::Settings("too much".into())),
            }
        };
        let mut run = || {
            for piece in encoded.chunks(piece) {
                decoder.push(piece, &mut each)?;
            }
            decoder.finish(&mut each)
        };
        let result: Result<(), Error> = run();
        result.map(|()| out).map_err(|error| error.to_string())
    }

    #[test]
    fn whole_and_in_pieces() {
        let encoded = gzip(b"up 1\n");
        assert_eq!(decode(&encoded, 1, 100).unwrap(), b"up 1\n");
        assert_eq!(decode(&encoded, 100, 100).unwrap(), b"up 1\n");
        let twice = [encoded.clone(), encoded].concat();
        assert_eq!(decode(&twice, 7, 100).unwrap(), b"up 1\nup 1\n");
    }

    #[test]
    fn a_bomb_is_stopped_on_the_way() {
        let encoded = gzip(&vec![b'0'; 64 << 20]);
        assert_eq!(decode(&encoded, 16 << 10, 1 << 20).unwrap_err(), "too much");
    }

    #[test]
    fn broken() {
        let encoded = gzip(b"up 1\n");
        assert!(
            decode(&encoded[..encoded.len() - 6], 100, 100)
                .unwrap_err()
                .starts_with("decode gzip: ")
        );
        assert!(
            decode(b"up 1\n", 100, 100)
                .unwrap_err()
                .starts_with("decode gzip: ")
        );
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, "br".parse().unwrap())]);
        assert_eq!(
            Decoder::of(&headers).unwrap_err().to_string(),
            "decode br: only gzip was asked for"
        );
    }
}
