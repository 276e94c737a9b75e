// Flavors, of all projects.

import { createFlavor, deleteFlavor, type Flavor, listFlavors } from "../../api/flavors.ts";
import { mebibytes, plural } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { YesNo } from "../../parts/badge.tsx";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { numberOf, openForm, textOf } from "../../parts/form.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";

export function FlavorsPage() {
  const flavors = useResource((signal) => listFlavors(true, signal), []);
  const { reload } = flavors;
  return (
    <Page title="Flavors">
      <Table
        label="Flavors"
        rows={flavors}
        rowId={({ id }) => id}
        rowName={({ name }) => name}
        columns={COLUMNS}
        actions={(flavor) => [{ label: "Delete Flavor", danger: true, run: () => remove([flavor], reload) }]}
        bulk={{
          label: "Delete Flavors",
          danger: true,
          run: remove,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => create(reload)}>
            Create Flavor
          </button>
        }
        empty="There are no flavors yet."
      />
    </Page>
  );
}

const COLUMNS: Column<Flavor>[] = [
  { title: "Name", value: ({ name }) => name, draw: ({ name }) => name },
  { title: "VCPUs", value: ({ vcpus }) => vcpus, draw: ({ vcpus }) => vcpus, figures: true },
  { title: "RAM", value: ({ ramMb }) => ramMb, draw: ({ ramMb }) => mebibytes(ramMb), figures: true },
  { title: "Root Disk", value: ({ diskGb }) => diskGb, draw: ({ diskGb }) => `${diskGb} GiB`, figures: true },
  {
    title: "Ephemeral Disk",
    value: ({ ephemeralGb }) => ephemeralGb,
    draw: ({ ephemeralGb }) => `${ephemeralGb} GiB`,
    figures: true,
  },
  {
    title: "Swap Disk",
    value: ({ swapMb }) => swapMb,
    draw: ({ swapMb }) => mebibytes(swapMb),
    figures: true,
  },
  { title: "ID", value: ({ id }) => id, draw: ({ id }) => <code>{id}</code> },
  {
    title: "Public",
    value: ({ isPublic }) => (isPublic ? "yes" : "no"),
    draw: ({ isPublic }) => <YesNo value={isPublic} />,
  },
];

function create(after: () => void): void {
  const figure = { kind: "number" as const, required: true, value: "0" };
  openForm({
    title: "Create Flavor",
    button: "Create Flavor",
    fields: [
      { name: "name", label: "Name", required: true },
      { name: "id", label: "ID", help: "Left empty, one is made." },
      { name: "vcpus", label: "VCPUs", ...figure, value: "1", min: 1 },
      { name: "ram", label: "RAM (MiB)", ...figure, value: "512", min: 1 },
      { name: "disk", label: "Root Disk (GiB)", ...figure },
      { name: "ephemeral", label: "Ephemeral Disk (GiB)", ...figure },
      { name: "swap", label: "Swap Disk (MiB)", ...figure },
      { name: "public", label: "Public", kind: "checkbox", value: true },
    ],
    submit: (values) =>
      createFlavor({
        id: textOf(values, "id"),
        name: textOf(values, "name"),
        vcpus: numberOf(values, "vcpus"),
        ramMb: numberOf(values, "ram"),
        diskGb: numberOf(values, "disk"),
        ephemeralGb: numberOf(values, "ephemeral"),
        swapMb: numberOf(values, "swap"),
        isPublic: values["public"] === true,
      }).then(after),
    done: (values) => `${textOf(values, "name")} was created.`,
  });
}

function remove(flavors: Flavor[], after: () => void): void {
  confirm({
    title: `Delete ${plural(flavors.length, "flavor")}?`,
    text: "Instances of it stay as they are.",
    names: flavors.map(({ name }) => name),
    button: "Delete Flavors",
    work: () => forEach(flavors, ({ id }) => deleteFlavor(id)).finally(after),
    done: `Deleted ${plural(flavors.length, "flavor")}.`,
  });
}
