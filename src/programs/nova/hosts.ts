// service-*, host-*, hypervisor-* and availability-zone-list (novaclient/v1_1/shell.py and contrib/, 2.17).

import { ClientError, HttpError } from "../errors.ts";
import type { ComputeClient } from "./client.ts";
import { changeMetadata } from "./server-tasks.ts";
import type { Row } from "./tables.ts";
import { argument, flag, METADATA, METADATA_ACTION, option, query, type Verb } from "./verb.ts";

const HOST = argument("host", "<hostname>", "Name of host.");
const BINARY = argument("binary", "<binary>", "Service binary.");

const serviceList: Verb = {
  name: "service-list",
  help: "Show a list of all running services. Filter by host & binary.",
  options: [option("host", "<hostname>", "Name of host."), option("binary", "<binary>", "Service binary.")],
  async run(client, args, { out }) {
    const filters = query({ host: args.text("host"), binary: args.text("binary") });
    const services = await client.all(`/os-services${filters}`, "services");
    const columns = ["Binary", "Host", "Zone", "Status", "State", "Updated_at"];
    const hasReasons = services[0]?.["disabled_reason"] !== undefined;
    out(client.tables.list(services, hasReasons ? [...columns, "Disabled Reason"] : columns));
  },
};

const serviceEnable: Verb = {
  name: "service-enable",
  help: "Enable the service.",
  args: [HOST, BINARY],
  async run(client, args, { out }) {
    const body = { host: args.text("host"), binary: args.text("binary") };
    const { service } = await client.put("/os-services/enable", body);
    out(client.tables.list([service], ["Host", "Binary", "Status"]));
  },
};

const serviceDisable: Verb = {
  name: "service-disable",
  help: "Disable the service.",
  options: [option("reason", "<reason>", "Reason for disabling service.")],
  args: [HOST, BINARY],
  async run(client, args, { out }) {
    const reason = args.text("reason");
    const body = { host: args.text("host"), binary: args.text("binary") };
    if (!reason) {
      const { service } = await client.put("/os-services/disable", body);
      out(client.tables.list([service], ["Host", "Binary", "Status"]));
      return;
    }
    const answer = await client.put("/os-services/disable-log-reason", { ...body, disabled_reason: reason });
    out(client.tables.list([answer.service], ["Host", "Binary", "Status", "Disabled Reason"]));
  },
};

const hostList: Verb = {
  name: "host-list",
  help: "List all hosts by service.",
  options: [option("zone", "<zone>", "Only those hosts in the availability zone <zone>.")],
  async run(client, args, { out }) {
    const hosts = await client.all(`/os-hosts${query({ zone: args.text("zone") })}`, "hosts");
    out(client.tables.list(hosts, ["host_name", "service", "zone"]));
  },
};

const hostDescribe: Verb = {
  name: "host-describe",
  help: "Describe a specific host.",
  args: [HOST],
  async run(client, args, { out }) {
    const parts = await client.all(`/os-hosts/${encodeURIComponent(args.required("host"))}`, "host");
    const rows = parts.map(({ resource }) => resource as Row);
    // The columns HOST and PROJECT are the fields host and project.
    out(client.tables.list(rows, ["HOST", "PROJECT", "cpu", "memory_mb", "disk_gb"], { sortBy: null }));
  },
};

const hostUpdate: Verb = {
  name: "host-update",
  help: "Update host settings.",
  options: [
    option("status", "<enable|disable>", "Either enable or disable a host."),
    option("maintenance", "<enable|disable>", "Either put or resume host to/from maintenance."),
  ],
  args: [HOST],
  async run(client, args, { out }) {
    const [status, maintenance] = [args.text("status"), args.text("maintenance")];
    const body = {
      ...(status ? { status } : {}),
      ...(maintenance ? { maintenance_mode: maintenance } : {}),
    };
    const answer = await client.put(`/os-hosts/${encodeURIComponent(args.required("host"))}`, body);
    out(client.tables.list([answer], ["HOST", ...Object.keys(body)]));
  },
};

const hostAction: Verb = {
  name: "host-action",
  help: "Perform a power action on a host.",
  options: [
    option("action", "<action>", "A power action: startup, reboot, or shutdown.", {
      choices: ["startup", "shutdown", "reboot"],
    }),
  ],
  args: [HOST],
  async run(client, args, { out }) {
    const host = encodeURIComponent(args.required("host"));
    const answer = await client.get(`/os-hosts/${host}/${args.text("action") ?? "None"}`);
    out(client.tables.list([answer], ["HOST", "power_action"]));
  },
};

/** The servers of every hypervisor whose name is like that. */
async function serversOn(client: ComputeClient, host: string): Promise<Row[]> {
  const found = await client.all(`/os-hypervisors/${encodeURIComponent(host)}/servers`, "hypervisors");
  return found.flatMap((hypervisor) =>
    ((hypervisor["servers"] ?? []) as Row[]).map((server) => ({ ...server, hypervisor })),
  );
}

/** One row for each server: whether it was taken, and why not. */
async function each(
  servers: readonly Row[],
  accepted: string,
  what: string,
  run: (id: string) => Promise<unknown>,
) {
  const rows: Row[] = [];
  for (const { uuid } of servers) {
    try {
      await run(uuid);
      rows.push({ server_uuid: uuid, [accepted]: true, error_message: "" });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      rows.push({
        server_uuid: uuid,
        [accepted]: false,
        error_message: `Error while ${what} instance: ${error.message}`,
      });
    }
  }
  return rows;
}

const hostEvacuate: Verb = {
  name: "host-evacuate",
  help: "Evacuate all instances from failed host to specified one.",
  options: [
    option("target_host", "<target_host>", "Name of target host."),
    flag("on-shared-storage", "Specifies whether all instances files are on shared  storage"),
  ],
  args: [{ ...HOST, metavar: "<host>" }],
  async run(client, args, { out }) {
    const servers = await serversOn(client, args.required("host"));
    const body = { onSharedStorage: args.flag("on_shared_storage") };
    const host = args.text("target_host");
    const rows = await each(servers, "evacuate_accepted", "evacuating", (id) =>
      client.post(`/servers/${id}/action`, { evacuate: host ? { ...body, host } : body }),
    );
    out(client.tables.list(rows, ["Server UUID", "Evacuate Accepted", "Error Message"]));
  },
};

const hostServersMigrate: Verb = {
  name: "host-servers-migrate",
  help: "Migrate all instances of the specified host to other available hosts.",
  args: [{ ...HOST, metavar: "<host>" }],
  async run(client, args, { out }) {
    const servers = await serversOn(client, args.required("host"));
    const rows = await each(servers, "migration_accepted", "migrating", (id) =>
      client.post(`/servers/${id}/action`, { migrate: null }),
    );
    out(client.tables.list(rows, ["Server UUID", "Migration Accepted", "Error Message"]));
  },
};

const hostMeta: Verb = {
  name: "host-meta",
  help: "Set or Delete metadata on all instances of a host.",
  args: [{ ...HOST, metavar: "<host>" }, METADATA_ACTION, METADATA],
  async run(client, args) {
    for (const { uuid } of await serversOn(client, args.required("host"))) {
      const path = `/servers/${uuid}/metadata`;
      await changeMetadata(client, path, args.required("action"), args.list("metadata"));
    }
  },
};

const hypervisorList: Verb = {
  name: "hypervisor-list",
  help: "List hypervisors.",
  options: [option("matching", "<hostname>", "List hypervisors matching the given <hostname>.")],
  async run(client, args, { out }) {
    const matching = args.text("matching");
    const path = `/os-hypervisors${matching ? `/${encodeURIComponent(matching)}/search` : ""}`;
    out(client.tables.list(await client.all(path, "hypervisors"), ["ID", "Hypervisor hostname"]));
  },
};

const hypervisorServers: Verb = {
  name: "hypervisor-servers",
  help: "List servers belonging to specific hypervisors.",
  args: [argument("hostname", "<hostname>", "The hypervisor hostname (or pattern) to search for.")],
  async run(client, args, { out }) {
    const servers = await serversOn(client, args.required("hostname"));
    const rows = servers.map(({ uuid, name, hypervisor }) => ({
      id: uuid,
      name,
      hypervisor_id: hypervisor.id,
      hypervisor_hostname: hypervisor.hypervisor_hostname,
    }));
    out(client.tables.list(rows, ["ID", "Name", "Hypervisor ID", "Hypervisor Hostname"]));
  },
};

const HYPERVISOR = argument("hypervisor", "<hypervisor>", "Name or ID of the hypervisor.");

/** What is inside of a value becomes properties of their own: `service_host`. */
function flat(value: unknown, prefix: string): [string, unknown][] {
  let inner = value;
  if (typeof value === "string" && /^[[{]/.test(value)) {
    try {
      inner = JSON.parse(value);
    } catch {
      inner = value; // a text that only begins like JSON
    }
  }
  if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return [[prefix, inner]];
  return Object.entries(inner).flatMap(([name, part]) =>
    flat(part, prefix === "" ? name : `${prefix}_${name}`),
  );
}

const hypervisorShow: Verb = {
  name: "hypervisor-show",
  help: "Display the details of the specified hypervisor.",
  args: [HYPERVISOR],
  async run(client, args, { out }) {
    const found = await client.find("hypervisor", args.required("hypervisor"));
    out(client.tables.properties(Object.fromEntries(flat(found, ""))));
  },
};

const hypervisorUptime: Verb = {
  name: "hypervisor-uptime",
  help: "Display the uptime of the specified hypervisor.",
  args: [HYPERVISOR],
  async run(client, args, { out }) {
    const { id } = await client.find("hypervisor", args.required("hypervisor"));
    out(client.tables.properties((await client.get(`/os-hypervisors/${id}/uptime`)).hypervisor));
  },
};

const hypervisorStats: Verb = {
  name: "hypervisor-stats",
  help: "Get hypervisor statistics over all compute nodes.",
  async run(client, _args, { out }) {
    const { hypervisor_statistics } = await client.get("/os-hypervisors/statistics");
    out(client.tables.properties(hypervisor_statistics));
  },
};

interface ServiceState {
  active: boolean;
  available: boolean;
  updated_at: string | null;
}

const availabilityZoneList: Verb = {
  name: "availability-zone-list",
  help: "List all the availability zones.",
  async run(client, _args, { out }) {
    const rows = (await zones(client)).flatMap((zone): Row[] => {
      const hosts = Object.entries((zone["hosts"] ?? {}) as Record<string, Record<string, ServiceState>>);
      const state = zone["zoneState"]?.available ? "available" : "not available";
      return [
        { name: zone["zoneName"], status: state },
        ...hosts
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .flatMap(([host, services]) => [
            { name: `|- ${host}`, status: "" },
            ...Object.entries(services).map(([name, { active, available, updated_at }]) => ({
              name: `| |- ${name}`,
              status: `${active ? "enabled" : "disabled"} ${available ? ":-)" : "XXX"} ${updated_at}`,
            })),
          ]),
      ];
    });
    out(client.tables.list(rows, ["Name", "Status"], { sortBy: null }));
  },
};

/** With their hosts for whom may see them. */
async function zones(client: ComputeClient): Promise<Row[]> {
  try {
    return await client.all("/os-availability-zone/detail", "availabilityZoneInfo");
  } catch (error) {
    if (!(error instanceof HttpError && error.status === 403)) throw error;
    return client.all("/os-availability-zone", "availabilityZoneInfo");
  }
}

export const hostVerbs: readonly Verb[] = [
  serviceList,
  serviceEnable,
  serviceDisable,
  hostList,
  hostDescribe,
  hostUpdate,
  hostAction,
  hostEvacuate,
  hostServersMigrate,
  hostMeta,
  hypervisorList,
  hypervisorServers,
  hypervisorShow,
  hypervisorUptime,
  hypervisorStats,
  availabilityZoneList,
];
