//! What is seen from outside, in one binary.
