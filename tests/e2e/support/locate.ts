// Finds what a user would name: "the button Run". Runs inside the page, so it must stand alone.

/** What is looked for: by role and name, else by selector. The first that matches is meant. */
export type Target = {
  role?: "button" | "textbox" | "option" | "row";
  name?: string;
  /** A selector, where role and name cannot find it. */
  css?: string;
  /** A text that is in it. */
  text?: string;
};

/** Gives the middle of what is looked for when it is visible and nothing lies over it. */
export function locate(target: Target): { x: number; y: number } | null {
  const selectors: Record<string, string> = {
    button: "button, [role=button], input[type=submit]",
    textbox:
      "input:not([type=checkbox]):not([type=radio]), textarea, [role=textbox], [role=searchbox], [contenteditable=true]",
    option: "option, [role=option]",
    row: "tr, [role=row]",
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
  const element = matches[0];
  const box = element && visible(element);
  if (!box) return null;
  const inside =
    box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  if (!inside) element.scrollIntoView({ block: "nearest", inline: "nearest" });
  const { x, y, width, height } = element.getBoundingClientRect();
  const middle = { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
  // What something else lies over cannot be clicked, by a user or by a test.
  const top = document.elementFromPoint(middle.x, middle.y);
  const isOnTop = top !== null && (element.contains(top) || top.contains(element));
  return isOnTop ? middle : null;
}
