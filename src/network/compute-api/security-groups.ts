// /os-security-groups, /os-security-group-rules and /os-security-group-default-rules. Authority:
// nova/api/openstack/compute/security_groups.py and nova/network/security_group_api.py of Zed; for the default rules
// nova/api/openstack/compute/security_group_default_rules.py of Newton.

import { CloudError, Forbidden, Invalid, NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { SecurityGroupLimitExceeded } from "../errors/nova.ts";
import { SecurityGroupDefaultAlreadyExists } from "../errors/security-groups.ts";
import { parseCidr } from "../ip.ts";
import type { NewSecurityRule } from "../rules/security-rules.ts";
import { groupViews, ingressOf, ruleView } from "../show/nova-groups.ts";
import type { SecurityGroupRow, SecurityGroupRuleRow } from "../tables.ts";
import { fromBody, limited, type NovaNetworkOptions, networkOf, PROXY_UNTIL } from "./parts.ts";
import { anything, limitAndOffset } from "./schemas.ts";
import { checkText, type IngressRule, parseGroupId, parseRule } from "./security-rule-input.ts";

const policy = (name: string) => `os_compute_api:os-security-groups:${name}`;
const DEFAULT_RULES = "os_compute_api:os-security-group-default-rules";

export function securityGroupRoutes(options: NovaNetworkOptions): Route[] {
  const network = () => networkOf(options);

  const views = (rows: readonly SecurityGroupRow[]) => groupViews(network(), rows);

  function list(call: Call): Reply {
    const { groups, store } = network();
    const { context } = call;
    const projectId = context.projectId ?? "";
    groups.ensureDefault(context, projectId, true);
    const all = context.isAdmin && call.query.has("all_tenants");
    const rows = all ? store.groups.list() : store.groups.match({ project_id: projectId });
    const security_groups = views(limited(call, rows, options.maxLimit));
    security_groups.sort((a, b) => compare(a.tenant_id, b.tenant_id) || compare(a.name, b.name));
    return json(200, { security_groups });
  }

  function find(call: Call, id: unknown): SecurityGroupRow {
    return network().groups.get(call.context, parseGroupId(id));
  }

  function show(call: Call): Reply {
    const [security_group] = views([find(call, call.param("id"))]);
    return json(200, { security_group });
  }

  function create(call: Call): Reply {
    const { name, description } = textsOf(call);
    const { groups, store } = network();
    const projectId = call.context.projectId ?? "";
    const limit = options.limit(projectId, "security_groups");
    groups.ensureDefault(call.context, projectId, true);
    if (limit >= 0 && store.groups.match({ project_id: projectId }).length >= limit) {
      throw new SecurityGroupLimitExceeded();
    }
    const fields = { project_id: projectId, user_id: call.context.userId, name, description };
    const row = asProxy("create", () => {
      if (name.toLowerCase() === "default") throw new SecurityGroupDefaultAlreadyExists();
      return groups.create(call.context, fields);
    });
    return json(200, { security_group: views([row])[0] });
  }

  function update(call: Call): Reply {
    const before = find(call, call.param("id"));
    const { name, description } = textsOf(call);
    const changes = { ...(name === before.name ? {} : { name }), description };
    const row = asProxy("update", () => network().groups.update(call.context, before.uuid, changes));
    return json(200, { security_group: views([row])[0] });
  }

  function remove(call: Call): Reply {
    const row = find(call, call.param("id"));
    asProxy("delete", () => network().groups.delete(call.context, row.uuid));
    return empty(202);
  }

  function createRule(call: Call): Reply {
    const given = fromBody(call, "security_group_rule");
    const parent = find(call, given["parent_group_id"]);
    const source = given["group_id"] == null ? null : find(call, given["group_id"]);
    const wanted = parseRule(given, source?.uuid ?? null);
    const { groups, rules } = network();
    const present = ingressOf(groups.rulesOf([parent.id]).get(parent.id) ?? []);
    if (present.some((rule) => sameRule(rule, wanted))) {
      throw new Invalid(`This rule already exists in group ${parent.uuid}`);
    }
    const limit = options.limit(parent.project_id, "security_group_rules");
    if (limit >= 0 && present.length >= limit) throw new SecurityGroupLimitExceeded();
    const row = asProxy("create", () =>
      rules.create(call.context, toNeutron(wanted, parent, call.context.projectId ?? "")),
    );
    const named = new Map(source ? [[source.id, source]] : []);
    return json(200, { security_group_rule: ruleView(row, parent.uuid, named) });
  }

  function removeRule(call: Call): Reply {
    const { rules } = network();
    const row = rules.get(call.context, parseGroupId(call.param("id")));
    rules.delete(call.context, row.uuid);
    return empty(202);
  }

  function defaultRule(id: string) {
    const row = /^\d{1,9}$/.test(id) ? network().store.defaultRules.get(Number(id)) : null;
    if (!row) throw new NotFound("security group default rule not found");
    return row;
  }

  const defaultView = (row: ReturnType<typeof defaultRule>) => ({
    id: row.id,
    ip_protocol: row.protocol,
    from_port: row.from_port,
    to_port: row.to_port,
    ip_range: row.cidr === null ? {} : { cidr: row.cidr },
  });

  function createDefault(call: Call): Reply {
    const wanted = parseRule(fromBody(call, "security_group_default_rule"), null);
    const { defaultRules } = network().store;
    const values = {
      protocol: wanted.protocol,
      from_port: wanted.from,
      to_port: wanted.to,
      cidr: wanted.cidr,
    };
    if (defaultRules.first(values)) throw new Invalid("This default rule already exists.");
    return json(200, { security_group_default_rule: defaultView(defaultRules.insert(values)) });
  }

  const until = PROXY_UNTIL;
  const groups = "/os-security-groups";
  const rules = "/os-security-group-rules";
  const defaults = "/os-security-group-default-rules";
  return [
    { method: "GET", path: groups, handler: list, access: policy("get"), query: limitAndOffset, until },
    { method: "POST", path: groups, handler: create, access: policy("create"), body: anything, until },
    { method: "GET", path: `${groups}/:id`, handler: show, access: policy("show"), until },
    {
      method: "PUT",
      path: `${groups}/:id`,
      handler: update,
      access: policy("update"),
      body: anything,
      until,
    },
    { method: "DELETE", path: `${groups}/:id`, handler: remove, access: policy("delete"), until },
    {
      method: "POST",
      path: rules,
      handler: createRule,
      access: policy("rule:create"),
      body: anything,
      until,
    },
    { method: "DELETE", path: `${rules}/:id`, handler: removeRule, access: policy("rule:delete"), until },
    {
      method: "GET",
      path: defaults,
      handler: () =>
        json(200, { security_group_default_rules: network().store.defaultRules.list().map(defaultView) }),
      access: DEFAULT_RULES,
      until,
    },
    { method: "POST", path: defaults, handler: createDefault, access: DEFAULT_RULES, body: anything, until },
    {
      method: "GET",
      path: `${defaults}/:id`,
      handler: (call) =>
        json(200, { security_group_default_rule: defaultView(defaultRule(call.param("id"))) }),
      access: DEFAULT_RULES,
      until,
    },
    {
      method: "DELETE",
      path: `${defaults}/:id`,
      handler(call) {
        network().store.defaultRules.remove(defaultRule(call.param("id")).id);
        return empty(204);
      },
      access: DEFAULT_RULES,
      until,
    },
  ];
}

function textsOf(call: Call): { name: string; description: string } {
  const given = fromBody(call, "security_group");
  return {
    name: checkText(given["name"], "name"),
    description: checkText(given["description"], "description"),
  };
}

/** Nova's reading of the network service's refusals: a conflict is a full quota, or when deleting a bad request. */
function asProxy<T>(verb: "create" | "update" | "delete", work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (error.kind !== "conflict" && error.kind !== "over-quota") throw error;
    throw verb === "create" ? new Forbidden(error.message) : new Invalid(error.message);
  }
}

function toNeutron(rule: IngressRule, parent: SecurityGroupRow, projectId: string): NewSecurityRule {
  return {
    project_id: projectId,
    security_group_id: parent.uuid,
    direction: "ingress",
    ethertype: rule.cidr !== null && parseCidr(rule.cidr)?.version === 6 ? "IPv6" : "IPv4",
    protocol: rule.protocol,
    port_range_min: rule.from === -1 ? null : rule.from,
    port_range_max: rule.to === -1 ? null : rule.to,
    remote_ip_prefix: rule.cidr,
    remote_group_id: rule.groupId,
  };
}

/** A rule whose source is a group is never taken for one that is there; the network service finds that. */
function sameRule(present: SecurityGroupRuleRow, wanted: IngressRule): boolean {
  if (wanted.groupId !== null || present.group_id !== null) return false;
  const { from_port, to_port, ip_protocol, ip_range } = ruleView(present, "", new Map());
  return (
    ip_protocol === wanted.protocol &&
    from_port === wanted.from &&
    to_port === wanted.to &&
    ip_range.cidr === wanted.cidr
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
