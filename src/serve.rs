//! `tenure serve`: gateway, workflow, read models and notifications of one instance, in one process.

use crate::{
    agent,
    checkpoint_file::CheckpointFile,
    config::Config,
    out,
    proof_keeping::{self, Keeping},
    sandbox_engines::SandboxEngines,
    wiring::{BusinessClock, Wired, WiringError, wire},
};
use clap::Args;
use std::{net::SocketAddr, path::PathBuf, sync::Arc};
use tenure_gateway::GatewayConfig;
use tenure_notifications::{Delivery, Notifier};
use tenure_workflow::Work;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// Serve: without configuration the embedded profile, with its data in ./tenure-data
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure serve\n  tenure serve --config tenure.toml\n\n\
    Every key of the file can be set by a variable: TENURE_STORE__URL for store.url."
)]
pub(crate) struct ServeArgs {
    /// Configuration file (TOML)
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Why serving ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error("http.listen: cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the gateway has ended: {0}")]
    Gateway(std::io::Error),
    #[error(transparent)]
    Command(#[from] tenure_workflow::CommandError),
    #[error(transparent)]
    Store(#[from] tenure_eventstore::StoreError),
    #[error(transparent)]
    Mail(#[from] tenure_notifications::MailError),
    #[error(transparent)]
    Agent(#[from] agent::AgentError),
}

impl ServeError {
    /// Is it the configuration?
    pub(crate) fn is_configuration(&self) -> bool {
        match self {
            Self::Wiring(error) => error.is_configuration(),
            Self::Agent(error) => error.is_configuration(),
            _ => false,
        }
    }
}

/// Runs until told to stop.
pub(crate) async fn run(args: ServeArgs) -> Result<(), ServeError> {
    let config = Config::load(args.config.as_deref()).map_err(WiringError::from)?;
    let clock = config
        .clock
        .virtual_start
        .map_or(BusinessClock::System, BusinessClock::Virtual);
    let wired = wire(&config, clock).await?;
    let listener = listen(&config).await?;
    let cancel = crate::stop::on_signal();
    let running = start(&wired, &config, SandboxEngines::default(), &cancel).await?;
    if let Some(code) = tenure_gateway::new_setup_code(&wired.instance).await? {
        let url = config.public_url();
        out::line(format_args!(
            "This instance has no administrator yet. Open {url} in a browser and enter the one-time set-up code {code}, or:"
        ));
        out::line(format_args!(
            "\n  tenure admin init --url {url} --code {code} --email you@example.com --name \"Your Name\"\n"
        ));
    }
    running.serve(&wired, &config, listener, &cancel).await
}

/// Takes the address of the gateway: before anything is done that is lost if somebody else has it.
pub(crate) async fn listen(config: &Config) -> Result<TcpListener, ServeError> {
    let address = config.http.listen;
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| ServeError::Listen { address, source })
}

/// What runs beside the gateway.
pub(crate) struct Running {
    pub(crate) work: Work,
    pub(crate) engines: SandboxEngines,
    pub(crate) keeping: Keeping,
    delivery: Delivery,
    workflow: JoinSet<()>,
    tasks: JoinSet<()>,
}

/// Starts everything but the gateway; sandbox domains have these engines.
pub(crate) async fn start(
    wired: &Wired,
    config: &Config,
    engines: SandboxEngines,
    cancel: &CancellationToken,
) -> Result<Running, ServeError> {
    let instance = &wired.instance;
    let mut tasks = JoinSet::new();
    for runner in instance.views.spawn_runners(cancel.clone()) {
        tasks.spawn(async move {
            if let Err(error) = runner.await {
                tracing::error!(%error, "a runner of the read models ended by itself");
            }
        });
    }
    let (work, workflow) = tenure_workflow::run(instance, cancel.clone()).await?;
    if wired.hub.is_some() {
        let (wired, data, cancel) = (Arc::new(wired.clone()), config.data.clone(), cancel.clone());
        tasks.spawn(engines.clone().run(wired, data, cancel));
    }
    for file in &config.agents {
        let agent = agent::within(file, wired).await?;
        let cancel = cancel.clone();
        tasks.spawn(async move { agent.run(cancel).await });
    }
    let delivery = match &config.mail {
        Some(smtp) => Delivery::smtp(smtp)?,
        None => Delivery::capture(),
    };
    let notifier = Notifier::new(
        instance.store.clone(),
        instance.views.clone(),
        delivery.clone(),
        config.public_url(),
    );
    let token = cancel.clone();
    tasks.spawn(async move { notifier.run(token).await });
    let keeping = Keeping {
        store: instance.store.clone(),
        views: instance.views.clone(),
        clock: instance.system.clone(),
        section: config.checkpoints.clone(),
        file: CheckpointFile::of(config),
        public_url: config.public_url(),
    };
    tasks.spawn(proof_keeping::run(keeping.clone(), cancel.clone()));
    Ok(Running {
        work,
        engines,
        keeping,
        delivery,
        workflow,
        tasks,
    })
}

impl Running {
    /// Serves until cancelled, then ends everything.
    pub(crate) async fn serve(
        self,
        wired: &Wired,
        config: &Config,
        listener: TcpListener,
        cancel: &CancellationToken,
    ) -> Result<(), ServeError> {
        tracing::info!(listen = %config.http.listen, "serving");
        let gateway = GatewayConfig {
            profile: config.profile().to_owned(),
            public_url: config.public_url(),
            trusted_proxies: config.http.trusted_proxies.clone(),
            ..GatewayConfig::default()
        };
        let router = tenure_gateway::router(wired.instance.clone(), self.work.clone(), gateway);
        let served = tenure_gateway::serve(listener, router, cancel.clone()).await;
        cancel.cancel();
        self.finished().await;
        wired.instance.store.clone().close().await;
        served.map_err(ServeError::Gateway)
    }

    /// Waits until everything has ended after the token was cancelled.
    pub(crate) async fn finished(mut self) {
        while self.workflow.join_next().await.is_some() {}
        while self.tasks.join_next().await.is_some() {}
    }

    /// How many mails went nowhere but into memory.
    pub(crate) async fn captured_mails(&self) -> usize {
        self.delivery.captured_count()
    }
}
