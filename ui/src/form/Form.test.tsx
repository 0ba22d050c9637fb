import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Diagnostic } from "../bindings/Diagnostic";
import type { Field } from "../bindings/Field";
import { Form } from "./Form";

type Change = [key: string, value: unknown, label: string];

function field(key: string, kind: Field["kind"], more: Partial<Field> = {}): Field {
  return { key, label: key.toUpperCase(), required: false, advanced: false, kind, ...more };
}

function show(fields: Field[], value: unknown, diagnostics: Diagnostic[] = []) {
  const changes: Change[] = [];
  const door = {
    diagnostics,
    readOnly: false,
    change: (...change: Change) => void changes.push(change),
    names: { items: undefined, vars: [], env: [], nodes: [] },
    preview: undefined,
  };
  const form = (next: unknown) => (
    <Form fields={fields} value={next} pointer="/params" door={door} />
  );
  const { rerender } = render(form(value));
  return { changes, put: (next: unknown) => rerender(form(next)) };
}

function type(label: string, text: string) {
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } });
}

const pause = () => act(() => vi.advanceTimersByTime(1000));

describe("a form", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("tells typing once, after a pause, with the place and a name for it", () => {
    const { changes } = show([field("path", { type: "text" })], { path: "a" });
    type("PATH", "ab");
    type("PATH", "abc");
    expect(changes).toEqual([]);
    pause();
    expect(changes).toEqual([["/params/path", "abc", "Change PATH"]]);
  });

  it("tells at once what is pending when the field is left", () => {
    const { changes } = show([field("path", { type: "text" })], {});
    type("PATH", "x");
    fireEvent.blur(screen.getByLabelText("PATH"));
    expect(changes).toHaveLength(1);
  });

  it("takes the key away when the field is emptied", () => {
    const { changes } = show([field("path", { type: "text" })], { path: "a" });
    type("PATH", "");
    pause();
    expect(changes[0]?.[1]).toBeUndefined();
  });

  it("shows what undo brings back", () => {
    const { put } = show([field("path", { type: "text" })], { path: "old" });
    type("PATH", "new");
    pause();
    put({ path: "new" });
    put({ path: "old" });
    expect(screen.getByLabelText("PATH")).toHaveProperty("value", "old");
  });

  it("keeps what is no number on the screen and does not store it", () => {
    const kind = { type: "number" as const, integer: true, min: 1 };
    const { changes } = show([field("n", kind)], { n: 3 });
    type("N", "many");
    pause();
    expect(changes).toEqual([]);
    expect(screen.getByText(/not a number/)).toBeTruthy();
    type("N", "7");
    pause();
    expect(changes).toEqual([["/params/n", 7, "Change N"]]);
  });

  it("edits a cell of a row by its pointer, and a row more by the whole list", () => {
    const kind = { type: "rows" as const, columns: [field("to", { type: "text" })] };
    const { changes } = show([field("fields", kind)], { fields: [{ to: "id" }] });
    type("TO, row 1", "no");
    pause();
    fireEvent.click(screen.getByText("Add a row"));
    expect(changes.map(([key, value]) => [key, value])).toEqual([
      ["/params/fields/0/to", "no"],
      ["/params/fields", [{ to: "id" }, {}]],
    ]);
  });

  it("fills cells from a pasted block", () => {
    const kind = {
      type: "rows" as const,
      columns: [field("to", { type: "text" }), field("from", { type: "text" })],
    };
    const { changes } = show([field("fields", kind)], { fields: [{}] });
    fireEvent.paste(screen.getByLabelText("TO, row 1"), {
      clipboardData: { getData: () => "a\tb\nc\td" },
    });
    expect(changes[0]?.[1]).toEqual([
      { to: "a", from: "b" },
      { to: "c", from: "d" },
    ]);
  });

  it("shows what is wrong below the field, and opens a fold that hides it", () => {
    const wrong: Diagnostic = {
      severity: "error",
      code: "param.missing",
      message: "The path is missing.",
      at: { node: "read", key: "/params/path" },
    };
    show([field("path", { type: "text" }, { advanced: true })], {}, [wrong]);
    expect(screen.getByText("The path is missing.")).toBeTruthy();
  });
});
