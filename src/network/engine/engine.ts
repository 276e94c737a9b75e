// The engine that makes the host as the database says it should be. It knows no commands: a change only wakes it up; it
// reads what is wanted, compares it with what it made last, and looks at the host itself at the start, from time to
// time, and after a failure. What it finds and puts right, it says.

import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { NetworkStore } from "../store/store.ts";
import { type Desired, type DesiredOptions, type FlatNetwork, readDesired } from "./desired.ts";
import type { Dnsmasq } from "./dnsmasq.ts";
import { filterTable } from "./filter.ts";
import { needForwarding } from "./forwarding.ts";
import {
  type BridgeSpec,
  defaultRouteCard,
  ensureAddresses,
  ensureBridge,
  NameTaken,
  readLinks,
  stableMac,
} from "./links.ts";
import type { MetadataListeners } from "./metadata.ts";
import { marksTable, natTable, replaceTable } from "./nat.ts";
import type { NetworkEngine } from "./public.ts";
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
  desired: DesiredOptions;
  /** `172.24.4.1/24`; null when floating addresses go on a card of the user's. */
  publicBridge: { name: string; address(): string | null } | null;
}

/** How often the host itself is looked at. */
const VERIFY_MS = 20_000;
/** How soon after a failure it is tried again. */
const RETRY_MS = 3_000;
/** How often dnsmasq's log is read. */
const LOG_MS = 500;

interface Waiter {
  generation: number;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

export class Engine implements NetworkEngine {
  #options: EngineOptions;
  /** Counts changes; a pass is good for all that came before it began. */
  #generation = 0;
  #done = 0;
  #running: Promise<void> | null = null;
  #waiters: Waiter[] = [];
  #verify = true;
  #made = new Map<string, string>();
  #failure: unknown = null;
  #bridges = new Set<string>();
  #ending: (() => void)[] = [];
  #stopped = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Resolves after the first pass, whether all could be made or not. */
  async start(): Promise<void> {
    const { clock, dnsmasq } = this.#options;
    dnsmasq.prepare();
    this.#ending = [
      clock.every(VERIFY_MS, () => {
        this.#verify = true;
        this.changed();
      }),
      clock.every(LOG_MS, () => this.#followDnsmasq()),
    ];
    await this.settled().catch(() => {});
  }

  /** Leaves the host as it is: guests go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const step of this.#ending.splice(0)) step();
    await this.#running?.catch(() => {});
    await this.#options.metadata.stop();
  }

  changed(): void {
    this.#generation++;
    this.#wake();
  }

  settled(): Promise<void> {
    const generation = ++this.#generation;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.push({ generation, resolve, reject });
    this.#wake();
    return promise;
  }

  bridgeOf(network: { uuid: string; kind: string; bridge: string | null }): string | null {
    return network.kind === "neutron" ? null : network.bridge;
  }

  unplumbed(): string | null {
    return null;
  }

  /** What could not be made, or null. */
  failure(): string | null {
    return this.#failure === null ? null : messageOf(this.#failure);
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
    const { store, desired: options, table } = this.#options;
    const desired = readDesired(store, options);
    if (verify) this.#made.clear();
    await this.#part("bridges", this.#bridgeFacts(desired), () => this.#makeBridges(desired), verify);
    for (const network of desired.flat) await this.#serveDhcp(network);
    const metadata = await this.#options.metadata.ensure(desired.flat.map((network) => network.gateway));
    const targets = new Map(
      desired.flat.flatMap((network) => {
        const port = metadata.get(network.gateway);
        return port === undefined ? [] : [[network.bridge, { address: network.gateway, port }] as const];
      }),
    );
    // Filters first: a card is never reachable before it is guarded.
    const filter = filterTable(table, desired);
    await this.#part("filter", filter, () => this.#replace("bridge", filter), verify);
    const marks = marksTable(table, [...this.#bridges]);
    await this.#part("marks", marks, () => this.#replace("inet", marks), verify);
    const nat = natTable(table, desired, { metadata: targets });
    await this.#part("nat", nat, () => this.#replace("ip", nat), verify);
  }

  /** Makes one part when it differs from what was made last, or when the host itself is to be looked at. */
  async #part(name: string, facts: string, make: () => Promise<string[]>, verify: boolean): Promise<void> {
    if (this.#made.get(name) === facts) return;
    const changed = await make();
    this.#made.set(name, facts);
    if (changed.length > 0 && (!verify || name === "bridges")) {
      this.#options.log.info(null, `Plumbed: ${changed.join("; ")}`);
    }
  }

  #bridgeFacts(desired: Desired): string {
    const bridges = desired.flat.map(({ bridge, card, gateway, mtu }) => ({ bridge, card, gateway, mtu }));
    const floating = desired.floating.map(({ address, card }) => `${address} ${card}`);
    return JSON.stringify([bridges, floating, this.#options.publicBridge?.address() ?? null]);
  }

  async #makeBridges(desired: Desired): Promise<string[]> {
    const { tools, alias, slot, publicBridge } = this.#options;
    const links = await readLinks(tools);
    const changed = needForwarding(slot);
    this.#bridges.clear();
    const problems: unknown[] = [];
    const specs: BridgeSpec[] = [];
    for (const network of desired.flat) specs.push(await this.#flatBridge(network));
    const publicAddress = publicBridge?.address() ?? null;
    if (publicBridge && publicAddress !== null) {
      const here = desired.floating.filter((entry) => entry.card === publicBridge.name);
      specs.push({
        name: publicBridge.name,
        mac: stableMac(`${alias} ${publicBridge.name}`),
        mtu: 1500,
        addresses: [publicAddress, ...here.map((entry) => `${entry.address}/32`)],
        card: null,
        filtered: false,
      });
    }
    for (const spec of specs) {
      try {
        changed.push(...(await ensureBridge(tools, spec, alias, links)));
        if (spec.filtered) this.#bridges.add(spec.name);
      } catch (error) {
        if (!(error instanceof NameTaken)) throw error;
        problems.push(error);
      }
    }
    changed.push(...(await this.#cardAddresses(desired, links)));
    if (problems.length > 0) throw problems[0];
    return changed;
  }

  async #flatBridge(network: FlatNetwork): Promise<BridgeSpec> {
    const { tools, log, alias } = this.#options;
    let card = network.card;
    if (card !== null && card === (await defaultRouteCard(tools))) {
      log.warning(null, `${card} is left alone: it carries the default route`);
      card = null;
    }
    return {
      name: network.bridge,
      mac: stableMac(`${alias} ${network.bridge}`),
      mtu: network.mtu,
      addresses: [`${network.gateway}/${network.prefix}`],
      card,
      filtered: true,
    };
  }

  /** Floating addresses on a card of the user's: only those that are in our books are ever taken from it. */
  async #cardAddresses(desired: Desired, links: Awaited<ReturnType<typeof readLinks>>): Promise<string[]> {
    const { tools, store, publicBridge } = this.#options;
    const changed: string[] = [];
    const known = new Set(store.floatingIps.list().map((row) => `${row.address}/32`));
    const cards = new Set(desired.floating.map((entry) => entry.card));
    for (const [name, link] of links) {
      if (name === publicBridge?.name || link.kind === "bridge") continue;
      const present = link.addresses.filter((address) => known.has(address));
      if (!cards.has(name) && present.length === 0) continue;
      const wanted = desired.floating
        .filter((entry) => entry.card === name)
        .map((entry) => `${entry.address}/32`);
      changed.push(...(await ensureAddresses(tools, name, wanted, present)));
    }
    return changed;
  }

  async #serveDhcp(network: FlatNetwork): Promise<void> {
    const { dnsmasq, log } = this.#options;
    const changed = network.dhcp ? await dnsmasq.ensure(network) : await dnsmasq.stop(network.bridge);
    for (const line of changed) log.info(null, `Plumbed: ${line}`);
  }

  async #replace(family: string, text: string): Promise<string[]> {
    await this.#options.tools.run(["nft", "-f", "-"], replaceTable(family, this.#options.table, text));
    return [];
  }

  /** dnsmasq's own lines become ours; leases are noted with the addresses. */
  #followDnsmasq(): void {
    const { dnsmasq, store, log } = this.#options;
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
