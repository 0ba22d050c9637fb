import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "@xyflow/react/dist/base.css";
import "./kit/tokens.css";
import "./kit/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { setHost } from "./actions/context";
import { start } from "./actions/start";
import { App } from "./frame/App";
import { pickHost } from "./host/pick";
import { store } from "./model/store";

// For looking at the state while the UI is worked on.
if (import.meta.env.DEV || import.meta.env.VITE_TRIAL === "1")
  Object.assign(window, { __gantry: store });

const root = document.getElementById("root");
if (root) {
  setHost(await pickHost());
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  await start();
}
