// The DHCP servers of networks that were made through the Network API: dnsmasq in the network's namespace, with the
// command line and files of Neutron's DHCP agent (neutron/agent/linux/dhcp.py); and the router advertisements of
// routers, which dnsmasq sends too.

import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DhcpSpec } from "./desired-dhcp.ts";
import type { RouterSpec } from "./desired-router.ts";
import { releaseLease } from "./dhcp-release.ts";
import { inNamespace } from "./libc.ts";
import { LogFile } from "./log-file.ts";
import { pidIn, readOrNull, sameCommand, signal, stopProcess } from "./processes.ts";
import type { HostTools } from "./tools.ts";

export interface TenantDnsmasqOptions {
  tools: HostTools;
  /** Has one folder for each network and router. */
  folder: string;
  domain: string;
}

/**
 * In the line of a guest with options of its own. dnsmasq 2.90 dies of a SIGHUP once such a guest has a lease: where
 * there is one, what has changed is read by a server that is started anew.
 */
const TAG = ",set:";

export class TenantDnsmasq {
  #options: TenantDnsmasqOptions;
  /** What the files of each network hold: host, addn_hosts, opts. */
  #written = new Map<string, string>();
  #given = new Map<string, { mac: string; address: string }[]>();
  #logs = new Map<string, LogFile>();

  constructor(options: TenantDnsmasqOptions) {
    this.#options = options;
  }

  /** Makes the server of a network run with these entries. True when it was started. */
  async ensure(spec: DhcpSpec, namespacePath: string): Promise<boolean> {
    const { networkId } = spec;
    const folder = this.#folder(networkId);
    if (!this.#logs.has(networkId)) {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      this.#logs.set(networkId, new LogFile(join(folder, "log")));
    }
    const tagged = [...spec.hosts, readOrNull(join(folder, "host")) ?? ""].some((line) => line.includes(TAG));
    const changed = this.#write(networkId, {
      host: spec.hosts,
      addn_hosts: spec.names,
      opts: spec.options,
    });
    const argv = this.command(spec);
    const pid = pidIn(join(folder, "pid"));
    const goesOn = pid !== null && sameCommand(pid, argv);
    const reads = (running: number) => !changed || (!tagged && signal(running, "SIGHUP"));
    if (goesOn && reads(pid)) {
      if (changed) this.#release(spec, namespacePath);
      return false;
    }
    if (pid !== null) await stopProcess(pid);
    await this.#options.tools.run(["ip", "netns", "exec", spec.namespace, ...argv]);
    if (goesOn && changed) this.#release(spec, namespacePath);
    else this.#given.set(networkId, spec.given);
    return true;
  }

  command(spec: DhcpSpec): string[] {
    const file = (name: string) => join(this.#folder(spec.networkId), name);
    return [
      this.#options.tools.find("dnsmasq") ?? "dnsmasq",
      "--no-hosts",
      "--no-resolv",
      `--pid-file=${file("pid")}`,
      `--dhcp-hostsfile=${file("host")}`,
      `--addn-hosts=${file("addn_hosts")}`,
      `--dhcp-optsfile=${file("opts")}`,
      `--dhcp-leasefile=${file("leases")}`,
      "--dhcp-match=set:ipxe,175",
      "--dhcp-userclass=set:ipxe6,iPXE",
      "--local-service",
      "--bind-dynamic",
      ...spec.ranges.map((range) => `--dhcp-range=${range}`),
      `--dhcp-option-force=option:mtu,${spec.mtu}`,
      `--dhcp-lease-max=${spec.maxLeases}`,
      "--conf-file=/dev/null",
      `--domain=${this.#options.domain}`,
      `--log-facility=${file("log")}`,
    ];
  }

  /** Makes a router advertise its IPv6 subnets, or cease to. */
  async advertise(spec: RouterSpec): Promise<void> {
    const id = spec.routerId;
    const file = join(this.#folder(id), "pid");
    const pid = pidIn(file);
    if (spec.advertised.length === 0) {
      if (pid !== null) await this.stop(id);
      return;
    }
    const argv = [
      this.#options.tools.find("dnsmasq") ?? "dnsmasq",
      "--no-hosts",
      "--no-resolv",
      "--port=0",
      `--pid-file=${file}`,
      "--conf-file=/dev/null",
      "--leasefile-ro",
      "--enable-ra",
      "--bind-dynamic",
      "--except-interface=lo",
      ...spec.advertised.flatMap(({ card, ranges }) => [
        `--interface=${card}`,
        `--ra-param=${card},30`,
        ...ranges.map((range) => `--dhcp-range=${range}`),
      ]),
      `--log-facility=${join(this.#folder(id), "log")}`,
    ];
    if (pid !== null && sameCommand(pid, argv)) return;
    if (pid !== null) await stopProcess(pid);
    mkdirSync(this.#folder(id), { recursive: true, mode: 0o755 });
    await this.#options.tools.run(["ip", "netns", "exec", spec.namespace, ...argv]);
  }

  /** Networks and routers that have, or had, a server. */
  served(): string[] {
    try {
      return readdirSync(this.#options.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  async stop(id: string): Promise<void> {
    const pid = pidIn(join(this.#folder(id), "pid"));
    if (pid !== null) await stopProcess(pid);
    rmSync(this.#folder(id), { recursive: true, force: true });
    for (const known of [this.#written, this.#given, this.#logs]) known.delete(id);
  }

  /** What the servers have logged since the last look. */
  newLogLines(): string[] {
    return [...this.#logs.values()].flatMap((log) => log.newLines());
  }

  #folder(id: string): string {
    return join(this.#options.folder, id);
  }

  /** False when the files hold this already. */
  #write(id: string, files: Readonly<Record<string, readonly string[]>>): boolean {
    const text = JSON.stringify(files);
    if (this.#written.get(id) === text) return false;
    let changed = false;
    for (const [name, lines] of Object.entries(files)) {
      const path = join(this.#folder(id), name);
      const content = lines.map((line) => `${line}\n`).join("");
      if (readOrNull(path) === content) continue;
      writeFileSync(`${path}.new`, content, { mode: 0o644 });
      renameSync(`${path}.new`, path);
      changed = true;
    }
    this.#written.set(id, text);
    return changed;
  }

  /** An address that is given to nobody any more is free for the next at once. */
  #release(spec: DhcpSpec, namespacePath: string): void {
    const before = this.#given.get(spec.networkId) ?? [];
    this.#given.set(spec.networkId, spec.given);
    const { address: server } = spec;
    if (server === null) return;
    const given = new Set(spec.given.map(({ mac, address }) => `${mac} ${address}`));
    const gone = before.filter(
      ({ mac, address }) => !given.has(`${mac} ${address}`) && !address.includes(":"),
    );
    if (gone.length === 0) return;
    inNamespace(namespacePath, () => {
      for (const lease of gone) releaseLease(spec.link.name, server, lease);
    });
  }
}
