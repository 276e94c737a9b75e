// What is in a container, a pseudo-folder at a time.

import { deleteObject, type Entry, listObjects, readObject, uploadObject } from "../api/object-store.ts";
import { saveBlob } from "../core/download.ts";
import { attempt } from "../core/flash.ts";
import { bytes, dateTime, plural } from "../core/format.ts";
import { useResource } from "../core/resource.ts";
import { href, place } from "../core/router.ts";
import { useStore } from "../core/store.ts";
import { confirm, forEach } from "../parts/confirm.tsx";
import { openForm, textOf } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { type Column, Table } from "../parts/table.tsx";

export function ObjectsPage({ container }: { container: string }) {
  const prefix = useStore(place).query.get("prefix") ?? "";
  const entries = useResource((signal) => listObjects(container, prefix, signal), [container, prefix]);
  const { reload } = entries;
  return (
    <Page title={container} above={{ label: "Containers", to: "/project/containers" }}>
      {prefix && <Trail container={container} prefix={prefix} />}
      <Table
        label="Objects"
        rows={entries}
        rowId={keyOf}
        rowName={keyOf}
        columns={columnsOf(container, prefix)}
        actions={(entry) =>
          "object" in entry
            ? [
                { label: "Download", run: () => void fetchObject(container, entry.object.name) },
                { label: "Delete Object", danger: true, run: () => remove(container, [entry], reload) },
              ]
            : []
        }
        bulk={{
          label: "Delete Objects",
          danger: true,
          takes: (entry) => "object" in entry,
          run: (rows, after) => remove(container, rows, after),
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => upload(container, prefix, reload)}>
            Upload Object
          </button>
        }
        empty="Nothing is here yet."
      />
    </Page>
  );
}

function address(container: string, prefix: string): string {
  const path = `/project/containers/${encodeURIComponent(container)}`;
  return href(prefix ? `${path}?prefix=${encodeURIComponent(prefix)}` : path);
}

/** The folders above this one. */
function Trail({ container, prefix }: { container: string; prefix: string }) {
  const parts = prefix.split("/").slice(0, -1);
  return (
    <p class="trail">
      <a href={address(container, "")}>{container}</a>
      {parts.map((part, i) => {
        const upTo = `${parts.slice(0, i + 1).join("/")}/`;
        return (
          <span key={upTo}>
            {" / "}
            {i === parts.length - 1 ? part : <a href={address(container, upTo)}>{part}</a>}
          </span>
        );
      })}
    </p>
  );
}

function keyOf(entry: Entry): string {
  return "folder" in entry ? entry.folder : entry.object.name;
}

function columnsOf(container: string, prefix: string): Column<Entry>[] {
  const shown = (entry: Entry) => keyOf(entry).slice(prefix.length);
  return [
    {
      title: "Name",
      value: shown,
      draw: (entry) =>
        "folder" in entry ? <a href={address(container, entry.folder)}>{shown(entry)}</a> : shown(entry),
    },
    {
      title: "Size",
      value: (entry) => ("object" in entry ? entry.object.bytes : -1),
      draw: (entry) => ("object" in entry ? bytes(entry.object.bytes) : "Folder"),
      figures: true,
    },
    {
      title: "Content Type",
      value: (entry) => ("object" in entry ? entry.object.content_type : ""),
      draw: (entry) => ("object" in entry ? entry.object.content_type : ""),
    },
    {
      title: "Last Modified",
      value: (entry) => ("object" in entry ? entry.object.last_modified : ""),
      draw: (entry) => ("object" in entry ? dateTime(entry.object.last_modified) : ""),
      whole: true,
    },
  ];
}

async function fetchObject(container: string, name: string): Promise<void> {
  await attempt(async () => saveBlob(name.split("/").at(-1)!, await readObject(container, name)), null);
}

function upload(container: string, prefix: string, after: () => void): void {
  openForm({
    title: "Upload Object",
    button: "Upload Object",
    fields: [
      { name: "file", label: "File", kind: "file", required: true },
      { name: "name", label: "Object Name", help: "Left empty: the file's name. Slashes make folders." },
    ],
    submit: (values) => {
      const file = values["file"] as File;
      return uploadObject(container, prefix + (textOf(values, "name") || file.name), file).then(after);
    },
    done: "Uploaded.",
  });
}

function remove(container: string, entries: Entry[], after: () => void): void {
  confirm({
    title: `Delete ${plural(entries.length, "object")}?`,
    text: "This cannot be undone.",
    names: entries.map(keyOf),
    button: "Delete Objects",
    work: () => forEach(entries, (entry) => deleteObject(container, keyOf(entry))).finally(after),
    done: `Deleted ${plural(entries.length, "object")}.`,
  });
}
