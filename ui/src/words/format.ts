const number = new Intl.NumberFormat();
const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "short",
  hourCycle: "h23",
});
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short", hourCycle: "h23" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A count as the user's locale writes it. */
export function formatCount(n: number): string {
  return number.format(n);
}

/** A count in little room: `12.3k`, `4.1M`. */
export function formatShortCount(n: number): string {
  if (n < 10_000) return number.format(n);
  if (n < 1_000_000) return `${(n / 1000).toFixed(n < 100_000 ? 1 : 0)}k`;
  return `${(n / 1_000_000).toFixed(1)}M`;
}

/** A size in bytes: `812 B`, `3.4 kB`, `12 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let left = bytes;
  let unit = "B";
  for (const next of units) {
    if (left < 1000) break;
    left /= 1000;
    unit = next;
  }
  return `${left < 10 ? left.toFixed(1) : Math.round(left)} ${unit}`;
}

/** A length of time: `240 ms`, `3.2 s`, `4 min 05 s`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(ms < 10 * SECOND ? 1 : 0)} s`;
  const minutes = Math.floor(ms / MINUTE);
  const seconds = Math.floor((ms % MINUTE) / SECOND);
  if (ms < HOUR) return `${minutes} min ${String(seconds).padStart(2, "0")} s`;
  return `${Math.floor(ms / HOUR)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** What is left of a wait, in whole seconds, so that it counts down calmly: `12 s`, `4 min 05 s`. */
export function formatCountdown(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / SECOND);
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * SECOND);
}

/** A short length of time, with the parts of a millisecond: `0.4 ms`, `12 ms`, `3.2 s`. */
export function formatFineDuration(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : formatDuration(ms);
}

/** A time of day, with seconds. */
export function formatTime(at: number): string {
  return time.format(at);
}

/** When something will be: the time of day, with the date where that is another day. */
export function formatUntil(at: number, now: number): string {
  return at - now < DAY && new Date(at).getDate() === new Date(now).getDate()
    ? clock.format(at)
    : date.format(at);
}

/** A date with its time. */
export function formatDate(at: number): string {
  return date.format(at);
}

/** How long ago, up to a day; the date after that. */
export function formatAgo(at: number, now: number): string {
  const ago = now - at;
  if (ago < 5 * SECOND) return relative.format(0, "second");
  if (ago < MINUTE) return relative.format(-Math.round(ago / SECOND), "second");
  if (ago < HOUR) return relative.format(-Math.round(ago / MINUTE), "minute");
  if (ago < DAY) return relative.format(-Math.round(ago / HOUR), "hour");
  return formatDate(at);
}
