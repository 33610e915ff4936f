//! Arguments written as JSON.

use serde::Serialize;

/// The JSON text of the list of arguments: a tuple, array or `Vec` is the list, `()` none, anything else (a struct, a number) the only one.
/// The mirror image of how a handler's arguments are read.
///
/// # Errors
/// The arguments have no JSON form.
pub fn args_json(args: &impl Serialize) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(args)?;
    Ok(match json.as_bytes().first() {
        Some(b'[') => json,
        _ if json == "null" => "[]".to_owned(),
        _ => format!("[{json}]"),
    })
}

#[cfg(test)]
mod tests {
    use super::args_json;

    #[test]
    fn arguments_are_always_an_array() {
        assert_eq!(args_json(&(1, "two", 3.5)).unwrap(), r#"[1,"two",3.5]"#);
        assert_eq!(args_json(&vec![1, 2]).unwrap(), "[1,2]");
        assert_eq!(args_json(&()).unwrap(), "[]");
        assert_eq!(args_json(&7).unwrap(), "[7]");
        assert_eq!(args_json(&"[x").unwrap(), r#"["[x"]"#);
        assert_eq!(
            args_json(&serde_json::json!({"a": 1})).unwrap(),
            r#"[{"a":1}]"#
        );
    }
}
