import type { Host } from "./host";

/** The host that this page stands in front of. */
export async function pickHost(): Promise<Host> {
  const asked = new URLSearchParams(window.location.search).get("host");
  if (import.meta.env.DEV && asked === "memory") {
    return (await import("./memory")).memoryHost();
  }
  if ("__TAURI_INTERNALS__" in window) return (await import("./tauri")).tauriHost();
  return (await import("./http")).httpHost();
}
