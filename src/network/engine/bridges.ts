// The bridges of the host: those of nova-network's networks, those of tenant networks, those of external networks, where
// this machine plays the gateway; and floating addresses on them or on cards of the user's.

import type { Logger } from "../../core/log.ts";
import type { NetworkStore } from "../store/store.ts";
import { BorrowedBridges, isUsersOwn } from "./borrowed.ts";
import type { Desired, FlatNetwork } from "./desired.ts";
import type { TenantBridge } from "./desired-tenant.ts";
import { needForwarding } from "./forwarding.ts";
import {
  type BridgeSpec,
  ensureAddresses,
  ensureBridge,
  type HostRoute,
  type Link,
  NameTaken,
  rangeTakenBy,
  readLinks,
  readRoutes,
  stableMac,
} from "./links.ts";
import { TaggedCards } from "./tagged.ts";
import { each } from "./together.ts";
import { CommandFailed, type HostTools } from "./tools.ts";

export interface HostBridgesOptions {
  tools: HostTools;
  store: NetworkStore;
  log: Logger;
  slot: number;
  /** What our links are marked with. */
  alias: string;
  folder: string;
  /** The bridge that the external network and floating addresses are on. */
  publicBridge: string;
  /** It is one that the user has made, whose gateway is out there. */
  usersBridge: boolean;
  /** One of nova-network's that is never taken over from the user. */
  defaultBridge: string | null;
}

/** So long a hypervisor may take between making a card and plugging it in. */
const PLUGGING_MS = 10_000;

export class HostBridges {
  #options: HostBridgesOptions;
  /** Cards of guests that are plugged in nowhere, and since when they were seen so. */
  #loose = new Map<string, number>();
  /** Those whose ports are filtered. */
  readonly filtered = new Set<string>();
  /** Bridge of a tenant network → the zone of its connections. */
  readonly zones = new Map<string, number>();
  /** Ranges of external networks whose gateway this machine plays. */
  external: { bridge: string; range: string }[] = [];
  /** Those that were made anew: what listened on the old one hears nothing on it. The reader clears it. */
  readonly fresh = new Set<string>();
  /** Those that the user has made. */
  readonly borrowed = new Set<string>();
  /** Bridge → why it could not be made. */
  readonly failures = new Map<string, string>();

  #borrowed: BorrowedBridges;
  #tagged: TaggedCards;

  constructor(options: HostBridgesOptions) {
    this.#options = options;
    this.#borrowed = new BorrowedBridges(options);
    this.#tagged = new TaggedCards(options);
  }

  /** What `ensure` depends on. */
  facts(desired: Desired): string {
    const bridges = desired.flat.map(({ bridge, card, vlan, routed, gateway, mtu }) => [
      ...[bridge, card, vlan, routed, gateway, mtu],
    ]);
    const floating = desired.floating.map(({ address, card }) => `${address} ${card}`);
    return JSON.stringify([bridges, floating, desired.tenant.bridges]);
  }

  /** Returns what was changed. */
  async ensure(desired: Desired): Promise<string[]> {
    const { tools, alias, slot } = this.#options;
    const [links, routes] = await Promise.all([readLinks(tools), readRoutes(tools)]);
    const changed = needForwarding(slot);
    this.filtered.clear();
    this.zones.clear();
    this.borrowed.clear();
    this.failures.clear();
    this.external = [];
    const strange = routes.filter((route) => links.get(route.card)?.alias !== alias);
    const specs = this.#specs(desired, strange, routes);
    changed.push(...(await this.#tagged.ensure(specs, links)));
    const make = async (spec: BridgeSpec) => {
      try {
        const there = links.get(spec.name);
        if (there && isUsersOwn(there, spec, alias)) {
          this.borrowed.add(spec.name);
          changed.push(...(await this.#borrowed.ensure(spec, there)));
        } else changed.push(...(await ensureBridge(tools, spec, alias, links)));
        if (!links.has(spec.name)) this.fresh.add(spec.name);
        if (spec.filtered) this.filtered.add(spec.name);
      } catch (error) {
        if (!(error instanceof NameTaken || error instanceof CommandFailed)) throw error;
        this.failures.set(spec.name, error.message);
      }
    };
    await each(specs, make);
    const wanted = new Set(specs.map((spec) => spec.name));
    for (const link of links.values()) {
      if (link.kind !== "bridge" || link.alias !== alias || wanted.has(link.name)) continue;
      await tools.attempt(["ip", "link", "del", link.name]);
      changed.push(`removed bridge ${link.name}`);
    }
    changed.push(...(await this.#borrowed.giveBack(specs)));
    changed.push(...(await this.#plugGuests(desired, links, wanted)));
    changed.push(...(await this.#cardAddresses(desired, links)));
    return changed;
  }

  /** Cards of guests whose bridge was removed under them. */
  async #plugGuests(
    { plugs }: Desired,
    links: ReadonlyMap<string, Link>,
    made: ReadonlySet<string>,
  ): Promise<string[]> {
    const now = performance.now();
    const out = plugs.filter(
      ({ tap, bridge }) => made.has(bridge) && links.has(tap) && links.get(tap)!.master === null,
    );
    const since = new Map(out.map(({ tap }) => [tap, this.#loose.get(tap) ?? now]));
    this.#loose = since;
    // A hypervisor that is just about to plug one in itself is not to find it done.
    const loose = out.filter(
      ({ tap, bridge }) => this.fresh.has(bridge) || now - since.get(tap)! > PLUGGING_MS,
    );
    if (loose.length === 0) return [];
    const lines = loose.map(({ tap, bridge }) => `link set ${tap} master ${bridge} up\n`);
    // A guest may go meanwhile.
    await this.#options.tools.attempt(["ip", "-force", "-batch", "-"], lines.join(""));
    return loose.map(({ tap, bridge }) => `plugged ${tap} into ${bridge} again`);
  }

  #specs(desired: Desired, strange: readonly HostRoute[], routes: readonly HostRoute[]): BridgeSpec[] {
    const specs: BridgeSpec[] = [];
    for (const network of desired.flat) {
      const others = strange.filter(
        (route) => route.card !== network.bridge || !this.#mayBorrow(network.bridge),
      );
      const taken = network.routed ? rangeTakenBy(network.cidr, others) : null;
      if (taken === null) specs.push(this.#flat(network, routes));
      else {
        const why = `${network.label} is not plumbed: ${network.cidr} is in use on ${taken}`;
        this.failures.set(network.bridge, why);
      }
    }
    for (const bridge of desired.tenant.bridges) specs.push(this.#tenant(bridge, strange));
    for (const card of new Set(desired.floating.map((entry) => entry.card))) {
      const addresses = desired.floating
        .filter((entry) => entry.card === card)
        .map((entry) => `${entry.address}/32`);
      const spec = specs.find((candidate) => candidate.name === card);
      if (spec) spec.addresses.push(...addresses);
      else if (card === this.#options.publicBridge) {
        specs.push(this.#bridge(card, { addresses, borrow: this.#isUsers(card) }));
      }
    }
    return specs;
  }

  #bridge(name: string, fields: Partial<BridgeSpec>): BridgeSpec {
    const mac = stableMac(`${this.#options.alias} ${name}`);
    return {
      ...{ name, mac, mtu: 1500, addresses: [], card: null, vlan: null, filtered: false, borrow: false },
      ...fields,
    };
  }

  #flat(network: FlatNetwork, routes: readonly HostRoute[]): BridgeSpec {
    let { card } = network;
    const enslaved = card !== null && network.vlan === null;
    if (enslaved && routes.some((route) => route.range === "default" && route.card === card)) {
      this.#options.log.warning(null, `${card} is left alone: it carries the default route`);
      card = null;
    }
    const addresses = network.routed ? [`${network.gateway}/${network.prefix}`] : [];
    const { bridge: name, mtu, vlan } = network;
    return this.#bridge(name, { mtu, addresses, card, vlan, filtered: true, borrow: this.#mayBorrow(name) });
  }

  /** Whether a bridge of that name may be one that the user has made, as the examples of nova-network's guide have it. */
  #mayBorrow(name: string): boolean {
    return name !== this.#options.defaultBridge;
  }

  #isUsers(bridge: string): boolean {
    return this.#options.usersBridge && bridge === this.#options.publicBridge;
  }

  /** This machine plays the gateway of an external network, unless it is a stranger there itself. */
  #tenant(bridge: TenantBridge, strange: readonly HostRoute[]): BridgeSpec {
    const borrow = this.#isUsers(bridge.name);
    const addresses: string[] = [];
    for (const address of borrow ? [] : bridge.addresses) {
      const taken = rangeTakenBy(address, strange);
      if (taken === null) addresses.push(address);
      else {
        this.#options.log.warning(
          null,
          `${address} is not put on ${bridge.name}: its range is in use on ${taken}`,
        );
      }
    }
    if (addresses.length > 0) {
      this.external.push(...bridge.ranges.map((range) => ({ bridge: bridge.name, range })));
    }
    if (bridge.zone !== null && bridge.filtered) this.zones.set(bridge.name, bridge.zone);
    return this.#bridge(bridge.name, { mtu: bridge.mtu, addresses, filtered: bridge.filtered, borrow });
  }

  /** Floating addresses on a card of the user's: only those that are in our books are ever taken from it. */
  async #cardAddresses(desired: Desired, links: ReadonlyMap<string, Link>): Promise<string[]> {
    const { tools, store } = this.#options;
    const changed: string[] = [];
    const known = new Set(store.floatingIps.list().map((row) => `${row.address}/32`));
    const cards = new Set(desired.floating.map((entry) => entry.card));
    for (const [name, link] of links) {
      if (link.kind === "bridge") continue;
      const present = link.addresses.filter((address) => known.has(address));
      if (!cards.has(name) && present.length === 0) continue;
      const wanted = desired.floating
        .filter((entry) => entry.card === name)
        .map((entry) => `${entry.address}/32`);
      changed.push(...(await ensureAddresses(tools, name, wanted, present)));
    }
    return changed;
  }
}
