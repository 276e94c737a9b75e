// What there are quotas for, in the order of the API. Authority: nova/quota.py of Zed.

import type { Values } from "../../config/keys.ts";
import type { quotaSection } from "../config-periphery.ts";

export const RESOURCES = [
  "cores",
  "fixed_ips",
  "floating_ips",
  "injected_file_content_bytes",
  "injected_file_path_bytes",
  "injected_files",
  "instances",
  "key_pairs",
  "metadata_items",
  "ram",
  "security_group_rules",
  "security_groups",
  "server_group_members",
  "server_groups",
] as const;

export type Resource = (typeof RESOURCES)[number];
export type Limits = Record<Resource, number>;

export const UNLIMITED = -1;

export function isResource(name: string): name is Resource {
  return (RESOURCES as readonly string[]).includes(name);
}

/** The limits of a project nobody has set any for. */
export function configuredLimits(settings: Values<typeof quotaSection>): Limits {
  return Object.fromEntries(
    RESOURCES.map((name) => [name, settings[`QUOTA_${name.toUpperCase()}` as keyof typeof settings]]),
  ) as Limits;
}
