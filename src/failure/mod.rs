//! What failed, why, and which failures are the same. Pure: text in, findings out.
//!
//! An outcome goes through [`recognise`] (did it fail, is it anybody's fault, which line says so), a
//! headline through [`mask`] to a template, a template through [`fingerprint`] and [`cluster`] to its
//! failure mode.

pub mod check;
pub mod cluster;
mod expected;
pub mod fingerprint;
pub mod headline;
mod hidden;
pub mod lexicon;
mod located;
pub mod mask;
pub mod own;
pub mod recognise;
pub mod rejection;
pub mod remedy;
pub mod shell;
pub mod withheld;
