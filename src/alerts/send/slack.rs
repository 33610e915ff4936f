//! As a message of Slack's incoming webhooks, which Mattermost and others take as well.

use super::{ReceiverError, post::Endpoint};
use crate::alerts::message::Message;
use http::HeaderMap;

/// A channel.
#[derive(Clone, Debug)]
pub struct Slack {
    endpoint: Endpoint,
}

impl Slack {
    /// The one that this address writes to.
    ///
    /// # Errors
    /// When it is no address of HTTP.
    pub fn new(url: &str) -> Result<Self, ReceiverError> {
        Ok(Self {
            endpoint: Endpoint::new(url)?,
        })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), String> {
        let body = serde_json::json!({ "text": text(message) });
        let body = serde_json::to_vec(&body).map_err(|error| error.to_string())?;
        self.endpoint.post(HeaderMap::new(), body).await
    }
}

fn text(message: &Message) -> String {
    let title = escaped(&message.title());
    match message.url() {
        Some(url) => format!("{title}\n<{}|Look at it>", escaped(url)),
        None => title,
    }
}

/// What these three would begin is not meant: a queue's name could call everybody.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_in_a_name_is_a_command() {
        assert_eq!(escaped("<!channel> & co"), "&lt;!channel&gt; &amp; co");
    }
}
