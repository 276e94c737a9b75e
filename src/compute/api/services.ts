// /os-services. Authority: nova/api/openstack/compute/services.py of Zed.

import type { Clock } from "../../core/clock.ts";
import { Conflict, Invalid, NotFound } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { boolFromString } from "../../core/python.ts";
import { isoMicros } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { PlacementPublic } from "../../placement/public.ts";
import type { PeripheryParts } from "../make-periphery.ts";
import type { ComputeNodes } from "../nodes.ts";
import { COMPUTE_BINARY, type ServiceEntry } from "../services-table.ts";
import { listServices, updateService, updateServiceOld } from "./services.schemas.ts";

/** Since here a service is named by its uuid, in the path. */
export const UUID_SINCE = 53;
const FORCED_DOWN_SINCE = 11;

interface OldBody {
  host: string;
  binary: string;
  disabled_reason?: string;
  forced_down?: boolean | string;
}

interface NewBody {
  status?: "enabled" | "disabled";
  disabled_reason?: string;
  forced_down?: boolean | string;
}

export interface ServiceRouteParts {
  periphery: PeripheryParts;
  nodes: ComputeNodes;
  placement(): PlacementPublic | null;
  clock: Clock;
  log: Logger;
}

export function serviceRoutes({ periphery, nodes, placement, clock, log }: ServiceRouteParts): Route[] {
  const { services, zones, store } = periphery;

  function view(call: Call, service: ServiceEntry, forcedDown: boolean): Record<string, unknown> {
    return {
      binary: service.binary,
      host: service.host,
      id: call.minor >= UUID_SINCE ? service.uuid : service.id,
      zone: zones.zoneOfService(service),
      status: service.disabled ? "disabled" : "enabled",
      state: services.isUp(service) ? "up" : "down",
      updated_at: service.updatedAtMs === null ? null : isoMicros(service.updatedAtMs),
      disabled_reason: service.disabledReason,
      ...(forcedDown ? { forced_down: service.forcedDown } : {}),
    };
  }

  function list(call: Call): Reply {
    const host = call.query.get("host");
    const binary = call.query.get("binary");
    const found = services
      .list()
      .filter((service) => (!host || service.host === host) && (!binary || service.binary === binary));
    const forcedDown = call.minor >= FORCED_DOWN_SINCE;
    return json(200, { services: found.map((service) => view(call, service, forcedDown)) });
  }

  /** `PUT /os-services/disable` and its like. */
  function updateOld(call: Call): Reply {
    const body = call.body as OldBody;
    const { host, binary } = body;
    const answer = (more: object) => json(200, { service: { host, binary, ...more } });
    switch (call.param("id")) {
      case "enable":
        services.setDisabled(target(body).id, false, null);
        return answer({ status: "enabled" });
      case "disable":
        services.setDisabled(target(body).id, true, null);
        return answer({ status: "disabled" });
      case "disable-log-reason": {
        const reason = body.disabled_reason;
        if (reason === undefined) throw new Invalid("Missing disabled reason field");
        services.setDisabled(target(body).id, true, reason);
        return answer({ status: "disabled", disabled_reason: reason });
      }
      case "force-down": {
        if (call.minor < FORCED_DOWN_SINCE) break;
        if (body.forced_down === undefined) throw new Invalid("Missing forced_down field");
        const forcedDown = boolFromString(body.forced_down) ?? false;
        if (binary === COMPUTE_BINARY && !forcedDown) checkEvacuations(host);
        services.setForcedDown(target(body).id, forcedDown);
        return answer({ forced_down: forcedDown });
      }
    }
    throw new NotFound("Unknown action");
  }

  function target({ host, binary }: OldBody): ServiceEntry {
    refuseOthers(binary);
    const service = services.find(binary, host);
    if (!service) throw new NotFound(`Host '${host}' is not mapped to any cell`);
    return service;
  }

  function update(call: Call): Reply {
    const id = checkedId(call);
    const service = services.get(id);
    refuseOthers(service.binary);
    const body = call.body as NewBody;
    const forcedDown = body.forced_down === undefined ? null : (boolFromString(body.forced_down) ?? false);
    if (body.status === "enabled" && body.disabled_reason) {
      throw new Invalid("Specifying 'disabled_reason' with status 'enabled' is invalid.");
    }
    if (body.status === undefined && forcedDown === null) {
      throw new Invalid("No updates were requested. Fields 'status' or 'forced_down' should be specified.");
    }
    if (forcedDown === false) checkEvacuations(service.host);
    store.db.transaction(() => {
      if (body.status !== undefined) {
        services.setDisabled(service.id, body.status === "disabled", body.disabled_reason ?? null);
      }
      if (forcedDown !== null) services.setForcedDown(service.id, forcedDown);
    });
    return json(200, { service: view(call, services.get(id), true) });
  }

  function remove(call: Call): Reply {
    const id = checkedId(call);
    const service = find(id);
    if (service.binary === COMPUTE_BINARY) removeHost(call, service.host);
    services.delete(service.id);
    return empty(204);
  }

  function find(id: string): ServiceEntry {
    try {
      return services.get(id);
    } catch (error) {
      if (error instanceof NotFound) throw new NotFound(`Service ${id} not found.`);
      throw error;
    }
  }

  /** What goes with a compute service: its place in aggregates, its node, its resource provider. */
  function removeHost(call: Call, host: string): void {
    if (store.countServersOn([host]) > 0) {
      throw new Conflict(
        "Unable to delete compute service that is hosting instances. Migrate or delete the instances first.",
      );
    }
    if (store.migrationsInProgress(host) > 0) {
      throw new Conflict(
        "Unable to delete compute service that has in-progress migrations. Complete the migrations or delete the instances first.",
      );
    }
    zones.forgetHost(host);
    const node = nodes.ofHost(host);
    if (!node) return;
    try {
      placement()?.removeProvider(call.context, node.uuid);
    } catch (error) {
      log.error(
        call.context,
        `Failed to delete compute node resource provider for compute node ${node.uuid}`,
        error,
      );
    }
    nodes.remove(node, clock.now());
  }

  function checkEvacuations(host: string): void {
    if (store.evacuationsDone(host) === 0) return;
    throw new Invalid(
      `Unable to force up host ${host} as \`done\` evacuation migration records remain associated with the host. Ensure the compute service has been restarted, allowing these records to move to \`completed\` before retrying this request.`,
    );
  }

  const rule = (verb: string) => `os_compute_api:os-services:${verb}`;
  const one = "/os-services/:id";
  return [
    { method: "GET", path: "/os-services", handler: list, access: rule("list"), query: listServices },
    {
      method: "PUT",
      path: one,
      handler: updateOld,
      access: rule("update"),
      body: updateServiceOld,
      until: UUID_SINCE - 1,
    },
    {
      method: "PUT",
      path: one,
      handler: update,
      access: rule("update"),
      body: updateService,
      since: UUID_SINCE,
    },
    { method: "DELETE", path: one, handler: remove, access: rule("delete") },
  ];
}

/** @throws Invalid for what can be no id of a service at this version */
function checkedId(call: Call): string {
  const id = call.param("id");
  if (call.minor >= UUID_SINCE) {
    if (!isUuidLike(id)) throw new Invalid(`Invalid uuid ${id}`);
  } else if (!/^[+-]?\d+$/.test(id)) throw new Invalid("id must be an integer");
  return id;
}

function refuseOthers(binary: string): void {
  if (binary === COMPUTE_BINARY) return;
  throw new Invalid(
    `Updating a ${binary} service is not supported. Only nova-compute services can be updated.`,
  );
}
