// The compiled program, alone: from an empty folder, with an empty environment.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY, run } from "../support/stack.ts";
import { tokenByPassword } from "../support/token.ts";

const empty = mkdtempSync(join(tmpdir(), "stack-empty-"));
const state = join(empty, "state");
const stack = (...args: string[]) => run([BINARY, ...args], { env: {}, cwd: empty });

afterAll(() => rmSync(empty, { recursive: true, force: true }));

describe("help and errors", () => {
  test("help names every command, and each has an example", async () => {
    const { stdout, status } = await stack("help");
    expect(status).toBe(0);
    const names = [...stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map((m) => m[1]!);
    for (const name of [
      "up",
      "attach",
      "status",
      "start",
      "stop",
      "restart",
      "logs",
      "openrc",
      "clouds",
      "run",
    ]) {
      expect(names).toContain(name);
    }
    for (const name of ["sql", "queues", "trace", "doctor", "down", "cleanup"]) expect(names).toContain(name);
    for (const name of names) {
      const help = await stack("help", name);
      expect(help.status).toBe(0);
      expect(help.stdout).toContain("Example: ");
    }
  });

  test.each([
    [["nonsense"], 2],
    [["status", "--nonsense"], 2],
    [["up", "--port", "many"], 2],
    [["up", "--set", "HOST_PI=1"], 2],
    [["status", "--state", "/nonexistent"], 1],
  ])("stack %p ends with %d", async (args, status) => {
    const outcome = await stack(...args);
    expect(outcome.status).toBe(status);
    expect(outcome.stderr).toStartWith("stack: ");
    expect(outcome.stderr).not.toContain("    at ");
  });
});

describe("a cloud", () => {
  beforeAll(async () => {
    const up = await stack("up", "--detach", "--port", "0", "--driver", "fake", "--state", state);
    expect(up.stderr).toBe("");
    expect(up.status).toBe(0);
  });
  afterAll(async () => {
    await stack("down", "--state", state);
  });

  test("every service runs and its API answers", async () => {
    const { stdout } = await stack("status", "--json", "--state", state);
    const status = JSON.parse(stdout);
    expect(status).toMatchObject({ state: "running", ready: true, driver: { name: "fake" } });
    for (const service of status.services)
      expect([service.window, service.state]).toEqual([service.window, "running"]);
    const apis = status.services.filter((service: { url: string | null }) => service.url !== null);
    expect(apis.length).toBeGreaterThan(6);
    for (const { url } of apis) {
      const answer = await fetch(`${url}/`, { redirect: "manual" });
      expect(answer.status).toBeLessThan(500);
    }
  });

  test("errors carry the names that they have in the sources", async () => {
    const rc = (await stack("openrc", "admin", "--state", state)).stdout;
    const value = (name: string) =>
      new RegExp(`^export ${name}=(.*)$`, "m").exec(rc)![1]!.replaceAll("'", "");
    const [url, user, password] = ["OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD"].map(value);
    const headers = { "x-auth-token": (await tokenByPassword(url!, user!, password!)).token };
    const { services } = JSON.parse((await stack("status", "--json", "--state", state)).stdout);
    const { url: network } = services.find((service: { window: string }) => service.window === "q-svc");
    for (const [path, type] of [
      ["networks/none", "NetworkNotFound"],
      ["ports/none", "PortNotFound"],
      ["security-groups/none", "SecurityGroupNotFound"],
    ]) {
      const answer = await fetch(`${network}/v2.0/${path}`, { headers });
      const body = (await answer.json()) as { NeutronError: { type: string } };
      expect(body.NeutronError.type).toBe(type!);
    }
  });

  test("the state directory is its owner's alone", () => {
    expect(statSync(state).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(state)) {
      const mode = statSync(join(state, name)).mode & 0o077;
      if (name === "secrets.json" || name.startsWith("fernet")) expect([name, mode]).toEqual([name, 0]);
    }
  });

  test("a second cloud in the same state directory is refused", async () => {
    const again = await stack("up", "--detach", "--port", "0", "--driver", "fake", "--state", state);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain("already running");
  });

  test("down ends it", async () => {
    const { pid } = JSON.parse((await stack("status", "--json", "--state", state)).stdout);
    expect((await stack("down", "--state", state)).status).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow();
    expect((await stack("status", "--state", state)).status).toBe(1);
  });
});
