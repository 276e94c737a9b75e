// Placement's rules with the defaults that hold while scopes are not enforced: the deprecated rule, "admin in any
// project", is allowed beside each new one (placement/policies/*.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";

const ADMIN = "rule:system_admin_api";
const READER = "rule:system_reader_api";

function rule(name: string, check: string, description: string): PolicyRule {
  return { name, check, description };
}

const read = (name: string, description: string) => rule(`placement:${name}`, READER, description);
const write = (name: string, description: string) => rule(`placement:${name}`, ADMIN, description);

export const policies: readonly PolicyRule[] = [
  rule("admin_api", "role:admin", "Administrator, in any project."),
  rule("system_admin_api", "(role:admin and system_scope:all) or rule:admin_api", "Who may change things."),
  rule("system_reader_api", "(role:reader and system_scope:all) or rule:admin_api", "Who may read things."),
  rule(
    "project_reader_api",
    "(role:reader and project_id:%(project_id)s) or rule:admin_api",
    "Who may read about a project.",
  ),
  rule(
    "system_or_project_reader",
    "rule:system_reader_api or rule:project_reader_api",
    "Who may read about a project or everything.",
  ),

  read("resource_providers:list", "List resource providers."),
  write("resource_providers:create", "Create a resource provider."),
  read("resource_providers:show", "Show a resource provider."),
  write("resource_providers:update", "Update a resource provider."),
  write("resource_providers:delete", "Delete a resource provider."),

  read("resource_classes:list", "List resource classes."),
  write("resource_classes:create", "Create a resource class."),
  read("resource_classes:show", "Show a resource class."),
  write("resource_classes:update", "Update or create a resource class."),
  write("resource_classes:delete", "Delete a resource class."),

  read("resource_providers:inventories:list", "List the inventories of a provider."),
  write("resource_providers:inventories:create", "Create an inventory."),
  read("resource_providers:inventories:show", "Show an inventory."),
  write("resource_providers:inventories:update", "Update inventories."),
  write("resource_providers:inventories:delete", "Delete inventories."),

  read("resource_providers:aggregates:list", "List the aggregates of a provider."),
  write("resource_providers:aggregates:update", "Set the aggregates of a provider."),

  read("resource_providers:usages", "Show what is used of a provider."),
  rule("placement:usages", "rule:system_or_project_reader", "Show what a project uses."),

  read("traits:list", "List traits."),
  read("traits:show", "Show a trait."),
  write("traits:update", "Create a trait."),
  write("traits:delete", "Delete a trait."),
  read("resource_providers:traits:list", "List the traits of a provider."),
  write("resource_providers:traits:update", "Set the traits of a provider."),
  write("resource_providers:traits:delete", "Remove the traits of a provider."),

  write("allocations:manage", "Replace the allocations of several consumers."),
  read("allocations:list", "List the allocations of a consumer."),
  write("allocations:update", "Replace the allocations of a consumer."),
  write("allocations:delete", "Delete the allocations of a consumer."),
  read("resource_providers:allocations:list", "List the allocations from a provider."),

  read("allocation_candidates:list", "List allocation candidates."),
  write("reshaper:reshape", "Move inventories and allocations at once."),
];
