/** How a connection stands: its icon, its colour, its word. Always all three. */
import {
  CircleCheck,
  CircleQuestionMark,
  CircleX,
  Clock,
  FlaskConical,
  Hammer,
  KeyRound,
  LogIn,
  type LucideIcon,
  ShieldAlert,
} from "lucide-react";
import type { Environment } from "../bindings/Environment";
import type { Health } from "../bindings/Health";
import type { Tone } from "../kit/Badge";
import { t } from "../words/t";

const DAY_MS = 86_400_000;

/** How a connection stands. */
export function healthStanding(
  health: Health,
  now: number,
): { icon: LucideIcon; tone: Tone; word: string } {
  switch (health.state) {
    case "ready":
      return { icon: CircleCheck, tone: "ok", word: t("health.ready") };
    case "expiring":
      return { icon: Clock, tone: "warning", word: expiryWord(health.until, now) };
    case "missing_secrets":
      return { icon: KeyRound, tone: "warning", word: t("health.missing_secrets") };
    case "needs_sign_in":
      return { icon: LogIn, tone: "warning", word: t("health.needs_sign_in") };
    case "broken":
      return { icon: CircleX, tone: "error", word: t("health.broken") };
    case "unknown":
      return { icon: CircleQuestionMark, tone: "neutral", word: t("health.unknown") };
    default:
      return health.state satisfies never;
  }
}

function expiryWord(until: number | undefined, now: number): string {
  if (until === undefined) return t("health.expiring");
  if (until <= now) return t("health.expired");
  return t("health.expiringIn", { n: Math.max(1, Math.ceil((until - now) / DAY_MS)) });
}

/** The sign of an environment; production's colour is that of danger. */
export function environmentSign(environment: Environment): { icon: LucideIcon; tone: Tone } {
  switch (environment) {
    case "dev":
      return { icon: Hammer, tone: "neutral" };
    case "test":
      return { icon: FlaskConical, tone: "accent" };
    case "production":
      return { icon: ShieldAlert, tone: "error" };
    default:
      return environment satisfies never;
  }
}
