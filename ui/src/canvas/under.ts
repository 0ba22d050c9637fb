type Point = { x: number; y: number };

function idAt(point: Point, selector: string, not: readonly string[] = []): string | null {
  for (const element of document.elementsFromPoint(point.x, point.y)) {
    const found = element.closest(selector);
    const id = found?.getAttribute("data-id") ?? null;
    if (id !== null && !not.includes(id)) return id;
  }
  return null;
}

/** The wire below a point of the screen. */
export function wireAt(point: Point): string | null {
  return idAt(point, ".react-flow__edge");
}

/** The card below a point of the screen; scopes apart. */
export function cardAt(point: Point): string | null {
  return idAt(point, ".react-flow__node-card");
}

/** The innermost scope below a point of the screen, those that are dragged apart. */
export function scopeAt(point: Point, dragged: readonly string[] = []): string | null {
  return idAt(point, ".react-flow__node-scope", dragged);
}

/** Whether a point of the screen is over the canvas. */
export function isOverCanvas(point: Point): boolean {
  return !!document.elementFromPoint(point.x, point.y)?.closest(".react-flow");
}
