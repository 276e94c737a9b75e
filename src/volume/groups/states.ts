// When a group that is made from another, or from a snapshot of one, is there.

import type { Cinder } from "../cinder.ts";

/** It is `available`, or failed, when the last of its volumes is. Within the transaction that settled a volume. */
export function settleNewGroup(cinder: Cinder, groupId: string | null): void {
  const group = groupId === null ? null : cinder.store.groups.rows.get(groupId);
  const copied = group !== null && (group.group_snapshot_id !== null || group.source_group_id !== null);
  if (!copied || group.status !== "creating") return;
  const states = cinder.store.groups.volumesOf(group.id).map(({ status }) => status);
  if (states.some((status) => ["creating", "downloading"].includes(status))) return;
  cinder.store.groups.rows.update(group.id, { status: states.includes("error") ? "error" : "available" });
}
