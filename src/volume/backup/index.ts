// The backup service (cinder-backup): copies volumes into the object store and back.

import { mkdirSync, rmSync } from "node:fs";
import type { Subscription } from "../../core/bus.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../../core/service.ts";
import { Cinder } from "../cinder.ts";
import { volumeBackupSection, volumeSection } from "../config.ts";
import { migrations } from "../migrations/index.ts";
import { BACKUP_BINARY, backupTopic } from "../topics.ts";
import { BackupManager } from "./manager.ts";
import { recover } from "./recover.ts";

export const cinderBackup: ServiceDeclaration = {
  window: "c-bak",
  program: "cinder-backup",
  project: "cinder",
  summary: "Block storage: backs volumes up to the object store.",
  requires: [],
  sections: [volumeBackupSection, volumeSection],
  migrations,
  logFile: "cinder/cinder-backup.log",
  create,
};

function create(context: ServiceContext): Service {
  let subscription: Subscription | null = null;
  let stopReporting: (() => void) | null = null;
  return {
    async start() {
      const cinder = new Cinder(context);
      const host = context.machine.hostName;
      // What was being put together when the process died.
      const dir = context.paths.at("backup");
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const manager = new BackupManager(cinder, dir);
      recover(cinder, host);
      stopReporting = cinder.services.keepReporting(BACKUP_BINARY, () => [host]);
      subscription = context.bus.consume(backupTopic(host), { handlers: manager.handlers() });
    },
    async stop() {
      stopReporting?.();
      stopReporting = null;
      await subscription?.stop();
      subscription = null;
    },
  };
}
