//! By POST, as JSON; signed by the convention of Standard Webhooks, as for the handlers of jobs.

use super::{ReceiverError, post::Endpoint};
use crate::{alerts::message::Message, job, worker::WebhookSecret};
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

/// An address that is posted what is wrong.
#[derive(Clone, Debug)]
pub struct Webhook {
    endpoint: Endpoint,
    secret: Option<WebhookSecret>,
    token: Option<HeaderValue>,
}

impl Webhook {
    /// The one at this address.
    ///
    /// # Errors
    /// When it is no address of HTTP.
    pub fn new(url: &str) -> Result<Self, ReceiverError> {
        Ok(Self {
            endpoint: Endpoint::new(url)?,
            secret: None,
            token: None,
        })
    }

    /// Signs what is sent: `whsec_` and a key in base64, or a key as plain text.
    ///
    /// # Errors
    /// When it is empty, or no base64.
    pub fn secret(mut self, secret: &str) -> Result<Self, ReceiverError> {
        let secret = WebhookSecret::new(secret);
        self.secret = Some(secret.map_err(|error| ReceiverError(error.to_string()))?);
        Ok(self)
    }

    /// Sends this token with it: `Authorization: Bearer TOKEN`.
    ///
    /// # Errors
    /// When a header cannot hold it.
    pub fn token(mut self, token: &str) -> Result<Self, ReceiverError> {
        let value = HeaderValue::try_from(format!("Bearer {}", token.trim()));
        let mut value = value.map_err(|_| {
            ReceiverError(
                "the token cannot be sent: it has characters that no header can hold".to_owned(),
            )
        })?;
        value.set_sensitive(true);
        self.token = Some(value);
        Ok(self)
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), String> {
        let body = serde_json::to_vec(message).map_err(|error| error.to_string())?;
        let mut headers = HeaderMap::new();
        let now = job::now().0 / 1_000;
        let mut put = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put("webhook-id", message.delivery.clone());
        put("webhook-timestamp", now.to_string());
        if let Some(secret) = &self.secret {
            put(
                "webhook-signature",
                secret.sign(&message.delivery, now, &body),
            );
        }
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, token.clone());
        }
        self.endpoint.post(headers, body).await
    }
}
