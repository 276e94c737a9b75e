// JSON that a client sent. Nesting is bounded here, once: validation, reprs and views walk a value recursively, and none
// of them should have to think of a body that is nothing but brackets. Python's json gives up at its recursion limit too.

/** Deeper than any body of any OpenStack API, and far from the end of the stack. */
export const MAX_JSON_DEPTH = 200;

/** @throws SyntaxError for text that is no JSON, or nests deeper than MAX_JSON_DEPTH */
export function parseJson(text: string): unknown {
  if (text.length > MAX_JSON_DEPTH && depthExceeds(text, MAX_JSON_DEPTH)) {
    throw new SyntaxError(`JSON nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
  return JSON.parse(text);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Brackets and braces count alike: what does not match up is the parser's business. */
function depthExceeds(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) {
      quoted = true;
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true;
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return false;
}
