// /os-hypervisors. Authority: nova/api/openstack/compute/hypervisors.py of Zed.

import type { Bus } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { CloudError, Invalid, NotFound, NotImplemented } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { PeripheryParts } from "../make-periphery.ts";
import type { ComputeNodes } from "../nodes.ts";
import { COMPUTE_BINARY, type ServiceEntry } from "../services-table.ts";
import type { ComputeNodeRow } from "../tables.ts";
import { computeTopic } from "../topics.ts";
import { nextLink } from "./links.ts";
import { pageOf } from "./periphery.types.ts";
import { listHypervisors, showHypervisor } from "./services.schemas.ts";

const PAGING_SINCE = 33;
const UUID_SINCE = 53;
/** Since here a hypervisor without servers shows an empty list of them. */
const EMPTY_SERVERS_SINCE = 75;
/** Since here sizes are placement's business, and the uptime is part of the details. */
const SIZES_UNTIL = 87;
const UPTIME_SECONDS = 10;

interface Shown {
  node: ComputeNodeRow;
  service: ServiceEntry;
}

type Server = { uuid: string; name: string };

export function hypervisorRoutes(
  periphery: PeripheryParts,
  nodes: ComputeNodes,
  bus: Bus,
  maxLimit: number,
): Route[] {
  const { services, store } = periphery;

  const index = (call: Call) => list(call, false);
  const detail = (call: Call) => list(call, true);

  async function list(call: Call, detailed: boolean): Promise<Reply> {
    const paged = call.minor >= PAGING_SINCE;
    const page = paged ? pageOf(call, maxLimit) : { limit: Number.MAX_SAFE_INTEGER, marker: null };
    const modern = call.minor >= UUID_SINCE;
    const pattern = modern ? call.query.get("hypervisor_hostname_pattern") : null;
    if (pattern !== null && (call.query.has("limit") || page.marker !== null)) {
      throw new Invalid(
        "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.",
      );
    }
    const rows = pattern === null ? after(page.marker, modern).slice(0, page.limit) : matching(pattern);
    const withServers = modern && wantsServers(call);
    const shown = withService(rows);
    const servers = withServers ? serversBy(shown) : null;
    const uptimes = await uptimesOf(call, detailed ? shown : []);
    const views = shown.map((each) =>
      view(call, each, detailed, {
        ...(servers ? { servers: servers.get(each.node.host) ?? [] } : {}),
        uptime: uptimes.get(each.node.host) ?? null,
      }),
    );
    const ids = views.map((each) => String(each["id"]));
    const path = `os-hypervisors${detailed ? "/detail" : ""}`;
    const next = paged && pattern === null ? nextLink(call, "hypervisors", path, page.limit, ids) : {};
    return json(200, { hypervisors: views, ...next });
  }

  async function show(call: Call): Promise<Reply> {
    const found = find(call);
    const servers = call.minor >= UUID_SINCE && wantsServers(call) ? serversBy([found]) : null;
    const uptimes = await uptimesOf(call, [found]);
    return json(200, {
      hypervisor: view(call, found, true, {
        ...(servers ? { servers: servers.get(found.node.host) ?? [] } : {}),
        uptime: uptimes.get(found.node.host) ?? null,
      }),
    });
  }

  async function uptime(call: Call): Promise<Reply> {
    const found = find(call);
    const { host } = found.node;
    if (!services.isUp(found.service))
      throw new Invalid(`Compute service of ${host} is unavailable at this time.`);
    const text = await askUptime(call.context, host);
    if (text === null) throw new NotImplemented("The requested functionality is not supported.");
    return json(200, { hypervisor: { ...view(call, found, false), uptime: text } });
  }

  function search(call: Call): Reply {
    const shown = withService(matching(call.param("id")));
    return json(200, { hypervisors: shown.map((each) => view(call, each, false)) });
  }

  function serversOf(call: Call): Reply {
    const shown = withService(matching(call.param("id")));
    const servers = serversBy(shown);
    const views = shown.map((each) =>
      view(call, each, false, { servers: servers.get(each.node.host) ?? [] }),
    );
    return json(200, { hypervisors: views });
  }

  function statistics(): Reply {
    return json(200, { hypervisor_statistics: store.nodeStatistics() });
  }

  function view(
    call: Call,
    { node, service }: Shown,
    detailed: boolean,
    more: { servers?: readonly Server[]; uptime?: string | null } = {},
  ): Record<string, unknown> {
    const byUuid = call.minor >= UUID_SINCE;
    const shown: Record<string, unknown> = {
      id: byUuid ? node.uuid : node.id,
      hypervisor_hostname: node.hypervisor_hostname,
      state: services.isUp(service) ? "up" : "down",
      status: service.disabled ? "disabled" : "enabled",
    };
    if (detailed) {
      shown["hypervisor_type"] = node.hypervisor_type;
      shown["hypervisor_version"] = node.hypervisor_version;
      shown["host_ip"] = node.host_ip;
      shown["service"] = {
        id: byUuid ? service.uuid : service.id,
        host: node.host,
        disabled_reason: service.disabledReason,
      };
      if (call.minor <= SIZES_UNTIL) Object.assign(shown, sizes(call, node));
      else shown["uptime"] = more.uptime ?? null;
    }
    const { servers } = more;
    if (servers && (servers.length > 0 || call.minor >= EMPTY_SERVERS_SINCE)) {
      shown["servers"] = servers.map(({ name, uuid }) => ({ name, uuid }));
    }
    return shown;
  }

  /** Nodes whose service is deleted are left out. */
  function withService(rows: readonly ComputeNodeRow[]): Shown[] {
    return rows.flatMap((node) => {
      const service = services.find(COMPUTE_BINARY, node.host);
      return service ? [{ node, service }] : [];
    });
  }

  function after(marker: string | null, modern: boolean): ComputeNodeRow[] {
    const all = nodes.list();
    if (marker === null) return all;
    const at = all.findIndex((node) => (modern ? node.uuid : String(node.id)) === marker);
    if (at < 0) throw new Invalid(`marker [${marker}] not found`);
    return all.slice(at + 1);
  }

  function matching(pattern: string): ComputeNodeRow[] {
    const wanted = pattern.toLowerCase();
    const found = nodes.list().filter((node) => node.hypervisor_hostname.toLowerCase().includes(wanted));
    if (found.length === 0) throw new NotFound(`No hypervisor matching '${pattern}' could be found.`);
    return found;
  }

  function find(call: Call): Shown {
    const id = call.param("id");
    const modern = call.minor >= UUID_SINCE;
    if (modern && !isUuidLike(id)) throw new Invalid(`Invalid uuid ${id}`);
    const row = nodes.list().filter((node) => (modern ? node.uuid : String(node.id)) === id);
    const [found] = withService(row);
    if (!found) throw new NotFound(`Hypervisor with ID '${id}' could not be found.`);
    return found;
  }

  function serversBy(shown: readonly Shown[]): Map<string, Server[]> {
    const byHost = new Map<string, Server[]>();
    for (const server of store.serversOn(shown.map(({ node }) => node.host))) {
      const list = byHost.get(server.host);
      if (list) list.push(server);
      else byHost.set(server.host, [server]);
    }
    return byHost;
  }

  /** Only where the version shows them. */
  async function uptimesOf(call: Call, shown: readonly Shown[]): Promise<Map<string, string | null>> {
    if (call.minor <= SIZES_UNTIL) return new Map();
    const up = shown.filter(({ service }) => services.isUp(service));
    return new Map(
      await Promise.all(
        up.map(async ({ node }) => [node.host, await askUptime(call.context, node.host)] as const),
      ),
    );
  }

  /** Null when the host does not answer, or its driver cannot tell. */
  async function askUptime(context: RequestContext, host: string): Promise<string | null> {
    const topic = computeTopic(host);
    if (!bus.hasConsumer(topic)) return null;
    try {
      return await bus.call<string | null>(context, topic, "get_host_uptime", {}, UPTIME_SECONDS);
    } catch (error) {
      if (error instanceof CloudError && error.kind === "unavailable") return null;
      throw error;
    }
  }

  const rule = (verb: string) => `os_compute_api:os-hypervisors:${verb}`;
  const all = "/os-hypervisors";
  return [
    { method: "GET", path: all, handler: index, access: rule("list"), query: listHypervisors },
    {
      method: "GET",
      path: `${all}/detail`,
      handler: detail,
      access: rule("list-detail"),
      query: listHypervisors,
    },
    {
      method: "GET",
      path: `${all}/statistics`,
      handler: statistics,
      access: rule("statistics"),
      until: SIZES_UNTIL,
    },
    { method: "GET", path: `${all}/:id`, handler: show, access: rule("show"), query: showHypervisor },
    {
      method: "GET",
      path: `${all}/:id/search`,
      handler: search,
      access: rule("search"),
      until: UUID_SINCE - 1,
    },
    {
      method: "GET",
      path: `${all}/:id/servers`,
      handler: serversOf,
      access: rule("servers"),
      until: UUID_SINCE - 1,
    },
    {
      method: "GET",
      path: `${all}/:id/uptime`,
      handler: uptime,
      access: rule("uptime"),
      until: SIZES_UNTIL,
    },
  ];
}

function wantsServers(call: Call): boolean {
  return boolFromString(call.query.get("with_servers") ?? "False") ?? false;
}

const CPU_INFO_OBJECT_SINCE = 28;

function sizes(call: Call, node: ComputeNodeRow): Record<string, unknown> {
  return {
    vcpus: node.vcpus,
    memory_mb: node.memory_mb,
    local_gb: node.local_gb,
    vcpus_used: node.vcpus_used,
    memory_mb_used: node.memory_mb_used,
    local_gb_used: node.local_gb_used,
    free_ram_mb: node.free_ram_mb,
    free_disk_gb: node.free_disk_gb,
    current_workload: node.current_workload,
    running_vms: node.running_vms,
    disk_available_least: node.disk_available_least,
    cpu_info: call.minor >= CPU_INFO_OBJECT_SINCE ? JSON.parse(node.cpu_info || "{}") : node.cpu_info,
  };
}
