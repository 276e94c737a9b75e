// Makes the namespaces of tenant networks as they should be. One that is not wanted any more is removed, one whose parts
// differ is put right, the others are not touched.

import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { DhcpSpec } from "./desired-dhcp.ts";
import type { RouterSpec } from "./desired-router.ts";
import type { Tenant } from "./desired-tenant.ts";
import type { Link } from "./links.ts";
import type { MetadataListeners, NamespaceListener } from "./metadata.ts";
import type { NamespaceSpec, NamespaceState, Namespaces } from "./namespaces.ts";
import { METADATA_ADDRESS } from "./nat.ts";
import { PROXY_PORT, routerTable } from "./router-nat.ts";
import type { TenantDnsmasq } from "./tenant-dnsmasq.ts";
import { each } from "./together.ts";

export interface TenantEngineOptions {
  namespaces: Namespaces;
  dnsmasq: TenantDnsmasq;
  metadata: MetadataListeners;
  log: Logger;
}

interface Wanted {
  spec: NamespaceSpec;
  dhcp: DhcpSpec | null;
  router: RouterSpec | null;
}

export class TenantEngine {
  #options: TenantEngineOptions;
  #made = new Map<string, string>();
  /** Namespace → what was in it when it was as it should be. */
  #states = new Map<string, NamespaceState>();
  /** Bridge → why its network has no DHCP server. One project's network is no other's trouble. */
  failures: ReadonlyMap<string, string> = new Map();

  constructor(options: TenantEngineOptions) {
    this.#options = options;
  }

  /**
   * Tries everything. Returns what could not be made, a line each.
   * @param links the host's, when the host itself is to be looked at; null: what was made is taken to be there
   */
  async ensure(tenant: Tenant, links: ReadonlyMap<string, Link> | null): Promise<string[]> {
    const { namespaces, metadata } = this.#options;
    const wanted = wantedOf(tenant);
    const problems: string[] = [];
    const attempt = async (what: string, work: () => Promise<void>) => {
      try {
        await work();
        return null;
      } catch (error) {
        const why = `${what}: ${messageOf(error)}`;
        problems.push(why);
        return why;
      }
    };
    const unwanted = namespaces.list().filter((name) => !wanted.has(name));
    await each(unwanted, async (name) => void (await attempt(name, () => this.#remove(name))));
    let hostLinks: Promise<ReadonlyMap<string, Link>> | null = links && Promise.resolve(links);
    const readHost = () => {
      hostLinks ??= namespaces.hostLinks();
      return hostLinks;
    };
    const failures = new Map<string, string>();
    await each(wanted.values(), async (one) => {
      const why = await attempt(one.spec.name, () => this.#make(one, links, readHost));
      if (why !== null && one.dhcp) failures.set(one.dhcp.link.bridge, why);
    });
    this.failures = failures;
    const listeners = [...wanted.values()].flatMap(({ spec, dhcp, router }) =>
      namespaces.exists(spec.name) ? (listenerOf(namespaces.path(spec.name), dhcp, router) ?? []) : [],
    );
    await attempt("metadata", () => metadata.ensureIn(listeners));
    return problems;
  }

  async #make(
    { spec, dhcp, router }: Wanted,
    links: ReadonlyMap<string, Link> | null,
    readHost: () => Promise<ReadonlyMap<string, Link>>,
  ): Promise<void> {
    const { namespaces, dnsmasq, log } = this.#options;
    const { name } = spec;
    const facts = JSON.stringify(spec);
    const known = this.#made.get(name) === facts;
    const there = namespaces.exists(name);
    const tied = links === null || spec.links.every((link) => links.get(link.peer)?.master === link.bridge);
    const meddled = links === null || !there ? { links: false, filters: false } : this.#meddled(name);
    if (!known || !there || !tied || meddled.links || meddled.filters) {
      this.#made.delete(name);
      const changed = await namespaces.ensure(spec, await readHost());
      this.#made.set(name, facts);
      if (known && meddled.filters && spec.router) changed.push("put back the nftables table");
      // What the kernel adds by itself when cards come up may not be there yet: then it is looked at once more.
      this.#states.set(name, namespaces.state(name));
      if (!there) log.info(null, `Plumbed: made namespace ${name}`);
      else if (known && changed.length > 0) log.info(null, `Plumbed: in ${name}: ${changed.join("; ")}`);
    }
    if (dhcp && (await dnsmasq.ensure(dhcp, namespaces.path(spec.name)))) {
      log.info(null, `Plumbed: started dnsmasq in ${spec.name}`);
    }
    if (router) await dnsmasq.advertise(router);
  }

  #meddled(name: string): { links: boolean; filters: boolean } {
    const before = this.#states.get(name);
    const now = this.#options.namespaces.state(name);
    return {
      links: before?.links !== now.links,
      filters: before !== undefined && before.filters !== now.filters,
    };
  }

  async #remove(name: string): Promise<void> {
    const { namespaces, dnsmasq, metadata, log } = this.#options;
    await metadata.leave(namespaces.path(name));
    await dnsmasq.stop(name.replace(/^q(?:dhcp|router)-/, ""));
    await namespaces.remove(name);
    this.#made.delete(name);
    this.#states.delete(name);
    log.info(null, `Plumbed: removed namespace ${name}`);
  }

  /** dnsmasq's own lines become ours. */
  followLogs(): void {
    for (const line of this.#options.dnsmasq.newLogLines()) {
      this.#options.log.info(null, line.replace(/^\w{3} [ \d]\d [\d:]{8} /, ""));
    }
  }
}

function wantedOf({ dhcp, routers }: Tenant): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const server of dhcp) {
    const { namespace: name, link, routes } = server;
    const spec = { name, links: [link], routes, router: false, nat: null };
    wanted.set(name, { spec, dhcp: server, router: null });
  }
  for (const router of routers) {
    const { namespace: name, links, routes } = router;
    const spec = { name, links, routes, router: true, nat: routerTable(router) };
    wanted.set(name, { spec, dhcp: null, router });
  }
  return wanted;
}

function listenerOf(
  path: string,
  dhcp: DhcpSpec | null,
  router: RouterSpec | null,
): NamespaceListener | null {
  if (dhcp?.metadata) return { path, host: METADATA_ADDRESS, port: 80, networkIds: [dhcp.networkId] };
  if (router && router.networkIds.length > 0) {
    return { path, host: "0.0.0.0", port: PROXY_PORT, networkIds: router.networkIds };
  }
  return null;
}
