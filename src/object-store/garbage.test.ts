// Whatever a client sends, the answer is never the server's error: every method, at every kind of path, with every
// header and query that some part of the pipeline reads.

import { expect, test } from "bun:test";
import { objectCloud, type Swift, swiftAs } from "./testing.ts";

const METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "OPTIONS", "PATCH", "SSYNC", "BREW"];

const PATHS = [
  "",
  "/",
  "/v1",
  "/v1/",
  "/v1/ACCOUNT",
  "/v1/ACCOUNT/",
  "/v1/ACCOUNT/c",
  "/v1/ACCOUNT/c/",
  "/v1/ACCOUNT/c/o",
  "/v1/ACCOUNT/c/slo",
  "/v1/ACCOUNT/none/none",
  "/v1/ACCOUNT//o",
  "/v1/ACCOUNT/c//",
  "/v1/ACCOUNT/../c/o",
  "/v1/ACCOUNT/c/%00",
  "/v1/ACCOUNT/c/%ff%fe",
  "/v1/ACCOUNT/c/%",
  "/v1/ACCOUNT/c/%zz",
  `/v1/ACCOUNT/${"c".repeat(300)}`,
  `/v1/ACCOUNT/c/${"o".repeat(1100)}`,
  "/v1/AUTH_nobody/c/o",
  "/v2/ACCOUNT",
  "/info",
  "/info?swiftinfo_sig=x&swiftinfo_expires=y",
  "/healthcheck",
  "/crossdomain.xml",
];

const VALUES = [
  "",
  "x",
  "-1",
  "0",
  "1e9",
  "99999999999999999999",
  "%00",
  "%ff",
  "a:b:c",
  "{",
  "[]",
  ",,;=",
  "/",
  "__proto__",
];

const HEADERS = [
  "accept",
  "content-type",
  "content-encoding",
  "content-disposition",
  "date",
  "destination",
  "destination-account",
  "etag",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "origin",
  "range",
  "transfer-encoding",
  "x-account-meta-quota-bytes",
  "x-account-meta-temp-url-key",
  "x-container-meta-access-control-allow-origin",
  "x-container-meta-quota-bytes",
  "x-container-meta-quota-count",
  "x-container-meta-web-listings",
  "x-container-read",
  "x-container-sync-auth",
  "x-container-sync-key",
  "x-container-sync-to",
  "x-container-write",
  "x-copy-from",
  "x-copy-from-account",
  "x-delete-after",
  "x-delete-at",
  "x-fresh-metadata",
  "x-history-location",
  "x-newest",
  "x-object-manifest",
  "x-open-expired",
  "x-remove-container-meta-x",
  "x-storage-policy",
  "x-symlink-target",
  "x-symlink-target-account",
  "x-symlink-target-bytes",
  "x-symlink-target-etag",
  "x-timestamp",
  "x-trans-id-extra",
  "x-versions-enabled",
  "x-versions-location",
];

const QUERIES = [
  "bulk-delete",
  "delimiter",
  "end_marker",
  "extract-archive",
  "filename",
  "format",
  "limit",
  "marker",
  "multipart-manifest",
  "part-number",
  "path",
  "prefix",
  "reverse",
  "states",
  "symlink",
  "temp_url_expires",
  "temp_url_ip_range",
  "temp_url_prefix",
  "temp_url_sig",
  "version-id",
  "versions",
];

const BODIES = [
  "",
  "x",
  "{",
  "[]",
  "[null]",
  '[{"path": 7}]',
  '[{"path": "/c/o", "size_bytes": "x"}]',
  "[".repeat(5000),
  "c/o\nc/none\n",
];

/** A line for each answer that is the server's error; 501 is an answer. */
async function problems(swift: Swift, requests: Iterable<[string, string, Record<string, string>, string?]>) {
  const found: string[] = [];
  for (const [method, path, headers, body] of requests) {
    const target = path.replaceAll("ACCOUNT", swift.account);
    const withBody = ["PUT", "POST", "PATCH", "DELETE"].includes(method) && body !== undefined;
    const got = await swift.raw(method, target, { headers, ...(withBody ? { body } : {}) });
    if (got.status >= 500 && got.status !== 501)
      found.push(`${method} ${path} ${JSON.stringify(headers)}: ${got.status}`);
  }
  return found;
}

function* everything(): Generator<[string, string, Record<string, string>, string?]> {
  for (const method of METHODS) {
    for (const path of PATHS) yield [method, path, {}, ""];
    for (const path of PATHS.slice(4, 9)) {
      for (const header of HEADERS)
        for (const value of VALUES) yield [method, path, { [header]: value }, "x"];
    }
    for (const path of ["/v1/ACCOUNT", "/v1/ACCOUNT/c", "/v1/ACCOUNT/c/o", "/v1/ACCOUNT/c/slo"]) {
      for (const query of QUERIES) {
        for (const value of VALUES) yield [method, `${path}?${query}=${encodeURIComponent(value)}`, {}, "x"];
        for (const body of BODIES)
          yield [method, `${path}?${query}=${query === "multipart-manifest" ? "put" : "1"}`, {}, body];
      }
    }
  }
}

/** What an earlier request set must not refuse the later ones. */
const PLAIN_CONTAINER = {
  "x-remove-container-meta-quota-bytes": "x",
  "x-remove-container-meta-quota-count": "x",
  "x-remove-versions-location": "x",
  "x-remove-history-location": "x",
  "x-versions-enabled": "false",
};

test("nothing a client sends is the server's error", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  const restore = async () => {
    await swift.ask("PUT", "c", { headers: PLAIN_CONTAINER });
    await swift.ask("PUT", "c/o", { body: "data" });
    const manifest = JSON.stringify([{ path: "/c/o" }]);
    await swift.ask("PUT", "c/slo?multipart-manifest=put", { body: manifest });
  };
  const found: string[] = [];
  let n = 0;
  for (const request of everything()) {
    if (n++ % 50 === 0) await restore();
    found.push(...(await problems(swift, [request])));
  }
  expect(found).toEqual([]);
  await restore();
  expect((await swift.ask("GET", "c/o")).text).toBe("data");
}, 300_000);
