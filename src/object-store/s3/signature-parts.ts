// What both versions of S3 signatures need: dates, paths, hashes.

import { createHmac, timingSafeEqual } from "node:crypto";
import type { SwiftRequest } from "../request.ts";
import { fromWire } from "../wire.ts";
import { S3Error } from "./errors.ts";
import type { S3Settings } from "./settings.ts";

export const BAD_DATE = "AWS authentication requires a valid Date or x-amz-date header";

export function denied(message?: string): S3Error {
  return new S3Error("AccessDenied", message === undefined ? {} : { message });
}

/** Milliseconds of `20130524T000000Z`, of an HTTP date, or of `2013-05-24T00:00:00`. @throws S3Error */
export function dateMs(text: string | null | undefined): number {
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "");
  const iso = compact
    ? `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text ?? "")
      ? `${text}Z`
      : (text ?? "");
  const ms = Date.parse(iso);
  if (Number.isNaN(ms) || ms < 0) throw denied(BAD_DATE);
  return ms;
}

export function checkSkew(ms: number, settings: S3Settings, nowMs: number): void {
  if (Math.abs(ms - nowMs) > settings.allowableClockSkewSeconds * 1000)
    throw new S3Error("RequestTimeTooSkewed");
}

/** Under a mount point, clients differ in whether the path of the endpoint belongs to what they sign. */
export function paths({ env: { mount } }: SwiftRequest, path: string): string[] {
  if (mount === "") return [path === "" ? "/" : path];
  return [
    mount + path,
    path === "" ? "/" : path,
    ...(path === "/" || path === "" ? [mount, `${mount}/`] : []),
  ];
}

export function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is Unicode in our hands is bytes in a signature. */
export function toBytes(text: string): string {
  return fromWire(text) === text ? text : Buffer.from(text, "utf8").toString("latin1");
}

export function hmac256(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text, "latin1").digest();
}

export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
