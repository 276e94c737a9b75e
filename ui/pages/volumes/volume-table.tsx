import { listProjects } from "../../api/identity.ts";
import { listServers } from "../../api/servers.ts";
import type { Snapshot, Volume } from "../../api/volume.ts";
import type { Resource } from "../../core/resource.ts";
import { href } from "../../core/router.ts";
import { Badge, YesNo } from "../../parts/badge.tsx";
import type { MenuItem } from "../../parts/menu.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { useNames } from "../instances/list.tsx";
import { attach, create, detach, extend, removeVolumes, snapshot } from "./forms.tsx";
import { nameOf } from "./names.ts";

interface VolumeTableProps {
  volumes: Resource<Volume[]>;
  snapshots: Resource<Snapshot[]>;
  everybody: boolean;
}

const isFree = ({ status }: Volume) => status === "available" || status.startsWith("error");

export function VolumeTable({ volumes, snapshots, everybody }: VolumeTableProps) {
  const servers = useNames((signal) => listServers(everybody, signal), true);
  const { reload } = volumes;
  const both = () => {
    reload();
    snapshots.reload();
  };
  const projects = useNames(listProjects, everybody);
  const projectOf = (volume: Volume) => {
    const id = volume["os-vol-tenant-attr:tenant_id"] ?? "";
    return projects.get(id) ?? id;
  };
  const columns: (Column<Volume> | false)[] = [
    everybody && {
      title: "Project",
      value: projectOf,
      draw: projectOf,
    },
    everybody && {
      title: "Host",
      value: (volume) => volume["os-vol-host-attr:host"] ?? "",
      draw: (volume) => volume["os-vol-host-attr:host"] ?? "-",
    },
    { title: "Name", value: nameOf, draw: nameOf },
    { title: "Size", value: ({ size }) => size, draw: ({ size }) => `${size} GiB`, figures: true },
    { title: "Status", value: ({ status }) => status, draw: ({ status }) => <Badge state={status} /> },
    {
      title: "Type",
      value: (volume) => volume.volume_type ?? "",
      draw: (volume) => volume.volume_type ?? "-",
    },
    {
      title: "Attached To",
      value: ({ attachments }) => attachments.map(({ device }) => device).join(" "),
      draw: ({ attachments }) =>
        attachments.length === 0
          ? "-"
          : attachments.map(({ server_id, device }) => (
              <span key={server_id}>
                <code>{device}</code> on{" "}
                <a href={href(`/project/instances/${server_id}`)}>{servers.get(server_id) ?? server_id}</a>
              </span>
            )),
    },
    !everybody && {
      title: "Bootable",
      value: ({ bootable }) => bootable,
      draw: ({ bootable }) => <YesNo value={bootable === "true"} />,
    },
  ];
  const actionsOf = (volume: Volume): (MenuItem | false)[] => {
    const { status } = volume;
    const free = status === "available";
    return [
      free && { label: "Attach", run: () => void attach(volume, reload) },
      status === "in-use" && { label: "Detach", run: () => detach(volume, servers, reload) },
      (free || status === "in-use") && { label: "Create Snapshot", run: () => snapshot(volume, both) },
      free && { label: "Extend Volume", run: () => extend(volume, reload) },
      isFree(volume) && { label: "Delete Volume", danger: true, run: () => removeVolumes([volume], reload) },
    ];
  };
  return (
    <Table<Volume>
      label="Volumes"
      rows={volumes}
      rowId={({ id }) => id}
      rowName={nameOf}
      columns={columns.filter((column) => column !== false)}
      actions={actionsOf}
      bulk={{
        label: "Delete Volumes",
        danger: true,
        takes: isFree,
        run: removeVolumes,
      }}
      toolbar={
        !everybody && (
          <button type="button" class="button primary" onClick={() => void create(reload)}>
            Create Volume
          </button>
        )
      }
      empty="There are no volumes yet."
    />
  );
}
