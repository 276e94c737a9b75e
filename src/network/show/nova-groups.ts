// Security groups as Nova shows them. Authority: nova/api/openstack/compute/security_groups.py and
// nova/network/security_group_api.py (`_convert_to_nova_security_group_format`) of Zed.

import type { NetworkParts } from "../parts.ts";
import type { NovaSecurityGroup, NovaSecurityGroupRule } from "../public.ts";
import type { SecurityGroupRow, SecurityGroupRuleRow } from "../tables.ts";

/** Nova knows only what lets packets in. */
export function ingressOf(rules: readonly SecurityGroupRuleRow[]): SecurityGroupRuleRow[] {
  return rules.filter((rule) => rule.direction === "ingress");
}

/** With their rules, in the order given. */
export function groupViews(
  { groups, store }: Pick<NetworkParts, "groups" | "store">,
  rows: readonly SecurityGroupRow[],
): NovaSecurityGroup[] {
  const rules = groups.rulesOf(rows.map((row) => row.id));
  const sources = [...rules.values()].flat().flatMap((rule) => rule.group_id ?? []);
  const named = new Map(store.groups.among("id", [...new Set(sources)]).map((row) => [row.id, row]));
  return rows.map((row) => groupView(row, ingressOf(rules.get(row.id) ?? []), named));
}

/** @param groups by `security_groups.id`: the rules' sources */
function groupView(
  row: SecurityGroupRow,
  rules: readonly SecurityGroupRuleRow[],
  groups: ReadonlyMap<number, SecurityGroupRow>,
): NovaSecurityGroup {
  return {
    id: row.uuid,
    description: row.description,
    name: row.name,
    tenant_id: row.project_id,
    rules: rules
      .filter((rule) => rule.group_id === null || groups.has(rule.group_id))
      .map((rule) => ruleView(rule, row.uuid, groups)),
  };
}

export function ruleView(
  rule: SecurityGroupRuleRow,
  parentId: string,
  groups: ReadonlyMap<number, SecurityGroupRow>,
): NovaSecurityGroupRule {
  const source = rule.group_id === null ? null : groups.get(rule.group_id);
  return {
    id: rule.uuid,
    parent_group_id: parentId,
    ip_protocol: rule.protocol,
    ...portsOf(rule),
    group: source ? { name: source.name, tenant_id: source.project_id } : {},
    ip_range: rule.group_id === null ? { cidr: rule.cidr ?? "0.0.0.0/0" } : {},
  };
}

function portsOf({ protocol, from_port, to_port }: SecurityGroupRuleRow) {
  if (protocol !== null && from_port === null && to_port === null) {
    const ports = ["tcp", "udp"].includes(protocol.toLowerCase());
    return ports ? { from_port: 1, to_port: 65_535 } : { from_port: -1, to_port: -1 };
  }
  return { from_port, to_port };
}
