//! The benchmark suite and its peers.
