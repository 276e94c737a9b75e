// Nova's rules for servers, with the defaults that hold while "secure RBAC" is not enforced: what the deprecated rule
// allows is allowed too (nova/policies/*.py of Zed). Former names are those of Folsom's policy.json.

import type { PolicyRule } from "../policy/enforcer.ts";
import { peripheryPolicies } from "./policies-periphery.ts";

const OWNER_OR_ADMIN = "is_admin:True or project_id:%(project_id)s";

const BASE: PolicyRule[] = [
  {
    name: "context_is_admin",
    check: "role:admin or is_admin:True",
    description: "Administrator, in any project.",
  },
  { name: "admin_or_owner", check: OWNER_OR_ADMIN, description: "Administrator, or the project itself." },
  { name: "admin_api", check: "is_admin:True", description: "Administrator." },
  {
    name: "project_member_api",
    check: `(role:member and project_id:%(project_id)s) or ${OWNER_OR_ADMIN}`,
    description: "Member of the project.",
  },
  {
    name: "project_reader_api",
    check: `(role:reader and project_id:%(project_id)s) or ${OWNER_OR_ADMIN}`,
    description: "Reader of the project.",
  },
  {
    name: "project_member_or_admin",
    check: "rule:project_member_api or rule:context_is_admin",
    description: "Member of the project, or administrator.",
  },
  {
    name: "project_reader_or_admin",
    check: "rule:project_reader_api or rule:context_is_admin",
    description: "Reader of the project, or administrator.",
  },
];

const ADMIN = "rule:context_is_admin";
const MEMBER = "rule:project_member_or_admin";
const READER = "rule:project_reader_or_admin";

function rule(name: string, check: string, description: string, ...formerly: string[]): PolicyRule {
  const full = name.includes("compute:") || name.startsWith("network:") ? name : `os_compute_api:${name}`;
  return formerly.length > 0
    ? { name: full, check, description, formerly }
    : { name: full, check, description };
}

const SERVERS: PolicyRule[] = [
  rule("servers:index", READER, "List servers.", "compute:get_all"),
  rule("servers:detail", READER, "List servers with details."),
  rule("servers:index:get_all_tenants", ADMIN, "List the servers of all projects."),
  rule("servers:detail:get_all_tenants", ADMIN, "List the servers of all projects with details."),
  rule("servers:allow_all_filters", ADMIN, "Use every filter when listing servers."),
  rule("servers:show", READER, "Show a server.", "compute:get"),
  rule("servers:show:flavor-extra-specs", READER, "Show the extra specs of a server's flavor."),
  rule("servers:show:host_status", ADMIN, "Show the status of a server's host."),
  rule("servers:show:host_status:unknown-only", ADMIN, "Show that the status of a server's host is unknown."),
  rule("servers:create", MEMBER, "Create servers.", "compute:create"),
  rule("servers:create:forced_host", ADMIN, "Create a server on a given host.", "compute:create:forced_host"),
  rule("compute:servers:create:requested_destination", ADMIN, "Ask for a host, which the scheduler checks."),
  rule(
    "servers:create:attach_volume",
    MEMBER,
    "Create a server with volumes.",
    "compute:create:attach_volume",
  ),
  rule(
    "servers:create:attach_network",
    MEMBER,
    "Create a server on networks.",
    "compute:create:attach_network",
  ),
  rule("servers:create:trusted_certs", MEMBER, "Create a server with trusted image certificates."),
  rule(
    "servers:create:zero_disk_flavor",
    ADMIN,
    "Create a server from an image on a flavor without a disk size.",
  ),
  rule("network:attach_external_network", ADMIN, "Attach an external network that is not shared."),
  rule("servers:delete", MEMBER, "Delete a server.", "compute:delete"),
  rule("servers:update", MEMBER, "Change a server's name and addresses.", "compute:update"),
  rule("servers:confirm_resize", MEMBER, "Confirm a resize."),
  rule("servers:revert_resize", MEMBER, "Revert a resize."),
  rule("servers:reboot", MEMBER, "Reboot a server."),
  rule("servers:resize", MEMBER, "Resize a server."),
  rule("servers:rebuild", MEMBER, "Rebuild a server."),
  rule("servers:rebuild:trusted_certs", MEMBER, "Rebuild a server with trusted image certificates."),
  rule("servers:create_image", MEMBER, "Make an image of a server."),
  rule("servers:create_image:allow_volume_backed", MEMBER, "Make an image of a server on a volume."),
  rule("servers:start", MEMBER, "Start a server."),
  rule("servers:stop", MEMBER, "Stop a server."),
  rule("servers:trigger_crash_dump", MEMBER, "Make a guest dump its memory."),
  rule("servers:migrations:index", ADMIN, "List a server's live migrations."),
  rule("servers:migrations:show", ADMIN, "Show a live migration."),
  rule("servers:migrations:force_complete", ADMIN, "Force a live migration to its end."),
  rule("servers:migrations:delete", ADMIN, "Abort a live migration."),
];

const ACTIONS: PolicyRule[] = [
  rule(
    "os-admin-actions:reset_state",
    ADMIN,
    "Set a server's state.",
    "compute_extension:admin_actions:resetState",
  ),
  rule("os-admin-actions:inject_network_info", ADMIN, "Give a guest its network settings anew."),
  rule("os-admin-actions:reset_network", ADMIN, "Reset a guest's network."),
  rule("os-admin-password", MEMBER, "Set a guest's password."),
  rule("os-console-output", MEMBER, "Show a server's console log.", "compute_extension:console_output"),
  rule("os-remote-consoles", MEMBER, "Open a console.", "compute_extension:consoles"),
  rule("os-console-auth-tokens", ADMIN, "Show where a console token leads."),
  rule(
    "os-create-backup",
    MEMBER,
    "Make a backup of a server.",
    "compute_extension:admin_actions:createBackup",
  ),
  rule("os-deferred-delete:restore", MEMBER, "Restore a deleted server."),
  rule("os-deferred-delete:force", MEMBER, "Delete a server at once."),
  rule("os-evacuate", ADMIN, "Evacuate a server from a host that is down."),
  rule("os-lock-server:lock", MEMBER, "Lock a server.", "compute_extension:admin_actions:lock"),
  rule("os-lock-server:unlock", MEMBER, "Unlock a server.", "compute_extension:admin_actions:unlock"),
  rule("os-lock-server:unlock:unlock_override", ADMIN, "Unlock a server that another has locked."),
  rule("os-migrate-server:migrate", ADMIN, "Migrate a server.", "compute_extension:admin_actions:migrate"),
  rule(
    "os-migrate-server:migrate_live",
    ADMIN,
    "Migrate a running server.",
    "compute_extension:admin_actions:migrateLive",
  ),
  rule("os-pause-server:pause", MEMBER, "Pause a server.", "compute_extension:admin_actions:pause"),
  rule("os-pause-server:unpause", MEMBER, "Unpause a server.", "compute_extension:admin_actions:unpause"),
  rule("os-rescue", MEMBER, "Rescue a server.", "compute_extension:rescue"),
  rule("os-unrescue", MEMBER, "End a rescue."),
  rule("os-shelve:shelve", MEMBER, "Shelve a server."),
  rule("os-shelve:unshelve", MEMBER, "Unshelve a server."),
  rule("os-shelve:unshelve_to_host", ADMIN, "Unshelve a server on a given host."),
  rule("os-shelve:shelve_offload", ADMIN, "Take a shelved server off its host."),
  rule("os-suspend-server:suspend", MEMBER, "Suspend a server.", "compute_extension:admin_actions:suspend"),
  rule("os-suspend-server:resume", MEMBER, "Resume a server.", "compute_extension:admin_actions:resume"),
  rule("os-multinic:add", MEMBER, "Add a fixed address."),
  rule("os-multinic:remove", MEMBER, "Remove a fixed address."),
  rule("os-security-groups:list", READER, "List a server's security groups."),
  rule("os-security-groups:add", MEMBER, "Add a security group to a server."),
  rule("os-security-groups:remove", MEMBER, "Remove a security group from a server."),
  rule("os-floating-ips:add", MEMBER, "Give a server a floating address."),
  rule("os-floating-ips:remove", MEMBER, "Take a floating address from a server."),
];

const SUBRESOURCES: PolicyRule[] = [
  rule("os-extended-server-attributes", ADMIN, "Show a server's host, and other extended attributes."),
  rule("os-attach-interfaces:list", READER, "List a server's network cards."),
  rule("os-attach-interfaces:show", READER, "Show a network card."),
  rule("os-attach-interfaces:create", MEMBER, "Attach a network card."),
  rule("os-attach-interfaces:delete", MEMBER, "Detach a network card."),
  rule("os-volumes-attachments:index", READER, "List a server's volumes."),
  rule("os-volumes-attachments:show", READER, "Show a volume attachment."),
  rule("os-volumes-attachments:create", MEMBER, "Attach a volume."),
  rule("os-volumes-attachments:update", MEMBER, "Change a volume attachment."),
  rule("os-volumes-attachments:swap", ADMIN, "Put another volume in the place of an attached one."),
  rule("os-volumes-attachments:delete", MEMBER, "Detach a volume."),
  rule("os-instance-actions:list", READER, "List what was asked of a server."),
  rule("os-instance-actions:show", READER, "Show an action."),
  rule("os-instance-actions:events", ADMIN, "Show the events of an action."),
  rule("os-instance-actions:events:details", ADMIN, "Show the details of events."),
  rule("ips:index", READER, "List a server's addresses."),
  rule("ips:show", READER, "Show a server's addresses on a network."),
  rule("server-metadata:index", READER, "List a server's metadata."),
  rule("server-metadata:show", READER, "Show a metadata item."),
  rule("server-metadata:create", MEMBER, "Add metadata."),
  rule("server-metadata:update_all", MEMBER, "Replace a server's metadata."),
  rule("server-metadata:update", MEMBER, "Change a metadata item."),
  rule("server-metadata:delete", MEMBER, "Delete a metadata item."),
  rule("os-server-password:show", READER, "Show the password a guest has posted."),
  rule("os-server-password:clear", MEMBER, "Forget the password a guest has posted."),
  rule("os-server-tags:index", READER, "List a server's tags."),
  rule("os-server-tags:show", READER, "Check a tag."),
  rule("os-server-tags:update_all", MEMBER, "Replace a server's tags."),
  rule("os-server-tags:update", MEMBER, "Add a tag."),
  rule("os-server-tags:delete", MEMBER, "Remove a tag."),
  rule("os-server-tags:delete_all", MEMBER, "Remove all tags."),
  rule("compute:server:topology:index", READER, "Show a server's NUMA topology."),
  rule("compute:server:topology:host:index", ADMIN, "Show how it lies on the host."),
  rule("os-server-diagnostics", ADMIN, "Show a guest's diagnostics."),
  rule("os-migrations:index", ADMIN, "List migrations."),
  rule("os-server-external-events:create", ADMIN, "Tell about what happened to servers."),
  rule("os-instance-usage-audit-log:list", ADMIN, "List usage audits."),
  rule("os-instance-usage-audit-log:show", ADMIN, "Show the usage audits of a month."),
  // Not Nova's: its proxies leave this to the image service alone.
  rule("images", "@", "Use images through the compute API, as far as the image service allows."),
  rule("os-volumes:list", READER, "List volumes."),
  rule("os-volumes:detail", READER, "List volumes with details."),
  rule("os-volumes:show", READER, "Show a volume."),
  rule("os-volumes:create", MEMBER, "Create a volume."),
  rule("os-volumes:delete", MEMBER, "Delete a volume."),
  rule("os-volumes:snapshots:list", READER, "List volume snapshots."),
  rule("os-volumes:snapshots:detail", READER, "List volume snapshots with details."),
  rule("os-volumes:snapshots:show", READER, "Show a volume snapshot."),
  rule("os-volumes:snapshots:create", MEMBER, "Create a volume snapshot."),
  rule("os-volumes:snapshots:delete", MEMBER, "Delete a volume snapshot."),
  rule("os-assisted-volume-snapshots:create", ADMIN, "Assist a volume snapshot."),
  rule("os-assisted-volume-snapshots:delete", ADMIN, "Delete an assisted volume snapshot."),
];

export const policies: readonly PolicyRule[] = [
  ...BASE,
  ...SERVERS,
  ...ACTIONS,
  ...SUBRESOURCES,
  ...peripheryPolicies,
];
