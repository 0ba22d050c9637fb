//! `gantry serve`: the designer in a browser and the webhooks of flows, until Ctrl+C.

use std::path::PathBuf;

use api::serve::Server;
use api::{App, AppOptions, FirstFlow};
use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::{End, Outcome, Refusal, output, pages};

/// Where it is served.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The port on loopback; 0 takes a free one. Without it 8686, or a free one where that is taken.
    #[arg(long)]
    port: Option<u16>,
    /// Open the sample flow, which runs without any network.
    #[arg(long)]
    open_sample: bool,
    /// Which environment of the settings flows read as `$env`.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

pub(crate) async fn serve(args: ServeArgs, data_dir: Option<PathBuf>) -> Outcome {
    let options = AppOptions {
        data_dir,
        environment: args.env,
        first_flow: FirstFlow::Sample,
        ..AppOptions::default()
    };
    let app = App::open(options).await?;
    if args.open_sample {
        app.show_sample().await?;
    }
    let server = Server::bind(app.clone(), args.port, pages::page).await.map_err(|cause| {
        let port = args.port.unwrap_or(api::serve::PORT);
        let words = format!("Port {port} cannot be taken: {cause}. Choose another with --port.");
        Refusal::failed(words)
    })?;
    output::say(&server.entrance())?;
    output::complain(&format!(
        "Open the address above in a browser. Webhooks are taken at {}/hooks/FLOW/PATH. Ctrl+C ends \
         Gantry.",
        server.url()
    ));
    // Once webhooks are taken: a run that goes on may be called by another.
    match app.resume_interrupted().await? {
        0 => {}
        1 => output::complain("1 run that broke off goes on."),
        n => output::complain(&format!("{n} runs that broke off go on.")),
    }
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let serving = server.run(stop);
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => ended?,
        () = until_stopped() => {
            stopping.cancel();
            // A browser that listens for events holds its connection open: it is not waited for.
            let _ = tokio::time::timeout(std::time::Duration::from_secs(2), &mut serving).await;
        }
    }
    app.close().await;
    Ok(End::Ok)
}

/// Waits for Ctrl+C, or for the system to end the program.
pub(crate) async fn until_stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
