// Network namespaces of the cloud: made, compared with what they should hold, removed. A mark is written before one is
// made, so that what was left half-made by a kill is found again.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Route } from "./desired-dhcp.ts";
import type { NamespaceLink } from "./desired-tenant.ts";
import { filterGeneration } from "./generation.ts";
import { inNamespace } from "./libc.ts";
import { type Link, readLinks } from "./links.ts";
import type { HostTools } from "./tools.ts";

export interface NamespaceSpec {
  name: string;
  links: NamespaceLink[];
  routes: Route[];
  /** It passes packets on. */
  router: boolean;
  /** Whole nftables tables, named `stack`, or null. */
  nat: string | null;
}

export interface NamespaceState {
  links: string;
  filters: number;
}

/** Where iproute2 keeps them. */
const FOLDER = "/run/netns";
/** What begins so is ours to remove, inside a namespace of ours. */
const OWN_CARD = /^(?:ns|qr|qg)-[0-9a-f]/;
const TABLE = "stack";
/** What the kernel says of a namespace without counters: cards, IPv4 routes and addresses, IPv6 addresses. */
const STATE_FILES = ["dev", "route", "fib_trie", "if_inet6"];

export class Namespaces {
  #tools: HostTools;
  #marks: string;
  #alias: string;

  /** @param folder of the marks @param alias what our links are marked with */
  constructor(tools: HostTools, folder: string, alias: string) {
    this.#tools = tools;
    this.#marks = join(folder, "namespaces");
    this.#alias = alias;
  }

  /** Those of this cloud, also half-made ones. */
  list(): string[] {
    return existsSync(this.#marks) ? readdirSync(this.#marks) : [];
  }

  exists(name: string): boolean {
    return existsSync(join(FOLDER, name));
  }

  path(name: string): string {
    return join(FOLDER, name);
  }

  hostLinks(): Promise<Map<string, Link>> {
    return readLinks(this.#tools);
  }

  /**
   * What is in it, so that meddling is noticed: cards, addresses and routes, and the generation of its packet filters.
   * Costs a fraction of a millisecond.
   */
  state(name: string): NamespaceState {
    return inNamespace(this.path(name), () => {
      const hash = new Bun.CryptoHasher("sha256");
      for (const file of STATE_FILES) {
        const path = `/proc/thread-self/net/${file}`;
        if (!existsSync(path)) continue;
        const text = readFileSync(path, "utf8");
        hash.update(file === "dev" ? text.replace(/:.*$/gm, "") : text);
      }
      return { links: hash.digest("hex"), filters: filterGeneration() };
    });
  }

  /** Makes it as it should be. `links`: the host's. Returns what was changed. */
  async ensure(spec: NamespaceSpec, links: ReadonlyMap<string, Link>): Promise<string[]> {
    const { name } = spec;
    const fresh = !this.exists(name);
    if (fresh) {
      mkdirSync(this.#marks, { recursive: true, mode: 0o755 });
      writeFileSync(join(this.#marks, name), "");
      await this.#tools.run(["ip", "netns", "add", name]);
    }
    inNamespace(this.path(name), () => this.#switches(spec.router));
    const inside = fresh ? new Map<string, Link>() : await readLinks(this.#tools, name);
    const changed = [
      ...(await this.#plug(spec, links, inside)),
      ...(await this.#configure(spec, inside)),
      ...(await this.#route(spec, fresh)),
    ];
    const text = spec.nat ?? "";
    if (spec.router) {
      await this.#tools.run(
        ["ip", "netns", "exec", name, "nft", "-f", "-"],
        `${["ip", "ip6"].map((family) => `table ${family} ${TABLE} {}\ndelete table ${family} ${TABLE}\n`).join("")}${text}`,
      );
    }
    return changed;
  }

  /** With its cards. Processes in it must have been stopped. */
  async remove(name: string): Promise<void> {
    if (this.exists(name)) {
      // A namespace goes when its last user does; its cards on the host are to go now.
      const inside = await readLinks(this.#tools, name).catch(() => new Map<string, Link>());
      const cards = [...inside.keys()].filter((card) => OWN_CARD.test(card));
      for (const card of cards) await this.#tools.attempt(["ip", "-n", name, "link", "del", card]);
      await this.#tools.run(["ip", "netns", "del", name]);
    }
    rmSync(join(this.#marks, name), { force: true });
  }

  #switches(router: boolean): void {
    const set = (path: string, value: string) => {
      const file = `/proc/sys/net/${path}`;
      if (existsSync(file)) writeFileSync(file, value);
    };
    // Neighbours learn of an address as soon as it is there.
    set("ipv4/conf/all/arp_notify", "1");
    set("ipv4/conf/default/arp_notify", "1");
    set("ipv6/conf/default/accept_ra", "0");
    set("ipv6/conf/default/accept_dad", "0");
    if (!router) return;
    set("ipv4/ip_forward", "1");
    set("ipv6/conf/all/forwarding", "1");
  }

  /** Ties cards that are missing, or in another bridge, to their bridges. */
  async #plug(
    spec: NamespaceSpec,
    links: ReadonlyMap<string, Link>,
    inside: ReadonlyMap<string, Link>,
  ): Promise<string[]> {
    const lines: string[] = [];
    for (const link of spec.links) {
      const host = links.get(link.peer);
      if (host && (!inside.has(link.name) || host.kind !== "veth")) lines.push(`link del ${link.peer}`);
      if (!host || !inside.has(link.name)) {
        lines.push(
          `link add ${link.peer} mtu ${link.mtu} type veth peer name ${link.name} mtu ${link.mtu} address ${link.mac} netns ${spec.name}`,
        );
      }
      if (host?.alias !== this.#alias || !inside.has(link.name)) {
        lines.push(`link set ${link.peer} alias ${this.#alias}`);
      }
      if (host && inside.has(link.name) && host.mtu !== link.mtu) {
        lines.push(`link set ${link.peer} mtu ${link.mtu}`);
      }
      if (host?.master !== link.bridge || !host.up || !inside.has(link.name)) {
        lines.push(`link set ${link.peer} master ${link.bridge} up`);
      }
    }
    await this.#batch(["ip"], lines);
    return lines;
  }

  /** Names, sizes and addresses inside. */
  async #configure(spec: NamespaceSpec, inside: ReadonlyMap<string, Link>): Promise<string[]> {
    const lines: string[] = [];
    if (!inside.get("lo")?.up) lines.push("link set lo up");
    const wanted = new Set(spec.links.map((link) => link.name));
    for (const link of inside.values()) {
      if (OWN_CARD.test(link.name) && !wanted.has(link.name)) lines.push(`link del ${link.name}`);
    }
    for (const link of spec.links) {
      const now = inside.get(link.name);
      if (now && now.mac !== link.mac) lines.push(`link set ${link.name} address ${link.mac}`);
      if (now && now.mtu !== link.mtu) lines.push(`link set ${link.name} mtu ${link.mtu}`);
      // Up first: an address that comes to a card that is up is made known.
      if (!now?.up) lines.push(`link set ${link.name} up`);
      for (const address of link.addresses) {
        if (!now?.addresses.includes(address)) {
          lines.push(
            `addr replace ${address} dev ${link.name}${address.includes(":") ? " nodad" : " brd +"}`,
          );
        }
      }
      for (const address of now?.addresses ?? []) {
        if (!link.addresses.includes(address)) lines.push(`addr del ${address} dev ${link.name}`);
      }
    }
    await this.#batch(["ip", "-n", spec.name], lines);
    return lines;
  }

  /** A route to where there is no way yet is left out, as Neutron's agent does. */
  async #route(spec: NamespaceSpec, fresh: boolean): Promise<string[]> {
    const words = ({ destination, via }: Route) => `${destination} via ${via}`;
    const family = ({ via }: Route) => (via.includes(":") ? "-6 " : "");
    const present = fresh ? [] : await this.#routesOf(spec.name);
    const there = new Set(present.map(words));
    const wanted = new Set(spec.routes.map(words));
    const lines = [
      ...present
        .filter((route) => !wanted.has(words(route)))
        .map((route) => `${family(route)}route del ${words(route)}`),
      ...spec.routes
        .filter((route) => !there.has(words(route)))
        .map((route) => `${family(route)}route replace ${words(route)} proto static`),
    ];
    const done: string[] = [];
    for (const line of lines) {
      const { code } = await this.#tools.attempt(["ip", "-n", spec.name, ...line.split(" ")]);
      if (code === 0) done.push(line);
    }
    return done;
  }

  async #routesOf(name: string): Promise<Route[]> {
    const found: Route[] = [];
    for (const family of ["-4", "-6"]) {
      const outcome = await this.#tools.attempt([
        "ip",
        "-n",
        name,
        "-j",
        family,
        "route",
        "show",
        "proto",
        "static",
      ]);
      const rows = JSON.parse(outcome.stdout.trim() || "[]") as { dst: string; gateway?: string }[];
      for (const { dst, gateway } of rows) {
        if (!gateway) continue;
        const any = family === "-4" ? "0.0.0.0/0" : "::/0";
        found.push({ destination: dst === "default" ? any : dst, via: gateway });
      }
    }
    return found;
  }

  async #batch(argv: readonly string[], lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.#tools.run([...argv, "-batch", "-"], `${lines.join("\n")}\n`);
  }
}
