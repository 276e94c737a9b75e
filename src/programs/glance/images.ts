// image-* and member-*: the verbs of Folsom to Icehouse (glanceclient/v1/shell.py 0.12).

import { HttpError } from "../errors.ts";
import type { Arguments, OptionSpec } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import { type Fields, findImage, type Image, type Upload } from "./client.ts";
import { download, uploadOf, withProgress } from "./transfer.ts";
import {
  argument,
  flag,
  type Glance,
  imageTable,
  isTrue,
  listTable,
  option,
  properties,
  readableSize,
  told,
  type Verb,
} from "./verb.ts";

const CONTAINER_FORMATS = "Acceptable formats: ami, ari, aki, bare, and ovf.";
const DISK_FORMATS = "Acceptable formats: ami, ari, aki, vhd, vmdk, raw, qcow2, vdi, and iso.";
const SORT_KEYS = [
  "name",
  "status",
  "container_format",
  "disk_format",
  "size",
  "id",
  "created_at",
  "updated_at",
];

const BOOLEAN = { metavar: "{True,False}", parse: isTrue };
const HUMAN = flag("human-readable", "Print image size in a human-friendly format.");
const IMAGE = argument("image", "<IMAGE>", "Name or ID of image.");

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new Error(`invalid int value: '${text}'`);
  return Number(text);
}

const list: Verb = {
  name: "image-list",
  help: "List images you can access.",
  options: [
    option("name", "<NAME>", "Filter images to those that have this name."),
    option("status", "<STATUS>", "Filter images to those that have this status."),
    option(
      "container-format",
      "<CONTAINER_FORMAT>",
      `Filter images to those that have this container format. ${CONTAINER_FORMATS}`,
    ),
    option(
      "disk-format",
      "<DISK_FORMAT>",
      `Filter images to those that have this disk format. ${DISK_FORMATS}`,
    ),
    option("size-min", "<SIZE>", "Filter images to those with a size greater than this."),
    option("size-max", "<SIZE>", "Filter images to those with a size less than this."),
    option("property-filter", "<KEY=VALUE>", "Filter images by a user-defined image property.", {
      kind: "append",
      dest: "properties",
    }),
    option("page-size", "<SIZE>", "Number of images to request in each paginated request.", {
      parse: integer,
    }),
    HUMAN,
    option("sort-key", `{${SORT_KEYS.join(",")}}`, "Sort image list by specified field.", {
      choices: SORT_KEYS,
      default: "name",
    }),
    option("sort-dir", "{asc,desc}", "Sort image list in specified direction.", {
      choices: ["asc", "desc"],
      default: "asc",
    }),
    option("is-public", "", "Allows the user to select a listing of public or non public images.", BOOLEAN),
    option(
      "owner",
      "<TENANT_ID>",
      "Display only images owned by this tenant id; an empty text: images of nobody.",
    ),
    flag("all-tenants", "Allows the admin user to list all images irrespective of their owner."),
  ],
  async run({ images }, args, { out }) {
    const filters: Record<string, string> = {};
    for (const key of ["name", "status", "container_format", "disk_format", "size_min", "size_max"]) {
      const value = args.text(key);
      if (value !== null) filters[key] = value;
    }
    const isPublic = args.values["is_public"];
    if (typeof isPublic === "boolean") filters["is_public"] = isPublic ? "True" : "False";
    const pageSize = args.values["page_size"];
    const rows: Image[] = [];
    const options = {
      filters,
      properties: properties(args.list("properties")),
      sortKey: args.text("sort_key"),
      sortDir: args.text("sort_dir"),
      owner: args.text("owner"),
      everything: args.flag("all_tenants"),
      ...(typeof pageSize === "number" ? { pageSize } : {}),
    };
    for await (const image of images.list(options)) rows.push(image);
    if (args.flag("human_readable")) {
      for (const image of rows) image["size"] = readableSize(Number(image["size"]));
    }
    out(listTable(rows, ["ID", "Name", "Disk Format", "Container Format", "Size", "Status"]));
  },
};

const show: Verb = {
  name: "image-show",
  help: "Describe a specific image.",
  options: [HUMAN],
  args: [IMAGE],
  async run({ images }, args, { out }) {
    out(imageTable(await findImage(images, args.required("image")), args.flag("human_readable")));
  },
};

const get: Verb = {
  name: "image-download",
  help: "Download a specific image.",
  options: [
    option("file", "<FILE>", "Local file to save downloaded image data to; else standard output."),
    flag("progress", "Show download progress bar."),
  ],
  args: [IMAGE],
  async run({ images }, args, { out }) {
    const { id } = await findImage(images, args.required("image"));
    await download(await images.data(id), args.text("file"), args.flag("progress"), out);
  },
};

/** What creating and updating share. */
const WRITE: readonly OptionSpec[] = [
  option("name", "<NAME>", "Name of image."),
  option("disk-format", "<DISK_FORMAT>", `Disk format of image. ${DISK_FORMATS}`),
  option("container-format", "<CONTAINER_FORMAT>", `Container format of image. ${CONTAINER_FORMATS}`),
  option("owner", "<TENANT_ID>", "Tenant who should own image."),
  option("size", "<SIZE>", "Size of image data (in bytes)."),
  option("min-disk", "<DISK_GB>", "Minimum size of disk needed to boot image (in gigabytes)."),
  option("min-ram", "<DISK_RAM>", "Minimum amount of ram needed to boot image (in megabytes)."),
  option(
    "location",
    "<IMAGE_URL>",
    "URL where the data for this image already resides, such as 'swift://account:key@example.com/container/obj'.",
  ),
  option("file", "<FILE>", "Local file that contains disk image to be uploaded; else standard input."),
  option("checksum", "<CHECKSUM>", "Hash of image data used Glance can use for verification (md5)."),
  option("copy-from", "<IMAGE_URL>", "URL which the server copies the data from, into its own store."),
  option("is-public", "", "Make image accessible to the public.", BOOLEAN),
  option("is-protected", "", "Prevent image from being deleted.", { ...BOOLEAN, dest: "protected" }),
  option(
    "property",
    "<key=value>",
    "Arbitrary property to associate with image. May be used multiple times.",
    {
      kind: "append",
    },
  ),
  HUMAN,
  flag("progress", "Show upload progress bar."),
];

const FIELDS = [
  "name",
  "disk_format",
  "container_format",
  "owner",
  "size",
  "min_disk",
  "min_ram",
  "location",
  "checksum",
  "copy_from",
  "is_public",
  "protected",
];

function fieldsOf(args: Arguments, names: readonly string[]): Fields {
  const fields: Fields = {};
  for (const name of names) {
    const value = args.values[name];
    if (typeof value === "string" || typeof value === "boolean") fields[name] = value;
  }
  return fields;
}

/** Null where the data is elsewhere, or there is none. @throws ClientError */
function dataOf(fields: Fields, args: Arguments, { out }: ProgramIo): Upload | null {
  if ("location" in fields || "copy_from" in fields) return null;
  const data = uploadOf(args.text("file"));
  return data && args.flag("progress") ? withProgress(data, out) : data;
}

const create: Verb = {
  name: "image-create",
  help: "Create a new image.",
  options: [
    option("id", "<IMAGE_ID>", "ID of image to reserve."),
    option("store", "<STORE>", "Store to upload image to."),
    ...WRITE,
    flag("public", null),
  ],
  async run({ images }, args, io) {
    const fields = fieldsOf(args, [...FIELDS, "id", "store"]);
    fields["is_public"] = fields["is_public"] === true || args.flag("public");
    const data = dataOf(fields, args, io);
    const image = await images.create(fields, properties(args.list("property")), data);
    io.out(imageTable(image, args.flag("human_readable")));
  },
};

const update: Verb = {
  name: "image-update",
  help: "Update a specific image.",
  options: [
    ...WRITE,
    flag("purge-props", "Delete all image properties not set in this update; they are preserved without it."),
  ],
  args: [IMAGE],
  async run({ images }, args, io) {
    const image = await findImage(images, args.required("image"));
    const fields = fieldsOf(args, FIELDS);
    const data = image["status"] === "queued" ? dataOf(fields, args, io) : null;
    const own = properties(args.list("property"));
    const updated = await images.update(image, fields, own, args.flag("purge_props"), data);
    io.out(imageTable(updated, args.flag("human_readable")));
  },
};

const remove: Verb = {
  name: "image-delete",
  help: "Delete specified image(s).",
  args: [{ dest: "images", metavar: "<IMAGE>", help: "Name or ID of image(s) to delete.", many: "some" }],
  async run({ images, verbose }, args, { out }) {
    for (const name of args.list("images")) {
      const { id } = await findImage(images, name);
      if (verbose) out(`Requesting image delete for ${name} ... `);
      try {
        await images.delete(id);
        if (verbose) out("[Done]\n");
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        if (verbose) out("[Fail]\n");
        out(`${told(error)}: Unable to delete image ${name}\n`);
      }
    }
  },
};

const memberList: Verb = {
  name: "member-list",
  help: "Describe sharing permissions by image or tenant.",
  options: [
    option("image-id", "<IMAGE_ID>", "Filter results by an image ID."),
    option("tenant-id", "<TENANT_ID>", "Filter results by a tenant ID."),
  ],
  async run({ images }, args, { out }) {
    const [image, tenant] = [args.text("image_id"), args.text("tenant_id")];
    if (image && tenant) {
      out("Unable to filter members by both --image-id and --tenant-id.\n");
      return 1;
    }
    if (!image && !tenant) {
      out("Unable to list all members. Specify --image-id or --tenant-id\n");
      return 1;
    }
    const members = image ? await images.membersOf(image) : await images.imagesOf(tenant!);
    out(listTable(members, ["Image ID", "Member ID", "Can Share"]));
    return 0;
  },
};

const MEMBER = argument("tenant_id", "<TENANT_ID>", "The tenant.");

const memberCreate: Verb = {
  name: "member-create",
  help: "Share a specific image with a tenant.",
  options: [flag("can-share", "Allow the specified tenant to share this image.")],
  args: [IMAGE, MEMBER],
  async run({ images }, args) {
    const { id } = await findImage(images, args.required("image"));
    await images.addMember(id, args.required("tenant_id"), args.flag("can_share"));
  },
};

const memberDelete: Verb = {
  name: "member-delete",
  help: "Remove a shared image from a tenant.",
  args: [IMAGE, MEMBER],
  async run({ images, dryRun }: Glance, args, { out }) {
    const [image, tenant] = [args.required("image"), args.required("tenant_id")];
    const { id } = await findImage(images, image);
    if (!dryRun) {
      await images.removeMember(id, tenant);
      return;
    }
    out("Dry run. We would have done the following:\n");
    out(`Remove "${tenant}" from the member list of image "${image}"\n`);
  },
};

export const imageVerbs: readonly Verb[] = [
  list,
  show,
  get,
  create,
  update,
  remove,
  memberList,
  memberCreate,
  memberDelete,
];
