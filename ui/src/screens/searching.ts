/** Which flows and templates a search finds. Pure. */
import type { FlowSummary } from "../bindings/FlowSummary";
import type { TemplateSummary } from "../bindings/TemplateSummary";

/** Flows whose name, purpose or node types hold every word. */
export function flowsMatching(flows: readonly FlowSummary[], search: string): FlowSummary[] {
  return flows.filter((flow) => holds(search, [flow.name, flow.about, flow.id, ...flow.types]));
}

/** Templates whose name, purpose or node types hold every word. */
export function templatesMatching(
  templates: readonly TemplateSummary[],
  search: string,
): TemplateSummary[] {
  return templates.filter((each) => holds(search, [each.name, each.about, each.id, ...each.types]));
}

function holds(search: string, texts: readonly string[]): boolean {
  const all = texts.join("\n").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
