// Glance's rules (glance/policies/*.py of Zed). Ownership is checked by the service itself as well.

import type { PolicyRule } from "../policy/enforcer.ts";

type Kind = Pick<PolicyRule, "check" | "legacy" | "scopes">;

const scopes = ["project"] as const;
const LEGACY = "rule:default";
const ADMIN: Kind = { check: "role:admin", scopes };
const MEMBER: Kind = {
  check: "role:admin or (role:member and project_id:%(project_id)s)",
  legacy: LEGACY,
  scopes,
};
const READER: Kind = {
  check: "role:admin or (role:reader and project_id:%(project_id)s)",
  legacy: LEGACY,
  scopes,
};
/** The owner's project and the one an image is shared with. */
const SHARER: Kind = {
  check: "role:admin or role:reader and (project_id:%(project_id)s or project_id:%(member_id)s)",
  legacy: LEGACY,
  scopes,
};
const DEFAULT: Kind = { check: "rule:default", scopes };
const CACHE: Kind = { ...ADMIN, legacy: "rule:manage_image_cache" };
const METADEF_ADMIN: Kind = { check: "rule:metadef_admin", scopes };
const METADEF_READER: Kind = {
  check: "role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))",
  legacy: "rule:metadef_default",
  scopes,
};

function rule(name: string, kind: Kind, description: string): PolicyRule {
  return { name, ...kind, description };
}

export const policies: readonly PolicyRule[] = [
  rule("default", { check: "", legacy: "role:admin" }, "Rules that are not listed in a policy file."),
  rule("context_is_admin", { check: "role:admin" }, "Who sees and changes every project's images."),

  rule(
    "add_image",
    {
      check: "role:admin or (role:member and project_id:%(project_id)s and project_id:%(owner)s)",
      legacy: "rule:default",
      scopes: ["project"],
    },
    "Create an image.",
  ),
  rule("delete_image", MEMBER, "Delete an image."),
  rule(
    "get_image",
    {
      check:
        "role:admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))",
      legacy: "rule:default",
      scopes: ["project"],
    },
    "Show an image; asked for each image of a list.",
  ),
  rule("get_images", READER, "List images."),
  rule("modify_image", MEMBER, "Change an image."),
  rule("publicize_image", ADMIN, "Make an image public."),
  rule("communitize_image", MEMBER, "Make an image a community image."),
  rule(
    "download_image",
    {
      check:
        "role:admin or (role:member and (project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))",
      legacy: "rule:default",
      scopes: ["project"],
    },
    "Download an image's data.",
  ),
  rule("upload_image", MEMBER, "Upload an image's data."),
  rule(
    "delete_image_location",
    { check: "role:admin", legacy: "rule:default", scopes: ["project"] },
    "Remove a location of an image.",
  ),
  rule("get_image_location", READER, "See an image's locations."),
  rule("set_image_location", MEMBER, "Add or change a location of an image."),
  rule("add_member", MEMBER, "Share an image with a project."),
  rule("delete_member", MEMBER, "End the sharing of an image."),
  rule("get_member", SHARER, "Show whom an image is shared with."),
  rule("get_members", SHARER, "List whom an image is shared with."),
  rule(
    "modify_member",
    {
      check: "role:admin or (role:member and project_id:%(member_id)s)",
      legacy: "rule:default",
      scopes: ["project"],
    },
    "Accept or reject a shared image.",
  ),
  rule("manage_image_cache", ADMIN, "Manage the image cache."),
  rule("deactivate", MEMBER, "Deactivate an image."),
  rule("reactivate", MEMBER, "Reactivate an image."),
  rule("copy_image", ADMIN, "Copy an image to other stores."),
  rule("stores_info_detail", ADMIN, "Show the stores with their settings."),

  rule("get_task", DEFAULT, "Show a task, within the service."),
  rule("get_tasks", DEFAULT, "List tasks, within the service."),
  rule("add_task", DEFAULT, "Create a task, within the service."),
  rule("modify_task", DEFAULT, "Not used."),
  rule("copy_from", DEFAULT, "Have version 1 fetch an image's data from an address."),
  rule("tasks_api_access", ADMIN, "Use the tasks API."),

  rule("cache_image", CACHE, "Queue an image for caching."),
  rule("cache_list", CACHE, "List the cache."),
  rule("cache_delete", CACHE, "Remove images from the cache."),

  rule("metadef_default", { check: "" }, "Who may read metadata definitions."),
  rule("metadef_admin", { check: "role:admin" }, "Who may write metadata definitions."),
  rule("get_metadef_namespace", METADEF_READER, "Show a namespace."),
  rule(
    "get_metadef_namespaces",
    {
      check: "role:admin or (role:reader and project_id:%(project_id)s)",
      legacy: "rule:metadef_default",
      scopes: ["project"],
    },
    "List namespaces.",
  ),
  rule("modify_metadef_namespace", METADEF_ADMIN, "Change a namespace."),
  rule("add_metadef_namespace", METADEF_ADMIN, "Create a namespace."),
  rule("delete_metadef_namespace", METADEF_ADMIN, "Delete a namespace."),
  rule("get_metadef_object", METADEF_READER, "Show an object."),
  rule("get_metadef_objects", METADEF_READER, "List objects."),
  rule("modify_metadef_object", METADEF_ADMIN, "Change an object."),
  rule("add_metadef_object", METADEF_ADMIN, "Create an object."),
  rule("delete_metadef_object", METADEF_ADMIN, "Delete an object."),
  rule("list_metadef_resource_types", METADEF_READER, "List resource types."),
  rule("get_metadef_resource_type", METADEF_READER, "Show the resource types of a namespace."),
  rule("add_metadef_resource_type_association", METADEF_ADMIN, "Associate a resource type."),
  rule("remove_metadef_resource_type_association", METADEF_ADMIN, "End an association."),
  rule("get_metadef_property", METADEF_READER, "Show a property."),
  rule("get_metadef_properties", METADEF_READER, "List properties."),
  rule("modify_metadef_property", METADEF_ADMIN, "Change a property."),
  rule("add_metadef_property", METADEF_ADMIN, "Create a property."),
  rule("remove_metadef_property", METADEF_ADMIN, "Delete a property."),
  rule("get_metadef_tag", METADEF_READER, "Show a tag."),
  rule("get_metadef_tags", METADEF_READER, "List tags."),
  rule("modify_metadef_tag", METADEF_ADMIN, "Change a tag."),
  rule("add_metadef_tag", METADEF_ADMIN, "Create a tag."),
  rule("add_metadef_tags", METADEF_ADMIN, "Replace a namespace's tags."),
  rule("delete_metadef_tag", METADEF_ADMIN, "Delete a tag."),
  rule("delete_metadef_tags", METADEF_ADMIN, "Delete all tags of a namespace."),
];
