/** Which node types belong inside which scopes; the catalogue's examples show them there. Pure. */
import type { FlowFile } from "../bindings/FlowFile";
import type { NodeInfo } from "../bindings/NodeInfo";
import { findNode } from "./flow";

const homes = new WeakMap<NodeInfo, readonly string[]>();

function typeOf(scope: unknown): string | null {
  if (typeof scope !== "object" || scope === null || !("type" in scope)) return null;
  return typeof scope.type === "string" ? scope.type : null;
}

/** The types of scopes that a node of this type stands in; none for one that may stand anywhere. */
export function homesOf(info: NodeInfo): readonly string[] {
  const known = homes.get(info);
  if (known) return known;
  const types = info.examples.flatMap((example) =>
    "around" in example ? (typeOf(example.around) ?? []) : [],
  );
  const own = [...new Set(types)];
  homes.set(info, own);
  return own;
}

/** The types of the scopes around a node's inside, the nearest first. */
export function scopesAround(flow: FlowFile, scope: string | null): string[] {
  const types: string[] = [];
  for (let at = scope; at !== null; ) {
    const found = findNode(flow, at);
    if (!found) break;
    types.push(found.node.type);
    at = found.scope;
  }
  return types;
}

/** The types that belong where something is to be put in come first; the others keep their order. */
export function homeFirst(
  catalogue: readonly NodeInfo[],
  around: readonly string[],
): { home: NodeInfo[]; others: NodeInfo[] } {
  const isHome = (info: NodeInfo) => homesOf(info).some((type) => around.includes(type));
  return {
    home: catalogue.filter(isHome),
    others: catalogue.filter((info) => !isHome(info)),
  };
}
