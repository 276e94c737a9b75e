// The verbs of Diablo and Essex, which Folsom to Icehouse still took: add, index, details, show, update, delete and so on
// (glanceclient/v1/legacy_shell.py 0.12).

import { HttpError } from "../errors.ts";
import type { Arguments } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import type { Fields, Image, ListOptions } from "./client.ts";
import { uploadOf } from "./transfer.ts";
import { argument, FIELDS, flag, type Glance, isTrue, option, told, type Verb } from "./verb.ts";

const ID = argument("id", "<IMAGE_ID>", "ID of image to describe.");
const FAILURE = 1;

/** `name=value` each, a comma at either end aside; null when one is not, which has been told. */
function fieldsOf(texts: readonly string[], { out }: ProgramIo): Record<string, string> | null {
  const fields: Record<string, string> = {};
  for (const text of texts) {
    const parts = text.replace(/^,+|,+$/g, "").split("=");
    if (parts.length !== 2) {
      out(`Arguments should be in the form of field=value. You specified ${text}.\n`);
      return null;
    }
    fields[parts[0]!] = parts[1]!;
  }
  return fields;
}

/** Takes what may not be set, and says so. */
function refuse(
  fields: Record<string, string>,
  names: readonly string[],
  word: string,
  { out }: ProgramIo,
): void {
  for (const name of names) {
    if (!(name in fields)) continue;
    out(`Found non-${word} field ${name}. Removing.\n`);
    delete fields[name];
  }
}

function take(fields: Record<string, string>, name: string): string | null {
  const value = fields[name] ?? null;
  delete fields[name];
  return value;
}

function dump(values: Record<string, unknown>): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name.padStart(30)} => ${said(value)}\n`)
    .join("");
}

/** As Python prints it. */
function said(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const DRY_RUN = "Dry run. We would have done the following:\n";

const add: Verb = {
  name: "add",
  help: "DEPRECATED! Use image-create instead.",
  options: [flag("silent-upload", "DEPRECATED! Animations are always off.")],
  args: [FIELDS],
  async run({ images, dryRun, verbose }, args, io) {
    const own = fieldsOf(args.list("fields"), io);
    if (!own) return FAILURE;
    const fields: Fields = {
      is_public: isTrue(take(own, "is_public") ?? "False"),
      protected: isTrue(take(own, "protected") ?? "False"),
      min_disk: take(own, "min_disk") ?? 0,
      min_ram: take(own, "min_ram") ?? 0,
    };
    for (const name of ["id", "name", "disk_format", "container_format"]) {
      const value = take(own, name);
      if (value !== null) fields[name] = value;
    }
    refuse(own, ["status", "size"], "settable", io);
    const location = take(own, "location");
    const copyFrom = location === null ? take(own, "copy_from") : null;
    if (location !== null) fields["location"] = location;
    if (copyFrom !== null) fields["copy_from"] = copyFrom;
    const checksum = location === null ? null : take(own, "checksum");
    if (checksum !== null) fields["checksum"] = checksum;
    const owner = take(own, "owner");
    if (owner !== null) fields["owner"] = owner;
    if (dryRun) {
      io.out(`${DRY_RUN}Add new image with metadata:\n${dump({ ...fields, properties: own })}`);
      return 0;
    }
    const data = location === null && copyFrom === null ? uploadOf(null) : null;
    const image = await images.create(fields, own, data);
    io.out(`Added new image with ID: ${image.id}\n`);
    if (verbose) io.out(`Returned the following metadata for the new image:\n${dump(image)}`);
    return 0;
  },
};

const FIXED = ["created_at", "deleted_at", "deleted", "updated_at", "size", "status"];
const PLAIN = [
  "disk_format",
  "container_format",
  "name",
  "min_disk",
  "min_ram",
  "location",
  "owner",
  "copy_from",
];

const update: Verb = {
  name: "update",
  help: "DEPRECATED! Use image-update instead.",
  args: [ID, FIELDS],
  async run(glance, args, io) {
    const own = fieldsOf(args.list("fields"), io);
    if (!own) return FAILURE;
    const fields: Fields = {};
    refuse(own, FIXED, "modifiable", io);
    for (const name of PLAIN) {
      const value = take(own, name);
      if (value !== null) fields[name] = value;
    }
    for (const name of ["is_public", "protected"]) {
      const value = take(own, name);
      if (value !== null) fields[name] = isTrue(value);
    }
    const id = args.required("id");
    if (glance.dryRun) {
      io.out(`${DRY_RUN}Update existing image with metadata:\n${dump({ ...fields, properties: own })}`);
      return 0;
    }
    // Without a word about it the service takes away all properties that are not named.
    const updated = await glance.images.update(await glance.images.get(id), fields, own, null, null);
    io.out(`Updated image ${id}\n`);
    if (glance.verbose) io.out(`Updated image metadata for image ${id}:\n${block(glance, updated)}`);
    return 0;
  },
};

/** Not asked where nobody is there to answer: nothing is deleted then. */
function isConfirmed({ force }: Glance, question: string): boolean {
  if (force) return true;
  if (!process.stdin.isTTY) return false;
  return /^y(es)?$/i.test(prompt(`${question} [y/N]`) ?? "");
}

const remove: Verb = {
  name: "delete",
  help: "DEPRECATED! Use image-delete instead.",
  args: [ID],
  async run(glance, args, { out }) {
    const id = args.required("id");
    if (!isConfirmed(glance, `Delete image ${id}?`)) {
      out(`Not deleting image ${id}\n`);
      return FAILURE;
    }
    await glance.images.delete((await glance.images.get(id)).id);
    return 0;
  },
};

const clear: Verb = {
  name: "clear",
  help: "DEPRECATED!",
  async run(glance, _args, { out }) {
    if (!isConfirmed(glance, "Delete all images?")) {
      out("Not deleting any images\n");
      return FAILURE;
    }
    for await (const image of glance.images.list()) {
      if (glance.verbose) out(`Deleting image ${image.id} "${image["name"]}" ... `);
      try {
        await glance.images.delete(image.id);
        if (glance.verbose) out("done\n");
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        out(`Failed to delete image ${image.id}\n${told(error)}\n`);
        return FAILURE;
      }
    }
    return 0;
  },
};

/** One image as a block of lines. */
function block({ endpoint }: Glance, image: Image): string {
  const { protocol, host } = new URL(endpoint);
  const text = (name: string) => said(image[name]);
  const lines = [
    `URI: ${protocol}//${host}/v1/images/${image.id}`,
    `Id: ${image.id}`,
    `Public: ${image["is_public"] ? "Yes" : "No"}`,
    `Protected: ${image["protected"] ? "Yes" : "No"}`,
    `Name: ${text("name")}`,
    `Status: ${text("status")}`,
    `Size: ${Number(image["size"] ?? 0)}`,
    `Disk format: ${text("disk_format")}`,
    `Container format: ${text("container_format")}`,
    `Minimum Ram Required (MB): ${text("min_ram")}`,
    `Minimum Disk Required (GB): ${text("min_disk")}`,
    ...("owner" in image ? [`Owner: ${text("owner")}`] : []),
    ...Object.entries(image.properties).map(([name, value]) => `Property '${name}': ${value}`),
    `Created at: ${text("created_at")}`,
    ...("deleted_at" in image ? [`Deleted at: ${text("deleted_at")}`] : []),
    ...("updated_at" in image ? [`Updated at: ${text("updated_at")}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

const show: Verb = {
  name: "show",
  help: "DEPRECATED! Use image-show instead.",
  args: [ID],
  async run(glance, args, { out }) {
    out(block(glance, await glance.images.get(args.required("id"))));
  },
};

const LISTING = [
  option("limit", "LIMIT", "Page size to use while requesting image metadata", {
    default: 10,
    parse(text) {
      if (!/^\d+$/.test(text)) throw new Error(`invalid int value: '${text}'`);
      return Number(text);
    },
  }),
  option("marker", "MARKER", "Image index after which to begin pagination"),
  option("sort_key", "KEY", "Sort results by this image attribute."),
  option("sort_dir", "[desc|asc]", "Sort results in this direction."),
];

const FILTERS = [
  "name",
  "disk_format",
  "container_format",
  "status",
  "min_ram",
  "min_disk",
  "size_min",
  "size_max",
  "changes-since",
];

/** Null when the filters are none, which has been told. */
function listingOf(args: Arguments, io: ProgramIo): ListOptions | null {
  const fields = fieldsOf(args.list("fields"), io);
  if (!fields) return null;
  const known = ([name]: [string, string]) => FILTERS.includes(name);
  const entries = Object.entries(fields);
  return {
    filters: Object.fromEntries(entries.filter(known)),
    properties: Object.fromEntries(entries.filter((entry) => !known(entry))),
    pageSize: Number(args.text("limit")),
    marker: args.text("marker"),
    sortKey: args.text("sort_key"),
    sortDir: args.text("sort_dir"),
  };
}

/** Name and width of each column; the last one is to the right. */
const INDEX: readonly (readonly [field: string, label: string, width: number])[] = [
  ["id", "ID", 36],
  ["name", "Name", 30],
  ["disk_format", "Disk Format", 20],
  ["container_format", "Container Format", 20],
  ["size", "Size", 14],
];

const index: Verb = {
  name: "index",
  help: "DEPRECATED! Use image-list instead.",
  options: LISTING,
  args: [FIELDS],
  async run({ images }, args, io) {
    const listing = listingOf(args, io);
    if (!listing) return FAILURE;
    io.out(`${INDEX.map(([, label, width]) => label.padEnd(width)).join(" ")}\n`);
    io.out(`${INDEX.map(([, , width]) => "-".repeat(width)).join(" ")}\n`);
    for await (const image of images.list(listing)) {
      const cells = INDEX.map(([field, , width]) => {
        const text = said(image[field]).slice(0, width);
        return field === "size" ? text.padStart(width) : text.padEnd(width);
      });
      io.out(`${cells.join(" ")}\n`);
    }
    return 0;
  },
};

const RULE = `${"=".repeat(80)}\n`;

const details: Verb = {
  name: "details",
  help: "DEPRECATED! Use image-list instead.",
  options: LISTING,
  args: [FIELDS],
  async run(glance, args, io) {
    const listing = listingOf(args, io);
    if (!listing) return FAILURE;
    let isFirst = true;
    for await (const image of glance.images.list(listing)) {
      io.out(`${isFirst ? RULE : ""}${block(glance, image)}${RULE}`);
      isFirst = false;
    }
    return 0;
  },
};

const CAN_SHARE = flag("can-share", "Allow member to further share image.");
const IMAGE_ID = argument("image_id", "image_id", "Image ID.");
const MEMBER_ID = argument("member_id", "member_id", "ID of member (typically tenant).");

/** One line each; who may share has a star, which is explained below. */
function starred(entries: readonly { name: string; can_share: boolean }[]): string {
  const lines = entries.map(({ name, can_share }) => `${name}${can_share ? " *" : ""}\n`);
  const note = entries.some(({ can_share }) => can_share) ? "\n(*: Can share image)\n" : "";
  return lines.join("") + note;
}

const imageMembers: Verb = {
  name: "image-members",
  help: "DEPRECATED! Use member-list instead.",
  args: [IMAGE_ID],
  async run({ images }, args, { out }) {
    const members = await images.membersOf(args.required("image_id"));
    out(starred(members.map((member) => ({ ...member, name: member.member_id }))));
  },
};

const memberImages: Verb = {
  name: "member-images",
  help: "DEPRECATED! Use member-list instead.",
  options: [CAN_SHARE],
  args: [MEMBER_ID],
  async run({ images }, args, { out }) {
    const member = args.required("member_id");
    const shared = await images.imagesOf(member);
    if (shared.length === 0) out(`No images shared with member ${member}\n`);
    else out(starred(shared.map((image) => ({ ...image, name: image.image_id }))));
  },
};

const memberAdd: Verb = {
  name: "member-add",
  help: "DEPRECATED! Use member-create instead.",
  options: [CAN_SHARE],
  args: [IMAGE_ID, MEMBER_ID],
  async run({ images, dryRun }, args, { out }) {
    const [image, member] = [args.required("image_id"), args.required("member_id")];
    if (!dryRun) {
      await images.addMember(image, member, args.flag("can_share"));
      return 0;
    }
    out(`${DRY_RUN}Add "${member}" to membership of image ${image}\n`);
    if (args.flag("can_share")) out("New member would have been able to further share image.\n");
    return 0;
  },
};

const membersReplace: Verb = {
  name: "members-replace",
  help: "DEPRECATED!",
  options: [CAN_SHARE],
  args: [IMAGE_ID, MEMBER_ID],
  async run({ images, dryRun }, args, { out }) {
    const [image, member] = [args.required("image_id"), args.required("member_id")];
    if (dryRun) {
      out(`${DRY_RUN}Replace members of image ${image} with "${member}"\n`);
      if (args.flag("can_share")) out("New member would have been able to further share image.\n");
      return 0;
    }
    for (const { member_id } of await images.membersOf(image)) await images.removeMember(image, member_id);
    await images.addMember(image, member, args.flag("can_share"));
    return 0;
  },
};

export const legacyVerbs: readonly Verb[] = [
  add,
  update,
  remove,
  clear,
  show,
  index,
  details,
  imageMembers,
  memberImages,
  memberAdd,
  membersReplace,
];
