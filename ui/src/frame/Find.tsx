import { goToField, goToNode } from "../actions/select";
import { iconNamed } from "../kit/icons";
import { typeInfo } from "../model/facts";
import { findInFlow } from "../model/find";
import { store } from "../model/store";
import { t } from "../words/t";
import { type Pick, PickList } from "./PickList";

const MAX = 100;

function picksFor(query: string): Pick[] {
  const { open, catalogue } = store.getState();
  if (!open) return [];
  const hits = findInFlow(open.flow, open.findings, catalogue, query);
  return hits.slice(0, MAX).map((hit) => ({
    id: `${hit.node} ${hit.key}`,
    group: t("find.count", { n: hits.length }),
    label: hit.title,
    detail: hit.text,
    icon: iconNamed(typeInfo(catalogue, hit.type)?.icon),
    run: () => (hit.key === null ? goToNode(hit.node) : goToField(hit.node, hit.key)),
  }));
}

/** Finds nodes by what stands in them, and goes there. */
export function Find({ onClose }: { onClose: () => void }) {
  return (
    <PickList
      title={t("find.label")}
      placeholder={t("find.search")}
      picksFor={picksFor}
      none={(query) => t("find.none", { query })}
      onClose={onClose}
    />
  );
}
