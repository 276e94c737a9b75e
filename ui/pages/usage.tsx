// The usage report of the overview: a time, what was used in it, by which instances, as a table and as CSV.

import { useState } from "preact/hooks";
import { projectUsage, type ServerUsage, type Usage } from "../api/usage.ts";
import { download } from "../core/download.ts";
import { mebibytes } from "../core/format.ts";
import { useResource } from "../core/resource.ts";
import { useSession } from "../core/session.ts";
import { Badge } from "../parts/badge.tsx";
import { type Column, Table } from "../parts/table.tsx";

const today = () => new Date().toISOString().slice(0, 10);

export function UsageReport() {
  const { project } = useSession();
  const [asked, setAsked] = useState(() => ({ from: `${today().slice(0, 8)}01`, to: today() }));
  const [typed, setTyped] = useState(asked);
  const { data, ...rest } = useResource(
    (signal) => projectUsage(asked.from, asked.to, signal),
    [asked.from, asked.to],
    { everyMs: null },
  );
  const day = (name: "from" | "to", label: string) => (
    <label>
      {label}{" "}
      <input
        type="date"
        required
        value={typed[name]}
        onInput={({ currentTarget: { value } }) => setTyped((old) => ({ ...old, [name]: value }))}
      />
    </label>
  );
  return (
    <section class="panel">
      <h2>Usage</h2>
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(typed);
        }}
      >
        {day("from", "From")}
        {day("to", "To")}
        <button type="submit" class="button">
          Submit
        </button>
        <span class="spring" />
        {data && (
          <span class="muted">
            VCPU-Hours {data.vcpuHours.toFixed(2)}, GiB-Hours {data.diskGbHours.toFixed(2)}, RAM MiB-Hours{" "}
            {data.memoryMbHours.toFixed(2)}
          </span>
        )}
      </form>
      <Table
        label="Usage"
        rows={{ ...rest, data: data?.servers }}
        rowId={({ id }) => id}
        rowName={({ name }) => name}
        columns={COLUMNS}
        toolbar={
          <button
            type="button"
            class="button"
            disabled={!data}
            onClick={() => data && download("usage.csv", csvOf(project.id, asked, data), "text/csv")}
          >
            Download CSV Summary
          </button>
        }
        empty="Nothing was used in this time."
      />
    </section>
  );
}

const COLUMNS: Column<ServerUsage>[] = [
  { title: "Instance Name", value: ({ name }) => name, draw: ({ name }) => name },
  { title: "VCPUs", value: ({ vcpus }) => vcpus, draw: ({ vcpus }) => vcpus, figures: true },
  { title: "Disk", value: ({ diskGb }) => diskGb, draw: ({ diskGb }) => `${diskGb} GiB`, figures: true },
  {
    title: "RAM",
    value: ({ memoryMb }) => memoryMb,
    draw: ({ memoryMb }) => mebibytes(memoryMb),
    figures: true,
  },
  { title: "Hours", value: ({ hours }) => hours, draw: ({ hours }) => hours.toFixed(2), figures: true },
  { title: "State", value: ({ state }) => state, draw: ({ state }) => <Badge state={state} /> },
];

/** Horizon's rows (openstack_dashboard/usage/views.py and usage.csv). */
function csvOf(project: string, { from, to }: { from: string; to: string }, usage: Usage): string {
  const rows: (string | number)[][] = [
    ["Usage Report For Period:", from, to],
    ["Project ID:", project],
    ["VCPU-Hours Used:", usage.vcpuHours.toFixed(2)],
    ["RAM MiB-Hours Used:", usage.memoryMbHours.toFixed(2)],
    ["Disk GiB-Hours Used:", usage.diskGbHours.toFixed(2)],
    [],
    ["Instance Name", "VCPUs", "RAM (MiB)", "Disk (GiB)", "Usage (Hours)", "Age (Seconds)", "State"],
    ...usage.servers.map((one) => [
      one.name,
      one.vcpus,
      one.memoryMb,
      one.diskGb,
      one.hours.toFixed(2),
      one.uptimeSeconds,
      one.state,
    ]),
  ];
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

/** A name that begins as a formula stays a name. */
function csvCell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
