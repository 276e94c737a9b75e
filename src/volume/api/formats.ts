// The `format` words of Cinder's schemas, and the texts for what does not fit. Authority: cinder/api/validation/validators.py of
// Zed. A format that raises an error of its own there has its text in REASONS; the others are worded as jsonschema does.

import Format from "typebox/format";
import { type CloudError, Invalid } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import { pyRepr, pyStr } from "../../core/python.ts";
import type { Violation } from "../../http/validate.ts";
import { InvalidInput, InvalidParameterValue } from "../errors.ts";
import { InvalidGroupSnapshotStatus, InvalidGroupStatus } from "../errors-groups.ts";
import {
  GROUP_SNAPSHOT_STATUSES,
  GROUP_STATUSES,
  MIGRATION_STATUSES,
  SNAPSHOT_STATUSES,
  VOLUME_STATUSES,
} from "../states.ts";

const MAX_LENGTH = 255;
const LOG_LEVELS = ["INFO", "WARNING", "INFO", "ERROR", "DEBUG", "CRITICAL"];

type Reason = (text: string) => CloudError | null;

const invalidName = (why: string) =>
  new Invalid(`An invalid 'name' value was provided. ${why}`, { type: "InvalidName" });

function longerThan(max: number, name: string): Reason {
  return (text) =>
    text.trim().length <= max
      ? null
      : new InvalidInput(`${name} has ${text.trim().length} characters, more than ${max}.`);
}

/** A tuple or a list as Python prints it. */
const tuple = (items: readonly string[]) => `(${items.map(pyRepr).join(", ")})`;

const list = (items: readonly string[]) => `[${items.map(pyRepr).join(", ")}]`;

/** What an administrator may reset a backup to. */
const BACKUP_RESETS = ["available", "error"];

function oneOf(
  items: readonly string[],
  what: string,
  error: (text: string) => CloudError,
  shown = tuple(items),
): Reason {
  return (text) =>
    text === "" || items.includes(text.toLowerCase())
      ? null
      : error(`${what}: ${text} is invalid, valid statuses are: ${shown}.`);
}

const parameterError = (text: string) => new InvalidParameterValue(text);
const notEmptyStatus =
  (error: (text: string) => CloudError, next: Reason): Reason =>
  (text) =>
    text.trim() === "" ? error("The 'status' can not be empty.") : next(text);
/** Unlike the others, these may not be empty. */
const given =
  (next: Reason, what: string, shown: string): Reason =>
  (text) =>
    text === "" ? parameterError(`${what}: ${text} is invalid, valid statuses are: ${shown}.`) : next(text);

const REASONS: Record<string, Reason> = {
  cinder_name: (text) =>
    text.trim() === ""
      ? invalidName(text === "" ? "The 'name' can not be None." : "The 'name' can not be empty.")
      : null,
  cinder_name_trimmed(text) {
    if (text === "") return invalidName("The 'name' can not be None.");
    if (text.trim() === "") return invalidName("The 'name' can not be empty.");
    return text.trim().length > MAX_LENGTH
      ? invalidName("The 'name' can not be greater than 255 characters.")
      : null;
  },
  cinder_optional_name: longerThan(MAX_LENGTH, "name"),
  cinder_optional_description: longerThan(MAX_LENGTH, "description"),
  cinder_availability_zone(text) {
    if (text.trim() === "") {
      return text === ""
        ? new Invalid("The 'availability_zone' can not be None.")
        : new InvalidInput("availability_zone has a minimum character requirement of 1.");
    }
    return longerThan(MAX_LENGTH, "availability_zone")(text);
  },
  cinder_group_type(text) {
    if (text === "") return new Invalid("The 'group_type' can not be None.");
    if (text.trim() === "") return new InvalidInput("group_type has a minimum character requirement of 1.");
    return longerThan(MAX_LENGTH, "group_type")(text);
  },
  cinder_disabled_reason(text) {
    return text !== "" && text.trim() === ""
      ? new InvalidInput("disabled_reason has a minimum character requirement of 1.")
      : longerThan(MAX_LENGTH, "disabled_reason")(text);
  },
  cinder_progress(text) {
    if (text === "") return null;
    const number = /^[+-]?\d+$/.test(text.slice(0, -1)) ? Number(text.slice(0, -1)) : null;
    if (number === null) return new InvalidInput("progress must be an integer percentage");
    return number < 0 || number > 100 || !text.endsWith("%")
      ? new InvalidInput("progress must be an integer percentage between 0 and 100")
      : null;
  },
  cinder_log_level: (text) =>
    LOG_LEVELS.includes(text.toUpperCase()) ? null : new InvalidInput(`${text} is not a valid log level.`),
  cinder_key_size: (text) =>
    /^[+-]?\d+$/.test(text.trim()) ? null : new InvalidInput("key_size must be an integer."),
  cinder_volume_status: oneOf(VOLUME_STATUSES, "Volume status", parameterError),
  cinder_attach_status: oneOf(
    ["attached", "detached"],
    "Volume attach status",
    parameterError,
    "['attached', 'detached']",
  ),
  cinder_migration_status: oneOf(MIGRATION_STATUSES, "Volume migration status", parameterError),
  cinder_snapshot_status: given(
    oneOf(SNAPSHOT_STATUSES, "Snapshot status", parameterError),
    "Snapshot status",
    tuple(SNAPSHOT_STATUSES),
  ),
  cinder_backup_status: given(
    oneOf(BACKUP_RESETS, "Backup status", parameterError, list(BACKUP_RESETS)),
    "Backup status",
    list(BACKUP_RESETS),
  ),
  cinder_group_snapshot_status: notEmptyStatus(
    (text) => new InvalidGroupSnapshotStatus(text),
    oneOf(GROUP_SNAPSHOT_STATUSES, "Group snapshot status", (text) => new InvalidGroupSnapshotStatus(text)),
  ),
  cinder_group_status: notEmptyStatus(
    (text) => new InvalidGroupStatus(text),
    (text) =>
      (GROUP_SNAPSHOT_STATUSES as readonly string[]).includes(text.toLowerCase())
        ? null
        : new InvalidGroupStatus(
            `Group status: ${text} is invalid, valid status are: ${tuple(GROUP_STATUSES)}.`,
          ),
  ),
};

for (const [name, reason] of Object.entries(REASONS)) Format.Set(name, (text) => reason(text) === null);
Format.Set("cinder_uuid", isUuidLike);
// Python leaves out what is not of the alphabet, and minds only the padding.
Format.Set("cinder_base64", (text) => text.replaceAll(/[^A-Za-z0-9+/=]/g, "").length % 4 === 0);

/** A violation as Cinder words it. */
export function violationError(violation: Violation): CloudError {
  const { format, value } = violation;
  const raised = format === null || typeof value !== "string" ? null : REASONS[format]?.(value);
  if (raised) return raised;
  const name = violation.path.at(-1);
  const message = violation.message.replaceAll("'cinder_", "'");
  if (name === undefined) return new Invalid(message);
  return new Invalid(`Invalid input for field/attribute ${name}. Value: ${pyStr(value)}. ${message}`);
}
