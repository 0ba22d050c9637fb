import { lazy } from "react";

/**
 * What the first picture of the canvas does not need, each in a file of its own. They are fetched
 * when nothing else is to be done, so that none is waited for when it is opened.
 */
const inspector = () => import("../inspector/Inspector");
const flows = () => import("../screens/FlowsScreen");
const mapper = () => import("../mapper/MapperScreen");
const connections = () => import("../connections/ConnectionsScreen");
const newConnection = () => import("../connections/NewConnection");
const unlock = () => import("../connections/UnlockDialog");
const cassettes = () => import("../cassettes/CassettesScreen");
const network = () => import("../network/NetworkScreen");
const runs = () => import("../screens/RunsScreen");
const tables = () => import("../tables/TablesScreen");
const parked = () => import("../parked/ParkedScreen");
const inbox = () => import("../inbox/InboxScreen");
const retry = () => import("../partial/RetryDialog");
const runWith = () => import("../partial/RunWith");
const writes = () => import("../interrupted/WritesDialog");
const settings = () => import("../screens/SettingsScreen");

export const Inspector = lazy(async () => ({ default: (await inspector()).Inspector }));
export const FlowsScreen = lazy(async () => ({ default: (await flows()).FlowsScreen }));
export const MapperScreen = lazy(async () => ({ default: (await mapper()).MapperScreen }));
export const ConnectionsScreen = lazy(async () => ({
  default: (await connections()).ConnectionsScreen,
}));
export const NewConnection = lazy(async () => ({
  default: (await newConnection()).NewConnection,
}));
export const UnlockDialog = lazy(async () => ({ default: (await unlock()).UnlockDialog }));
export const CassettesScreen = lazy(async () => ({
  default: (await cassettes()).CassettesScreen,
}));
export const NetworkScreen = lazy(async () => ({ default: (await network()).NetworkScreen }));
export const RunsScreen = lazy(async () => ({ default: (await runs()).RunsScreen }));
export const TablesScreen = lazy(async () => ({ default: (await tables()).TablesScreen }));
export const ParkedScreen = lazy(async () => ({ default: (await parked()).ParkedScreen }));
export const InboxScreen = lazy(async () => ({ default: (await inbox()).InboxScreen }));
export const RetryDialog = lazy(async () => ({ default: (await retry()).RetryDialog }));
export const RunWith = lazy(async () => ({ default: (await runWith()).RunWith }));
export const WritesDialog = lazy(async () => ({ default: (await writes()).WritesDialog }));
export const SettingsScreen = lazy(async () => ({ default: (await settings()).SettingsScreen }));

/** Fetches every part ahead of its use. */
export async function fetchParts(): Promise<void> {
  await Promise.all(
    [
      inspector,
      flows,
      mapper,
      connections,
      newConnection,
      unlock,
      runs,
      tables,
      cassettes,
      network,
      parked,
      inbox,
      retry,
      runWith,
      writes,
      settings,
    ].map((fetchPart) => fetchPart()),
  );
}

/** Calls back when the window has shown what it has and is idle; at once where it cannot tell. */
export function whenIdle(call: () => void): () => void {
  if (typeof requestIdleCallback !== "function") {
    const timer = setTimeout(call, 200);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(call, { timeout: 2000 });
  return () => cancelIdleCallback(handle);
}
