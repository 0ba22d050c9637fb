import type { Host } from "./host";

/** The host in memory is not shipped; `VITE_TRIAL=1 vite build` puts it into a build for measuring. */
const isTrial = import.meta.env.DEV || import.meta.env.VITE_TRIAL === "1";

/** The host that this page stands in front of. */
export async function pickHost(): Promise<Host> {
  const asked = new URLSearchParams(window.location.search);
  if (isTrial && asked.get("host") === "memory") {
    const begun = {
      past: Number(asked.get("past")),
      interrupted: Number(asked.get("interrupted")),
    };
    const samples = asked.has("waiting")
      ? (await import("./memory/waiting")).waitingSamples(Date.now())
      : {};
    const { SAMPLE, largeFlow } = await import("./memory/flows");
    const { SCOPES } = await import("./memory/scopes");
    const sketches = [SAMPLE, SCOPES, largeFlow(500)];
    return (await import("./memory")).memoryHost(sketches, { ...begun, ...samples });
  }
  if ("__TAURI_INTERNALS__" in window) return (await import("./tauri")).tauriHost();
  return (await import("./http")).httpHost();
}
