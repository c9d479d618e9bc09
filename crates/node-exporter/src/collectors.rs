//! The collectors, in the order of their names.
