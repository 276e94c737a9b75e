// Central logs as the Operations Guide has them, with the receiver it names: rsyslogd, unmodified.

import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { Stack } from "../support/stack.ts";

describeWith("central logs", [program("rsyslogd"), program("openstack")], () => {
  test("LG-13 LG-14 every line of nova's reaches rsyslogd, a file per host and one for all", async () => {
    const port = await freePort();
    await using stack = await Stack.up({
      args: ["--set", "SYSLOG=True", "--set", `SYSLOG_PORT=${port}`, "--set", "HOST_NAME=c01.example.com"],
    });
    const dir = join(stack.state, "rsyslog");
    mkdirSync(dir);
    await using _receiver = await rsyslogd(dir, port);
    const nova = [join(dir, "c01.example.com/nova.log"), join(dir, "nova.log")];
    await until(async () => {
      await stack.admin("openstack", "flavor", "list");
      return nova.every((path) => existsSync(path) && readFileSync(path, "utf8").includes("/flavors"));
    });
    for (const path of nova) {
      const line = readFileSync(path, "utf8")
        .split("\n")
        .find((text) => text.includes("/flavors"))!;
      expect(line).toMatch(
        / c01\.example\.com nova-api\[\d+\]: .* INFO nova-api \[req-\S+ admin admin\] .*"GET .*\/flavors.*" status: 200 /,
      );
      expect(readFileSync(path, "utf8")).not.toContain(" keystone[");
    }
    await until(() => existsSync(join(dir, "c01.example.com/syslog.log")));
    expect(readFileSync(join(dir, "c01.example.com/syslog.log"), "utf8")).toContain(" keystone[");
  }, 60_000);
});

/** The guide's `server.conf`, in a folder and on a port of the test's own. */
async function rsyslogd(dir: string, port: number): Promise<AsyncDisposable> {
  const conf = join(dir, "server.conf");
  writeFileSync(
    conf,
    `$ModLoad imudp
$UDPServerAddress 127.0.0.1
$UDPServerRun ${port}
$template NovaFile, "${dir}/%HOSTNAME%/nova.log"
$template NovaAll, "${dir}/nova.log"
$template DynFile, "${dir}/%HOSTNAME%/syslog.log"
*.* ?DynFile
local0.* ?NovaFile
local0.* ?NovaAll
`,
  );
  const child = Bun.spawn(["rsyslogd", "-n", "-f", conf, "-i", join(dir, "pid")], {
    stdout: "ignore",
    stderr: "ignore",
  });
  await until(() => existsSync(join(dir, "pid")));
  return {
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}

async function freePort(): Promise<number> {
  const socket = await Bun.udpSocket({ hostname: "127.0.0.1" });
  const { port } = socket;
  socket.close();
  return port;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("it did not come to pass");
    await Bun.sleep(20);
  }
}
