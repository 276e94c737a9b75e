// /default-types, since 3.62: the type of a project's volumes that name none. Authority: cinder/api/v3/default_types.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { ProjectDefaultTypeNotFound, VolumeTypeNotFound, VolumeTypeNotFoundByName } from "../errors-types.ts";
import * as schemas from "./schemas/administration.ts";

export function defaultTypeRoutes(cinder: Cinder): Route[] {
  const store = cinder.store.types;
  const since = 62;
  const target = (call: Call) => ({
    project_id: call.param("project"),
    domain_id: call.context.projectDomainId,
  });
  const view = (projectId: string, volumeTypeId: string) => ({
    project_id: projectId,
    volume_type_id: volumeTypeId,
  });

  function set(call: Call): Reply {
    call.enforce("volume_extension:default_set_or_update", target(call));
    const { default_type } = call.body as { default_type: { volume_type: string } };
    const id = typeId(call, default_type.volume_type);
    store.setDefault(call.param("project"), id);
    return json(200, { default_type: view(call.param("project"), id) });
  }

  function typeId(call: Call, name: string): string {
    try {
      return cinder.types.find(call, name).row.id;
    } catch (error) {
      const missing = error instanceof VolumeTypeNotFound || error instanceof VolumeTypeNotFoundByName;
      if (missing) throw new Invalid(error.message);
      throw error;
    }
  }

  function show(call: Call): Reply {
    call.enforce("volume_extension:default_get", target(call));
    const project = call.param("project");
    const id = store.defaultOf(project);
    if (id === null) throw new ProjectDefaultTypeNotFound(project);
    return json(200, { default_type: view(project, id) });
  }

  function list(call: Call): Reply {
    call.enforce("volume_extension:default_get_all");
    return json(200, {
      default_types: store.defaults().map(({ projectId, volumeTypeId }) => view(projectId, volumeTypeId)),
    });
  }

  function unset(call: Call): Reply {
    call.enforce("volume_extension:default_unset", target(call));
    store.unsetDefault(call.param("project"));
    return empty(204);
  }

  const asks = (rule: string) => ({ handlerAsks: [`volume_extension:${rule}`] });
  const path = "/default-types";
  return [
    { method: "GET", path, handler: list, access: asks("default_get_all"), since },
    { method: "GET", path: `${path}/:project`, handler: show, access: asks("default_get"), since },
    {
      method: "PUT",
      path: `${path}/:project`,
      handler: set,
      access: asks("default_set_or_update"),
      body: schemas.setDefaultType,
      since,
    },
    { method: "DELETE", path: `${path}/:project`, handler: unset, access: asks("default_unset"), since },
  ];
}
