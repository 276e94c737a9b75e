// The rules of the network service on a cloud's tables, for tools that work beside it, whether it runs or not.

import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { cloudSection } from "../../config/cloud.ts";
import type { Config } from "../../config/config.ts";
import { systemClock } from "../../core/clock.ts";
import { randomIds } from "../../core/ids.ts";
import { LogBook } from "../../core/log.ts";
import type { StatePaths } from "../../core/paths.ts";
import { Peers } from "../../core/peers.ts";
import { ProjectDatabase } from "../../db/open.ts";
import { makeNetwork, type NetworkContext, type NetworkParts } from "../parts.ts";

export interface OpenNetwork extends Disposable {
  parts: NetworkParts;
  db: ProjectDatabase;
  /** The cloud's number on this machine. */
  slot: number;
}

/** Null when there is no cloud. @param paths of its state directory */
export function openNetwork(paths: StatePaths, config: Config): OpenNetwork | null {
  const path = paths.at("nova.db");
  if (!existsSync(path)) return null;
  const db = new ProjectDatabase({ path, migrations: [] });
  const slot = existsSync(paths.at("slot")) ? Number.parseInt(readFileSync(paths.at("slot"), "utf8"), 10) : 0;
  const values: NetworkContext["config"] = (section) => config.values(section);
  const parts = makeNetwork({
    db,
    clock: systemClock,
    ids: randomIds,
    log: new LogBook({ clock: systemClock }).logger("stack", "nova.manage"),
    config: values,
    peers: new Peers(),
    machine: { hostName: values(cloudSection).HOST_NAME || hostname(), privileged: false, slot },
  });
  return { parts, db, slot, [Symbol.dispose]: () => db.close() };
}
