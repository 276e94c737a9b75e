// What the project has of what it may have; for administrators, how the cloud is as well.

import { computeLimits } from "../api/compute.ts";
import { networkQuota } from "../api/network.ts";
import { volumeLimits } from "../api/volume.ts";
import { COMPUTE, NETWORK, offers, VOLUME } from "../core/catalog.ts";
import { mebibytes, plural } from "../core/format.ts";
import { type Resource, useResource } from "../core/resource.ts";
import { href } from "../core/router.ts";
import { useSession } from "../core/session.ts";
import { useWindows } from "../layout/windows.ts";
import { Gauge } from "../parts/gauge.tsx";
import { Page } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { UsageReport } from "./usage.tsx";

export function OverviewPage() {
  const { isAdmin, project, services } = useSession();
  const has = (kind: readonly string[]) => offers(services, kind);
  return (
    <Page title="Overview" aside={<span class="muted">Project {project.name}</span>}>
      {isAdmin && <CloudPanel />}
      <div class="panels">
        {has(COMPUTE) && <ComputePanel />}
        {has(VOLUME) && <VolumePanel />}
      </div>
      {has(NETWORK) && <NetworkPanel />}
      {has(COMPUTE) && <UsageReport />}
    </Page>
  );
}

interface Figure {
  label: string;
  used: number;
  limit: number;
  show?: (figure: number) => string;
}

function Panel<T>({
  title,
  from,
  figures,
}: {
  title: string;
  from: Resource<T>;
  figures(data: T): Figure[];
}) {
  return (
    <section class="panel">
      <h2>{title}</h2>
      {from.error && <Problem text={from.error} retry={from.reload} />}
      {(from.data || !from.error) && (
        <div class="gauges">
          {from.data && figures(from.data).map((one) => <Gauge key={one.label} {...one} />)}
        </div>
      )}
    </section>
  );
}

function ComputePanel() {
  return (
    <Panel
      title="Compute"
      from={useResource(computeLimits, [])}
      figures={(limits) => [
        { label: "Instances", used: limits.totalInstancesUsed, limit: limits.maxTotalInstances },
        { label: "VCPUs", used: limits.totalCoresUsed, limit: limits.maxTotalCores },
        { label: "RAM", used: limits.totalRAMUsed, limit: limits.maxTotalRAMSize, show: mebibytes },
      ]}
    />
  );
}

function VolumePanel() {
  return (
    <Panel
      title="Volume"
      from={useResource(volumeLimits, [])}
      figures={(limits) => [
        { label: "Volumes", used: limits.totalVolumesUsed, limit: limits.maxTotalVolumes },
        { label: "Volume Snapshots", used: limits.totalSnapshotsUsed, limit: limits.maxTotalSnapshots },
        {
          label: "Volume Storage",
          used: limits.totalGigabytesUsed,
          limit: limits.maxTotalVolumeGigabytes,
          show: (gb) => `${gb} GiB`,
        },
      ]}
    />
  );
}

const NETWORK_FIGURES: [string, string][] = [
  ["floatingip", "Floating IPs"],
  ["security_group", "Security Groups"],
  ["security_group_rule", "Security Group Rules"],
  ["network", "Networks"],
  ["port", "Ports"],
  ["router", "Routers"],
];

function NetworkPanel() {
  return (
    <Panel
      title="Network"
      from={useResource(networkQuota, [])}
      figures={(quota) =>
        NETWORK_FIGURES.flatMap(([name, label]) => {
          const found = quota[name];
          return found ? [{ label, used: found.used, limit: found.limit }] : [];
        })
      }
    />
  );
}

function CloudPanel() {
  const { data } = useWindows();
  if (!data) return null;
  const down = data.services.filter(({ state }) => state !== "running");
  return (
    <section class="panel cloud">
      <h2>Cloud</h2>
      <p>
        <a href={href("/admin/services")}>
          {down.length === 0
            ? `All ${plural(data.services.length, "service")} running`
            : `${plural(down.length, "service")} not running: ${down.map(({ window }) => window).join(", ")}`}
        </a>
        . Compute driver <strong>{data.driver.name}</strong> <span class="muted">({data.driver.reason})</span>
      </p>
    </section>
  );
}
