// What version 1 says of an image: a flat set of attributes with `is_public`, and properties beside them. Authority:
// `get_image_meta_from_headers` in glance/common/utils.py and validate_image_meta in glance/api/v1/images.py of Ocata.

import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import { parseIso } from "../../core/times.ts";
import type { ImageRecord } from "../records.ts";

/** Attributes a client sent; those it did not are absent, those it sent empty are null. */
export interface LegacyFields {
  id?: string | null;
  name?: string | null;
  status?: string | null;
  disk_format?: string | null;
  container_format?: string | null;
  checksum?: string | null;
  owner?: string | null;
  location?: string | null;
  store?: string | null;
  /** Bytes. */
  size?: number;
  /** GB. */
  min_disk?: number;
  /** MB. */
  min_ram?: number;
  is_public?: boolean;
  protected?: boolean;
}

export interface LegacyMeta {
  fields: LegacyFields;
  properties: Record<string, string>;
}

/** An image as version 1 shows it, in a body or in headers. */
export interface LegacyView {
  id: string;
  name: string | null;
  status: string;
  disk_format: string | null;
  container_format: string | null;
  size: number | null;
  virtual_size: number | null;
  checksum: string | null;
  min_disk: number;
  min_ram: number;
  owner: string | null;
  is_public: boolean;
  protected: boolean;
  deleted: boolean;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  properties: Record<string, string>;
}

const PREFIX = "x-image-meta-";
const PROPERTY_PREFIX = "x-image-meta-property-";
const TEXTS = [
  "id",
  "name",
  "status",
  "disk_format",
  "container_format",
  "checksum",
  "owner",
  "location",
  "store",
] as const;
const NUMBERS = ["size", "min_disk", "min_ram"] as const;
const FLAGS = ["is_public", "protected"] as const;
/** Accepted and without effect: the service keeps these itself. */
const IGNORED = ["copy_from", "uri", "created_at", "updated_at", "deleted_at", "deleted", "virtual_size"];
const KNOWN: readonly string[] = [...TEXTS, ...NUMBERS, ...FLAGS, ...IGNORED];
const AMAZON = ["aki", "ari", "ami"];
/** Kept for the service alone. */
const HIDDEN = ["os_glance_stage_host"];

export interface FormatLists {
  diskFormats: readonly string[];
  containerFormats: readonly string[];
}

/** @throws Invalid for a header there is not, and for values out of their range */
export function metaOfHeaders(headers: Iterable<[string, string]>, formats: FormatLists): LegacyMeta {
  const given = new Map<string, string>();
  const properties: Record<string, string> = {};
  for (const [header, raw] of headers) {
    if (!header.startsWith(PREFIX)) continue;
    const value = textOf(raw);
    if (header.startsWith(PROPERTY_PREFIX)) {
      properties[textOf(header.slice(PROPERTY_PREFIX.length)).replaceAll("-", "_")] = value;
      continue;
    }
    const name = header.slice(PREFIX.length).replaceAll("-", "_");
    if (!KNOWN.includes(name)) throw new Invalid(`Bad header: ${header}`);
    given.set(name, value);
  }
  const fields: LegacyFields = {};
  for (const name of TEXTS) if (given.has(name)) fields[name] = given.get(name) || null;
  for (const name of NUMBERS) if (given.has(name)) fields[name] = wholeNumber(name, given.get(name)!);
  for (const name of FLAGS) if (given.has(name)) fields[name] = boolFromString(given.get(name)) ?? false;
  checkFormats(fields, formats);
  for (const name of ["created_at", "updated_at", "deleted_at"]) {
    const moment = given.get(name);
    if (moment && parseIso(moment) === null) throw new Invalid(`Invalid time format for ${name}.`);
  }
  if ((fields.name?.length ?? 0) > 255) throw new Invalid(`Image name too long: ${fields.name?.length}`);
  if ((fields.checksum?.length ?? 0) > 32) {
    throw new Invalid(`Invalid checksum '${fields.checksum}': can't exceed 32 characters`);
  }
  return { fields, properties };
}

/** Headers are bytes: UTF-8, which later clients percent-encode (glanceclient since 2.11). */
function textOf(header: string): string {
  const text = isLatin1(header) ? Buffer.from(header, "latin1").toString("utf8") : header;
  if (!/%[0-9A-Fa-f]{2}/.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that encodes nothing stands for itself
  }
}

function isLatin1(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is every byte
  return /^[\x00-\xff]*$/.test(text);
}

function wholeNumber(name: string, text: string): number {
  const refuse = (what: string) => new Invalid(`Invalid value '${text}' for parameter '${name}': ${what}`);
  if (!/^\s*[+-]?\d+\s*$/.test(text)) {
    throw refuse(`Cannot convert image ${name} '${text}' to an integer.`);
  }
  const value = Number(text);
  if (value < 0) throw refuse("Cannot be a negative value.");
  if (!Number.isSafeInteger(value)) throw refuse("Value out of range.");
  return value;
}

function checkFormats(fields: LegacyFields, { diskFormats, containerFormats }: FormatLists): void {
  const { disk_format: disk, container_format: container } = fields;
  if (disk !== undefined && !diskFormats.includes(disk ?? "")) {
    throw new Invalid(`Invalid disk format '${disk ?? "None"}' for image.`);
  }
  if (container !== undefined && !containerFormats.includes(container ?? "")) {
    throw new Invalid(`Invalid container format '${container ?? "None"}' for image.`);
  }
  if (!AMAZON.includes(disk ?? "") && !AMAZON.includes(container ?? "")) return;
  if (!disk) fields.disk_format = container ?? null;
  else if (!container) fields.container_format = disk;
  else if (disk !== container) {
    throw new Invalid(
      "Invalid mix of disk and container formats. When setting a disk or container format to one of 'aki', 'ari', or 'ami', the container and disk formats must match.",
    );
  }
}

export function legacyView({ row, properties }: ImageRecord): LegacyView {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    disk_format: row.disk_format,
    container_format: row.container_format,
    size: row.size,
    virtual_size: row.virtual_size,
    checksum: row.checksum,
    min_disk: row.min_disk,
    min_ram: row.min_ram,
    owner: row.owner,
    is_public: row.visibility === "public",
    protected: row.protected,
    deleted: row.deleted,
    created_at: seconds(row.created_at)!,
    updated_at: seconds(row.updated_at ?? row.created_at)!,
    deleted_at: seconds(row.deleted_at),
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !HIDDEN.includes(name))),
  };
}

/** What a list without details shows. */
export function briefView({ row }: ImageRecord): Record<string, unknown> {
  const { id, name, size, disk_format, container_format, checksum } = row;
  return { id, name, size, disk_format, container_format, checksum };
}

/** `2013-07-16T05:41:08`, as Python writes a datetime of MySQL. */
function seconds(moment: string | null): string | null {
  return moment === null ? null : moment.slice(0, 19).replace(" ", "T");
}

/** The image as headers of HEAD and of a download; what is None is left out. */
export function headersOf(view: LegacyView): Record<string, string> {
  const headers: Record<string, string> = {};
  const { properties, ...fields } = view;
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    const text = typeof value === "boolean" ? (value ? "True" : "False") : String(value);
    headers[`${PREFIX}${name}`] = headerText(text);
  }
  for (const [name, value] of Object.entries(properties)) {
    headers[`${PROPERTY_PREFIX}${headerName(name)}`] = headerText(value);
  }
  if (view.checksum !== null) headers["etag"] = view.checksum;
  return headers;
}

/** UTF-8 bytes; a line break, which would begin another header, is a blank. */
function headerText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a header may not hold
  return Buffer.from(text.replace(/[\x00-\x1f\x7f]+/g, " "), "utf8").toString("latin1");
}

/** Version 2 allows names that no header can have. */
function headerName(name: string): string {
  return encodeURIComponent(name.toLowerCase()).replace(/[()]/g, (ch) => (ch === "(" ? "%28" : "%29"));
}
