// /os-services. Authority: cinder/api/contrib/services.py and extended_services.py of Zed.

import { pyRepr } from "../../core/python.ts";
import { isoMicros } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput, ServiceNotFound } from "../errors.ts";
import { fromMoment } from "../moments.ts";
import { poolStates } from "../scheduler/pools.ts";
import type { ServiceRow } from "../tables.ts";
import { VOLUME_BINARY } from "../topics.ts";
import { checkBody, type Json, readJson } from "./bodies.ts";
import { logLevelsOf, setLogLevels } from "./log-levels.ts";
import * as schemas from "./schemas/administration.ts";
import { failoverHost } from "./schemas/clusters.ts";

const BACKEND_STATE_REPORT = 49;
const REPLICATION_CLUSTER = 26;
const LOG_LEVELS = 32;

export function serviceRoutes(cinder: Cinder): Route[] {
  const { services } = cinder;

  function list(call: Call): Reply {
    call.enforce("volume_extension:services:index");
    const host = call.query.get("host");
    const binary = call.query.get("binary");
    const states = new Map(poolStates(cinder).map(({ backend, capabilities }) => [backend, capabilities]));
    const rows = services
      .list()
      .filter((row) => host === null || row.host === host || row.host.startsWith(`${host}@`))
      .filter((row) => binary === null || row.binary === binary);
    return json(200, {
      services: rows.map((row) => serviceView(call, row, states.get(row.host)?.["backend_state"] ?? null)),
    });
  }

  function serviceView(call: Call, row: ServiceRow, backendState: unknown): Json {
    const seen = Math.max(fromMoment(row.updated_at ?? row.created_at), fromMoment(row.modified_at));
    const view: Json = {
      binary: row.binary,
      host: row.host,
      zone: row.availability_zone,
      status: row.disabled ? "disabled" : "enabled",
      state: services.isUp(row) ? "up" : "down",
      updated_at: isoMicros(seen),
      disabled_reason: row.disabled_reason,
    };
    if (call.minor >= 7) view["cluster"] = row.cluster_name;
    if (row.binary !== VOLUME_BINARY) return view;
    if (call.minor >= BACKEND_STATE_REPORT) view["backend_state"] = backendState;
    return {
      ...view,
      replication_status: row.replication_status,
      active_backend_id: row.active_backend_id,
      frozen: row.frozen,
    };
  }

  /** @throws Invalid for a body that does not fit the action */
  async function bodyOf(call: Call, schema: object): Promise<Record<string, string | null | undefined>> {
    const body = await readJson(call);
    checkBody(schema, body);
    return body as Record<string, string | null | undefined>;
  }

  function hostOf(body: Record<string, unknown>): string {
    const { host } = body;
    if (typeof host !== "string") throw new InvalidInput("Host field is missing.");
    return host;
  }

  async function update(call: Call): Promise<Reply> {
    call.enforce("volume_extension:services:update");
    switch (call.param("action")) {
      case "enable":
        return setEnabled(await bodyOf(call, schemas.enableService), { disabled: false, status: "enabled" });
      case "disable":
        return setEnabled(await bodyOf(call, schemas.enableService), { disabled: true, status: "disabled" });
      case "disable-log-reason": {
        const body = await bodyOf(call, schemas.disableServiceWithReason);
        const disabled_reason = body["disabled_reason"] ?? null;
        return setEnabled(body, { disabled: true, disabled_reason, status: "disabled" });
      }
      case "freeze":
        call.enforce("volume:freeze_host");
        return freeze(hostOf(await bodyOf(call, schemas.freeze)), true);
      case "thaw":
        call.enforce("volume:thaw_host");
        return freeze(hostOf(await bodyOf(call, schemas.freeze)), false);
      case "failover_host":
        return failover(call, await bodyOf(call, failoverHost));
      case "failover":
        if (call.minor >= REPLICATION_CLUSTER) return failover(call, await bodyOf(call, failoverHost));
        throw new InvalidInput("Unknown action");
      case "set-log":
        if (call.minor < LOG_LEVELS) throw new InvalidInput("Unknown action");
        setLogLevels(cinder, await bodyOf(call, schemas.setLog));
        return empty(202);
      case "get-log":
        if (call.minor < LOG_LEVELS) throw new InvalidInput("Unknown action");
        return json(200, { log_levels: logLevelsOf(cinder, await bodyOf(call, schemas.getLog)) });
      default:
        throw new InvalidInput("Unknown action");
    }
  }

  function setEnabled(
    body: Record<string, string | null | undefined>,
    { status, ...changes }: { disabled: boolean; disabled_reason?: string | null; status: string },
  ): Reply {
    const host = hostOf(body);
    const { service = "", binary = "" } = body;
    const row = services.store.find(binary || service || "", host);
    if (!row) throw new ServiceNotFound(binary || service || "", host);
    services.store.change(row.id, changes);
    return json(200, { ...changes, host, service, binary, status });
  }

  function freeze(host: string, frozen: boolean): Reply {
    const row = services.store.find(VOLUME_BINARY, host);
    if (!row) throw new InvalidInput(`No service found with host=${host}`);
    if (row.frozen === frozen) {
      throw new InvalidInput(`No service could be changed: ${!frozen} is not the value of frozen.`);
    }
    services.store.change(row.id, { frozen });
    return empty(202);
  }

  /** No back end here is replicated, so none can be taken over. */
  function failover(call: Call, body: Record<string, unknown>): never {
    call.enforce("volume:failover_host");
    const host = hostOf(body);
    if (!services.store.find(VOLUME_BINARY, host))
      throw new InvalidInput(`No service found with host=${host}`);
    throw new InvalidInput(
      `replication_status in [${pyRepr(host)}] must be ['enabled', 'failed-over'] and must be up to failover.`,
    );
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  return [
    { method: "GET", path: "/os-services", handler: list, access: asks("volume_extension:services:index") },
    {
      method: "PUT",
      path: "/os-services/:action",
      handler: update,
      access: asks(
        "volume_extension:services:update",
        "volume:freeze_host",
        "volume:thaw_host",
        "volume:failover_host",
      ),
    },
  ];
}
