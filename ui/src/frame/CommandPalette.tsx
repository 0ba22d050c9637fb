import { Cable, LayoutGrid } from "lucide-react";
import { ACTIONS } from "../actions/all";
import { goToConnection } from "../actions/connections";
import { openFlow } from "../actions/flows";
import { goToNode } from "../actions/select";
import { iconNamed } from "../kit/icons";
import { ENVIRONMENTS, environmentOf, grouped } from "../model/connections";
import { factsOf, typeInfo } from "../model/facts";
import { walk } from "../model/flow";
import { scoreText } from "../model/search";
import { type State, store } from "../model/store";
import { t } from "../words/t";
import { type Pick, PickList } from "./PickList";

const MAX_EACH = 30;

function actionPicks(state: State): Pick[] {
  return ACTIONS.filter(
    (each) => each.id !== "commands" && each.id !== "close" && each.enabled(state),
  ).map((each) => ({
    id: `action ${each.id}`,
    group: t("commands.actions"),
    label: t(each.label),
    ...(each.icon ? { icon: each.icon } : {}),
    ...(each.keys?.[0] ? { keys: each.keys[0] } : {}),
    run: () => each.run(store.getState()),
  }));
}

function nodePicks({ open, catalogue }: State): Pick[] {
  if (!open) return [];
  return [...walk(open.flow)].map(({ node }) => {
    const facts = factsOf(node, open.findings, catalogue);
    return {
      id: `node ${node.id}`,
      group: t("commands.nodes"),
      label: facts.title,
      detail: facts.summary,
      icon: iconNamed(typeInfo(catalogue, node.type)?.icon),
      run: () => goToNode(node.id),
    };
  });
}

function flowPicks({ flows, open }: State): Pick[] {
  return (flows ?? [])
    .filter((flow) => flow.id !== open?.flow.id)
    .map((flow) => ({
      id: `flow ${flow.id}`,
      group: t("commands.flows"),
      label: flow.name,
      detail: flow.about,
      icon: LayoutGrid,
      run: () => void openFlow(flow.id),
    }));
}

function connectionPicks({ connections, settings }: State): Pick[] {
  const now = environmentOf(settings);
  return grouped(connections ?? []).map(({ id, name, by, auth, base_url }) => {
    const there = by[now] ? now : ENVIRONMENTS.find((each) => by[each]);
    return {
      id: `connection ${id}`,
      group: t("commands.connections"),
      label: name,
      detail: `${auth} · ${base_url}`,
      icon: Cable,
      run: () => there && void goToConnection({ id, environment: there }),
    };
  });
}

function best(picks: Pick[], query: string): Pick[] {
  return picks
    .flatMap((pick) => {
      const score = scoreText(pick.label, query);
      return score === null ? [] : [{ pick, score }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_EACH)
    .map((each) => each.pick);
}

function picksFor(query: string): Pick[] {
  const state = store.getState();
  return [actionPicks(state), nodePicks(state), flowPicks(state), connectionPicks(state)].flatMap(
    (picks) => best(picks, query),
  );
}

/** Everything that can be done or gone to, with its key. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  return (
    <PickList
      title={t("commands.label")}
      placeholder={t("commands.search")}
      picksFor={picksFor}
      none={(query) => t("commands.none", { query })}
      onClose={onClose}
    />
  );
}
