//! Collects from a fleet of exporters, keeps the newest sample of every series, and shows the fleet on one page.

pub mod fleet;
