//! The `jobdeck` binary, running.

use super::program;
use serde_json::Value;
use std::process::Stdio;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

/// The `jobdeck` binary serving on a free port; it ends with this handle.
#[derive(Debug)]
pub struct Jobdeck {
    /// The process, for tests that end it in their own way.
    pub process: Child,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    http: reqwest::Client,
}

impl Jobdeck {
    /// Runs `jobdeck serve` with these arguments and waits until it says where it is.
    pub async fn serve(arguments: &[&str]) -> Self {
        Self::run("serve", arguments).await
    }

    /// Runs a command that serves, and waits until it says where it is.
    pub async fn run(command: &str, arguments: &[&str]) -> Self {
        let mut process = program()
            .arg(command)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let address = loop {
            let line = lines
                .next_line()
                .await
                .expect("text")
                .expect("it says where it is before it ends");
            if let Some(position) = line.find("http://") {
                break line[position..]
                    .split_whitespace()
                    .next()
                    .expect("an address")
                    .trim_end_matches('/')
                    .to_owned();
            }
        };
        // What it still writes must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self {
            process,
            address,
            http: reqwest::Client::new(),
        }
    }

    /// The JSON that a path answers.
    pub async fn get(&self, path: &str) -> Value {
        let response = self
            .http
            .get(format!("{}{path}", self.address))
            .send()
            .await
            .expect("an answer");
        let (status, body) = (response.status(), response.text().await.expect("a body"));
        assert!(status.is_success(), "GET {path}: {status} {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// The page at a path, as its markup.
    pub async fn page(&self, path: &str) -> String {
        let request = self.http.get(format!("{}{path}", self.address));
        let answer = request.header("accept", "text/html").send().await;
        let answer = answer.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.text().await.expect("a page")
    }

    /// The JSON that a path answers to this body.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let response = self
            .http
            .post(format!("{}{path}", self.address))
            .json(body)
            .send()
            .await
            .expect("an answer");
        let (status, body) = (response.status(), response.text().await.expect("a body"));
        assert!(status.is_success(), "POST {path}: {status} {body}");
        if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&body).expect("JSON")
        }
    }
}
