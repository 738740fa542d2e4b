//! The behaviour of ASP as its users see it: everything is in the test targets.
