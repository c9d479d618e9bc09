//! What every collector gets.

/// The roots, kept files and settings of one node exporter.
#[derive(Debug, Default)]
pub struct Node {}
