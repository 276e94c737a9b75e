// Security groups as Nova shows them. Authority: nova/api/openstack/compute/security_groups.py and
// nova/network/security_group_api.py (`_convert_to_nova_security_group_format`) of Zed.

import type { SecurityGroupRow, SecurityGroupRuleRow } from "../tables.ts";

interface RuleView {
  id: string;
  parent_group_id: string;
  ip_protocol: string | null;
  from_port: number | null;
  to_port: number | null;
  group: { name?: string; tenant_id?: string };
  ip_range: { cidr?: string };
}

/** Nova knows only what lets packets in. */
export function ingressOf(rules: readonly SecurityGroupRuleRow[]): SecurityGroupRuleRow[] {
  return rules.filter((rule) => rule.direction === "ingress");
}

/** @param groups by `security_groups.id`: the rules' sources */
export function groupView(
  row: SecurityGroupRow,
  rules: readonly SecurityGroupRuleRow[],
  groups: ReadonlyMap<number, SecurityGroupRow>,
) {
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
): RuleView {
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
