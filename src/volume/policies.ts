// Cinder's rules (cinder/policies/*.py of Zed). They name no scopes: any token will do, also while scopes are enforced.

import type { PolicyRule } from "../policy/enforcer.ts";

type Kind = Pick<PolicyRule, "check" | "legacy" | "scopes">;

const ADMIN: Kind = { check: "rule:admin_api" };
const MEMBER: Kind = { check: "rule:xena_system_admin_or_project_member" };
const READER: Kind = { check: "rule:xena_system_admin_or_project_reader" };
/** Before the roles member and reader counted, these were the owner's, and those anybody's. */
const OWNER_MEMBER: Kind = { ...MEMBER, legacy: "rule:admin_or_owner" };
const OWNER_READER: Kind = { ...READER, legacy: "rule:admin_or_owner" };
const OPEN_MEMBER: Kind = { ...MEMBER, legacy: "" };
const OPEN_READER: Kind = { ...READER, legacy: "" };
const ENCRYPTION_ADMIN: Kind = { ...ADMIN, legacy: "rule:volume_extension:volume_type_encryption" };
const DEFAULT_TYPE_ADMIN: Kind = { ...ADMIN, legacy: "rule:system_or_domain_or_project_admin" };
const ANYONE: Kind = { check: "" };

function rule(name: string, kind: Kind, description: string, ...formerly: string[]): PolicyRule {
  return { name, ...kind, description, ...(formerly.length > 0 ? { formerly } : {}) };
}

const BASE: PolicyRule[] = [
  rule("context_is_admin", { check: "role:admin" }, "Who is an administrator."),
  rule(
    "admin_api",
    { check: "is_admin:True or (role:admin and is_admin_project:True)" },
    "Calls for administrators.",
  ),
  rule(
    "admin_or_owner",
    { check: "is_admin:True or (role:admin and is_admin_project:True) or project_id:%(project_id)s" },
    "The former default: an administrator, or the project itself.",
  ),
  rule(
    "system_or_domain_or_project_admin",
    {
      check:
        "(role:admin and system_scope:all) or (role:admin and domain_id:%(domain_id)s) or (role:admin and project_id:%(project_id)s)",
    },
    "The former default for default types: an administrator of the cloud, of a domain or of a project.",
  ),
  rule(
    "xena_system_admin_or_project_reader",
    { check: "(role:admin) or (role:reader and project_id:%(project_id)s)" },
    "An administrator, or a reader of the project.",
  ),
  rule(
    "xena_system_admin_or_project_member",
    { check: "(role:admin) or (role:member and project_id:%(project_id)s)" },
    "An administrator, or a member of the project.",
  ),
];

const VOLUMES: PolicyRule[] = [
  rule("volume:create", OPEN_MEMBER, "Create a volume."),
  rule("volume:create_from_image", OPEN_MEMBER, "Create a volume from an image."),
  rule("volume:get", OWNER_READER, "Show a volume."),
  rule("volume:get_all", OWNER_READER, "List volumes, or sum them up."),
  rule("volume:update", OWNER_MEMBER, "Change a volume's name, description or bootable flag."),
  rule("volume:delete", OWNER_MEMBER, "Delete a volume."),
  rule("volume:force_delete", ADMIN, "Delete a volume whatever its state."),
  rule("volume:multiattach", OWNER_MEMBER, "Create a volume that several servers may have at a time."),
  rule("volume_extension:volume_host_attribute", ADMIN, "See where a volume lies."),
  rule("volume_extension:volume_tenant_attribute", OWNER_READER, "See whose a volume is."),
  rule("volume_extension:volume_mig_status_attribute", ADMIN, "See how a volume's migration goes."),
  rule("volume_extension:volume_encryption_metadata", OWNER_READER, "See how a volume is encrypted."),
  rule("volume:get_volume_metadata", OWNER_READER, "Show a volume's metadata."),
  rule("volume:create_volume_metadata", OWNER_MEMBER, "Add to a volume's metadata."),
  rule("volume:update_volume_metadata", OWNER_MEMBER, "Replace a volume's metadata, or one item of it."),
  rule("volume:delete_volume_metadata", OWNER_MEMBER, "Remove an item of a volume's metadata."),
  rule(
    "volume_extension:volume_image_metadata:show",
    OWNER_READER,
    "See the metadata of the image a volume was made from.",
    "volume_extension:volume_image_metadata",
  ),
  rule(
    "volume_extension:volume_image_metadata:set",
    OWNER_MEMBER,
    "Set a volume's image metadata.",
    "volume_extension:volume_image_metadata",
  ),
  rule(
    "volume_extension:volume_image_metadata:remove",
    OWNER_MEMBER,
    "Remove from a volume's image metadata.",
    "volume_extension:volume_image_metadata",
  ),
  rule("volume:update_volume_admin_metadata", ADMIN, "Change what only the service sets of a volume."),
];

const ACTIONS: PolicyRule[] = [
  rule("volume:extend", OWNER_MEMBER, "Extend a volume."),
  rule("volume:extend_attached_volume", OWNER_MEMBER, "Extend a volume that is attached."),
  rule("volume:revert_to_snapshot", OWNER_MEMBER, "Take a volume back to its latest snapshot."),
  rule("volume:retype", OWNER_MEMBER, "Change a volume's type."),
  rule("volume:update_readonly_flag", OWNER_MEMBER, "Make a volume read-only, or no longer."),
  rule("volume:reimage", MEMBER, "Write an image over an available volume."),
  rule("volume:reimage_reserved", MEMBER, "Write an image over a reserved volume."),
  rule("volume:freeze_host", ADMIN, "Freeze a back end."),
  rule("volume:thaw_host", ADMIN, "Thaw a back end."),
  rule("volume_extension:volume_admin_actions:reset_status", ADMIN, "Reset a volume's state."),
  rule("volume_extension:volume_admin_actions:force_delete", ADMIN, "Delete a volume by force."),
  rule("volume_extension:volume_admin_actions:force_detach", ADMIN, "Detach a volume by force."),
  rule("volume_extension:volume_admin_actions:migrate_volume", ADMIN, "Move a volume to another back end."),
  rule("volume_extension:volume_admin_actions:migrate_volume_completion", ADMIN, "Complete a volume's move."),
  rule("volume_extension:volume_actions:upload_public", ADMIN, "Upload a volume as a public image."),
  rule(
    "volume_extension:volume_actions:upload_image",
    OWNER_MEMBER,
    "Upload a volume as an image.",
    "volume:upload_to_image",
  ),
  rule("volume_extension:volume_actions:initialize_connection", OWNER_MEMBER, "Connect a volume to a host."),
  rule(
    "volume_extension:volume_actions:terminate_connection",
    OWNER_MEMBER,
    "Disconnect a volume from a host.",
  ),
  rule("volume_extension:volume_actions:roll_detaching", OWNER_MEMBER, "Call a detaching off."),
  rule("volume_extension:volume_actions:reserve", OWNER_MEMBER, "Reserve a volume."),
  rule("volume_extension:volume_actions:unreserve", OWNER_MEMBER, "Let a reserved volume go."),
  rule("volume_extension:volume_actions:begin_detaching", OWNER_MEMBER, "Begin to detach a volume."),
  rule("volume_extension:volume_actions:attach", OWNER_MEMBER, "Note that a volume is attached."),
  rule("volume_extension:volume_actions:detach", OWNER_MEMBER, "Note that a volume is detached."),
  rule("volume:attachment_create", OPEN_MEMBER, "Create an attachment."),
  rule("volume:attachment_update", OWNER_MEMBER, "Connect an attachment."),
  rule("volume:attachment_delete", OWNER_MEMBER, "Delete an attachment."),
  rule("volume:attachment_complete", OWNER_MEMBER, "Say that an attachment is complete."),
  rule("volume:multiattach_bootable_volume", OWNER_MEMBER, "Attach a bootable volume more than once."),
];

const SNAPSHOTS: PolicyRule[] = [
  rule("volume:get_all_snapshots", OWNER_READER, "List snapshots."),
  rule("volume:create_snapshot", OWNER_MEMBER, "Create a snapshot."),
  rule("volume:get_snapshot", OWNER_READER, "Show a snapshot."),
  rule("volume:update_snapshot", OWNER_MEMBER, "Change a snapshot's name or description."),
  rule("volume:delete_snapshot", OWNER_MEMBER, "Delete a snapshot."),
  rule(
    "volume_extension:extended_snapshot_attributes",
    OWNER_READER,
    "See a snapshot's project and progress.",
  ),
  rule("volume:get_snapshot_metadata", OWNER_READER, "Show a snapshot's metadata."),
  rule("volume:update_snapshot_metadata", OWNER_MEMBER, "Change a snapshot's metadata."),
  rule("volume:delete_snapshot_metadata", OWNER_MEMBER, "Remove an item of a snapshot's metadata."),
  rule("volume_extension:snapshot_admin_actions:reset_status", ADMIN, "Reset a snapshot's state."),
  rule("volume_extension:snapshot_admin_actions:force_delete", ADMIN, "Delete a snapshot by force."),
  rule(
    "snapshot_extension:snapshot_actions:update_snapshot_status",
    OPEN_MEMBER,
    "Report how a snapshot goes.",
  ),
  rule("volume_extension:list_manageable", ADMIN, "List what could be managed as a volume."),
  rule("volume_extension:volume_manage", ADMIN, "Manage existing storage as a volume."),
  rule("volume_extension:volume_unmanage", ADMIN, "Stop managing a volume."),
  rule("snapshot_extension:list_manageable", ADMIN, "List what could be managed as a snapshot."),
  rule("snapshot_extension:snapshot_manage", ADMIN, "Manage existing storage as a snapshot."),
  rule("snapshot_extension:snapshot_unmanage", ADMIN, "Stop managing a snapshot."),
];

const TYPES: PolicyRule[] = [
  rule("volume_extension:type_create", ADMIN, "Create a volume type.", "volume_extension:types_manage"),
  rule("volume_extension:type_update", ADMIN, "Change a volume type.", "volume_extension:types_manage"),
  rule("volume_extension:type_delete", ADMIN, "Delete a volume type.", "volume_extension:types_manage"),
  rule("volume_extension:type_get", OPEN_READER, "Show a volume type."),
  rule("volume_extension:type_get_all", OPEN_READER, "List volume types."),
  rule(
    "volume_extension:access_types_extra_specs",
    { check: "rule:xena_system_admin_or_project_reader", legacy: "rule:admin_api" },
    "See extra specs among a type's attributes.",
  ),
  rule("volume_extension:access_types_qos_specs_id", ADMIN, "See the QoS specs of a volume type."),
  rule(
    "volume_extension:types_extra_specs:index",
    OPEN_READER,
    "List extra specs.",
    "volume_extension:types_extra_specs",
  ),
  rule(
    "volume_extension:types_extra_specs:create",
    ADMIN,
    "Add extra specs.",
    "volume_extension:types_extra_specs",
  ),
  rule(
    "volume_extension:types_extra_specs:show",
    OPEN_READER,
    "Show an extra spec.",
    "volume_extension:types_extra_specs",
  ),
  rule(
    "volume_extension:types_extra_specs:read_sensitive",
    ADMIN,
    "See extra specs that tell of the deployment.",
  ),
  rule(
    "volume_extension:types_extra_specs:update",
    ADMIN,
    "Change an extra spec.",
    "volume_extension:types_extra_specs",
  ),
  rule(
    "volume_extension:types_extra_specs:delete",
    ADMIN,
    "Remove an extra spec.",
    "volume_extension:types_extra_specs",
  ),
  rule("volume_extension:volume_type_access", OWNER_MEMBER, "See whether a volume type is public."),
  rule("volume_extension:volume_type_access:addProjectAccess", ADMIN, "Let a project use a private type."),
  rule(
    "volume_extension:volume_type_access:removeProjectAccess",
    ADMIN,
    "Stop a project from using a private type.",
  ),
  rule(
    "volume_extension:volume_type_access:get_all_for_type",
    { check: "rule:admin_api", legacy: "volume_extension:volume_type_access" },
    "List who may use a private type.",
  ),
  rule("volume_extension:volume_type_encryption", ADMIN, "Former rule for all of a type's encryption."),
  rule("volume_extension:volume_type_encryption:create", ENCRYPTION_ADMIN, "Define a type's encryption."),
  rule("volume_extension:volume_type_encryption:get", ENCRYPTION_ADMIN, "Show a type's encryption."),
  rule("volume_extension:volume_type_encryption:update", ENCRYPTION_ADMIN, "Change a type's encryption."),
  rule("volume_extension:volume_type_encryption:delete", ENCRYPTION_ADMIN, "Remove a type's encryption."),
  rule("volume_extension:default_set_or_update", DEFAULT_TYPE_ADMIN, "Set a project's default type."),
  rule("volume_extension:default_get", DEFAULT_TYPE_ADMIN, "Show a project's default type."),
  rule(
    "volume_extension:default_get_all",
    { check: "rule:admin_api", legacy: "role:admin and system_scope:all" },
    "List the projects' default types.",
  ),
  rule("volume_extension:default_unset", DEFAULT_TYPE_ADMIN, "Unset a project's default type."),
  rule(
    "volume_extension:qos_specs_manage:get_all",
    ADMIN,
    "List QoS specs, or what they are associated with.",
    "volume_extension:qos_specs_manage",
  ),
  rule(
    "volume_extension:qos_specs_manage:get",
    ADMIN,
    "Show QoS specs.",
    "volume_extension:qos_specs_manage",
  ),
  rule(
    "volume_extension:qos_specs_manage:create",
    ADMIN,
    "Create QoS specs.",
    "volume_extension:qos_specs_manage",
  ),
  rule(
    "volume_extension:qos_specs_manage:update",
    ADMIN,
    "Change QoS specs and their associations.",
    "volume_extension:qos_specs_manage",
  ),
  rule(
    "volume_extension:qos_specs_manage:delete",
    ADMIN,
    "Delete QoS specs, or keys of them.",
    "volume_extension:qos_specs_manage",
  ),
];

const ADMINISTRATION: PolicyRule[] = [
  rule("volume_extension:quotas:show", OWNER_READER, "Show a project's quotas."),
  rule("volume_extension:quotas:update", ADMIN, "Change a project's quotas."),
  rule("volume_extension:quotas:delete", ADMIN, "Give a project the default quotas back."),
  rule("volume_extension:quota_classes:get", ADMIN, "Show a quota class.", "volume_extension:quota_classes"),
  rule(
    "volume_extension:quota_classes:update",
    ADMIN,
    "Change a quota class.",
    "volume_extension:quota_classes",
  ),
  rule("limits_extension:used_limits", OWNER_READER, "See usage among the limits."),
  rule("volume_extension:services:index", ADMIN, "List services."),
  rule("volume_extension:services:update", ADMIN, "Enable, disable, freeze and thaw services."),
  rule("volume_extension:hosts", ADMIN, "List and show hosts."),
  rule("volume_extension:capabilities", ADMIN, "Show what a back end can do."),
  rule("scheduler_extension:scheduler_stats:get_pools", ADMIN, "List pools."),
  rule("message:get_all", OWNER_READER, "List user messages."),
  rule("message:get", OWNER_READER, "Show a user message."),
  rule("message:delete", OWNER_MEMBER, "Delete a user message."),
  rule("volume:get_all_transfers", OWNER_READER, "List transfers."),
  rule("volume:create_transfer", OWNER_MEMBER, "Offer a volume to another project."),
  rule("volume:get_transfer", OWNER_READER, "Show a transfer."),
  rule("volume:accept_transfer", OPEN_MEMBER, "Accept a transfer."),
  rule("volume:delete_transfer", OWNER_MEMBER, "Withdraw a transfer."),
];

const GROUPS: PolicyRule[] = [
  rule("group:get_all", OWNER_READER, "List groups."),
  rule("group:create", OPEN_MEMBER, "Create a group."),
  rule("group:get", OWNER_READER, "Show a group."),
  rule("group:update", OWNER_MEMBER, "Change a group."),
  rule("group:delete", OWNER_MEMBER, "Delete a group."),
  rule("group:reset_status", ADMIN, "Reset a group's state."),
  rule("group:group_project_attribute", ADMIN, "See whose a group is."),
  rule("group:get_all_group_snapshots", OWNER_READER, "List group snapshots."),
  rule("group:create_group_snapshot", OPEN_MEMBER, "Create a group snapshot."),
  rule("group:get_group_snapshot", OWNER_READER, "Show a group snapshot."),
  rule("group:delete_group_snapshot", OWNER_MEMBER, "Delete a group snapshot."),
  rule("group:update_group_snapshot", OWNER_MEMBER, "Change a group snapshot."),
  rule("group:group_snapshot_project_attribute", ADMIN, "See whose a group snapshot is."),
  rule("group:reset_group_snapshot_status", ADMIN, "Reset a group snapshot's state."),
  rule("group:group_types:create", ADMIN, "Create a group type.", "group:group_types_manage"),
  rule("group:group_types:update", ADMIN, "Change a group type.", "group:group_types_manage"),
  rule("group:group_types:delete", ADMIN, "Delete a group type.", "group:group_types_manage"),
  rule("group:access_group_types_specs", ADMIN, "See specs among a group type's attributes."),
  rule("group:group_types_specs:get", ADMIN, "Show a group type's spec.", "group:group_types_specs"),
  rule("group:group_types_specs:get_all", ADMIN, "List a group type's specs.", "group:group_types_specs"),
  rule("group:group_types_specs:create", ADMIN, "Add specs to a group type.", "group:group_types_specs"),
  rule("group:group_types_specs:update", ADMIN, "Change a group type's spec.", "group:group_types_specs"),
  rule("group:group_types_specs:delete", ADMIN, "Remove a group type's spec.", "group:group_types_specs"),
];

const BACKUPS: PolicyRule[] = [
  rule("backup:get_all", OWNER_READER, "List backups."),
  rule("backup:backup_project_attribute", ADMIN, "See whose a backup is."),
  rule("backup:create", OPEN_MEMBER, "Make a backup."),
  rule("backup:get", OWNER_READER, "Show a backup."),
  rule("backup:update", OWNER_MEMBER, "Change a backup's name or description."),
  rule("backup:delete", OWNER_MEMBER, "Delete a backup."),
  rule("backup:restore", OWNER_MEMBER, "Restore a backup."),
  rule("backup:backup-import", ADMIN, "Import a backup record."),
  rule("backup:export-import", ADMIN, "Export a backup record."),
  rule("volume_extension:backup_admin_actions:reset_status", ADMIN, "Reset a backup's state."),
  rule("volume_extension:backup_admin_actions:force_delete", ADMIN, "Delete a backup by force."),
];

const CLUSTERS: PolicyRule[] = [
  rule("clusters:get_all", ADMIN, "List clusters."),
  rule("clusters:get", ADMIN, "Show a cluster."),
  rule("clusters:update", ADMIN, "Enable or disable a cluster."),
  rule("workers:cleanup", ADMIN, "Clean up what services left unfinished."),
  rule("volume:failover_host", ADMIN, "Let another back end take over."),
];

/** Cinder asks no policy for these; the name is ours, so that they can be closed all the same. */
const OPEN: PolicyRule[] = [
  rule("group:group_types:get", ANYONE, "List and show group types."),
  rule("volume_extension:availability_zones", ANYONE, "List availability zones."),
  rule("volume_extension:extensions", ANYONE, "List extensions."),
  rule("volume_extension:resource_filters", ANYONE, "List the filters of lists."),
  rule("volume_extension:versions", ANYONE, "Show the API's versions."),
  rule("volume_extension:limits", ANYONE, "Show limits."),
  rule("volume:attachment_get", OWNER_READER, "Show attachments."),
];

export const policies: readonly PolicyRule[] = [
  ...BASE,
  ...VOLUMES,
  ...ACTIONS,
  ...SNAPSHOTS,
  ...TYPES,
  ...ADMINISTRATION,
  ...GROUPS,
  ...CLUSTERS,
  ...BACKUPS,
  ...OPEN,
];
