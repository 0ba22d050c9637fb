import { describe, expect, test } from "vitest";
import type { ConnectionSummary } from "../bindings/ConnectionSummary";
import type { Environment } from "../bindings/Environment";
import type { Field } from "../bindings/Field";
import {
  blankConnection,
  environmentOf,
  formFor,
  grouped,
  isChanged,
  lookUp,
  matching,
  storable,
} from "./connections";
import { setAt } from "./pointer";

function summary(id: string, environment: Environment, name = id): ConnectionSummary {
  const health = { state: "ready" as const, message: "" };
  const base_url = `https://${id}.${environment}.example.com`;
  return { id, environment, name, base_url, auth: "API key", health, flows: 1, updated_at: 0 };
}

const LIST = [
  summary("shop", "production", "Shop"),
  summary("shop", "dev", "Shop, for trying"),
  summary("crm", "test", "CRM"),
];

function field(key: string, more: Partial<Field> = {}): Field {
  return { key, label: key, required: false, advanced: false, kind: { type: "text" }, ...more };
}

const OAUTH = [
  field("grant"),
  field("authorize_url"),
  field("token_url", { required: true }),
  field("device_url"),
  field("user"),
  field("jwt", { kind: { type: "group", fields: [field("algorithm")] } }),
  field("audience"),
];

const FORM: Field[] = [
  field("id"),
  field("name"),
  field("note"),
  field("proxy", { kind: { type: "group", fields: [field("url", { required: true })] } }),
  field("auth", {
    kind: {
      type: "variants",
      tag: "type",
      options: [{ value: "oauth2", label: "OAuth 2.0", fields: OAUTH }],
    },
  }),
];

const BLANK = blankConnection({ name: "Shop", base_url: "", environment: "dev" });
const oauth = (more: Record<string, unknown>) => setAt(BLANK, "/auth", { type: "oauth2", ...more });

function oauthKeys(more: Record<string, unknown>): string[] {
  const auth = formFor(FORM, oauth(more)).find(({ key }) => key === "auth");
  const kind = auth?.kind;
  return kind?.type === "variants" ? (kind.options[0]?.fields.map(({ key }) => key) ?? []) : [];
}

describe("connections", () => {
  test("stand once each, named as nearest to production, with all environments", () => {
    const groups = grouped(LIST);
    expect(groups.map(({ name, by }) => [name, Object.keys(by)])).toEqual([
      ["CRM", ["test"]],
      ["Shop", ["dev", "production"]],
    ]);
    expect(matching(groups, "dev shop").map(({ id }) => id)).toEqual(["shop"]);
    expect(matching(groups, "erp")).toEqual([]);
  });

  test("are found in the environment, and never in another one silently", () => {
    expect(lookUp(LIST, "shop", "dev").state).toBe("here");
    expect(lookUp(LIST, "shop", "test").state).toBe("elsewhere");
    expect(lookUp(LIST, "erp", "dev").state).toBe("unknown");
    expect(lookUp(LIST, undefined, "dev").state).toBe("none");
    expect(environmentOf({ environment: "production" })).toBe("production");
    expect(environmentOf({ environment: "moon" })).toBe("dev");
  });

  test("show what matters first, and of OAuth the fields of the grant", () => {
    const shown = formFor(FORM, BLANK);
    expect(shown.map(({ key, advanced }) => [key, advanced])).toEqual([
      ["name", false],
      ["auth", false],
      ["proxy", true],
      ["note", true],
    ]);
    expect(oauthKeys({ grant: "authorization_code" })).toEqual([
      "grant",
      "authorize_url",
      "token_url",
      "audience",
    ]);
    expect(oauthKeys({ grant: "password" })).toContain("user");
    expect(oauthKeys({ grant: "client_credentials", client_auth: "private_key_jwt" })).toContain(
      "jwt",
    );
  });

  test("are stored with what must be there, and without groups that were emptied", () => {
    const draft = { ...oauth({}), proxy: { url: "" } };
    const { url: _url, ...emptied } = draft.proxy;
    const stored = storable(FORM, setAt(draft, "/proxy", emptied));
    expect(stored.auth).toEqual({ type: "oauth2", token_url: "" });
    expect(stored.proxy).toBeUndefined();
    expect(storable(FORM, draft).proxy).toBeUndefined();
  });

  test("are not changed by a value that was set and taken back", () => {
    const view = { spec: { ...BLANK, note: "n" } };
    const there = setAt(setAt(view.spec, "/note", undefined), "/note", "n");
    const open = (draft: typeof BLANK) => isChanged({ view: asView(view.spec), draft });
    expect(open(there)).toBe(false);
    expect(open(setAt(view.spec, "/note", "m"))).toBe(true);
  });
});

function asView(spec: typeof BLANK) {
  const health = { state: "ready" as const, message: "" };
  return { spec, slots: [], asks_user: false, health, flows: [], environments: [], updated_at: 0 };
}
