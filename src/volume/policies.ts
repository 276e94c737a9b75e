// Cinder's rules with the defaults that hold while "secure RBAC" is not enforced: what the deprecated rule allows is
// allowed too (cinder/policies/*.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";

const ADMIN = "rule:admin_api";
const OWNER = "rule:admin_or_owner";
const READER = "rule:xena_system_admin_or_project_reader";
const MEMBER = "rule:xena_system_admin_or_project_member";
const PROJECT_ADMIN = "rule:admin_api or rule:system_or_domain_or_project_admin";
const ANYONE = "";

function rule(name: string, check: string, description: string): PolicyRule {
  return { name, check, description };
}

const BASE: PolicyRule[] = [
  rule("context_is_admin", "role:admin", "Administrator."),
  rule("admin_api", "is_admin:True", "Calls for administrators."),
  rule(
    "admin_or_owner",
    "is_admin:True or project_id:%(project_id)s",
    "Administrator, or the project itself.",
  ),
  rule(
    "system_or_domain_or_project_admin",
    "(role:admin and system_scope:all) or (role:admin and domain_id:%(domain_id)s) or (role:admin and project_id:%(project_id)s)",
    "Administrator of the cloud, of a domain or of a project.",
  ),
  rule(
    "xena_system_admin_or_project_reader",
    "role:admin or is_admin:True or (role:reader and project_id:%(project_id)s)",
    "Administrator, or a reader of the project.",
  ),
  rule(
    "xena_system_admin_or_project_member",
    "role:admin or is_admin:True or (role:member and project_id:%(project_id)s)",
    "Administrator, or a member of the project.",
  ),
];

const VOLUMES: PolicyRule[] = [
  rule("volume:create", ANYONE, "Create a volume."),
  rule("volume:create_from_image", ANYONE, "Create a volume from an image."),
  rule("volume:get", OWNER, "Show a volume."),
  rule("volume:get_all", OWNER, "List volumes, or sum them up."),
  rule("volume:update", OWNER, "Change a volume's name, description or bootable flag."),
  rule("volume:delete", OWNER, "Delete a volume."),
  rule("volume:force_delete", ADMIN, "Delete a volume whatever its state."),
  rule("volume:multiattach", OWNER, "Create a volume that several servers may have at a time."),
  rule("volume_extension:volume_host_attribute", ADMIN, "See where a volume lies."),
  rule("volume_extension:volume_tenant_attribute", OWNER, "See whose a volume is."),
  rule("volume_extension:volume_mig_status_attribute", ADMIN, "See how a volume's migration goes."),
  rule("volume_extension:volume_encryption_metadata", OWNER, "See how a volume is encrypted."),
  rule("volume:get_volume_metadata", OWNER, "Show a volume's metadata."),
  rule("volume:create_volume_metadata", OWNER, "Add to a volume's metadata."),
  rule("volume:update_volume_metadata", OWNER, "Replace a volume's metadata, or one item of it."),
  rule("volume:delete_volume_metadata", OWNER, "Remove an item of a volume's metadata."),
  rule(
    "volume_extension:volume_image_metadata:show",
    OWNER,
    "See the metadata of the image a volume was made from.",
  ),
  rule("volume_extension:volume_image_metadata:set", OWNER, "Set a volume's image metadata."),
  rule("volume_extension:volume_image_metadata:remove", OWNER, "Remove from a volume's image metadata."),
  rule("volume:update_volume_admin_metadata", ADMIN, "Change what only the service sets of a volume."),
];

const ACTIONS: PolicyRule[] = [
  rule("volume:extend", OWNER, "Extend a volume."),
  rule("volume:extend_attached_volume", OWNER, "Extend a volume that is attached."),
  rule("volume:revert_to_snapshot", OWNER, "Take a volume back to its latest snapshot."),
  rule("volume:retype", OWNER, "Change a volume's type."),
  rule("volume:update_readonly_flag", OWNER, "Make a volume read-only, or no longer."),
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
  rule("volume_extension:volume_actions:upload_image", OWNER, "Upload a volume as an image."),
  rule("volume_extension:volume_actions:initialize_connection", OWNER, "Connect a volume to a host."),
  rule("volume_extension:volume_actions:terminate_connection", OWNER, "Disconnect a volume from a host."),
  rule("volume_extension:volume_actions:roll_detaching", OWNER, "Call a detaching off."),
  rule("volume_extension:volume_actions:reserve", OWNER, "Reserve a volume."),
  rule("volume_extension:volume_actions:unreserve", OWNER, "Let a reserved volume go."),
  rule("volume_extension:volume_actions:begin_detaching", OWNER, "Begin to detach a volume."),
  rule("volume_extension:volume_actions:attach", OWNER, "Note that a volume is attached."),
  rule("volume_extension:volume_actions:detach", OWNER, "Note that a volume is detached."),
  rule("volume:attachment_create", ANYONE, "Create an attachment."),
  rule("volume:attachment_update", OWNER, "Connect an attachment."),
  rule("volume:attachment_delete", OWNER, "Delete an attachment."),
  rule("volume:attachment_complete", OWNER, "Say that an attachment is complete."),
  rule("volume:multiattach_bootable_volume", OWNER, "Attach a bootable volume more than once."),
];

const SNAPSHOTS: PolicyRule[] = [
  rule("volume:get_all_snapshots", OWNER, "List snapshots."),
  rule("volume:create_snapshot", OWNER, "Create a snapshot."),
  rule("volume:get_snapshot", OWNER, "Show a snapshot."),
  rule("volume:update_snapshot", OWNER, "Change a snapshot's name or description."),
  rule("volume:delete_snapshot", OWNER, "Delete a snapshot."),
  rule("volume_extension:extended_snapshot_attributes", OWNER, "See a snapshot's project and progress."),
  rule("volume:get_snapshot_metadata", OWNER, "Show a snapshot's metadata."),
  rule("volume:update_snapshot_metadata", OWNER, "Change a snapshot's metadata."),
  rule("volume:delete_snapshot_metadata", OWNER, "Remove an item of a snapshot's metadata."),
  rule("volume_extension:snapshot_admin_actions:reset_status", ADMIN, "Reset a snapshot's state."),
  rule("volume_extension:snapshot_admin_actions:force_delete", ADMIN, "Delete a snapshot by force."),
  rule("snapshot_extension:snapshot_actions:update_snapshot_status", ANYONE, "Report how a snapshot goes."),
  rule("volume_extension:list_manageable", ADMIN, "List what could be managed as a volume."),
  rule("volume_extension:volume_manage", ADMIN, "Manage existing storage as a volume."),
  rule("volume_extension:volume_unmanage", ADMIN, "Stop managing a volume."),
  rule("snapshot_extension:list_manageable", ADMIN, "List what could be managed as a snapshot."),
  rule("snapshot_extension:snapshot_manage", ADMIN, "Manage existing storage as a snapshot."),
  rule("snapshot_extension:snapshot_unmanage", ADMIN, "Stop managing a snapshot."),
];

const TYPES: PolicyRule[] = [
  rule("volume_extension:type_create", ADMIN, "Create a volume type."),
  rule("volume_extension:type_update", ADMIN, "Change a volume type."),
  rule("volume_extension:type_delete", ADMIN, "Delete a volume type."),
  rule("volume_extension:type_get", ANYONE, "Show a volume type."),
  rule("volume_extension:type_get_all", ANYONE, "List volume types."),
  rule(
    "volume_extension:access_types_extra_specs",
    `${ADMIN} or ${READER}`,
    "See extra specs among a type's attributes.",
  ),
  rule("volume_extension:access_types_qos_specs_id", ADMIN, "See the QoS specs of a volume type."),
  rule("volume_extension:types_extra_specs:index", ANYONE, "List extra specs."),
  rule("volume_extension:types_extra_specs:create", ADMIN, "Add extra specs."),
  rule("volume_extension:types_extra_specs:show", ANYONE, "Show an extra spec."),
  rule(
    "volume_extension:types_extra_specs:read_sensitive",
    ADMIN,
    "See extra specs that tell of the deployment.",
  ),
  rule("volume_extension:types_extra_specs:update", ADMIN, "Change an extra spec."),
  rule("volume_extension:types_extra_specs:delete", ADMIN, "Remove an extra spec."),
  rule("volume_extension:volume_type_access", OWNER, "See whether a volume type is public."),
  rule("volume_extension:volume_type_access:addProjectAccess", ADMIN, "Let a project use a private type."),
  rule(
    "volume_extension:volume_type_access:removeProjectAccess",
    ADMIN,
    "Stop a project from using a private type.",
  ),
  rule("volume_extension:volume_type_access:get_all_for_type", ADMIN, "List who may use a private type."),
  rule("volume_extension:volume_type_encryption", ADMIN, "Former rule for all of a type's encryption."),
  rule(
    "volume_extension:volume_type_encryption:create",
    `${ADMIN} or rule:volume_extension:volume_type_encryption`,
    "Define a type's encryption.",
  ),
  rule(
    "volume_extension:volume_type_encryption:get",
    `${ADMIN} or rule:volume_extension:volume_type_encryption`,
    "Show a type's encryption.",
  ),
  rule(
    "volume_extension:volume_type_encryption:update",
    `${ADMIN} or rule:volume_extension:volume_type_encryption`,
    "Change a type's encryption.",
  ),
  rule(
    "volume_extension:volume_type_encryption:delete",
    `${ADMIN} or rule:volume_extension:volume_type_encryption`,
    "Remove a type's encryption.",
  ),
  rule("volume_extension:default_set_or_update", PROJECT_ADMIN, "Set a project's default type."),
  rule("volume_extension:default_get", PROJECT_ADMIN, "Show a project's default type."),
  rule("volume_extension:default_get_all", ADMIN, "List the projects' default types."),
  rule("volume_extension:default_unset", PROJECT_ADMIN, "Unset a project's default type."),
  rule(
    "volume_extension:qos_specs_manage:get_all",
    ADMIN,
    "List QoS specs, or what they are associated with.",
  ),
  rule("volume_extension:qos_specs_manage:get", ADMIN, "Show QoS specs."),
  rule("volume_extension:qos_specs_manage:create", ADMIN, "Create QoS specs."),
  rule("volume_extension:qos_specs_manage:update", ADMIN, "Change QoS specs and their associations."),
  rule("volume_extension:qos_specs_manage:delete", ADMIN, "Delete QoS specs, or keys of them."),
];

const ADMINISTRATION: PolicyRule[] = [
  rule("volume_extension:quotas:show", OWNER, "Show a project's quotas."),
  rule("volume_extension:quotas:update", ADMIN, "Change a project's quotas."),
  rule("volume_extension:quotas:delete", ADMIN, "Give a project the default quotas back."),
  rule("volume_extension:quota_classes:get", ADMIN, "Show a quota class."),
  rule("volume_extension:quota_classes:update", ADMIN, "Change a quota class."),
  rule("limits_extension:used_limits", OWNER, "See usage among the limits."),
  rule("volume_extension:services:index", ADMIN, "List services."),
  rule("volume_extension:services:update", ADMIN, "Enable, disable, freeze and thaw services."),
  rule("volume_extension:hosts", ADMIN, "List and show hosts."),
  rule("volume_extension:capabilities", ADMIN, "Show what a back end can do."),
  rule("scheduler_extension:scheduler_stats:get_pools", ADMIN, "List pools."),
  rule("message:get_all", OWNER, "List user messages."),
  rule("message:get", OWNER, "Show a user message."),
  rule("message:delete", OWNER, "Delete a user message."),
  rule("volume:get_all_transfers", OWNER, "List transfers."),
  rule("volume:create_transfer", OWNER, "Offer a volume to another project."),
  rule("volume:get_transfer", OWNER, "Show a transfer."),
  rule("volume:accept_transfer", ANYONE, "Accept a transfer."),
  rule("volume:delete_transfer", OWNER, "Withdraw a transfer."),
];

const GROUPS: PolicyRule[] = [
  rule("group:get_all", OWNER, "List groups."),
  rule("group:create", ANYONE, "Create a group."),
  rule("group:get", OWNER, "Show a group."),
  rule("group:update", OWNER, "Change a group."),
  rule("group:delete", OWNER, "Delete a group."),
  rule("group:reset_status", ADMIN, "Reset a group's state."),
  rule("group:group_project_attribute", ADMIN, "See whose a group is."),
  rule("group:get_all_group_snapshots", OWNER, "List group snapshots."),
  rule("group:create_group_snapshot", ANYONE, "Create a group snapshot."),
  rule("group:get_group_snapshot", OWNER, "Show a group snapshot."),
  rule("group:delete_group_snapshot", OWNER, "Delete a group snapshot."),
  rule("group:update_group_snapshot", OWNER, "Change a group snapshot."),
  rule("group:group_snapshot_project_attribute", ADMIN, "See whose a group snapshot is."),
  rule("group:reset_group_snapshot_status", ADMIN, "Reset a group snapshot's state."),
  rule("group:group_types:create", ADMIN, "Create a group type."),
  rule("group:group_types:update", ADMIN, "Change a group type."),
  rule("group:group_types:delete", ADMIN, "Delete a group type."),
  rule("group:access_group_types_specs", ADMIN, "See specs among a group type's attributes."),
  rule("group:group_types_specs:get", ADMIN, "Show a group type's spec."),
  rule("group:group_types_specs:get_all", ADMIN, "List a group type's specs."),
  rule("group:group_types_specs:create", ADMIN, "Add specs to a group type."),
  rule("group:group_types_specs:update", ADMIN, "Change a group type's spec."),
  rule("group:group_types_specs:delete", ADMIN, "Remove a group type's spec."),
];

/** Cinder asks no policy for these; the name is ours, so that they can be closed all the same. */
const OPEN: PolicyRule[] = [
  rule("group:group_types:get", ANYONE, "List and show group types."),
  rule("volume_extension:availability_zones", ANYONE, "List availability zones."),
  rule("volume_extension:extensions", ANYONE, "List extensions."),
  rule("volume_extension:resource_filters", ANYONE, "List the filters of lists."),
  rule("volume_extension:versions", ANYONE, "Show the API's versions."),
  rule("volume_extension:limits", ANYONE, "Show limits."),
  rule("volume:attachment_get", OWNER, "Show attachments."),
];

export const policies: readonly PolicyRule[] = [
  ...BASE,
  ...VOLUMES,
  ...ACTIONS,
  ...SNAPSHOTS,
  ...TYPES,
  ...ADMINISTRATION,
  ...GROUPS,
  ...OPEN,
];
