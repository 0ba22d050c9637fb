//! `gantry sandbox`: the sample systems on a port of one's choice, until Ctrl+C.

use std::time::Duration;

use api::sandbox::{API_KEY, OVERVIEW, Sandbox, SandboxOptions};
use clap::Args;

use crate::{End, Outcome, Refusal, output};

/// Where and how they answer.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// The port on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 8687)]
    port: u16,
    /// How long each answer is held back, in milliseconds.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    latency: u64,
}

pub(crate) async fn sandbox(args: &SandboxArgs) -> Outcome {
    let latency = Duration::from_millis(args.latency);
    let sandbox =
        Sandbox::start(SandboxOptions { port: args.port, latency }).await.map_err(|cause| {
            let words =
                format!("Port {} cannot be taken: {cause}. Choose another with --port.", args.port);
            Refusal::failed(words)
        })?;
    let url = sandbox.url();
    output::say(&format!("READY {}", sandbox.port()))?;
    for (path, about) in OVERVIEW {
        output::say(&format!("{url}{path:<18} {about}"))?;
    }
    output::say(&format!("The ERP's key is {API_KEY}. Ctrl+C ends this."))?;
    crate::serve::until_stopped().await;
    Ok(End::Ok)
}
