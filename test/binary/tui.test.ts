// The terminal UI of the compiled program, driven in tmux as a person would.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { BINARY, run } from "../support/stack.ts";

const folder = mkdtempSync(join(tmpdir(), "stack-tui-"));
const state = join(folder, "state");
const socket = join(folder, "tmux");
const env = { PATH: process.env["PATH"], HOME: folder, TERM: "xterm-256color", SHELL: "/bin/sh", PS1: "$ " };
const tmux = (...args: string[]) => run(["tmux", "-S", socket, ...args], { env });

async function capture(): Promise<string> {
  return (await tmux("capture-pane", "-p", "-t", "t")).stdout;
}

/** The screen, as soon as it shows what is wanted. */
async function screenWith(wanted: string | RegExp): Promise<string> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const text = await capture();
    if (typeof wanted === "string" ? text.includes(wanted) : wanted.test(text)) return text;
    if (Date.now() > deadline) throw new Error(`the screen never showed ${wanted}:\n${text}`);
    await Bun.sleep(50);
  }
}

const keys = (...names: string[]) => tmux("send-keys", "-t", "t", ...names);

describeWith("DS-09 the terminal UI", [program("tmux")], () => {
  beforeAll(async () => {
    const command = `${BINARY} up --port 0 --driver fake --state ${state} --set ENABLED_SERVICES=key; exec sleep 1000`;
    await tmux("-f", "/dev/null", "new-session", "-d", "-s", "t", "-x", "80", "-y", "24", command);
  });
  afterAll(async () => {
    await run([BINARY, "down", "--state", state]);
    await tmux("kill-server");
    rmSync(folder, { recursive: true, force: true });
  });

  test("opens on the first service with screen's status line", async () => {
    const text = await screenWith("1$ key*");
    expect(text.trimEnd().split("\n").at(-1)).toBe("0-$ shell 1$ key*");
    await screenWith("Starting keystone");
  });

  test("window 0 is a shell with credentials", async () => {
    await keys("C-a", "0");
    await keys("echo user=$OS_USERNAME sum=$((40+2))", "Enter");
    await screenWith("user=admin sum=42");
  });

  test("DS-12 Ctrl-C, Up, Enter restarts a service", async () => {
    await keys("C-a", "1");
    await screenWith("1$ key*");
    await keys("C-c");
    await screenWith(/\^C[\s\S]*Stopping keystone[\s\S]*1!\$ key\*/);
    expect((await run([BINARY, "status", "--state", state])).stdout).toContain("stopped");
    await keys("Up");
    await screenWith("$ stack start key");
    await keys("Enter");
    await screenWith(/stack start key[\s\S]*Starting keystone[\s\S]*1\$ key\*/);
    expect((await run([BINARY, "status", "--state", state])).stdout).toContain("running");
  });

  test("detaching leaves the cloud running, and stack -r comes back", async () => {
    await keys("C-a", "d");
    await screenWith("[detached");
    expect((await run([BINARY, "status", "--state", state])).status).toBe(0);
    await tmux("respawn-pane", "-k", "-t", "t", `${BINARY} -r --state ${state}; exec sleep 1000`);
    await screenWith("1$ key*");
    await screenWith("Starting keystone");
  });
});
