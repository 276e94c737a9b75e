// How volumes of a type are encrypted. Authority: cinder/api/contrib/volume_type_encryption.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { EncryptionExists, EncryptionNotFound } from "../errors-types.ts";
import { shownMoment } from "../moments.ts";
import type { Json } from "./bodies.ts";
import * as schemas from "./schemas/administration.ts";

const ENCRYPTION = "volume_extension:volume_type_encryption";

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
