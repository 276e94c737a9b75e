// secgroup-* (novaclient/v1_1/shell.py 2.17; without ids: 2.10).

import { ClientError, HttpError } from "../errors.ts";
import type { ComputeClient } from "./client.ts";
import type { Row, Tables } from "./tables.ts";
import { ALL_TENANTS, argument, both, query, type Verb } from "./verb.ts";

const SECGROUP = argument("secgroup", "<secgroup>", "ID or name of security group.");
const SOURCE = argument("source_group", "<source-group>", "ID or name of source group.");
const PROTOCOL = argument("ip_proto", "<ip-proto>", "IP protocol (icmp, tcp, udp).");
const FROM = argument("from_port", "<from-port>", "Port at start of range.");
const TO = argument("to_port", "<to-port>", "Port at end of range.");
const CIDR = argument("cidr", "<cidr>", "CIDR for address range.");
const NAME = argument("name", "<name>", "Name of security group.");
const DESCRIPTION = argument("description", "<description>", "Description of security group.");

interface Rule extends Row {
  id: string;
  ip_protocol: string | null;
  from_port: number | null;
  to_port: number | null;
}

export function groupList(tables: Tables, groups: readonly Row[], tenants = false): string {
  const columns = tables.isFolsom ? ["Name", "Description"] : ["Id", "Name", "Description"];
  return tables.list(groups, tenants ? [...columns, "Tenant_ID"] : columns);
}

function ruleList(tables: Tables, rules: readonly Row[]): string {
  const rows = rules.map((rule) => ({
    ip_protocol: rule["ip_protocol"] ?? "",
    from_port: rule["from_port"] ?? "",
    to_port: rule["to_port"] ?? "",
    ip_range: rule["ip_range"]?.cidr ?? "",
    source_group: rule["group"]?.name ?? "",
  }));
  return tables.list(rows, ["IP Protocol", "From Port", "To Port", "IP Range", "Source Group"]);
}

/** @throws ClientError when none is called so, or several are */
async function findGroup(client: ComputeClient, nameOrId: string): Promise<Row> {
  if (/^\d+$|^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(nameOrId)) {
    try {
      return (await client.get(`/os-security-groups/${nameOrId}`)).security_group;
    } catch (error) {
      if (!(error instanceof HttpError && [400, 404].includes(error.status))) throw error;
    }
  }
  const all = await client.all("/os-security-groups", "security_groups");
  const [group, second] = all.filter(({ name }) => name === nameOrId);
  if (second) {
    throw new ClientError(
      `Multiple security group matches found for name '${nameOrId}', use an ID to be more specific.`,
    );
  }
  if (!group) throw new ClientError(`Secgroup ID or name '${nameOrId}' not found.`);
  return group;
}

const list: Verb = {
  name: "secgroup-list",
  help: "List security groups for the current tenant.",
  options: ALL_TENANTS,
  async run(client, args, { out }) {
    const everyone = args.flag("all_tenants");
    const path = `/os-security-groups${query({ all_tenants: everyone ? 1 : 0 })}`;
    out(groupList(client.tables, await client.all(path, "security_groups"), everyone));
  },
};

const listRules: Verb = {
  name: "secgroup-list-rules",
  help: "List rules for a security group.",
  args: [SECGROUP],
  async run(client, args, { out }) {
    const { rules } = await findGroup(client, args.required("secgroup"));
    out(ruleList(client.tables, rules));
  },
};

const create: Verb = {
  name: "secgroup-create",
  help: "Create a security group.",
  args: [NAME, DESCRIPTION],
  async run(client, args, { out }) {
    const body = { name: args.text("name"), description: args.text("description") };
    const made = (await client.post("/os-security-groups", { security_group: body })).security_group;
    out(groupList(client.tables, [made]));
  },
};

const update: Verb = {
  name: "secgroup-update",
  help: "Update a security group.",
  args: [SECGROUP, NAME, DESCRIPTION],
  async run(client, args, { out }) {
    const { id } = await findGroup(client, args.required("secgroup"));
    const body = { name: args.text("name"), description: args.text("description") };
    const made = (await client.put(`/os-security-groups/${id}`, { security_group: body })).security_group;
    out(groupList(client.tables, [made]));
  },
};

const remove: Verb = {
  name: "secgroup-delete",
  help: "Delete a security group.",
  args: [SECGROUP],
  async run(client, args, { out }) {
    const group = await findGroup(client, args.required("secgroup"));
    await client.delete(`/os-security-groups/${group["id"]}`);
    if (!client.tables.isFolsom) out(groupList(client.tables, [group]));
  },
};

async function addRule(client: ComputeClient, rule: Row): Promise<string> {
  const made = await client.post("/os-security-group-rules", { security_group_rule: rule });
  return ruleList(client.tables, [made.security_group_rule]);
}

const addCidrRule: Verb = {
  name: "secgroup-add-rule",
  help: "Add a rule to a security group.",
  args: [SECGROUP, PROTOCOL, FROM, TO, CIDR],
  async run(client, args, { out }) {
    const { id } = await findGroup(client, args.required("secgroup"));
    out(
      await addRule(client, {
        ip_protocol: args.text("ip_proto"),
        from_port: args.text("from_port"),
        to_port: args.text("to_port"),
        cidr: args.text("cidr"),
        group_id: null,
        parent_group_id: id,
      }),
    );
  },
};

const deleteCidrRule: Verb = {
  name: "secgroup-delete-rule",
  help: "Delete a rule from a security group.",
  args: [SECGROUP, PROTOCOL, FROM, TO, CIDR],
  async run(client, args, { out }) {
    const { rules } = await findGroup(client, args.required("secgroup"));
    const rule = (rules as Rule[]).find(
      (candidate) => isOf(candidate, args.values) && candidate["ip_range"]?.cidr === args.text("cidr"),
    );
    if (!rule) throw new ClientError("Rule not found");
    if (!client.tables.isFolsom) out(ruleList(client.tables, [rule]));
    await client.delete(`/os-security-group-rules/${rule.id}`);
  },
};

function isOf(rule: Rule, { ip_proto, from_port, to_port }: Row): boolean {
  return (
    rule.ip_protocol?.toUpperCase() === String(ip_proto).toUpperCase() &&
    rule.from_port === Number(from_port) &&
    rule.to_port === Number(to_port)
  );
}

/** Protocol and ports may be left out, all together; guides give them as options too. */
const RANGE = [PROTOCOL, FROM, TO].map((spec) => ({ ...spec, optional: true }));
const RANGE_OPTIONS = [PROTOCOL, FROM, TO].flatMap(({ dest, metavar, help = "" }) =>
  both(dest.replaceAll("_", "-"), metavar, help, { dest: `option_${dest}` }),
);

/** Null: for all of a group. @throws ClientError when only some are given */
function rangeOf(values: Row): { ip_proto: string; from_port: string; to_port: string } | null {
  const [ip_proto, from_port, to_port] = ["ip_proto", "from_port", "to_port"].map(
    (dest) => values[`option_${dest}`] ?? values[dest],
  );
  if (!ip_proto && !from_port && !to_port) return null;
  if (!ip_proto || !from_port || !to_port) {
    throw new ClientError("ip_proto, from_port, and to_port must be specified together");
  }
  return { ip_proto, from_port, to_port };
}

const addGroupRule: Verb = {
  name: "secgroup-add-group-rule",
  help: "Add a source group rule to a security group.",
  options: RANGE_OPTIONS,
  args: [SECGROUP, SOURCE, ...RANGE],
  async run(client, args, { out }) {
    const range = rangeOf(args.values);
    const { id } = await findGroup(client, args.required("secgroup"));
    const source = await findGroup(client, args.required("source_group"));
    out(
      await addRule(client, {
        ip_protocol: range ? range.ip_proto.toUpperCase() : null,
        from_port: range?.from_port ?? null,
        to_port: range?.to_port ?? null,
        cidr: null,
        group_id: source["id"],
        parent_group_id: id,
      }),
    );
  },
};

const deleteGroupRule: Verb = {
  name: "secgroup-delete-group-rule",
  help: "Delete a source group rule from a security group.",
  options: RANGE_OPTIONS,
  args: [SECGROUP, SOURCE, ...RANGE],
  async run(client, args) {
    const range = rangeOf(args.values);
    const { rules } = await findGroup(client, args.required("secgroup"));
    const source = await findGroup(client, args.required("source_group"));
    const rule = (rules as Rule[]).find(
      (candidate) =>
        candidate["group"]?.name === source["name"] &&
        (range ? isOf(candidate, range) : candidate.from_port === null && candidate.to_port === null),
    );
    if (!rule) throw new ClientError("Rule not found");
    await client.delete(`/os-security-group-rules/${rule.id}`);
  },
};

export const securityGroupVerbs: readonly Verb[] = [
  list,
  listRules,
  create,
  update,
  remove,
  addCidrRule,
  deleteCidrRule,
  addGroupRule,
  deleteGroupRule,
];
