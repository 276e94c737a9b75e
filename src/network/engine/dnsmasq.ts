// The DHCP and DNS servers of nova-network's networks: dnsmasq, started with nova-network's own command line
// (nova/network/linux_net.py, restart_dhcp), left running when this process ends, found again by its pid file.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { FlatNetwork } from "./desired.ts";
import { releaseLease } from "./dhcp-release.ts";
import { LogFile } from "./log-file.ts";
import { pidIn, readOrNull, sameCommand, signal, stopProcess } from "./processes.ts";
import type { HostTools } from "./tools.ts";

export interface DnsmasqOptions {
  tools: HostTools;
  /** Where pid, host and lease files are; dnsmasq reads it as `nobody`. */
  folder: string;
  domain: string;
  leaseSeconds: number;
}

/** Told by dnsmasq of every lease: notes them, and gives them back when dnsmasq starts. */
const BRIDGE_SCRIPT = `#!/bin/sh
# nova-dhcpbridge: dnsmasq calls it with add, old or del, MAC, address and name of a lease, and with init at its start.
leases="\${0%/*}/leases"
case "$1" in
  init)
    [ -f "$leases" ] && awk '$1 == "del" { delete last[$3]; next } { last[$3] = $5 " " $2 " " $3 " " $4 " *" }
      END { for (address in last) print last[address] }' "$leases"
    ;;
  add | old | del)
    echo "$1 $2 $3 \${4:-*} \${DNSMASQ_LEASE_EXPIRES:-0}" >> "$leases"
    ;;
esac
exit 0
`;

/** One line of the lease notes. */
export interface LeaseEvent {
  what: "add" | "old" | "del";
  mac: string;
  address: string;
}

export class Dnsmasq {
  #options: DnsmasqOptions;
  #logs = new Map<string, LogFile>();
  #leases: LogFile | null = null;

  constructor(options: DnsmasqOptions) {
    this.#options = options;
  }

  prepare(): void {
    const { folder } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    chmodSync(folder, 0o755);
    const script = this.#file("nova-dhcpbridge");
    if (!existsSync(script) || readFileSync(script, "utf8") !== BRIDGE_SCRIPT) {
      writeFileSync(script, BRIDGE_SCRIPT, { mode: 0o755 });
      chmodSync(script, 0o755);
    }
    this.#leases = new LogFile(this.#file("leases"));
  }

  /**
   * Makes the server of a network run with these entries. Returns what was changed.
   * @param bridge.fresh it was made anew under the server, which is deaf there
   * @param bridge.borrowed it has other addresses besides: the server cannot guess the gateway from them
   */
  async ensure(
    network: FlatNetwork,
    { fresh = false, borrowed = false }: { fresh?: boolean; borrowed?: boolean } = {},
  ): Promise<string[]> {
    const { bridge } = network;
    // What is logged from here on is news.
    if (!this.#logs.has(bridge)) this.#logs.set(bridge, new LogFile(this.#file(`nova-${bridge}.log`)));
    const gone = this.#writeHosts(network);
    const argv = [
      ...this.command(network),
      ...(borrowed ? [`--dhcp-option=option:router,${network.gateway}`] : []),
    ];
    const pid = this.pid(bridge);
    if (pid !== null && !fresh && sameCommand(pid, argv) && (gone === null || signal(pid, "SIGHUP"))) {
      if (gone === null) return [];
      for (const lease of gone) releaseLease(bridge, network.dhcpServer, lease);
      return [];
    }
    if (pid !== null) await stopProcess(pid);
    await this.#options.tools.run(argv);
    return [`started dnsmasq on ${bridge}`];
  }

  /** The command line, as `ps` shows it. */
  command(network: FlatNetwork): string[] {
    const { domain, leaseSeconds, tools } = this.#options;
    const { bridge } = network;
    return [
      tools.find("dnsmasq") ?? "dnsmasq",
      "--strict-order",
      "--bind-interfaces",
      "--conf-file=",
      `--domain=${domain}`,
      `--pid-file=${this.#file(`nova-${bridge}.pid`)}`,
      `--listen-address=${network.dhcpServer}`,
      "--except-interface=lo",
      // The quotes are part of it, as in the Operations Guide.
      `--dhcp-range=set:'${safeLabel(network.label)}',${network.dhcpStart},static,${leaseSeconds}s`,
      `--dhcp-lease-max=${2 ** (32 - network.prefix)}`,
      `--dhcp-hostsfile=${this.#file(`nova-${bridge}.conf`)}`,
      `--dhcp-script=${this.#file("nova-dhcpbridge")}`,
      "--leasefile-ro",
      // Several servers on one machine: each hears only its own bridge.
      `--interface=${bridge}`,
      ...network.dns.map((server) => `--server=${server}`),
      // Without it dnsmasq logs to syslog, where this process cannot read.
      `--log-facility=${this.#file(`nova-${bridge}.log`)}`,
    ];
  }

  /** The process that serves a bridge, or null. */
  pid(bridge: string): number | null {
    return pidIn(this.#file(`nova-${bridge}.pid`));
  }

  async stop(bridge: string): Promise<string[]> {
    const pid = this.pid(bridge);
    if (pid !== null) await stopProcess(pid);
    for (const suffix of ["pid", "conf", "log"])
      rmSync(this.#file(`nova-${bridge}.${suffix}`), { force: true });
    this.#logs.delete(bridge);
    return pid === null ? [] : [`stopped dnsmasq on ${bridge}`];
  }

  /** Bridges that have, or had, a server. */
  served(): string[] {
    return readdirSync(this.#options.folder).flatMap((name) => /^nova-(.+)\.pid$/.exec(name)?.[1] ?? []);
  }

  /** What a server has logged since the last look, line by line. */
  newLogLines(bridge: string): string[] {
    return this.#logs.get(bridge)?.newLines() ?? [];
  }

  newLeaseEvents(): LeaseEvent[] {
    return (this.#leases?.newLines() ?? []).flatMap((line) => {
      const [what, mac, address] = line.split(" ");
      if ((what !== "add" && what !== "old" && what !== "del") || !mac || !address) return [];
      return [{ what, mac, address }];
    });
  }

  #file(name: string): string {
    return join(this.#options.folder, name);
  }

  /**
   * One line for every address that is given out.
   * @returns what was given out until now and is no more; null when nothing has changed
   */
  #writeHosts(network: FlatNetwork): { mac: string; address: string }[] | null {
    const file = this.#file(`nova-${network.bridge}.conf`);
    const text = network.hosts.map(({ mac, name, address }) => `${mac},${name},${address}\n`).join("");
    const before = readOrNull(file);
    if (before === text) return null;
    writeFileSync(`${file}.new`, text, { mode: 0o644 });
    renameSync(`${file}.new`, file);
    const given = new Set(network.hosts.map(({ mac, address }) => `${mac} ${address}`));
    return (before ?? "").split("\n").flatMap((line) => {
      const [mac, , address] = line.split(",");
      return mac && address && !given.has(`${mac} ${address}`) ? [{ mac, address }] : [];
    });
  }
}

/** dnsmasq takes letters, digits and a few signs in a tag; a comma would start another word. */
function safeLabel(label: string): string {
  return label.replaceAll(/[^A-Za-z0-9_.-]/g, "_");
}
