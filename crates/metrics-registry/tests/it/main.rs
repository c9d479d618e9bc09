//! The crate seen from outside: held against other parsers, encoders and recorded output.

#[cfg(test)]
mod archive;
#[cfg(test)]
mod vectors;
