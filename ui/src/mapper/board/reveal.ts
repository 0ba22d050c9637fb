/** Scrolls a list of rows of one height so that a row is in sight. */
export function reveal(scroller: HTMLElement | null, index: number, row: number): void {
  if (scroller === null) return;
  const top = index * row;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + row > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = top + row - scroller.clientHeight;
}
