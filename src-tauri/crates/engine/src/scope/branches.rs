//! Branches of a scope, side by side for one item, joined in their order whoever was faster. Not
//! what they are set up with: see `nodes::scope_parallel`.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use async_trait::async_trait;
use data::Value;
use flow::plan::Part;
use flow::run::{ErrorClass, ItemError, What};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::conduct::{Conduct, Conducted, Kept, Results};
use super::turn::inner_error;
use crate::emitter::{Halt, TOLD_REJECTS, item_error};
use crate::item::{Chunk, Item};
use crate::journal::Recorded;
use crate::lineage::{Lineage, Origin, Sets};
use crate::node::broken_spill;
use crate::ports::Leave;
use crate::step::{StepContext, StepError, StepResult, StepWork};

/// How the branches of a scope are run and joined.
#[derive(Debug)]
pub(crate) struct Branches {
    pub(crate) join: JoinOn,
    /// How many branches run at once.
    pub(crate) at_once: usize,
    /// Whether the results of an item are one object.
    pub(crate) collects: bool,
    /// What is special about branches, by their first nodes.
    pub(crate) rules: HashMap<String, Rule>,
}

/// Which branches are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JoinOn {
    All,
    /// So many that succeed.
    First(NonZeroUsize),
}

/// What is special about a branch.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) failing: Failing,
    pub(crate) is_list: bool,
}

/// What becomes of an error in a branch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failing {
    Stop,
    Skip,
    Substitute(Value),
}

/// What came of a branch.
enum Branch {
    Done(Box<Kept>, Option<Leave>),
    Instead(Value),
    LeftOut,
}

/// The branches of one item by now.
struct Joining<'a> {
    at: &'a Conducted,
    rules: &'a Branches,
    /// By their places among the parts.
    ended: Vec<Option<Branch>>,
    errors: Vec<Option<Halt>>,
    n_done: usize,
}

#[async_trait]
impl Conduct for Branches {
    async fn conduct(&self, at: &Conducted) -> Results {
        let mut kept = Kept::new(&at.world);
        let end = self.joined(at, &mut kept).await;
        Results { kept, end }
    }

    fn tells(&self) -> bool {
        true
    }
}

impl Branches {
    async fn joined(&self, at: &Conducted, kept: &mut Kept) -> Result<(), Halt> {
        let n_parts = at.parts().len();
        let counted = self.known(at).map_err(|error| at.failed(&error))?;
        let chosen: Vec<usize> = counted.clone().unwrap_or_else(|| (0..n_parts).collect());
        let needed = match self.join {
            JoinOn::First(n) if counted.is_none() => n.get(),
            _ => chosen.len(),
        };
        let is_race = matches!(self.join, JoinOn::First(_)) && counted.is_none();
        let mut joining = Joining {
            at,
            rules: self,
            ended: (0..n_parts).map(|_| None).collect(),
            errors: (0..n_parts).map(|_| None).collect(),
            n_done: 0,
        };
        // Where no time passes nobody is first: they are asked in their order.
        let at_once = if is_race && at.is_virtual() { 1 } else { self.at_once };
        joining.run(chosen, at_once, needed, is_race).await?;
        if is_race {
            joining.note_counted().await.map_err(|error| at.failed(&error))?;
        }
        joining.give(kept)
    }

    fn rule(&self, at: &Conducted, part: &Part) -> Option<&Rule> {
        self.rules.get(at.id_of(part).as_str())
    }

    /// The branches that counted in an earlier part of the run, where not all do.
    fn known(&self, at: &Conducted) -> StepResult<Option<Vec<usize>>> {
        let cx = at.context();
        let (JoinOn::First(_), Some(ledger)) = (self.join, cx.ledger()) else { return Ok(None) };
        let Some(Recorded::Done(known)) = ledger.find(&cx.key("join"), &StepWork::READS)? else {
            return Ok(None);
        };
        let known = known.as_list().unwrap_or_default().iter().filter_map(Value::as_i64);
        let places = known.filter_map(|place| usize::try_from(place).ok());
        Ok(Some(places.filter(|place| *place < at.parts().len()).collect()))
    }
}

impl Joining<'_> {
    /// Runs branches until enough are done, or one failed that must not. The rest is stopped.
    async fn run(
        &mut self,
        chosen: Vec<usize>,
        at_once: usize,
        needed: usize,
        is_race: bool,
    ) -> Result<(), Halt> {
        let at = self.at;
        let mut waiting = chosen.into_iter();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < at_once
                && let Some(place) = waiting.next()
            {
                running.push(run_branch(at, place));
            }
            let Some((place, results, told)) = running.next().await else { break };
            told.map_err(|error| at.failed(&error))?;
            self.take(place, results, is_race).await?;
            if self.n_done >= needed {
                return Ok(());
            }
        }
        if !is_race {
            return Ok(());
        }
        match self.errors.iter_mut().find_map(Option::take) {
            Some(halt) => Err(halt),
            None if self.ended.iter().flatten().any(|end| matches!(end, Branch::LeftOut)) => Ok(()),
            None => Err(at.failed(
                &StepError::terminal(
                    ErrorClass::Guard,
                    format!("{needed} branches are waited for, and there are {}.", self.n_done),
                )
                .advice("Wait for fewer branches, or add some.")
                .key("/params/n"),
            )),
        }
    }

    async fn take(&mut self, place: usize, results: Results, is_race: bool) -> Result<(), Halt> {
        let part = &self.at.parts()[place];
        let rule = self.rules.rule(self.at, part);
        let ended = match (results.end, rule.map(|rule| &rule.failing)) {
            (Ok(()), _) => Branch::Done(Box::new(results.kept), None),
            (Err(Halt::Leave(leave)), _) => Branch::Done(Box::new(results.kept), Some(leave)),
            (Err(Halt::Failed { error, .. }), Some(Failing::Skip)) => {
                self.leave_out(&error).await.map_err(|error| self.at.failed(&error))?;
                self.ended[place] = Some(Branch::LeftOut);
                self.n_done += usize::from(!is_race);
                return Ok(());
            }
            (Err(Halt::Failed { .. }), Some(Failing::Substitute(value))) => {
                Branch::Instead(value.clone())
            }
            (Err(halt @ Halt::Failed { .. }), _) if is_race => {
                self.errors[place] = Some(halt);
                return Ok(());
            }
            (Err(halt), _) => return Err(halt),
        };
        self.ended[place] = Some(ended);
        self.n_done += 1;
        Ok(())
    }

    /// Counts and tells of a branch that failed and is left out.
    async fn leave_out(&self, error: &ItemError) -> StepResult<()> {
        let at = self.at;
        let tally = &at.world.tally.nodes[at.node];
        tally.rejected.fetch_add(1, Relaxed);
        if tally.n_told.fetch_add(1, Relaxed) >= TOLD_REJECTS {
            return Ok(());
        }
        let inner = inner_error(&at.world, at.node, error);
        let mut what = item_error(at.rules().id.clone(), &inner);
        what.item = Some(at.item.lineage.to_string());
        what.value = Some(at.item.value.clone());
        at.world.scope.reporter.note(What::Rejected { error: Box::new(what), parked: None }).await
    }

    /// Notes which branches count, so that it is the same ones should the run be resumed.
    async fn note_counted(&self) -> StepResult<()> {
        let cx = self.at.context();
        let Some(ledger) = cx.ledger() else { return Ok(()) };
        let ended = self.ended.iter().enumerate().filter(|(_, end)| end.is_some());
        let places = Value::from(ended.map(|(place, _)| Value::from(place)).collect::<Vec<_>>());
        ledger.done(&cx.key("join"), &StepWork::READS, cx.now(), places).await
    }

    /// Gives out the results of the branches that count, in their order.
    fn give(self, kept: &mut Kept) -> Result<(), Halt> {
        let Self { at, rules, ended, .. } = self;
        let broken = |error: std::io::Error| at.failed(&broken_spill(&error));
        let dir = &at.world.scope.services.temp_dir;
        let mut members: Vec<(String, Value)> = Vec::new();
        let mut lineages: Vec<Lineage> = Vec::new();
        let mut left = None;
        for (place, (part, ended)) in at.parts().iter().zip(ended).enumerate() {
            let rule = rules.rule(at, part);
            let value = match ended {
                None | Some(Branch::LeftOut) => continue,
                Some(Branch::Instead(value)) if rules.collects => value,
                Some(Branch::Instead(value)) => {
                    let item = at.item.with_value(value);
                    kept.push(by_branch(at, place, vec![item]), dir).map_err(broken)?;
                    continue;
                }
                Some(Branch::Done(mut results, leave)) => {
                    left = left.max(leave);
                    let mut values = Vec::new();
                    loop {
                        let chunk = results.take().map_err(broken)?;
                        if chunk.is_empty() {
                            break;
                        }
                        if rules.collects {
                            lineages.extend(chunk.iter().map(|item| item.lineage.clone()));
                            values.extend(chunk.into_iter().map(|item| item.value));
                        } else {
                            kept.push(by_branch(at, place, chunk), dir).map_err(broken)?;
                        }
                    }
                    one_or_list(values, rule.is_some_and(|rule| rule.is_list))
                }
            };
            let name = rule.map_or_else(|| at.id_of(part).to_string(), |rule| rule.name.clone());
            members.push((name, value));
        }
        if rules.collects {
            let sets = Sets::of([lineages.iter()]);
            let within = Some(at.item.lineage.clone());
            let origin = Arc::new(Origin::gathered(at.rules().id.clone(), 0, sets, within));
            let item = Item::new(Value::object(members), Lineage::new(&origin, 0));
            kept.push(vec![item], dir).map_err(broken)?;
        }
        left.map_or(Ok(()), |leave| Err(Halt::Leave(leave)))
    }
}

async fn run_branch(at: &Conducted, place: usize) -> (usize, Results, StepResult<()>) {
    let part = &at.parts()[place];
    let began = (Instant::now(), at.world.scope.now());
    let results = at.keep(part, &at.item).await;
    let has_failed = matches!(results.end, Err(Halt::Failed { .. }));
    let told = at.tell_turn(&at.item, Some(part), began, has_failed).await;
    (place, results, told)
}

fn one_or_list(mut values: Vec<Value>, is_list: bool) -> Value {
    match (is_list, values.len()) {
        (false, 0) => Value::null(),
        (false, 1) => values.swap_remove(0),
        _ => Value::from(values),
    }
}

/// The same item may come by several branches: they are told apart in step keys.
fn by_branch(at: &Conducted, place: usize, mut chunk: Chunk) -> Chunk {
    if place > 0 {
        let parents = chunk.iter().map(|item| item.lineage.clone()).collect();
        let origin = Arc::new(Origin::by_wire(at.rules().id.clone(), place as u64, parents));
        for (index, item) in chunk.iter_mut().enumerate() {
            item.lineage = Lineage::new(&origin, index as u32);
        }
    }
    chunk
}
