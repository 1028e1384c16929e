//! Conditions over payloads of real tokens, and what must be refused.

mod stack;
