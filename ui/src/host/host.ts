import type { ApiError } from "../bindings/ApiError";
import type { UiEvent } from "../bindings/UiEvent";
import type { CommandName, Commands } from "./commands";

/** The UI's only door to the program behind it. It knows nothing of windows, HTTP or files. */
export interface Host {
  readonly kind: "tauri" | "http" | "memory";
  /** Runs a command. Rejects with `HostError`. */
  call<K extends CommandName>(name: K, args: Commands[K]["args"]): Promise<Commands[K]["ret"]>;
  /** Opens an address in the system's browser. */
  openOutside(url: string): Promise<void>;
  /** Tells of what happens, in batches, until the returned function is called. */
  subscribe(onEvents: (events: UiEvent[]) => void): () => void;
}

/** A command that could not be done, with the host's sentence as its message. */
export class HostError extends Error {
  readonly code: ApiError["code"];
  readonly at: ApiError["at"];

  constructor(error: ApiError) {
    super(error.message);
    this.name = "HostError";
    this.code = error.code;
    this.at = error.at;
  }
}

function isApiError(thrown: unknown): thrown is ApiError {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "code" in thrown &&
    "message" in thrown &&
    typeof thrown.message === "string"
  );
}

/** Makes a `HostError` of whatever was thrown. */
export function toHostError(thrown: unknown): HostError {
  if (thrown instanceof HostError) return thrown;
  if (isApiError(thrown)) return new HostError(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HostError({ code: "internal", message });
}
