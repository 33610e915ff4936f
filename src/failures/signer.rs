//! Signatures of very many jobs: what was worked out once is remembered.

use super::{Signature, frame, message, signature::Text};
use crate::job::Job;
use crate::model::GroupDigest;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

/// Most traces, and most texts, that are remembered; then all are forgotten.
const REMEMBERED: usize = 100_000;

/// Makes signatures of very many jobs. What it has seen before it knows by a hash of 64 bits under a key of its own.
#[derive(Debug, Default)]
pub struct Signer {
    hasher: RandomState,
    /// Coded traces → hash of their top own frame.
    frames: HashMap<u64, u64>,
    /// Texts after one pass, with class, error class and frame → their digest.
    known: HashMap<u64, GroupDigest>,
    /// The text at hand, kept for its memory.
    passed: String,
}

impl Signer {
    /// The digest of a job's signature; nothing for a job that has never failed. `is_new` is given the whole signature when the digest
    /// was not remembered (it may have been given before).
    pub fn digest(&mut self, job: &Job, is_new: impl FnOnce(Signature)) -> Option<GroupDigest> {
        let text = Text::of(job)?;
        message::first_pass(&text.message, &mut self.passed);
        let trace = job.field("error_backtrace");
        let frame = trace.map_or(0, |trace| self.frame(trace));
        let class = job.shown_class();
        let key = self
            .hasher
            .hash_one((&class, &text.error_class, &self.passed, frame));
        if let Some(digest) = self.known.get(&key) {
            return Some(*digest);
        }
        let frame = trace.and_then(frame::top);
        let signature = Signature::new(&class, &text.error_class, self.passed.clone(), frame);
        let digest = signature.digest;
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(key, digest);
        is_new(signature);
        Some(digest)
    }

    /// A hash of the top own frame of a coded trace.
    fn frame(&mut self, trace: &str) -> u64 {
        let key = self.hasher.hash_one(trace);
        if let Some(frame) = self.frames.get(&key) {
            return *frame;
        }
        let frame = self.hasher.hash_one(frame::top(trace));
        if self.frames.len() >= REMEMBERED {
            self.frames.clear();
        }
        self.frames.insert(key, frame);
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::Signer;
    use crate::failures::Signature;
    use crate::job::{Job, encode_trace};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_remembered_is_what_is_worked_out(
            jobs in prop::collection::vec(("[AB]", "[CD]?", "[a-c]{1,3} [0-9]{1,3} '?[a-b]'?", 0usize..4), 1..40),
        ) {
            let mut signer = Signer::default();
            for (class, error, message, trace) in jobs {
                let trace = [
                    "null".to_owned(),
                    encode_trace(&[]),
                    encode_trace(&["app/a.rb:1:in 'b'".to_owned()]),
                    encode_trace(&["app/a.rb:2:in 'b'".to_owned()]),
                ][trace].clone();
                let job = Job::new(format!(
                    r#"{{"class":"{class}","error_class":"{error}","error_message":"{message}","error_backtrace":{trace}}}"#
                ));
                let expected = Signature::of(&job).map(|signature| signature.digest);
                let mut told = None;
                prop_assert_eq!(signer.digest(&job, |signature| told = Some(signature.digest)), expected);
                prop_assert!(told.is_none() || told == expected);
                prop_assert_eq!(signer.digest(&job, |_| panic!("it was new before")), expected);
            }
        }
    }
}
