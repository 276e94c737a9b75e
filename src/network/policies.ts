// Neutron's rules (neutron/conf/policies/*.py of Zed): operations on resources, and single attributes of them. While the
// new defaults are not enforced, an administrator is not asked about (see `legacyAdminPasses`).

import type { PolicyRule } from "../policy/enforcer.ts";
import {
  ADMIN,
  ADMIN_OR_MEMBER,
  ADMIN_OR_READER,
  ADVSVC_OR_NETWORK_OWNER,
  type Kind,
  MEMBER,
  MEMBER_OR_NETWORK_OWNER,
  NETWORK_OWNER,
  NETWORK_OWNER_OR_SHARED,
  OPEN_ADMIN_OR_MEMBER,
  OPEN_ADMIN_OR_READER,
  OPEN_READER,
  PARENT_MEMBER,
  PARENT_READER,
  PROJECT_MEMBER,
  PROJECT_READER,
  READER,
  scopes,
} from "./policy-kinds.ts";

const RULES: readonly (readonly [name: string, kind: Kind])[] = [
  ["shared_address_groups", { check: "field:address_groups:shared=True" }],
  [
    "get_address_group",
    {
      check: `${PROJECT_READER} or rule:shared_address_groups`,
      legacy: "rule:admin_or_owner or rule:shared_address_groups",
      scopes,
    },
  ],
  // Neutron has no rules for these; what has none is asked `default`.
  ["create_address_group", { check: "rule:default" }],
  ["update_address_group", { check: "rule:default" }],
  ["delete_address_group", { check: "rule:default" }],

  ["shared_address_scopes", { check: "field:address_scopes:shared=True" }],
  ["create_address_scope", OPEN_ADMIN_OR_MEMBER],
  ["create_address_scope:shared", ADMIN],
  [
    "get_address_scope",
    {
      check: `rule:admin_only or ${PROJECT_READER} or rule:shared_address_scopes`,
      legacy: "rule:admin_or_owner or rule:shared_address_scopes",
      scopes,
    },
  ],
  ["update_address_scope", ADMIN_OR_MEMBER],
  ["update_address_scope:shared", ADMIN],
  ["delete_address_scope", ADMIN_OR_MEMBER],

  ["get_agent", ADMIN],
  ["update_agent", ADMIN],
  ["delete_agent", ADMIN],
  ["create_dhcp-network", ADMIN],
  ["get_dhcp-networks", ADMIN],
  ["delete_dhcp-network", ADMIN],
  ["create_l3-router", ADMIN],
  ["get_l3-routers", ADMIN],
  ["delete_l3-router", ADMIN],
  ["get_dhcp-agents", ADMIN],
  ["get_l3-agents", ADMIN],

  ["get_auto_allocated_topology", READER],
  ["delete_auto_allocated_topology", MEMBER],

  ["get_availability_zone", { check: "rule:admin_only", legacy: "rule:regular_user", scopes }],

  ["context_is_admin", { check: "role:admin" }],
  ["owner", { check: "tenant_id:%(tenant_id)s" }],
  ["admin_or_owner", { check: "rule:context_is_admin or rule:owner" }],
  ["context_is_advsvc", { check: "role:advsvc" }],
  ["admin_or_network_owner", { check: "rule:context_is_admin or tenant_id:%(network:tenant_id)s" }],
  ["admin_owner_or_network_owner", { check: "rule:owner or rule:admin_or_network_owner" }],
  ["network_owner", { check: "tenant_id:%(network:tenant_id)s" }],
  ["admin_only", { check: "rule:context_is_admin" }],
  ["regular_user", { check: "" }],
  ["shared", { check: "field:networks:shared=True" }],
  ["default", { check: "rule:admin_or_owner" }],
  ["admin_or_ext_parent_owner", { check: "rule:context_is_admin or tenant_id:%(ext_parent:tenant_id)s" }],
  ["ext_parent_owner", { check: "tenant_id:%(ext_parent:tenant_id)s" }],
  ["sg_owner", { check: "tenant_id:%(security_group:tenant_id)s" }],

  ["create_flavor", ADMIN],
  ["get_flavor", { check: `(rule:admin_only) or (${PROJECT_READER})`, legacy: "rule:regular_user", scopes }],
  ["update_flavor", ADMIN],
  ["delete_flavor", ADMIN],
  ["create_service_profile", ADMIN],
  ["get_service_profile", ADMIN],
  ["update_service_profile", ADMIN],
  ["delete_service_profile", ADMIN],
  [
    "get_flavor_service_profile",
    { check: `(rule:admin_only) or (${PROJECT_READER})`, legacy: "rule:regular_user", scopes },
  ],
  ["create_flavor_service_profile", ADMIN],
  ["delete_flavor_service_profile", ADMIN],

  ["create_floatingip", OPEN_ADMIN_OR_MEMBER],
  ["create_floatingip:floating_ip_address", ADMIN],
  ["get_floatingip", ADMIN_OR_READER],
  ["update_floatingip", ADMIN_OR_MEMBER],
  ["delete_floatingip", ADMIN_OR_MEMBER],

  ["get_floatingip_pool", OPEN_READER],

  ["create_floatingip_port_forwarding", PARENT_MEMBER],
  ["get_floatingip_port_forwarding", PARENT_READER],
  ["update_floatingip_port_forwarding", PARENT_MEMBER],
  ["delete_floatingip_port_forwarding", PARENT_MEMBER],

  ["create_metering_label", ADMIN],
  [
    "get_metering_label",
    { check: `rule:admin_only or ${PROJECT_READER}`, legacy: "rule:admin_only", scopes },
  ],
  ["delete_metering_label", ADMIN],
  ["create_metering_label_rule", ADMIN],
  [
    "get_metering_label_rule",
    { check: `rule:admin_only or ${PROJECT_READER}`, legacy: "rule:admin_only", scopes },
  ],
  ["delete_metering_label_rule", ADMIN],

  ["external", { check: "field:networks:router:external=True" }],
  ["create_network", OPEN_ADMIN_OR_MEMBER],
  ["create_network:shared", ADMIN],
  ["create_network:router:external", ADMIN],
  ["create_network:is_default", ADMIN],
  ["create_network:port_security_enabled", OPEN_ADMIN_OR_MEMBER],
  ["create_network:segments", ADMIN],
  ["create_network:provider:network_type", ADMIN],
  ["create_network:provider:physical_network", ADMIN],
  ["create_network:provider:segmentation_id", ADMIN],
  [
    "get_network",
    {
      check: `rule:admin_only or ${PROJECT_READER} or rule:shared or rule:external or rule:context_is_advsvc`,
      legacy: "rule:admin_or_owner or rule:shared or rule:external or rule:context_is_advsvc",
      scopes,
    },
  ],
  ["get_network:router:external", OPEN_ADMIN_OR_READER],
  ["get_network:segments", ADMIN],
  ["get_network:provider:network_type", ADMIN],
  ["get_network:provider:physical_network", ADMIN],
  ["get_network:provider:segmentation_id", ADMIN],
  ["update_network", ADMIN_OR_MEMBER],
  ["update_network:segments", ADMIN],
  ["update_network:shared", ADMIN],
  ["update_network:provider:network_type", ADMIN],
  ["update_network:provider:physical_network", ADMIN],
  ["update_network:provider:segmentation_id", ADMIN],
  ["update_network:router:external", ADMIN],
  ["update_network:is_default", ADMIN],
  ["update_network:port_security_enabled", ADMIN_OR_MEMBER],
  ["delete_network", ADMIN_OR_MEMBER],

  ["get_network_ip_availability", ADMIN],

  ["network_device", { check: "field:port:device_owner=~^network:" }],
  ["admin_or_data_plane_int", { check: "rule:context_is_admin or role:data_plane_integrator" }],
  ["create_port", OPEN_ADMIN_OR_MEMBER],
  [
    "create_port:device_owner",
    {
      check: "not rule:network_device or rule:admin_only or rule:context_is_advsvc or rule:network_owner",
      legacy: "not rule:network_device or rule:context_is_advsvc or rule:admin_or_network_owner",
      scopes,
    },
  ],
  ["create_port:mac_address", ADVSVC_OR_NETWORK_OWNER],
  ["create_port:fixed_ips", NETWORK_OWNER_OR_SHARED],
  ["create_port:fixed_ips:ip_address", ADVSVC_OR_NETWORK_OWNER],
  ["create_port:fixed_ips:subnet_id", NETWORK_OWNER_OR_SHARED],
  ["create_port:port_security_enabled", ADVSVC_OR_NETWORK_OWNER],
  ["create_port:binding:host_id", ADMIN],
  ["create_port:binding:profile", ADMIN],
  ["create_port:binding:vnic_type", OPEN_ADMIN_OR_MEMBER],
  ["create_port:allowed_address_pairs", NETWORK_OWNER],
  ["create_port:allowed_address_pairs:mac_address", NETWORK_OWNER],
  ["create_port:allowed_address_pairs:ip_address", NETWORK_OWNER],
  [
    "get_port",
    {
      check: `rule:admin_only or rule:context_is_advsvc or ${PROJECT_READER}`,
      legacy: "rule:context_is_advsvc or rule:admin_owner_or_network_owner",
      scopes,
    },
  ],
  ["get_port:binding:vif_type", ADMIN],
  ["get_port:binding:vif_details", ADMIN],
  ["get_port:binding:host_id", ADMIN],
  ["get_port:binding:profile", ADMIN],
  ["get_port:resource_request", ADMIN],
  [
    "update_port",
    {
      check: `rule:admin_only or ${PROJECT_MEMBER} or rule:context_is_advsvc`,
      legacy: "rule:admin_or_owner or rule:context_is_advsvc",
      scopes,
    },
  ],
  [
    "update_port:device_owner",
    {
      check: "not rule:network_device or rule:context_is_advsvc or rule:network_owner or rule:admin_only",
      legacy: "not rule:network_device or rule:context_is_advsvc or rule:admin_or_network_owner",
      scopes,
    },
  ],
  ["update_port:mac_address", { check: "rule:admin_only or rule:context_is_advsvc", scopes }],
  ["update_port:fixed_ips", ADVSVC_OR_NETWORK_OWNER],
  ["update_port:fixed_ips:ip_address", ADVSVC_OR_NETWORK_OWNER],
  ["update_port:fixed_ips:subnet_id", NETWORK_OWNER_OR_SHARED],
  ["update_port:port_security_enabled", ADVSVC_OR_NETWORK_OWNER],
  ["update_port:binding:host_id", ADMIN],
  ["update_port:binding:profile", ADMIN],
  [
    "update_port:binding:vnic_type",
    {
      check: `rule:admin_only or ${PROJECT_MEMBER} or rule:context_is_advsvc`,
      legacy: "rule:admin_or_owner or rule:context_is_advsvc",
      scopes,
    },
  ],
  ["update_port:allowed_address_pairs", NETWORK_OWNER],
  ["update_port:allowed_address_pairs:mac_address", NETWORK_OWNER],
  ["update_port:allowed_address_pairs:ip_address", NETWORK_OWNER],
  [
    "update_port:data_plane_status",
    {
      check: "rule:admin_only or role:data_plane_integrator",
      legacy: "rule:admin_or_data_plane_int",
      scopes,
    },
  ],
  [
    "delete_port",
    {
      check: `rule:admin_only or rule:context_is_advsvc or ${PROJECT_MEMBER}`,
      legacy: "rule:context_is_advsvc or rule:admin_owner_or_network_owner",
      scopes,
    },
  ],

  ["get_quota", ADMIN],
  ["update_quota", ADMIN],
  ["delete_quota", ADMIN],

  [
    "restrict_wildcard",
    {
      check:
        "(not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*) or rule:admin_only",
    },
  ],
  ["create_rbac_policy", OPEN_ADMIN_OR_MEMBER],
  [
    "create_rbac_policy:target_tenant",
    {
      check:
        "rule:admin_only or (not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*)",
      legacy: "rule:restrict_wildcard",
      scopes,
    },
  ],
  ["update_rbac_policy", ADMIN_OR_MEMBER],
  [
    "update_rbac_policy:target_tenant",
    {
      check:
        "rule:admin_only or (not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*)",
      legacy: "rule:restrict_wildcard and rule:admin_or_owner",
      scopes,
    },
  ],
  ["get_rbac_policy", ADMIN_OR_READER],
  ["delete_rbac_policy", ADMIN_OR_MEMBER],

  ["create_router", OPEN_ADMIN_OR_MEMBER],
  ["create_router:distributed", ADMIN],
  ["create_router:ha", ADMIN],
  ["create_router:external_gateway_info", ADMIN_OR_MEMBER],
  ["create_router:external_gateway_info:network_id", ADMIN_OR_MEMBER],
  ["create_router:external_gateway_info:enable_snat", ADMIN],
  ["create_router:external_gateway_info:external_fixed_ips", ADMIN],
  ["get_router", ADMIN_OR_READER],
  ["get_router:distributed", ADMIN],
  ["get_router:ha", ADMIN],
  ["update_router", ADMIN_OR_MEMBER],
  ["update_router:distributed", ADMIN],
  ["update_router:ha", ADMIN],
  ["update_router:external_gateway_info", ADMIN_OR_MEMBER],
  ["update_router:external_gateway_info:network_id", ADMIN_OR_MEMBER],
  ["update_router:external_gateway_info:enable_snat", ADMIN],
  ["update_router:external_gateway_info:external_fixed_ips", ADMIN],
  ["delete_router", ADMIN_OR_MEMBER],
  ["add_router_interface", ADMIN_OR_MEMBER],
  ["remove_router_interface", ADMIN_OR_MEMBER],
  ["add_extraroutes", ADMIN_OR_MEMBER],
  ["remove_extraroutes", ADMIN_OR_MEMBER],

  ["admin_or_sg_owner", { check: "rule:context_is_admin or tenant_id:%(security_group:tenant_id)s" }],
  ["admin_owner_or_sg_owner", { check: "rule:owner or rule:admin_or_sg_owner" }],
  ["create_security_group", MEMBER],
  ["get_security_group", OPEN_READER],
  ["update_security_group", MEMBER],
  ["delete_security_group", MEMBER],
  ["create_security_group_rule", MEMBER],
  [
    "get_security_group_rule",
    { check: `${PROJECT_READER} or rule:sg_owner`, legacy: "rule:admin_owner_or_sg_owner", scopes },
  ],
  ["delete_security_group_rule", MEMBER],

  ["get_service_provider", { check: "role:reader", legacy: "rule:regular_user", scopes }],

  ["create_subnet", MEMBER_OR_NETWORK_OWNER],
  ["create_subnet:segment_id", ADMIN],
  ["create_subnet:service_types", ADMIN],
  [
    "get_subnet",
    {
      check: `rule:admin_only or ${PROJECT_READER} or rule:shared`,
      legacy: "rule:admin_or_owner or rule:shared",
      scopes,
    },
  ],
  ["get_subnet:segment_id", ADMIN],
  ["update_subnet", MEMBER_OR_NETWORK_OWNER],
  ["update_subnet:segment_id", ADMIN],
  ["update_subnet:service_types", ADMIN],
  ["delete_subnet", MEMBER_OR_NETWORK_OWNER],

  ["shared_subnetpools", { check: "field:subnetpools:shared=True" }],
  ["create_subnetpool", OPEN_ADMIN_OR_MEMBER],
  ["create_subnetpool:shared", ADMIN],
  ["create_subnetpool:is_default", ADMIN],
  [
    "get_subnetpool",
    {
      check: `rule:admin_only or ${PROJECT_READER} or rule:shared_subnetpools`,
      legacy: "rule:admin_or_owner or rule:shared_subnetpools",
      scopes,
    },
  ],
  ["update_subnetpool", ADMIN_OR_MEMBER],
  ["update_subnetpool:is_default", ADMIN],
  ["delete_subnetpool", ADMIN_OR_MEMBER],
  ["onboard_network_subnets", ADMIN_OR_MEMBER],
  ["add_prefixes", ADMIN_OR_MEMBER],
  ["remove_prefixes", ADMIN_OR_MEMBER],
];

const VERBS: Record<string, string> = {
  create: "Create",
  get: "Show and list",
  update: "Change",
  delete: "Delete",
  add: "Add",
  remove: "Remove",
  onboard: "Take over",
};

export const policies: readonly PolicyRule[] = RULES.map(([name, kind]) => ({
  name,
  ...kind,
  description: describe(name),
  ...formerNames(name),
}));

/** The extensions' own rules of Folsom's policy.json (quantum): `extension:provider_network:set`. */
function formerNames(name: string): Pick<PolicyRule, "formerly"> {
  const m = /^(create|get|update)_(?:network:(provider|router)|port:(binding)):/.exec(name);
  if (!m) return {};
  const extension = m[2] === "provider" ? "provider_network" : (m[2] ?? "port_binding");
  return { formerly: [`extension:${extension}:${m[1] === "get" ? "view" : "set"}`] };
}

export const policyNames: ReadonlySet<string> = new Set(RULES.map(([name]) => name));

/** `create_network:shared` → "Set shared when a network is created." */
function describe(name: string): string {
  const m = /^(create|get|update|delete|add|remove|onboard)_([^:]+)(?::(.+))?$/.exec(name);
  if (!m) return `Whether the caller or the target is ${name.replaceAll("_", " ")}.`;
  const [, verb, noun, attribute] = m as unknown as [string, string, string, string | undefined];
  const what = noun
    .replaceAll(/[_-]/g, " ")
    .replace("floatingip", "floating address")
    .replace("subnetpool", "subnet pool");
  const one = `${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`;
  if (attribute === undefined) return `${VERBS[verb]} ${what.endsWith("s") ? what : one}.`;
  if (verb === "get") return `See ${attribute} of ${one}.`;
  return verb === "create" ? `Set ${attribute} when ${one} is created.` : `Change ${attribute} of ${one}.`;
}
