import type { ConnectionSpec } from "../../bindings/ConnectionSpec";
import type { ConnectionView } from "../../bindings/ConnectionView";
import type { Environment } from "../../bindings/Environment";
import type { Field } from "../../bindings/Field";
import type { Health } from "../../bindings/Health";
import type { Slot } from "../../bindings/Slot";
import type { Tested } from "../../bindings/Tested";
import type { UiEvent } from "../../bindings/UiEvent";
import type { Which } from "../../bindings/Which";
import { blankConnection, ENVIRONMENTS } from "../../model/connections";
import { freshId } from "../../model/flow";
import type { CommandName, Commands } from "../commands";
import { HostError } from "../host";

type Stored = { spec: ConnectionSpec; set: Set<string>; tested?: Tested; at: number };
type ConnectionCommand = Extract<CommandName, `connections.${string}` | `vault.${string}`>;
type Handlers = { [K in ConnectionCommand]: (args: Commands[K]["args"]) => Commands[K]["ret"] };

function slot(name: string, label: string, more: Partial<Slot> = {}): Slot {
  return {
    name,
    label,
    help: "The system gave it to you.",
    multiline: false,
    required: true,
    by_itself: false,
    ...more,
  };
}

function slotsOf({ auth, tls }: ConnectionSpec): Slot[] {
  const certificate = slot("client_certificate", "Client certificate", { multiline: true });
  const rest = tls.client_certificate ? [certificate] : [];
  switch (auth.type) {
    case "none":
      return rest;
    case "api_key":
      return [slot("key", "Key"), ...rest];
    case "bearer":
      return [slot("token", "Token"), ...rest];
    case "oauth2":
      return [
        slot("client_secret", "Client secret"),
        slot("tokens", "Tokens", { by_itself: true, required: false }),
        ...rest,
      ];
    default:
      return [slot("password", "Password"), ...rest];
  }
}

const asksUser = ({ auth }: ConnectionSpec) =>
  auth.type === "oauth2" && (auth.grant === undefined || auth.grant === "authorization_code");

function healthOf({ spec, set, tested }: Stored): Health {
  const missing = slotsOf(spec).filter((each) => each.required && !set.has(each.name));
  const [first] = missing;
  if (first) return { state: "missing_secrets", message: `"${first.label}" is missing: set it.` };
  if (asksUser(spec) && !set.has("tokens")) {
    return { state: "needs_sign_in", message: "Nobody has said yes to it yet: sign in." };
  }
  if (tested && !tested.ok) return { state: "broken", message: tested.message };
  return { state: "ready", message: "It has all it needs." };
}

const text = (key: string, label: string, more: Partial<Field> = {}): Field => ({
  key,
  label,
  required: false,
  advanced: false,
  kind: { type: "text" },
  ...more,
});

const FORM: Field[] = [
  text("id", "Id", { required: true }),
  text("environment", "Environment"),
  text("name", "Name", { required: true }),
  text("note", "Note", { default: "" }),
  text("base_url", "Base URL", { example: "https://api.example.com/v2" }),
  text("auth", "Sign-in", {
    default: { type: "none" },
    kind: {
      type: "variants",
      tag: "type",
      options: [
        { value: "none", label: "None", fields: [] },
        {
          value: "api_key",
          label: "API key",
          fields: [text("name", "Name", { default: "X-Api-Key" })],
        },
        {
          value: "basic",
          label: "Basic",
          fields: [text("user", "User", { required: true })],
        },
        { value: "bearer", label: "Bearer token", fields: [] },
        {
          value: "oauth2",
          label: "OAuth 2.0",
          fields: [
            text("authorize_url", "Authorization URL"),
            text("token_url", "Token URL", { required: true }),
            text("device_url", "Device authorization URL"),
            text("client_id", "Client id", { required: true }),
          ],
        },
      ],
    },
  }),
  text("cookies", "Cookies", { kind: { type: "bool" }, default: false }),
];

/** The connections of the host in memory, and its vault. */
export function memoryConnections(tell: (events: UiEvent[]) => void): Handlers {
  const all = new Map<string, Stored>();
  const keyOf = ({ id, environment }: Which) => `${id}@${environment}`;
  const put = (spec: ConnectionSpec, set: string[] = []) =>
    all.set(keyOf(spec), { spec, set: new Set(set), at: Date.now() });
  const shop = (environment: Environment, base_url: string): ConnectionSpec => ({
    ...blankConnection({ name: "Shop", base_url, environment }),
    id: "shop",
    auth: { type: "api_key", place: "header", name: "X-Api-Key", prefix: "" },
  });
  put(shop("dev", "http://127.0.0.1:9000/shop"), ["key"]);
  put(shop("production", "https://api.shop.example.com"));
  let locked = false;
  const stored = (which: Which): Stored => {
    const found = all.get(keyOf(which));
    if (found) return found;
    throw new HostError({ code: "not_found", message: `There is no connection ${which.id}.` });
  };
  const changed = ({ id, environment }: Which, gone = false) =>
    tell([{ type: "connection_changed", id, environment, gone }]);
  const view = (which: Which): ConnectionView => {
    const { spec, set, tested, at } = stored(which);
    return {
      spec,
      slots: slotsOf(spec).map((each) => ({ slot: each, is_set: set.has(each.name) })),
      asks_user: asksUser(spec),
      health: healthOf(stored(which)),
      flows: [],
      environments: ENVIRONMENTS.filter((each) =>
        all.has(keyOf({ id: spec.id, environment: each })),
      ),
      updated_at: at,
      ...(tested ? { tested, tested_at: at } : {}),
    };
  };
  const vault = () => ({ keeper: "keyring" as const, locked, name: "Keyring" });
  return {
    "connections.list": () =>
      [...all.values()].map((each) => ({
        id: each.spec.id,
        environment: each.spec.environment,
        name: each.spec.name,
        base_url: each.spec.base_url,
        auth: each.spec.auth.type,
        health: healthOf(each),
        flows: 0,
        updated_at: each.at,
      })),
    "connections.open": view,
    "connections.form": () => FORM,
    "connections.save": ({ spec, was }) => {
      const id =
        spec.id || freshId(spec.name, new Set([...all.values()].map((one) => one.spec.id)));
      const old = was ? all.get(keyOf(was)) : undefined;
      if (was) all.delete(keyOf(was));
      put({ ...spec, id }, [...(old?.set ?? [])]);
      changed({ id, environment: spec.environment });
      return view({ id, environment: spec.environment });
    },
    "connections.duplicate": ({ id, environment, to }) => {
      put({ ...stored({ id, environment }).spec, environment: to });
      changed({ id, environment: to });
      return view({ id, environment: to });
    },
    "connections.delete": (which) => {
      all.delete(keyOf(stored(which).spec));
      changed(which, true);
      return null;
    },
    "connections.secret": ({ slot: name, value, ...which }) => {
      const { set } = stored(which);
      if (value) set.add(name);
      else set.delete(name);
      return view(which);
    },
    "connections.test": (which) => {
      const connection = stored(which);
      const { tested: _last, ...untested } = connection;
      const { state, message } = healthOf(untested);
      const ok = state === "ready";
      connection.tested = {
        ok,
        ...(ok ? { account: "ada@example.com" } : {}),
        scopes: [],
        took_ms: 12,
        message: ok ? "The system knows you." : message,
        advice: "",
      };
      return connection.tested;
    },
    "connections.consent": () => ({
      consent: "c1",
      url: "https://id.example.com/authorize",
      scopes_in_words: ["Read orders"],
    }),
    "connections.consent.wait": () => {
      throw new HostError({ code: "invalid", message: "Nobody said yes." });
    },
    "connections.consent.cancel": () => null,
    "connections.disconnect": (which) => {
      stored(which).set.delete("tokens");
      return view(which);
    },
    "vault.state": vault,
    "vault.unlock": () => {
      locked = false;
      return vault();
    },
  };
}
