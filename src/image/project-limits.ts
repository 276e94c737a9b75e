// Limits that the identity service keeps for each project (`use_keystone_limits`), in place of `user_storage_quota`. What
// has no limit there may not be used at all, as in oslo.limit. Authority: glance/quota/keystone.py of Zed, oslo_limit 1.6.

import { OverQuota } from "../core/errors.ts";
import type { Peers } from "../core/peers.ts";
import { identityPublic } from "../identity/public.ts";
import type { Usage } from "./store-usage.ts";

export type LimitName =
  | "image_size_total"
  | "image_stage_total"
  | "image_count_total"
  | "image_count_uploading";

const MIB = 2 ** 20;

class OverLimit extends OverQuota {
  constructor(projectId: string, name: LimitName, limit: number, usage: number, delta: number) {
    super(
      `The request returned a 413 Request Entity Too Large. This generally means that rate limiting or a quota threshold was breached.\n\nThe response body:\nProject ${projectId} is over a limit for [Resource ${name} is over limit of ${limit} due to current usage ${usage} and delta ${delta}]`,
    );
  }
}

export class ProjectLimits {
  #peers: Peers;
  #usage: Usage;
  readonly enabled: boolean;

  constructor(parts: { peers: Peers; usage: Usage; enabled: boolean }) {
    this.#peers = parts.peers;
    this.#usage = parts.usage;
    this.enabled = parts.enabled;
  }

  /** @param delta what is added to the usage. @throws OverQuota */
  enforce(projectId: string | null, name: LimitName, delta = 0): void {
    if (!this.enabled || projectId === null) return;
    const limit = this.#limits(projectId)[name] ?? 0;
    const usage = this.#used(projectId, name);
    if (limit >= 0 && usage + delta > limit) throw new OverLimit(projectId, name, limit, usage, delta);
  }

  /** Null while the limits are not in use. */
  report(projectId: string): Record<string, { usage: number; limit: number }> | null {
    if (!this.enabled) return null;
    const limits = this.#limits(projectId);
    const names = [
      "image_size_total",
      "image_stage_total",
      "image_count_total",
      "image_count_uploading",
    ] as const;
    return Object.fromEntries(
      names.map((name) => [name, { usage: this.#used(projectId, name), limit: limits[name] ?? 0 }]),
    );
  }

  #limits(projectId: string): Readonly<Record<string, number>> {
    return this.#peers.get(identityPublic).limits("image", projectId);
  }

  /** Sizes in MiB. */
  #used(projectId: string, name: LimitName): number {
    switch (name) {
      case "image_size_total":
        return Math.floor(this.#usage.storedBytes(projectId) / MIB);
      case "image_stage_total":
        return Math.floor(this.#usage.stagedBytes(projectId) / MIB);
      case "image_count_total":
        return this.#usage.images(projectId);
      case "image_count_uploading":
        return this.#usage.uploading(projectId);
    }
  }
}
