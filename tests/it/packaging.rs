//! What the packages are made of, looked at without installing them.

mod units;
