//! A mail server that takes mail and says what it got; and e-mail that goes there.

use crate::support::wait_until;
use jobdeck::alerts::{AlertSettings, Channel, Email, EmailTls, Receiver};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What was said to a mail server, a line each.
type Said = Arc<Mutex<Vec<String>>>;

/// Speaks as much SMTP as a sender needs; each recipient with `refused` in the name is.
async fn serve(stream: TcpStream, said: Said) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.test\r\n").await?;
    let mut is_data = false;
    while let Some(line) = lines.next_line().await? {
        said.lock().unwrap().push(line.clone());
        let answer: &[u8] = match line.to_ascii_uppercase() {
            _ if is_data && line != "." => continue,
            _ if is_data => {
                is_data = false;
                b"250 taken\r\n"
            }
            line if line.starts_with("EHLO") => b"250 mail.test\r\n",
            line if line.starts_with("RCPT") && line.contains("REFUSED") => {
                b"550 no such mailbox\r\n"
            }
            line if line == "DATA" => {
                is_data = true;
                b"354 go on\r\n"
            }
            line if line == "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}

async fn server() -> (u16, Said) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let said = Said::default();
    let kept = Arc::clone(&said);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&kept)));
        }
    });
    (port, said)
}

fn receiver(port: u16, tls: EmailTls, to: &str) -> Receiver {
    let from = "Jobdeck <jobdeck@example.com>".parse().unwrap();
    let to = vec![to.parse().unwrap()];
    let email = Email::new("127.0.0.1", port, tls, None, from, to).unwrap();
    Receiver {
        name: "duty".to_owned(),
        channel: Channel::Email(Box::new(email)),
        quiet: None,
    }
}

#[tokio::test]
async fn a_mail_reaches_its_mail_server() {
    let (port, said) = server().await;
    let settings = AlertSettings {
        public_url: Some("https://jobs.example.com".to_owned()),
        ..AlertSettings::default()
    };
    let receiver = receiver(port, EmailTls::None, "ops@example.com");
    settings.test(&receiver).await.unwrap();
    wait_until("it is there", async || {
        said.lock().unwrap().iter().any(|line| line == ".")
    })
    .await;
    let text = said.lock().unwrap().join("\n");
    for part in [
        "MAIL FROM:<jobdeck@example.com>",
        "RCPT TO:<ops@example.com>",
        "Subject: [test] info: test: this is a test: nothing is wrong",
        "From: Jobdeck <jobdeck@example.com>",
        "https://jobs.example.com/alerts",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn what_a_mail_server_refuses_is_told() {
    let (port, _) = server().await;
    let settings = AlertSettings::default();
    let refused = receiver(port, EmailTls::None, "refused@example.com");
    let error = settings.test(&refused).await.unwrap_err();
    assert!(error.contains("no such mailbox"), "{error}");
    // It knows of no TLS: nothing is sent without.
    let open = receiver(port, EmailTls::StartTls, "ops@example.com");
    let error = settings.test(&open).await.unwrap_err();
    assert!(error.starts_with("127.0.0.1: "), "{error}");
}
