import type { ConnectionSpec } from "../bindings/ConnectionSpec";
import type { ConnectionView } from "../bindings/ConnectionView";
import type { Environment } from "../bindings/Environment";
import type { Which } from "../bindings/Which";
import { toHostError } from "../host/host";
import { blankConnection, isChanged, type OpenConnection, storable } from "../model/connections";
import { setAt } from "../model/pointer";
import { store } from "../model/store";
import { t } from "../words/t";
import { host, report, toast } from "./context";

/** Reads the list of connections. */
export async function loadConnections(): Promise<void> {
  try {
    store.setState({ connections: await host().call("connections.list", {}) });
  } catch (thrown) {
    report(thrown);
  }
}

/** Reads where secrets are kept, and whether they are locked. */
export async function loadVault(): Promise<void> {
  try {
    store.setState({ vault: await host().call("vault.state", {}) });
  } catch (thrown) {
    report(thrown);
  }
}

async function loadForm(): Promise<void> {
  if (store.getState().connectionForm !== null) return;
  store.setState({ connectionForm: await host().call("connections.form", {}) });
}

/** Reads the form that connections are edited with, once. */
export async function loadConnectionForm(): Promise<void> {
  try {
    await loadForm();
  } catch (thrown) {
    report(thrown);
  }
}

/** A view of the host in the place of the one shown; what was typed meanwhile stays. */
function show(view: ConnectionView, draft: ConnectionSpec = view.spec): void {
  store.setState({ connection: { view, draft, busy: null, consent: null } });
}

function whichOf({ spec }: ConnectionView): Which {
  return { id: spec.id, environment: spec.environment };
}

function patch(change: Partial<OpenConnection>): void {
  const { connection } = store.getState();
  if (connection) store.setState({ connection: { ...connection, ...change } });
}

function isShown({ id, environment }: Which): boolean {
  const spec = store.getState().connection?.view.spec;
  return spec?.id === id && spec.environment === environment;
}

/** Opens a connection, or the list with null; asks first where something is not stored. */
export async function goToConnection(to: Which | null): Promise<void> {
  const { connection } = store.getState();
  if (connection && isChanged(connection)) store.setState({ leaving: { to } });
  else await openConnection(to);
}

/** Opens a connection, or the list with null. What was typed and not stored is lost. */
export async function openConnection(to: Which | null): Promise<void> {
  store.setState({ leaving: null });
  if (to === null) {
    store.setState({ connection: null });
    await loadConnections();
    return;
  }
  try {
    const [view] = await Promise.all([host().call("connections.open", to), loadForm()]);
    show(view);
    store.setState({ screen: "connections", overlay: null });
  } catch (thrown) {
    report(thrown);
  }
}

/** Makes a connection and gives its id; null where it could not be made. */
export async function createConnection(
  made: Pick<ConnectionSpec, "name" | "base_url" | "environment"> & { auth: string },
): Promise<string | null> {
  try {
    await loadForm();
    const { connectionForm } = store.getState();
    const { auth, ...named } = made;
    const draft = setAt(blankConnection(named), "/auth", { type: auth });
    const spec = storable(connectionForm ?? [], draft);
    const view = await host().call("connections.save", { spec });
    await loadConnections();
    show(view);
    return view.spec.id;
  } catch (thrown) {
    report(thrown);
    return null;
  }
}

/** Changes the value at a JSON pointer of the draft; undefined takes it away. */
export function changeConnection(pointer: string, value: unknown): void {
  const { connection } = store.getState();
  if (connection) patch({ draft: setAt(connection.draft, pointer, value) });
}

/** Takes back what was typed since it was stored. */
export function discardConnection(): void {
  const { connection } = store.getState();
  if (connection) patch({ draft: connection.view.spec });
}

/** Stores the draft; tells whether it could be. */
export async function saveConnection(): Promise<boolean> {
  const { connection, connectionForm } = store.getState();
  if (!connection || connectionForm === null) return false;
  if (!isChanged(connection)) return true;
  patch({ busy: "saving" });
  try {
    const spec = storable(connectionForm, connection.draft);
    const view = await host().call("connections.save", { spec, was: whichOf(connection.view) });
    show(view);
    toast("ok", t("connection.saved", { name: view.spec.name }));
    await loadConnections();
    return true;
  } catch (thrown) {
    patch({ busy: null });
    report(thrown);
    return false;
  }
}

async function reopen(which: Which): Promise<void> {
  const view = await host().call("connections.open", which);
  const { connection } = store.getState();
  if (!connection || !isShown(which)) return;
  const draft = isChanged(connection) ? connection.draft : view.spec;
  store.setState({ connection: { ...connection, view, draft, busy: null } });
}

/** Sets a secret, or clears it with null. It is not kept on this side. */
export async function setSecret(
  slot: string,
  label: string,
  value: string | null,
): Promise<boolean> {
  const { connection } = store.getState();
  if (!connection) return false;
  const which = whichOf(connection.view);
  try {
    const view = await host().call("connections.secret", { ...which, slot, value });
    if (isShown(which)) patch({ view });
    toast("ok", t(value === null ? "secret.cleared" : "secret.stored", { label }));
    await loadConnections();
    return true;
  } catch (thrown) {
    const error = report(thrown);
    if (error.code === "locked") askToUnlock();
    return false;
  }
}

/** Asks the system who we are there; stores what was typed before. */
export async function testConnection(): Promise<void> {
  const { connection } = store.getState();
  if (!connection) return;
  if (isChanged(connection) && !(await saveConnection())) return;
  const { connection: saved } = store.getState();
  if (!saved) return;
  const which = whichOf(saved.view);
  patch({ busy: "testing" });
  try {
    const tested = await host().call("connections.test", which);
    if (isShown(which)) {
      const { connection: now } = store.getState();
      if (now) patch({ busy: null, view: { ...now.view, tested, tested_at: Date.now() } });
    }
    await reopen(which);
    await loadConnections();
  } catch (thrown) {
    patch({ busy: null });
    report(thrown);
  }
}

/** Begins a sign-in: what is asked for is shown before the browser opens. */
export async function beginConsent(): Promise<void> {
  const { connection } = store.getState();
  if (!connection) return;
  if (isChanged(connection) && !(await saveConnection())) return;
  const { connection: saved } = store.getState();
  if (!saved) return;
  try {
    const told = await host().call("connections.consent", whichOf(saved.view));
    patch({ consent: { told, isWaiting: false } });
  } catch (thrown) {
    report(thrown);
  }
}

/** Opens the system's page in the browser, and waits for the user's yes. */
export async function goOnWithConsent(): Promise<void> {
  const consent = store.getState().connection?.consent;
  if (!consent) return;
  try {
    await host().openOutside(consent.told.url);
  } catch (thrown) {
    report(thrown);
  }
  if (!consent.isWaiting) await waitForConsent(consent.told.consent);
}

async function waitForConsent(consent: string): Promise<void> {
  const isOurs = () => store.getState().connection?.consent?.told.consent === consent;
  const { connection } = store.getState();
  if (!connection?.consent) return;
  patch({ consent: { ...connection.consent, isWaiting: true } });
  try {
    const view = await host().call("connections.consent.wait", { consent });
    if (isOurs()) patch({ view, draft: view.spec, consent: null });
    toast("ok", t("consent.done", { name: view.spec.name }));
    await loadConnections();
  } catch (thrown) {
    if (!isOurs()) return;
    patch({ consent: null });
    report(thrown);
  }
}

/** Gives a sign-in up. */
export async function cancelConsent(): Promise<void> {
  const consent = store.getState().connection?.consent;
  if (!consent) return;
  patch({ consent: null });
  try {
    await host().call("connections.consent.cancel", { consent: consent.told.consent });
  } catch (thrown) {
    report(thrown);
  }
}

/** Forgets what the system gave out. */
export async function disconnectConnection(): Promise<void> {
  const { connection } = store.getState();
  if (!connection) return;
  const which = whichOf(connection.view);
  try {
    await host().call("connections.disconnect", which);
    await reopen(which);
    toast("ok", t("connection.disconnected", { name: connection.view.spec.name }));
    await loadConnections();
  } catch (thrown) {
    report(thrown);
  }
}

/** Copies a connection to another environment and opens the copy; its secrets are not copied. */
export async function duplicateConnection(from: Which, to: Environment): Promise<void> {
  try {
    const [view] = await Promise.all([
      host().call("connections.duplicate", { ...from, to }),
      loadForm(),
    ]);
    show(view);
    store.setState({ screen: "connections" });
    toast("ok", t("connection.duplicated", { environment: t(`environment.in.${to}`) }));
    await loadConnections();
  } catch (thrown) {
    report(thrown);
  }
}

/** Deletes a connection for good; the user was asked before. */
export async function deleteConnection(which: Which, name: string): Promise<void> {
  try {
    await host().call("connections.delete", which);
    if (isShown(which)) store.setState({ connection: null });
    const environment = t(`environment.in.${which.environment}`);
    toast("ok", t("connection.deleted", { name, environment }));
    await loadConnections();
  } catch (thrown) {
    report(thrown);
  }
}

/** Asks for the passphrase of the secrets. */
export function askToUnlock(): void {
  store.setState({ overlay: { type: "unlock" } });
}

/** Gives the passphrase of the secrets; the sentence of what is wrong, where it is. */
export async function unlockVault(passphrase: string): Promise<string | null> {
  try {
    store.setState({ vault: await host().call("vault.unlock", { passphrase }), overlay: null });
    toast("ok", t("vault.unlocked"));
    const { connection } = store.getState();
    if (connection) await reopen(whichOf(connection.view));
    await loadConnections();
    return null;
  } catch (thrown) {
    return toHostError(thrown).message;
  }
}

/** The host says that a connection is another one now, or is gone. */
export async function heardOfConnection(which: Which, isGone: boolean): Promise<void> {
  await loadConnections();
  const { connection } = store.getState();
  if (!connection || !isShown(which) || connection.busy !== null) return;
  try {
    if (isGone) {
      store.setState({ connection: null });
      toast("neutral", t("connection.gone", { name: connection.view.spec.name }));
    } else await reopen(which);
  } catch {
    // It went away between the event and the question; the next event says so.
  }
}
