// Images and instance snapshots.

import {
  createImage,
  deleteImage,
  type Image,
  importImage,
  listImages,
  updateImage,
  uploadImage,
} from "../api/image.ts";
import { bytes, plural, titled } from "../core/format.ts";
import { useResource } from "../core/resource.ts";
import { useSession } from "../core/session.ts";
import { Badge, YesNo } from "../parts/badge.tsx";
import { confirm, forEach } from "../parts/confirm.tsx";
import { numberOf, openForm, textOf, type Values } from "../parts/form.tsx";
import type { MenuItem } from "../parts/menu.tsx";
import { Page } from "../parts/page.tsx";
import { type Column, Table } from "../parts/table.tsx";

const ON_THE_WAY = ["queued", "saving", "importing"];

export function ImagesPage() {
  const { project, isAdmin } = useSession();
  const images = useResource(listImages, [], {
    changing: (rows) => rows.some(({ status }) => ON_THE_WAY.includes(status)),
  });
  const isOwn = (image: Image) => isAdmin || image.owner === project.id;
  const actionsOf = (image: Image): (MenuItem | false)[] =>
    isOwn(image)
      ? [
          { label: "Edit", run: () => edit(image, isAdmin, images.reload) },
          !image.protected && {
            label: "Delete Image",
            danger: true,
            run: () => remove([image], images.reload),
          },
        ]
      : [];
  return (
    <Page title="Images">
      <Table
        label="Images"
        rows={images}
        rowId={({ id }) => id}
        rowName={(image) => image.name ?? image.id}
        columns={COLUMNS}
        actions={actionsOf}
        bulk={{
          label: "Delete Images",
          danger: true,
          takes: (image) => isOwn(image) && !image.protected,
          run: remove,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => create(isAdmin, images.reload)}>
            Create Image
          </button>
        }
        empty="There are no images yet."
      />
    </Page>
  );
}

const COLUMNS: Column<Image>[] = [
  { title: "Name", value: ({ name }) => name ?? "", draw: ({ name, id }) => name ?? <code>{id}</code> },
  {
    title: "Type",
    value: ({ image_type }) => image_type ?? "image",
    draw: ({ image_type }) => (image_type === "snapshot" ? "Snapshot" : "Image"),
  },
  { title: "Status", value: ({ status }) => status, draw: ({ status }) => <Badge state={status} /> },
  {
    title: "Visibility",
    value: ({ visibility }) => visibility,
    draw: ({ visibility }) => titled(visibility),
  },
  {
    title: "Protected",
    value: (image) => (image.protected ? "yes" : "no"),
    draw: (image) => <YesNo value={image.protected} />,
  },
  {
    title: "Format",
    value: ({ disk_format }) => disk_format ?? "",
    draw: ({ disk_format }) => disk_format?.toUpperCase() ?? "-",
  },
  {
    title: "Size",
    value: ({ size }) => size ?? 0,
    draw: ({ size }) => (size === null ? "-" : bytes(size)),
    figures: true,
  },
];

const FORMATS = ["qcow2", "raw", "iso", "vmdk", "vdi", "vhd", "ami", "aki", "ari", "docker"];
const AMAZON = ["ami", "aki", "ari"];

function create(isAdmin: boolean, after: () => void): void {
  openForm({
    title: "Create An Image",
    button: "Create Image",
    fields: [
      { name: "name", label: "Name", required: true },
      { name: "description", label: "Description" },
      {
        name: "source",
        label: "Image Source",
        kind: "select",
        required: true,
        options: [
          { value: "file", label: "Image File" },
          { value: "location", label: "Image Location" },
        ],
      },
      {
        name: "file",
        label: "Image File",
        kind: "file",
        required: true,
        when: ({ source }) => source === "file",
      },
      {
        name: "location",
        label: "Image Location",
        required: true,
        placeholder: "http://example.com/image.qcow2",
        help: "The image service fetches it from there.",
        when: ({ source }) => source === "location",
      },
      {
        name: "format",
        label: "Format",
        kind: "select",
        required: true,
        options: FORMATS.map((format) => ({ value: format, label: format.toUpperCase() })),
      },
      { name: "minDisk", label: "Minimum Disk (GiB)", kind: "number", value: "0", required: true },
      { name: "minRam", label: "Minimum RAM (MiB)", kind: "number", value: "0", required: true },
      { name: "public", label: "Public", kind: "checkbox", when: () => isAdmin },
      { name: "protected", label: "Protected", kind: "checkbox" },
    ],
    submit: (values) => make(values).finally(after),
    done: (values) => `The image ${textOf(values, "name")} was created.`,
  });
}

async function make(values: Values): Promise<void> {
  const format = textOf(values, "format");
  const { id } = await createImage({
    name: textOf(values, "name"),
    ...(textOf(values, "description") ? { description: textOf(values, "description") } : {}),
    disk_format: format,
    container_format: AMAZON.includes(format) || format === "docker" ? format : "bare",
    visibility: values["public"] === true ? "public" : "private",
    protected: values["protected"] === true,
    min_disk: numberOf(values, "minDisk"),
    min_ram: numberOf(values, "minRam"),
  });
  if (values["source"] === "location") await importImage(id, textOf(values, "location"));
  else await uploadImage(id, values["file"] as File);
}

function edit(image: Image, isAdmin: boolean, after: () => void): void {
  openForm({
    title: "Edit Image",
    button: "Save",
    fields: [
      { name: "name", label: "Name", value: image.name ?? "", required: true },
      {
        name: "public",
        label: "Public",
        kind: "checkbox",
        value: image.visibility === "public",
        when: () => isAdmin,
      },
      { name: "protected", label: "Protected", kind: "checkbox", value: image.protected },
    ],
    submit: async (values) => {
      const isPublic = values["public"] === true;
      await updateImage(image.id, {
        name: textOf(values, "name"),
        protected: values["protected"] === true,
        ...(isPublic === (image.visibility === "public")
          ? {}
          : { visibility: isPublic ? "public" : "private" }),
      });
      after();
    },
    done: "Saved.",
  });
}

function remove(images: Image[], after: () => void): void {
  confirm({
    title: `Delete ${plural(images.length, "image")}?`,
    text: "This cannot be undone.",
    names: images.map(({ name, id }) => name ?? id),
    button: "Delete Images",
    work: () => forEach(images, ({ id }) => deleteImage(id)).finally(after),
    done: `Deleted ${plural(images.length, "image")}.`,
  });
}
