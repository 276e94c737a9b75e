// What the block storage services have in common: settings, store, quotas, messages, and the way to other services. Each
// service makes one for itself.

import type { Values } from "../config/keys.ts";
import type { Logger } from "../core/log.ts";
import type { ServiceContext } from "../core/service.ts";
import { type ImagePublic, imagePublic } from "../image/public.ts";
import { volumeSection } from "./config.ts";
import { Messages } from "./messages.ts";
import { Quotas } from "./quotas.ts";
import { ServicesTable } from "./services-table.ts";
import { CinderStore } from "./store/index.ts";
import { VolumeTypes } from "./volume-types.ts";

export class Cinder {
  readonly context: ServiceContext;
  readonly settings: Values<typeof volumeSection>;
  readonly store: CinderStore;
  readonly quotas: Quotas;
  readonly services: ServicesTable;
  readonly messages: Messages;
  readonly types: VolumeTypes;

  constructor(context: ServiceContext) {
    this.context = context;
    this.settings = context.config(volumeSection);
    this.store = new CinderStore(context.db, context.clock, context.ids);
    this.quotas = new Quotas(this.store, this.settings);
    this.services = new ServicesTable(context, this.settings, this.store.services);
    this.types = new VolumeTypes(this);
    this.messages = new Messages(context, this.store, this.settings.CINDER_MESSAGE_TTL);
  }

  get log(): Logger {
    return this.context.log;
  }

  /** @throws PeerUnavailable */
  get images(): ImagePublic {
    return this.context.peers.get(imagePublic);
  }

  /** All or nothing; messages sent within it as well. */
  transaction<T>(work: () => T): T {
    return this.context.db.transaction(work);
  }

  newId(): string {
    return this.context.ids.uuid();
  }
}
