import type { UiEvent } from "../bindings/UiEvent";
import { t } from "../words/t";
import { type Host, HostError, toHostError } from "./host";

const TOKEN_KEY = "gantry-token";

/** Takes the token out of the address, keeps it for reloads, and gives it. */
function takeToken(): string {
  const url = new URL(window.location.href);
  const fresh = url.searchParams.get("token");
  if (fresh !== null) {
    sessionStorage.setItem(TOKEN_KEY, fresh);
    url.searchParams.delete("token");
    window.history.replaceState(null, "", url);
    return fresh;
  }
  return sessionStorage.getItem(TOKEN_KEY) ?? "";
}

async function post(name: string, args: unknown, token: string): Promise<Response> {
  try {
    return await fetch(`api/call/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-gantry-token": token },
      body: JSON.stringify(args),
    });
  } catch {
    throw new HostError({ code: "internal", message: t("host.unreachable") });
  }
}

/** The host behind `gantry serve`: JSON over HTTP, events as server-sent events. */
export function httpHost(): Host {
  const token = takeToken();
  return {
    kind: "http",
    async call(name, args) {
      const response = await post(name, args, token);
      const text = await response.text();
      if (response.ok) return text === "" ? null : JSON.parse(text);
      if (response.status === 401 || response.status === 403) {
        throw new HostError({ code: "internal", message: t("host.token") });
      }
      try {
        throw toHostError(JSON.parse(text));
      } catch (thrown) {
        if (thrown instanceof HostError) throw thrown;
        throw new HostError({
          code: "internal",
          message: t("host.status", { status: response.status }),
        });
      }
    },
    subscribe(onEvents) {
      // EventSource cannot send headers, so the token travels in the address.
      const source = new EventSource(`api/events?token=${encodeURIComponent(token)}`);
      source.onmessage = (message: MessageEvent<string>) => {
        const events: UiEvent[] = JSON.parse(message.data);
        onEvents(events);
      };
      return () => source.close();
    },
  };
}
