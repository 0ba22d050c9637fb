//! How well source fields fit target fields, and which goes to which. Names count most, then kinds,
//! then what samples look like.

use super::names::{are_related, is_holder, is_synonym, split, words};

/// What is known of a field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldFacts {
    /// Its name with the objects around it: `["customer", "name"]`.
    pub path: Vec<String>,
    /// What its values are.
    pub kind: FieldKind,
    /// The format that its texts have: `email`, `date`, `date-time`, `uuid`, `uri`.
    pub format: Option<String>,
    /// Some of its values, as texts.
    pub samples: Vec<String>,
}

/// What values are, as far as it matters for what fits what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// Texts.
    Text,
    /// Numbers.
    Number,
    /// True and false.
    Boolean,
    /// Days and moments.
    Date,
    /// Lists of objects.
    Rows,
    /// Other lists.
    List,
    /// Objects.
    Object,
    /// Not known.
    #[default]
    Unknown,
}

/// A source field that fits a target field.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The source field, by its place in the list.
    pub source: usize,
    /// How well it fits, 0 to 1.
    pub score: f64,
    /// Why, in words.
    pub reason: String,
}

/// What a target field could be made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairing {
    /// The target field, by its place in the list.
    pub target: usize,
    /// The best source that no better target took.
    pub best: Candidate,
    /// Further sources that fit, the best first.
    pub others: Vec<Candidate>,
}

/// Fits worse than this are no suggestions.
const LEAST: f64 = 0.45;
/// So many further sources are told.
const OTHERS: usize = 4;

/// Gives each target the source that fits it best. A source goes to one target only: to the one
/// that it fits best. Targets that nothing fits are left out.
pub fn pair(sources: &[FieldFacts], targets: &[FieldFacts]) -> Vec<Pairing> {
    let sources: Vec<Known<'_>> = sources.iter().map(Known::of).collect();
    let targets: Vec<Known<'_>> = targets.iter().map(Known::of).collect();
    let mut all: Vec<(usize, Candidate)> = Vec::new();
    for (target, wanted) in targets.iter().enumerate() {
        for (source, offered) in sources.iter().enumerate() {
            if let Some((score, reason)) = fit(offered, wanted) {
                if score >= LEAST {
                    all.push((target, Candidate { source, score, reason }));
                }
            }
        }
    }
    all.sort_by(|(a_to, a), (b_to, b)| {
        b.score.total_cmp(&a.score).then(a_to.cmp(b_to)).then(a.source.cmp(&b.source))
    });
    let mut taken = vec![false; sources.len()];
    let mut pairings: Vec<Pairing> = Vec::new();
    for (target, candidate) in &all {
        let is_given = pairings.iter().any(|pairing| pairing.target == *target);
        if is_given || taken[candidate.source] {
            continue;
        }
        taken[candidate.source] = true;
        pairings.push(Pairing { target: *target, best: candidate.clone(), others: Vec::new() });
    }
    pairings.extend(only_left(&sources, &targets, &mut taken, &pairings));
    for pairing in &mut pairings {
        let mine = all.iter().filter(|(target, _)| *target == pairing.target);
        let others = mine.filter(|(_, other)| other.source != pairing.best.source);
        pairing.others = others.take(OTHERS).map(|(_, other)| other.clone()).collect();
    }
    pairings.sort_by_key(|pairing| pairing.target);
    pairings
}

/// Where one list, or one date, is left on both sides, they may well belong together.
fn only_left(
    sources: &[Known<'_>],
    targets: &[Known<'_>],
    taken: &mut [bool],
    pairings: &[Pairing],
) -> Vec<Pairing> {
    let mut found = Vec::new();
    for (kind, what) in [(FieldKind::Rows, "list"), (FieldKind::Date, "date")] {
        let is_free = |at: &usize| !taken[*at] && sources[*at].facts.kind == kind;
        let left: Vec<usize> = (0..sources.len()).filter(is_free).collect();
        let is_open = |at: &usize| {
            targets[*at].facts.kind == kind && pairings.iter().all(|pairing| pairing.target != *at)
        };
        let open: Vec<usize> = (0..targets.len()).filter(is_open).collect();
        if let ([source], [target]) = (&left[..], &open[..]) {
            taken[*source] = true;
            let reason = format!("it is the only {what} that is left on both sides");
            let best = Candidate { source: *source, score: LEAST, reason };
            found.push(Pairing { target: *target, best, others: Vec::new() });
        }
    }
    found
}

/// A field with its names taken apart.
struct Known<'f> {
    facts: &'f FieldFacts,
    /// The words of the field's own name.
    own: Vec<String>,
    /// The words of the names around it.
    around: Vec<String>,
}

impl<'f> Known<'f> {
    fn of(facts: &'f FieldFacts) -> Self {
        let (last, around) = match &facts.path[..] {
            [around @ .., name, holder] if is_holder(holder) => (name.as_str(), around),
            [around @ .., last] => (last.as_str(), around),
            [] => ("", &[][..]),
        };
        Self {
            facts,
            own: words(last),
            around: around.iter().flat_map(|name| words(name)).collect(),
        }
    }

    fn name(&self) -> &str {
        self.facts.path.last().map_or("", String::as_str)
    }
}

/// How well a source fits a target, and why; none where it cannot.
fn fit(source: &Known<'_>, target: &Known<'_>) -> Option<(f64, String)> {
    let kinds = kinds(source.facts, target.facts)?;
    let names = names(source, target);
    if names < 0.3 {
        return None;
    }
    let score = (0.85 * names + 0.15 * kinds).clamp(0.0, 1.0);
    Some((score, reason(source, target, names, kinds)))
}

/// How well the kinds go together, 0 to 1; none where one can never become the other.
fn kinds(source: &FieldFacts, target: &FieldFacts) -> Option<f64> {
    use FieldKind as K;
    let is_dated = |facts: &FieldFacts| {
        facts.kind == K::Date
            || facts.format.as_deref().is_some_and(|format| format.starts_with("date"))
    };
    if let (Some(a), Some(b)) = (&source.format, &target.format) {
        if a == b {
            return Some(1.0);
        }
        if !(a.starts_with("date") && b.starts_with("date")) {
            return Some(0.2);
        }
    }
    Some(match (source.kind, target.kind) {
        (a, b) if a == b => 1.0,
        (K::Unknown, _) | (_, K::Unknown) => 0.6,
        (K::List | K::Rows, K::List | K::Rows) => 0.5,
        (K::List | K::Rows | K::Object, _) | (_, K::List | K::Rows | K::Object) => return None,
        (K::Text, K::Date) | (K::Date, K::Text) => {
            if is_dated(source) == is_dated(target) {
                1.0
            } else {
                0.5
            }
        }
        (K::Text, K::Number) => {
            let are_numbers = !source.samples.is_empty()
                && source.samples.iter().all(|sample| sample.trim().parse::<f64>().is_ok());
            if are_numbers { 0.8 } else { 0.3 }
        }
        (K::Number, K::Text) => 0.9,
        (K::Date, K::Number) | (K::Number, K::Date) => 0.2,
        _ => 0.4,
    })
}

/// How much the names have in common, 0 to 1.
fn names(source: &Known<'_>, target: &Known<'_>) -> f64 {
    let own = common(&source.own, &target.own);
    if own >= 1.0 {
        // The same name in the same surroundings is better than elsewhere.
        return 0.92 + 0.08 * common_or(&source.around, &target.around, 0.5);
    }
    let all = |known: &Known<'_>| -> Vec<String> {
        known.around.iter().chain(&known.own).cloned().collect()
    };
    let whole = common(&all(source), &all(target));
    let across = common(&all(source), &target.own).max(common(&source.own, &all(target)));
    own.max(0.97 * whole).max(0.93 * across)
}

fn common_or(a: &[String], b: &[String], without: f64) -> f64 {
    if a.is_empty() && b.is_empty() {
        1.0
    } else if a.is_empty() || b.is_empty() {
        without
    } else {
        common(a, b)
    }
}

/// The share of words that two names have in common, words that are alike counting in part; the
/// last word, which says what a thing is, counts twice.
fn common(a: &[String], b: &[String]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let weight = |words: &[String], at: usize| if at + 1 == words.len() { 2.0 } else { 1.0 };
    let side = |from: &[String], to: &[String]| -> f64 {
        let mut found = 0.0;
        let mut all = 0.0;
        for (at, word) in from.iter().enumerate() {
            let weight = weight(from, at);
            all += weight;
            let best = to.iter().map(|other| alike(word, other)).fold(0.0, f64::max);
            found += weight * best;
        }
        found / all
    };
    f64::midpoint(side(a, b), side(b, a))
}

/// How alike two words are: 1 for the same, less where one begins the other or letters differ.
fn alike(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    if are_related(a, b) {
        return 0.7;
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() >= 3 && long.starts_with(short) {
        return 0.75;
    }
    let (n_short, n_long) = (short.chars().count(), long.chars().count());
    if n_short < 4 {
        return 0.0;
    }
    let likeness = 1.0 - distance(short, long) as f64 / n_long as f64;
    if likeness >= 0.75 { likeness * 0.9 } else { 0.0 }
}

/// Letters to change, add or take away between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in b.iter().enumerate() {
            let changed = before + usize::from(a != *b);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

fn reason(source: &Known<'_>, target: &Known<'_>, names: f64, kinds: f64) -> String {
    let (from, to) = (source.name(), target.name());
    let mut synonyms = Vec::new();
    for a in split(from) {
        for b in split(to) {
            if is_synonym(&a, &b) {
                synonyms.push(format!("{a} is {b}"));
            }
        }
    }
    let name = if from == to {
        "the same name".to_owned()
    } else if !synonyms.is_empty() {
        synonyms.join(", ")
    } else if names >= 0.9 {
        format!("{from} is {to} written in another way")
    } else {
        format!("{from} is like {to}")
    };
    let kind = match (&source.facts.format, &target.facts.format, source.facts.kind) {
        (Some(a), Some(b), _) if a == b => format!("both are of the format {a}"),
        (_, _, FieldKind::Text) if kinds >= 1.0 => "both are texts".to_owned(),
        (_, _, FieldKind::Number) if kinds >= 1.0 => "both are numbers".to_owned(),
        (_, _, FieldKind::Date) if kinds >= 1.0 => "both are dates".to_owned(),
        (_, _, FieldKind::List | FieldKind::Rows) if kinds >= 1.0 => "both are lists".to_owned(),
        _ if kinds <= 0.3 => "but the kinds differ".to_owned(),
        _ => return name,
    };
    format!("{name}; {kind}")
}
