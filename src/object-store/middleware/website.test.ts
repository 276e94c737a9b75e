import { expect, test } from "bun:test";
import { objectCloud, swiftAs } from "../testing.ts";

test("OB-31 a container as a web site: index, error page, listing, style", async () => {
  await using cloud = await objectCloud();
  const demo = await swiftAs(cloud);
  const nobody = await swiftAs(cloud, null);
  await demo.put("web", undefined, {
    "x-container-read": ".r:*,.rlistings",
    "x-container-meta-web-index": "index.html",
  });
  await demo.put("web/index.html", "<h1>home</h1>");
  await demo.put("web/sub/index.html", "<h1>sub</h1>");
  await demo.put("web/files/a<b.txt", "x");
  await demo.put("web/404missing.html", "<h1>lost</h1>");
  const site = `/v1/${demo.account}/web`;
  const get = (path: string) => nobody.raw("GET", site + path);
  const bare = await get("");
  expect([bare.status, bare.headers.get("location")]).toEqual([301, `http://127.0.0.1${site}/`]);
  expect((await get("/")).text).toBe("<h1>home</h1>");
  expect((await get("/sub/")).text).toBe("<h1>sub</h1>");
  expect((await get("/sub")).status).toBe(301);
  expect((await get("/missing")).status).toBe(404);
  await demo.ask("POST", "web", { headers: { "x-container-meta-web-error": "missing.html" } });
  const lost = await get("/nowhere");
  expect([lost.status, lost.text]).toEqual([404, "<h1>lost</h1>"]);

  await demo.ask("POST", "web", {
    headers: {
      "x-container-meta-web-listings": "true",
      "x-container-meta-web-listings-css": "style.css",
    },
  });
  const listing = await get("/files/");
  expect(listing.status).toBe(200);
  expect(listing.headers.get("content-type")).toBe("text/html; charset=UTF-8");
  expect(listing.text).toContain('<link rel="stylesheet" type="text/css" href="../style.css" />');
  expect(listing.text).toContain('<a href="a%3Cb.txt">a&lt;b.txt</a>');
  // With a token the API answers as ever.
  expect(await demo.names("web?prefix=sub/")).toEqual(["sub/index.html"]);
});

test("cross-origin requests and crossdomain.xml", async () => {
  await using cloud = await objectCloud();
  const demo = await swiftAs(cloud);
  await demo.put("c", undefined, {
    "x-container-meta-access-control-allow-origin": "http://app.example",
    "x-container-meta-access-control-max-age": "5",
  });
  await demo.put("c/o", "x");
  const origin = "http://app.example";
  const asked = { origin, "access-control-request-method": "PUT" };
  const preflight = await demo.ask("OPTIONS", "c/o", { headers: asked });
  expect(preflight.status).toBe(200);
  expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
  expect(preflight.headers.get("access-control-max-age")).toBe("5");
  const other = await demo.ask("OPTIONS", "c/o", { headers: { ...asked, origin: "http://bad.example" } });
  expect(other.status).toBe(401);
  const get = await demo.ask("GET", "c/o", { headers: { origin } });
  expect(get.headers.get("access-control-allow-origin")).toBe(origin);
  const xml = await demo.raw("GET", "/crossdomain.xml");
  expect(xml.text).toContain('<allow-access-from domain="*" secure="false" />');
});
