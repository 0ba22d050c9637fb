//! A connection at work: what all flows that use it share. Not how it is written down: see `spec`.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use vault::Vault;

use crate::auth::Auth;
use crate::circuit::{Circuit, CircuitHealth};
use crate::limit::{Limit, LimitHealth};
use crate::mask::Taint;
use crate::pool::Pools;
use crate::spec::ConnectionSpec;

/// A connection at work. All flows that name it share it, and so its limits and tokens.
pub struct Connection {
    /// How it is written down.
    pub spec: ConnectionSpec,
    /// Where its secrets are.
    pub vault: Arc<Vault>,
    pub(crate) circuit: Circuit,
    pub(crate) limit: Limit,
    pub(crate) auth: Auth,
    /// Its pools, where it needs some of its own.
    pub(crate) pools: Option<Pools>,
    /// What must not be seen of its calls.
    pub(crate) taint: Taint,
}

impl Connection {
    fn new(spec: ConnectionSpec, vault: Arc<Vault>) -> Self {
        let circuit = Circuit::new(&spec.name, &spec.circuit);
        let limit = Limit::new(&spec.name, &spec.limits);
        let pools = Pools::of_its_own(&spec);
        let (auth, taint) = (Auth::default(), Taint::default());
        Self { spec, vault, circuit, limit, auth, pools, taint }
    }

    /// Whether it is asked at the moment.
    pub fn circuit(&self) -> CircuitHealth {
        self.circuit.health()
    }

    /// What must not be seen of its calls. Whoever reads or gets a secret for it lets it learn that.
    pub fn taint(&self) -> &Taint {
        &self.taint
    }

    /// How its limits stand.
    pub fn limit(&self) -> LimitHealth {
        self.limit.health()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// The connections that were used since the program began.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    known: Mutex<HashMap<String, Arc<Connection>>>,
}

impl Connections {
    /// The connection that is written down so; the one at work as long as nothing was changed.
    pub(crate) fn get(&self, spec: &ConnectionSpec, vault: &Arc<Vault>) -> Arc<Connection> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = spec.owner();
        if let Some(connection) = known.get(&owner)
            && connection.spec == *spec
            && Arc::ptr_eq(&connection.vault, vault)
        {
            return Arc::clone(connection);
        }
        let connection = Arc::new(Connection::new(spec.clone(), Arc::clone(vault)));
        known.insert(owner, Arc::clone(&connection));
        connection
    }

    /// To be called when secrets of a connection were changed.
    pub(crate) fn forget(&self, owner: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(owner);
    }
}
