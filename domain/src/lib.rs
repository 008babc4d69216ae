//! Tenure's rules: pure aggregates, commands, events and refusals.
