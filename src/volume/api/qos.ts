// /qos-specs. Authority: cinder/api/contrib/qos_specs_manage.py and cinder/api/views/qos_specs.py of Zed. Associating is a
// GET there, so it is here.

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import {
  associateQos,
  createQos,
  deleteQos,
  disassociateAllQos,
  disassociateQos,
  findQos,
  type QosValues,
  removeQosKeys,
  requiredTypeId,
  updateQos,
} from "../qos.ts";
import type { QosRecord } from "../store/qos.ts";
import type { Json } from "./bodies.ts";
import { nextLink, resourceLinks } from "./paths.ts";
import { boolParam, take, takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/administration.ts";

const RULE = "volume_extension:qos_specs_manage";

export function qosRoutes(cinder: Cinder): Route[] {
  const view = ({ id, name, consumer, specs }: QosRecord): Json => ({ id, name, consumer, specs });
  const detail = (call: Call, record: QosRecord): Json => ({
    qos_specs: view(record),
    links: resourceLinks(call, "qos-specs", record.id),
  });

  function list(call: Call): Reply {
    call.enforce(`${RULE}:get_all`);
    const query = new URLSearchParams(call.query);
    const { limit, marker, offset } = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
    const [sort] = takeSort(query);
    const sets = cinder.store.qos
      .all()
      .filter((set) =>
        ["id", "consumer"].every((name) => !query.has(name) || query.get(name) === set[name as "id"]),
      )
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1) * (sort?.direction === "asc" ? 1 : -1));
    const start = marker === null ? 0 : sets.findIndex(({ id }) => id === findQos(cinder, marker).id) + 1;
    const page = sets.slice(start + offset, start + offset + limit);
    const ids = page.map(({ id }) => id);
    return json(200, {
      qos_specs: page.map(view),
      ...nextLink(call, "qos_specs_links", "qos-specs", limit, ids),
    });
  }

  function create(call: Call): Reply {
    call.enforce(`${RULE}:create`);
    const { name, ...values } = (call.body as { qos_specs: Record<string, unknown> }).qos_specs;
    const texts = Object.entries(values).map(([key, value]) => [key, value === null ? null : String(value)]);
    const record = createQos(cinder, String(name).trim(), Object.fromEntries(texts) as QosValues);
    return json(200, detail(call, record));
  }

  function show(call: Call): Reply {
    call.enforce(`${RULE}:get`);
    return json(200, detail(call, findQos(cinder, call.param("id"))));
  }

  function update(call: Call): Reply {
    call.enforce(`${RULE}:update`);
    const body = call.body as { qos_specs: QosValues };
    updateQos(cinder, call.param("id"), body.qos_specs);
    return json(200, body);
  }

  function remove(call: Call): Reply {
    call.enforce(`${RULE}:delete`);
    const force = boolParam("force", take(new URLSearchParams(call.query), "force"));
    deleteQos(cinder, call.param("id"), force);
    return empty(202);
  }

  function removeKeys(call: Call): Reply {
    call.enforce(`${RULE}:delete`);
    removeQosKeys(cinder, call.param("id"), (call.body as { keys: string[] }).keys);
    return empty(202);
  }

  function associations(call: Call): Reply {
    call.enforce(`${RULE}:get_all`);
    const { id } = findQos(cinder, call.param("id"));
    return json(200, {
      qos_associations: cinder.store.types
        .typesWithQos(id)
        .map((type) => ({ association_type: "volume_type", name: type.name, id: type.id })),
    });
  }

  const change = (work: (call: Call, id: string) => void) => (call: Call) => {
    call.enforce(`${RULE}:update`);
    work(call, call.param("id"));
    return empty(202);
  };
  const typeId = (call: Call) => requiredTypeId(call.query.get("vol_type_id"));
  const asks = (rule: string) => ({ handlerAsks: [`${RULE}:${rule}`] });
  const path = "/qos-specs";
  return [
    { method: "GET", path, handler: list, access: asks("get_all") },
    { method: "POST", path, handler: create, access: asks("create"), body: schemas.createQos },
    { method: "GET", path: `${path}/:id`, handler: show, access: asks("get") },
    { method: "PUT", path: `${path}/:id`, handler: update, access: asks("update"), body: schemas.setQos },
    { method: "DELETE", path: `${path}/:id`, handler: remove, access: asks("delete") },
    {
      method: "PUT",
      path: `${path}/:id/delete_keys`,
      handler: removeKeys,
      access: asks("delete"),
      body: schemas.unsetQos,
    },
    { method: "GET", path: `${path}/:id/associations`, handler: associations, access: asks("get_all") },
    {
      method: "GET",
      path: `${path}/:id/associate`,
      handler: change((call, id) => associateQos(cinder, call, id, typeId(call))),
      access: asks("update"),
    },
    {
      method: "GET",
      path: `${path}/:id/disassociate`,
      handler: change((call, id) => disassociateQos(cinder, call, id, typeId(call))),
      access: asks("update"),
    },
    {
      method: "GET",
      path: `${path}/:id/disassociate_all`,
      handler: change((_, id) => disassociateAllQos(cinder, id)),
      access: asks("update"),
    },
  ];
}
