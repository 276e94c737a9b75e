// An error as Python's traceback module would print it: what TRACE lines show, and what those who debug OpenStack read
// from the bottom upwards. Authority: Python's traceback.TracebackException.

/** `    at spawn (/src/x.ts:12:5)`, `    at /src/x.ts:12:5`, `    at async Foo.bar (file:///x.ts:1:2)` */
const FRAME = /^\s*at (?:(?:async |new )?(.*?) \()?(?:file:\/\/)?([^()]*?):(\d+)(?::\d+)?\)?$/;

/** Causes beyond this are not followed. */
const MAX_CAUSES = 4;
const DIRECT_CAUSE = "The above exception was the direct cause of the following exception:";

/** The rows of an error with all that caused it, what happened first at the top. */
export function tracebackRows(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error)) return String(error).split("\n");
  const causes =
    error.cause === undefined || depth + 1 >= MAX_CAUSES
      ? []
      : [...tracebackRows(error.cause, depth + 1), "", DIRECT_CAUSE, ""];
  return [...causes, ...ownRows(error)];
}

function ownRows(error: Error): string[] {
  const frames: string[] = [];
  for (const row of (error.stack ?? "").split("\n")) {
    const [, name, file, line] = FRAME.exec(row) ?? [];
    if (file) frames.push(`  File "${file}", line ${line}, in ${name || "<module>"}`);
  }
  const last = `${error.name}: ${error.message}`.split("\n");
  if (frames.length === 0) return last;
  return ["Traceback (most recent call last):", ...frames.reverse(), ...last];
}
