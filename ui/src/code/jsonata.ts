/**
 * Colours for JSONata and for templates (`text {{ expression }} text`): tokenizers for CodeMirror's
 * stream languages. They only colour; what an expression means is the engine's to say.
 */
import { StreamLanguage, type StreamParser, type StringStream } from "@codemirror/language";

type JsonataState = {
  /** Whether a `/` here would divide rather than begin a regular expression. */
  afterValue: boolean;
  inComment: boolean;
  depth: number;
};

type TemplateState = JsonataState & { inside: boolean };

const KEYWORDS = new Set(["and", "or", "in", "function", "λ"]);
const ATOMS = new Set(["true", "false", "null"]);

const jsonataParser: StreamParser<JsonataState> = {
  name: "jsonata",
  startState: () => ({ afterValue: false, inComment: false, depth: 0 }),
  copyState: (state) => ({ ...state }),
  token: jsonataToken,
  languageData: {
    commentTokens: { block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", '"', "'", "`"] },
  },
};

const templateParser: StreamParser<TemplateState> = {
  name: "template",
  startState: () => ({ afterValue: false, inComment: false, depth: 0, inside: false }),
  copyState: (state) => ({ ...state }),
  token: templateToken,
  languageData: { closeBrackets: { brackets: ["(", "[", "{", '"', "`"] } },
};

/** JSONata, coloured. */
export const jsonata = StreamLanguage.define(jsonataParser);

/** Text with JSONata in double braces, coloured inside them. */
export const template = StreamLanguage.define(templateParser);

function templateToken(stream: StringStream, state: TemplateState): string | null {
  if (state.inside) {
    if (state.depth === 0 && stream.match("}}")) {
      state.inside = false;
      return "processingInstruction";
    }
    return jsonataToken(stream, state);
  }
  if (stream.match("{{")) {
    state.inside = true;
    state.depth = 0;
    state.afterValue = false;
    return "processingInstruction";
  }
  stream.next();
  while (!stream.eol() && stream.peek() !== "{") stream.next();
  return null;
}

function jsonataToken(stream: StringStream, state: JsonataState): string | null {
  if (state.inComment) return comment(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match("/*")) {
    state.inComment = true;
    return comment(stream, state);
  }
  const start = stream.peek() ?? "";
  if (start === '"' || start === "'") return valued(state, string(stream, start));
  if (start === "`") return valued(state, stream.match(/^`[^`]*`?/) ? "propertyName" : null);
  if (start === "/" && !state.afterValue && stream.match(/^\/(?:\\.|[^/\\])+\/[im]*/))
    return valued(state, "regexp");
  if (stream.match(/^(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/)) return valued(state, "number");
  if (stream.match(/^\$\$?[\p{L}_]?[\p{L}\p{N}_]*/u)) {
    const isCall = stream.match(/^\s*\(/, false);
    return valued(state, isCall ? "variableName.function" : "variableName.special");
  }
  if (stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u)) return word(stream, state);
  stream.next();
  return bracketOrOperator(start, state);
}

function bracketOrOperator(start: string, state: JsonataState): string {
  if ("([{".includes(start)) {
    state.depth += 1;
    state.afterValue = false;
    return "bracket";
  }
  if (")]}".includes(start)) {
    state.depth = Math.max(0, state.depth - 1);
    state.afterValue = true;
    return "bracket";
  }
  state.afterValue = false;
  return "operator";
}

function word(stream: StringStream, state: JsonataState): string {
  const text = stream.current();
  if (KEYWORDS.has(text)) {
    state.afterValue = false;
    return "keyword";
  }
  state.afterValue = true;
  return ATOMS.has(text) ? "atom" : "propertyName";
}

function string(stream: StringStream, quote: string): string {
  stream.next();
  while (!stream.eol()) {
    const char = stream.next();
    if (char === "\\") stream.next();
    else if (char === quote) break;
  }
  return "string";
}

function comment(stream: StringStream, state: JsonataState): string {
  if (stream.skipTo("*/")) {
    stream.match("*/");
    state.inComment = false;
  } else stream.skipToEnd();
  return "comment";
}

function valued(state: JsonataState, token: string | null): string | null {
  state.afterValue = true;
  return token;
}
