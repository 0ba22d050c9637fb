import { type Host, type HostError, toHostError } from "../host/host";
import { store, type Toast } from "../model/store";

let current: Host | null = null;

/** Tells the actions which host they speak to; once, at the start. */
export function setHost(host: Host): void {
  current = host;
}

/** The host. */
export function host(): Host {
  if (!current) throw new Error("the host is set before anything is drawn");
  return current;
}

let lastToast = 0;
const TOAST_MS = 6000;

/** Shows a short message. Errors stay until they are closed. */
export function toast(tone: Toast["tone"], text: string, action?: Toast["action"]): void {
  lastToast += 1;
  const id = lastToast;
  const made: Toast = { id, tone, text, ...(action ? { action } : {}) };
  store.setState((state) => ({
    toasts: [...state.toasts.filter((each) => each.text !== text).slice(-2), made],
  }));
  if (tone !== "error") setTimeout(() => closeToast(id), TOAST_MS);
}

/** Takes a message away. */
export function closeToast(id: number): void {
  store.setState((state) => ({ toasts: state.toasts.filter((each) => each.id !== id) }));
}

/** Shows the sentence of something that could not be done, and gives it back. */
export function report(thrown: unknown): HostError {
  const error = toHostError(thrown);
  toast("error", error.message);
  return error;
}
