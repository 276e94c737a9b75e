// quota-*, quota-class-*, absolute-limits, rate-limits, usage and usage-list (novaclient/v1_1/shell.py 2.17).

import { ClientError } from "../errors.ts";
import type { Arguments, OptionSpec } from "../options.ts";
import type { Row, Tables } from "./tables.ts";
import { argument, both, flag, integer, option, query, type Verb } from "./verb.ts";

const RESOURCES = [
  "instances",
  "cores",
  "ram",
  "floating_ips",
  "fixed_ips",
  "metadata_items",
  "injected_files",
  "injected_file_content_bytes",
  "injected_file_path_bytes",
  "key_pairs",
  "security_groups",
  "security_group_rules",
];

function quotaList(tables: Tables, quotas: Row): string {
  const rows = RESOURCES.filter((name) => quotas[name] !== undefined).map((name) => ({
    quota: name,
    property: name,
    limit: quotas[name],
    value: quotas[name],
  }));
  // Folsom printed them as any other properties.
  return tables.list(rows, tables.isFolsom ? ["Property", "Value"] : ["Quota", "Limit"]);
}

const RESOURCE_OPTIONS: readonly OptionSpec[] = RESOURCES.flatMap((name) => {
  const dashed = name.replaceAll("_", "-");
  const help = `New value for the "${dashed}" quota.`;
  if (dashed === name) return [option(name, `<${name}>`, help, { parse: integer })];
  return both(dashed, `<${dashed}>`, help, { parse: integer });
});

function updates(args: Arguments): Row {
  const given = RESOURCES.map((name) => [name, args.values[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== null && value !== undefined));
}

const tenantOption = option("tenant", "<tenant-id>", "ID of tenant whose quotas are meant.");
const userOption = option("user", "<user-id>", "ID of user whose quotas are meant.");

const show: Verb = {
  name: "quota-show",
  help: "List the quotas for a tenant/user.",
  options: [tenantOption, userOption],
  async run(client, args, { out }) {
    const tenant = args.text("tenant") ?? client.tenantId;
    const path = `/os-quota-sets/${encodeURIComponent(tenant)}${query({ user_id: args.text("user") })}`;
    out(quotaList(client.tables, (await client.get(path)).quota_set));
  },
};

const defaults: Verb = {
  name: "quota-defaults",
  help: "List the default quotas for a tenant.",
  options: [tenantOption],
  async run(client, args, { out }) {
    const tenant = args.text("tenant") ?? client.tenantId;
    const path = `/os-quota-sets/${encodeURIComponent(tenant)}/defaults`;
    out(quotaList(client.tables, (await client.get(path)).quota_set));
  },
};

const update: Verb = {
  name: "quota-update",
  help: "Update the quotas for a tenant/user.",
  options: [
    userOption,
    ...RESOURCE_OPTIONS,
    flag("force", "Whether force update the quota even if what is used and reserved exceeds the new quota"),
  ],
  args: [argument("tenant", "<tenant-id>", "ID of tenant to set the quotas for.")],
  async run(client, args) {
    const quota_set = updates(args);
    if (Object.keys(quota_set).length === 0) return;
    if (args.flag("force")) quota_set["force"] = true;
    const tenant = encodeURIComponent(args.required("tenant"));
    await client.put(`/os-quota-sets/${tenant}${query({ user_id: args.text("user") })}`, { quota_set });
  },
};

const remove: Verb = {
  name: "quota-delete",
  help: "Delete quota for a tenant/user so their quota will Revert back to default.",
  options: [tenantOption, userOption],
  async run(client, args) {
    const tenant = args.text("tenant") ?? client.tenantId;
    await client.delete(
      `/os-quota-sets/${encodeURIComponent(tenant)}${query({ user_id: args.text("user") })}`,
    );
  },
};

const CLASS = argument("class_name", "<class>", "Name of the quota class.");

const classShow: Verb = {
  name: "quota-class-show",
  help: "List the quotas for a quota class.",
  args: [CLASS],
  async run(client, args, { out }) {
    const path = `/os-quota-class-sets/${encodeURIComponent(args.required("class_name"))}`;
    out(quotaList(client.tables, (await client.get(path)).quota_class_set));
  },
};

const classUpdate: Verb = {
  name: "quota-class-update",
  help: "Update the quotas for a quota class.",
  options: RESOURCE_OPTIONS,
  args: [CLASS],
  async run(client, args) {
    const quota_class_set = updates(args);
    if (Object.keys(quota_class_set).length === 0) return;
    const path = `/os-quota-class-sets/${encodeURIComponent(args.required("class_name"))}`;
    await client.put(path, { quota_class_set });
  },
};

const absoluteLimits: Verb = {
  name: "absolute-limits",
  help: "Print a list of absolute limits for a user",
  options: [
    option("tenant", "<tenant>", "Display information from single tenant (Admin only).", {
      kind: "optional",
      bare: null,
    }),
    flag("reserved", "Include reservations count."),
  ],
  async run(client, args, { out }) {
    const filters = query({ reserved: args.flag("reserved") ? 1 : 0, tenant_id: args.text("tenant") });
    const { absolute } = (await client.get(`/limits${filters}`)).limits;
    const rows = Object.entries(absolute as Row).map(([name, value]) => ({ name, value }));
    out(client.tables.list(rows, ["Name", "Value"]));
  },
};

const rateLimits: Verb = {
  name: "rate-limits",
  help: "Print a list of rate limits for a user",
  async run(client, _args, { out }) {
    const { rate } = (await client.get("/limits")).limits;
    const rows = (rate as { uri: string; limit: Row[] }[]).flatMap(({ uri, limit }) =>
      limit.map((one) => ({
        ...one,
        uri,
        remain: one["remaining"],
        next_available: one["next-available"],
      })),
    );
    out(client.tables.list(rows, ["Verb", "URI", "Value", "Remain", "Unit", "Next_Available"]));
  },
};

const PERIOD = [
  option("start", "<start>", "Usage range start date ex 2012-01-20 (default: 4 weeks ago)"),
  option("end", "<end>", "Usage range end date, ex 2012-01-20 (default: tomorrow)"),
];
const DAY_MS = 86_400_000;

/** @throws ClientError for what is no date */
function periodOf(args: Arguments): { start: Date; end: Date } {
  const day = (dest: string, days: number) => {
    const text = args.text(dest);
    if (!text) return new Date(Date.now() + days * DAY_MS);
    const date = new Date(`${text}T00:00:00Z`);
    if (/^\d{4}-\d{1,2}-\d{1,2}$/.test(text) && !Number.isNaN(date.getTime())) return date;
    throw new ClientError(`time data '${text}' does not match format '%Y-%m-%d'`);
  };
  return { start: day("start", -28), end: day("end", 1) };
}

/** The last millisecond digits are those of Python's isoformat. */
const iso = (date: Date) => date.toISOString().replace(/\.(\d{3})Z$/, ".$1000");

function head({ start, end }: { start: Date; end: Date }): string {
  return `Usage from ${start.toISOString().slice(0, 10)} to ${end.toISOString().slice(0, 10)}:\n`;
}

function usageRow(usage: Row): Row {
  return {
    tenant_id: usage["tenant_id"],
    servers: String(usage["server_usages"]?.length ?? 0),
    instances: String(usage["server_usages"]?.length ?? 0),
    "ram_mb-hours": Number(usage["total_memory_mb_usage"]).toFixed(2),
    cpu_hours: Number(usage["total_vcpus_usage"]).toFixed(2),
    "disk_gb-hours": Number(usage["total_local_gb_usage"]).toFixed(2),
  };
}

function usageColumns(tables: Tables): string[] {
  return [tables.isFolsom ? "Instances" : "Servers", "RAM MB-Hours", "CPU Hours", "Disk GB-Hours"];
}

const usageList: Verb = {
  name: "usage-list",
  help: "List usage data for all tenants.",
  options: PERIOD,
  async run(client, args, { out }) {
    const period = periodOf(args);
    const filters = `?start=${iso(period.start)}&end=${iso(period.end)}&detailed=1`;
    const usages = await client.all(`/os-simple-tenant-usage${filters}`, "tenant_usages");
    const columns = ["Tenant ID", ...usageColumns(client.tables)];
    out(head(period) + client.tables.list(usages.map(usageRow), columns));
  },
};

const usage: Verb = {
  name: "usage",
  help: "Show usage data for a single tenant.",
  options: [...PERIOD, option("tenant", "<tenant-id>", "UUID or name of tenant to get usage for.")],
  async run(client, args, { out }) {
    const period = periodOf(args);
    const tenant = encodeURIComponent(args.text("tenant") ?? client.tenantId);
    const path = `/os-simple-tenant-usage/${tenant}?start=${iso(period.start)}&end=${iso(period.end)}`;
    const found = (await client.get(path)).tenant_usage as Row;
    const text = found["total_vcpus_usage"]
      ? client.tables.list([usageRow(found)], usageColumns(client.tables))
      : "None\n";
    out(head(period) + text);
  },
};

export const quotaVerbs: readonly Verb[] = [
  show,
  defaults,
  update,
  remove,
  classShow,
  classUpdate,
  absoluteLimits,
  rateLimits,
  usageList,
  usage,
];
