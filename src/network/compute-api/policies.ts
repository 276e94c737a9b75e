// Nova's rules for its network calls (nova/policies/*.py of Zed; of those that Zed has no more, Newton's). The base rules
// are the compute service's.

import type { PolicyRule } from "../../policy/enforcer.ts";

type Kind = Pick<PolicyRule, "check" | "legacy" | "scopes">;

const FORMER_OWNER = "rule:admin_or_owner";
const scopes = ["project"] as const;
const ADMIN: Kind = { check: "rule:context_is_admin", scopes };
const READER: Kind = { check: "rule:project_reader_or_admin", scopes };
const MEMBER: Kind = { check: "rule:project_member_or_admin", scopes };
const OWNER_READER: Kind = { ...READER, legacy: FORMER_OWNER };
const OWNER_MEMBER: Kind = { ...MEMBER, legacy: FORMER_OWNER };
const OWN_READER: Kind = { check: "rule:project_reader_api", legacy: FORMER_OWNER, scopes };
/** Of calls that are gone from Nova and so have no new default: the member's, with the former one. */
const LEGACY_OWNER = OWNER_MEMBER;
const ANYONE: Kind = { check: "@", scopes };

const RULES: readonly (readonly [name: string, kind: Kind, description: string, ...formerly: string[]])[] = [
  [
    "os-security-groups:get",
    OWNER_READER,
    "List security groups.",
    "compute_extension:security_groups",
    "os_compute_api:os-security-groups",
  ],
  [
    "os-security-groups:show",
    OWNER_READER,
    "Show a security group.",
    "compute_extension:security_groups",
    "os_compute_api:os-security-groups",
  ],
  [
    "os-security-groups:create",
    OWNER_MEMBER,
    "Create a security group.",
    "compute_extension:security_groups",
    "os_compute_api:os-security-groups",
  ],
  [
    "os-security-groups:update",
    OWNER_MEMBER,
    "Change a security group.",
    "compute_extension:security_groups",
    "os_compute_api:os-security-groups",
  ],
  [
    "os-security-groups:delete",
    OWNER_MEMBER,
    "Delete a security group.",
    "compute_extension:security_groups",
    "os_compute_api:os-security-groups",
  ],
  [
    "os-security-groups:rule:create",
    OWNER_MEMBER,
    "Add a rule to a security group.",
    "compute_extension:security_groups",
    "os_compute_api:os-security-groups",
  ],
  [
    "os-security-groups:rule:delete",
    OWNER_MEMBER,
    "Remove a rule from a security group.",
    "compute_extension:security_groups",
    "os_compute_api:os-security-groups",
  ],
  [
    "os-security-group-default-rules",
    ADMIN,
    "Manage the rules that new default groups start with.",
    "compute_extension:security_group_default_rules",
  ],
  [
    "os-floating-ips:list",
    OWNER_READER,
    "List the project's floating addresses.",
    "compute_extension:floating_ips",
    "os_compute_api:os-floating-ips",
  ],
  [
    "os-floating-ips:show",
    OWNER_READER,
    "Show a floating address.",
    "compute_extension:floating_ips",
    "os_compute_api:os-floating-ips",
  ],
  [
    "os-floating-ips:create",
    OWNER_MEMBER,
    "Allocate a floating address to the project.",
    "compute_extension:floating_ips",
    "os_compute_api:os-floating-ips",
  ],
  [
    "os-floating-ips:delete",
    OWNER_MEMBER,
    "Release a floating address.",
    "compute_extension:floating_ips",
    "os_compute_api:os-floating-ips",
  ],
  [
    "os-floating-ip-pools",
    ANYONE,
    "List pools of floating addresses.",
    "compute_extension:floating_ip_pools",
  ],
  [
    "os-floating-ips-bulk",
    ADMIN,
    "Manage the addresses in the pools.",
    "compute_extension:floating_ips_bulk",
  ],
  [
    "os-floating-ip-dns",
    LEGACY_OWNER,
    "Manage names of floating addresses.",
    "compute_extension:floating_ip_dns",
  ],
  ["os-floating-ip-dns:domain:update", ADMIN, "Create or change a domain."],
  ["os-floating-ip-dns:domain:delete", ADMIN, "Delete a domain."],
  ["os-fixed-ips", ADMIN, "Show, reserve and free fixed addresses.", "compute_extension:fixed_ips"],
  ["os-networks", ADMIN, "Create, delete and give away networks.", "compute_extension:networks"],
  [
    "os-networks:list",
    OWNER_READER,
    "List networks.",
    "compute_extension:networks:view",
    "os_compute_api:os-networks:view",
  ],
  [
    "os-networks:show",
    OWNER_READER,
    "Show a network.",
    "compute_extension:networks:view",
    "os_compute_api:os-networks:view",
  ],
  [
    "os-networks-associate",
    ADMIN,
    "Give networks to hosts and projects.",
    "compute_extension:networks_associate",
    "compute_extension:networks",
  ],
  [
    "os-tenant-networks",
    LEGACY_OWNER,
    "Create and delete the project's networks.",
    "compute_extension:os-tenant-networks",
  ],
  [
    "os-tenant-networks:list",
    OWN_READER,
    "List the project's networks.",
    "compute_extension:os-tenant-networks",
    "os_compute_api:os-tenant-networks",
  ],
  [
    "os-tenant-networks:show",
    OWN_READER,
    "Show a network of the project.",
    "compute_extension:os-tenant-networks",
    "os_compute_api:os-tenant-networks",
  ],
  [
    "os-virtual-interfaces",
    LEGACY_OWNER,
    "List a server's network cards.",
    "compute_extension:virtual_interfaces",
  ],
];

export const novaNetworkPolicies: readonly PolicyRule[] = RULES.map(
  ([name, kind, description, ...formerly]) => ({
    name: `os_compute_api:${name}`,
    ...kind,
    description,
    ...(formerly.length > 0 ? { formerly } : {}),
  }),
);
