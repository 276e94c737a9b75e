// /os-floating-ip-dns: names for addresses, in domains of the cloud or of a project. Authority:
// nova/api/openstack/compute/floating_ip_dns.py of Newton.

import { isIP } from "node:net";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { DnsDomainRow, DnsEntryRow } from "../tables.ts";
import { type NovaNetworkOptions, networkOf, PROXY_UNTIL } from "./parts.ts";
import { dnsEntry, domainEntry } from "./schemas.ts";

const POLICY = "os_compute_api:os-floating-ip-dns";

interface DomainBody {
  domain_entry: { scope: "public" | "private"; project?: string; availability_zone?: string };
}

export function floatingIpDnsRoutes(options: NovaNetworkOptions): Route[] {
  const dns = () => networkOf(options).dns;

  function list(): Reply {
    return json(200, { domain_entries: dns().domains().map(domainView) });
  }

  function setDomain(call: Call): Reply {
    const { scope, project, availability_zone } = (call.body as DomainBody).domain_entry;
    const row = dns().setDomain(call.param("domain"), {
      scope,
      project: project ?? null,
      zone: availability_zone ?? null,
    });
    return json(200, { domain_entry: domainView(row) });
  }

  function deleteDomain(call: Call): Reply {
    dns().deleteDomain(call.param("domain"));
    return empty(202);
  }

  /** Asked for a name: the entry; for an address: every entry with it. */
  function show(call: Call): Reply {
    const [domain, id] = [call.param("domain"), call.param("id")];
    if (isIP(id) === 0) return json(200, { dns_entry: entryView(dns().byName(domain, id)) });
    return json(200, { dns_entries: dns().byAddress(domain, id).map(entryView) });
  }

  function setEntry(call: Call): Reply {
    const { ip, dns_type } = (call.body as { dns_entry: { ip: string; dns_type: "A" | "AAAA" } }).dns_entry;
    const row = dns().setEntry(call.param("domain"), call.param("id"), ip, dns_type);
    return json(200, { dns_entry: entryView(row) });
  }

  function deleteEntry(call: Call): Reply {
    dns().deleteEntry(call.param("domain"), call.param("id"));
    return empty(202);
  }

  const path = "/os-floating-ip-dns";
  const entry = `${path}/:domain/entries/:id`;
  const until = PROXY_UNTIL;
  return [
    { method: "GET", path, handler: list, access: POLICY, until },
    {
      method: "PUT",
      path: `${path}/:domain`,
      handler: setDomain,
      access: `${POLICY}:domain:update`,
      body: domainEntry,
      until,
    },
    {
      method: "DELETE",
      path: `${path}/:domain`,
      handler: deleteDomain,
      access: `${POLICY}:domain:delete`,
      until,
    },
    { method: "GET", path: entry, handler: show, access: POLICY, until },
    { method: "PUT", path: entry, handler: setEntry, access: POLICY, body: dnsEntry, until },
    { method: "DELETE", path: entry, handler: deleteEntry, access: POLICY, until },
  ];
}

function domainView(row: DnsDomainRow) {
  return {
    domain: row.domain,
    scope: row.scope,
    project: row.project_id,
    availability_zone: row.availability_zone,
  };
}

function entryView(row: DnsEntryRow) {
  return { ip: row.ip, id: row.name, type: row.dns_type, domain: row.domain, name: row.name };
}
