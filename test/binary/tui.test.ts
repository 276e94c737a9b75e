// The terminal UI of the compiled program, driven in tmux as a person would.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { BINARY, run } from "../support/stack.ts";
import { TestTerminal } from "../support/terminal.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence
const RED_MESSAGE = /\x1b\[31mlocalrc:1: KEYSTONE_TOKEN_EXPIRATION/;

describeWith("DS-09 the terminal UI", [program("tmux")], () => {
  let terminal: TestTerminal;
  let state: string;
  const cli = (...args: string[]) => run([BINARY, ...args, "--state", state]);

  beforeAll(async () => {
    terminal = await TestTerminal.open("true");
    state = join(terminal.folder, "state");
    writeFileSync(
      join(terminal.folder, "localrc"),
      "ADMIN_PASSWORD=devstack\ndisable_all_services\nenable_service key swift mysql\n",
    );
    await terminal.command(`${BINARY} up --port 0 --state ${state}`);
    await terminal.shows("0$ shell*");
  });
  afterAll(async () => {
    await cli("down");
    await terminal[Symbol.asyncDispose]();
  });

  const attachAnew = async (prefix = "") => {
    await terminal.command(`${prefix} ${BINARY} -r --state ${state}`);
    await terminal.shows("0$ shell*");
  };

  test("DS-05 DS-09 a Swift-only localrc: screen's status line, in DevStack's names; the log of each", async () => {
    await terminal.keys("Enter");
    await terminal.shows(/^0\$ shell\* {2}1\$ key {2}2\$ swift *$/m);
    await terminal.screen("n");
    await terminal.shows(/Starting keystone[\s\S]*0-\$ shell {2}1\$ key\* {2}2\$ swift/);
  });

  test("DS-11 n, p, a digit, Ctrl-A, a name, the list", async () => {
    await terminal.screen("n");
    await terminal.shows("1-$ key  2$ swift*");
    await terminal.screen("p");
    await terminal.shows("1$ key*  2-$ swift");
    await terminal.screen("0");
    await terminal.shows("0$ shell*  1-$ key  2$ swift");
    await terminal.screen("C-a");
    await terminal.shows("0-$ shell  1$ key*");
    await terminal.screen("'");
    await terminal.shows("Switch to window:");
    await terminal.keys("sw", "Enter");
    await terminal.shows("2$ swift*");
    await terminal.screen('"');
    await terminal.shows(/Num Name +Flags[\s\S]* 0 shell[\s\S]* 1 key[\s\S]* 2 swift/);
    await terminal.keys("k", "Enter");
    await terminal.shows("1$ key*");
  });

  test("DS-15 window 0 is a shell with credentials", async () => {
    await terminal.screen("0");
    await terminal.keys("echo user=$OS_USERNAME sum=$((40+2))", "Enter");
    await terminal.shows("user=admin sum=42");
  });

  test("DS-12 DS-18 Ctrl-C, edit, Up, Enter: the service starts with what was edited, its log in the same window", async () => {
    await terminal.screen("1");
    await terminal.shows("Starting keystone");
    await terminal.keys("C-c");
    await terminal.shows(/\^C[\s\S]*Stopping keystone[\s\S]*\n\$\s[\s\S]*1!\$ key\*/);
    expect((await cli("status")).stdout).toMatch(/key.*stopped/);
    await terminal.keys(
      "printf '[[post-config|$KEYSTONE_CONF]]\\n[DEFAULT]\\ndebug = False\\n' >> localrc",
      "Enter",
    );
    await terminal.shows(/>> localrc\n\$\s/);
    await terminal.keys("tail -1 localrc", "Enter");
    await terminal.shows(/^debug = False/m);
    await terminal.shows(/^debug = False\n\$\s/m);
    await terminal.keys("Up", "Up", "Up");
    await terminal.shows(/^\$ stack start key/m);
    await terminal.keys("Enter");
    await terminal.shows(/stack start key[\s\S]*Starting keystone[\s\S]*1\$ key\*/);
    expect((await cli("status")).stdout).toMatch(/key.*running/);
    expect((await cli("log-level", "key")).stdout.trim()).toMatch(/key +INFO/);
  });

  test("DS-19 scroll-back: search, two marks, paste into the shell", async () => {
    await terminal.screen("0");
    await terminal.keys("seq 1001 1100", "Enter");
    await terminal.shows("1100");
    await terminal.screen("[");
    await terminal.shows("Copy mode - Column");
    await terminal.keys("?", "1005", "Enter");
    await terminal.shows(/^1005/m);
    await terminal.keys("Y");
    await terminal.shows("Copied 4 characters into buffer");
    await terminal.keys("echo copied=");
    await terminal.screen("]");
    await terminal.keys("Enter");
    await terminal.shows(/^copied=1005/m);
  });

  test("LG-10 two logs side by side, each live, then one again", async () => {
    await terminal.screen("1");
    await terminal.screen("S");
    await terminal.screen("Tab");
    await terminal.screen("2");
    await terminal.shows(/Starting keystone[\s\S]*1 key[\s\S]*Starting swift[\s\S]*\*2 swift/);
    const { stdout } = await cli("openrc", "admin");
    await run(["sh", "-c", `eval "$1"; swift list`, "sh", stdout]);
    await terminal.shows(/POST \/v3\/auth\/tokens[\s\S]*1 key[\s\S]*GET[\s\S]*\*2 swift/);
    await terminal.screen("|");
    await terminal.shows(/2 swift +--/);
    await terminal.screen("Q");
    await terminal.shows(/^(?![\s\S]*1 key)[\s\S]*2\$ swift\*/);
  });

  test("a filter, and the view of one request through the services", async () => {
    await terminal.screen("1");
    await terminal.keys("/");
    await terminal.shows("Filter (empty: all lines):");
    await terminal.keys("starting", "Enter");
    await terminal.shows("[/starting]");
    expect(await terminal.text()).not.toContain("auth/tokens");
    await terminal.keys("/", "Enter");
    await terminal.shows("auth/tokens");
    await terminal.screen("T");
    await terminal.shows(/Follow request: req-[0-9a-f-]{36}/);
    await terminal.keys("Enter");
    await terminal.shows(/req-[0-9a-f-]{36}: key[\s\S]*-- key {2}\+0 ms --/);
    await terminal.keys("q");
    await terminal.shows(/^(?![\s\S]*trace)[\s\S]*2\$ swift/);
  });

  test("a new shell, its title, its end; activity; the help", async () => {
    await terminal.screen("c");
    await terminal.shows("3$ shell*");
    await terminal.screen("A");
    await terminal.keys("C-u", "work", "Enter");
    await terminal.shows("3$ work*");
    await terminal.keys("sleep 1; echo done", "Enter");
    await terminal.screen("M");
    await terminal.shows("Window 3 (work) is now being monitored for all activity.");
    await terminal.screen("0");
    await terminal.shows(/3-?@\$ work/);
    await terminal.screen("3");
    await terminal.shows(/^done/m);
    await terminal.screen("k");
    await terminal.shows("Really kill this window [y/n]");
    await terminal.keys("y");
    await terminal.shows(/^(?![\s\S]*work)[\s\S]*0\$ shell/);
    await terminal.screen("?");
    await terminal.shows("[Press Return to end.]");
    await terminal.keys("Enter");
  });

  test("levels are coloured until they are not; a start that fails says why and leaves the prompt", async () => {
    await terminal.screen("1");
    await terminal.keys("C-c");
    await terminal.shows("1!$ key*");
    await terminal.keys("sed -i 1iKEYSTONE_TOKEN_EXPIRATION=never localrc", "Enter");
    await terminal.shows(/never localrc\n\$\s/);
    await terminal.keys("stack start key", "Enter");
    await terminal.shows(RED_MESSAGE, true);
    await terminal.screen("%");
    await terminal.shows("Colours are off.");
    expect(await terminal.text(true)).not.toMatch(RED_MESSAGE);
    await terminal.keys("sed -i /never/d localrc", "Enter");
    await terminal.shows(/d localrc\n\$\s/);
    await terminal.keys("stack start key", "Enter");
    await terminal.shows("1$ key*");
    await terminal.screen("2");
  });

  test("another size: everything is drawn for it", async () => {
    await terminal.resize(100, 30);
    await terminal.shows(/(?:.*\n){28,29}0/);
    await terminal.resize(40, 10);
    await terminal.shows(/^.{0,40}\n(?:.{0,40}\n){8}/);
    await terminal.resize(80, 24);
    await terminal.shows("2$ swift*");
  });

  test("detaching leaves the cloud running; stack -r comes back, from two terminals at once", async () => {
    await terminal.screen("d");
    await terminal.shows("[detached");
    expect((await cli("status")).status).toBe(0);
    await attachAnew();
    await using second = await TestTerminal.open(`${BINARY} -r --state ${state}`);
    await second.shows("0$ shell*");
    await second.screen("2");
    await second.keys("C-c");
    await second.shows("2!$ swift*");
    await terminal.screen("2");
    await terminal.shows(/Stopping swift[\s\S]*2!\$ swift\*/);
    await terminal.keys("Up", "Enter");
    await second.shows(/Starting swift[\s\S]*2\$ swift\*/);
    await second.screen("d");
    await second.shows("[detached");
    expect(await terminal.bar()).toContain("2$ swift*");
  });

  test("other kinds of terminals, also one that nobody knows", async () => {
    for (const term of ["xterm", "screen", "vt100", "linux", "no-such-terminal"]) {
      await attachAnew(`TERM=${term}`);
      await terminal.screen("1");
      await terminal.shows(/Starting keystone[\s\S]*0-\$ shell {2}1\$ key\* {2}2\$ swift/);
      await terminal.screen("d");
      await terminal.shows("[detached");
    }
  });

  test("H writes what comes to a file", async () => {
    await attachAnew();
    await terminal.screen("1");
    await terminal.screen("H");
    await terminal.shows('Creating logfile "screenlog.1".');
    await terminal.screen("C");
    await cli("restart", "key");
    await terminal.shows("Starting keystone");
    await terminal.screen("H");
    await terminal.shows('Logfile "screenlog.1" closed.');
    expect(readFileSync(join(terminal.folder, "screenlog.1"), "utf8")).toContain("Starting keystone");
    await terminal.screen("d");
  });
});

describeWith("the terminal UI within GNU screen", [program("tmux"), program("screen")], () => {
  test("Ctrl-A a passes the prefix on", async () => {
    await using terminal = await TestTerminal.open("true");
    const state = join(terminal.folder, "state");
    await terminal.command(
      `screen -c /dev/null ${BINARY} up --port 0 --state ${state} --set ENABLED_SERVICES=key`,
    );
    try {
      await terminal.shows("0$ shell*");
      await terminal.screen("a", "1");
      await terminal.shows(/Starting keystone[\s\S]*1\$ key\*/);
    } finally {
      await run([BINARY, "down", "--state", state]);
    }
  });
});
