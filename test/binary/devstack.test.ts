// What a DevStack machine was used for, step by step, with one file in the place of a machine.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, isRoot, program } from "../support/requires.ts";
import { BINARY, run, Stack } from "../support/stack.ts";
import { TestTerminal } from "../support/terminal.ts";

const FOLSOM = `# localrc of a DevStack machine
ADMIN_PASSWORD=devstack
MYSQL_PASSWORD=devstack
RABBIT_PASSWORD=devstack
SERVICE_PASSWORD=devstack
SERVICE_TOKEN=devstack
HOST_IP=127.0.0.68
FLAT_INTERFACE=br100
PUBLIC_INTERFACE=eth0
VOLUME_BACKING_FILE_SIZE=20480M
FAKE_HOSTS="devstack-nova:8:16384"
KEYSTONE_BRANCH=stable/folsom
SWIFT_BRANCH=stable/folsom
`;

describe("a DevStack machine's own file", () => {
  let stack: Stack;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stack-devstack-"));
    const rc = join(folder, "localrc");
    writeFileSync(rc, FOLSOM);
    stack = await Stack.up({ args: ["--rc", rc, "--classic-ports"] });
  }, 60_000);
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test("DS-17 HOST_IP: the identity service on port 5000, the object store on 8080, as the catalog says", async () => {
    expect(stack.adminEnv["OS_AUTH_URL"]).toBe("http://127.0.0.68:5000/v3");
    const urls = await stack.admin("openstack", "catalog", "show", "object-store", "-f", "json");
    expect(
      JSON.parse(urls).endpoints.find((one: { interface: string }) => one.interface === "public").url,
    ).toStartWith("http://127.0.0.68:8080/v1/AUTH_");
    expect((await fetch("http://127.0.0.68:8080/healthcheck")).status).toBe(200);
  });

  test("DS-16 the demo user with the password of the localrc, in RegionOne, from a client elsewhere", async () => {
    const remote = { PATH: process.env["PATH"], HOME: folder };
    const auth = ["-V", "2.0", "-A", "http://127.0.0.68:5000/v2.0", "-U", "demo:demo", "-K", "devstack"];
    const made = await run(["swift", ...auth, "--os-region-name", "RegionOne", "post", "box"], {
      env: remote,
    });
    expect([made.status, made.stderr]).toEqual([0, ""]);
    const listed = await run(["swift", ...auth, "list"], { env: remote });
    expect(listed.stdout).toBe("box\n");
    const wrong = await run(["swift", ...auth, "--os-region-name", "Nowhere", "list"], { env: remote });
    expect(wrong.status).not.toBe(0);
  });

  test("DS-15 openrc: demo in demo unless told otherwise, admin in admin; a shell that has read it is that user", async () => {
    const shell = async (script: string) =>
      (
        await run(["sh", "-c", script, BINARY], {
          env: { PATH: process.env["PATH"], STACK_STATE: stack.state },
        })
      ).stdout;
    const who = 'echo "$OS_USERNAME $OS_PROJECT_NAME $OS_PASSWORD $OS_REGION_NAME"';
    expect(await shell(`eval "$("$0" openrc)"; ${who}`)).toBe("demo demo devstack RegionOne\n");
    expect(await shell(`eval "$("$0" openrc admin)"; ${who}`)).toBe("admin admin devstack RegionOne\n");
    const token = await shell('eval "$("$0" openrc)"; openstack token issue -f value -c user_id');
    expect(token).toMatch(/^[0-9a-f]{32}\n$/);
  });

  test("DS-14 DS-18 LG-09 a plugin's file, edited: it counts when its window has been restarted, its words are in that log while debug is on", async () => {
    const path = join(stack.state, "plugins", "ip_scheduler.ts");
    expect((await stack.cli("plugin", "new", "scheduler", "ip_scheduler")).status).toBe(0);
    expect((await stack.cli("plugin", "list")).stdout).toContain(path);
    const { stdout: example } = await stack.cli("plugin", "example", "ip_scheduler");
    const own = 'tools.log.debug("This is a custom debugging statement");';
    writeFileSync(path, example.replace("tools.log.debug(", `${own}\n    tools.log.debug(`));
    const rc = join(folder, "localrc");
    writeFileSync(rc, `${FOLSOM}SCHEDULER_DRIVER=ip_scheduler\n`);
    expect((await stack.cli("restart", "n-sch")).status).toBe(0);
    writeFileSync(join(stack.state, "data"), "data");
    const made = [
      "image",
      "create",
      "--disk-format",
      "raw",
      "--file",
      "data",
      "i1",
      "-f",
      "value",
      "-c",
      "id",
    ];
    const image = (await stack.admin("openstack", ...made)).trim();
    const boot = (name: string) =>
      stack.admin(
        ...["openstack", "--os-compute-api-version", "2.37", "server", "create", "--flavor", "m1.tiny"],
        ...["--image", image, "--network", "none", "--wait", name],
      );
    await boot("vm1");
    const logged = async () => (await stack.cli("logs", "n-sch", "--grep", "custom debugging")).stdout;
    expect(await logged()).toMatch(
      / DEBUG nova\.scheduler\.ip_scheduler \[req-\S+ admin admin\] This is a custom /,
    );
    writeFileSync(
      rc,
      `${FOLSOM}SCHEDULER_DRIVER=ip_scheduler\n[[post-config|$NOVA_CONF]]\n[DEFAULT]\ndebug=false\n`,
    );
    await stack.cli("restart", "n-sch");
    const before = await logged();
    await boot("vm2");
    expect(await logged()).toBe(before);
  }, 60_000);

  test("DS-21 the settings that name code, with OpenStack's names for them and what they are now", async () => {
    const points = (await stack.cli("plugin", "points")).stdout;
    expect(points).toMatch(/ SCHEDULER_DRIVER +nova\.conf\/DEFAULT\/compute_scheduler_driver /);
    expect(points).toMatch(/ SWIFT_PIPELINE +proxy-server\.conf\/pipeline:main\/pipeline .* proxy-server$/m);
    expect(points).toMatch(
      / SCHEDULER_FILTERS +nova\.conf\/filter_scheduler\/enabled_filters .*ComputeFilter/,
    );
  });

  test("DS-08 what is printed when it stands: addresses, users, where the password is", async () => {
    const again = await stack.cli("up", "--detach");
    expect(again.stderr).toContain("a cloud is already running");
    await stack.cli("down");
    const up = await run(
      [
        BINARY,
        "up",
        "--detach",
        "--rc",
        join(folder, "localrc"),
        "--state",
        stack.state,
        "--port",
        "0",
        "--classic-ports",
        "--driver",
        "fake",
      ],
      { cwd: folder, env: { PATH: process.env["PATH"] } },
    );
    expect(up.status).toBe(0);
    expect(up.stdout).toContain("Identity:   http://127.0.0.68:5000/v3");
    expect(up.stdout).toContain("Dashboard:  http://127.0.0.68:");
    expect(up.stdout).toContain("admin and demo");
  });
});

test("DS-03 DS-22 one file, copied into an empty folder, and one command: a cloud that boots servers", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stack-alone-"));
  const file = join(folder, "stack");
  copyFileSync(BINARY, file);
  chmodSync(file, 0o755);
  const state = join(folder, "state");
  const env = { PATH: `${folder}:${process.env["PATH"]}`, HOME: folder };
  try {
    const script = `
      set -e
      image=$(openstack image list --status active -f value -c ID | head -1)
      [ -n "$image" ] || image=$(echo data > d; openstack image create --disk-format raw --file d i -f value -c id)
      openstack server create --flavor m1.tiny --image $image --network private --wait vm1 -f value -c status`;
    const outcome = await run(["stack", "run", "--driver", "fake", "--", "sh", "-c", script], {
      cwd: folder,
      env,
    });
    expect([outcome.status, outcome.stdout.trim().split("\n").at(-1)]).toEqual([0, "ACTIVE"]);
    expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(["stack"]));
    expect(existsSync(state)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("DS-01 a small machine will do: what an idle cloud takes, and what doctor says of this one", async () => {
  await using stack = await Stack.up();
  const status = readFileSync(`/proc/${stack.pid()}/status`, "utf8");
  const residentMb = Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
  expect(residentMb).toBeLessThan(400);
  const doctor = await stack.cli("doctor", "--json");
  const disk = JSON.parse(doctor.stdout).find(({ what }: { what: string }) => what === "disk");
  expect(disk.detail).toMatch(/^\d+ GiB free for /);
});

describeWith("a user of its own", [isRoot, program("setpriv"), program("tmux")], () => {
  test("DS-02 an ordinary user runs the cloud and its screen, without sudo", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-user-"));
    const [uid, gid] = [64_999, 64_999];
    chownSync(folder, uid, gid);
    const state = join(folder, "state");
    mkdirSync(state);
    chownSync(state, uid, gid);
    const as = `setpriv --reuid=${uid} --regid=${gid} --clear-groups env HOME=${folder}`;
    await using terminal = await TestTerminal.open("true");
    chmodSync(terminal.folder, 0o755);
    try {
      await terminal.command(
        `${as} ${BINARY} up --port 0 --driver fake --set ENABLED_SERVICES=key --state ${state}`,
      );
      await terminal.shows("0$ shell*");
      await terminal.keys("id -u; echo $OS_USERNAME", "Enter");
      await terminal.shows(/^64999\nadmin$/m);
      await terminal.screen("1");
      await terminal.shows("Starting keystone");
    } finally {
      await run([...as.split(" "), BINARY, "down", "--state", state], { cwd: folder });
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
