// Security group rules. Authority: neutron/db/securitygroups_db.py.

import { and, eq, or } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import {
  AddressGroupNotFound,
  DuplicateSecurityGroupRuleInPost,
  SecurityGroupEthertypeConflictWithProtocol,
  SecurityGroupInvalidIcmpValue,
  SecurityGroupInvalidPortRange,
  SecurityGroupInvalidPortValue,
  SecurityGroupInvalidProtocolForPort,
  SecurityGroupMissingIcmpType,
  SecurityGroupMultipleRemoteEntites,
  SecurityGroupNotFound,
  SecurityGroupNotSingleGroupRules,
  SecurityGroupProtocolRequiredWithPorts,
  SecurityGroupRuleExists,
  SecurityGroupRuleNotFound,
  SecurityGroupRuleParameterConflict,
  SecurityGroupRulesNotSingleTenant,
} from "../errors/security-groups.ts";
import { parseCidr } from "../ip.ts";
import { hasPorts, isIcmp, isIpv6Only, protocolNumber } from "../protocols.ts";
import { inGroupOf } from "../store/conditions.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { Base } from "./base.ts";
import type { Quotas } from "./quotas.ts";

export interface NewSecurityRule {
  project_id: string;
  security_group_id: string;
  direction: t.Direction;
  ethertype?: t.Ethertype;
  protocol?: string | null;
  port_range_min?: number | null;
  port_range_max?: number | null;
  remote_ip_prefix?: string | null;
  remote_group_id?: string | null;
  remote_address_group_id?: string | null;
  description?: string;
}

const PORT_MIN = 1;
const PORT_MAX = 65_535;

export class SecurityRules {
  #base: Base;
  #access: Access;
  #quotas: Quotas;

  constructor(base: Base, parts: { access: Access; quotas: Quotas }) {
    this.#base = base;
    this.#access = parts.access;
    this.#quotas = parts.quotas;
  }

  get(context: RequestContext, id: string): t.SecurityGroupRuleRow {
    const row = this.#base.store.rules.list(
      and(eq(t.securityGroupRules.uuid, id), this.visible(context)),
      [],
      1,
    )[0];
    if (!row) throw new SecurityGroupRuleNotFound(id);
    return row;
  }

  /** Rules of the caller, and of groups it owns. */
  visible(context: RequestContext) {
    if (context.isAdmin) return undefined;
    const projectId = context.projectId ?? "";
    return or(
      eq(t.securityGroupRules.project_id, projectId),
      inGroupOf(t.securityGroupRules.parent_group_id, projectId),
    );
  }

  create(context: RequestContext, fields: NewSecurityRule): t.SecurityGroupRuleRow {
    return this.#base.store.transaction(() => {
      this.#quotas.check(fields.project_id, "security_group_rule");
      return this.#insert(context, fields);
    });
  }

  /** All or none; of one group and one project. */
  createMany(context: RequestContext, all: readonly NewSecurityRule[]): t.SecurityGroupRuleRow[] {
    return this.#base.store.transaction(() => {
      if (new Set(all.map((fields) => fields.security_group_id)).size > 1) {
        throw new SecurityGroupNotSingleGroupRules();
      }
      if (new Set(all.map((fields) => fields.project_id)).size > 1)
        throw new SecurityGroupRulesNotSingleTenant();
      const keys = all.map((fields) => JSON.stringify({ ...fields, description: undefined }));
      if (new Set(keys).size < keys.length) throw new DuplicateSecurityGroupRuleInPost();
      this.#quotas.check(all[0]!.project_id, "security_group_rule", all.length);
      return all.map((fields) => this.#insert(context, fields));
    });
  }

  delete(context: RequestContext, id: string): void {
    const row = this.get(context, id);
    this.#base.store.transaction(() => {
      this.#base.store.rules.remove(row.uuid);
      this.#touchGroup(row.parent_group_id);
      this.#base.changed();
    });
  }

  #insert(context: RequestContext, fields: NewSecurityRule): t.SecurityGroupRuleRow {
    const { store, ids } = this.#base;
    const rule = canonical(fields);
    checkPorts(rule);
    checkPrefix(rule);
    if (rule.protocol && rule.ethertype === "IPv4" && isIpv6Only(rule.protocol)) {
      throw new SecurityGroupEthertypeConflictWithProtocol(rule.ethertype, rule.protocol);
    }
    const remotes = [rule.remote_ip_prefix, rule.remote_group_id, rule.remote_address_group_id];
    if (remotes.filter((remote) => remote !== null).length > 1)
      throw new SecurityGroupMultipleRemoteEntites();
    const source =
      rule.remote_group_id === null ? null : this.#group(context, rule.remote_group_id, rule.project_id);
    this.#checkAddressGroup(context, rule);
    const parent = this.#group(context, rule.security_group_id, rule.project_id);
    const values = {
      parent_group_id: parent.id,
      group_id: source?.id ?? null,
      project_id: rule.project_id,
      direction: rule.direction,
      ethertype: rule.ethertype,
      protocol: rule.protocol,
      from_port: rule.port_range_min,
      to_port: rule.port_range_max,
      cidr: rule.remote_ip_prefix,
      address_group_id: rule.remote_address_group_id,
      description: rule.description ?? "",
    };
    const same = store.rules
      .match({ parent_group_id: parent.id })
      .find((row) => keyOf(row) === keyOf(values));
    if (same) throw new SecurityGroupRuleExists(same.uuid);
    const row = store.rules.insert({ uuid: ids.uuid(), ...values });
    this.#touchGroup(parent.id);
    this.#base.changed();
    return row;
  }

  /** The group has one rule more or less: a new revision (neutron/services/revisions). */
  #touchGroup(id: number): void {
    const group = this.#base.store.groups.first({ id });
    if (group) this.#base.store.groups.update(group.uuid, {});
  }

  #group(context: RequestContext, id: string, projectId: string): t.SecurityGroupRow {
    const row = this.#base.store.groups.get(id);
    const seen =
      row &&
      (context.isAdmin ||
        row.project_id === projectId ||
        this.#access.isShared("security_group", id, projectId));
    if (!row || !seen) throw new SecurityGroupNotFound(id);
    return row;
  }

  #checkAddressGroup(context: RequestContext, rule: CompleteRule): void {
    const id = rule.remote_address_group_id;
    if (id === null) return;
    const row = this.#base.store.addressGroups.get(id);
    const seen =
      row &&
      (context.isAdmin ||
        row.project_id === rule.project_id ||
        this.#access.isShared("address_group", id, rule.project_id));
    if (!seen) throw new AddressGroupNotFound(id);
  }
}

type CompleteRule = Required<Omit<NewSecurityRule, "description">> & { description?: string };

/** One way of writing each rule. */
function canonical(fields: NewSecurityRule): CompleteRule {
  const rule: CompleteRule = {
    ...fields,
    ethertype: fields.ethertype ?? "IPv4",
    protocol: fields.protocol ?? null,
    port_range_min: fields.port_range_min ?? null,
    port_range_max: fields.port_range_max ?? null,
    remote_ip_prefix: fields.remote_ip_prefix ?? null,
    remote_group_id: fields.remote_group_id ?? null,
    remote_address_group_id: fields.remote_address_group_id ?? null,
  };
  if (rule.ethertype === "IPv6") {
    if (rule.protocol === "icmp" || rule.protocol === "icmpv6") rule.protocol = "ipv6-icmp";
    else if (rule.protocol === "1") rule.protocol = "58";
  }
  if (rule.port_range_min === PORT_MIN && rule.port_range_max === PORT_MAX) {
    rule.port_range_min = null;
    rule.port_range_max = null;
  }
  return rule;
}

function checkPorts({ protocol, port_range_min: min, port_range_max: max }: CompleteRule): void {
  if (min === null && max === null) return;
  if (!protocol) throw new SecurityGroupProtocolRequiredWithPorts();
  if (hasPorts(protocol)) {
    if (min === 0 || max === 0) throw new SecurityGroupInvalidPortValue(0);
    if (min === null || max === null || min > max) throw new SecurityGroupInvalidPortRange();
  } else if (isIcmp(protocol)) {
    for (const [value, attr, field] of [
      [min, "port_range_min", "type"],
      [max, "port_range_max", "code"],
    ] as const) {
      if (value !== null && (value < 0 || value > 255))
        throw new SecurityGroupInvalidIcmpValue(field, attr, value);
    }
    if (min === null && max !== null) throw new SecurityGroupMissingIcmpType(max);
  } else {
    throw new SecurityGroupInvalidProtocolForPort(protocolNumber(protocol));
  }
}

function checkPrefix(rule: CompleteRule): void {
  if (rule.remote_ip_prefix === null) return;
  const cidr = parseCidr(rule.remote_ip_prefix);
  if (cidr && rule.ethertype !== `IPv${cidr.version}`) {
    throw new SecurityGroupRuleParameterConflict(rule.ethertype, rule.remote_ip_prefix);
  }
}

/** Two rules with one key let the same packets through. */
function keyOf(
  rule: Pick<
    t.SecurityGroupRuleRow,
    | "direction"
    | "ethertype"
    | "protocol"
    | "from_port"
    | "to_port"
    | "group_id"
    | "address_group_id"
    | "cidr"
  >,
): string {
  const anywhere = rule.cidr === "0.0.0.0/0" || rule.cidr === "::/0";
  return JSON.stringify([
    rule.direction,
    rule.ethertype,
    rule.protocol === null ? null : protocolNumber(rule.protocol),
    rule.from_port,
    rule.to_port,
    rule.group_id,
    rule.address_group_id,
    anywhere ? null : rule.cidr,
  ]);
}
