// /os-keypairs. Authority: nova/api/openstack/compute/keypairs.py and views/keypairs.py of Zed.

import { isoMicros } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Keypairs, KeypairType } from "../keypairs.ts";
import type { KeyPairRow } from "../tables-periphery.ts";
import { createKeypair, listKeypairs, oneKeypair } from "./keypairs.schemas.ts";
import { nextLink } from "./links.ts";
import { pageOf } from "./periphery.types.ts";

const TYPE_SINCE = 2;
/** Administrators may name another user since here. */
const USER_SINCE = 10;
const PAGING_SINCE = 35;

interface KeypairBody {
  name: string;
  public_key?: string;
  type?: KeypairType;
  user_id?: string;
}

export function keypairRoutes(keypairs: Keypairs, maxLimit: number): Route[] {
  /** Whose key pairs; asks the policy. */
  function owner(call: Call, verb: string, userId: string | null | undefined): string {
    const user = (call.minor >= USER_SINCE && userId) || (call.context.userId ?? "");
    call.enforce(`os_compute_api:os-keypairs:${verb}`, { user_id: user });
    return user;
  }

  function list(call: Call): Reply {
    const userId = owner(call, "index", call.query.get("user_id"));
    const paged = call.minor >= PAGING_SINCE;
    const page = paged ? pageOf(call, maxLimit) : { limit: Number.MAX_SAFE_INTEGER, marker: null };
    const rows = keypairs.list(userId, page);
    const names = rows.map((row) => row.name);
    const next = paged ? nextLink(call, "keypairs", "os-keypairs", page.limit, names) : {};
    return json(200, { keypairs: rows.map((row) => ({ keypair: summary(call, row) })), ...next });
  }

  async function create(call: Call): Promise<Reply> {
    const { keypair } = call.body as { keypair: KeypairBody };
    const userId = owner(call, "create", keypair.user_id);
    const who = { userId, projectId: call.context.projectId };
    const name = keypair.name.trim();
    const type = keypair.type ?? "ssh";
    const status = call.minor >= TYPE_SINCE ? 201 : 200;
    if (keypair.public_key !== undefined) {
      const row = keypairs.import(who, name, keypair.public_key, type);
      return json(status, { keypair: created(call, row) });
    }
    const { row, privateKey } = await keypairs.create(who, name, type);
    return json(status, { keypair: { ...created(call, row), private_key: privateKey } });
  }

  function show(call: Call): Reply {
    const userId = owner(call, "show", call.query.get("user_id"));
    const row = keypairs.get(userId, call.param("id"));
    const view = {
      ...created(call, row),
      id: row.id,
      created_at: row.created_at === null ? null : isoMicros(row.created_at),
      updated_at: row.updated_at === null ? null : isoMicros(row.updated_at),
      deleted: false,
      deleted_at: null,
    };
    return json(200, { keypair: view });
  }

  function remove(call: Call): Reply {
    const userId = owner(call, "delete", call.query.get("user_id"));
    keypairs.delete(userId, call.param("id"));
    return empty(call.minor >= TYPE_SINCE ? 204 : 202);
  }

  const asks = (verb: string) => ({ handlerAsks: [`os_compute_api:os-keypairs:${verb}`] });
  return [
    { method: "GET", path: "/os-keypairs", handler: list, access: asks("index"), query: listKeypairs },
    { method: "POST", path: "/os-keypairs", handler: create, access: asks("create"), body: createKeypair },
    { method: "GET", path: "/os-keypairs/:id", handler: show, access: asks("show"), query: oneKeypair },
    {
      method: "DELETE",
      path: "/os-keypairs/:id",
      handler: remove,
      access: asks("delete"),
      query: oneKeypair,
    },
  ];
}

function summary(call: Call, row: KeyPairRow): Record<string, unknown> {
  return {
    name: row.name,
    public_key: row.public_key,
    fingerprint: row.fingerprint,
    ...(call.minor >= TYPE_SINCE ? { type: row.type } : {}),
  };
}

function created(call: Call, row: KeyPairRow): Record<string, unknown> {
  return { ...summary(call, row), user_id: row.user_id };
}
