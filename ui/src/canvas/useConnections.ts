import type {
  Connection,
  FinalConnectionState,
  IsValidConnection,
  OnReconnect,
} from "@xyflow/react";
import { useMemo } from "react";
import { connectPorts, moveWire } from "../actions/nodes";
import { viewport } from "../actions/viewport";
import { worldOf } from "../actions/world";
import type { Wire } from "../bindings/Wire";
import { absolutePlace, type CanvasEdge } from "../model/canvas";
import { findNode } from "../model/flow";
import { type End, inputFor, outputFor, refusal } from "../model/ports";
import { type State, store } from "../model/store";
import { complete } from "../model/tidy";
import { cardAt, scopeAt } from "./under";

type Ends = { from: End; to: End };

function endsOf(connection: Connection | CanvasEdge): Ends | null {
  const { source, sourceHandle, target, targetHandle } = connection;
  if (!sourceHandle || !targetHandle) return null;
  return { from: { node: source, port: sourceHandle }, to: { node: target, port: targetHandle } };
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } | null {
  if ("clientX" in event) return { x: event.clientX, y: event.clientY };
  const touch = event.changedTouches[0];
  return touch ? { x: touch.clientX, y: touch.clientY } : null;
}

/** Where quick-add puts the node: inside a scope when the wire was dropped in one. */
function spotIn(state: State, scope: string | null, point: { x: number; y: number }) {
  const world = worldOf(state);
  const at = viewport()?.toFlow(point) ?? { x: 0, y: 0 };
  if (!world || !state.open || scope === null) return { at };
  const origin = absolutePlace(world.flow, complete(world, state.open.layout), scope);
  return { at: { x: at.x - origin.x, y: at.y - origin.y }, scope };
}

function dropOnCard(state: State, end: End, side: "input" | "output", card: string): void {
  const world = worldOf(state);
  if (!world) return;
  if (side === "input") {
    connectPorts(end, inputFor(world, end, card) ?? { node: card, port: firstOf(card, "inputs") });
  } else {
    connectPorts(
      outputFor(world, card, end) ?? { node: card, port: firstOf(card, "outputs") },
      end,
    );
  }
}

function firstOf(node: string, side: "inputs" | "outputs"): string {
  return store.getState().open?.findings.nodes[node]?.[side][0]?.name ?? "in";
}

function endConnection(event: MouseEvent | TouchEvent, connection: FinalConnectionState): void {
  const { fromHandle, toHandle, isValid } = connection;
  const point = pointOf(event);
  if (isValid || !fromHandle?.id || !point || moving) return;
  const state = store.getState();
  const end: End = { node: fromHandle.nodeId, port: fromHandle.id };
  const side = fromHandle.type === "source" ? "input" : "output";
  if (toHandle?.id) {
    const other: End = { node: toHandle.nodeId, port: toHandle.id };
    if (toHandle.type === fromHandle.type) return;
    if (side === "input") connectPorts(end, other);
    else connectPorts(other, end);
    return;
  }
  const card = cardAt(point);
  if (card === end.node) return;
  if (card !== null) {
    dropOnCard(state, end, side, card);
    return;
  }
  const own = state.open ? (findNode(state.open.flow, end.node)?.scope ?? null) : null;
  const over = scopeAt(point);
  if (over !== null && over !== own && over !== end.node) {
    dropOnCard(state, end, side, over);
    return;
  }
  const quickAdd = { screen: point, join: { ...end, side }, ...spotIn(state, own, point) } as const;
  store.setState({ overlay: { type: "quick_add", quickAdd } });
}

/** The wire whose end is dragged; the port it leaves counts as free. */
let moving: Wire | undefined;

/** Wiring by pointer: what may be joined, and what happens when the pointer is let go. */
export function useConnections() {
  return useMemo(() => {
    const isValidConnection: IsValidConnection<CanvasEdge> = (connection) => {
      const world = worldOf(store.getState());
      const ends = endsOf(connection as Connection);
      return world !== null && ends !== null && refusal(world, ends.from, ends.to, moving) === null;
    };
    const onReconnect: OnReconnect<CanvasEdge> = (old, connection) => {
      const ends = endsOf(connection);
      if (ends) moveWire(old.id, ends.from, ends.to);
    };
    return {
      isValidConnection,
      onReconnect,
      onReconnectStart: (_event: unknown, edge: CanvasEdge) => {
        moving = edge.data?.wire;
      },
      onReconnectEnd: () => {
        // The end of the connection is told after this, and must still know whose it was.
        setTimeout(() => {
          moving = undefined;
        }, 0);
      },
      onConnect: (connection: Connection) => {
        const ends = endsOf(connection);
        if (ends) connectPorts(ends.from, ends.to);
      },
      onConnectEnd: endConnection,
    };
  }, []);
}
