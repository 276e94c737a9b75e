// The rules of one security group.

import {
  createRule,
  deleteRule,
  getSecurityGroup,
  listSecurityGroups,
  type NewRule,
  type SecurityGroupRule,
} from "../../api/network.ts";
import { plural } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { type Option, openForm, textOf, type Values } from "../../parts/form.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { useNames } from "../instances/list.tsx";

export function SecurityGroupPage({ id }: { id: string }) {
  const { data: group, ...rest } = useResource((signal) => getSecurityGroup(id, signal), [id]);
  const groups = useNames(listSecurityGroups, true);
  const { reload } = rest;
  const remoteOf = (rule: SecurityGroupRule) =>
    rule.remote_ip_prefix ??
    (rule.remote_group_id
      ? (groups.get(rule.remote_group_id) ?? rule.remote_group_id)
      : rule.ethertype === "IPv6"
        ? "::/0"
        : "0.0.0.0/0");
  const columns: Column<SecurityGroupRule>[] = [
    { title: "Direction", value: directionOf, draw: directionOf },
    { title: "Ether Type", value: ({ ethertype }) => ethertype, draw: ({ ethertype }) => ethertype },
    { title: "IP Protocol", value: protocolOf, draw: protocolOf },
    { title: "Port Range", value: portsOf, draw: portsOf },
    { title: "Remote", value: remoteOf, draw: (rule) => <code>{remoteOf(rule)}</code> },
  ];
  return (
    <Page
      title={group?.name ?? "Security Group"}
      above={{ label: "Security Groups", to: "/project/security_groups" }}
    >
      <Table
        label="Rules"
        rows={{ ...rest, data: group?.security_group_rules }}
        rowId={(rule) => rule.id}
        rowName={(rule) => `${directionOf(rule)} ${protocolOf(rule)} ${portsOf(rule)}`}
        columns={columns}
        actions={(rule) => [{ label: "Delete Rule", danger: true, run: () => remove([rule], reload) }]}
        bulk={{
          label: "Delete Rules",
          danger: true,
          run: remove,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => add(id, groups, reload)}>
            Add Rule
          </button>
        }
        empty="Nothing is let through."
      />
    </Page>
  );
}

const directionOf = ({ direction }: SecurityGroupRule) => (direction === "ingress" ? "Ingress" : "Egress");
const protocolOf = ({ protocol }: SecurityGroupRule) => protocol?.toUpperCase() ?? "Any";

function portsOf({ port_range_min: min, port_range_max: max }: SecurityGroupRule): string {
  if (min === null && max === null) return "Any";
  return min === max || max === null ? String(min) : `${min} - ${max}`;
}

/** Rules people ask for by name. */
const KNOWN: (Option & { protocol?: string; port?: number })[] = [
  { value: "ssh", label: "SSH", protocol: "tcp", port: 22 },
  { value: "http", label: "HTTP", protocol: "tcp", port: 80 },
  { value: "https", label: "HTTPS", protocol: "tcp", port: 443 },
  { value: "ping", label: "All ICMP", protocol: "icmp" },
  { value: "tcp", label: "Custom TCP rule", protocol: "tcp" },
  { value: "udp", label: "Custom UDP rule", protocol: "udp" },
  { value: "any", label: "Any protocol" },
];

function add(groupId: string, groups: ReadonlyMap<string, string>, after: () => void): void {
  const isCustom = ({ rule }: Values) => rule === "tcp" || rule === "udp";
  openForm({
    title: "Add Rule",
    button: "Add Rule",
    fields: [
      { name: "rule", label: "Rule", kind: "select", required: true, options: KNOWN },
      {
        name: "direction",
        label: "Direction",
        kind: "select",
        required: true,
        options: [
          { value: "ingress", label: "Ingress" },
          { value: "egress", label: "Egress" },
        ],
      },
      {
        name: "from",
        label: "From Port",
        kind: "number",
        required: true,
        min: 1,
        max: 65_535,
        when: isCustom,
      },
      {
        name: "to",
        label: "To Port",
        kind: "number",
        min: 1,
        max: 65_535,
        help: "Left empty: that port only.",
        when: isCustom,
      },
      {
        name: "remote",
        label: "Remote",
        kind: "select",
        required: true,
        options: [
          { value: "cidr", label: "CIDR" },
          { value: "group", label: "Security Group" },
        ],
      },
      {
        name: "cidr",
        label: "CIDR",
        required: true,
        value: "0.0.0.0/0",
        when: ({ remote }) => remote === "cidr",
      },
      {
        name: "group",
        label: "Security Group",
        kind: "select",
        required: true,
        options: [...groups].map(([value, label]) => ({ value, label })),
        when: ({ remote }) => remote === "group",
      },
    ],
    submit: (values) => createRule(ruleOf(groupId, values)).then(after),
    done: "The rule was added.",
  });
}

function ruleOf(groupId: string, values: Values): NewRule {
  const known = KNOWN.find(({ value }) => value === values["rule"])!;
  const from = known.port ?? Number(textOf(values, "from"));
  const to = known.port ?? Number(textOf(values, "to") || from);
  const withPorts = known.protocol === "tcp" || known.protocol === "udp";
  const cidr = textOf(values, "cidr");
  const byGroup = values["remote"] === "group";
  return {
    security_group_id: groupId,
    direction: textOf(values, "direction") as "ingress" | "egress",
    ethertype: !byGroup && cidr.includes(":") ? "IPv6" : "IPv4",
    ...(known.protocol ? { protocol: known.protocol } : {}),
    ...(withPorts ? { port_range_min: from, port_range_max: to } : {}),
    ...(byGroup ? { remote_group_id: textOf(values, "group") } : { remote_ip_prefix: cidr }),
  };
}

function remove(rules: SecurityGroupRule[], after: () => void): void {
  confirm({
    title: `Delete ${plural(rules.length, "rule")}?`,
    text: "It holds at once, for every instance in the group.",
    button: "Delete Rules",
    work: () => forEach(rules, ({ id }) => deleteRule(id)).finally(after),
    done: `Deleted ${plural(rules.length, "rule")}.`,
  });
}
