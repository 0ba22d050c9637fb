//! `data.mask`: hides what must not be seen, field by field. Not where the fields are: see
//! `data_mask/walk`; nor what fakes look like: see `data_mask/fake`.

mod fake;
mod walk;

use data::{Segment, Value};
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use mapping::Template;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::fake::{Faker, keep_last};
use self::walk::{Change, change, scalars};
use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Params of `data.mask`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What is hidden, and how. Of several rules for one field the later one works on what the
    /// earlier one left.
    #[serde(default)]
    rules: Vec<Rule>,
    /// Makes hashes and fakes: the same seed gives the same ones again, in every flow, so that what
    /// belonged together still does. Keep it secret, as in `{{ $env.mask_seed }}`: whoever has it
    /// can find out by trying what a hash stands for.
    #[serde(default)]
    seed: Option<Template>,
}

/// How one field is hidden.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// The field: `customer.email`. Lists are gone through: `lines.note` is the note of each line.
    /// `*` is any field, and `**.iban` an `iban` at any depth.
    #[schemars(title = "Field")]
    path: String,
    /// What takes its place.
    #[serde(default)]
    how: How,
    /// The text that takes its place, where it is replaced by one; `***` without it.
    #[serde(default)]
    #[schemars(title = "Text", extend("x-advanced" = true))]
    with: Option<String>,
    /// How many letters and digits are kept at the end; 4 without it.
    #[serde(default)]
    #[schemars(title = "Kept", range(min = 1, max = 32), extend("x-advanced" = true))]
    keep: Option<usize>,
}

/// How a value is hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum How {
    /// A text such as `***` takes its place.
    #[default]
    #[schemars(title = "Replace by a text")]
    Redact,
    /// The field is left out.
    #[schemars(title = "Leave out")]
    Remove,
    /// A number that stands for the value: equal values have equal ones.
    #[schemars(title = "Hash")]
    Hash,
    /// The last letters are kept, the others become stars.
    #[schemars(title = "Keep the last letters")]
    KeepLast,
    /// Another value of the same form.
    #[schemars(title = "Fake")]
    Fake,
}

pub(crate) struct Mask;

impl NodeType for Mask {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "mask",
                "redact",
                "anonymise",
                "anonymize",
                "pseudonymise",
                "hide",
                "privacy",
                "gdpr",
                "fake",
                "hash",
            ]),
            examples: vec![
                example(
                    "Hide names and cards",
                    json!({ "rules": [
                        { "path": "name", "how": "redact" },
                        { "path": "payments.card", "how": "keep_last" },
                        { "path": "note", "how": "remove" }
                    ] }),
                    json!([{
                        "id": 1, "name": "Ada King", "note": "calls often",
                        "payments": [{ "card": "4111 1111 1111 1111" }]
                    }]),
                    json!([{
                        "id": 1, "name": "***",
                        "payments": [{ "card": "**** **** **** 1111" }]
                    }]),
                ),
                example(
                    "Test data of the same form, wherever it stands",
                    json!({ "seed": "any secret", "rules": [
                        { "path": "**.email", "how": "fake" },
                        { "path": "**.phone", "how": "fake" }
                    ] }),
                    json!([{ "email": "ada@lovelace.net", "home": { "phone": "+49 30 1234" } }]),
                    json!([{ "email": "fam@example.com", "home": { "phone": "+56 05 3319" } }]),
                ),
            ],
            ..node_info(
                "data.mask",
                "Mask",
                "Hides what must not be seen, field by field.",
                "Each rule names a field and what takes its place: a text, stars but for the last \
                 letters, a hash, or a fake of the same form. Fakes keep letters, digits and \
                 lengths; dates stay dates, e-mail addresses belong to nobody (`example.com`), card \
                 numbers keep a valid check digit.\n\nHashes and fakes are made with the **seed**: \
                 the same value gives the same one everywhere, so that items can still be joined. \
                 Objects and lists keep their form; each value inside is hidden. `null` stays \
                 `null`, and a rule whose field an item lacks does nothing.",
                Family::Data,
                "eye-off",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let fields: Vec<&str> = params.rules.iter().map(|rule| rule.path.trim()).collect();
        let names = fields.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let summary = match fields.len() {
            0 => String::new(),
            1..=3 => format!("hides {names}"),
            n => format!("hides {names} and {} more", n - 3),
        };
        let problems = ready(params).err().into_iter().collect();
        Inspection { summary, problems, passage: Passage::IN_PLACE, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let rules = ready(&params)?;
        Ok(Behaviour::Pure(Box::new(Masking { rules, seed: params.seed })))
    }
}

/// The rules ready to be used.
fn ready(params: &Params) -> Result<Vec<Ready>, Problem> {
    let problem = |key: String, message: String| Problem { key, message };
    if params.rules.is_empty() {
        let message = "Say which fields are hidden: add a rule.".to_owned();
        return Err(problem("/params/rules".to_owned(), message));
    }
    let needs_seed = |rule: &Rule| matches!(rule.how, How::Hash | How::Fake);
    let has_seed = params.seed.as_ref().is_some_and(|seed| !seed.source().trim().is_empty());
    if params.rules.iter().any(needs_seed) && !has_seed {
        let message = "Hashes and fakes need a seed. Give any text that others do not know.";
        return Err(problem("/params/seed".to_owned(), message.to_owned()));
    }
    let rules = params.rules.iter().enumerate().map(|(at, rule)| {
        let path = walk::parse(&rule.path)
            .map_err(|message| problem(format!("/params/rules/{at}/path"), message))?;
        let put = match rule.how {
            How::Redact => Put::Text(Value::from(rule.with.as_deref().unwrap_or("***"))),
            How::Remove => Put::Nothing,
            How::Hash => Put::Hash,
            How::KeepLast => Put::Last(rule.keep.unwrap_or(4)),
            How::Fake => Put::Fake,
        };
        Ok(Ready { path, put })
    });
    rules.collect()
}

/// A rule ready to be used.
struct Ready {
    path: Vec<Segment>,
    put: Put,
}

/// What takes a value's place.
enum Put {
    Text(Value),
    Nothing,
    Hash,
    Last(usize),
    Fake,
}

struct Masking {
    rules: Vec<Ready>,
    seed: Option<Template>,
}

impl Pure for Masking {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let seed = match &self.seed {
            None => String::new(),
            Some(seed) => {
                let names = cx.names(&item.lineage);
                let text = seed.text(&item.value, &names);
                text.map_err(|fault| StepError::fault(&fault, "/params/seed"))?
            }
        };
        let faker = Faker::new(&seed);
        let mut value = item.value.clone();
        for rule in &self.rules {
            match change(&value, &rule.path, &mut |found| rule.put.instead_of(found, &faker)) {
                Change::Same => {}
                Change::New(new) => value = new,
                Change::Removed => return Ok(()),
            }
        }
        out.put(0, item.lineage.clone(), value);
        Ok(())
    }
}

impl Put {
    fn instead_of(&self, value: &Value, faker: &Faker<'_>) -> Change {
        Change::New(match self {
            Self::Nothing => return Change::Removed,
            Self::Text(text) => scalars(value, &mut |old| {
                if old.is_null() { Value::null() } else { text.clone() }
            }),
            Self::Hash => scalars(value, &mut |old| faker.hash(old)),
            Self::Last(n_kept) => scalars(value, &mut |old| keep_last(old, *n_kept)),
            Self::Fake => scalars(value, &mut |old| faker.fake(old)),
        })
    }
}

#[cfg(test)]
mod tests;
