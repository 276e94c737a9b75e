// The account's containers.

import { type Container, createContainer, deleteContainer, listContainers } from "../api/object-store.ts";
import { bytes, plural } from "../core/format.ts";
import { useResource } from "../core/resource.ts";
import { href } from "../core/router.ts";
import { confirm, forEach } from "../parts/confirm.tsx";
import { openForm, textOf } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { type Column, Table } from "../parts/table.tsx";

export function ContainersPage() {
  const containers = useResource(listContainers, []);
  const { reload } = containers;
  return (
    <Page title="Containers">
      <Table
        label="Containers"
        rows={containers}
        rowId={({ name }) => name}
        rowName={({ name }) => name}
        columns={COLUMNS}
        actions={(one) => [{ label: "Delete Container", danger: true, run: () => remove([one], reload) }]}
        bulk={{
          label: "Delete Containers",
          danger: true,
          run: remove,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => create(reload)}>
            Create Container
          </button>
        }
        empty="This project has no containers yet."
      />
    </Page>
  );
}

const COLUMNS: Column<Container>[] = [
  {
    title: "Name",
    value: ({ name }) => name,
    draw: ({ name }) => <a href={href(`/project/containers/${encodeURIComponent(name)}`)}>{name}</a>,
  },
  { title: "Objects", value: ({ count }) => count, draw: ({ count }) => count, figures: true },
  { title: "Size", value: (one) => one.bytes, draw: (one) => bytes(one.bytes), figures: true },
];

function create(after: () => void): void {
  openForm({
    title: "Create Container",
    button: "Create Container",
    fields: [
      {
        name: "name",
        label: "Container Name",
        required: true,
        check: (value) => (String(value).includes("/") ? "A name has no slash." : null),
      },
      { name: "public", label: "Public: anybody may read it", kind: "checkbox" },
    ],
    submit: (values) => createContainer(textOf(values, "name"), values["public"] === true).then(after),
    done: (values) => `${textOf(values, "name")} was created.`,
  });
}

function remove(containers: Container[], after: () => void): void {
  confirm({
    title: `Delete ${plural(containers.length, "container")}?`,
    text: "Only empty containers can be deleted. This cannot be undone.",
    names: containers.map(({ name }) => name),
    button: "Delete Containers",
    work: () => forEach(containers, ({ name }) => deleteContainer(name)).finally(after),
    done: `Deleted ${plural(containers.length, "container")}.`,
  });
}
