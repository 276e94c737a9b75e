import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestCloud, testCloud } from "../testing/cloud.ts";
import { signedIn, Visitor } from "./testing.ts";

let all: TestCloud;
beforeAll(async () => {
  all = await testCloud({ windows: ["key", "horizon"] });
});
afterAll(() => all[Symbol.asyncDispose]());

const assetsOf = (html: string) => [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((m) => m[1]!);

test("one page serves every address, for everybody, and nothing in it is inline", async () => {
  const visitor = new Visitor(all);
  const pages = await Promise.all(
    ["/", "/auth/login", "/project", "/project/instances/x", "/admin/logs?window=key", "/identity/"].map(
      (path) => visitor.get(path, {}),
    ),
  );
  for (const page of pages) {
    expect(page.status).toBe(200);
    expect(page.text).toBe(pages[0]!.text);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("cache-control")).toBe("no-cache");
  }
  expect(pages[0]!.text).not.toMatch(/<script(?![^>]+src=)|<style|style=|\son\w+=/);
});

test("an address that is none is told so: people by the page, programs by the ordinary error", async () => {
  const visitor = new Visitor(all);
  const page = await visitor.get("/instances", { accept: "text/html,application/xhtml+xml" });
  expect(page.status).toBe(404);
  expect(page.text).toBe((await visitor.get("/", {})).text);
  const answer = await visitor.get("/instances", { accept: "application/json" });
  expect(answer.status).toBe(404);
  expect(answer.body.error.message).toBe("The resource could not be found.");
});

test("the policy lets nothing run or load but our own files", async () => {
  const { headers } = await new Visitor(all).get("/", {});
  const policy = Object.fromEntries(
    headers
      .get("content-security-policy")!
      .split("; ")
      .map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")]),
  );
  expect(policy).toMatchObject({
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
  });
  expect(headers.get("content-security-policy")).not.toContain("unsafe");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

test("the files are named by their content, kept for ever, packed, and small", async () => {
  const visitor = new Visitor(all);
  const names = assetsOf((await visitor.get("/", {})).text);
  expect(names.map((name) => name.replace(/-[^.]+/, "-HASH"))).toEqual([
    "/dashboard/assets/icon-HASH.svg",
    "/dashboard/assets/main-HASH.css",
    "/dashboard/assets/main-HASH.js",
  ]);
  let [whole, packed] = [0, 0];
  for (const name of names) {
    const path = name.slice("/dashboard".length);
    const plain = await visitor.get(path, {});
    expect(plain.status).toBe(200);
    expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const small = await all.cloud
      .app("horizon")
      .fetch(new Request("http://127.0.0.1/", { headers: { "accept-encoding": "gzip, br" } }), {
        target: path,
      });
    expect(small.headers.get("content-encoding")).toBe("gzip");
    const bytes = await small.bytes();
    expect(new TextDecoder().decode(Bun.gunzipSync(bytes))).toBe(plain.text);
    whole += plain.text.length;
    packed += bytes.length;
  }
  expect(whole).toBeLessThan(150_000);
  expect(packed).toBeLessThan(60_000);
  expect((await visitor.get("/assets/main-0.js", {})).status).toBe(404);
  expect((await visitor.get("/assets/..%2fsecrets.json", {})).status).toBe(404);
});

test("the bare port leads here, and has nothing else", async () => {
  const app = all.cloud.app("horizon");
  const ask = (target: string) => app.fetch(new Request("http://127.0.0.1/"), { target, mount: "" });
  const root = await ask("/?from=somewhere");
  expect([root.status, root.headers.get("location")]).toEqual([302, "/dashboard/"]);
  const admin = await signedIn(all, "admin");
  const request = new Request("http://127.0.0.1/", {
    headers: { cookie: admin.cookie!, "x-requested-with": "XMLHttpRequest" },
  });
  const outside = await app.fetch(request, { target: "/api/services", mount: "" });
  expect(outside.status).toBe(404);
});
