// Reads the data of every object again, slowly, and compares them with what was put. A copy that is damaged is put
// aside; it, or one that is missing, is made anew from a good one; one on a device that the ring no longer names for it
// is moved. An object of which every copy is damaged is removed,
// and the log says so; one whose copies are missing stays, for a disk may come back.
// Authority: swift/obj/auditor.py, swift/obj/replicator.py.

import { createReadStream } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Objects } from "./objects.ts";
import type { Devices } from "./storage/devices.ts";
import type { Readers } from "./storage/readers.ts";
import type { ObjectKey, ObjectStore, StoredObject } from "./store/objects.ts";

export interface AuditorParts {
  clock: Clock;
  log: Logger;
  store: ObjectStore;
  objects: Objects;
  devices: Devices;
  readers: Readers;
  bytesPerSecond: number;
}

export interface AuditReport {
  objects: number;
  bytes: number;
  quarantined: number;
  restored: number;
  lost: number;
}

/** Objects looked at in one turn; after each a pause, so that a million small ones disturb nobody. */
const PAGE = 50;
const PAGE_PAUSE_MS = 50;
const READ_BYTES = 1 << 20;

export class Auditor {
  #parts: AuditorParts;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  /** Once over everything. */
  async pass(signal: AbortSignal): Promise<AuditReport> {
    const { clock, log, store } = this.#parts;
    const report: AuditReport = { objects: 0, bytes: 0, quarantined: 0, restored: 0, lost: 0 };
    let last: ObjectKey = { container_id: 0, name: "" };
    try {
      for (;;) {
        const keys = store.keysAfter(last, PAGE);
        for (const key of keys) {
          if (signal.aborted) return report;
          await this.#audit(key, report, signal);
        }
        if (keys.length < PAGE) break;
        last = keys[PAGE - 1]!;
        await clock.sleep(PAGE_PAUSE_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) log.error(null, `The object audit failed: ${messageOf(error)}`, error);
      return report;
    }
    log.info(
      null,
      `Object audit (ALL) completed: ${report.objects} objects, ${report.bytes} bytes. Total quarantined: ${report.quarantined}, restored: ${report.restored}, lost: ${report.lost}`,
    );
    return report;
  }

  async #audit(key: ObjectKey, report: AuditReport, signal: AbortSignal): Promise<void> {
    const { store, readers } = this.#parts;
    const row = store.get(key.container_id, key.name);
    if (!row) return;
    report.objects++;
    if (row.file === null) return this.#auditInline(key, row, report);
    // Nobody removes the file meanwhile, whatever becomes of the object.
    const release = readers.hold(row.file);
    try {
      await this.#auditFile(key, row, row.file, report, signal);
    } finally {
      release();
    }
  }

  async #auditInline(key: ObjectKey, row: StoredObject, report: AuditReport): Promise<void> {
    const data = row.data ?? new Uint8Array(0);
    report.bytes += data.length;
    const damage = damageOf(row, data.length, new Bun.CryptoHasher("md5").update(data).digest("hex"));
    if (damage === null) return;
    await this.#parts.devices.quarantineBytes(`data-${row.data_id}`, data);
    this.#reportDamage(key, damage, report);
    await this.#lose(key, row, report);
  }

  async #auditFile(
    key: ObjectKey,
    row: StoredObject,
    file: string,
    report: AuditReport,
    signal: AbortSignal,
  ): Promise<void> {
    const { devices, log } = this.#parts;
    let source: string | null = null;
    const missing: string[] = [];
    const damaged: string[] = [];
    const places = devices.places(file);
    const handoffs: string[] = [];
    for (const device of [...places, ...devices.handoffs(file)]) {
      const found = await this.#digest(devices.path(device, file), report, signal);
      const damage = found && damageOf(row, found.size, found.md5);
      const belongs = places.includes(device);
      if (!found) {
        if (belongs) missing.push(device);
      } else if (damage === null) {
        source ??= device;
        if (!belongs) handoffs.push(device);
      } else {
        if (belongs) damaged.push(device);
        await devices.quarantine(device, file);
        this.#reportDamage(key, damage, report);
      }
    }
    if (source === null) {
      if (missing.length === 0) await this.#lose(key, row, report);
      else log.error(null, `The data of ${this.#nameOf(key)} are missing on ${missing.join(", ")}`);
      return;
    }
    for (const device of [...missing, ...damaged]) {
      await devices.restore(source, device, file);
      report.restored++;
      log.info(null, `Copied ${this.#nameOf(key)} from ${source} to ${device}`);
    }
    // All its devices have it now; one that is none of them any more need not keep it.
    for (const device of handoffs) {
      await devices.removeFrom(device, file);
      log.info(null, `Removed ${this.#nameOf(key)} from ${device}, which is no longer its device`);
    }
  }

  /** Null when the file is not there. */
  async #digest(
    path: string,
    report: AuditReport,
    signal: AbortSignal,
  ): Promise<{ size: number; md5: string } | null> {
    const { clock, bytesPerSecond } = this.#parts;
    const hash = new Bun.CryptoHasher("md5");
    let size = 0;
    try {
      const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: READ_BYTES });
      for await (const chunk of stream) {
        hash.update(chunk);
        size += chunk.length;
        report.bytes += chunk.length;
        await clock.sleep((chunk.length / bytesPerSecond) * 1000, signal);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    return { size, md5: hash.digest("hex") };
  }

  async #lose(key: ObjectKey, row: StoredObject, report: AuditReport): Promise<void> {
    const name = this.#nameOf(key);
    if (!(await this.#parts.objects.removeLost(key, row.data_id))) return;
    report.lost++;
    this.#parts.log.error(null, `No good copy of ${name} is left; the object is removed`);
  }

  #reportDamage(key: ObjectKey, damage: string, report: AuditReport): void {
    report.quarantined++;
    this.#parts.log.error(null, `Object ${this.#nameOf(key)} failed audit and was quarantined: ${damage}`);
  }

  #nameOf({ container_id, name }: ObjectKey): string {
    const where = this.#parts.store.whereabouts(container_id);
    return `/${where?.account ?? "?"}/${where?.container ?? "?"}/${name}`;
  }
}

function damageOf(row: StoredObject, size: number, md5: string): string | null {
  if (size !== row.size)
    return `metadata content-length ${row.size} does not match actual object size ${size}`;
  return md5 === row.etag ? null : `ETag ${row.etag} and file's md5 ${md5} do not match`;
}
