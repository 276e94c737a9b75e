// `/v1/AUTH_p/container/object` taken apart. Authority: swift/common/utils.py, split_path.

/**
 * Splits a decoded path into `min` to `max` segments; missing ones are null. With `rest`, the last takes what is left,
 * slashes included. Null when the path does not have that form.
 */
export function splitPath(path: string, min: number, max: number, rest = false): (string | null)[] | null {
  if (!path.startsWith("/")) return null;
  const segments: string[] = [];
  let at = 1;
  let closed = false;
  while (segments.length < max - 1) {
    const slash = path.indexOf("/", at);
    if (slash < 0) {
      segments.push(path.slice(at));
      closed = true;
      break;
    }
    segments.push(path.slice(at, slash));
    at = slash + 1;
  }
  if (!closed) {
    const last = path.slice(at);
    if (rest) segments.push(last);
    else {
      // One trailing slash is forgiven.
      const slash = last.indexOf("/");
      if (slash >= 0 && slash < last.length - 1) return null;
      segments.push(slash < 0 ? last : last.slice(0, slash));
    }
  }
  if (segments.length < min) return null;
  for (let i = 0; i < min; i++) if (segments[i] === "") return null;
  const out: (string | null)[] = segments;
  while (out.length < max) out.push(null);
  return out;
}

/** What a path names. An empty segment counts as absent. */
export interface EntityPath {
  version: string;
  account: string | null;
  container: string | null;
  object: string | null;
}

/** Null when there is no version: the path is `/` or has no leading slash. */
export function parseEntityPath(path: string): EntityPath | null {
  const parts = splitPath(path, 1, 4, true);
  if (!parts) return null;
  const [version, account, container, object] = parts;
  return {
    version: version!,
    account: account || null,
    container: container || null,
    object: object || null,
  };
}

/** `container/object` of a header such as X-Copy-From, leading slashes allowed. Null when it has another form. */
export function splitContainerObject(text: string): { container: string; object: string } | null {
  const path = text.startsWith("/") ? text : `/${text}`;
  const parts = splitPath(path, 2, 2, true);
  return parts ? { container: parts[0]!, object: parts[1]! } : null;
}

/**
 * Names that clients cannot say: Swift's middleware keeps its own containers and objects behind a NUL
 * (swift.common.utils.RESERVED).
 */
export const RESERVED = "\0";

export function isReserved(name: string): boolean {
  return name.includes(RESERVED);
}

/** Joins parts into a reserved name: `\0versions\0pictures`. */
export function reservedName(...parts: string[]): string {
  return RESERVED + parts.join(RESERVED);
}

/** The parts of a reserved name. */
export function reservedParts(name: string): string[] {
  return name.slice(1).split(RESERVED);
}
