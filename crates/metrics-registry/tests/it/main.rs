//! The crate seen from outside: held against other parsers, encoders and recorded output.

#[cfg(test)]
mod archive;
#[cfg(test)]
mod node_output;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod vectors;
