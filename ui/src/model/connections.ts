/**
 * Connections: how they are listed, which fields their form shows, and what is stored of a draft.
 * Pure; `connections/` draws them.
 */
import type { ConnectionSpec } from "../bindings/ConnectionSpec";
import type { ConnectionSummary } from "../bindings/ConnectionSummary";
import type { ConnectionView } from "../bindings/ConnectionView";
import type { Consent } from "../bindings/Consent";
import type { Environment } from "../bindings/Environment";
import type { Field } from "../bindings/Field";
import { escapeKey, getAt, setAt } from "./pointer";

/** All environments, in the order in which work goes through them. */
export const ENVIRONMENTS: readonly Environment[] = ["dev", "test", "production"];

/** The connection on the screen, with what was typed and not stored yet. */
export type OpenConnection = {
  view: ConnectionView;
  draft: ConnectionSpec;
  busy: "saving" | "testing" | null;
  /** The sign-in that is under way. */
  consent: { told: Consent; isWaiting: boolean } | null;
};

/** One connection in all its environments. */
export type ConnectionGroup = {
  id: string;
  name: string;
  base_url: string;
  auth: string;
  flows: number;
  by: Partial<Record<Environment, ConnectionSummary>>;
};

/** The connections by id, each with its environments; named as in the one nearest to production. */
export function grouped(list: readonly ConnectionSummary[]): ConnectionGroup[] {
  const groups = new Map<string, ConnectionGroup>();
  for (const environment of ENVIRONMENTS) {
    for (const each of list.filter((one) => one.environment === environment)) {
      const by = { ...groups.get(each.id)?.by, [environment]: each };
      const { id, name, base_url, auth, flows } = each;
      groups.set(id, { id, name, base_url, auth, flows, by });
    }
  }
  return [...groups.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Those that a search finds, by any word of name, address or way of signing in. */
export function matching(groups: readonly ConnectionGroup[], search: string): ConnectionGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return groups.filter((group) => {
    const urls = ENVIRONMENTS.map((each) => group.by[each]?.base_url ?? "");
    const text = [group.name, group.id, group.auth, ...urls].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const HIDDEN = new Set(["id", "environment"]);
const BASIC = new Set(["name", "base_url", "auth"]);

/** The fields of each OAuth grant; those that are not named belong to all. */
const GRANT_FIELDS: Record<string, readonly string[]> = {
  authorize_url: ["authorization_code"],
  redirect_port: ["authorization_code"],
  redirect_path: ["authorization_code"],
  device_url: ["device_code"],
  user: ["password"],
};

const OAUTH_EXTRAS = new Set([
  "audience",
  "resource",
  "redirect_port",
  "redirect_path",
  "extra",
  "client_auth",
]);

function oauthFields(fields: readonly Field[], spec: ConnectionSpec): Field[] {
  if (spec.auth.type !== "oauth2") return [...fields];
  const { grant = "authorization_code", client_auth } = spec.auth;
  const signs = grant === "jwt_bearer" || client_auth === "private_key_jwt";
  return fields
    .filter(({ key }) => GRANT_FIELDS[key]?.includes(grant) ?? (key !== "jwt" || signs))
    .map((field) => ({ ...field, advanced: field.advanced || OAUTH_EXTRAS.has(field.key) }));
}

/** What is asked for most stands first; what is not named follows in the host's order. */
const ORDER = ["name", "base_url", "auth", "probe", "limits", "tls", "proxy", "expired"];

function rankOf({ key }: Field): number {
  const at = ORDER.indexOf(key);
  return at < 0 ? ORDER.length : at;
}

/** The form of a connection: what matters first, the rest folded, of OAuth only the grant's. */
export function formFor(fields: readonly Field[], spec: ConnectionSpec): Field[] {
  return fields
    .filter((field) => !HIDDEN.has(field.key))
    .sort((a, b) => rankOf(a) - rankOf(b))
    .map((field) => {
      const { kind, key } = field;
      const shown = { ...field, advanced: !BASIC.has(key) };
      if (key !== "auth" || kind.type !== "variants") return shown;
      const options = kind.options.map((option) =>
        option.value === "oauth2"
          ? { ...option, fields: oauthFields(option.fields, spec) }
          : option,
      );
      // Each way has its own help; one more below all their fields would belong to none.
      const { help: _help, ...bare } = shown;
      return { ...bare, kind: { ...kind, options } };
    });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether nothing was said in it: what an emptied form leaves behind. */
function isBlank(value: unknown): boolean {
  if (value === undefined || value === "") return true;
  return isRecord(value) && Object.values(value).every(isBlank);
}

function filled(field: Field, value: unknown): unknown {
  const { kind } = field;
  if (kind.type === "group") {
    if (!field.required && field.default === undefined && isBlank(value)) return undefined;
    return value === undefined && !field.required ? undefined : filledAll(kind.fields, value);
  }
  if (kind.type === "variants" && isRecord(value)) {
    const option = kind.options.find((each) => each.value === value[kind.tag]);
    return option ? { ...filledAll(option.fields, value), [kind.tag]: option.value } : value;
  }
  if (value !== undefined || !field.required) return value;
  return kind.type === "text" || kind.type === "template" ? "" : kind.type === "list" ? [] : value;
}

function filledAll(fields: readonly Field[], value: unknown): Record<string, unknown> {
  const made: Record<string, unknown> = isRecord(value) ? { ...value } : {};
  for (const field of fields) {
    const next = filled(field, made[field.key]);
    if (next === undefined) delete made[field.key];
    else made[field.key] = next;
  }
  return made;
}

/**
 * A draft as the host takes it: texts that must be there are empty rather than absent, groups that
 * were emptied are gone. What is still missing to work, the host says.
 */
export function storable(fields: readonly Field[], draft: ConnectionSpec): ConnectionSpec {
  return fields.reduce((spec, field) => {
    const pointer = `/${escapeKey(field.key)}`;
    return setAt(spec, pointer, filled(field, getAt(spec, pointer)));
  }, draft);
}

/** A connection as it is before anything is said of it. The host's own defaults, as it tells them. */
export function blankConnection(
  made: Pick<ConnectionSpec, "name" | "base_url" | "environment">,
): ConnectionSpec {
  return {
    ...made,
    id: "",
    auth: { type: "none" },
    limits: { learn: true, max_wait_seconds: 3600 },
    circuit: { failures: 20, seconds: 30 },
    tls: { client_certificate: false, extra_ca: "" },
    cookies: false,
    caps: {},
    allow_http: false,
  };
}

/** Keys in one order: setting a value and taking it back moves its key to the end. */
function sorted(_key: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether something was typed that is not stored. */
export function isChanged({ view, draft }: Pick<OpenConnection, "view" | "draft">): boolean {
  return JSON.stringify(view.spec, sorted) !== JSON.stringify(draft, sorted);
}

/** Whether the secrets shown are those of another way of signing in than the draft's. */
export function asksOtherSecrets({ view, draft }: OpenConnection): boolean {
  const parts = ({ auth, tls, proxy }: ConnectionSpec) =>
    JSON.stringify([authParts(auth), tls.client_certificate, Boolean(proxy?.user)]);
  return parts(view.spec) !== parts(draft);
}

function authParts(auth: ConnectionSpec["auth"]): unknown {
  if (auth.type === "oauth2") return [auth.type, auth.grant, auth.client_auth];
  return auth.type === "headers" ? [auth.type, auth.names] : [auth.type];
}

/** How a connection that a node names stands in an environment. */
export type Found =
  | { state: "none" }
  | { state: "here"; connection: ConnectionSummary }
  | { state: "elsewhere"; connection: ConnectionSummary }
  | { state: "unknown" };

/** Looks a connection up that a node names. */
export function lookUp(
  list: readonly ConnectionSummary[] | null,
  id: string | undefined,
  environment: Environment,
): Found {
  if (id === undefined || list === null) return { state: "none" };
  const all = list.filter((each) => each.id === id);
  const here = all.find((each) => each.environment === environment);
  if (here) return { state: "here", connection: here };
  const [other] = all;
  return other ? { state: "elsewhere", connection: other } : { state: "unknown" };
}

/** The environment that a setting names; development where it names none. */
export function environmentOf(settings: Record<string, unknown>): Environment {
  return ENVIRONMENTS.find((each) => each === settings.environment) ?? "dev";
}
