// Which projects are shown which endpoints, one by one or in groups (OS-EP-FILTER). A project about which nothing is
// said is shown all. Authority: keystone/catalog/core.py and keystone/api/os_ep_filter.py.

import type { Ids } from "../core/ids.ts";
import {
  DuplicateEntry,
  EntityNotFound,
  MissingAttribute,
  NotFoundHere,
  ValidationFailed,
} from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { EndpointGroupRow, EndpointRow, ProjectRow } from "./tables.ts";

export interface EndpointGroupFields {
  name?: string;
  description?: string | null;
  filters?: Record<string, unknown>;
}

const GROUP_FILTERS = ["service_id", "region_id", "interface"] as const;

export class EndpointFilters {
  #store: IdentityStore;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; ids: Ids }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  group(id: string): EndpointGroupRow {
    const row = this.#store.endpointGroups.get(id);
    if (!row) throw new EntityNotFound("Endpoint Group", id);
    return row;
  }

  groups(filter: { name?: string } = {}): EndpointGroupRow[] {
    return this.#store.endpointGroups.match(filter);
  }

  createGroup(fields: EndpointGroupFields & { name: string }): EndpointGroupRow {
    const { name, description, filters = {} } = fields;
    if (Object.keys(filters).length === 0)
      throw new ValidationFailed("filters field is required and cannot be empty");
    checkFilters(filters);
    return this.#store.endpointGroups.insert({
      id: this.#ids.hex(),
      name,
      description: description ?? null,
      filters,
    });
  }

  updateGroup(id: string, { name, description, filters }: EndpointGroupFields): EndpointGroupRow {
    this.group(id);
    if (filters) checkFilters(filters);
    return this.#store.endpointGroups.update(id, {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(filters === undefined ? {} : { filters }),
    })!;
  }

  deleteGroup(id: string): void {
    if (!this.#store.endpointGroups.remove(id)) throw new EntityNotFound("Endpoint Group", id);
  }

  endpointsOfGroup(id: string): EndpointRow[] {
    const { filters } = this.group(id);
    return this.#store.endpoints
      .list()
      .filter((row) => GROUP_FILTERS.every((key) => !(key in filters) || filters[key] === row[key]));
  }

  /** What a project is shown, by itself or through groups. Empty when nothing was said about it. */
  endpointsOfProject(projectId: string): EndpointRow[] {
    const rows = new Map<string, EndpointRow>();
    for (const id of this.#store.projectEndpoints.rightsOf(projectId)) rows.set(id, this.#endpoint(id));
    for (const groupId of this.#store.projectEndpointGroups.rightsOf(projectId)) {
      for (const row of this.endpointsOfGroup(groupId)) rows.set(row.id, row);
    }
    return [...rows.values()];
  }

  projectsOfEndpoint(id: string): ProjectRow[] {
    this.#endpoint(id);
    return this.#projects(this.#store.projectEndpoints.leftsOf(id));
  }

  projectsOfGroup(id: string): ProjectRow[] {
    return this.#projects(this.#store.projectEndpointGroups.leftsOf(id));
  }

  groupsOfProject(projectId: string): EndpointGroupRow[] {
    return this.#store.projectEndpointGroups.rightsOf(projectId).map((id) => this.group(id));
  }

  checkEndpointInProject(endpointId: string, projectId: string): void {
    this.#endpoint(endpointId);
    if (this.#store.projectEndpoints.has(projectId, endpointId)) return;
    throw new NotFoundHere(`Endpoint ${endpointId} not found in project ${projectId}`);
  }

  showEndpointTo(endpointId: string, projectId: string): void {
    this.#endpoint(endpointId);
    if (this.#store.projectEndpoints.add(projectId, endpointId)) return;
    throw new DuplicateEntry("project_endpoint", "Duplicate entry");
  }

  hideEndpointFrom(endpointId: string, projectId: string): void {
    if (this.#store.projectEndpoints.remove(projectId, endpointId)) return;
    throw new NotFoundHere(`Endpoint ${endpointId} not found in project ${projectId}`);
  }

  checkGroupInProject(groupId: string, projectId: string): void {
    this.group(groupId);
    if (this.#store.projectEndpointGroups.has(projectId, groupId)) return;
    throw new NotFoundHere("Endpoint Group Project Association not found");
  }

  showGroupTo(groupId: string, projectId: string): void {
    this.group(groupId);
    if (this.#store.projectEndpointGroups.add(projectId, groupId)) return;
    throw new DuplicateEntry("project_endpoint_group", "Duplicate entry");
  }

  hideGroupFrom(groupId: string, projectId: string): void {
    this.checkGroupInProject(groupId, projectId);
    this.#store.projectEndpointGroups.remove(projectId, groupId);
  }

  #projects(ids: string[]): ProjectRow[] {
    return ids.map((id) => this.#store.projects.get(id)).filter((row) => row !== null);
  }

  #endpoint(id: string): EndpointRow {
    const row = this.#store.endpoints.get(id);
    if (!row) throw new EntityNotFound("endpoint", id);
    return row;
  }
}

function checkFilters(filters: Record<string, unknown>): void {
  const known: readonly string[] = GROUP_FILTERS;
  if (Object.keys(filters).every((key) => known.includes(key))) return;
  throw new MissingAttribute(GROUP_FILTERS.join(" or "), "endpoint_group");
}
