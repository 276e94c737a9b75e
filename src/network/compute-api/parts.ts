// What the compute API's network calls work with.

import { Invalid } from "../../core/errors.ts";
import type { Peers } from "../../core/peers.ts";
import type { Call } from "../../http/call.ts";
import { type NetworkParts, networkParts } from "../parts.ts";

/** What the compute service gives to `novaNetworkRoutes`. */
export interface NovaNetworkOptions {
  peers: Peers;
  /** Nova's quota of a project for `floating_ips`, `security_groups` or `security_group_rules`; -1 is no limit. */
  limit(projectId: string, resource: string): number;
  /** Longest list (nova.conf: max_limit). */
  maxLimit: number;
  /** The server named in the path, for a caller who may. @throws InstanceNotFound, PolicyNotAuthorized */
  server(call: Call, rule: string, parameter: string): { uuid: string };
}

/** The rules, as the network service has them at the moment. @throws PeerUnavailable when it is stopped */
export function networkOf(options: NovaNetworkOptions): NetworkParts {
  return options.peers.get(networkParts);
}

/** Nova served these until the network service had taken over. */
export const PROXY_UNTIL = 35;

const MALFORMED =
  "The server could not comply with the request since it is either malformed or otherwise incorrect.";

/** A part of a body that Nova has no schema for. @throws Invalid as nova/api/openstack/compute/security_groups.py */
export function fromBody(call: Call, key: string): Record<string, unknown> {
  const { body } = call;
  if (body === null || body === undefined || (isRecord(body) && Object.keys(body).length === 0)) {
    throw new Invalid("The request body can't be empty");
  }
  if (!isRecord(body)) throw new Invalid(MALFORMED);
  const value = body[key];
  if (value === null || value === undefined) throw new Invalid(`Missing parameter ${key}`);
  if (!isRecord(value)) throw new Invalid(MALFORMED);
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `limit` and `offset` of a list (nova/api/openstack/common.py, `limited`). */
export function limited<T>(call: Call, rows: readonly T[], maxLimit: number): T[] {
  const offset = Number(call.query.get("offset") ?? 0);
  const limit = Number(call.query.get("limit") ?? maxLimit) || maxLimit;
  return rows.slice(offset, offset + Math.min(limit, maxLimit));
}
