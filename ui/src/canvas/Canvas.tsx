import {
  Background,
  BackgroundVariant,
  ConnectionLineType,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
} from "@xyflow/react";
import { useMemo, useRef, useState } from "react";
import {
  type CanvasEdge,
  type CanvasNode,
  edgeMaker,
  NOT_DRAGGING,
  nodeMaker,
} from "../model/canvas";
import { useGantry } from "../model/store";
import { complete } from "../model/tidy";
import { t } from "../words/t";
import styles from "./Canvas.module.css";
import { CanvasControls } from "./CanvasControls";
import { CanvasMenu } from "./CanvasMenu";
import { CardNode } from "./CardNode";
import { ConnectMode } from "./ConnectMode";
import { EmptyCanvas } from "./EmptyCanvas";
import { QuickAddPopover } from "./QuickAddPopover";
import { ScopeNode } from "./ScopeNode";
import { keepView, showAgain } from "./showStart";
import { useCanvasChanges } from "./useCanvasChanges";
import { useConnections } from "./useConnections";
import { useLentViewport } from "./useLentViewport";
import { usePointerMenus } from "./usePointerMenus";
import { WireEdge } from "./WireEdge";

const NODE_TYPES = { card: CardNode, scope: ScopeNode };
const EDGE_TYPES = { wire: WireEdge };
const GRID: [number, number] = [4, 4];
const PAN_BUTTONS = [1];

function wireLabel(from: string, to: string): string {
  return t("wire.label", { from, to });
}

function useScene() {
  const open = useGantry((state) => state.open);
  const catalogue = useGantry((state) => state.catalogue);
  const selection = useGantry((state) => state.selection);
  const [dragging, setDragging] = useState(NOT_DRAGGING);
  const [makeNodes] = useState(nodeMaker);
  const [makeEdges] = useState(() => edgeMaker(wireLabel));
  const drawing = useMemo(() => {
    if (!open) return null;
    const { flow, findings } = open;
    const layout = complete({ flow, findings, catalogue }, open.layout);
    return { flow, findings, catalogue, layout };
  }, [open, catalogue]);
  const nodes = useMemo<CanvasNode[]>(
    () => (drawing ? makeNodes({ ...drawing, selection, dragging }) : []),
    [drawing, selection, dragging, makeNodes],
  );
  const edges = useMemo<CanvasEdge[]>(
    () => (drawing ? makeEdges({ ...drawing, selection }) : []),
    [drawing, selection, makeEdges],
  );
  return { nodes, edges, setDragging };
}

function Graph() {
  const { nodes, edges, setDragging } = useScene();
  const box = useRef<HTMLElement>(null);
  const changes = useCanvasChanges(setDragging);
  const connections = useConnections();
  const menus = usePointerMenus();
  const flow = useGantry((state) => state.open?.flow.id);
  const isChosen = useGantry((state) => state.selection.nodes.length > 0);
  useLentViewport(box, flow);
  return (
    <section ref={box} className={styles.canvas} data-keys="canvas" aria-label={t("canvas.label")}>
      <ReactFlow<CanvasNode, CanvasEdge>
        key={flow}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        {...changes}
        {...connections}
        {...menus}
        onInit={(graph) => showAgain(flow, graph, box.current)}
        onMoveEnd={(_event, view) => keepView(flow, view)}
        minZoom={0.1}
        maxZoom={2}
        onlyRenderVisibleElements
        snapToGrid
        snapGrid={GRID}
        selectionOnDrag
        selectionMode={SelectionMode.Partial}
        panOnDrag={PAN_BUTTONS}
        panActivationKeyCode="Space"
        multiSelectionKeyCode={["Shift", "Control", "Meta"]}
        selectionKeyCode={null}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        disableKeyboardA11y
        elevateNodesOnSelect={false}
        connectionRadius={24}
        connectionLineType={ConnectionLineType.Bezier}
        nodeDragThreshold={2}
        selectNodesOnDrag={false}
        tabIndex={0}
      >
        <Background
          variant={BackgroundVariant.Dots}
          gap={20}
          size={1}
          color="var(--border-strong)"
        />
        <CanvasControls />
      </ReactFlow>
      {nodes.length < 2 && !isChosen && <EmptyCanvas isEmpty={nodes.length === 0} />}
      <QuickAddPopover />
      <CanvasMenu />
      <ConnectMode />
    </section>
  );
}

/** The flow as a graph: nodes to move, ports to wire. Wiring only; what it does is in `actions`. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <Graph />
    </ReactFlowProvider>
  );
}
