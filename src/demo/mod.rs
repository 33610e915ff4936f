//! The album example: photos published through a bad third party.
