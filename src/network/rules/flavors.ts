// Service flavors and their profiles. Authority: neutron/db/flavors_db.py.

import {
  FlavorInUse,
  FlavorNotFound,
  FlavorServiceProfileBindingExists,
  FlavorServiceProfileBindingNotFound,
  InvalidServiceType,
  ServiceProfileEmpty,
  ServiceProfileInUse,
  ServiceProfileNotFound,
} from "../errors/extensions.ts";
import type { NetworkFlavorRow, ServiceProfileRow } from "../tables.ts";
import type { Base } from "./base.ts";

/** Kinds of services that can have flavors here (neutron_lib/plugins/constants.py). */
const SERVICE_TYPES = new Set(["CORE", "L3_ROUTER_NAT", "METERING", "FLAVORS", "QOS", "TAG"]);

export class Flavors {
  #base: Base;

  constructor(base: Base) {
    this.#base = base;
  }

  flavor(id: string): NetworkFlavorRow {
    const row = this.#base.store.flavors.get(id);
    if (!row) throw new FlavorNotFound(id);
    return row;
  }

  createFlavor(fields: {
    name?: string;
    description?: string;
    service_type: string;
    enabled?: boolean;
  }): NetworkFlavorRow {
    if (!SERVICE_TYPES.has(fields.service_type)) throw new InvalidServiceType(fields.service_type);
    return this.#base.store.flavors.insert({ id: this.#base.ids.uuid(), ...fields });
  }

  updateFlavor(
    id: string,
    changes: { name?: string; description?: string; enabled?: boolean },
  ): NetworkFlavorRow {
    this.flavor(id);
    return Object.keys(changes).length > 0 ? this.#base.store.flavors.update(id, changes)! : this.flavor(id);
  }

  deleteFlavor(id: string): void {
    const { store } = this.#base;
    this.flavor(id);
    if (store.routers.first({ flavor_id: id })) throw new FlavorInUse(id);
    store.flavors.remove(id);
  }

  profile(id: string): ServiceProfileRow {
    const row = this.#base.store.profiles.get(id);
    if (!row) throw new ServiceProfileNotFound(id);
    return row;
  }

  createProfile(fields: {
    description?: string;
    driver?: string;
    metainfo?: string;
    enabled?: boolean;
  }): ServiceProfileRow {
    if (!fields.driver && !fields.metainfo) throw new ServiceProfileEmpty();
    return this.#base.store.profiles.insert({ id: this.#base.ids.uuid(), ...fields });
  }

  updateProfile(
    id: string,
    changes: { description?: string; driver?: string; metainfo?: string; enabled?: boolean },
  ): ServiceProfileRow {
    this.profile(id);
    if (this.#base.store.bindings.profileInUse(id)) throw new ServiceProfileInUse(id);
    return Object.keys(changes).length > 0
      ? this.#base.store.profiles.update(id, changes)!
      : this.profile(id);
  }

  deleteProfile(id: string): void {
    this.profile(id);
    if (this.#base.store.bindings.profileInUse(id)) throw new ServiceProfileInUse(id);
    this.#base.store.profiles.remove(id);
  }

  bind(flavorId: string, profileId: string): void {
    this.flavor(flavorId);
    this.profile(profileId);
    if (!this.#base.store.bindings.addProfile(flavorId, profileId)) {
      throw new FlavorServiceProfileBindingExists(profileId, flavorId);
    }
  }

  unbind(flavorId: string, profileId: string): void {
    if (!this.#base.store.bindings.removeProfile(flavorId, profileId)) {
      throw new FlavorServiceProfileBindingNotFound(profileId, flavorId);
    }
  }
}
