// Glance's rules with the defaults that hold while "secure RBAC" is not enforced: what the deprecated rule allows is
// allowed too, and ownership is checked by the service itself (glance/policies/*.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";

const DEFAULT = "rule:default";
const ADMIN = "role:admin";
const METADEF_DEFAULT = "rule:metadef_default";
const METADEF_ADMIN = "rule:metadef_admin";

function rule(name: string, check: string, description: string): PolicyRule {
  return { name, check, description };
}

export const policies: readonly PolicyRule[] = [
  rule("default", "", "Rules that are not listed in a policy file."),
  rule("context_is_admin", ADMIN, "Who sees and changes every project's images."),

  rule("add_image", DEFAULT, "Create an image."),
  rule("delete_image", DEFAULT, "Delete an image."),
  rule("get_image", DEFAULT, "Show an image; asked for each image of a list."),
  rule("get_images", DEFAULT, "List images."),
  rule("modify_image", DEFAULT, "Change an image."),
  rule("publicize_image", ADMIN, "Make an image public."),
  rule("communitize_image", DEFAULT, "Make an image a community image."),
  rule("download_image", DEFAULT, "Download an image's data."),
  rule("upload_image", DEFAULT, "Upload an image's data."),
  rule("delete_image_location", DEFAULT, "Remove a location of an image."),
  rule("get_image_location", DEFAULT, "See an image's locations."),
  rule("set_image_location", DEFAULT, "Add or change a location of an image."),
  rule("add_member", DEFAULT, "Share an image with a project."),
  rule("delete_member", DEFAULT, "End the sharing of an image."),
  rule("get_member", DEFAULT, "Show whom an image is shared with."),
  rule("get_members", DEFAULT, "List whom an image is shared with."),
  rule("modify_member", DEFAULT, "Accept or reject a shared image."),
  rule("manage_image_cache", ADMIN, "Manage the image cache."),
  rule("deactivate", DEFAULT, "Deactivate an image."),
  rule("reactivate", DEFAULT, "Reactivate an image."),
  rule("copy_image", ADMIN, "Copy an image to other stores."),
  rule("stores_info_detail", ADMIN, "Show the stores with their settings."),

  rule("get_task", DEFAULT, "Show a task, within the service."),
  rule("get_tasks", DEFAULT, "List tasks, within the service."),
  rule("add_task", DEFAULT, "Create a task, within the service."),
  rule("modify_task", DEFAULT, "Not used."),
  rule("tasks_api_access", ADMIN, "Use the tasks API."),

  rule("cache_image", "rule:manage_image_cache", "Queue an image for caching."),
  rule("cache_list", "rule:manage_image_cache", "List the cache."),
  rule("cache_delete", "rule:manage_image_cache", "Remove images from the cache."),

  rule("metadef_default", "", "Who may read metadata definitions."),
  rule("metadef_admin", ADMIN, "Who may write metadata definitions."),
  rule("get_metadef_namespace", METADEF_DEFAULT, "Show a namespace."),
  rule("get_metadef_namespaces", METADEF_DEFAULT, "List namespaces."),
  rule("modify_metadef_namespace", METADEF_ADMIN, "Change a namespace."),
  rule("add_metadef_namespace", METADEF_ADMIN, "Create a namespace."),
  rule("delete_metadef_namespace", METADEF_ADMIN, "Delete a namespace."),
  rule("get_metadef_object", METADEF_DEFAULT, "Show an object."),
  rule("get_metadef_objects", METADEF_DEFAULT, "List objects."),
  rule("modify_metadef_object", METADEF_ADMIN, "Change an object."),
  rule("add_metadef_object", METADEF_ADMIN, "Create an object."),
  rule("delete_metadef_object", METADEF_ADMIN, "Delete an object."),
  rule("list_metadef_resource_types", METADEF_DEFAULT, "List resource types."),
  rule("get_metadef_resource_type", METADEF_DEFAULT, "Show the resource types of a namespace."),
  rule("add_metadef_resource_type_association", METADEF_ADMIN, "Associate a resource type."),
  rule("remove_metadef_resource_type_association", METADEF_ADMIN, "End an association."),
  rule("get_metadef_property", METADEF_DEFAULT, "Show a property."),
  rule("get_metadef_properties", METADEF_DEFAULT, "List properties."),
  rule("modify_metadef_property", METADEF_ADMIN, "Change a property."),
  rule("add_metadef_property", METADEF_ADMIN, "Create a property."),
  rule("remove_metadef_property", METADEF_ADMIN, "Delete a property."),
  rule("get_metadef_tag", METADEF_DEFAULT, "Show a tag."),
  rule("get_metadef_tags", METADEF_DEFAULT, "List tags."),
  rule("modify_metadef_tag", METADEF_ADMIN, "Change a tag."),
  rule("add_metadef_tag", METADEF_ADMIN, "Create a tag."),
  rule("add_metadef_tags", METADEF_ADMIN, "Replace a namespace's tags."),
  rule("delete_metadef_tag", METADEF_ADMIN, "Delete a tag."),
  rule("delete_metadef_tags", METADEF_ADMIN, "Delete all tags of a namespace."),
];
