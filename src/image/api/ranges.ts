// Byte ranges of a download, as Glance understands them: one range, in `Range` or, as it used to be, in the request's
// `Content-Range`. Authority: `get_range_from_request` in glance/common/wsgi.py of Zed, webob's byterange.

import { Invalid } from "../../core/errors.ts";
import type { Call } from "../../http/call.ts";
import { type Detailed, RangeNotSatisfiable } from "../errors.ts";

export interface ByteRange {
  offset: number;
  length: number;
}

class BadRange extends RangeNotSatisfiable implements Detailed {
  readonly detail: string;

  constructor(detail: string) {
    super("The Range requested is not available.");
    this.detail = detail;
  }
}

/** Null when everything is wanted. @throws Invalid for several ranges, RangeNotSatisfiable */
export function rangeOf(call: Call, size: number): ByteRange | null {
  const range = call.header("range");
  if (range !== null) return parseRange(range, size);
  const contentRange = call.header("content-range");
  return contentRange === null ? null : parseContentRange(contentRange, size);
}

function parseRange(text: string, size: number): ByteRange {
  if (text.includes(",")) {
    throw new Invalid(
      "Requests with multiple ranges are not supported in Glance. You may make multiple single-range requests instead.",
    );
  }
  const m = /^bytes *= *(\d*) *- *(\d*)/i.exec(text);
  const [first, last] = [m?.[1] ?? "", m?.[2] ?? ""];
  if (!m || (first === "" && last === "") || (first !== "" && last !== "" && Number(last) < Number(first))) {
    throw new BadRange("Invalid Range header.");
  }
  if (first === "") {
    const length = Math.min(Number(last), size);
    return { offset: size - length, length };
  }
  const offset = Number(first);
  if (offset >= size) throw beyond("Range", "start", `[0, ${size - 1}]`);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  return { offset, length: end - offset };
}

function parseContentRange(text: string, size: number): ByteRange {
  const m = /^bytes (?:(\d+)-(\d+)|\*)\/(?:(\d+)|\*)$/.exec(text);
  if (!m || m[1] === undefined || Number(m[2]) < Number(m[1]))
    throw new BadRange("Invalid Content-Range header.");
  const [offset, end] = [Number(m[1]), Number(m[2]) + 1];
  if (m[3] === undefined && end > size) throw beyond("Content-Range", "stop", `[0, ${size - 1}]`);
  if (offset >= size) throw beyond("Content-Range", "start", `[0, ${size - 1}]`);
  return { offset, length: Math.min(end, size) - offset };
}

function beyond(header: string, end: "start" | "stop", interval: string): BadRange {
  const subject = end === "start" ? "Start position MUST" : "The stop position MUST";
  return new BadRange(
    `Invalid ${end} position in ${header} header. ${subject} be in the inclusive range ${interval}.`,
  );
}
