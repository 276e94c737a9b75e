// Nova's rules for its network calls, with the defaults that hold while "secure RBAC" is not enforced
// (nova/policies/*.py, Zed; of those that Zed has no more, Newton). The base rules are the compute service's.

import type { PolicyRule } from "../../policy/enforcer.ts";

const ADMIN = "rule:context_is_admin";
const READER = "rule:project_reader_or_admin";
const MEMBER = "rule:project_member_or_admin";
const ANYONE = "@";

const RULES: readonly (readonly [name: string, check: string, description: string])[] = [
  ["os-security-groups:get", READER, "List security groups."],
  ["os-security-groups:show", READER, "Show a security group."],
  ["os-security-groups:create", MEMBER, "Create a security group."],
  ["os-security-groups:update", MEMBER, "Change a security group."],
  ["os-security-groups:delete", MEMBER, "Delete a security group."],
  ["os-security-groups:rule:create", MEMBER, "Add a rule to a security group."],
  ["os-security-groups:rule:delete", MEMBER, "Remove a rule from a security group."],
  ["os-security-group-default-rules", ADMIN, "Manage the rules that new default groups start with."],
  ["os-floating-ips:list", READER, "List the project's floating addresses."],
  ["os-floating-ips:show", READER, "Show a floating address."],
  ["os-floating-ips:create", MEMBER, "Allocate a floating address to the project."],
  ["os-floating-ips:delete", MEMBER, "Release a floating address."],
  ["os-floating-ip-pools", ANYONE, "List pools of floating addresses."],
  ["os-floating-ips-bulk", ADMIN, "Manage the addresses in the pools."],
  ["os-floating-ip-dns", "rule:admin_or_owner", "Manage names of floating addresses."],
  ["os-floating-ip-dns:domain:update", ADMIN, "Create or change a domain."],
  ["os-floating-ip-dns:domain:delete", ADMIN, "Delete a domain."],
  ["os-fixed-ips", ADMIN, "Show, reserve and free fixed addresses."],
  ["os-networks", ADMIN, "Create, delete and give away networks."],
  ["os-networks:list", READER, "List networks."],
  ["os-networks:show", READER, "Show a network."],
  ["os-networks-associate", ADMIN, "Give networks to hosts and projects."],
  ["os-tenant-networks", "rule:admin_or_owner", "Create and delete the project's networks."],
  ["os-tenant-networks:list", READER, "List the project's networks."],
  ["os-tenant-networks:show", READER, "Show a network of the project."],
  ["os-virtual-interfaces", "rule:admin_or_owner", "List a server's network cards."],
];

export const novaNetworkPolicies: readonly PolicyRule[] = RULES.map(([name, check, description]) => ({
  name: `os_compute_api:${name}`,
  check,
  description,
}));
