import { isIP } from "node:net";
import type { HostState } from "../host-state.ts";
import { hintList, hintText, type SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** Hint `different_host`: not where one of those servers is. */
export class DifferentHostFilter implements HostFilter {
  readonly name = "DifferentHostFilter";
  readonly oncePerRequest = true;

  applies(request: SchedulingRequest): boolean {
    return hintList(request, "different_host").length > 0;
  }

  passes(host: HostState, request: SchedulingRequest): boolean {
    const uuids = hintList(request, "different_host");
    return uuids.length === 0 || !request.hostsOf(uuids).has(host.host);
  }
}

/** Hint `same_host`: where one of those servers is. */
export class SameHostFilter implements HostFilter {
  readonly name = "SameHostFilter";
  readonly oncePerRequest = true;

  applies(request: SchedulingRequest): boolean {
    return hintList(request, "same_host").length > 0;
  }

  passes(host: HostState, request: SchedulingRequest): boolean {
    const uuids = hintList(request, "same_host");
    return uuids.length === 0 || request.hostsOf(uuids).has(host.host);
  }
}

/** Hints `build_near_host_ip` and `cidr`: hosts of that network. */
export class SimpleCIDRAffinityFilter implements HostFilter {
  readonly name = "SimpleCIDRAffinityFilter";
  readonly oncePerRequest = true;

  passes(host: HostState, request: SchedulingRequest): boolean {
    const near = hintText(request, "build_near_host_ip");
    if (!near) return true;
    const bits = Number((hintText(request, "cidr") ?? "/24").replace("/", ""));
    const [a, b] = [ipv4Number(near), ipv4Number(host.row.host_ip ?? "")];
    if (a === null || b === null || !(bits >= 0 && bits <= 32)) return false;
    const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
    return (a & mask) >>> 0 === (b & mask) >>> 0;
  }
}

function ipv4Number(address: string): number | null {
  if (isIP(address) !== 4) return null;
  return address.split(".").reduce((n, part) => n * 256 + Number(part), 0);
}
