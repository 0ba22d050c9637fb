//! `data.dates`: reads dates however they are written, moves them, and writes them as wanted. Not
//! the calendar: see `data_dates/moment`.

mod moment;

use data::{Key, Value};
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use flow::run::ErrorClass;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use mapping::{Expression, Names};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::moment::{Calendar, Moment};
use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Params of `data.dates`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The dates, one field each; the other fields of the item stay.
    #[serde(default)]
    dates: Vec<DateRule>,
    /// The zone of times that have none of their own, and the one that times are written in:
    /// `Europe/Berlin`. UTC without it.
    #[serde(default)]
    #[schemars(title = "Time zone")]
    zone: Option<String>,
    /// The zone that times are written in, where it is another: `America/New_York`.
    #[serde(default)]
    #[schemars(title = "Write in the zone", extend("x-advanced" = true))]
    into_zone: Option<String>,
    /// Days on which nobody works besides the weekend, as `2026-12-25`; for business days.
    #[serde(default)]
    #[schemars(extend("x-advanced" = true))]
    holidays: Vec<String>,
    /// The days of the weekend; Saturday and Sunday without any.
    #[serde(default)]
    #[schemars(extend("x-advanced" = true))]
    weekend: Vec<Day>,
}

/// One date.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DateRule {
    /// The field that the date is put in; the one it is read of may be the same.
    #[schemars(title = "Field")]
    to: String,
    /// What is read: a path into the item, or any JSONata expression. Numbers are seconds or
    /// milliseconds since 1970.
    #[schemars(title = "Date")]
    from: Expression,
    /// How it is written there, such as `%d.%m.%Y` or `%m/%d/%y %H:%M`; found out without it, for
    /// ISO 8601, `20260301`, and what mails have.
    #[serde(default)]
    #[schemars(title = "Read as", extend("x-advanced" = true))]
    read: Option<String>,
    /// By how much it is moved: a number such as `14` or `-1`, or any JSONata expression.
    #[serde(default)]
    #[schemars(title = "Move by")]
    add: Option<Expression>,
    /// What it is moved by.
    #[serde(default)]
    unit: Unit,
    /// How it is written: `iso`, `date`, `datetime`, `utc`, `epoch_s`, `epoch_ms`, or a format of
    /// one's own such as `%d.%m.%Y`. As it came without it: a day as `2026-03-01`, a time as
    /// `2026-03-01T14:30:00+01:00`.
    #[serde(default)]
    #[schemars(title = "Write as")]
    write: Option<String>,
    /// Whether an item without this date is rejected, rather than left as it is.
    #[serde(default)]
    #[schemars(extend("x-advanced" = true))]
    required: bool,
}

/// What a date is moved by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unit {
    /// Days.
    #[default]
    Days,
    /// Days on which people work. By 0, a free day becomes the next one on which they do.
    BusinessDays,
    /// Weeks.
    Weeks,
    /// Months; the 31st becomes the last day of a shorter month.
    Months,
    /// Years.
    Years,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// How a date is written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Written {
    Iso,
    Date,
    Datetime,
    Utc,
    EpochS,
    EpochMs,
    Custom { format: String },
}

pub(crate) struct Dates;

impl NodeType for Dates {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "date",
                "time",
                "timestamp",
                "time zone",
                "format date",
                "business days",
                "working days",
                "epoch",
                "due date",
                "calendar",
            ]),
            examples: vec![
                example(
                    "A German date with its due date, 5 business days on",
                    json!({
                        "holidays": ["2026-04-03", "2026-04-06"],
                        "dates": [
                            { "to": "ordered", "from": "ordered", "read": "%d.%m.%Y" },
                            { "to": "due", "from": "ordered", "read": "%d.%m.%Y",
                              "add": "5", "unit": "business_days" }
                        ]
                    }),
                    json!([{ "no": 1, "ordered": "01.04.2026" }]),
                    json!([{ "no": 1, "ordered": "2026-04-01", "due": "2026-04-10" }]),
                ),
                example(
                    "Times in one zone, as another system wants them",
                    json!({ "zone": "UTC", "into_zone": "Europe/Berlin", "dates": [
                        { "to": "at", "from": "created" },
                        { "to": "day", "from": "created", "write": "%d.%m.%y" }
                    ] }),
                    json!([{ "created": 1_767_225_600 }, { "created": "2026-07-01T22:30:00Z" }]),
                    json!([
                        { "created": 1_767_225_600, "at": "2026-01-01T01:00:00+01:00",
                          "day": "01.01.26" },
                        { "created": "2026-07-01T22:30:00Z", "at": "2026-07-02T00:30:00+02:00",
                          "day": "02.07.26" }
                    ]),
                ),
            ],
            ..node_info(
                "data.dates",
                "Dates",
                "Reads, moves and writes dates and times.",
                "Each row reads a date (**Date**), moves it where asked, and puts it into a field. \
                 ISO 8601, `20260301`, mail dates and numbers since 1970 are known by their look; \
                 for others say how they are written: `%d` day, `%m` month, `%Y` year, `%y` its \
                 last two digits, `%H` hour, `%M` minute, `%S` second, `%z` offset, `%b` `Jan`, \
                 `%B` `January`.\n\nTimes without a zone of their own are times of **Time zone**, \
                 summer time included. Business days leave out the weekend and the **holidays**. A \
                 value that is no date rejects the item. For the time of the run, use `$now()`.",
                Family::Data,
                "calendar-clock",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let fields: Vec<&str> = params.dates.iter().map(|rule| rule.to.as_str()).collect();
        let summary = match fields.as_slice() {
            [] => String::new(),
            fields => format!("dates in {}", fields.join(", ")),
        };
        let problems = Ready::of(params).err().into_iter().collect();
        Inspection { summary, problems, passage: Passage::IN_PLACE, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let ready = Ready::of(&params)?;
        Ok(Behaviour::Pure(Box::new(Dating { rules: params.dates, ready })))
    }
}

/// The moment that a value stands for, in milliseconds since 1970; a day is its first moment.
///
/// # Errors
/// Why it stands for none, as the end of a sentence that begins with the value.
pub(super) fn moment_of(value: &Value, zone: &TimeZone) -> Result<i64, String> {
    let written = Moment::read(value, None, zone)?.write(&Written::EpochMs, zone)?;
    written.as_i64().ok_or_else(|| "is out of range".to_owned())
}

/// What holds for all dates of a node.
struct Ready {
    zone: TimeZone,
    into: TimeZone,
    calendar: Calendar,
    written: Vec<Written>,
}

impl Ready {
    fn of(params: &Params) -> Result<Self, Problem> {
        let zone = zone("zone", params.zone.as_deref())?.unwrap_or(TimeZone::UTC);
        let into = zone_or(params, &zone)?;
        let holidays = params.holidays.iter().enumerate().map(|(at, day)| {
            day.trim().parse().map_err(|_| Problem {
                key: format!("/params/holidays/{at}"),
                message: format!("{day} is no day. Write it as 2026-12-25."),
            })
        });
        let weekend = match params.weekend.as_slice() {
            [] => vec![Weekday::Saturday, Weekday::Sunday],
            days => days.iter().map(|day| day.weekday()).collect(),
        };
        let calendar = Calendar { holidays: holidays.collect::<Result<_, _>>()?, weekend };
        let rules = params.dates.iter().enumerate();
        let written = rules.map(|(at, rule)| rule.ready(at)).collect::<Result<_, _>>()?;
        Ok(Self { zone, into, calendar, written })
    }
}

fn zone_or(params: &Params, zone_of_values: &TimeZone) -> Result<TimeZone, Problem> {
    let into = zone("into_zone", params.into_zone.as_deref())?;
    Ok(into.unwrap_or_else(|| zone_of_values.clone()))
}

fn zone(key: &str, name: Option<&str>) -> Result<Option<TimeZone>, Problem> {
    let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else { return Ok(None) };
    TimeZone::get(name).map(Some).map_err(|_| Problem {
        key: format!("/params/{key}"),
        message: format!("There is no time zone {name}. Write it as Europe/Berlin, or UTC."),
    })
}

impl Day {
    fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

impl DateRule {
    fn ready(&self, at: usize) -> Result<Written, Problem> {
        let problem = |key: &str, message: String| Problem {
            key: format!("/params/dates/{at}/{key}"),
            message,
        };
        if self.to.trim().is_empty() {
            return Err(problem("to", "Say which field the date is put in.".to_owned()));
        }
        let written = match self.write.as_deref().map(str::trim) {
            None | Some("" | "iso") => Written::Iso,
            Some("date") => Written::Date,
            Some("datetime") => Written::Datetime,
            Some("utc") => Written::Utc,
            Some("epoch_s") => Written::EpochS,
            Some("epoch_ms") => Written::EpochMs,
            Some(format) if format.contains('%') => Written::Custom { format: format.to_owned() },
            Some(other) => {
                let message = format!("{other} is no format. Write one such as %d.%m.%Y, or date.");
                return Err(problem("write", message));
            }
        };
        let sample = Moment::Day(jiff::civil::date(2026, 3, 1));
        sample
            .write(&written, &TimeZone::UTC)
            .map_err(|why| problem("write", format!("A date {why}.")))?;
        Ok(written)
    }

    /// The date of an item; none where it has none.
    fn value(
        &self,
        at: usize,
        item: &Value,
        names: &dyn Names,
        ready: &Ready,
    ) -> StepResult<Option<Value>> {
        let place = |key: &str| format!("/params/dates/{at}/{key}");
        let wrong = |key: &str, message: String| {
            StepError::terminal(ErrorClass::Validation, message)
                .advice("Mend the data at its source, or change this row of the node.")
                .key(place(key))
        };
        let found = self
            .from
            .eval(item, names)
            .map_err(|fault| StepError::fault(&fault, place("from")))?
            .filter(|value| !value.is_null() && value.as_str().is_none_or(|text| !text.is_empty()));
        let Some(value) = found else {
            if self.required {
                let message = format!("There is no date: {} gives nothing.", self.from);
                return Err(wrong("from", message));
            }
            return Ok(None);
        };
        let format = self.read.as_deref().map(str::trim).filter(|format| !format.is_empty());
        let told = |why: String| format!("{}: {value} {why}.", self.to);
        let mut moment = Moment::read(&value, format, &ready.zone)
            .map_err(|why| wrong(if format.is_some() { "read" } else { "from" }, told(why)))?
            .in_zone(&ready.into);
        if let Some(add) = &self.add {
            let by = add.eval(item, names);
            let by =
                by.map_err(|fault| StepError::fault(&fault, place("add")))?.unwrap_or_default();
            let by = by.as_i64().ok_or_else(|| {
                wrong("add", format!("{}: {add} gives {by}, and no whole number.", self.to))
            })?;
            let moved = moment.moved(by, self.unit, &ready.calendar);
            moment = moved.map_err(|why| wrong("add", told(why)))?;
        }
        let written = moment.write(&ready.written[at], &ready.into);
        written.map(Some).map_err(|why| wrong("write", told(why)))
    }
}

struct Dating {
    rules: Vec<DateRule>,
    ready: Ready,
}

impl Pure for Dating {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let names = cx.names(&item.lineage);
        let Some(object) = item.value.as_object() else {
            let message = format!("The item is a {}, so it has no fields.", item.value.kind());
            return Err(StepError::terminal(ErrorClass::Validation, message)
                .advice("Make objects of the items first."));
        };
        let mut made = object.clone();
        for (at, rule) in self.rules.iter().enumerate() {
            if let Some(value) = rule.value(at, &item.value, &names, &self.ready)? {
                made = made.with(Key::new(rule.to.trim()), value);
            }
        }
        out.put(0, item.lineage.clone(), Value::from(made));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
