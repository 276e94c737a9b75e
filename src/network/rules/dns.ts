// Names for addresses, in domains. Authority: nova/network/floating_ips.py and minidns.py of Newton.

import { and, eq } from "drizzle-orm";
import { Conflict, NotFound } from "../../core/errors.ts";
import * as t from "../tables.ts";
import type { Base } from "./base.ts";

export class Dns {
  #base: Base;

  constructor(base: Base) {
    this.#base = base;
  }

  domains(): t.DnsDomainRow[] {
    return this.#base.store.dnsDomains.list();
  }

  /** Makes or changes a domain: a private one belongs to a zone, a public one may belong to a project. */
  setDomain(
    domain: string,
    fields: { scope: "public" | "private"; project: string | null; zone: string | null },
  ): t.DnsDomainRow {
    const { dnsDomains } = this.#base.store;
    const own = fields.scope === "private";
    const values = {
      scope: fields.scope,
      availability_zone: own ? fields.zone : null,
      project_id: own ? null : fields.project,
    };
    return dnsDomains.update(domain, values) ?? dnsDomains.insert({ domain, ...values });
  }

  deleteDomain(domain: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      store.dnsEntries.removeWhere(eq(t.dnsEntries.domain, domain));
      if (!store.dnsDomains.remove(domain)) throw new NotFound("The resource could not be found.");
    });
  }

  /** @throws NotFound */
  byName(domain: string, name: string): t.DnsEntryRow {
    const row = this.#base.store.dnsEntries.first({ domain, name });
    if (!row) throw new NotFound("DNS entry not found.");
    return row;
  }

  /** @throws NotFound when there is none */
  byAddress(domain: string, ip: string): t.DnsEntryRow[] {
    const rows = this.#base.store.dnsEntries.match({ domain, ip });
    if (rows.length === 0) throw new NotFound("DNS entries not found.");
    return rows;
  }

  /** A new name, or another address for one. @throws NotFound when there is no such domain */
  setEntry(domain: string, name: string, ip: string, type: "A" | "AAAA"): t.DnsEntryRow {
    const { store } = this.#base;
    return store.transaction(() => {
      if (!store.dnsDomains.get(domain)) throw new NotFound("The resource could not be found.");
      const before = store.dnsEntries.first({ domain, name });
      if (before?.ip === ip) {
        throw new Conflict(`The DNS entry ${name} already exists in domain ${domain}.`);
      }
      if (before) this.deleteEntry(domain, name);
      return store.dnsEntries.insert({ domain, name, ip, dns_type: type });
    });
  }

  deleteEntry(domain: string, name: string): void {
    const where = and(eq(t.dnsEntries.domain, domain), eq(t.dnsEntries.name, name))!;
    if (this.#base.store.dnsEntries.removeWhere(where) === 0) {
      throw new NotFound("The resource could not be found.");
    }
  }
}
