// /os-hosts, until microversion 2.42. Authority: nova/api/openstack/compute/hosts.py of Zed.
//
// Disabling a host disables its compute service. Maintenance mode and power actions answer 501, as with libvirt: no
// driver here would switch off the machine the cloud runs on.

import { NotFound, NotImplemented } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { PeripheryParts } from "../make-periphery.ts";
import type { ComputeNodes } from "../nodes.ts";
import { COMPUTE_BINARY, type ServiceEntry } from "../services-table.ts";
import { listHosts, updateHost } from "./services.schemas.ts";

const UNTIL = 42;

export function hostRoutes(periphery: PeripheryParts, nodes: ComputeNodes): Route[] {
  const { services, zones, store } = periphery;

  function list(call: Call): Reply {
    const wanted = call.query.get("zone");
    const hosts = services
      .list()
      .filter((service) => !service.disabled)
      .map((service) => ({
        host_name: service.host,
        service: service.topic,
        zone: zones.zoneOfService(service),
      }))
      .filter(({ zone }) => !wanted || zone === wanted);
    return json(200, { hosts });
  }

  function show(call: Call): Reply {
    const { host } = target(call);
    const node = nodes.ofHost(host);
    if (!node) throw new NotFound(`Compute host ${host} could not be found.`);
    const usage = store.hostUsage(host);
    const sum = (key: "vcpus" | "memory_mb" | "disk_gb") => usage.reduce((total, row) => total + row[key], 0);
    const row = (project: string | null, cpu: number, memory_mb: number, disk_gb: number) => ({
      resource: { host, project, cpu, memory_mb, disk_gb },
    });
    return json(200, {
      host: [
        row("(total)", node.vcpus, node.memory_mb, node.local_gb),
        row("(used_now)", node.vcpus_used, node.memory_mb_used, node.local_gb_used),
        row("(used_max)", sum("vcpus"), sum("memory_mb"), sum("disk_gb")),
        ...usage.map((each) => row(each.project_id, each.vcpus, each.memory_mb, each.disk_gb)),
      ],
    });
  }

  function update(call: Call): Reply {
    const service = target(call);
    const body = call.body as { status?: string; maintenance_mode?: string };
    if (body.maintenance_mode !== undefined) unsupported();
    const enabled = body.status?.toLowerCase() === "enable";
    services.setDisabled(service.id, !enabled, null);
    return json(200, { host: service.host, status: enabled ? "enabled" : "disabled" });
  }

  function power(call: Call): Reply {
    target(call);
    return unsupported();
  }

  function target(call: Call): ServiceEntry {
    const host = call.param("id");
    const service = services.find(COMPUTE_BINARY, host);
    if (!service) throw new NotFound(`Host '${host}' is not mapped to any cell`);
    return service;
  }

  const rule = (verb: string) => `os_compute_api:os-hosts:${verb}`;
  const one = "/os-hosts/:id";
  const routes: Route[] = [
    { method: "GET", path: "/os-hosts", handler: list, access: rule("list"), query: listHosts },
    { method: "GET", path: one, handler: show, access: rule("show") },
    { method: "PUT", path: one, handler: update, access: rule("update"), body: updateHost },
    { method: "GET", path: `${one}/startup`, handler: power, access: rule("start") },
    { method: "GET", path: `${one}/shutdown`, handler: power, access: rule("shutdown") },
    { method: "GET", path: `${one}/reboot`, handler: power, access: rule("reboot") },
  ];
  return routes.map((route) => ({ ...route, until: UNTIL }));
}

function unsupported(): never {
  throw new NotImplemented("The requested functionality is not supported.");
}
