// Placement's rules (placement/policies/*.py of Zed): what is the cloud's own business needs a token of system scope, once
// scopes are enforced.

import type { PolicyRule } from "../policy/enforcer.ts";

type Kind = Pick<PolicyRule, "check" | "legacy" | "scopes">;

/** Every new default had "admin in any project" before it. */
const LEGACY = "role:admin";
const ADMIN: Kind = { check: "rule:system_admin_api", scopes: ["system"] };
const READER: Kind = { check: "rule:system_reader_api", scopes: ["system"] };
const PROJECT_READER: Kind = { check: "rule:system_or_project_reader", scopes: ["system", "project"] };

function rule(name: string, kind: Kind, description: string): PolicyRule {
  return { name, ...kind, description };
}

const read = (name: string, description: string) => rule(`placement:${name}`, READER, description);
const write = (name: string, description: string) => rule(`placement:${name}`, ADMIN, description);

export const policies: readonly PolicyRule[] = [
  rule(
    "admin_api",
    { check: "role:admin", scopes: ["system"] },
    "The former default: an administrator, in any project.",
  ),
  rule(
    "system_admin_api",
    { check: "role:admin and system_scope:all", legacy: LEGACY },
    "Who may change things.",
  ),
  rule(
    "system_reader_api",
    { check: "role:reader and system_scope:all", legacy: LEGACY },
    "Who may read things.",
  ),
  rule(
    "project_reader_api",
    { check: "role:reader and project_id:%(project_id)s", legacy: LEGACY },
    "Who may read about a project.",
  ),
  rule(
    "system_or_project_reader",
    { check: "rule:system_reader_api or rule:project_reader_api", legacy: LEGACY },
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
  rule("placement:usages", PROJECT_READER, "Show what a project uses."),

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
