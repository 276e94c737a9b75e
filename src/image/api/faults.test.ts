// The expected bodies were printed by webob 1.8.6 on 2026-11-20.

import { expect, test } from "bun:test";
import { CloudError, Forbidden, Invalid, NotFound } from "../../core/errors.ts";
import type { Call } from "../../http/call.ts";
import { ForbiddenDetail, InvalidImageData } from "../errors.ts";
import { fault } from "./faults.ts";

function answer(error: CloudError, accept: string | null, contentType: string | null = null, method = "GET") {
  const headers: Record<string, string | null> = { accept, "content-type": contentType };
  return fault(error, { method, header: (name: string) => headers[name] ?? null } as unknown as Call);
}

const detailed = new ForbiddenDetail("some <detail>");
const HTML =
  "<html>\n <head>\n  <title>403 Forbidden</title>\n </head>\n <body>\n  <h1>403 Forbidden</h1>\n  Access was denied to this resource.<br /><br />\nsome &lt;detail&gt;\n\n\n </body>\n</html>";
const PLAIN = "403 Forbidden\n\nAccess was denied to this resource.\n\n some   ";
const JSON_BODY = {
  message: "Access was denied to this resource.<br /><br />\nsome <detail>\n\n",
  code: "403 Forbidden",
  title: "Forbidden",
};

test.each([
  [null, "text/plain"],
  ["", "text/plain"],
  ["*/*", "text/html"],
  ["application/json", "application/json"],
  ["text/plain", "text/plain"],
  ["text/html;q=0.3, application/json;q=0.9", "application/json"],
  ["application/*", "application/json"],
  ["garbage;;", "text/html"],
  ["*/*;q=0", "text/plain"],
  ["image/png", "text/plain"],
])("Accept: %s gets %s", (accept, type) => {
  const reply = answer(detailed, accept);
  expect(reply.status).toBe(403);
  expect(reply.headers["content-type"]).toBe(type === "application/json" ? type : `${type}; charset=UTF-8`);
  if (type === "text/html") expect(reply.body).toBe(HTML);
  if (type === "text/plain") expect(reply.body).toBe(PLAIN);
  if (type === "application/json") expect(JSON.parse(String(reply.body))).toEqual(JSON_BODY);
});

test("texts are escaped in HTML, and lose their tags in plain text", () => {
  const error = new Invalid("a\nb <c> 'q' \"d\" &");
  expect(String(answer(error, "*/*").body)).toContain(
    "\n  a\nb &lt;c&gt; &#x27;q&#x27; &quot;d&quot; &amp;<br /><br />\n\n\n\n </body>",
  );
  expect(answer(error, null).body).toBe("400 Bad Request\n\na b  'q' \"d\" &\n\n   ");
});

test("some statuses have a template of their own", () => {
  expect(answer(new CloudError("method-not-allowed", "x"), null).body).toBe(
    "405 Method Not Allowed\n\nThe method GET is not allowed for this resource. \n\n ",
  );
  const refused = answer(
    new InvalidImageData("Image disk_format raw does not match stream data qcow2"),
    null,
    "a/b",
  );
  expect(refused.status).toBe(415);
  expect(refused.body).toBe(
    "415 Unsupported Media Type\n\nThe request media type a/b is not supported by this server. \n\n Image disk_format raw does not match stream data qcow2",
  );
});

test("what went wrong inside is not told", () => {
  expect(answer(new CloudError("internal", "secret"), null).body).not.toContain("secret");
  expect(answer(new NotFound(""), null).body).toBe(
    "404 Not Found\n\nThe resource could not be found.\n\n   ",
  );
  expect(answer(new Forbidden("No."), null).body).toBe("403 Forbidden\n\nNo.\n\n   ");
});
