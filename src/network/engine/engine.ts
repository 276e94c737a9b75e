// The engine that makes the host as the database says it should be. It knows no commands: a change only wakes it up; it
// reads what is wanted, compares it with what it made last, and looks at the host itself at the start, from time to
// time, and after a failure. What it finds and puts right, it says.

import type { Clock } from "../../core/clock.ts";
import { messageOf, PeerUnavailable } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { NetworkStore } from "../store/store.ts";
import { HostBridges } from "./bridges.ts";
import { type Desired, type DesiredOptions, type FlatNetwork, readDesired } from "./desired.ts";
import { type BridgedNetwork, bridgeName } from "./desired-tenant.ts";
import type { Dnsmasq } from "./dnsmasq.ts";
import type { HostFirewall } from "./host-firewall.ts";
import { readLinks } from "./links.ts";
import type { MetadataListeners } from "./metadata.ts";
import { PacketTables } from "./packet-tables.ts";
import type { NetworkEngine } from "./public.ts";
import type { TenantEngine } from "./tenant.ts";
import { all } from "./together.ts";
import type { HostTools } from "./tools.ts";

export interface EngineOptions {
  store: NetworkStore;
  tools: HostTools;
  dnsmasq: Dnsmasq;
  metadata: MetadataListeners;
  clock: Clock;
  log: Logger;
  slot: number;
  /** Our nftables tables. */
  table: string;
  /** What our links are marked with. */
  alias: string;
  /** For notes of what was given to things of the user's. */
  folder: string;
  /** A bridge that is only ever made, never taken over from the user; null: the user has named it. */
  defaultBridge: string | null;
  tenant: TenantEngine;
  firewall: HostFirewall;
  desired: DesiredOptions;
}

/** How often the host itself is looked at. */
const VERIFY_MS = 20_000;
/** How soon after a failure it is tried again. */
const RETRY_MS = 3_000;
/** How often dnsmasq's log is read. */
const LOG_MS = 500;
/** How soon a change of packet filters by somebody else is looked at; other clouds make them too. */
const MEDDLING_MS = 5_000;

interface MetadataTarget {
  address: string;
  port: number;
}

interface Waiter {
  generation: number;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

export class Engine implements NetworkEngine {
  #options: EngineOptions;
  #bridges: HostBridges;
  #tables: PacketTables;
  /** Counts changes; a pass is good for all that came before it began. */
  #generation = 0;
  #done = 0;
  #running: Promise<void> | null = null;
  #waiters: Waiter[] = [];
  #verify = true;
  #made = new Map<string, string>();
  #failure: unknown = null;
  /** What is wrong with networks of projects. */
  #problems: string[] = [];
  #ending: (() => void)[] = [];
  #stopped = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { tools, store, log, slot, alias, folder, defaultBridge, desired } = options;
    const { publicBridge, usersBridge } = desired;
    const places = { folder, publicBridge, usersBridge, defaultBridge };
    this.#bridges = new HostBridges({ tools, store, log, slot, alias, ...places });
    this.#tables = new PacketTables({ tools, log, table: options.table });
  }

  /** Begins the first pass; `settled` tells when it is done. */
  start(): void {
    const { clock, dnsmasq } = this.#options;
    dnsmasq.prepare();
    const verify = () => {
      this.#verify = true;
      this.changed();
    };
    this.#ending = [
      clock.every(VERIFY_MS, verify),
      clock.every(MEDDLING_MS, () => {
        if (this.#tables.suspect()) verify();
      }),
      clock.every(LOG_MS, () => this.#followDnsmasq()),
    ];
    this.changed();
  }

  /** Leaves the host as it is: guests go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const step of this.#ending.splice(0)) step();
    await this.#running?.catch(() => {});
    // Whoever still waits is told, as by a process that dies.
    for (const { reject } of this.#waiters.splice(0)) reject(new PeerUnavailable("n-net"));
    await this.#options.metadata.stop();
  }

  changed(): void {
    this.#generation++;
    this.#wake();
  }

  settled(): Promise<void> {
    if (this.#stopped) return Promise.reject(new PeerUnavailable("n-net"));
    const generation = ++this.#generation;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.push({ generation, resolve, reject });
    this.#wake();
    return promise;
  }

  bridgeOf(network: BridgedNetwork): string | null {
    return bridgeName(network, this.#options.desired);
  }

  failureOf(bridge: string): string | null {
    return this.#bridges.failures.get(bridge) ?? this.#options.tenant.failures.get(bridge) ?? null;
  }

  unplumbed(): string | null {
    return null;
  }

  /** What could not be made, or null. */
  failure(): string | null {
    if (this.#failure !== null) return messageOf(this.#failure);
    return this.#bridges.failures.values().next().value ?? this.#problems[0] ?? null;
  }

  /** Starts a pass after the present synchronous work, and so after the transaction a change is part of. */
  #wake(): void {
    if (this.#running || this.#stopped) return;
    this.#running = new Promise((resolve) => setImmediate(resolve)).then(() => this.#loop());
  }

  async #loop(): Promise<void> {
    while (this.#done < this.#generation && !this.#stopped) {
      const generation = this.#generation;
      const verify = this.#verify;
      this.#verify = false;
      try {
        await this.#pass(verify);
        if (this.#failure !== null)
          this.#options.log.info(null, "The host's network is as it should be again");
        this.#failure = null;
      } catch (error) {
        if (messageOf(error) !== this.failure())
          this.#options.log.error(null, "The network could not be plumbed", error);
        this.#failure = error;
        this.#verify = true;
        void this.#options.clock.sleep(RETRY_MS).then(() => this.changed());
      }
      this.#done = generation;
      this.#settle();
    }
    this.#running = null;
    // Something may have changed between the last look and here.
    if (this.#done < this.#generation) this.#wake();
  }

  #settle(): void {
    const ready = this.#waiters.filter((waiter) => waiter.generation <= this.#done);
    this.#waiters = this.#waiters.filter((waiter) => waiter.generation > this.#done);
    for (const { resolve, reject } of ready) {
      if (this.#failure === null) resolve();
      else reject(this.#failure);
    }
  }

  async #pass(verify: boolean): Promise<void> {
    const { store, desired: options } = this.#options;
    const desired = readDesired(store, options);
    const bridges = this.#bridges;
    if (verify) for (const name of ["bridges", "firewall"]) this.#made.delete(name);
    await this.#part("bridges", bridges.facts(desired), () => this.#makeBridges(desired));
    const flat = desired.flat.filter((network) => bridges.filtered.has(network.bridge));
    const routed = flat.filter((network) => network.routed);
    const targets = await this.#metadataTargets(routed);
    await all([
      this.#serveDhcp(flat),
      this.#filterPackets(
        { ...desired, flat: desired.flat.filter((network) => network.routed) },
        flat,
        targets,
        verify,
      ),
      this.#passFirewall(flat, targets),
      this.#makeTenant(desired, verify),
    ]);
  }

  /** What goes wrong with one project's network is logged and tried again; the others go on. */
  async #makeTenant(desired: Desired, verify: boolean): Promise<void> {
    const { tools, tenant, log, clock } = this.#options;
    const before = new Set(this.#problems);
    this.#problems = await tenant.ensure(desired.tenant, verify ? await readLinks(tools) : null);
    for (const why of this.#problems) if (!before.has(why)) log.error(null, `Not plumbed: ${why}`);
    if (this.#problems.length > 0) void clock.sleep(RETRY_MS).then(() => this.changed());
  }

  /** Bridge → where guests reach the metadata service. */
  async #metadataTargets(flat: readonly FlatNetwork[]): Promise<Map<string, MetadataTarget>> {
    const ports = await this.#options.metadata.ensure(flat.map((network) => network.gateway));
    return new Map(
      flat.flatMap((network) => {
        const port = ports.get(network.gateway);
        return port === undefined ? [] : [[network.bridge, { address: network.gateway, port }] as const];
      }),
    );
  }

  /** Filters, marks and translations. */
  async #filterPackets(
    desired: Desired,
    flat: readonly FlatNetwork[],
    metadata: ReadonlyMap<string, MetadataTarget>,
    verify: boolean,
  ): Promise<void> {
    const { filtered, zones, external } = this.#bridges;
    const open = this.#options.desired.allowSameNet ? flat : [];
    const inputs = { desired, filtered: [...filtered].sort(), zones, open, nat: { metadata, external } };
    await this.#tables.ensure(inputs);
    if (verify) await this.#tables.verify();
  }

  async #passFirewall(
    flat: readonly FlatNetwork[],
    metadata: ReadonlyMap<string, MetadataTarget>,
  ): Promise<void> {
    const needs = {
      bridges: [
        ...flat.map((network) => network.bridge),
        ...this.#bridges.external.map(({ bridge }) => bridge),
      ],
      servers: flat.map(({ bridge }) => ({ bridge, metadataPort: metadata.get(bridge)?.port ?? null })),
    };
    const { firewall } = this.#options;
    await this.#part("firewall", JSON.stringify(needs), () => firewall.ensure(needs));
  }

  async #makeBridges(desired: Desired): Promise<string[]> {
    const before = new Set(this.#bridges.failures.values());
    const changed = await this.#bridges.ensure(desired);
    for (const why of this.#bridges.failures.values()) {
      if (!before.has(why)) this.#options.log.error(null, why);
    }
    return changed;
  }

  /** Makes one part when it differs from what was made last; nothing is known of it when the host is to be looked at. */
  async #part(name: string, facts: string, make: () => Promise<string[]>): Promise<void> {
    if (this.#made.get(name) === facts) return;
    const changed = await make();
    this.#made.set(name, facts);
    if (changed.length > 0) this.#options.log.info(null, `Plumbed: ${changed.join("; ")}`);
  }

  async #serveDhcp(flat: readonly FlatNetwork[]): Promise<void> {
    const { dnsmasq, log } = this.#options;
    const { fresh, borrowed } = this.#bridges;
    const about = ({ bridge }: FlatNetwork) => ({ fresh: fresh.has(bridge), borrowed: borrowed.has(bridge) });
    const wanted = new Set(flat.map((network) => network.bridge));
    const gone = dnsmasq.served().filter((bridge) => !wanted.has(bridge));
    const changed = await all([
      ...flat.map((network) =>
        network.dhcp ? dnsmasq.ensure(network, about(network)) : dnsmasq.stop(network.bridge),
      ),
      ...gone.map((bridge) => dnsmasq.stop(bridge)),
    ]);
    fresh.clear();
    for (const line of changed.flat()) log.info(null, `Plumbed: ${line}`);
  }

  /** dnsmasq's own lines become ours; leases are noted with the addresses. */
  #followDnsmasq(): void {
    const { dnsmasq, store, log, tenant } = this.#options;
    tenant.followLogs();
    const flat = store.networks
      .list()
      .filter((network) => network.kind !== "neutron" && network.bridge !== null);
    for (const network of flat) {
      for (const line of dnsmasq.newLogLines(network.bridge!)) {
        log.info(null, line.replace(/^\w{3} [ \d]\d [\d:]{8} /, ""));
      }
    }
    const events = dnsmasq.newLeaseEvents();
    if (events.length === 0) return;
    const last = new Map(events.map((event) => [event.address, event.what !== "del"]));
    store.transaction(() => {
      for (const [address, leased] of last)
        for (const { id } of flat) store.addresses.setLeased(address, id, leased);
    });
  }
}
