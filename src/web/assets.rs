//! The files that pages load: style sheet, script, wasm, and what stands in `public/`.
//!
//! They are inside the binary, compressed, under names that carry a hash of their content
//! (`build.rs`), so that browsers and proxies may keep them for ever. While `cargo leptos watch`
//! runs they come from its folder instead, under plain names, and are asked for anew each time.

use std::path::{Component, Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::Site;

/// The answer to a request for a hashed name may be kept for a year, the longest that is understood.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For names without a hash, which are seldom asked for and hardly ever change.
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// For files that a developer is changing, and for names that are not there (yet).
const NOT_AT_ALL: HeaderValue = HeaderValue::from_static("no-store");

/// The variable by which cargo-leptos names its folder.
const SITE_ROOT: &str = "LEPTOS_SITE_ROOT";

/// Every file of the site that was there when the binary was built.
static EMBEDDED: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One file inside the binary.
#[derive(Debug)]
struct Asset {
    /// The file below the folder of the site: `pkg/jobdeck.css`.
    name: &'static str,
    /// Its address below the root, with a hash of the content: `pkg/jobdeck.0123456789abcdef.css`.
    address: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// Where the files come from.
#[derive(Clone, Debug)]
pub struct Assets(Source);

#[derive(Clone, Debug)]
enum Source {
    Embedded(&'static [Asset]),
    Folder(PathBuf),
}

impl Assets {
    /// Takes the files inside the binary, or those of the folder that the environment variable
    /// `LEPTOS_SITE_ROOT` names (set by cargo-leptos).
    ///
    /// Logs a warning if the binary was built without them.
    pub fn open() -> Self {
        if let Some(folder) = std::env::var_os(SITE_ROOT) {
            return Self(Source::Folder(folder.into()));
        }
        if EMBEDDED.is_empty() {
            tracing::warn!(
                "this binary was built without its site: pages come without style and script; build it with `make`"
            );
        }
        Self(Source::Embedded(EMBEDDED))
    }

    /// Returns the addresses that pages must name, or nothing if there are no files.
    ///
    /// `base` is the path in front of all addresses: empty, or for example `/jobs`.
    pub fn site(&self, base: &str) -> Option<Site> {
        let address = |name: &str| match &self.0 {
            Source::Folder(_) => Some(format!("{base}/{name}")),
            Source::Embedded(assets) => {
                let asset = assets.iter().find(|asset| asset.name == name)?;
                Some(format!("{base}/{}", asset.address))
            }
        };
        Some(Site {
            stylesheet: address("pkg/jobdeck.css")?,
            script: address("pkg/jobdeck.js")?,
            wasm: address("pkg/jobdeck.wasm")?,
            icon: format!("{base}/favicon.svg"),
        })
    }

    /// Whether an address is that of a file, which anybody may load.
    pub fn serves(&self, path: &str) -> bool {
        let name = path.strip_prefix('/').unwrap_or_default();
        name.starts_with("pkg/") || self.outside_pkg().iter().any(|known| known == name)
    }

    /// Serves everything below `/pkg/`, and each file of `public/` at its place (`/favicon.svg`).
    pub fn router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let mut router = Router::new();
        for name in self.outside_pkg() {
            let assets = self.clone();
            let address = format!("/{name}");
            router = router.route(
                &address,
                get(move |headers: HeaderMap| async move { assets.answer(&name, &headers).await }),
            );
        }
        router.route(
            "/pkg/{*name}",
            get(
                move |axum::extract::Path(name): axum::extract::Path<String>,
                      headers: HeaderMap| async move {
                    self.answer(&format!("pkg/{name}"), &headers).await
                },
            ),
        )
    }

    /// Returns the addresses of the files that are not in `pkg/`, as they are now.
    fn outside_pkg(&self) -> Vec<String> {
        match &self.0 {
            Source::Embedded(assets) => assets
                .iter()
                .filter(|asset| !asset.address.starts_with("pkg/"))
                .map(|asset| asset.address.to_owned())
                .collect(),
            Source::Folder(folder) => std::fs::read_dir(folder)
                .into_iter()
                .flatten()
                .filter_map(|entry| entry.ok().filter(|entry| entry.path().is_file()))
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect(),
        }
    }

    async fn answer(&self, name: &str, request: &HeaderMap) -> Response {
        match &self.0 {
            Source::Embedded(assets) => match assets.iter().find(|asset| asset.address == name) {
                Some(asset) => answer_embedded(asset, request),
                None => not_found(),
            },
            Source::Folder(folder) => answer_from_folder(folder, name).await,
        }
    }
}

fn answer_embedded(asset: &Asset, request: &HeaderMap) -> Response {
    let mut accepted = String::new();
    for line in request.get_all(ACCEPT_ENCODING) {
        accepted.push_str(line.to_str().unwrap_or_default());
        accepted.push(',');
    }
    let candidates = [
        ("br", asset.brotli),
        ("gzip", asset.gzip),
        ("identity", Some(asset.plain)),
    ];
    let mut best = ("identity", asset.plain, 0);
    for (encoding, content) in candidates {
        let weight = weight(&accepted, encoding);
        if let Some(content) = content
            && weight > best.2
        {
            best = (encoding, content, weight);
        }
    }
    let (encoding, content, _) = best;
    let caching = if asset.address == asset.name {
        FOR_AN_HOUR
    } else {
        FOR_EVER
    };
    let mut response = file(asset.name, caching, Body::from(content));
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    if encoding != "identity" {
        response
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

async fn answer_from_folder(folder: &Path, name: &str) -> Response {
    let name = Path::new(name);
    if !name
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return not_found();
    }
    match tokio::fs::read(folder.join(name)).await {
        Ok(content) => file(&name.to_string_lossy(), NOT_AT_ALL, Body::from(content)),
        Err(_) => not_found(),
    }
}

fn file(path: &str, caching: HeaderValue, body: Body) -> Response {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = match (kind.type_(), kind.get_param(mime_guess::mime::CHARSET)) {
        (mime_guess::mime::TEXT, None) => format!("{kind}; charset=utf-8"),
        _ => kind.to_string(),
    };
    const NOSNIFF: (HeaderName, HeaderValue) = (
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    );
    (
        [(CONTENT_TYPE, kind)],
        [(CACHE_CONTROL, caching), NOSNIFF],
        body,
    )
        .into_response()
}

fn not_found() -> Response {
    let text = "There is no such file. If it has a hash in its name, reload the page: Jobdeck was updated.\n";
    (StatusCode::NOT_FOUND, [(CACHE_CONTROL, NOT_AT_ALL)], text).into_response()
}

/// Returns how much `encoding` is wanted by an `Accept-Encoding` header, 0 (refused) to 1000.
///
/// What the header does not name is refused, except for `identity`, which is the last choice
/// unless it is refused (RFC 9110, section 12.5.3).
fn weight(accepted: &str, encoding: &str) -> u16 {
    let mut any = None;
    for item in accepted.split(',') {
        let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
        let name = name.trim();
        if name.eq_ignore_ascii_case(encoding) {
            return quality(parameters);
        }
        if name == "*" {
            any = Some(quality(parameters));
        }
    }
    match any {
        Some(weight) => weight,
        None if encoding == "identity" => 1,
        None => 0,
    }
}

/// Returns the `q=0.5` of an item in thousandths; 1000 if there is none, 0 if it is no number.
fn quality(parameters: &str) -> u16 {
    let mut parameters = parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='));
    let Some((_, value)) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
    else {
        return 1000;
    };
    let value: f32 = value.trim().parse().unwrap_or(0.0);
    // Saturates: no value is out of range afterwards, not even NaN.
    (value.clamp(0.0, 1.0) * 1000.0) as u16
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    static SITE: &[Asset] = &[
        Asset {
            name: "favicon.svg",
            address: "favicon.svg",
            plain: b"<svg/>",
            brotli: Some(b"br icon"),
            gzip: Some(b"gz icon"),
        },
        Asset {
            name: "pkg/jobdeck.css",
            address: "pkg/jobdeck.0123.css",
            plain: b"plain",
            brotli: Some(b"brotli"),
            gzip: Some(b"gzip"),
        },
        Asset {
            name: "pkg/jobdeck.js",
            address: "pkg/jobdeck.4567.js",
            plain: b"js",
            brotli: None,
            gzip: None,
        },
        Asset {
            name: "pkg/jobdeck.wasm",
            address: "pkg/jobdeck.89ab.wasm",
            plain: b"wasm",
            brotli: None,
            gzip: None,
        },
    ];

    fn embedded() -> Assets {
        Assets(Source::Embedded(SITE))
    }

    async fn ask(
        assets: Assets,
        method: &str,
        address: &str,
        accept: &str,
    ) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header(ACCEPT_ENCODING, accept)
            .body(Body::empty())
            .unwrap();
        let response = assets.router::<()>().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (
            parts.status,
            parts.headers,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    #[tokio::test]
    async fn a_hashed_file_is_compressed_and_kept_for_ever() {
        let (status, headers, body) = ask(
            embedded(),
            "GET",
            "/pkg/jobdeck.0123.css",
            "gzip, deflate, br",
        )
        .await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body, "brotli");
        assert_eq!(headers[CONTENT_ENCODING], "br");
        assert_eq!(headers[CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(
            headers[CACHE_CONTROL],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(headers[VARY], "accept-encoding");
    }

    #[tokio::test]
    async fn what_the_client_cannot_read_is_not_sent() {
        for (accept, encoding, content) in [
            ("", None, "plain"),
            ("gzip", Some("gzip"), "gzip"),
            ("GZIP;q=0.5, br;q=0", Some("gzip"), "gzip"),
            ("br;q=0.1, gzip;q=0.2", Some("gzip"), "gzip"),
            ("*", Some("br"), "brotli"),
            ("*;q=0.5, br;q=0", Some("gzip"), "gzip"),
            ("identity, br;q=0.5", None, "plain"),
            ("zstd", None, "plain"),
            ("br;q=nonsense", None, "plain"),
            ("*;q=0", None, "plain"),
        ] {
            let (_, headers, body) = ask(embedded(), "GET", "/pkg/jobdeck.0123.css", accept).await;
            assert_eq!(body, content, "for {accept:?}");
            let said = headers
                .get(CONTENT_ENCODING)
                .map(|value| value.to_str().unwrap());
            assert_eq!(said, encoding, "for {accept:?}");
        }
    }

    #[tokio::test]
    async fn a_file_without_a_copy_is_sent_as_it_is() {
        let (_, headers, body) = ask(embedded(), "GET", "/pkg/jobdeck.89ab.wasm", "br, gzip").await;
        assert_eq!(body, "wasm");
        assert_eq!(headers.get(CONTENT_ENCODING), None);
        assert_eq!(headers[CONTENT_TYPE], "application/wasm");
    }

    #[tokio::test]
    async fn a_head_request_gets_the_headers_alone() {
        let (status, headers, body) = ask(embedded(), "HEAD", "/pkg/jobdeck.0123.css", "br").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[CONTENT_ENCODING], "br");
        assert_eq!(body, "");
    }

    #[tokio::test]
    async fn public_files_stand_at_the_root_and_may_change() {
        let (status, headers, body) = ask(embedded(), "GET", "/favicon.svg", "").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body, "<svg/>");
        assert_eq!(headers[CONTENT_TYPE], "image/svg+xml");
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=3600");
    }

    #[tokio::test]
    async fn the_name_of_an_older_build_is_not_found_and_not_remembered() {
        for address in [
            "/pkg/jobdeck.ffff.css",
            "/pkg/jobdeck.css",
            "/pkg/",
            "/pkg/../favicon.svg",
        ] {
            let (status, _, _) = ask(embedded(), "GET", address, "").await;
            assert_eq!(status, StatusCode::NOT_FOUND, "for {address}");
        }
        let (_, headers, _) = ask(embedded(), "GET", "/pkg/jobdeck.ffff.css", "").await;
        assert_eq!(headers[CACHE_CONTROL], "no-store");
    }

    #[test]
    fn pages_are_told_the_hashed_names_below_the_base() {
        let site = embedded().site("/jobs").unwrap();
        assert_eq!(site.stylesheet, "/jobs/pkg/jobdeck.0123.css");
        assert_eq!(site.script, "/jobs/pkg/jobdeck.4567.js");
        assert_eq!(site.wasm, "/jobs/pkg/jobdeck.89ab.wasm");
        assert_eq!(site.icon, "/jobs/favicon.svg");
        assert_eq!(Assets(Source::Embedded(&[])).site(""), None);
    }

    #[tokio::test]
    async fn what_was_built_is_served() {
        let assets = Assets(Source::Embedded(EMBEDDED));
        // Nothing is there to look at in a build without a site.
        for address in assets
            .site("")
            .into_iter()
            .flat_map(|site| [site.stylesheet, site.script])
        {
            let (status, headers, body) = ask(assets.clone(), "GET", &address, "").await;
            assert_eq!(status, StatusCode::OK, "for {address}");
            assert_eq!(headers[CACHE_CONTROL], FOR_EVER);
            assert!(!body.is_empty());
        }
    }

    #[tokio::test]
    async fn a_folder_is_read_at_each_request() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        std::fs::write(folder.path().join("robots.txt"), "User-agent: *").unwrap();
        std::fs::write(folder.path().join("pkg/jobdeck.js"), "old").unwrap();
        std::fs::write(folder.path().join("pkg/jobdeck.js"), "new").unwrap();
        let assets = Assets(Source::Folder(folder.path().to_owned()));

        assert_eq!(assets.site("").unwrap().script, "/pkg/jobdeck.js");
        let (status, headers, body) = ask(assets.clone(), "GET", "/pkg/jobdeck.js", "br").await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "new"));
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        let (_, _, body) = ask(assets.clone(), "GET", "/robots.txt", "").await;
        assert_eq!(body, "User-agent: *");
        for address in [
            "/pkg/%2e%2e/robots.txt",
            "/pkg/../robots.txt",
            "/pkg/none.js",
            "/pkg/%2Fetc%2Fpasswd",
        ] {
            let (status, _, _) = ask(assets.clone(), "GET", address, "").await;
            assert_eq!(status, StatusCode::NOT_FOUND, "for {address}");
        }
    }
}
