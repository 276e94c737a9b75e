import { expect, test } from "bun:test";
import { Refusal } from "./answers.ts";
import {
  accountXml,
  bestMatch,
  containerXml,
  type ListingEntry,
  listingJson,
  listingQuery,
  listingText,
  listingType,
} from "./listing.ts";
import { madeRequest } from "./testing.ts";

const OBJECT: ListingEntry = {
  kind: "object",
  name: 'é & "x"',
  bytes: 3,
  hash: "abc",
  contentType: "text/plain; charset=utf-8",
  lastModified: 179517098235365,
};
const SUBDIR: ListingEntry = { kind: "subdir", name: "a<b/" };
const CONTAINER: ListingEntry = {
  kind: "container",
  name: "c",
  count: 2,
  bytes: 5,
  lastModified: 179517098235365,
};

test("OB-03 rows as text, JSON and XML", () => {
  expect(listingText([OBJECT, SUBDIR])).toBe('é & "x"\na<b/\n');
  expect(listingJson([OBJECT, SUBDIR])).toBe(
    '[{"bytes": 3, "hash": "abc", "name": "\\u00e9 & \\"x\\"", "content_type": "text/plain; charset=utf-8", "last_modified": "2026-11-20T10:36:22.353650"}, {"subdir": "a<b/"}]',
  );
  expect(containerXml("c", [OBJECT, SUBDIR])).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<container name="c"><object><name>é &amp; "x"</name><hash>abc</hash><bytes>3</bytes><content_type>text/plain; charset=utf-8</content_type><last_modified>2026-11-20T10:36:22.353650</last_modified></object><subdir name="a&lt;b/"><name>a&lt;b/</name></subdir></container>',
  );
  expect(accountXml("AUTH_a", [CONTAINER])).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<account name="AUTH_a">\n<container><name>c</name><count>2</count><bytes>5</bytes><last_modified>2026-11-20T10:36:22.353650</last_modified></container>\n</account>',
  );
  expect(listingJson([CONTAINER])).toBe(
    '[{"name": "c", "count": 2, "bytes": 5, "last_modified": "2026-11-20T10:36:22.353650"}]',
  );
});

test("which form is wanted", () => {
  const type = (target: string, accept?: string) =>
    listingType(madeRequest("GET", target, accept ? { accept } : {}));
  expect(type("/v1/a")).toBe("text/plain");
  expect(type("/v1/a?format=JSON")).toBe("application/json");
  expect(type("/v1/a?format=other")).toBe("text/plain");
  expect(type("/v1/a", "application/xml")).toBe("application/xml");
  expect(type("/v1/a", "*/*;q=0.1, application/json")).toBe("application/json");
  expect(() => type("/v1/a", "image/png")).toThrow(Refusal);
  expect(() => type("/v1/a", "nonsense")).toThrow(Refusal);
  expect(bestMatch("text/*;q=0.5,text/xml;q=0.4", ["text/plain", "text/xml"])).toBe("text/plain");
});

test("what may be asked", () => {
  const query = listingQuery(madeRequest("GET", "/v1/a/c?limit=5&marker=a+b&delimiter=/&reverse=on"), 10);
  expect(query).toMatchObject({ limit: 5, marker: "a b", delimiter: "/", reverse: true, prefix: null });
  expect(listingQuery(madeRequest("GET", "/v1/a/c?limit=x"), 10).limit).toBe(10);
  expect(() => listingQuery(madeRequest("GET", "/v1/a/c?limit=11"), 10)).toThrow(Refusal);
  expect(() => listingQuery(madeRequest("GET", "/v1/a/c?prefix=%FF"), 10)).toThrow(Refusal);
});
