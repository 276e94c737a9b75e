// Nova's rules for flavors, key pairs, quotas, services, hosts, aggregates and server groups, with the defaults that hold
// while "secure RBAC" is not enforced (nova/policies/*.py of Zed). The base rules are in `policies.ts`.

import type { PolicyRule } from "../policy/enforcer.ts";

const ADMIN = "rule:context_is_admin";
const READER = "rule:project_reader_or_admin";
const MEMBER = "rule:project_member_or_admin";
const OWN_USER = "(rule:context_is_admin) or user_id:%(user_id)s";
const ANYONE = "@";

function rule(name: string, check: string, description: string, formerly?: string[]): PolicyRule {
  const full = `os_compute_api:${name}`;
  return formerly ? { name: full, check, description, formerly } : { name: full, check, description };
}

export const peripheryPolicies: readonly PolicyRule[] = [
  // Nova asks no policy for these two; the rule's former name is the one it had.
  rule("flavors", ANYONE, "List and show flavors."),
  rule("os-flavor-manage:create", ADMIN, "Create a flavor.", ["compute_extension:flavormanage"]),
  rule("os-flavor-manage:update", ADMIN, "Change a flavor's description."),
  rule("os-flavor-manage:delete", ADMIN, "Delete a flavor.", ["compute_extension:flavormanage"]),
  rule("os-flavor-access", ADMIN, "List who may use a private flavor."),
  rule("os-flavor-access:add_tenant_access", ADMIN, "Let a project use a private flavor."),
  rule("os-flavor-access:remove_tenant_access", ADMIN, "Stop a project from using a private flavor."),
  rule("os-flavor-extra-specs:index", READER, "List a flavor's extra specs."),
  rule("os-flavor-extra-specs:show", READER, "Show an extra spec of a flavor."),
  rule("os-flavor-extra-specs:create", ADMIN, "Add extra specs to a flavor."),
  rule("os-flavor-extra-specs:update", ADMIN, "Change an extra spec of a flavor."),
  rule("os-flavor-extra-specs:delete", ADMIN, "Remove an extra spec of a flavor."),

  rule("os-keypairs:index", OWN_USER, "List key pairs."),
  rule("os-keypairs:create", OWN_USER, "Create or import a key pair."),
  rule("os-keypairs:show", OWN_USER, "Show a key pair."),
  rule("os-keypairs:delete", OWN_USER, "Delete a key pair."),

  rule("os-quota-sets:show", READER, "Show a project's quotas."),
  rule("os-quota-sets:detail", READER, "Show a project's quotas and what is in use."),
  rule("os-quota-sets:defaults", ANYONE, "Show the default quotas."),
  rule("os-quota-sets:update", ADMIN, "Change a project's quotas."),
  rule("os-quota-sets:delete", ADMIN, "Return a project to the default quotas."),
  rule("os-quota-class-sets:show", ADMIN, "Show the quotas of a class."),
  rule("os-quota-class-sets:update", ADMIN, "Change the quotas of a class."),
  rule("limits", ANYONE, "Show the limits of the caller's project."),
  rule("limits:other_project", ADMIN, "Show the limits of another project."),
  rule("os-simple-tenant-usage:show", READER, "Show what a project has used."),
  rule("os-simple-tenant-usage:list", ADMIN, "Show what every project has used."),

  rule("os-services:list", ADMIN, "List the compute services."),
  rule("os-services:update", ADMIN, "Enable, disable or force down a compute service."),
  rule("os-services:delete", ADMIN, "Delete a compute service."),
  rule("os-hypervisors:list", ADMIN, "List hypervisors."),
  rule("os-hypervisors:list-detail", ADMIN, "List hypervisors with details."),
  rule("os-hypervisors:statistics", ADMIN, "Show sums over all hypervisors."),
  rule("os-hypervisors:show", ADMIN, "Show a hypervisor."),
  rule("os-hypervisors:uptime", ADMIN, "Show how long a hypervisor has been up."),
  rule("os-hypervisors:search", ADMIN, "Find hypervisors by a part of their name."),
  rule("os-hypervisors:servers", ADMIN, "List the servers of hypervisors."),
  rule("os-hosts:list", ADMIN, "List hosts."),
  rule("os-hosts:show", ADMIN, "Show a host's resources."),
  rule("os-hosts:update", ADMIN, "Enable or disable a host."),
  rule("os-hosts:reboot", ADMIN, "Reboot a host."),
  rule("os-hosts:shutdown", ADMIN, "Shut a host down."),
  rule("os-hosts:start", ADMIN, "Start a host."),

  rule("os-aggregates:index", ADMIN, "List aggregates."),
  rule("os-aggregates:create", ADMIN, "Create an aggregate."),
  rule("os-aggregates:show", ADMIN, "Show an aggregate."),
  rule("os-aggregates:update", ADMIN, "Change an aggregate's name or zone."),
  rule("os-aggregates:delete", ADMIN, "Delete an aggregate."),
  rule("os-aggregates:add_host", ADMIN, "Add a host to an aggregate."),
  rule("os-aggregates:remove_host", ADMIN, "Remove a host from an aggregate."),
  rule("os-aggregates:set_metadata", ADMIN, "Change an aggregate's metadata."),
  {
    name: "compute:aggregates:images",
    check: ADMIN,
    description: "Have images cached on an aggregate's hosts.",
  },
  rule("os-availability-zone:list", ANYONE, "List availability zones."),
  rule("os-availability-zone:detail", ADMIN, "List availability zones with their hosts."),

  rule("os-server-groups:index", READER, "List server groups."),
  rule("os-server-groups:index:all_projects", ADMIN, "List the server groups of all projects."),
  rule("os-server-groups:show", READER, "Show a server group."),
  rule("os-server-groups:create", MEMBER, "Create a server group."),
  rule("os-server-groups:delete", MEMBER, "Delete a server group."),

  rule("extensions", ANYONE, "List extensions."),
  // Nova answers 410 without asking.
];
