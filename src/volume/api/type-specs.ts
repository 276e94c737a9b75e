// Extra specs and encryption of volume types, and the default types of projects. Authority: cinder/api/contrib/
// {types_extra_specs,volume_type_encryption}.py and cinder/api/v3/default_types.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import {
  EncryptionExists,
  EncryptionNotFound,
  ExtraSpecNotFound,
  ProjectDefaultTypeNotFound,
  VolumeTypeNotFound,
  VolumeTypeNotFoundByName,
} from "../errors-types.ts";
import { shownMoment } from "../moments.ts";
import type { Json } from "./bodies.ts";
import * as schemas from "./schemas/administration.ts";
import { shownSpecs } from "./types.ts";

const SPECS = "volume_extension:types_extra_specs";
const ENCRYPTION = "volume_extension:volume_type_encryption";

export function extraSpecRoutes({ types }: Cinder): Route[] {
  const specsOf = (call: Call) => shownSpecs(call, types.get(call, call.param("type_id")).extraSpecs);

  function create(call: Call): Reply {
    call.enforce(`${SPECS}:create`);
    const body = call.body as { extra_specs: Record<string, string | null> };
    types.setExtraSpecs(call, call.param("type_id"), body.extra_specs);
    return json(200, body);
  }

  function show(call: Call): Reply {
    call.enforce(`${SPECS}:show`);
    const key = call.param("key");
    const specs = specsOf(call);
    if (!Object.hasOwn(specs, key)) throw new ExtraSpecNotFound(call.param("type_id"), key);
    return json(200, { [key]: specs[key] });
  }

  function update(call: Call): Reply {
    call.enforce(`${SPECS}:update`);
    const body = call.body as Record<string, string | null>;
    if (!Object.hasOwn(body, call.param("key"))) throw new Invalid("Request body and URI mismatch");
    types.setExtraSpecs(call, call.param("type_id"), body);
    return json(200, body);
  }

  function remove(call: Call): Reply {
    call.enforce(`${SPECS}:delete`);
    types.removeExtraSpec(call, call.param("type_id"), call.param("key"));
    return empty(202);
  }

  function list(call: Call): Reply {
    call.enforce(`${SPECS}:index`);
    return json(200, { extra_specs: specsOf(call) });
  }

  const path = "/types/:type_id/extra_specs";
  const asks = (...rules: string[]) => ({ handlerAsks: rules.map((rule) => `${SPECS}:${rule}`) });
  return [
    { method: "GET", path, handler: list, access: asks("index", "read_sensitive") },
    { method: "POST", path, handler: create, access: asks("create"), body: schemas.createExtraSpecs },
    { method: "GET", path: `${path}/:key`, handler: show, access: asks("show", "read_sensitive") },
    {
      method: "PUT",
      path: `${path}/:key`,
      handler: update,
      access: asks("update"),
      body: schemas.updateExtraSpec,
    },
    { method: "DELETE", path: `${path}/:key`, handler: remove, access: asks("delete") },
  ];
}

type EncryptionBody = {
  encryption: {
    key_size?: string | number | null;
    provider?: string;
    control_location?: string;
    cipher?: string | null;
  };
};

export function encryptionRoutes(cinder: Cinder): Route[] {
  const { types } = cinder;
  const store = cinder.store.types;

  /** `{}` where there is none. */
  function view(typeId: string): Json {
    const row = store.encryption(typeId);
    if (!row) return {};
    return {
      volume_type_id: row.volume_type_id,
      control_location: row.control_location,
      encryption_id: row.encryption_id,
      key_size: row.key_size,
      provider: row.provider,
      cipher: row.cipher,
      created_at: shownMoment(row.created_at),
      updated_at: shownMoment(row.updated_at),
      deleted_at: null,
      deleted: false,
    };
  }

  function list(call: Call): Reply {
    call.enforce(`${ENCRYPTION}:get`);
    return json(200, view(types.get(call, call.param("type_id")).row.id));
  }

  function show(call: Call): Reply {
    call.enforce(`${ENCRYPTION}:get`);
    const { row } = types.get(call, call.param("type_id"));
    const all = view(row.id);
    const key = call.param("key");
    if (!Object.hasOwn(all, key)) throw new EncryptionNotFound(row.id);
    return json(200, { [key]: all[key] });
  }

  function save(call: Call, fresh: boolean): Reply {
    const what = fresh ? "create" : "update";
    call.enforce(`${ENCRYPTION}:${what}`);
    const body = call.body as EncryptionBody;
    const { encryption } = body;
    if (typeof encryption.key_size === "string") encryption.key_size = Number(encryption.key_size);
    cinder.transaction(() => {
      const { row } = types.get(call, call.param("type_id"));
      if (store.encryption(row.id) && store.hasVolumes(row.id)) {
        throw new Invalid(`Cannot ${what} encryption specs. Volume type in use.`);
      }
      if (fresh && store.hasVolumes(row.id)) {
        throw new Invalid("Cannot create encryption specs. Volume type in use.");
      }
      if (fresh && store.encryption(row.id)) throw new EncryptionExists(row.id);
      if (!fresh && !store.encryption(row.id)) throw new EncryptionNotFound(row.id);
      const { key_size, provider, control_location, cipher } = encryption;
      store.setEncryption(row.id, {
        ...(key_size === undefined ? {} : { key_size: key_size === null ? null : Number(key_size) }),
        ...(provider === undefined ? {} : { provider }),
        ...(control_location === undefined ? {} : { control_location }),
        ...(cipher === undefined ? {} : { cipher }),
      });
    });
    // Cinder's database layer adds the ids to the body it is handed.
    const made = fresh ? store.encryption(call.param("type_id")) : null;
    const ids = made ? { volume_type_id: made.volume_type_id, encryption_id: made.encryption_id } : {};
    return json(200, { encryption: { ...encryption, ...ids } });
  }

  function remove(call: Call): Reply {
    call.enforce(`${ENCRYPTION}:delete`);
    const id = call.param("type_id");
    cinder.transaction(() => {
      if (store.encryption(id) && store.hasVolumes(id)) {
        throw new Invalid("Cannot delete encryption specs. Volume type in use.");
      }
      if (!store.removeEncryption(id)) throw new EncryptionNotFound(id);
    });
    return empty(202);
  }

  const path = "/types/:type_id/encryption";
  const asks = (rule: string) => ({ handlerAsks: [`${ENCRYPTION}:${rule}`] });
  return [
    { method: "GET", path, handler: list, access: asks("get") },
    {
      method: "POST",
      path,
      handler: (call) => save(call, true),
      access: asks("create"),
      body: schemas.createEncryption,
    },
    { method: "GET", path: `${path}/:key`, handler: show, access: asks("get") },
    {
      method: "PUT",
      path: `${path}/:key`,
      handler: (call) => save(call, false),
      access: asks("update"),
      body: schemas.updateEncryption,
    },
    { method: "DELETE", path: `${path}/:key`, handler: remove, access: asks("delete") },
  ];
}

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
