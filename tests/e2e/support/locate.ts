// Finds what a user would name: "the button Run". Runs inside the page, so it must stand alone.

/** What is looked for: by role and name, else by selector; `nth` counts from 0. */
export type Target = {
  role?:
    | "button"
    | "textbox"
    | "option"
    | "tab"
    | "link"
    | "row"
    | "menuitem"
    | "heading"
    | "listitem";
  name?: string;
  /** A selector, where role and name cannot find it. */
  css?: string;
  /** A text that is in it. */
  text?: string;
  nth?: number;
};

/** Gives the middle of what is looked for when it is visible, else nothing. */
export function locate(target: Target): { x: number; y: number } | null {
  const selectors: Record<string, string> = {
    button: "button, [role=button], input[type=submit]",
    textbox:
      "input:not([type=checkbox]):not([type=radio]), textarea, [role=textbox], [role=searchbox], [contenteditable=true]",
    option: "option, [role=option]",
    tab: "[role=tab]",
    link: "a[href], [role=link]",
    row: "tr, [role=row]",
    menuitem: "[role^=menuitem]",
    heading: "h1, h2, h3, h4, [role=heading]",
    listitem: "li, [role=listitem]",
  };
  const textOf = (ids: string) =>
    ids
      .split(/\s+/)
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join(" ");
  const nameOf = (element: Element): string => {
    const labelled = element.getAttribute("aria-labelledby");
    const labels = "labels" in element ? (element.labels as NodeListOf<Element> | null) : null;
    const label = labels?.length ? [...labels].map((one) => one.textContent).join(" ") : "";
    const name =
      element.getAttribute("aria-label") ||
      (labelled && textOf(labelled)) ||
      label ||
      element.textContent ||
      element.getAttribute("placeholder") ||
      element.getAttribute("title") ||
      "";
    return name.replace(/\s+/g, " ").trim();
  };
  const visible = (element: Element): DOMRect | null => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const shown = box.width > 0 && box.height > 0 && style.visibility !== "hidden";
    return shown ? box : null;
  };

  const selector = target.css ?? (target.role ? selectors[target.role] : "*") ?? "*";
  const matches = [...document.querySelectorAll(selector)].filter((element) => {
    const named = target.name === undefined || nameOf(element) === target.name;
    const holds = target.text === undefined || (element.textContent ?? "").includes(target.text);
    return named && holds && visible(element) !== null;
  });
  const element = matches[target.nth ?? 0];
  const box = element && visible(element);
  if (!box) return null;
  const inside =
    box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  if (!inside) element.scrollIntoView({ block: "nearest", inline: "nearest" });
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
}
