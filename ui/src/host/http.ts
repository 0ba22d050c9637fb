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
    async openOutside(url) {
      window.open(url, "_blank", "noopener");
    },
    subscribe(onEvents) {
      const listen = () => {
        // EventSource cannot send headers, so the token travels in the address.
        const source = new EventSource(`api/events?token=${encodeURIComponent(token)}`);
        source.onmessage = (message: MessageEvent<string>) => {
          const events: UiEvent[] = JSON.parse(message.data);
          onEvents(events);
        };
        return source;
      };
      let source = listen();
      // A page that is left may be kept by the browser with its connection, and a host has six of
      // them: without this the sixth reload would wait for ever.
      const leave = () => source.close();
      const comeBack = (event: PageTransitionEvent) => {
        if (!event.persisted) return;
        source = listen();
        onEvents([{ type: "resync" }]);
      };
      window.addEventListener("pagehide", leave);
      window.addEventListener("pageshow", comeBack);
      return () => {
        window.removeEventListener("pagehide", leave);
        window.removeEventListener("pageshow", comeBack);
        source.close();
      };
    },
  };
}
