//! A browser: it keeps cookies, and goes where it is sent step by step.

use super::*;
use std::collections::BTreeMap;

/// A browser that has nothing open but this server.
pub(super) struct Browser {
    http: reqwest::Client,
    site: String,
    pub(super) cookies: BTreeMap<String, String>,
    /// Sent with every request to the server.
    pub(super) headers: Vec<(&'static str, String)>,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    /// Lines of `Set-Cookie`.
    pub(super) set: Vec<String>,
    pub(super) retry_after: Option<String>,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn location(&self) -> &str {
        self.location
            .as_deref()
            .unwrap_or_else(|| panic!("{} without a location: {}", self.status, self.text))
    }

    /// Where it leads, as the names and values of its query.
    pub(super) fn query(&self) -> BTreeMap<String, String> {
        let url: reqwest::Url = self.location().parse().expect("an address");
        url.query_pairs().into_owned().collect()
    }
}

impl Browser {
    pub(super) fn new(site: &Site) -> Self {
        Self::at(&site.address)
    }

    pub(super) fn at(address: &str) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().expect("a client"),
            site: address.to_owned(),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
        }
    }

    /// Opens a page of the server, or of another one.
    pub(super) async fn get(&mut self, address: &str) -> Answer {
        self.ask(reqwest::Method::GET, address, "").await
    }

    /// Sends a form, or a call without a body.
    pub(super) async fn post(&mut self, path: &str, form: &str) -> Answer {
        self.ask(reqwest::Method::POST, path, form).await
    }

    pub(super) async fn ask(
        &mut self,
        method: reqwest::Method,
        address: &str,
        form: &str,
    ) -> Answer {
        let address = if address.starts_with('/') {
            format!("{}{address}", self.site)
        } else {
            address.to_owned()
        };
        let mut request = self
            .http
            .request(method.clone(), &address)
            .header("accept", "text/html");
        let is_own = address.starts_with(&format!("{}/", self.site));
        if is_own {
            let cookies = self.cookies.iter();
            let cookies: Vec<_> = cookies
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", cookies.join("; "));
            for (name, value) in &self.headers {
                request = request.header(*name, value);
            }
        }
        if method == reqwest::Method::POST {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.to_owned());
        }
        let response = request.send().await.expect("an answer");
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().expect("text").to_owned())
        };
        let set = response.headers().get_all("set-cookie").iter();
        let answer = Answer {
            status: response.status(),
            location: header("location"),
            retry_after: header("retry-after"),
            set: set
                .map(|line| line.to_str().expect("text").to_owned())
                .collect(),
            text: String::new(),
        };
        if is_own {
            for line in &answer.set {
                let (name, rest) = line.split_once('=').expect("a cookie");
                let value = rest.split(';').next().unwrap_or_default();
                if value.is_empty() {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        let text = response.text().await.expect("text");
        Answer { text, ..answer }
    }

    /// Goes to the provider, logs in there, and comes back: what it comes back with, as the address that has to be opened.
    pub(super) async fn there(&mut self, next: &str) -> String {
        let sent = self.get(&format!("/login/oidc?next={next}")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let back = self.get(sent.location()).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
        back.location().to_owned()
    }

    /// The whole way.
    pub(super) async fn log_in(&mut self, next: &str) -> Answer {
        let back = self.there(next).await;
        self.get(&back).await
    }

    /// Whether it is let in, as far as a page shows.
    pub(super) async fn is_in(&mut self) -> bool {
        match self.get("/queues").await.status {
            StatusCode::OK => true,
            StatusCode::SEE_OTHER => false,
            other => panic!("{other}"),
        }
    }
}
