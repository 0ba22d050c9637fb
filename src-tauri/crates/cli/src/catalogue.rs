//! `gantry catalogue`: what there is to build flows from.

use clap::Args;
use flow::catalogue::{Family, NodeInfo};

use crate::{End, Outcome, output};

/// How it is listed.
#[derive(Debug, Args)]
pub(crate) struct CatalogueArgs {
    /// As JSON, with forms, ports and examples.
    #[arg(long)]
    json: bool,
}

pub(crate) fn catalogue(args: &CatalogueArgs) -> Outcome {
    let catalogue = api::catalogue();
    let types: Vec<&NodeInfo> = catalogue.iter().map(|node| &node.info).collect();
    if args.json {
        let json = serde_json::to_string_pretty(&types).expect("node types have texts as keys");
        output::say(&json)?;
        return Ok(End::Ok);
    }
    let heads = ["type", "title", "family", "what it does"].map(str::to_owned);
    let rows: Vec<Vec<String>> = types
        .iter()
        .map(|info| {
            let family = family(info.family).to_owned();
            vec![info.kind.to_string(), info.title.clone(), family, info.about.clone()]
        })
        .collect();
    output::say(output::aligned(&heads, &rows).trim_end())?;
    Ok(End::Ok)
}

fn family(family: Family) -> &'static str {
    match family {
        Family::Trigger => "triggers",
        Family::System => "systems",
        Family::Data => "data",
        Family::Control => "control",
        Family::File => "files",
    }
}
