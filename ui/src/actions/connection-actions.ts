import { Cable } from "lucide-react";
import { environmentSign } from "../connections/health";
import { ENVIRONMENTS, environmentOf } from "../model/connections";
import { store } from "../model/store";
import type { Action } from "./action";
import { setEnvironment } from "./environment";

/** Making a connection, and choosing whose connections runs use. */
export const connectionActions: Action[] = [
  {
    id: "new-connection",
    label: "action.newConnection",
    group: "app",
    icon: Cable,
    reach: "screen",
    enabled: () => true,
    run: () => store.setState({ overlay: { type: "new_connection" } }),
  },
  ...ENVIRONMENTS.map(
    (environment): Action => ({
      id: `environment-${environment}`,
      label: `action.environment.${environment}`,
      group: "run",
      icon: environmentSign(environment).icon,
      reach: "screen",
      enabled: (state) => environmentOf(state.settings) !== environment,
      run: () => void setEnvironment(environment),
    }),
  ),
];
