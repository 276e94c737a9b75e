// What Neutron's rules have in common: their defaults under "secure RBAC", beside them the former ones (neutron/conf/
// policies/base.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";

export type Kind = Pick<PolicyRule, "check" | "legacy" | "scopes">;

export const scopes = ["project"] as const;
export const PROJECT_MEMBER = "role:member and project_id:%(project_id)s";
export const PROJECT_READER = "role:reader and project_id:%(project_id)s";

export const ADMIN: Kind = { check: "rule:admin_only", scopes };
export const ADMIN_OR_MEMBER: Kind = {
  check: `rule:admin_only or ${PROJECT_MEMBER}`,
  legacy: "rule:admin_or_owner",
  scopes,
};
export const MEMBER: Kind = { check: PROJECT_MEMBER, legacy: "rule:admin_or_owner", scopes };
export const OPEN_ADMIN_OR_MEMBER: Kind = {
  check: `rule:admin_only or ${PROJECT_MEMBER}`,
  legacy: "rule:regular_user",
  scopes,
};
export const ADMIN_OR_READER: Kind = {
  check: `rule:admin_only or ${PROJECT_READER}`,
  legacy: "rule:admin_or_owner",
  scopes,
};
export const READER: Kind = { check: PROJECT_READER, legacy: "rule:admin_or_owner", scopes };
export const OPEN_ADMIN_OR_READER: Kind = {
  check: `rule:admin_only or ${PROJECT_READER}`,
  legacy: "rule:regular_user",
  scopes,
};
export const OPEN_READER: Kind = { check: PROJECT_READER, legacy: "rule:regular_user", scopes };
export const PARENT_MEMBER: Kind = {
  check: `${PROJECT_MEMBER} or rule:ext_parent_owner`,
  legacy: "rule:admin_or_ext_parent_owner",
  scopes,
};
export const PARENT_READER: Kind = {
  check: `${PROJECT_READER} or rule:ext_parent_owner`,
  legacy: "rule:admin_or_ext_parent_owner",
  scopes,
};
export const NETWORK_OWNER: Kind = {
  check: "rule:admin_only or rule:network_owner",
  legacy: "rule:admin_or_network_owner",
  scopes,
};
export const MEMBER_OR_NETWORK_OWNER: Kind = {
  check: `rule:admin_only or ${PROJECT_MEMBER} or rule:network_owner`,
  legacy: "rule:admin_or_network_owner",
  scopes,
};
export const ADVSVC_OR_NETWORK_OWNER: Kind = {
  check: "rule:context_is_advsvc or rule:network_owner or rule:admin_only",
  legacy: "rule:context_is_advsvc or rule:admin_or_network_owner",
  scopes,
};
export const NETWORK_OWNER_OR_SHARED: Kind = {
  check: "rule:context_is_advsvc or rule:network_owner or rule:admin_only or rule:shared",
  legacy: "rule:context_is_advsvc or rule:admin_or_network_owner or rule:shared",
  scopes,
};
