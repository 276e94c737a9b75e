import type { Snapshot, Volume } from "../../api/volume.ts";
import type { Resource } from "../../core/resource.ts";
import { Badge } from "../../parts/badge.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { create, removeSnapshots } from "./forms.tsx";
import { nameOf } from "./names.ts";

interface SnapshotTableProps {
  snapshots: Resource<Snapshot[]>;
  volumes: Resource<Volume[]>;
}

export function SnapshotTable({ volumes, snapshots }: SnapshotTableProps) {
  const sources = new Map((volumes.data ?? []).map((volume) => [volume.id, nameOf(volume)]));
  const columns: Column<Snapshot>[] = [
    { title: "Name", value: nameOf, draw: nameOf },
    { title: "Size", value: ({ size }) => size, draw: ({ size }) => `${size} GiB`, figures: true },
    { title: "Status", value: ({ status }) => status, draw: ({ status }) => <Badge state={status} /> },
    {
      title: "Volume",
      value: ({ volume_id }) => sources.get(volume_id) ?? volume_id,
      draw: ({ volume_id }) => sources.get(volume_id) ?? <code>{volume_id}</code>,
    },
  ];
  const { reload } = snapshots;
  return (
    <Table<Snapshot>
      label="Volume snapshots"
      rows={snapshots}
      rowId={({ id }) => id}
      rowName={nameOf}
      columns={columns}
      actions={(one) => [
        one.status === "available" && { label: "Create Volume", run: () => void create(volumes.reload, one) },
        { label: "Delete Snapshot", danger: true, run: () => removeSnapshots([one], reload) },
      ]}
      bulk={{
        label: "Delete Snapshots",
        danger: true,
        run: removeSnapshots,
      }}
      empty="There are no volume snapshots yet."
    />
  );
}
