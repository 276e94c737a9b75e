// The table of services: signs of life, who is up. Authority: cinder/service.py and cinder/objects/service.py of Zed.

import type { Values } from "../config/keys.ts";
import type { ServiceContext } from "../core/service.ts";
import type { volumeSection } from "./config.ts";
import { ServiceNotFound } from "./errors.ts";
import { fromMoment } from "./moments.ts";
import type { BackendReport, ServiceStore } from "./store/services.ts";
import type { ServiceRow } from "./tables.ts";
import { VOLUME_BINARY } from "./topics.ts";

export class ServicesTable {
  #context: ServiceContext;
  #settings: Values<typeof volumeSection>;
  readonly store: ServiceStore;

  constructor(context: ServiceContext, settings: Values<typeof volumeSection>, store: ServiceStore) {
    this.#context = context;
    this.#settings = settings;
    this.store = store;
  }

  /** Reports now and from then on. Returns what ends it. */
  keepReporting(binary: string, hosts: () => readonly string[]): () => void {
    const zone = this.#settings.CINDER_AVAILABILITY_ZONE;
    const report = () => {
      for (const host of hosts()) this.store.beat(binary, host, zone);
    };
    this.#context.db.transaction(report);
    return this.#context.clock.every(this.#settings.CINDER_REPORT_INTERVAL * 1000, report);
  }

  isUp(row: ServiceRow): boolean {
    const seenMs = fromMoment(row.updated_at ?? row.created_at);
    return Math.abs(this.#context.clock.now() - seenMs) <= this.#settings.CINDER_SERVICE_DOWN_TIME * 1000;
  }

  list(): ServiceRow[] {
    return this.store.list();
  }

  /** The service of a back end. @throws ServiceNotFound */
  volumeService(backend: string): ServiceRow {
    const row = this.store.find(VOLUME_BINARY, backend);
    if (!row) throw new ServiceNotFound(VOLUME_BINARY, backend);
    return row;
  }

  /** Zones of the volume services; one is available when some service of it is enabled. */
  zones(): { name: string; available: boolean }[] {
    const zones = new Map<string, boolean>();
    for (const { binary, availability_zone, disabled } of this.list()) {
      if (binary !== VOLUME_BINARY) continue;
      zones.set(availability_zone, (zones.get(availability_zone) ?? false) || !disabled);
    }
    return [...zones].map(([name, available]) => ({ name, available }));
  }

  /** What the back ends that can take volumes last said of themselves. */
  usableBackends(): { service: ServiceRow; report: BackendReport }[] {
    const reports = new Map(this.store.reports().map((report) => [report.host, report]));
    return this.list().flatMap((service) => {
      const report = reports.get(service.host);
      const usable =
        service.binary === VOLUME_BINARY && !service.disabled && !service.frozen && this.isUp(service);
      return usable && report ? [{ service, report }] : [];
    });
  }
}
