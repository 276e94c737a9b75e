// Network namespaces of the cloud: made, compared with what they should hold, removed. A mark is written before one is
// made, so that what was left half-made by a kill is found again.

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Route } from "./desired-dhcp.ts";
import type { NamespaceLink } from "./desired-tenant.ts";
import { inNamespace } from "./libc.ts";
import { type Link, readLinks } from "./links.ts";
import type { HostTools } from "./tools.ts";

export interface NamespaceSpec {
  name: string;
  links: NamespaceLink[];
  routes: Route[];
  /** It passes packets on. */
  router: boolean;
  /** A whole nftables table, or null. */
  nat: string | null;
}

/** Where iproute2 keeps them. */
const FOLDER = "/run/netns";
/** What begins so is ours to remove, inside a namespace of ours. */
const OWN_CARD = /^(?:ns|qr|qg)-[0-9a-f]/;
const TABLE = "stack";

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

  /** Makes it as it should be. `links`: the host's. */
  async ensure(spec: NamespaceSpec, links: ReadonlyMap<string, Link>): Promise<void> {
    const { name } = spec;
    const fresh = !this.exists(name);
    if (fresh) {
      mkdirSync(this.#marks, { recursive: true, mode: 0o755 });
      writeFileSync(join(this.#marks, name), "");
      await this.#tools.run(["ip", "netns", "add", name]);
    }
    inNamespace(this.path(name), () => this.#switches(spec.router));
    const inside = fresh ? new Map<string, Link>() : await readLinks(this.#tools, name);
    await this.#plug(spec, links, inside);
    await this.#configure(spec, inside);
    await this.#route(spec, fresh);
    const text = spec.nat ?? "";
    if (spec.router) {
      await this.#tools.run(
        ["ip", "netns", "exec", name, "nft", "-f", "-"],
        `table ip ${TABLE} {}\ndelete table ip ${TABLE}\n${text}`,
      );
    }
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
  ): Promise<void> {
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
  }

  /** Names, sizes and addresses inside. */
  async #configure(spec: NamespaceSpec, inside: ReadonlyMap<string, Link>): Promise<void> {
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
  }

  /** A route to where there is no way yet is left out, as Neutron's agent does. */
  async #route(spec: NamespaceSpec, fresh: boolean): Promise<void> {
    const lines = spec.routes.map(({ destination, via }) => {
      const family = via.includes(":") ? "-6 " : "";
      return `${family}route replace ${destination} via ${via} proto static`;
    });
    if (!fresh) {
      const wanted = new Set(spec.routes.map(({ destination, via }) => `${destination} ${via}`));
      for (const { destination, via } of await this.#routesOf(spec.name)) {
        if (wanted.has(`${destination} ${via}`)) continue;
        lines.unshift(`${via.includes(":") ? "-6 " : ""}route del ${destination} via ${via}`);
      }
    }
    for (const line of lines) await this.#tools.attempt(["ip", "-n", spec.name, ...line.split(" ")]);
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
