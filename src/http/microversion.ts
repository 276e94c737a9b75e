// Microversions: one client header chooses the behaviour of one request. Authority: the API-SIG's "Microversion
// Specification" and nova/api/openstack/api_version_request.py.

import { CloudError, Invalid } from "../core/errors.ts";
import type { Call } from "./call.ts";

export interface Microversions {
  /** The name in `OpenStack-API-Version: compute 2.79`. */
  service: string;
  /** Nova's and Cinder's older header, lower-case: `x-openstack-nova-api-version`. */
  legacyHeader?: string;
  major: number;
  /** The lowest and the highest second number served. */
  min: number;
  max: number;
  /** Of the answer's Vary, where it is not written `OpenStack-API-Version`. */
  vary?: string;
}

/** 406: a version that is well-formed but not served. */
export class VersionNotSupported extends CloudError {
  readonly asked: string;

  constructor(asked: string, served: Microversions) {
    super(
      "not-acceptable",
      `Version ${asked} is not supported by the API. Minimum is ${served.major}.${served.min} and maximum is ${served.major}.${served.max}.`,
    );
    this.asked = asked;
  }
}

/**
 * The second number of the version this call asks for; the lowest when it asks for none.
 * @throws Invalid for a header that is no version, VersionNotSupported for one out of range
 */
export function negotiate(call: Call, served: Microversions): number {
  const asked = askedVersion(call, served);
  if (asked === null) return served.min;
  if (asked === "latest") return served.max;
  const m = /^([1-9]\d*)\.([1-9]\d*|0)$/.exec(asked);
  if (!m) {
    throw new Invalid(
      `API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`,
      {
        type: "InvalidAPIVersionString",
      },
    );
  }
  const [major, minor] = [Number(m[1]), Number(m[2])];
  if (major !== served.major || minor < served.min || minor > served.max) {
    throw new VersionNotSupported(asked, served);
  }
  return minor;
}

function askedVersion(call: Call, served: Microversions): string | null {
  const header = call.header("openstack-api-version");
  for (const entry of header?.split(",") ?? []) {
    const [service, version] = entry.trim().split(/\s+/);
    if (service?.toLowerCase() === served.service && version) return version.toLowerCase();
  }
  return served.legacyHeader ? (call.header(served.legacyHeader)?.trim().toLowerCase() ?? null) : null;
}

/** The headers that tell which version was used. */
export function versionHeaders(minor: number, served: Microversions): Record<string, string> {
  const version = `${served.major}.${minor}`;
  const headers: Record<string, string> = { "openstack-api-version": `${served.service} ${version}` };
  let vary = served.vary ?? "OpenStack-API-Version";
  if (served.legacyHeader) {
    headers[served.legacyHeader] = version;
    vary += `, ${served.legacyHeader
      .split("-")
      .map((word) =>
        word === "openstack" ? "OpenStack" : word === "api" ? "API" : word[0]!.toUpperCase() + word.slice(1),
      )
      .join("-")}`;
  }
  headers["vary"] = vary;
  return headers;
}
