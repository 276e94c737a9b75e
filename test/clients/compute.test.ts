// The compute verbs of the guides with the clients that still have them, on the compiled cloud with simulated hosts.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { run, Stack } from "../support/stack.ts";

/** The rows of a client's table, cells without their blanks; the first is the head. */
function rows(table: string): string[][] {
  return table
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describeWith("the compute clients", [program("openstack"), program("nova"), program("ssh-keygen")], () => {
  let stack: Stack;
  const openstack = (...args: string[]) => stack.demo("openstack", ...args);
  const nova = (...args: string[]) => stack.demo("nova", ...args);
  const value = async (column: string, ...args: string[]) =>
    (await openstack(...args, "-f", "value", "-c", column)).trim();

  beforeAll(async () => {
    stack = await Stack.up({ args: ["--set", "FAKE_HOSTS=c01:8:32768 c02:8:32768"] });
    const image = join(stack.state, "image.raw");
    writeFileSync(image, new Uint8Array(1 << 16));
    await stack.admin(
      ...["openstack", "image", "create", "--public", "--disk-format", "raw", "--container-format", "bare"],
      ...["--file", image, "cirros"],
    );
  }, 180_000);
  afterAll(() => stack[Symbol.asyncDispose]());

  test("CP-10 KP-05 boot with the unified client: field table, ACTIVE, an address; a key file others can read is refused", async () => {
    const pem = join(stack.state, "test-key.pem");
    writeFileSync(pem, await openstack("keypair", "create", "test-key"), { mode: 0o600 });
    const table = rows(
      await openstack(
        ...["server", "create", "--flavor", "m1.tiny", "--network", "private", "--key-name", "test-key"],
        ...["--image", "cirros", "--security-group", "default", "--wait", "cirros-VM1"],
      ),
    );
    expect(table[0]).toEqual(["Field", "Value"]);
    const fields = Object.fromEntries(table.slice(1));
    expect(fields).toMatchObject({ name: "cirros-VM1", status: "ACTIVE", key_name: "test-key" });
    expect(fields["flavor"]).toStartWith("m1.tiny");
    expect(fields["addresses"]).toMatch(/^private=10\.0\.\d+\.\d+$/);

    expect((await run(["ssh-keygen", "-y", "-f", pem])).status).toBe(0);
    chmodSync(pem, 0o644);
    const refused = await run(["ssh-keygen", "-y", "-f", pem]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain("UNPROTECTED PRIVATE KEY FILE");
  }, 180_000);

  test("CP-01 CP-02 CP-03 nova list: the columns, states in words, fixed and floating address in one cell", async () => {
    const ip = await value("floating_ip_address", "floating", "ip", "create", "public");
    await openstack("server", "add", "floating", "ip", "cirros-VM1", ip);
    await openstack("network", "create", "second");
    await openstack("subnet", "create", "--network", "second", "--subnet-range", "192.168.77.0/24", "second");
    await openstack("server", "add", "network", "cirros-VM1", "second");
    const [head, row] = rows(await nova("list"));
    expect(head).toEqual(["ID", "Name", "Status", "Task State", "Power State", "Networks"]);
    expect(row!.slice(1, 5)).toEqual(["cirros-VM1", "ACTIVE", "-", "Running"]);
    const networks = row![5]!.split("; ").sort();
    expect(networks.length).toBe(2);
    expect(networks[0]).toMatch(new RegExp(`^private=10\\.0\\.\\d+\\.\\d+, ${ip.replaceAll(".", "\\.")}$`));
    expect(networks[1]).toMatch(/^second=192\.168\.77\.\d+$/);
    // A server that never got a host has no network.
    await stack.admin(
      ...["openstack", "flavor", "create", "--ram", "1024", "--vcpus", "12", "--disk", "1", "xxl.super"],
    );
    await openstack(
      "server",
      "create",
      "--flavor",
      "xxl.super",
      "--image",
      "cirros",
      "--network",
      "private",
      "big",
    );
    let failed: string[] | undefined;
    while (failed?.[2] !== "ERROR") failed = rows(await nova("list")).find(([, name]) => name === "big");
    expect(failed.slice(2)).toEqual(["ERROR", "-", "NOSTATE", ""]);
    await openstack("server", "delete", "--wait", "big");
  }, 240_000);

  test("CP-53 the eight verbs of every student", async () => {
    expect(rows(await openstack("server", "list"))[0]).toEqual([
      ...["ID", "Name", "Status", "Networks", "Image", "Flavor"],
    ]);
    const status = () => value("status", "server", "show", "cirros-VM1");
    const settled = async (wanted: string) => {
      while ((await status()) !== wanted) await Bun.sleep(50);
    };
    await openstack("server", "stop", "cirros-VM1");
    await settled("SHUTOFF");
    await openstack("server", "start", "cirros-VM1");
    await settled("ACTIVE");
    await openstack("server", "reboot", "--wait", "cirros-VM1");
    await openstack("server", "resize", "--flavor", "m1.small", "--wait", "cirros-VM1");
    expect(await status()).toBe("VERIFY_RESIZE");
    await openstack("server", "resize", "confirm", "cirros-VM1");
    await settled("ACTIVE");
    const id = await value("id", "server", "show", "cirros-VM1");
    const host = async () =>
      JSON.parse(await stack.admin("openstack", "server", "show", id, "-f", "json"))["OS-EXT-SRV-ATTR:host"];
    const before = await host();
    await stack.admin("openstack", "server", "migrate", "--wait", id);
    expect(await host()).not.toBe(before);
    await stack.admin("openstack", "server", "migrate", "confirm", id);
    await settled("ACTIVE");
    await openstack("server", "delete", "--wait", "cirros-VM1");
    expect((await openstack("server", "list", "-f", "value")).trim()).toBe("");
  }, 300_000);

  test("FL-08 nova help names the flavor verbs, and they work", async () => {
    const help = await nova("help");
    for (const verb of [
      "create",
      "delete",
      "key",
      "list",
      "show",
      "access-add",
      "access-list",
      "access-remove",
    ]) {
      expect(help).toMatch(new RegExp(`^ +flavor-${verb} `, "m"));
    }
    const admin = (...args: string[]) => stack.admin("nova", ...args);
    const made = rows(
      await admin("flavor-create", "--is-public", "false", "m1.own", "auto", "512", "1", "1"),
    )[1]!;
    expect(made[1]).toBe("m1.own");
    await admin("flavor-key", made[0]!, "set", "quota:disk_read_iops_sec=100");
    const project = await value("project_id", "token", "issue");
    expect(await nova("flavor-list")).not.toContain("m1.own");
    await admin("flavor-access-add", made[0]!, project);
    expect(rows(await admin("flavor-access-list", "--flavor", made[0]!))[1]).toEqual([made[0]!, project]);
    expect(await nova("flavor-list")).toContain("m1.own");
    await admin("flavor-access-remove", made[0]!, project);
    expect(await nova("flavor-list")).not.toContain("m1.own");
    await admin("flavor-delete", made[0]!);
  }, 180_000);

  test("QU-02 a project's quota, by the present programs", async () => {
    const project = await value("project_id", "token", "issue");
    const quota = JSON.parse(await stack.admin("openstack", "quota", "show", project, "-f", "json"));
    const shown = Array.isArray(quota)
      ? Object.fromEntries(quota.map((row: Record<string, unknown>) => [row["Resource"], row["Limit"]]))
      : quota;
    const names = "volumes gigabytes ram instances cores injected-files injected-file-size properties".split(
      " ",
    );
    for (const name of names) expect(Number(shown[name])).toBeGreaterThanOrEqual(-1);
    const table = rows(await stack.admin("nova", "quota-show", "--tenant", project));
    const limits = Object.fromEntries(table.slice(1));
    expect(limits).toMatchObject({ instances: "10", cores: "20", ram: "51200", metadata_items: "128" });
  }, 120_000);
});
