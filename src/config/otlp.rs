//! Where traces and logs are sent: `[otlp]`.

use super::secret_file;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use std::path::PathBuf;

/// Where traces and logs are sent, by the OpenTelemetry protocol: `[otlp]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OtlpConfig {
    /// The collector's address for OTLP over HTTP; `/v1/traces` and `/v1/logs` are put behind it (`otlp.endpoint`, `JOBDECK_OTLP_ENDPOINT`).
    /// Default: none, and nothing is sent.
    pub endpoint: Option<String>,
    /// A file of headers that go with what is sent, one `name: value` a line (`otlp.headers_file`, `JOBDECK_OTLP_HEADERS_FILE`). Default: none.
    pub headers_file: Option<PathBuf>,
    /// The name of this service (`otlp.service_name`, `JOBDECK_OTLP_SERVICE_NAME`). Default: `jobdeck`.
    pub service_name: String,
    /// Whether traces of requests and jobs are sent (`otlp.traces`, `JOBDECK_OTLP_TRACES`). Default: `true`.
    pub traces: bool,
    /// Whether the log is sent (`otlp.logs`, `JOBDECK_OTLP_LOGS`). Default: `true`.
    pub logs: bool,
    /// Of how many traces in a hundred, where whoever asked has not decided (`otlp.sampled`, `JOBDECK_OTLP_SAMPLED`). Default: 100.
    pub sampled: u32,
}

impl Default for OtlpConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            headers_file: None,
            service_name: "jobdeck".to_owned(),
            traces: true,
            logs: true,
            sampled: 100,
        }
    }
}

impl OtlpConfig {
    /// The headers that go with what is sent.
    ///
    /// # Errors
    /// What is wrong with the file that holds them.
    pub fn headers(&self) -> Result<Vec<(String, String)>, String> {
        let Some(path) = &self.headers_file else {
            return Ok(Vec::new());
        };
        let wrong = |reason: String| format!("`otlp.headers_file`: {}: {reason}", path.display());
        let text = secret_file::read(path).map_err(wrong)?;
        text.lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| {
                header(line).ok_or_else(|| {
                    // The line may hold a secret.
                    wrong(format!("line {} is no `name: value`", number + 1))
                })
            })
            .collect()
    }

    /// What is wrong with the endpoint, if anything is.
    pub(super) fn wrong_endpoint(&self) -> Option<&'static str> {
        let endpoint = self.endpoint.as_deref()?;
        let is_http = endpoint.starts_with("http://") || endpoint.starts_with("https://");
        let has_host = endpoint.parse::<http::Uri>().is_ok_and(|uri| {
            uri.authority()
                .is_some_and(|it| !it.host().is_empty() && !it.as_str().contains('@'))
                && uri.query().is_none()
        });
        (!is_http || !has_host).then_some(
            "write where the collector takes OTLP over HTTP, such as `http://localhost:4318`; what it has to know of who sends stands in `otlp.headers_file`",
        )
    }
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    HeaderName::try_from(name).ok()?;
    HeaderValue::try_from(value).ok()?;
    Some((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::OtlpConfig;

    #[test]
    fn an_endpoint_is_an_address_of_http() {
        let wrong = |endpoint: &str| {
            let config = OtlpConfig {
                endpoint: Some(endpoint.to_owned()),
                ..OtlpConfig::default()
            };
            config.wrong_endpoint().is_some()
        };
        for endpoint in ["http://localhost:4318", "https://otlp.example/base/"] {
            assert!(!wrong(endpoint), "{endpoint}");
        }
        for endpoint in [
            "localhost:4318",
            "grpc://a:4317",
            "http://",
            "http:///v1",
            "http://a b/",
            "http://a/?b",
            "https://user:secret@a/",
        ] {
            assert!(wrong(endpoint), "{endpoint}");
        }
        assert_eq!(OtlpConfig::default().wrong_endpoint(), None);
    }

    #[test]
    fn headers_are_read_from_a_file_and_no_secret_is_told() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let config = OtlpConfig {
            headers_file: Some(file.path().to_owned()),
            ..OtlpConfig::default()
        };
        std::fs::write(file.path(), "Authorization: Bearer a:b\n\nx-team:  one \n")
            .expect("written");
        let expected = [("Authorization", "Bearer a:b"), ("x-team", "one")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(config.headers().expect("headers"), expected);
        std::fs::write(file.path(), "a: b\nhunter2\n").expect("written");
        let error = config.headers().expect_err("no header");
        assert!(error.ends_with("line 2 is no `name: value`"), "{error}");
    }
}
