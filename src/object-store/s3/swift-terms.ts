// Where an S3 request becomes Swift's: the headers of a copy, and which answers mean success.

/** A copy takes these over from its source. */
const NOT_WITH_COPY = [
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
  "cache-control",
  "x-robots-tag",
];

/** Puts Swift's headers of a copy in place of Amazon's. @returns the source's version */
export function copySource(headers: Map<string, string>, source: string): string | null {
  const [path = "", version] = splitOnce(source, "?versionId=");
  headers.set("x-copy-from", path);
  headers.delete("x-amz-copy-source");
  headers.set("content-length", "0");
  headers.delete("transfer-encoding");
  const replaces = headers.get("x-amz-metadata-directive") === "REPLACE";
  headers.delete("x-amz-metadata-directive");
  if (replaces) headers.set("x-fresh-metadata", "True");
  else {
    for (const name of NOT_WITH_COPY) headers.delete(name);
    for (const name of [...headers.keys()]) if (name.startsWith("x-object-meta-")) headers.delete(name);
  }
  return version ?? null;
}

export function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

export function succeeded(
  method: string,
  container: string | null,
  object: string | null,
  status: number,
): boolean {
  switch (method) {
    case "GET":
      return object === null
        ? status === 200 || (container !== null && status === 204)
        : status === 200 || status === 206 || status === 304;
    case "HEAD":
      return object === null ? status === 204 : status === 200 || status === 206 || status === 304;
    case "PUT":
      return status === 201 || (object !== null && status === 202);
    case "POST":
      return object === null ? status === 204 : status === 202;
    case "DELETE":
      return status === 204 || (object !== null && status === 200);
    default:
      return false;
  }
}
