// Regular expressions that clients send (`name=^web[0-9]+$`). JavaScript's engine backtracks, so a hostile pattern could
// keep the whole cloud busy: one that may take more than quadratic time is matched as plain text instead.

const QUANTIFIED_GROUP = /\)\s*(?:[*+]|\{\d*,?\d*\})/;
const UNBOUNDED = /[*+]|\{\d+,\d*\}/g;
const MOST_UNBOUNDED = 2;
const MAX_LENGTH = 255;

/** A case-insensitive test that takes at most quadratic time in the length of a name. */
export function safePattern(pattern: string): (text: string) => boolean {
  const plain = pattern.toLowerCase();
  const literal = (text: string) => text.toLowerCase().includes(plain);
  if (pattern.length > MAX_LENGTH || QUANTIFIED_GROUP.test(pattern)) return literal;
  if ((pattern.match(UNBOUNDED)?.length ?? 0) > MOST_UNBOUNDED || /\\[1-9]|\(\?/.test(pattern))
    return literal;
  try {
    const regex = new RegExp(pattern, "i");
    return (text) => regex.test(text);
  } catch {
    return literal;
  }
}
