// Bodies and query parameters of quotas and limits. Authority: nova/api/openstack/compute/schemas/quota_*.py of Zed.

import { RESOURCES } from "../quotas/resources.ts";
import { boolean, multi } from "./parameter-types.ts";
import { query, quotaLimit, strict, text } from "./periphery.types.ts";

/** The network's quotas are no longer nova's since 2.36, in quota classes since 2.50. */
export const NETWORK_QUOTAS = ["fixed_ips", "floating_ips", "security_group_rules", "security_groups"];
/** Injected files are gone since 2.57. */
export const FILE_QUOTAS = ["injected_files", "injected_file_content_bytes", "injected_file_path_bytes"];

const limits = (without: readonly string[], more: Record<string, unknown> = {}) =>
  strict({
    ...Object.fromEntries(
      RESOURCES.filter((name) => !without.includes(name)).map((name) => [name, quotaLimit]),
    ),
    ...more,
  });

const wrap = (key: string, schema: unknown) => strict({ [key]: schema }, [key]);
const networks = { networks: quotaLimit };
const force = { force: boolean };
const without = [...NETWORK_QUOTAS, ...FILE_QUOTAS];

export const updateQuotaSet = [
  [1, wrap("quota_set", limits([], { ...networks, ...force }))],
  [36, wrap("quota_set", limits(NETWORK_QUOTAS, force))],
  [57, wrap("quota_set", limits(without, force))],
] as const;

export const updateQuotaClass = [
  [1, wrap("quota_class_set", limits([], networks))],
  [50, wrap("quota_class_set", limits(NETWORK_QUOTAS))],
  [57, wrap("quota_class_set", limits(without))],
] as const;

export const quotaQuery = query({ user_id: multi(text) });
export const limitsQuery = query({ tenant_id: multi(text) });
