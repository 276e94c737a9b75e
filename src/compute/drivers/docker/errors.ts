// What goes wrong at the docker daemon, in the words of the driver contract.

import { CloudError, errorOf, messageOf } from "../../../core/errors.ts";
import { GuestNotFound, GuestOperationFailed, type GuestRef } from "../driver.ts";

/** The daemon does not answer. */
export class DockerUnavailable extends errorOf("unavailable") {}

/** Containers cannot do it; said where a capability is missing and the verb is called all the same. */
export class NotSupportedByDocker extends errorOf("not-implemented") {
  constructor(what: string) {
    super(`The docker driver cannot ${what}.`, { type: "NotImplementedError" });
  }
}

const UNREACHABLE: readonly unknown[] = ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EACCES", "EPIPE"];

/** The status of an answer of docker's API; null for anything else. */
export function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : null;
}

/** What a failed call means for the caller of the driver. Errors of the cloud's own pass. */
export function translated(error: unknown, what: string, guest: GuestRef): CloudError {
  if (error instanceof CloudError) return error;
  const text = `${what} ${guest.uuid}: ${messageOf(error)}`;
  const status = statusOf(error);
  if (status === 404) return new GuestNotFound(guest.uuid);
  const { code } = error as { code?: unknown };
  if (status === null && UNREACHABLE.includes(code)) return new DockerUnavailable(text, { cause: error });
  return new GuestOperationFailed(text, { cause: error });
}
