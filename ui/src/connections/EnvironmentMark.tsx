import type { Environment } from "../bindings/Environment";
import { Badge } from "../kit/Badge";
import { t } from "../words/t";
import { environmentSign } from "./health";

/** An environment by its sign, its colour and its word. */
export function EnvironmentMark({ environment }: { environment: Environment }) {
  const { icon, tone } = environmentSign(environment);
  return (
    <Badge tone={tone} icon={icon}>
      {t(`environment.${environment}`)}
    </Badge>
  );
}
