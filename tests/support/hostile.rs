//! Names and texts as somebody would choose them who means harm, or does not care.

/// What a queue, a class, an argument, an error or a tag may be called: markup, ways up, separators, controls, text that is reversed,
/// formulas, globs.
pub const HOSTILE: [&str; 30] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</title></style></script><b>bold</b>",
    "' onmouseover='alert(1)",
    "&lt;i&gt; &amp; &#x41;",
    "javascript:alert(1)",
    "a/b/../../etc/passwd",
    "..",
    ".",
    "...",
    "a|b~c~d",
    " blanks on both sides ",
    "\t",
    "🙂 ☃ 日本語 e\u{301}",
    "*",
    "[a-z]?{1,2}\\",
    "%2e%2e%2f %00 100%",
    "a#b?c=d&e=f;g+h",
    "\u{202e}gnp.exe",
    "\u{2067}isolated\u{feff}\u{200b}",
    "nul\u{0}inside",
    "two\r\nlines",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "\u{9b}31mC1 \u{7f}",
    "=cmd|' /C calc'!A0",
    "+1-1@SUM(1)",
    "${jndi:ldap://x}{{7*7}}`id`$(id)",
    "'; DROP TABLE jobs; --",
    "{\"json\": [1, null]}",
    "\u{2028}separator\u{e0041}",
];

/// The same on one line of a terminal or a log, where nothing is left to obey.
pub fn assert_harmless(text: &str, what: &str) {
    let bad = |character: char| character != '\n' && jobdeck::model::is_unseen(character);
    assert!(
        !text.contains(bad),
        "{what} holds {:?}: {text:?}",
        text.chars().find(|character| bad(*character))
    );
}
