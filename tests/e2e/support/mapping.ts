// A mapping of twelve fields, built in the mapper: by mouse, or by keyboard alone. No expression is
// typed. What the preview shows is read from the page.

import { click, type Driver, drag, fill, type Point, seen, until } from "./driver";

/** Orders as a shop has them: a remark that may lack, a weight that is a text, lines. */
export const SALES = [
  sale(1, "Ada King", 1234.5, [line("A-1", 2, 500), line("B-7", 1, 234.5)], "ring twice"),
  sale(2, "Bo Diaz", 80, [line("A-1", 1, 80)]),
  sale(3, "Cy Young", 0.5, [line("C-3", 5, 0.1)], ""),
];

function sale(id: number, name: string, total: number, lines: object[], note?: string) {
  return {
    number: `SO-${id}`,
    customer: { id: 500 + id, name, email: `${name.replace(" ", ".")}@Example.com` },
    currency: "EUR",
    created_at: `2026-08-0${id}T06:19:00Z`,
    weight: `${id}.50`,
    total,
    lines,
    ...(note === undefined ? {} : { note }),
  };
}

function line(sku: string, quantity: number, price: number) {
  return { sku, quantity, amount: quantity * price };
}

/** A flow that fetches the orders and maps nothing yet. */
export function unmappedFlow(shop: string): string {
  return JSON.stringify({
    gantry: 1,
    id: "mapped",
    name: "Mapped orders",
    nodes: [
      { id: "start", type: "trigger.manual" },
      {
        id: "orders",
        type: "http.request",
        name: "Fetch orders",
        params: { method: "GET", url: `${shop}/orders` },
      },
      { id: "map", type: "data.map", name: "Sales order", params: { fields: [] } },
    ],
    wires: [
      { from: "start", to: "orders" },
      { from: "orders", to: "map" },
    ],
  });
}

/** What the mapping makes of the first order. */
export const FIRST = {
  order_no: "SO-1",
  customer: "Ada King",
  email: "ada.king@example.com",
  reference: "SO-1 501",
  currency: "EUR",
  total: "1,234.50",
  line_total: 1234.5,
  line_count: 2,
  remark: "ring twice",
  weight: 1.5,
  ordered_on: "2026-08-01",
  positions: [
    { sku: "A-1", qty: 2 },
    { sku: "B-7", qty: 1 },
  ],
};

/** The rows in their order: the field, and the source by its path. */
const ROWS: [to: string, source: string][] = [
  ["order_no", "number"],
  ["customer", "customer.name"],
  ["email", "customer.email"],
  ["reference", "number"],
  ["currency", "currency"],
  ["total", "total"],
  ["line_total", "lines.amount"],
  ["line_count", "lines.sku"],
  ["remark", "note"],
  ["weight", "weight"],
  ["ordered_on", "created_at"],
  ["positions", "lines"],
];

const ENTRY: [to: string, source: string][] = [
  ["sku", "lines.sku"],
  ["qty", "lines.quantity"],
];

const newField = (list = "") => ({ css: `[data-target="new ${list}"]` });
const target = (row: string) => ({ css: `[data-target="${row}"]` });
const source = (path: string) => ({ css: `[data-source="${path}"]` });

/** Selects the node on the canvas, has the flow run once, and opens the mapper. */
export async function openByMouse(page: Driver): Promise<void> {
  await click(page, { role: "button", name: "Run" });
  await seen(page, { css: "[role=status]", text: "Done" }, 30_000);
  await click(page, { css: '.react-flow__node[aria-label^="Sales order,"]' });
  await click(page, { role: "button", name: "Open mapper" });
  await seen(page, source("number"));
}

/** Builds the mapping with the pointer; only the names of fields are typed. */
export async function mapByMouse(page: Driver): Promise<void> {
  for (const [row, [to]] of ROWS.entries()) {
    await typeField(page, to, newField(), `${row}`);
  }
  for (const [row, [to, path]] of ROWS.entries()) {
    await dragOnto(page, path, `${row}`);
    await until(`${to} from ${path}`, () => isMadeFrom(page, `${row}`));
  }
  for (const [row, [to, path]] of ENTRY.entries()) {
    await typeField(page, to, newField("11"), `11.${row}`);
    await dragOnto(page, path, `11.${row}`);
    await until(`${to} from ${path}`, () => isMadeFrom(page, `11.${row}`));
  }
  await functionByMouse(page, "2", "Small letters");
  await dragOnto(page, "customer.id", "3");
  await click(page, { css: "[role=menuitem]", name: "Put it behind, as one text" });
  await functionByMouse(page, "5", "Write a number as");
  await click(page, { role: "button", name: "Done" });
  await functionByMouse(page, "6", "Sum");
  await functionByMouse(page, "7", "Count");
  await click(page, { role: "button", name: "remark, if there is no value" });
  await click(page, { css: "[role=menuitem]", name: "Use the default value" });
  await fill(page, { role: "textbox", name: "Value of remark where there is none" }, "none");
  await page.press("Enter");
  await typeByMouse(page, "weight", "Number");
  await typeByMouse(page, "ordered_on", "Date");
}

async function typeField(
  page: Driver,
  name: string,
  place: { css: string },
  row: string,
): Promise<void> {
  await click(page, { css: `${place.css} [data-name]` });
  await seen(page, { css: `${place.css} input` });
  await page.type(name);
  await page.press("Enter");
  await seen(page, target(row));
}

async function dragOnto(page: Driver, path: string, row: string): Promise<void> {
  const from = await seen(page, source(path));
  const to: Point = await seen(page, target(row));
  await drag(page, from, to);
}

async function isMadeFrom(page: Driver, row: string): Promise<boolean> {
  return page.run((id) => {
    const text = document.querySelector(`[data-target="${id}"]`)?.textContent;
    return text !== undefined && text !== null && !text.includes("not mapped yet");
  }, row);
}

async function functionByMouse(page: Driver, row: string, name: string): Promise<void> {
  await click(page, { css: `[data-target="${row}"] button[aria-label="Functions"]` });
  await click(page, { role: "option", name });
  await hasStep(page, row, name);
}

async function hasStep(page: Driver, row: string, name: string): Promise<void> {
  await until(`${name} in ${row}`, () =>
    page.run(
      (id, label) => {
        const cell = document.querySelector(`[data-target="${id}"]`);
        return [...(cell?.querySelectorAll("button") ?? [])].some((each) =>
          each.textContent?.startsWith(label),
        );
      },
      row,
      name,
    ),
  );
}

async function typeByMouse(page: Driver, field: string, type: string): Promise<void> {
  await click(page, { role: "button", name: `Type of ${field}` });
  await click(page, { css: "[role=menuitem]", name: type });
}

/** Goes to the node by the command palette, has the flow run once, and opens the mapper. */
export async function openByKeyboard(page: Driver): Promise<void> {
  await page.press("Control+Enter");
  await seen(page, { css: "[role=status]", text: "Done" }, 30_000);
  await page.press("Control+k");
  await seen(page, { role: "textbox", name: "Search commands, nodes, flows and connections" });
  await page.type("Sales order");
  await seen(page, { role: "option", name: "Sales order" });
  await page.press("Enter");
  await seen(page, { role: "button", name: "Open mapper" });
  await page.press("m");
  await seen(page, source("number"));
}

/** Builds the mapping with keys alone; only names and searches are typed. */
export async function mapByKeyboard(page: Driver): Promise<void> {
  await page.press("Tab");
  for (const [row, [to]] of ROWS.entries()) await nameField(page, to, `${row}`);
  await page.press("Shift+Tab");
  for (const [row, [to, path]] of ROWS.entries()) {
    await pickUp(page, path);
    await goTo(page, `${row}`);
    await page.press("Enter");
    await until(`${to} from ${path}`, () => isMadeFrom(page, `${row}`));
  }
  for (const [row, [to, path]] of ENTRY.entries()) {
    await page.press("Tab");
    await goTo(page, "new 11");
    await page.type(to);
    await page.press("Enter");
    await seen(page, target(`11.${row}`));
    await page.press("Shift+Tab");
    await pickUp(page, path);
    await goTo(page, `11.${row}`);
    await page.press("Enter");
    await until(`${to} from ${path}`, () => isMadeFrom(page, `11.${row}`));
  }
  await pickUp(page, "customer.id");
  await goTo(page, "3");
  await page.press("Enter");
  await seen(page, { css: "[role=menuitem]", name: "Put it behind, as one text" });
  await page.press("ArrowDown");
  await page.press("Enter");
  await until("the parts", async () => !(await isOpen(page, "menuitem")));
  await page.press("Tab");
  await functionByKeyboard(page, "2", "Small letters");
  await functionByKeyboard(page, "5", "Write a number as");
  await page.press("Escape");
  await until("the rule closed", async () => !(await isOpen(page, "dialog")));
  await functionByKeyboard(page, "6", "Sum");
  await functionByKeyboard(page, "7", "Count");
  await choose(page, "8", "!", "Use the default value");
  await seen(page, { role: "textbox", name: "Value of remark where there is none" });
  await page.press("Control+a");
  await page.type("none");
  await page.press("Enter");
  await until("the default closed", async () => !(await isOpen(page, "dialog")));
  await choose(page, "9", ":", "Number");
  await choose(page, "10", ":", "Date");
}

async function nameField(page: Driver, name: string, row: string): Promise<void> {
  await page.press("End");
  await page.type(name);
  await page.press("Enter");
  await seen(page, target(row));
  await until("the tree has the focus", () => hasFocus(page, "Target fields"));
}

/** Searches for a source and picks it up; the focus is then among the fields. */
async function pickUp(page: Driver, path: string): Promise<void> {
  await until("the sources have the focus", () => hasFocus(page, "Source fields"));
  await page.press("Home");
  const name = path.split(".").at(-1) ?? path;
  await page.type(name);
  await seen(page, source(path));
  await page.press("Enter");
  await until("the sources have the focus", () => hasFocus(page, "Source fields"));
  for (let tried = 0; tried < 20; tried++) {
    if (await isActive(page, `[data-source="${path}"]`)) break;
    await page.press("ArrowDown");
  }
  await page.press("Enter");
  await until(`${path} picked up`, () => hasFocus(page, "Target fields"));
}

/** Goes to a row with the arrows. */
async function goTo(page: Driver, row: string): Promise<void> {
  await until("the fields have the focus", () => hasFocus(page, "Target fields"));
  await page.press("Home");
  for (let step = 0; step < 40; step++) {
    if (await isActive(page, `[data-target="${row}"]`)) return;
    await page.press("ArrowDown");
  }
  throw new Error(`no way to the row ${row} by the arrows`);
}

async function functionByKeyboard(page: Driver, row: string, name: string): Promise<void> {
  await goTo(page, row);
  await page.press(".");
  await until("the functions", () => isOpen(page, "option"));
  await page.type(name);
  await until(`${name} first`, () =>
    page.run(
      (label) =>
        document.querySelector("[role=option][aria-selected=true]")?.getAttribute("aria-label") ===
        label,
      name,
    ),
  );
  await page.press("Enter");
  await hasStep(page, row, name);
}

async function choose(page: Driver, row: string, key: string, choice: string): Promise<void> {
  await goTo(page, row);
  await page.press(key);
  await seen(page, { css: "[role=menuitem]", name: choice });
  for (let step = 0; step < 30; step++) {
    const isThere = await page.run(
      (label) => document.activeElement?.textContent === label,
      choice,
    );
    if (isThere) break;
    await page.press("ArrowDown");
  }
  await page.press("Enter");
  await until("the menu closed", async () => !(await isOpen(page, "menuitem")));
}

async function isOpen(page: Driver, role: string): Promise<boolean> {
  return page.run((name) => document.querySelector(`[role=${name}]`) !== null, role);
}

async function hasFocus(page: Driver, name: string): Promise<boolean> {
  return page.run((label) => document.activeElement?.getAttribute("aria-label") === label, name);
}

async function isActive(page: Driver, selector: string): Promise<boolean> {
  return page.run(
    (css) => document.querySelector(css)?.getAttribute("aria-selected") === "true",
    selector,
  );
}

/** Takes the last change back and makes it again: the type of a field. */
export async function undoAndRedo(page: Driver): Promise<void> {
  const type = () =>
    page.run(
      () => document.querySelector('button[aria-label="Type of ordered_on"]')?.textContent ?? "",
    );
  await page.press("Control+z");
  await until("the type taken back", async () => (await type()) === "Any");
  await page.press("Control+Shift+z");
  await until("the type made again", async () => (await type()) === "Date");
}

/** What the preview shows as the output of each item, read off the page. */
export async function shownOutputs(page: Driver, count: number): Promise<unknown[]> {
  const outputs: unknown[] = [];
  for (let n = 1; n <= count; n++) {
    await seen(page, { css: "[aria-label=Preview]", text: `item ${n} of ${count}` });
    const text = await until(`output ${n}`, async () => {
      const shown = await page.run(() => {
        const pane = document.querySelector("[aria-label=Preview]:not([data-old])");
        return pane?.querySelector<HTMLElement>("[data-side=output] > div:last-child")?.innerText;
      });
      return shown?.trimEnd().endsWith("}") ? shown : null;
    });
    // Names stand without quotes there.
    outputs.push(JSON.parse(text.replace(/^(\s*)(\w+):/gm, '$1"$2":')));
    if (n < count) await click(page, { role: "button", name: "Result for the next item" });
  }
  return outputs;
}
