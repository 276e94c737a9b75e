// Nova's rules for servers themselves (nova/policies/servers.py and servers_migrations.py of Zed). Former names are those of
// the policy files from Folsom on: `compute:`.

import type { PolicyRule } from "../policy/enforcer.ts";
import { ADMIN, MEMBER, OWNER_READER, READER, novaRule as rule } from "./policy-kinds.ts";

export const serverPolicies: readonly PolicyRule[] = [
  rule("servers:index", READER, "List servers.", "compute:get_all"),
  rule("servers:detail", READER, "List servers with details.", "compute:get_all"),
  rule(
    "servers:index:get_all_tenants",
    ADMIN,
    "List the servers of all projects.",
    "compute:get_all_tenants",
  ),
  rule(
    "servers:detail:get_all_tenants",
    ADMIN,
    "List the servers of all projects with details.",
    "compute:get_all_tenants",
  ),
  rule("servers:allow_all_filters", ADMIN, "Use every filter when listing servers."),
  rule("servers:show", READER, "Show a server.", "compute:get"),
  rule(
    "servers:show:flavor-extra-specs",
    OWNER_READER,
    "Show the extra specs of a server's flavor.",
    "os_compute_api:os-flavor-extra-specs:index",
  ),
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
  rule("servers:confirm_resize", MEMBER, "Confirm a resize.", "compute:confirm_resize"),
  rule("servers:revert_resize", MEMBER, "Revert a resize.", "compute:revert_resize"),
  rule("servers:reboot", MEMBER, "Reboot a server.", "compute:reboot"),
  rule("servers:resize", MEMBER, "Resize a server.", "compute:resize"),
  rule("servers:rebuild", MEMBER, "Rebuild a server.", "compute:rebuild"),
  rule("servers:rebuild:trusted_certs", MEMBER, "Rebuild a server with trusted image certificates."),
  rule("servers:create_image", MEMBER, "Make an image of a server.", "compute:snapshot"),
  rule(
    "servers:create_image:allow_volume_backed",
    MEMBER,
    "Make an image of a server on a volume.",
    "compute:snapshot_volume_backed",
  ),
  rule("servers:start", MEMBER, "Start a server.", "compute:start"),
  rule("servers:stop", MEMBER, "Stop a server.", "compute:stop"),
  rule("servers:trigger_crash_dump", MEMBER, "Make a guest dump its memory."),
  rule("servers:migrations:index", ADMIN, "List a server's live migrations."),
  rule("servers:migrations:show", ADMIN, "Show a live migration."),
  rule("servers:migrations:force_complete", ADMIN, "Force a live migration to its end."),
  rule("servers:migrations:delete", ADMIN, "Abort a live migration."),
];
