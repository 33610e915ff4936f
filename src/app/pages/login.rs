//! The page on which people say who they are. A document of its own: nothing of it needs a script, and none is loaded before somebody is known.

use crate::api::Theme;
use crate::app::Site;
use crate::app::address::link;
use leptos::prelude::*;

/// What is known of a try to log in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginTry {
    /// The page that was asked for.
    pub next: String,
    /// The name that was typed.
    pub name: String,
    /// Why it did not succeed.
    pub problem: Option<String>,
    /// Whether somebody can log in with a password.
    pub has_form: bool,
    /// Where somebody can log in without one.
    pub provider: Option<LoginProvider>,
    /// Somebody has just logged out, and can do so at the provider, too: there.
    pub left: Option<String>,
}

/// A provider at which people log in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginProvider {
    /// What it is called.
    pub label: String,
    /// The address that leads there.
    pub address: String,
}

/// The document with the form.
#[component]
pub fn LoginDocument(
    /// The files that it loads.
    site: Option<Site>,
    /// As the visitor chose.
    theme: Theme,
    /// The configured environment.
    environment: Option<String>,
    /// What is known of the try.
    page: LoginTry,
) -> impl IntoView {
    let LoginTry {
        next,
        name,
        problem,
        has_form,
        provider,
        left,
    } = page;
    // After a wrong password the name is mostly right.
    let is_again = !name.is_empty();
    let has_provider = provider.is_some();
    // With a form below it there are two ways; alone it is the one.
    let provider_class = if has_form {
        "button login-provider"
    } else {
        "button button-primary login-provider"
    };
    let described = problem.as_ref().map(|_| "login-problem");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.name()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"Log in · Jobdeck"</title>
                {site
                    .map(|site| {
                        view! {
                            <link rel="stylesheet" href=site.stylesheet/>
                            <link rel="icon" href=site.icon/>
                        }
                    })}
            </head>
            <body>
                <main class="login">
                    <h1 class="login-title">
                        <svg class="brand-mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
                            <path d="M1 2.5h14v3H1zM1 7h9.5v3H1zM1 11.5h5v3H1z"></path>
                        </svg>
                        "Log in to Jobdeck"
                    </h1>
                    {environment.map(|name| view! { <p class="login-environment"><span class="environment">{name}</span></p> })}
                    {problem.map(|text| view! { <p id="login-problem" class="login-problem" role="alert">{text}</p> })}
                    {left
                        .map(|address| {
                            let name = provider.as_ref().map(|provider| provider.label.clone());
                            view! {
                                <p class="login-note" role="status">
                                    {format!(
                                        "You are logged out of Jobdeck, but not of {}. ",
                                        name.unwrap_or_default(),
                                    )}
                                    <a href=address rel="noreferrer">
                                        "Log out there, too"
                                    </a>
                                </p>
                            }
                        })}
                    {provider
                        .map(|provider| {
                            view! {
                                <a class=provider_class href=link(provider.address)>
                                    {format!("Log in with {}", provider.label)}
                                </a>
                            }
                        })}
                    {(has_form && has_provider)
                        .then(|| view! { <p class="login-or">"or with a password"</p> })}
                    {has_form
                        .then(|| {
                            view! {
                                <form class="login-form" action=link("/login") method="post">
                                    <input type="hidden" name="next" value=next/>
                                    <label for="login-name">"Name"</label>
                                    <input
                                        id="login-name"
                                        class="input"
                                        name="name"
                                        value=name
                                        autocomplete="username"
                                        autocapitalize="none"
                                        spellcheck="false"
                                        autofocus=!is_again
                                        aria-describedby=described
                                        required
                                    />
                                    <label for="login-password">"Password"</label>
                                    <input
                                        id="login-password"
                                        class="input"
                                        name="password"
                                        type="password"
                                        autocomplete="current-password"
                                        autofocus=is_again
                                        aria-describedby=described
                                        required
                                    />
                                    <button class="button button-primary" type="submit">"Log in"</button>
                                </form>
                            }
                        })}
                </main>
            </body>
        </html>
    }
}
