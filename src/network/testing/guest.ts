// A guest for tests: a network namespace whose card is one end of a veth pair; the other end has the name of the tap and
// is in the bridge, where libvirt would put it. Needs root; `needsRoot` says why a test is skipped.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPrivileged } from "../../core/machine.ts";
import { HostTools, type Outcome } from "../engine/tools.ts";
import type { Vif } from "../public.ts";

export const tools = new HostTools();

/** Null when real networks can be made here. */
export function needsRoot(): string | null {
  if (!isPrivileged()) return "real networks need root";
  const missing = [...tools.missing(), ...(tools.find("busybox") ? [] : ["busybox"])];
  return missing.length > 0 ? `not installed: ${missing.join(", ")}` : null;
}

/** What busybox' udhcpc calls with the lease in its environment. */
const UDHCPC_SCRIPT = `#!/bin/sh
if [ "$1" = bound ]; then
  ip addr add "$ip/$mask" dev "$interface"
  [ -n "$mtu" ] && ip link set "$interface" mtu "$mtu"
  [ -n "$router" ] && ip route add default via "$router"
  set -- $staticroutes
  while [ -n "$2" ]; do ip route replace "$1" via "$2"; shift 2; done
  echo "$ip $hostname $lease"
fi
`;

export class Guest implements AsyncDisposable {
  readonly namespace: string;
  readonly vif: Vif;
  #folder = mkdtempSync(join(tmpdir(), "stack-guest-"));

  private constructor(namespace: string, vif: Vif) {
    this.namespace = namespace;
    this.vif = vif;
  }

  /** Plugs a guest in. @param bridge where; the one the card names when absent */
  static async plug(vif: Vif, bridge = vif.bridge ?? ""): Promise<Guest> {
    const namespace = `guest-${vif.id.slice(0, 8)}`;
    const guest = new Guest(namespace, vif);
    await tools.run(["ip", "netns", "add", namespace]);
    const pair = ["peer", "name", "eth0", "netns", namespace, "address", vif.macAddress];
    await tools.run(["ip", "link", "add", vif.tapName, "type", "veth", ...pair]);
    await tools.run(["ip", "link", "set", vif.tapName, "master", bridge, "up"]);
    await guest.do("ip", "link", "set", "lo", "up");
    await guest.do("ip", "link", "set", "eth0", "up");
    return guest;
  }

  /** Runs a program in the guest. @throws CommandFailed */
  do(...argv: string[]): Promise<string> {
    return tools.run(["ip", "netns", "exec", this.namespace, ...argv]);
  }

  attempt(...argv: string[]): Promise<Outcome> {
    return tools.attempt(["ip", "netns", "exec", this.namespace, ...argv]);
  }

  /** Asks for an address by DHCP; the address, or null when nobody answers. */
  async dhcp(): Promise<string | null> {
    return (await this.lease())?.address ?? null;
  }

  /** The same, with the name and the seconds that are given with it. */
  async lease(): Promise<{ address: string; hostName: string; seconds: number } | null> {
    const script = join(this.#folder, "udhcpc");
    writeFileSync(script, UDHCPC_SCRIPT, { mode: 0o755 });
    const asked = await this.attempt(
      "busybox",
      "udhcpc",
      "-i",
      "eth0",
      "-n",
      "-q",
      "-f",
      "-t",
      "4",
      "-T",
      "1",
      "-O",
      "staticroutes",
      "-O",
      "mtu",
      "-s",
      script,
    );
    const [, address, hostName = "", seconds] = /^(\S+) (\S*) (\d*)$/m.exec(asked.stdout) ?? [];
    return asked.code === 0 && address ? { address, hostName, seconds: Number(seconds) } : null;
  }

  /** The DHCP options of these names (udhcpc's) that come with a lease. */
  async told(...options: string[]): Promise<Record<string, string>> {
    const script = join(this.#folder, "options");
    writeFileSync(script, '#!/bin/sh\n[ "$1" != bound ] || env\n', { mode: 0o755 });
    const wanted = options.flatMap((option) => ["-O", option]);
    const argv = ["-i", "eth0", "-n", "-q", "-f", "-t", "4", "-T", "1", ...wanted, "-s", script];
    const { stdout } = await this.attempt("busybox", "udhcpc", ...argv);
    return Object.fromEntries([...stdout.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  }

  /** Gives itself an address without asking. */
  async configure(address: string, gateway: string | null): Promise<void> {
    await this.do("ip", "addr", "add", address, "dev", "eth0");
    if (gateway !== null) await this.do("ip", "route", "add", "default", "via", gateway);
  }

  async pings(address: string, ...options: string[]): Promise<boolean> {
    return (await this.attempt("busybox", "ping", "-c", "1", "-W", "1", ...options, address)).code === 0;
  }

  /** Answers on a TCP port with one line, for as long as the guest lives. */
  serve(port: number, line: string): Promise<void> {
    return this.#serve(port, JSON.stringify(line));
  }

  /** Tells whoever asks on a TCP port from which address that came. */
  serveCaller(port: number): Promise<void> {
    return this.#serve(port, 's.remoteAddress.replace("::ffff:", "")');
  }

  /** @param answer an expression of the program, with the socket as `s` */
  async #serve(port: number, answer: string): Promise<void> {
    const program = `Bun.listen({ hostname: "::", port: ${port}, socket: { open: (s) => s.end(${answer}), data() {} } })`;
    Bun.spawn(["ip", "netns", "exec", this.namespace, process.execPath, "-e", program], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    const endMs = performance.now() + 3000;
    while (!(await this.do("ss", "-ltn")).includes(`:${port} `)) {
      if (performance.now() > endMs) throw new Error(`nothing listens on port ${port}`);
      await Bun.sleep(20);
    }
  }

  /** What a TCP port of another machine answers; null when it does not. */
  async asks(address: string, port: number): Promise<string | null> {
    const answer = await this.attempt("busybox", "nc", "-w", "1", address, String(port));
    return answer.code === 0 && answer.stdout !== "" ? answer.stdout : null;
  }

  async get(url: string): Promise<string | null> {
    const program = `const r = await fetch(${JSON.stringify(url)}); if (!r.ok) process.exit(1); process.stdout.write(await r.text())`;
    const answer = await this.attempt(process.execPath, "-e", program);
    return answer.code === 0 ? answer.stdout : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pids = await tools.attempt(["ip", "netns", "pids", this.namespace]);
    for (const pid of pids.stdout.split("\n").filter((line) => line !== "")) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    await tools.attempt(["ip", "link", "del", this.vif.tapName]);
    await tools.attempt(["ip", "netns", "del", this.namespace]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The same from this machine itself. */
export async function hostPings(address: string): Promise<boolean> {
  return (await tools.attempt(["busybox", "ping", "-c", "1", "-W", "1", address])).code === 0;
}

export async function hostAsks(address: string, port: number): Promise<string | null> {
  const answer = await tools.attempt(["busybox", "nc", "-w", "1", address, String(port)]);
  return answer.code === 0 && answer.stdout !== "" ? answer.stdout : null;
}
