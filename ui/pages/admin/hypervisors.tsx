// Hosts: what they have and what is taken of it; the compute services.

import {
  type ComputeService,
  type Hypervisor,
  listComputeServices,
  listHypervisors,
} from "../../api/hypervisors.ts";
import { age, mebibytes } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { Badge } from "../../parts/badge.tsx";
import { Gauge } from "../../parts/gauge.tsx";
import { Page, Tabs } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";

export function HypervisorsPage() {
  return (
    <Page title="Hypervisors">
      <Tabs
        label="Hypervisors"
        tabs={[
          { id: "hypervisors", label: "Hypervisors", draw: () => <Hypervisors /> },
          { id: "services", label: "Compute Services", draw: () => <ComputeServices /> },
        ]}
      />
    </Page>
  );
}

function Hypervisors() {
  const hosts = useResource(listHypervisors, []);
  const { data = [] } = hosts;
  const sum = (figure: (host: Hypervisor) => number) => data.reduce((total, host) => total + figure(host), 0);
  return (
    <>
      {data.length > 0 && (
        <section class="panel">
          <h2>Summary</h2>
          <div class="gauges">
            <Gauge
              label="VCPU Usage"
              used={sum((host) => host.vcpusUsed)}
              limit={sum((host) => host.vcpus)}
            />
            <Gauge
              label="Memory Usage"
              used={sum((host) => host.memoryMbUsed)}
              limit={sum((host) => host.memoryMb)}
              show={mebibytes}
            />
            <Gauge
              label="Local Disk Usage"
              used={sum((host) => host.localGbUsed)}
              limit={sum((host) => host.localGb)}
              show={(gb) => `${gb} GiB`}
            />
          </div>
        </section>
      )}
      <Table
        label="Hypervisors"
        rows={hosts}
        rowId={({ id }) => id}
        rowName={({ name }) => name}
        columns={HOST_COLUMNS}
        empty="There are no hypervisors."
      />
    </>
  );
}

const HOST_COLUMNS: Column<Hypervisor>[] = [
  { title: "Host Name", value: ({ name }) => name, draw: ({ name }) => name },
  { title: "Type", value: ({ type }) => type, draw: ({ type }) => type },
  { title: "State", value: ({ state }) => state, draw: ({ state }) => <Badge state={state} /> },
  { title: "Status", value: ({ status }) => status, draw: ({ status }) => <Badge state={status} /> },
  {
    title: "VCPUs",
    value: ({ vcpusUsed }) => vcpusUsed,
    draw: ({ vcpus, vcpusUsed }) => `${vcpusUsed} of ${vcpus}`,
    figures: true,
  },
  {
    title: "RAM",
    value: ({ memoryMbUsed }) => memoryMbUsed,
    draw: ({ memoryMb, memoryMbUsed }) => `${mebibytes(memoryMbUsed)} of ${mebibytes(memoryMb)}`,
    figures: true,
  },
  {
    title: "Local Storage",
    value: ({ localGbUsed }) => localGbUsed,
    draw: ({ localGb, localGbUsed }) => `${localGbUsed} of ${localGb} GiB`,
    figures: true,
  },
  {
    title: "Instances",
    value: ({ runningVms }) => runningVms,
    draw: ({ runningVms }) => runningVms,
    figures: true,
  },
];

function ComputeServices() {
  const services = useResource(listComputeServices, []);
  return (
    <Table
      label="Compute services"
      rows={services}
      rowId={({ id }) => id}
      rowName={({ binary, host }) => `${binary} on ${host}`}
      columns={SERVICE_COLUMNS}
      empty="There are no compute services."
    />
  );
}

const SERVICE_COLUMNS: Column<ComputeService>[] = [
  { title: "Name", value: ({ binary }) => binary, draw: ({ binary }) => <code>{binary}</code> },
  { title: "Host", value: ({ host }) => host, draw: ({ host }) => host },
  { title: "Zone", value: ({ zone }) => zone, draw: ({ zone }) => zone },
  { title: "Status", value: ({ status }) => status, draw: ({ status }) => <Badge state={status} /> },
  { title: "State", value: ({ state }) => state, draw: ({ state }) => <Badge state={state} /> },
  {
    title: "Last Updated",
    value: ({ updatedAt }) => updatedAt ?? "",
    draw: ({ updatedAt }) => (updatedAt ? `${age(updatedAt)} ago` : "-"),
  },
  {
    title: "Disabled Reason",
    value: ({ disabledReason }) => disabledReason ?? "",
    draw: ({ disabledReason }) => disabledReason ?? "",
    optional: true,
  },
];
