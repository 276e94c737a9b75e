// Volumes and their snapshots, of the project or of everybody.

import { listSnapshots, listVolumes } from "../../api/volume.ts";
import { useResource } from "../../core/resource.ts";
import { Page, Tabs } from "../../parts/page.tsx";
import { SnapshotTable } from "./snapshot-table.tsx";
import { VolumeTable } from "./volume-table.tsx";

const SETTLED = ["available", "in-use", "error", "error_deleting", "error_extending"];
const changing = (rows: { status: string }[]) => rows.some(({ status }) => !SETTLED.includes(status));

export function VolumesPage({ everybody }: { everybody: boolean }) {
  const volumes = useResource((signal) => listVolumes(everybody, signal), [everybody], { changing });
  const snapshots = useResource((signal) => listSnapshots(everybody, signal), [everybody], { changing });
  return (
    <Page title={everybody ? "All Volumes" : "Volumes"}>
      <Tabs
        label="Volumes"
        tabs={[
          {
            id: "volumes",
            label: "Volumes",
            draw: () => <VolumeTable volumes={volumes} snapshots={snapshots} everybody={everybody} />,
          },
          {
            id: "snapshots",
            label: "Snapshots",
            draw: () => <SnapshotTable snapshots={snapshots} volumes={volumes} />,
          },
        ]}
      />
    </Page>
  );
}
