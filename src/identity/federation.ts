// What an administrator writes down of other identity services: identity providers with their protocols, mappings, and
// service providers. They are kept and shown as Keystone does; nobody logs in by them, because the web server's module
// that checks assertions is not here. Authority: keystone/federation/core.py and backends/sql.py.

import type { Ids } from "../core/ids.ts";
import {
  AuthenticationFailed,
  DuplicateEntry,
  EntityNotFound,
  NotFoundHere,
  ValidationFailed,
} from "./errors.ts";
import { type IdentityStore, ROOT_DOMAIN_ID } from "./store.ts";
import type { IdentityProviderRow, MappingRow, ProtocolRow, ServiceProviderRow } from "./tables.ts";

export interface IdentityProvider extends IdentityProviderRow {
  remote_ids: string[];
}

export interface IdentityProviderFields {
  domain_id?: string | null;
  enabled?: boolean;
  description?: string | null;
  authorization_ttl?: number | null;
  remote_ids?: string[] | null;
}

export interface ProtocolFields {
  mapping_id?: string;
  remote_id_attribute?: string;
}

export type ServiceProviderFields = Partial<Omit<ServiceProviderRow, "id" | "relay_state_prefix">> & {
  relay_state_prefix?: string | null;
};

/** keystone.conf [saml] relay_state_prefix */
const RELAY_STATE_PREFIX = "ss:mem:";

export class Federation {
  #store: IdentityStore;
  #ids: Ids;
  #enabled: { stamp: number; shown: Pick<ServiceProviderRow, "auth_url" | "id" | "sp_url">[] } | null = null;

  constructor(parts: { store: IdentityStore; ids: Ids }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
  }

  providers(filter: { id?: string; enabled?: boolean } = {}): IdentityProvider[] {
    return this.#store.identityProviders.match(filter).map((row) => this.#withRemoteIds(row));
  }

  /** @throws EntityNotFound */
  provider(id: string): IdentityProvider {
    const row = this.#store.identityProviders.get(id);
    if (!row) throw new EntityNotFound("Identity Provider", id);
    return this.#withRemoteIds(row);
  }

  /** Without a domain it gets one of its own. @throws EntityNotFound for the domain, DuplicateEntry */
  createProvider(id: string, fields: IdentityProviderFields): IdentityProvider {
    const { domain_id: given, enabled = false, description = null, authorization_ttl = null } = fields;
    if (given && !this.#store.domain(given)) throw new EntityNotFound("domain", given);
    if (this.#store.identityProviders.get(id)) throw duplicate("identity_provider", `Duplicate entry: ${id}`);
    return this.#store.db.transaction(() => {
      const domain_id = given || this.#createDomain(id);
      this.#store.identityProviders.insert({ id, domain_id, enabled, description, authorization_ttl });
      this.#setRemoteIds(id, fields.remote_ids ?? []);
      return this.provider(id);
    });
  }

  /** @throws EntityNotFound, DuplicateEntry */
  updateProvider(id: string, { remote_ids, ...fields }: IdentityProviderFields): IdentityProvider {
    this.provider(id);
    return this.#store.db.transaction(() => {
      const { domain_id: _, ...changes } = fields;
      if (Object.keys(changes).length > 0) this.#store.identityProviders.update(id, changes);
      if (remote_ids !== undefined) this.#setRemoteIds(id, remote_ids ?? []);
      return this.provider(id);
    });
  }

  /** Its protocols go with it; its domain stays. @throws EntityNotFound */
  deleteProvider(id: string): void {
    if (!this.#store.identityProviders.remove(id)) throw new EntityNotFound("Identity Provider", id);
  }

  protocols(idpId: string): ProtocolRow[] {
    return this.#store.protocols.ofProvider(idpId);
  }

  /** @throws NotFoundHere */
  protocol(idpId: string, id: string): ProtocolRow {
    const row = this.#store.protocols.get(idpId, id);
    if (!row) {
      throw new NotFoundHere(`Could not find federated protocol ${id} for Identity Provider: ${idpId}.`);
    }
    return row;
  }

  /** @throws ValidationFailed for an unknown mapping, EntityNotFound, DuplicateEntry */
  createProtocol(idpId: string, id: string, fields: ProtocolFields & { mapping_id: string }): ProtocolRow {
    this.#requireMapping(fields.mapping_id);
    this.provider(idpId);
    if (this.#store.protocols.get(idpId, id)) {
      throw duplicate("federation_protocol", `Duplicate entry found with ID ${id}`);
    }
    const { mapping_id, remote_id_attribute = null } = fields;
    this.#store.protocols.insert({ id, idp_id: idpId, mapping_id, remote_id_attribute });
    return this.protocol(idpId, id);
  }

  /** @throws ValidationFailed, NotFoundHere */
  updateProtocol(idpId: string, id: string, fields: ProtocolFields): ProtocolRow {
    if (fields.mapping_id !== undefined) this.#requireMapping(fields.mapping_id);
    this.protocol(idpId, id);
    this.#store.protocols.update(idpId, id, fields);
    return this.protocol(idpId, id);
  }

  /** @throws NotFoundHere */
  deleteProtocol(idpId: string, id: string): void {
    this.protocol(idpId, id);
    this.#store.protocols.remove(idpId, id);
  }

  /** What an assertion is worth here: nothing. @throws NotFoundHere for an unknown protocol, AuthenticationFailed */
  authenticate(idpId: string, protocolId: string): never {
    this.provider(idpId);
    this.protocol(idpId, protocolId);
    throw new AuthenticationFailed("no assertion: nothing here checks one");
  }

  mappings(): MappingRow[] {
    return this.#store.mappings.list();
  }

  /** @throws EntityNotFound */
  mapping(id: string): MappingRow {
    const row = this.#store.mappings.get(id);
    if (!row) throw new EntityNotFound("mapping", id);
    return row;
  }

  /** @throws DuplicateEntry */
  createMapping(id: string, rules: unknown[]): MappingRow {
    if (this.#store.mappings.get(id)) throw duplicate("mapping", `Duplicate entry found with ID ${id}`);
    return this.#store.mappings.insert({ id, rules });
  }

  /** @throws EntityNotFound */
  updateMapping(id: string, rules: unknown[]): MappingRow {
    this.mapping(id);
    this.#store.mappings.update(id, { rules });
    return this.mapping(id);
  }

  /** @throws EntityNotFound */
  deleteMapping(id: string): void {
    if (!this.#store.mappings.remove(id)) throw new EntityNotFound("mapping", id);
  }

  serviceProviders(filter: { id?: string; enabled?: boolean } = {}): ServiceProviderRow[] {
    return this.#store.serviceProviders.match(filter);
  }

  /** @throws EntityNotFound */
  serviceProvider(id: string): ServiceProviderRow {
    const row = this.#store.serviceProviders.get(id);
    if (!row) throw new EntityNotFound("Service Provider", id);
    return row;
  }

  /** What tokens say of them; looked up again when a row of the database has changed. */
  enabledServiceProviders(): readonly Pick<ServiceProviderRow, "auth_url" | "id" | "sp_url">[] {
    const stamp = this.#store.db.stamp();
    if (this.#enabled?.stamp !== stamp) {
      const rows = this.serviceProviders({ enabled: true });
      this.#enabled = { stamp, shown: rows.map(({ auth_url, id, sp_url }) => ({ auth_url, id, sp_url })) };
    }
    return this.#enabled.shown;
  }

  /** @throws DuplicateEntry */
  createServiceProvider(
    id: string,
    fields: ServiceProviderFields & { auth_url: string; sp_url: string },
  ): ServiceProviderRow {
    if (this.#store.serviceProviders.get(id)) {
      throw duplicate("service_provider", `Duplicate entry found with ID ${id}`);
    }
    const { enabled = false, relay_state_prefix, ...rest } = fields;
    const prefix = relay_state_prefix ?? RELAY_STATE_PREFIX;
    return this.#store.serviceProviders.insert({ ...rest, id, enabled, relay_state_prefix: prefix });
  }

  /** @throws EntityNotFound */
  updateServiceProvider(
    id: string,
    { relay_state_prefix, ...fields }: ServiceProviderFields,
  ): ServiceProviderRow {
    this.serviceProvider(id);
    const prefix = relay_state_prefix == null ? {} : { relay_state_prefix };
    const changes = { ...fields, ...prefix };
    if (Object.keys(changes).length > 0) this.#store.serviceProviders.update(id, changes);
    return this.serviceProvider(id);
  }

  /** @throws EntityNotFound */
  deleteServiceProvider(id: string): void {
    if (!this.#store.serviceProviders.remove(id)) throw new EntityNotFound("Service Provider", id);
  }

  #createDomain(idpId: string): string {
    const id = this.#ids.hex();
    this.#store.projects.insert({
      id,
      name: id,
      domain_id: ROOT_DOMAIN_ID,
      is_domain: true,
      description: `Auto generated federated domain for Identity Provider: ${idpId}`,
    });
    return id;
  }

  /** @throws DuplicateEntry for one that another provider has */
  #setRemoteIds(idpId: string, wanted: readonly string[]): void {
    for (const remoteId of this.#store.remoteIds.leftsOf(idpId)) this.#store.remoteIds.removeAllOf(remoteId);
    for (const remoteId of wanted) {
      if (!this.#store.remoteIds.add(remoteId, idpId)) {
        throw duplicate("identity_provider", `Duplicate remote ID: ${remoteId}`);
      }
    }
  }

  #requireMapping(id: string): void {
    if (!this.#store.mappings.get(id)) throw new ValidationFailed(`Invalid mapping id: ${id}`);
  }

  #withRemoteIds(row: IdentityProviderRow): IdentityProvider {
    return { ...row, remote_ids: this.#store.remoteIds.leftsOf(row.id).sort() };
  }
}

const duplicate = (type: string, detail: string) => new DuplicateEntry(type, detail);
