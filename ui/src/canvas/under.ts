type Point = { x: number; y: number };

function idAt(point: Point, selector: string): string | null {
  for (const element of document.elementsFromPoint(point.x, point.y)) {
    const found = element.closest(selector);
    if (found instanceof Element) return found.getAttribute("data-id");
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

/** The innermost scope below a point of the screen. */
export function scopeAt(point: Point): string | null {
  return idAt(point, ".react-flow__node-scope");
}

/** Whether a point of the screen is over the canvas. */
export function isOverCanvas(point: Point): boolean {
  return !!document.elementFromPoint(point.x, point.y)?.closest(".react-flow");
}
