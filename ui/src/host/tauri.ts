import { Channel, invoke } from "@tauri-apps/api/core";
import type { UiEvent } from "../bindings/UiEvent";
import type { CommandName, Commands } from "./commands";
import { type Host, toHostError } from "./host";

/** The window may hand JSON over as bytes, which is faster for long answers. */
function read<K extends CommandName>(answer: unknown): Commands[K]["ret"] {
  const value: unknown =
    answer instanceof ArrayBuffer ? JSON.parse(new TextDecoder().decode(answer)) : answer;
  return value as Commands[K]["ret"];
}

/** The host behind the desktop window: one command, one channel. */
export function tauriHost(): Host {
  return {
    kind: "tauri",
    async call<K extends CommandName>(name: K, args: Commands[K]["args"]) {
      try {
        return read<K>(await invoke("call", { name, body: args }));
      } catch (thrown) {
        throw toHostError(thrown);
      }
    },
    async openOutside(url) {
      try {
        await invoke("open_outside", { url });
      } catch (thrown) {
        throw toHostError(thrown);
      }
    },
    subscribe(onEvents) {
      let live = true;
      const events = new Channel<UiEvent[]>();
      events.onmessage = (batch) => {
        if (live) onEvents(batch);
      };
      invoke("subscribe", { events }).catch((thrown: unknown) => {
        console.error(toHostError(thrown).message);
      });
      return () => {
        live = false;
      };
    },
  };
}
