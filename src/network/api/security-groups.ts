// /v2.0/security-groups and /v2.0/security-group-rules

import type { NewSecurityRule } from "../rules/security-rules.ts";
import { rulesOfGroups } from "../store/conditions.ts";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given, standard, tagged } from "./attributes.ts";
import { toBoolean, toCidr, toEthertype, toPort, toProtocol } from "./converters.ts";
import type { Resource } from "./resource.ts";
import { type ApiParts, owner, projectColumns, sharedFilter, tagFilters } from "./resources.ts";
import { nameNotDefault, oneOf, string } from "./validators.ts";

const groupAttributes = {
  id: common.id,
  name: attribute("CUvfs", { default: "", validate: nameNotDefault(255) }),
  ...common.project,
  security_group_rules: attribute("v"),
  stateful: common.flag("CUv", true),
  shared: attribute("vf", { convert: toBoolean }),
  ...standard,
  ...tagged,
};

export function securityGroupResource({ parts, views }: ApiParts): Resource<t.SecurityGroupRow> {
  const { groups, store, access } = parts;
  return {
    name: "security_group",
    collection: "security_groups",
    path: "security-groups",
    attributes: groupAttributes,
    source: {
      rows: store.groups as never,
      visible: (context) =>
        access.ownOrShared(context, "security_group", {
          id: t.securityGroups.uuid,
          project: t.securityGroups.project_id,
        }),
      columns: {
        id: t.securityGroups.uuid,
        name: t.securityGroups.name,
        ...projectColumns(t.securityGroups.project_id),
        description: t.securityGroups.description,
        revision_number: t.securityGroups.revision_number,
      },
      filters: {
        ...tagFilters(t.securityGroups.tags),
        shared: sharedFilter("security_group", t.securityGroups.uuid),
      },
    },
    view: (context, rows) => views.securityGroups(context, rows),
    get: (context, id) => groups.get(context, id),
    create: (context, fields) =>
      groups.create(context, {
        project_id: owner(fields),
        user_id: context.userId,
        name: fields["name"] as string,
        description: given<string>(fields["description"]),
        stateful: given<boolean>(fields["stateful"]),
      }),
    update: (context, id, fields) =>
      groups.update(context, id, {
        name: given<string>(fields["name"]),
        description: given<string>(fields["description"]),
        stateful: given<boolean>(fields["stateful"]),
      }),
    remove: (context, id) => groups.delete(context, id),
    /** A project's default group is made when it is first looked for. */
    beforeList({ context, query }) {
      const wanted = query.get("project_id") ?? query.get("tenant_id") ?? context.projectId;
      if (wanted && (wanted === context.projectId || context.isAdmin)) groups.ensureDefault(context, wanted);
    },
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

const ruleAttributes = {
  id: common.id,
  security_group_id: attribute("Cvfs", { validate: string(36) }),
  remote_group_id: attribute("Cvfs", { default: null }),
  remote_address_group_id: attribute("Cvfs", { default: null }),
  direction: attribute("Cvfs", { validate: oneOf(["ingress", "egress"]) }),
  protocol: attribute("Cvfs", { default: null, convert: toProtocol }),
  port_range_min: attribute("Cvfs", { default: null, convert: toPort }),
  port_range_max: attribute("Cvfs", { default: null, convert: toPort }),
  ethertype: attribute("Cvfs", { default: "IPv4", convert: toEthertype }),
  remote_ip_prefix: attribute("Cvfs", { default: null, convert: toCidr }),
  normalized_cidr: attribute("vfs"),
  ...common.project,
  ...standard,
};

export function securityRuleResource({ parts, views }: ApiParts): Resource<t.SecurityGroupRuleRow> {
  const { rules, groups, store } = parts;
  return {
    name: "security_group_rule",
    collection: "security_group_rules",
    path: "security-group-rules",
    attributes: ruleAttributes,
    source: {
      rows: store.rules as never,
      visible: (context) => rules.visible(context),
      columns: {
        id: t.securityGroupRules.uuid,
        direction: t.securityGroupRules.direction,
        protocol: t.securityGroupRules.protocol,
        port_range_min: t.securityGroupRules.from_port,
        port_range_max: t.securityGroupRules.to_port,
        ethertype: t.securityGroupRules.ethertype,
        remote_ip_prefix: t.securityGroupRules.cidr,
        normalized_cidr: t.securityGroupRules.cidr,
        remote_address_group_id: t.securityGroupRules.address_group_id,
        security_group_id: t.securityGroupRules.parent_group_id,
        remote_group_id: t.securityGroupRules.group_id,
        ...projectColumns(t.securityGroupRules.project_id),
        description: t.securityGroupRules.description,
        revision_number: t.securityGroupRules.revision_number,
      },
      filters: {
        security_group_id: (values) => rulesOfGroups(t.securityGroupRules.parent_group_id, values),
        remote_group_id: (values) => rulesOfGroups(t.securityGroupRules.group_id, values),
      },
    },
    view: (context, rows) => views.securityRules(context, rows),
    get: (context, id) => rules.get(context, id),
    create: (context, fields) => rules.create(context, newRule(fields)),
    createMany: (context, all) => rules.createMany(context, all.map(newRule)),
    remove: (context, id) => rules.delete(context, id),
    target(view) {
      const id = view["security_group_id"];
      const group = typeof id === "string" ? store.groups.get(id) : null;
      return { "security_group:tenant_id": group?.project_id ?? "" };
    },
    beforeList({ context }) {
      if (context.projectId) groups.ensureDefault(context, context.projectId);
    },
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

function newRule(fields: Fields): NewSecurityRule {
  return {
    project_id: owner(fields),
    security_group_id: fields["security_group_id"] as string,
    direction: fields["direction"] as t.Direction,
    ethertype: fields["ethertype"] as t.Ethertype,
    protocol: fields["protocol"] as string | null,
    port_range_min: fields["port_range_min"] as number | null,
    port_range_max: fields["port_range_max"] as number | null,
    remote_ip_prefix: fields["remote_ip_prefix"] as string | null,
    remote_group_id: text(fields["remote_group_id"]),
    remote_address_group_id: text(fields["remote_address_group_id"]),
    description: given<string>(fields["description"]),
  };
}

/** Neutron does not judge these ids; an empty one means none. */
function text(value: unknown): string | null {
  return value === null || value === undefined || value === "" ? null : String(value);
}
