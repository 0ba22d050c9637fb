import type { Host } from "./host";

/** The host in memory is not shipped; `VITE_TRIAL=1 vite build` puts it into a build for measuring. */
const isTrial = import.meta.env.DEV || import.meta.env.VITE_TRIAL === "1";

/** The host that this page stands in front of. */
export async function pickHost(): Promise<Host> {
  const asked = new URLSearchParams(window.location.search).get("host");
  if (isTrial && asked === "memory") {
    return (await import("./memory")).memoryHost();
  }
  if ("__TAURI_INTERNALS__" in window) return (await import("./tauri")).tauriHost();
  return (await import("./http")).httpHost();
}
