//! Faults as they are written on a command line: `503x5@2`. Not what they do.

use std::fmt;
use std::str::FromStr;

use super::{Fault, FaultKind};

/// How a fault can be written, for messages.
const FORMS: &str = "429@3, 429:30@3 (Retry-After 30 s), 503x5@2, timeout@4, slow:200, cut@4, \
                     duplicate@3, expire@2, reset@5, schema:total=sum or schema:-total, each \
                     followed by ,node=ID or ,host=NAME where only those are meant";

/// Strikes each call from the first on.
const ALWAYS: u32 = u32::MAX;

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("\"{text}\" is no fault. Write {FORMS}.");
        let mut parts = text.trim().split(',');
        let main = parts.next().unwrap_or_default().trim();
        let (main, at) = match main.rsplit_once('@') {
            Some((main, at)) => (main, at.parse().ok().filter(|at| *at > 0).ok_or_else(bad)?),
            None => (main, 1),
        };
        let (main, argument) = match main.split_once(':') {
            Some((main, argument)) => (main, Some(argument)),
            None => (main, None),
        };
        let (main, argument, times) = times(main, argument);
        let what = kind(main, argument).ok_or_else(bad)?;
        let lasts = matches!(what, FaultKind::Slow { .. } | FaultKind::Schema { .. });
        let times = times.unwrap_or(if lasts { ALWAYS } else { 1 });
        let mut fault = Self { what, at, times, node: None, host: None };
        for part in parts {
            match part.trim().split_once('=') {
                Some(("node", id)) => fault.node = Some(id.to_owned()),
                Some(("host", name)) => fault.host = Some(name.to_owned()),
                _ => return Err(bad()),
            }
        }
        Ok(fault)
    }
}

/// Takes `x5` off the end of a fault's name, or of what stands behind its colon.
fn times<'a>(main: &'a str, argument: Option<&'a str>) -> (&'a str, Option<&'a str>, Option<u32>) {
    let split = |text: &'a str| {
        let (text, times) = text.rsplit_once('x')?;
        Some((text, times.parse().ok().filter(|times| *times > 0)?))
    };
    // The name of a field may end like this.
    if main == "schema" {
        return (main, argument, None);
    }
    match (argument.and_then(split), split(main)) {
        (Some((argument, times)), _) => (main, Some(argument), Some(times)),
        (None, Some((main, times))) => (main, argument, Some(times)),
        (None, None) => (main, argument, None),
    }
}

fn kind(main: &str, argument: Option<&str>) -> Option<FaultKind> {
    Some(match (main, argument) {
        ("timeout", None) => FaultKind::Timeout,
        ("slow", None) => FaultKind::Slow { ms: 1000 },
        ("slow", Some(ms)) => FaultKind::Slow { ms: ms.parse().ok()? },
        ("cut", None) => FaultKind::Cut,
        ("duplicate", None) => FaultKind::Duplicate,
        ("expire", None) => FaultKind::Expire,
        ("reset", None) => FaultKind::Reset,
        ("schema", Some(field)) => match (field.strip_prefix('-'), field.split_once('=')) {
            (Some(gone), _) if !gone.is_empty() => {
                FaultKind::Schema { field: gone.to_owned(), to: None }
            }
            (None, Some((field, to))) if !field.is_empty() && !to.is_empty() => {
                FaultKind::Schema { field: field.to_owned(), to: Some(to.to_owned()) }
            }
            _ => return None,
        },
        (status, retry_after) => {
            let status = status.parse().ok().filter(|status| (400..600).contains(status))?;
            let retry_after = match retry_after {
                Some(seconds) => Some(seconds.parse().ok()?),
                // Systems that say 429 mostly say for how long too.
                None => (status == 429).then_some(1),
            };
            FaultKind::Status { status, retry_after }
        }
    })
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            FaultKind::Status { status: 429, retry_after: Some(1) } => write!(f, "429")?,
            FaultKind::Status { status, retry_after: Some(seconds) } => {
                write!(f, "{status}:{seconds}")?;
            }
            FaultKind::Status { status, retry_after: None } => write!(f, "{status}")?,
            FaultKind::Timeout => write!(f, "timeout")?,
            FaultKind::Slow { ms } => write!(f, "slow:{ms}")?,
            FaultKind::Cut => write!(f, "cut")?,
            FaultKind::Duplicate => write!(f, "duplicate")?,
            FaultKind::Expire => write!(f, "expire")?,
            FaultKind::Reset => write!(f, "reset")?,
            FaultKind::Schema { field, to: Some(to) } => write!(f, "schema:{field}={to}")?,
            FaultKind::Schema { field, to: None } => write!(f, "schema:-{field}")?,
        }
        let lasts = matches!(self.what, FaultKind::Slow { .. } | FaultKind::Schema { .. });
        if !lasts && self.times != 1 {
            write!(f, "x{}", self.times)?;
        }
        write!(f, "@{}", self.at)?;
        for (name, value) in [("node", &self.node), ("host", &self.host)] {
            if let Some(value) = value {
                write!(f, ",{name}={value}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_as_it_is_written() {
        for text in [
            "429@3",
            "429:30@3",
            "503x5@2",
            "503:7x5@2",
            "timeout@4",
            "slow:200@1",
            "cut@4",
            "duplicate@3",
            "expire@2",
            "reset@5",
            "schema:total=sum@1",
            "schema:-box2x3@1",
            "500x2@1,node=orders,host=shop.example:8080",
        ] {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(fault.to_string(), text);
            let json = serde_json::to_value(&fault).unwrap();
            assert_eq!(serde_json::from_value::<Fault>(json.clone()).unwrap(), fault, "{json}");
        }
        for bad in ["", "200@1", "429@0", "cut@x", "503x0@1", "schema", "schema:-", "cut,nod=1"] {
            let refusal = bad.parse::<Fault>().unwrap_err();
            assert!(refusal.contains("is no fault. Write 429@3"), "{refusal}");
        }
    }
}
