//! Queues as people name them: `critical=3`, or only `critical`.

/// Names with weights; as in Sidekiq a name without one weighs 1, and if none has one, all are 0: the order is strict.
///
/// # Errors
/// What is wrong with one of them, and what to write instead.
pub fn parse_queues(texts: &[String]) -> Result<Vec<(String, u64)>, String> {
    let is_weighted = texts.iter().any(|queue| queue.contains('='));
    let mut queues: Vec<(String, u64)> = Vec::new();
    for text in texts {
        let (name, weight) = match text.rsplit_once('=') {
            None => (text.as_str(), u64::from(is_weighted)),
            Some((name, weight)) => match weight.parse() {
                Ok(weight @ 1..=1000) => (name, weight),
                _ => {
                    return Err(format!(
                        "`{text}` is no queue with a weight: write it as `critical=3`, from 1 to 1000"
                    ));
                }
            },
        };
        if name.is_empty() {
            return Err(format!(
                "`{text}` names no queue: write a name such as `default`, or with a weight `critical=3`"
            ));
        }
        if queues.iter().any(|(earlier, _)| earlier == name) {
            return Err(format!(
                "the queue `{name}` is named twice: name it once, with a weight if it is to be asked more often"
            ));
        }
        queues.push((name.to_owned(), weight));
    }
    Ok(queues)
}

#[cfg(test)]
mod tests {
    use super::parse_queues;

    fn parse(names: &[&str]) -> Option<Vec<(String, u64)>> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        parse_queues(&names).ok()
    }

    #[test]
    fn queues_have_weights_or_a_strict_order() {
        let own = |pairs: &[(&str, u64)]| {
            Some(
                pairs
                    .iter()
                    .map(|&(name, weight)| (name.to_owned(), weight))
                    .collect(),
            )
        };
        assert_eq!(parse(&["a", "b"]), own(&[("a", 0), ("b", 0)]));
        assert_eq!(parse(&["a=3", "b"]), own(&[("a", 3), ("b", 1)]));
        for wrong in ["", "a=", "a=x", "a=0", "=3", "a=-1", "a=1001"] {
            assert_eq!(parse(&[wrong]), None, "{wrong}");
        }
        assert_eq!(parse(&["a", "b", "a"]), None);
        assert_eq!(parse(&["a=2", "a=3"]), None);
    }
}
