import type { NodeInfo } from "../bindings/NodeInfo";

/**
 * How well a text matches what was typed: higher is better, null is not at all. Whole words beat
 * beginnings of words, these beat parts, and letters in order are the last resort.
 */
export function scoreText(text: string, query: string): number | null {
  const hay = text.toLowerCase();
  const needle = query.trim().toLowerCase();
  if (needle === "") return 0;
  if (hay === needle) return 100;
  if (hay.startsWith(needle)) return 80 - Math.min(20, hay.length - needle.length) / 2;
  const at = hay.indexOf(needle);
  if (at > 0) return /[\s._/-]/.test(hay[at - 1] ?? "") ? 60 : 40;
  return inOrder(hay, needle);
}

/** Letters in order, each near the one before: `htrq` finds `HTTP request`. */
function inOrder(hay: string, needle: string): number | null {
  let from = 0;
  let gaps = 0;
  for (const letter of needle.replaceAll(" ", "")) {
    const at = hay.indexOf(letter, from);
    if (at < 0) return null;
    gaps += at - from;
    from = at + 1;
  }
  return gaps > needle.length * 4 ? null : Math.max(1, 25 - gaps);
}

/** The best score of some texts, each with its weight. */
export function bestScore(texts: [string, number][], query: string): number | null {
  let best: number | null = null;
  for (const [text, weight] of texts) {
    const score = scoreText(text, query);
    if (score !== null && (best === null || score * weight > best)) best = score * weight;
  }
  return best;
}

/** Letters strewn over a long text match nearly everything, so there only whole parts count. */
function scorePart(text: string, query: string): number | null {
  return text.toLowerCase().includes(query.trim().toLowerCase()) ? scoreText(text, query) : null;
}

/** The node types that match what was typed, best first; all in their order for an empty query. */
export function searchTypes(catalogue: readonly NodeInfo[], query: string): NodeInfo[] {
  if (query.trim() === "") return [...catalogue];
  return catalogue
    .flatMap((info, index) => {
      const title = bestScore(
        [
          [info.title, 1],
          [info.type, 0.8],
          ...info.keywords.map((word): [string, number] => [word, 0.9]),
        ],
        query,
      );
      const about = scorePart(info.about, query);
      const score = Math.max(title ?? 0, (about ?? 0) * 0.5);
      return title === null && about === null ? [] : [{ info, score, index }];
    })
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((each) => each.info);
}
