// What can go wrong with backups, in Cinder's words (cinder/exception.py of Zed).

import { CloudError, errorOf, Invalid, NotFound } from "../core/errors.ts";
import { QuotaError } from "./errors.ts";

export class BackupNotFound extends NotFound {
  constructor(id: string) {
    super(`Backup ${id} could not be found.`);
  }
}

export class InvalidBackup extends Invalid {
  constructor(reason: string) {
    super(`Invalid backup: ${reason}`);
  }
}

export class BackupLimitExceeded extends QuotaError {
  constructor(allowed: number) {
    super(`Maximum number of backups allowed (${allowed}) exceeded`, "BackupLimitExceeded");
  }
}

export class VolumeBackupSizeExceedsAvailableQuota extends QuotaError {
  constructor({ requested, quota, consumed }: { requested: number; quota: number; consumed: number }) {
    super(
      `Requested backup exceeds allowed Backup gigabytes quota. Requested ${requested}G, quota is ${quota}G and ${consumed}G has been consumed.`,
      "VolumeBackupSizeExceedsAvailableQuota",
    );
  }
}

/** Nobody makes backups at the moment. The answer is 404 or 503, as the operation has it in Cinder. */
export class BackupServiceNotFound extends NotFound {
  constructor(service = "cinder-backup") {
    super(`Service ${service} could not be found.`, { type: "ServiceNotFound" });
  }
}

export class BackupServiceMissing extends errorOf("unavailable") {
  constructor(service = "cinder-backup") {
    super(`Service ${service} could not be found.`, { type: "ServiceNotFound" });
  }
}

/** The repository of backups cannot be used now: ends as a backup's error. */
export class RepositoryFailed extends CloudError {
  constructor(reason: string, options: { cause?: unknown } = {}) {
    super("unavailable", `Connection to swift failed: ${reason}`, options);
  }
}

/** Somebody changed the backup's state under the work, which ends. */
export class BackupCancelled extends CloudError {
  constructor(id: string) {
    super("conflict", `Canceled backup ${id}`);
  }
}
