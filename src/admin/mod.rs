//! The one door for every change and every composed read.
