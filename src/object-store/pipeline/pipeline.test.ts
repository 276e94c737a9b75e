import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestCloud } from "../../testing/cloud.ts";
import { objectCloud, swiftAs } from "../testing.ts";

const WHITELIST = join(import.meta.dir, "../../../fixtures/plugins/ip_whitelist.ts");
const OWN = "127.0.0.1";
const REMOTE = "198.51.100.12";

const rc = (...lines: string[]) => ["[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]", ...lines].join("\n");

const LAB = rc(
  "[filter:ip_whitelist]",
  `use = ${WHITELIST}`,
  "# You can override the default log routing for this filter here:",
  "# set log_name = ratelimit",
  "deny_message = You shall not pass!",
  "[pipeline:main]",
  "pipeline = catch_errors healthcheck cache ratelimit ip_whitelist authtoken keystoneauth proxy-logging proxy-server",
);

/** Lines of the swift window since the mark, without time and process. */
const window = (cloud: TestCloud, from = 0) =>
  cloud.log.lines
    .slice(from)
    .filter((line) => line.window === "swift")
    .map((line) => line.text.replace(/^\S+ \S+ \d+ /, ""));

const withoutContext = (lines: string[]) =>
  lines.map((line) => line.replace(/^(\w+ \S+) \[[^\]]*\] /, "$1 ").replace(/txn: \w+-\w+/, "txn: ..."));

test("OB-17 OB-27 the pipeline is as configured, with what Swift insists on", async () => {
  await using cloud = await objectCloud({
    rc: rc(
      "[pipeline:main]",
      "pipeline = catch_errors healthcheck proxy-logging cache authtoken keystoneauth proxy-server",
    ),
  });
  expect(window(cloud).join("\n")).toContain(
    'Pipeline is "catch_errors gatekeeper healthcheck proxy-logging cache listing_formats authtoken keystoneauth copy dlo versioned_writes proxy-server"',
  );
  const swift = await swiftAs(cloud);
  expect((await swift.raw("GET", "/healthcheck")).text).toBe("OK");
  const info = (await swift.raw("GET", "/info")).json;
  expect(Object.keys(info)).not.toContain("tempurl");
  const whole = await objectCloud();
  const all = Object.keys((await (await swiftAs(whole)).raw("GET", "/info")).json);
  await whole[Symbol.asyncDispose]();
  for (const name of ["account_quotas", "bulk_delete", "bulk_upload", "container_quotas", "container_sync"])
    expect(all).toContain(name);
  for (const name of ["crossdomain", "formpost", "object_versioning", "ratelimit", "slo", "staticweb"])
    expect(all).toContain(name);
  for (const name of ["swift", "symlink", "tempurl", "versioned_writes"]) expect(all).toContain(name);
});

test("OB-17 a name that is no middleware: the service refuses to start and says why", async () => {
  const started = objectCloud({ rc: rc("[pipeline:main]", "pipeline = catch_errors no_such proxy-server") });
  expect(started).rejects.toThrow(/the pipeline names "no_such", which is no middleware/);
  const unended = objectCloud({ rc: rc("[pipeline:main]", "pipeline = catch_errors healthcheck") });
  expect(unended).rejects.toThrow("the pipeline must end with proxy-server");
});

test("OB-18 OB-20 OB-21 OB-22 OB-23 OB-24 OB-25 the whitelist: allowed, denied, unlocked by metadata", async () => {
  await using cloud = await objectCloud({ rc: LAB });
  const swift = await swiftAs(cloud);
  let mark = cloud.log.lines.length;
  expect((await swift.ask("PUT", "middleware-test", { address: OWN })).status).toBe(201);
  const allowed = withoutContext(window(cloud, mark));
  expect(allowed).toContain(`DEBUG proxy-server Remote IP: ${OWN} (txn: ...)`);
  expect(allowed).toContain(`DEBUG proxy-server Allow IPs: set(['${OWN}']) (txn: ...)`);

  mark = cloud.log.lines.length;
  const denied = await swift.ask("GET", "middleware-test?format=json", { address: REMOTE });
  expect([denied.status, denied.text]).toEqual([403, "You shall not pass!"]);
  const lines = withoutContext(window(cloud, mark));
  const expected = [
    "DEBUG proxy-server Invalid user token - deferring reject downstream (txn: ...)",
    "DEBUG proxy-server Authorizing from an overriding middleware (i.e: tempurl) (txn: ...)",
    `DEBUG proxy-server Remote IP: ${REMOTE} (txn: ...)`,
    `DEBUG proxy-server Allow IPs: set(['${OWN}']) (txn: ...)`,
    `DEBUG proxy-server IP ${REMOTE} denied access to Account=${swift.account} Container=middleware-test. Not in set(['${OWN}']) (txn: ...)`,
  ];
  expect(lines.filter((line) => expected.includes(line))).toEqual(expected);
  expect(lines.some((line) => line.includes("HEAD") && line.includes(" IPWhitelistMiddleware "))).toBe(true);

  await swift.ask("POST", "middleware-test", {
    address: OWN,
    headers: { "x-container-meta-allow-dev": REMOTE },
  });
  expect((await swift.ask("GET", "middleware-test?format=json", { address: REMOTE })).status).toBe(200);

  // Whoever asks for the account names no container.
  mark = cloud.log.lines.length;
  expect((await swift.ask("GET", "", { address: REMOTE })).status).toBe(403);
  expect(window(cloud, mark).join("\n")).toContain(
    `denied access to Account=${swift.account} Container=None. Not in set(['${OWN}'])`,
  );
  expect((await swift.ask("PUT", "other", { address: REMOTE })).status).toBe(403);
});

test("OB-20 the customary message when none is set", async () => {
  await using cloud = await objectCloud({ rc: LAB.replace(/deny_message.*\n/, "") });
  const swift = await swiftAs(cloud);
  expect((await swift.ask("GET", "", { address: REMOTE })).text).toBe("IP Denied");
});

const PLUGIN = `
export default (next, conf, tools) => {
  tools.registerInfo("mine", { version: 1 });
  tools.log.debug(null, "conf = " + JSON.stringify(Object.fromEntries(conf)));
  return async (request) => {
    tools.log.debug(request, "env = " + JSON.stringify({ method: request.method, path: request.path }));
    if (request.query.has("fail")) throw new RangeError("my mistake");
    if (request.query.has("nothing")) return undefined;
    if (request.query.has("answer")) return tools.respond(418, "VERSION");
    if (request.query.has("info")) return { status: 200, body: JSON.stringify(await tools.accountInfo(request, "Mine")) };
    const reply = await next(request);
    reply.headers["x-mine"] = conf.get("greeting");
    return reply;
  };
};`;

test("OB-19 OB-26 a plugin: wraps, answers, asks; its failures are its own; edits count after a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "swift-plugin-"));
  try {
    const path = join(folder, "mine.ts");
    writeFileSync(path, PLUGIN.replace("VERSION", "one"));
    await using cloud = await objectCloud({
      rc: rc(
        "[DEFAULT]",
        "greeting = from above",
        "[filter:mine]",
        `use = ${path}`,
        "colour = red",
        "[pipeline:main]",
        "pipeline = catch_errors proxy-logging cache mine authtoken keystoneauth proxy-server",
      ),
    });
    const swift = await swiftAs(cloud);
    expect(window(cloud).join("\n")).toContain('"colour":"red"');
    expect((await swift.raw("GET", "/info")).json.mine).toEqual({ version: 1 });
    const made = await swift.put("c");
    expect(made.headers.get("x-mine")).toBe("from above");
    expect(window(cloud).join("\n")).toContain(`env = {"method":"PUT","path":"/v1/${swift.account}/c"}`);
    expect((await swift.ask("GET", "?info")).json).toMatchObject({ exists: true, containerCount: 1 });

    cloud.log.expectError("middleware mine failed");
    const mark = cloud.log.lines.length;
    expect((await swift.ask("GET", "?fail")).status).toBe(500);
    expect(window(cloud, mark).join("\n")).toMatch(
      /middleware mine failed[\s\S]*mine\.ts[\s\S]*RangeError: my mistake/,
    );
    expect((await swift.ask("GET", "?nothing")).status).toBe(500);
    expect((await swift.ask("GET", "")).status).toBe(200);

    const answer = async () => {
      const { status, text } = await swift.ask("GET", "?answer");
      return [status, text];
    };
    expect(await answer()).toEqual([418, "one"]);
    await Bun.sleep(5); // another mtime
    writeFileSync(path, PLUGIN.replace("VERSION", "two"));
    expect(await answer()).toEqual([418, "one"]);
    await cloud.cloud.restartService("swift");
    expect(await answer()).toEqual([418, "two"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a plugin that cannot be loaded stops the service from starting, with the reason", async () => {
  const missing = objectCloud({
    rc: rc("[filter:mine]", "use = /no/such/file.ts", "[pipeline:main]", "pipeline = mine proxy-server"),
  });
  expect(missing).rejects.toThrow("cannot read the middleware /no/such/file.ts");
});

test("OB-38 OB-27 the access log, line for line as Swift's, each with its transaction", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  const mark = cloud.log.lines.length;
  const got = await swift.ask("PUT", "c%20d?x=1", { headers: { "user-agent": "test agent" } });
  const txn = got.headers.get("x-trans-id")!;
  const line = window(cloud, mark).find((text) => text.includes(" PUT "))!;
  expect(line).toMatch(
    new RegExp(
      `^INFO proxy-server \\[${txn} demo demo\\] 127\\.0\\.0\\.1 127\\.0\\.0\\.1 \\S+ PUT /v1/${swift.account}/c%2520d%3Fx%3D1 HTTP/1\\.0 201 - test%20agent \\S+\\.\\.\\. - - - ${txn} - \\d+\\.\\d{4} - - \\d+\\.\\d{9} \\d+\\.\\d{9} 0$`,
    ),
  );
});
