// The lab of the IP whitelist, step by step, with the real client: a middleware of one's own is put into the pipeline,
// the service is restarted, and who may look into a container follows its metadata from then on. The other machine of
// the lab is another address of this one.

import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program, type Requirement } from "../support/requires.ts";
import { ROOT, run, Stack } from "../support/stack.ts";

const OWN = "127.0.0.1";
const REMOTE = "127.0.0.12";

/** The client, from another address. */
const FROM = `
import socket, sys
address = sys.argv.pop(1)
connect = socket.socket.connect
def bound(self, where):
    if self.family == socket.AF_INET and self.type & socket.SOCK_STREAM:
        self.bind((address, 0))
    return connect(self, where)
socket.socket.connect = bound
from swiftclient.shell import main
sys.argv[0] = "swift"
sys.exit(main())
`;

const PYTHON: Requirement = {
  met: Bun.spawnSync(["/usr/bin/python3", "-c", "import swiftclient, keystoneclient"]).exitCode === 0,
  reason: "needs python3-swiftclient and python3-keystoneclient",
};

const LOCALRC = `
ADMIN_PASSWORD=devstack
MYSQL_PASSWORD=devstack
RABBIT_PASSWORD=devstack
SERVICE_PASSWORD=devstack
SERVICE_TOKEN=devstack
SWIFT_HASH=66a3d6b56c1f479c8b4e70ab5c2000f5
SWIFT_REPLICAS=1
disable_all_services
enable_service key swift mysql
`;

const PROXY_CONF = `
[[post-config|/etc/swift/proxy-server.conf]]
[filter:ip_whitelist]
paste.filter_factory = swift.common.middleware.ip_whitelist:filter_factory
# You can override the default log routing for this filter here:
# set log_name = ratelimit
# set log_facility = LOG_LOCAL0
# set log_level = INFO
# set log_headers = False
# set log_address = /dev/log
deny_message = You shall not pass!

[pipeline:main]
pipeline = catch_errors healthcheck cache ratelimit ip_whitelist authtoken keystoneauth proxy-logging proxy-server
`;

describeWith("the IP whitelist lab", [program("swift"), PYTHON], () => {
  test("OB-16 OB-17 OB-18 OB-20 OB-21 OB-22 OB-23 OB-24 OB-25 OB-36 OB-40 allowed, denied, unlocked", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-lab-"));
    const rc = join(folder, "localrc");
    writeFileSync(rc, LOCALRC);
    try {
      await using stack = await Stack.up({ args: ["--rc", rc] });
      const plugins = join(stack.state, "plugins");
      mkdirSync(plugins, { recursive: true });
      copyFileSync(join(ROOT, "fixtures/plugins/ip_whitelist.ts"), join(plugins, "ip_whitelist.ts"));
      writeFileSync(rc, LOCALRC + PROXY_CONF);
      const restarted = await stack.cli("restart", "swift");
      expect([restarted.status, restarted.stderr]).toEqual([0, ""]);

      let mark = 0;
      const news = async () => {
        const { stdout } = await stack.cli("logs", "swift");
        const lines = stdout.split("\n");
        const fresh = lines.slice(mark);
        mark = lines.length - 1;
        return fresh
          .map((line) => line.replace(/^.*? (proxy-server) (\[[^\]]*\] )?/, "$1 "))
          .map((line) => line.replace(/\(txn: [^)]*\)/, "(txn: ...)"));
      };
      await news();

      expect(await stack.demo("swift", "post", "middleware-test")).toBe("");
      const allowed = await news();
      expect(allowed).toContain(`proxy-server Remote IP: ${OWN} (txn: ...)`);
      expect(allowed).toContain(`proxy-server Allow IPs: set(['${OWN}']) (txn: ...)`);
      expect(allowed.some((line) => line.includes(" IPWhitelistMiddleware "))).toBe(true);

      const v2 = stack.demoEnv["OS_AUTH_URL"]!.replace(/\/v3$/, "/v2.0/");
      const fromRemote = (...args: string[]) =>
        run(
          [
            ...["/usr/bin/python3", "-c", FROM, REMOTE, "--auth-version=2", `--os-auth-url=${v2}`],
            ...["--os-region-name=RegionOne", "--os-username=demo:demo", "--os-password=devstack", ...args],
          ],
          { env: { PATH: process.env["PATH"], LANG: "C.UTF-8" } },
        );
      const denied = await fromRemote("list", "middleware-test");
      expect(denied.status).toBe(1);
      expect(denied.stderr).toMatch(
        /^Container GET failed: http:\/\/\S+\/v1\/AUTH_[0-9a-f]{32}\/middleware-test\?format=json 403 Forbidden {3}(\[first 60 chars of response\] )?b?'?You shall not pass!'?/,
      );
      const lines = await news();
      const account = /AUTH_[0-9a-f]{32}/.exec(denied.stderr)![0];
      const expected = [
        "proxy-server Invalid user token - deferring reject downstream (txn: ...)",
        "proxy-server Authorizing from an overriding middleware (i.e: tempurl) (txn: ...)",
        `proxy-server Remote IP: ${REMOTE} (txn: ...)`,
        `proxy-server Allow IPs: set(['${OWN}']) (txn: ...)`,
        `proxy-server IP ${REMOTE} denied access to Account=${account} Container=middleware-test. Not in set(['${OWN}']) (txn: ...)`,
      ];
      for (const line of expected) expect(lines).toContain(line);

      // Who asks for the account names no container, whose metadata could let them in.
      expect((await fromRemote("stat")).status).toBe(1);
      expect((await news()).join("\n")).toContain(
        `denied access to Account=${account} Container=None. Not in`,
      );

      await stack.demo("swift", "post", "--meta", `allow-dev:${REMOTE}`, "middleware-test");
      const unlocked = await fromRemote("list", "middleware-test");
      expect([unlocked.status, unlocked.stdout, unlocked.stderr]).toEqual([0, "", ""]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);

  test("OB-43 the Swift-only profile names no RPC back-end, and needs none", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-lab-"));
    const rc = join(folder, "localrc");
    writeFileSync(rc, LOCALRC);
    try {
      await using stack = await Stack.up({ args: ["--rc", rc] });
      const status = JSON.parse((await stack.cli("status", "--json")).stdout) as {
        ready: boolean;
        services: { window: string; state: string }[];
      };
      expect([status.ready, status.services.map(({ window, state }) => `${window} ${state}`)]).toEqual([
        true,
        ["key running", "swift running"],
      ]);
      await stack.demo("swift", "post", "no-rabbit");
      expect((await stack.demo("swift", "list")).trim()).toBe("no-rabbit");
      for (const service of ["key", "swift"])
        expect((await stack.cli("logs", service)).stdout).not.toMatch(/ (ERROR|CRITICAL|WARNING) /);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
