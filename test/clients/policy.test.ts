// The delegation exercise of the operations guide with the unmodified clients: every member may make flavors, at once and
// without a restart; `stack policy` tells why.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { run, Stack } from "../support/stack.ts";

const FLAVORMANAGE = "compute_extension:flavormanage";
const CREATE = "os_compute_api:os-flavor-manage:create";

describeWith("policy with the clients", [program("openstack"), program("nova")], () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.up();
  }, 60_000);
  afterAll(() => stack[Symbol.asyncDispose]());

  const asDemo = (...command: string[]) => run(command, { env: stack.demoEnv });
  const policy = (...args: string[]) => stack.cli("policy", ...args);

  /** Puts nova's policy.json in place and waits until it counts. */
  async function put(rules: Record<string, unknown>, expected: 0 | 1): Promise<void> {
    const path = join(stack.state, "etc", "nova", "policy.json");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(rules, null, 2));
    expect((await policy("validate", path)).status).toBe(0);
    for (let tries = 0; (await policy("check", "demo", CREATE)).status !== expected; tries++) {
      if (tries > 50) throw new Error("the policy file is not in force");
    }
  }

  test("PO-08 emptying compute_extension:flavormanage lets members make flavors, without a restart", async () => {
    const refused = await asDemo("openstack", "flavor", "create", "--ram", "64", "members");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`Policy doesn't allow ${CREATE} to be performed.`);

    await put({ admin_api: [["is_admin:True"]], [FLAVORMANAGE]: [] }, 0);
    const made = await asDemo("nova", "flavor-create", "members", "auto", "64", "1", "1");
    expect([made.status, made.stderr]).toEqual([0, expect.any(String)]);
    expect((await asDemo("nova", "flavor-delete", "members")).status).toBe(0);

    await put({ admin_api: [["is_admin:True"]], [FLAVORMANAGE]: [["rule:admin_api"]] }, 1);
    expect((await asDemo("nova", "flavor-create", "members", "auto", "64", "1", "1")).stderr).toContain(
      "HTTP 403",
    );
  }, 240_000);

  test("stack policy explains the decision, tells who asks, and ends with its answer", async () => {
    const denied = await policy("check", "demo", FLAVORMANAGE);
    expect(denied.status).toBe(1);
    expect(denied.stdout).toStartWith("denied\n");
    expect(denied.stdout).toContain(
      `no  rule:${CREATE}  (${stack.state}/etc/nova/policy.json:7 as ${FLAVORMANAGE} "rule:admin_api")`,
    );
    expect(denied.stdout).toContain("no  is_admin:True  (the caller's is_admin is False)");
    const admin = await policy("check", "admin", CREATE, "--json");
    expect([admin.status, JSON.parse(admin.stdout).allowed]).toEqual([0, true]);
    const token = (await asDemo("openstack", "token", "issue", "-f", "value", "-c", "id")).stdout.trim();
    expect((await policy("check", "os_compute_api:servers:create", "--os-token", token)).status).toBe(0);
    for (const question of [
      ["check", "demo", "no:such:rule"],
      ["check", "nobody", CREATE],
      ["check", "demo", "context_is_admin"],
      ["check", "demo", CREATE, "--system"],
      ["check", "demo"],
      ["explain"],
    ]) {
      expect([question, (await policy(...question)).status]).toEqual([question, 2]);
    }
    const path = join(stack.state, "etc", "nova", "policy.json");
    const rows = (await policy("list", "compute")).stdout
      .split("\n")
      .filter((row) => row.includes(`${path}:`));
    expect(rows.some((row) => row.startsWith(CREATE))).toBe(true);
    writeFileSync(path, '{\n"a": "role:"admin"\n}');
    expect((await policy("validate", path)).status).toBe(1);
    rmSync(path);
  }, 120_000);

  test("a generated file is a policy file that changes nothing", async () => {
    const sample = await policy("generate", "nova");
    expect(sample.status).toBe(0);
    expect(sample.stdout).toContain(`#"${CREATE}": "rule:context_is_admin"\n`);
    const path = join(stack.state, "sample.yaml");
    writeFileSync(path, sample.stdout);
    expect((await policy("validate", path, "--service", "nova")).stdout).toBe("0 rules, understood.\n");
    writeFileSync(path, sample.stdout.replaceAll(/^#"/gm, '"'));
    expect((await policy("validate", path, "--service", "nova")).status).toBe(0);
  });
});
