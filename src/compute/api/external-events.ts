// /os-server-external-events and /os-assisted-volume-snapshots. Authority:
// nova/api/openstack/compute/{server_external_events,assisted_volume_snapshots}.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { Nova } from "../nova.ts";
import { handleEvent } from "../servers/external-events.ts";
import * as schemas from "./action-schemas.ts";
import { handlerAsks } from "./target.ts";

const CREATE = "os_compute_api:os-server-external-events:create";
const ASSISTED = "os_compute_api:os-assisted-volume-snapshots";

/** Events that mean nothing without a tag. */
const TAG_REQUIRED = new Set([
  "volume-extended",
  "power-update",
  "accelerator-request-bound",
  "volume-reimaged",
]);

interface GivenEvent {
  server_uuid: string;
  name: string;
  status?: string;
  tag?: string;
  code?: number;
}

export function externalEventRoutes(nova: Nova): Route[] {
  function createEvents(call: Call): Reply {
    call.enforce(CREATE, {});
    const { events } = call.body as { events: GivenEvent[] };
    const answers = events.map((event) => {
      const instance = nova.store.instance(event.server_uuid);
      if (!instance) return { ...event, status: "failed", code: 404 };
      if (TAG_REQUIRED.has(event.name) && event.tag === undefined) {
        return { ...event, status: "failed", code: 400 };
      }
      if (!instance.host) return { ...event, status: "failed", code: 422 };
      handleEvent(nova, call.context, instance, {
        name: event.name,
        serverUuid: instance.uuid,
        status: event.status ?? "completed",
        tag: event.tag ?? null,
      });
      return { ...event, status: "completed", code: 200 };
    });
    const status = answers.every(({ code }) => code === 200) ? 200 : 207;
    return json(status, { events: answers });
  }

  /** Only drivers of shared file systems use these: no volume driver here does. */
  function refuseSnapshot(call: Call): Reply {
    call.enforce(`${ASSISTED}:${call.method === "POST" ? "create" : "delete"}`, {});
    throw new Invalid("Assisted volume snapshots are not supported by the volume drivers of this cloud.");
  }

  return [
    {
      method: "POST",
      path: "/os-server-external-events",
      handler: createEvents,
      access: handlerAsks(CREATE),
      body: schemas.externalEvents,
    },
    {
      method: "POST",
      path: "/os-assisted-volume-snapshots",
      handler: refuseSnapshot,
      access: handlerAsks(`${ASSISTED}:create`),
      body: { type: "object" },
    },
    {
      method: "DELETE",
      path: "/os-assisted-volume-snapshots/:id",
      handler: refuseSnapshot,
      access: handlerAsks(`${ASSISTED}:delete`),
    },
  ];
}
