// The schemas that /v2/schemas publishes and that bodies are held against. Authority: glance/api/v2/{images,
// image_members,tasks}.py, glance/schema.py and etc/schema-image.json of Zed.

import type { TSchema } from "typebox";

export interface GlanceSchema {
  name: string;
  properties: Record<string, Record<string, unknown>>;
  additionalProperties?: boolean | Record<string, unknown>;
  links?: { rel: string; href: string }[];
  definitions?: Record<string, unknown>;
  required?: string[];
}

const judges = new WeakMap<object, TSchema>();

/** They are plain JSON Schema. Glance publishes them without the type; a body that is no object fails all the same. */
export function asTSchema(schema: object): TSchema {
  const known = judges.get(schema);
  if (known) return known;
  const judge = { type: "object", ...schema } as TSchema;
  judges.set(schema, judge);
  return judge;
}

const UUID_PATTERN =
  "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";
const PROPERTY_KEYS = "https://docs.openstack.org/python-glanceclient/latest/cli/property-keys.html";

const text = (description: string, more: Record<string, unknown> = {}) => ({
  type: "string",
  description,
  ...more,
});
const nullable = (type: string, description: string, more: Record<string, unknown> = {}) => ({
  type: ["null", type],
  description,
  ...more,
});
const readOnly = { readOnly: true };

const LOCATIONS = {
  type: "array",
  items: {
    type: "object",
    properties: {
      url: { type: "string", maxLength: 255 },
      metadata: { type: "object" },
      validation_data: {
        description:
          "Values to be used to populate the corresponding image properties. If the image status is not 'queued', values must exactly match those already contained in the image properties.",
        type: "object",
        writeOnly: true,
        additionalProperties: false,
        properties: {
          checksum: { type: "string", minLength: 32, maxLength: 32 },
          os_hash_algo: { type: "string", maxLength: 64 },
          os_hash_value: { type: "string", maxLength: 128 },
        },
        required: ["os_hash_algo", "os_hash_value"],
      },
    },
    required: ["url", "metadata"],
  },
  description: "A set of URLs to access the image file kept in external store",
};

/** What etc/schema-image.json adds. */
const CUSTOM: Record<string, Record<string, unknown>> = {
  kernel_id: nullable(
    "string",
    "ID of image stored in Glance that should be used as the kernel when booting an AMI-style image.",
    { pattern: UUID_PATTERN },
  ),
  ramdisk_id: nullable(
    "string",
    "ID of image stored in Glance that should be used as the ramdisk when booting an AMI-style image.",
    { pattern: UUID_PATTERN },
  ),
  instance_uuid: text(
    "Metadata which can be used to record which instance this image is associated with. (Informational only, does not create an instance snapshot.)",
  ),
  architecture: text(`Operating system architecture as specified in ${PROPERTY_KEYS}`),
  os_distro: text(`Common name of operating system distribution as specified in ${PROPERTY_KEYS}`),
  os_version: text("Operating system version as specified by the distributor."),
  description: text("A human-readable string describing this image."),
  cinder_encryption_key_id: text(
    "Identifier in the OpenStack Key Management Service for the encryption key for the Block Storage Service to use when mounting a volume created from this image",
  ),
  cinder_encryption_key_deletion_policy: text(
    "States the condition under which the Image Service will delete the object associated with the 'cinder_encryption_key_id' image property.  If this property is missing, the Image Service will take no action",
    { enum: ["on_image_deletion", "do_not_delete"] },
  ),
};

function imageProperties(containerFormats: readonly string[], diskFormats: readonly string[]) {
  return {
    id: text("An identifier for the image", { pattern: UUID_PATTERN }),
    name: nullable("string", "Descriptive name for the image", { maxLength: 255 }),
    status: text("Status of the image", {
      ...readOnly,
      enum: [
        "queued",
        "saving",
        "active",
        "killed",
        "deleted",
        "uploading",
        "importing",
        "pending_delete",
        "deactivated",
      ],
    }),
    visibility: text("Scope of image accessibility", { enum: ["community", "public", "private", "shared"] }),
    protected: { type: "boolean", description: "If true, image will not be deletable." },
    os_hidden: {
      type: "boolean",
      description: "If true, image will not appear in default image list response.",
    },
    checksum: nullable("string", "md5 hash of image contents.", { ...readOnly, maxLength: 32 }),
    os_hash_algo: nullable("string", "Algorithm to calculate the os_hash_value", {
      ...readOnly,
      maxLength: 64,
    }),
    os_hash_value: nullable(
      "string",
      "Hexdigest of the image contents using the algorithm specified by the os_hash_algo",
      { ...readOnly, maxLength: 128 },
    ),
    owner: nullable("string", "Owner of the image", { maxLength: 255 }),
    size: nullable("integer", "Size of image file in bytes", readOnly),
    virtual_size: nullable("integer", "Virtual size of image in bytes", readOnly),
    container_format: nullable("string", "Format of the container", { enum: [null, ...containerFormats] }),
    disk_format: nullable("string", "Format of the disk", { enum: [null, ...diskFormats] }),
    created_at: text("Date and time of image registration", readOnly),
    updated_at: text("Date and time of the last image modification", readOnly),
    tags: {
      type: "array",
      description: "List of strings related to the image",
      items: { type: "string", maxLength: 255 },
    },
    direct_url: text("URL to access the image file kept in external store", readOnly),
    min_ram: { type: "integer", description: "Amount of ram (in MB) required to boot image." },
    min_disk: { type: "integer", description: "Amount of disk space (in GB) required to boot image." },
    self: text("An image self url", readOnly),
    file: text("An image file url", readOnly),
    stores: text(
      "Store in which image data resides.  Only present when the operator has enabled multiple stores.  May be a comma-separated list of store identifiers.",
      readOnly,
    ),
    schema: text("An image schema url", readOnly),
    locations: LOCATIONS,
  };
}

/** Base attributes whose value is a list: a patch may name one of their elements. */
export const LIST_ATTRIBUTES: readonly string[] = ["tags", "locations"];

export function imageSchema(
  containerFormats: readonly string[],
  diskFormats: readonly string[],
): GlanceSchema {
  const custom = Object.entries(CUSTOM).map(([name, schema]) => [name, { ...schema, is_base: false }]);
  return {
    name: "image",
    properties: { ...imageProperties(containerFormats, diskFormats), ...Object.fromEntries(custom) },
    additionalProperties: { type: "string" },
    links: [
      { rel: "self", href: "{self}" },
      { rel: "enclosure", href: "{file}" },
      { rel: "describedby", href: "{schema}" },
    ],
  };
}

const MEMBER: GlanceSchema = {
  name: "member",
  properties: {
    member_id: text("An identifier for the image member (tenantId)"),
    image_id: text("An identifier for the image", { pattern: UUID_PATTERN }),
    created_at: text("Date and time of image member creation"),
    updated_at: text("Date and time of last modification of image member"),
    status: text("The status of this image member", { enum: ["pending", "accepted", "rejected"] }),
    schema: { ...readOnly, type: "string" },
  },
};

export const TASK: GlanceSchema = {
  name: "task",
  properties: {
    id: text("An identifier for the task", { pattern: UUID_PATTERN }),
    type: text("The type of task represented by this content", { enum: ["import", "api_image_import"] }),
    status: text("The current status of this task", {
      enum: ["pending", "processing", "success", "failure"],
    }),
    input: nullable("object", "The parameters required by task, JSON blob"),
    result: nullable("object", "The result of current task, JSON blob"),
    owner: text("An identifier for the owner of this task"),
    message: text("Human-readable informative message only included when appropriate (usually on failure)"),
    image_id: text("Image associated with the task"),
    request_id: text("Human-readable informative request-id"),
    user_id: text("User associated with the task"),
    expires_at: nullable("string", "Datetime when this resource would be subject to removal"),
    created_at: text("Datetime when this resource was created"),
    updated_at: text("Datetime when this resource was updated"),
    self: { ...readOnly, type: "string" },
    schema: { ...readOnly, type: "string" },
  },
};

/** In a list a task is shown without these. */
export const TASK_DETAILS: readonly string[] = ["input", "result", "message"];

/** `{"images": [...], "first": ..., "next": ..., "schema": ...}` around a schema. */
export function collectionOf(name: string, item: GlanceSchema): Record<string, unknown> {
  const { definitions, ...plain } = item;
  return {
    name,
    properties: {
      [name]: { type: "array", items: plain },
      first: { type: "string" },
      next: { type: "string" },
      schema: { type: "string" },
    },
    links: [
      { rel: "first", href: "{first}" },
      { rel: "next", href: "{next}" },
      { rel: "describedby", href: "{schema}" },
    ],
    ...(definitions ? { definitions } : {}),
  };
}

/** The same, for collections that have no pages. */
function smallCollectionOf(name: string, item: GlanceSchema): Record<string, unknown> {
  return {
    name,
    properties: { [name]: { type: "array", items: item }, schema: { type: "string" } },
    links: [{ rel: "describedby", href: "{schema}" }],
  };
}

/** Path below /v2/schemas → document. */
export function publishedSchemas(image: GlanceSchema): Record<string, unknown> {
  const stub: GlanceSchema = {
    ...TASK,
    properties: Object.fromEntries(
      Object.entries(TASK.properties).filter(([name]) => !TASK_DETAILS.includes(name)),
    ),
  };
  return {
    image,
    images: collectionOf("images", image),
    member: MEMBER,
    members: smallCollectionOf("members", MEMBER),
    task: TASK,
    tasks: smallCollectionOf("tasks", stub),
  };
}
