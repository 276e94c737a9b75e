// /volumes/ID/metadata and /snapshots/ID/metadata. Authority: cinder/api/v3/volume_metadata.py and snapshot_metadata.py.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { SnapshotMetadataNotFound, VolumeMetadataNotFound } from "../errors.ts";
import { findSnapshot, findVolume } from "../locate.ts";
import { deleteSnapshotMetadata, setSnapshotMetadata, snapshotMetadata } from "../snapshots.ts";
import { deleteVolumeMetadata, setVolumeMetadata, volumeMetadata } from "../volumes/update.ts";
import { type Json, readJson, requiredObject } from "./bodies.ts";
import * as schemas from "./schemas/volumes.ts";

/** The metadata as Python's json writes it, hashed: the ETag since 3.15. */
function etagOf(metadata: Record<string, string>): { text: string; etag: string } {
  const quoted = (text: string) =>
    JSON.stringify(text).replace(
      /[\u007f-\uffff]/g,
      (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  const pairs = Object.entries(metadata).map(([key, value]) => `${quoted(key)}: ${quoted(value)}`);
  const text = `{"metadata": {${pairs.join(", ")}}}`;
  return { text, etag: new Bun.CryptoHasher("md5").update(text).digest("hex") };
}

/** `If-Match` names an older state. */
function isStale(call: Call, metadata: Record<string, string>): boolean {
  const given = call.minor >= 15 ? call.header("if-match") : null;
  if (given === null || given.trim() === "*") return false;
  const tags = given.split(",").map((tag) => tag.trim().replaceAll('"', ""));
  return !tags.includes(etagOf(metadata).etag);
}

export function volumeMetadataRoutes(cinder: Cinder): Route[] {
  const volume = (call: Call) => findVolume(cinder, call, call.param("volume_id"));

  function index(call: Call): Reply {
    const metadata = volumeMetadata(cinder, call, volume(call));
    if (call.minor < 15) return json(200, { metadata });
    const { text, etag } = etagOf(metadata);
    return {
      status: 200,
      headers: { "content-type": "text/html; charset=UTF-8", etag },
      body: text,
    };
  }

  function set(how: "create" | "replace") {
    return (call: Call): Reply => {
      const row = volume(call);
      if (how === "replace" && isStale(call, cinder.store.volumes.metadata.of(row.id))) return empty(412);
      const { metadata } = call.body as { metadata: Record<string, string> };
      return json(200, { metadata: setVolumeMetadata(cinder, call, row, metadata, how) });
    };
  }

  function update(call: Call): Reply {
    const row = volume(call);
    if (isStale(call, cinder.store.volumes.metadata.of(row.id))) return empty(412);
    const { meta } = call.body as { meta: Record<string, string> };
    if (!Object.hasOwn(meta, call.param("key"))) throw new Invalid("Request body and URI mismatch");
    setVolumeMetadata(cinder, call, row, meta, "add");
    return json(200, { meta });
  }

  function show(call: Call): Reply {
    const key = call.param("key");
    const row = volume(call);
    const metadata = volumeMetadata(cinder, call, row);
    if (!Object.hasOwn(metadata, key)) throw new VolumeMetadataNotFound(row.id, key);
    return json(200, { meta: { [key]: metadata[key] } });
  }

  function remove(call: Call): Reply {
    deleteVolumeMetadata(cinder, call, volume(call), call.param("key"));
    return empty(200);
  }

  const path = "/volumes/:volume_id/metadata";
  const asks = (...rules: string[]) => ({
    handlerAsks: ["volume:get", ...rules.map((r) => `volume:${r}_volume_metadata`)],
  });
  return [
    { method: "GET", path, handler: index, access: asks("get") },
    { method: "POST", path, handler: set("create"), access: asks("create"), body: schemas.metadata },
    { method: "PUT", path, handler: set("replace"), access: asks("update"), body: schemas.metadata },
    { method: "GET", path: `${path}/:key`, handler: show, access: asks("get") },
    {
      method: "PUT",
      path: `${path}/:key`,
      handler: update,
      access: asks("update"),
      body: schemas.metadataItem,
    },
    { method: "DELETE", path: `${path}/:key`, handler: remove, access: asks("get", "delete") },
  ];
}

export function snapshotMetadataRoutes(cinder: Cinder): Route[] {
  const snapshot = (call: Call) => findSnapshot(cinder, call, call.param("snapshot_id"));

  function index(call: Call): Reply {
    return json(200, { metadata: snapshotMetadata(cinder, call, snapshot(call)) });
  }

  function set(replace: boolean) {
    return async (call: Call): Promise<Reply> => {
      const metadata = requiredObject(await readJson(call), "metadata");
      return json(200, { metadata: setSnapshotMetadata(cinder, call, snapshot(call), metadata, replace) });
    };
  }

  async function update(call: Call): Promise<Reply> {
    const meta: Json = requiredObject(await readJson(call), "meta");
    if (!Object.hasOwn(meta, call.param("key"))) throw new Invalid("Request body and URI mismatch");
    if (Object.keys(meta).length > 1) throw new Invalid("Request body contains too many items");
    setSnapshotMetadata(cinder, call, snapshot(call), meta, false);
    return json(200, { meta });
  }

  function show(call: Call): Reply {
    const key = call.param("key");
    const row = snapshot(call);
    const metadata = snapshotMetadata(cinder, call, row);
    if (!Object.hasOwn(metadata, key)) throw new SnapshotMetadataNotFound(row.id, key);
    return json(200, { meta: { [key]: metadata[key] } });
  }

  function remove(call: Call): Reply {
    deleteSnapshotMetadata(cinder, call, snapshot(call), call.param("key"));
    return empty(200);
  }

  const path = "/snapshots/:snapshot_id/metadata";
  const asks = (rule: string) => ({
    handlerAsks: ["volume:get_snapshot", `volume:${rule}_snapshot_metadata`],
  });
  return [
    { method: "GET", path, handler: index, access: asks("get") },
    { method: "POST", path, handler: set(false), access: asks("update") },
    { method: "PUT", path, handler: set(true), access: asks("update") },
    { method: "GET", path: `${path}/:key`, handler: show, access: asks("get") },
    { method: "PUT", path: `${path}/:key`, handler: update, access: asks("update") },
    { method: "DELETE", path: `${path}/:key`, handler: remove, access: asks("delete") },
  ];
}
