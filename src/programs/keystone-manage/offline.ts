// The identity service's parts on its database alone, beside a running cloud or without one.

import { cloudSection } from "../../config/cloud.ts";
import { Config } from "../../config/config.ts";
import { readRc } from "../../config/rc-file.ts";
import { systemClock } from "../../core/clock.ts";
import { randomIds } from "../../core/ids.ts";
import { LogBook } from "../../core/log.ts";
import type { StatePaths } from "../../core/paths.ts";
import { ProjectDatabase } from "../../db/open.ts";
import { identitySection } from "../../identity/config.ts";
import { type Identity, makeIdentity } from "../../identity/manager.ts";
import { migrations } from "../../identity/migrations/index.ts";
import { loadKeys, setupKeys } from "../../identity/tokens/keys.ts";

export interface Offline extends Disposable {
  identity: Identity;
  db: ProjectDatabase;
  config: Config;
}

export function databasePath(paths: StatePaths): string {
  return paths.at("keystone.db");
}

export function keyFolder(paths: StatePaths): string {
  return paths.at("fernet-keys");
}

/** Settings from the environment and the rc file; those a cloud was given on its command line are not known here. */
export function settings(env: Record<string, string | undefined>): Config {
  return new Config({ sections: [cloudSection, identitySection], env, rc: readRc({ rcFile: null, env }) });
}

/** Makes the state directory, the database and the keys where they are missing. */
export function openOffline(paths: StatePaths, env: Record<string, string | undefined>): Offline {
  const config = settings(env);
  paths.dir("fernet-keys");
  setupKeys(keyFolder(paths));
  const db = new ProjectDatabase({ path: databasePath(paths), migrations });
  const identity = makeIdentity(
    {
      clock: systemClock,
      ids: randomIds,
      log: new LogBook({ clock: systemClock }).logger("stack", "keystone.manage"),
      db,
      config: (section) => config.values(section),
    },
    () => loadKeys(keyFolder(paths)),
  );
  return { identity, db, config, [Symbol.dispose]: () => db.close() };
}
