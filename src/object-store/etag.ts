// Entity tags: `If-Match`, `If-None-Match`, `ETag`. Authority: swift/common/swob.py, class Match.

/** Without the quotes around it. */
export function normalizeEtag(tag: string): string {
  return tag.length > 1 && tag.startsWith('"') && tag.endsWith('"') ? tag.slice(1, -1) : tag;
}

/** The tags of a header, without quotes; null when the header is absent. */
export function parseMatch(header: string | null | undefined): ReadonlySet<string> | null {
  if (header === null || header === undefined) return null;
  const tags = header
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
  return new Set(tags.map(normalizeEtag));
}

export function matches(tags: ReadonlySet<string>, etag: string): boolean {
  return tags.has("*") || tags.has(normalizeEtag(etag));
}
