// --os-image-api-version 2: the verbs of that version, which show what the service says of an image
// (glanceclient/v2/shell.py 0.12).

import type { Arguments, OptionSpec } from "../options.ts";
import type { Json } from "../session.ts";
import { download, uploadOf } from "./transfer.ts";
import {
  argument,
  flag,
  type Glance,
  isTrue,
  listTable,
  option,
  properties,
  propertyTable,
  type Verb,
} from "./verb.ts";

const PATCH_TYPE = "application/openstack-images-v2.1-json-patch";
const UNSHOWN = ["self", "access", "file", "schema"];
const ID = argument("id", "<IMAGE_ID>", "ID of image.");
const IMAGE_ID = argument("image_id", "<IMAGE_ID>", "ID of image.");
const MEMBER_ID = argument("member_id", "<MEMBER_ID>", "The tenant.");

const path = (id: string) => `/v2/images/${encodeURIComponent(id)}`;

function imageTable(image: Record<string, unknown>): string {
  return propertyTable(Object.fromEntries(Object.entries(image).filter(([name]) => !UNSHOWN.includes(name))));
}

/** Every page of a list. */
async function all({ v2 }: Glance, first: string, key: string): Promise<Json[]> {
  const rows: Json[] = [];
  let next: string | null = first;
  while (next !== null) {
    const page: Json = await v2.json("GET", next);
    rows.push(...page[key]);
    next = page.next ?? null;
  }
  return rows;
}

const list: Verb = {
  name: "image-list",
  help: "List images you can access.",
  options: [
    option("page-size", "<SIZE>", "Number of images to request in each paginated request."),
    option("visibility", "<VISIBILITY>", "The visibility of the images to display."),
    option("member-status", "<MEMBER_STATUS>", "The status of images to display."),
    option("owner", "<OWNER>", "Display images owned by <OWNER>."),
    option("checksum", "<CHECKSUM>", "Display images matching the checksum"),
    option("tag", "<TAG>", "Filter images by an user-defined tag.", { kind: "append" }),
  ],
  async run(glance, args, { out }) {
    const parameters = new URLSearchParams();
    for (const name of ["visibility", "member_status", "owner", "checksum"]) {
      const value = args.text(name);
      if (value !== null) parameters.set(name, value);
    }
    for (const tag of args.list("tag")) parameters.append("tag", tag);
    const size = args.text("page_size");
    if (size !== null) parameters.set("limit", size);
    out(listTable(await all(glance, `/v2/images?${parameters}`, "images"), ["ID", "Name"]));
  },
};

const show: Verb = {
  name: "image-show",
  help: "Describe a specific image.",
  args: [ID],
  async run({ v2 }, args, { out }) {
    out(imageTable(await v2.json("GET", path(args.required("id")))));
  },
};

const number = (text: string) => {
  if (!/^-?\d+$/.test(text)) throw new Error(`invalid int value: '${text}'`);
  return Number(text);
};

/** The properties that the schema of the time let a user write. */
const SCHEMA: readonly OptionSpec[] = [
  option("name", "<NAME>", "Descriptive name for the image"),
  option("visibility", "<VISIBILITY>", "Scope of image accessibility Valid values: public, private"),
  option("container-format", "<CONTAINER_FORMAT>", "Format of the container"),
  option("disk-format", "<DISK_FORMAT>", "Format of the disk"),
  option("owner", "<OWNER>", "Owner of the image"),
  option("min-disk", "<MIN_DISK>", "Amount of disk space (in GB) required to boot image.", { parse: number }),
  option("min-ram", "<MIN_RAM>", "Amount of ram (in MB) required to boot image.", { parse: number }),
  option("protected", "[True|False]", "If true, image will not be deletable.", { parse: isTrue }),
  option("kernel-id", "<KERNEL_ID>", "ID of image stored in Glance that should be used as the kernel."),
  option("ramdisk-id", "<RAMDISK_ID>", "ID of image stored in Glance that should be used as the ramdisk."),
  option("os-distro", "<OS_DISTRO>", "Common name of operating system distribution"),
  option("os-version", "<OS_VERSION>", "Operating system version as specified by the distributor"),
  option("architecture", "<ARCHITECTURE>", "Operating system architecture"),
  option("instance-uuid", "<INSTANCE_UUID>", "ID of instance used to create this image."),
  option("tags", "<TAG>", "List of strings related to the image", { kind: "append" }),
  option(
    "property",
    "<key=value>",
    "Arbitrary property to associate with image. May be used multiple times.",
    {
      kind: "append",
    },
  ),
];

function fieldsOf(args: Arguments): Record<string, unknown> {
  const given = Object.entries(args.values).filter(
    ([name, value]) => value !== null && !["property", "remove_property", "tags"].includes(name),
  );
  const tags = args.list("tags");
  return {
    ...Object.fromEntries(given),
    ...(tags.length > 0 ? { tags } : {}),
    ...properties(args.list("property")),
  };
}

const create: Verb = {
  name: "image-create",
  help: "Create a new image.",
  options: [option("id", "<ID>", "An identifier for the image"), ...SCHEMA],
  async run({ v2 }, args, { out }) {
    out(imageTable(await v2.json("POST", "/v2/images", fieldsOf(args))));
  },
};

const update: Verb = {
  name: "image-update",
  help: "Update an existing image.",
  options: [
    ...SCHEMA,
    option("remove-property", "key", "Name of arbitrary property to remove from the image", {
      kind: "append",
    }),
  ],
  args: [ID],
  async run({ v2 }, args, { out }) {
    const id = args.required("id");
    const image = await v2.json("GET", path(id));
    const { id: _id, ...fields } = fieldsOf(args);
    const pointer = (name: string) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const patch = [
      ...Object.entries(fields).map(([name, value]) => ({
        op: name in image ? "replace" : "add",
        path: pointer(name),
        value,
      })),
      ...args.list("remove_property").map((name) => ({ op: "remove", path: pointer(name) })),
    ];
    out(imageTable(patch.length > 0 ? await v2.json("PATCH", path(id), patch, PATCH_TYPE) : image));
  },
};

const remove: Verb = {
  name: "image-delete",
  help: "Delete specified image.",
  args: [ID],
  async run({ v2 }, args) {
    await v2.json("DELETE", path(args.required("id")));
  },
};

const get: Verb = {
  name: "image-download",
  help: "Download a specific image.",
  options: [
    option("file", "<FILE>", "Local file to save downloaded image data to; else standard output."),
    flag("progress", "Show download progress bar."),
  ],
  args: [ID],
  async run({ v2 }, args, { out }) {
    const response = await v2.transfer("GET", `${path(args.required("id"))}/file`);
    const size = Number(response.headers.get("content-length") ?? 0);
    await download({ body: response.body, size }, args.text("file"), args.flag("progress"), out);
  },
};

const upload: Verb = {
  name: "image-upload",
  help: "Upload data for a specific image.",
  options: [option("file", "<FILE>", "Local file that contains disk image to be uploaded; else stdin.")],
  args: [ID],
  async run({ v2 }, args) {
    const headers = { "Content-Type": "application/octet-stream" };
    const data = uploadOf(args.text("file"))?.stream;
    await v2.transfer("PUT", `${path(args.required("id"))}/file`, headers, data);
  },
};

const MEMBER_COLUMNS = ["Image ID", "Member ID", "Status"];

const memberList: Verb = {
  name: "member-list",
  help: "Describe sharing permissions by image.",
  options: [option("image-id", "<IMAGE_ID>", "Image to display members of.", { required: true })],
  async run(glance, args, { out }) {
    const members = await all(glance, `${path(args.required("image_id"))}/members`, "members");
    out(listTable(members, MEMBER_COLUMNS));
  },
};

const memberCreate: Verb = {
  name: "member-create",
  help: "Create member for a given image.",
  args: [IMAGE_ID, MEMBER_ID],
  async run({ v2 }, args, { out }) {
    const member = args.text("member_id");
    const made = await v2.json("POST", `${path(args.required("image_id"))}/members`, { member });
    out(listTable([made], MEMBER_COLUMNS));
  },
};

const memberUpdate: Verb = {
  name: "member-update",
  help: "Update the status of a member for a given image.",
  args: [IMAGE_ID, MEMBER_ID, argument("member_status", "<MEMBER_STATUS>", "Updated status of member")],
  async run({ v2 }, args, { out }) {
    const member = encodeURIComponent(args.required("member_id"));
    const status = args.text("member_status");
    const made = await v2.json("PUT", `${path(args.required("image_id"))}/members/${member}`, { status });
    out(listTable([made], MEMBER_COLUMNS));
  },
};

const memberDelete: Verb = {
  name: "member-delete",
  help: "Delete image member",
  args: [IMAGE_ID, MEMBER_ID],
  async run({ v2 }, args) {
    const member = encodeURIComponent(args.required("member_id"));
    await v2.json("DELETE", `${path(args.required("image_id"))}/members/${member}`);
  },
};

const TAG = argument("tag_value", "<TAG_VALUE>", "Value of the tag");

const tagUpdate: Verb = {
  name: "image-tag-update",
  help: "Update an image with the given tag.",
  args: [IMAGE_ID, TAG],
  async run({ v2 }, args, { out }) {
    const id = args.required("image_id");
    await v2.json("PUT", `${path(id)}/tags/${encodeURIComponent(args.required("tag_value"))}`);
    out(listTable([await v2.json("GET", path(id))], ["ID", "Tags"]));
  },
};

const tagDelete: Verb = {
  name: "image-tag-delete",
  help: "Delete the tag associated with the given image.",
  args: [IMAGE_ID, TAG],
  async run({ v2 }, args) {
    const tag = encodeURIComponent(args.required("tag_value"));
    await v2.json("DELETE", `${path(args.required("image_id"))}/tags/${tag}`);
  },
};

const explain: Verb = {
  name: "explain",
  help: "Describe a specific model.",
  args: [argument("model", "<MODEL>", "Name of model to describe.")],
  async run({ v2 }, args, { out }) {
    const schema = await v2.json("GET", `/v2/schemas/${encodeURIComponent(args.required("model"))}`);
    const rows = Object.entries(schema.properties ?? {}).map(
      ([attribute, { description }]: [string, Json]) => ({
        attribute,
        description,
      }),
    );
    out(listTable(rows, ["Attribute", "Description"]));
  },
};

export const v2Verbs: readonly Verb[] = [
  list,
  show,
  create,
  update,
  remove,
  get,
  upload,
  memberList,
  memberCreate,
  memberUpdate,
  memberDelete,
  tagUpdate,
  tagDelete,
  explain,
];
