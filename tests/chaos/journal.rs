//! What happened, in the order in which it happened: one file that every worker adds lines to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

/// Most executions of a process that have ended and whose end the store may not have heard of when the process is killed: ends are told
/// at once, or in groups of a few, and only so many are kept while the store is away.
pub(crate) const MOST_UNHEARD: usize = 20;

/// Writes lines of one worker's life. Each is one write at the end of the file, whole even if the process is killed right behind it.
#[derive(Debug)]
pub(crate) struct Pen {
    file: File,
    life: u64,
    runs: AtomicU64,
}

impl Pen {
    /// For the life with this number; 0 is the test itself.
    pub(crate) fn new(path: &Path, life: u64) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path);
        Self {
            file: file.expect("the journal"),
            life,
            runs: AtomicU64::new(0),
        }
    }

    fn line(&self, line: &str) {
        let line = format!("{line}\n");
        let written = (&self.file).write(line.as_bytes()).expect("a line");
        assert_eq!(written, line.len(), "one write, one line");
    }

    /// A worker begins, as this process.
    pub(crate) fn born(&self, identity: &str) {
        self.line(&format!("born {} {identity}", self.life));
    }

    /// An execution begins; its number.
    pub(crate) fn start(&self, jid: &str, attempt: i64) -> u64 {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        self.line(&format!("start {} {run} {jid} {attempt}", self.life));
        run
    }

    /// The execution with this number ends.
    pub(crate) fn end(&self, run: u64) {
        self.line(&format!("end {} {run}", self.life));
    }

    /// A process is about to be told to stop: it may hand its jobs back from now on.
    pub(crate) fn told(&self, life: u64) {
        self.line(&format!("told {life}"));
    }

    /// A life is over: written by the test when the process is gone, before anybody may take over its jobs.
    pub(crate) fn over(&self, life: u64) {
        self.line(&format!("over {life}"));
    }
}

/// One run of a handler.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    pub(crate) life: u64,
    /// Where in the journal it begins.
    pub(crate) begins: usize,
    /// Where in the journal it ends.
    pub(crate) ends: Option<usize>,
}

/// What one attempt of a job is called: its jid, and the retries used before; -1 the first time.
pub(crate) type Attempt = (String, i64);

/// The journal as far as it was read.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    rest: Vec<u8>,
    /// Lines read.
    pub(crate) lines: usize,
    pub(crate) executions: BTreeMap<Attempt, Vec<Execution>>,
    /// Identities by life.
    pub(crate) born: BTreeMap<u64, String>,
    /// Where lives were told to stop.
    pub(crate) told: BTreeMap<u64, usize>,
    /// Where each life is over.
    pub(crate) over: BTreeMap<u64, usize>,
    /// Attempts that have ended.
    pub(crate) done: BTreeSet<Attempt>,
    /// Which attempt an execution is of, by life and number.
    runs: BTreeMap<(u64, u64), (Attempt, usize)>,
}

impl Journal {
    /// The journal in this file, which may be empty yet.
    pub(crate) fn open(path: &Path) -> Self {
        drop(Pen::new(path, 0));
        Self {
            file: File::open(path).expect("the journal"),
            rest: Vec::new(),
            lines: 0,
            executions: BTreeMap::new(),
            born: BTreeMap::new(),
            told: BTreeMap::new(),
            over: BTreeMap::new(),
            done: BTreeSet::new(),
            runs: BTreeMap::new(),
        }
    }

    /// Reads what was added.
    pub(crate) fn read(&mut self) {
        self.file.read_to_end(&mut self.rest).expect("the journal");
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else {
            return;
        };
        let lines: Vec<u8> = self.rest.drain(..=end).collect();
        let text = String::from_utf8(lines).expect("text");
        for line in text.lines() {
            self.take(line);
            self.lines += 1;
        }
    }

    fn take(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |word: &str| -> u64 {
            let parsed = word.parse();
            parsed.unwrap_or_else(|_| panic!("a broken line in the journal: `{line}`"))
        };
        match words.as_slice() {
            ["born", life, identity] => {
                self.born.insert(number(life), (*identity).to_owned());
            }
            ["told", life] => {
                self.told.insert(number(life), self.lines);
            }
            ["over", life] => {
                self.over.insert(number(life), self.lines);
            }
            ["start", life, run, jid, attempt] => {
                let attempt: Attempt = ((*jid).to_owned(), attempt.parse().expect("a number"));
                let of_attempt = self.executions.entry(attempt.clone()).or_default();
                let place = of_attempt.len();
                of_attempt.push(Execution {
                    life: number(life),
                    begins: self.lines,
                    ends: None,
                });
                self.runs
                    .insert((number(life), number(run)), (attempt, place));
            }
            ["end", life, run] => {
                let run = self.runs.get(&(number(life), number(run)));
                let (attempt, place) = run.expect("what ends has begun");
                let of_attempt = self.executions.get_mut(attempt);
                of_attempt.expect("it has begun")[*place].ends = Some(self.lines);
                self.done.insert(attempt.clone());
            }
            _ => panic!("a broken line in the journal: `{line}`"),
        }
    }

    /// The identities of lives that are over.
    pub(crate) fn dead(&self) -> Vec<String> {
        let dead = self.over.keys().filter_map(|life| self.born.get(life));
        dead.cloned().collect()
    }
}
