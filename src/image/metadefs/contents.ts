// What a namespace holds: objects, properties, tags and associations with resource types. Authority:
// glance/api/v2/metadef_{objects,properties,tags,resource_types}.py of Zed.

import { eq } from "drizzle-orm";
import { NotFound } from "../../core/errors.ts";
import type { Caller } from "../access.ts";
import { toMoment } from "../moments.ts";
import {
  type Content,
  ContentNotFound,
  DuplicateAssociation,
  DuplicateContent,
  ProtectedDefinition,
} from "./errors.ts";
import {
  type AssociationFields,
  enforceMetadef,
  type NamespaceContents,
  type Namespaces,
  type ObjectFields,
  requireUnprotected,
} from "./namespaces.ts";
import type { ContentQuery, MetadefStore } from "./store.ts";
import * as t from "./tables.ts";

export class MetadefContents {
  #namespaces: Namespaces;
  #store: MetadefStore;

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
    this.#store = namespaces.store;
  }

  /** Everything that came with a new namespace. @throws Conflict for two of one name */
  fill(caller: Caller, row: t.NamespaceRow, contents: NamespaceContents): void {
    const { resource_type_associations = [], objects = [], properties = {}, tags = [] } = contents;
    if (resource_type_associations.length > 0) {
      enforceMetadef(caller, "add_metadef_resource_type_association", null);
    }
    if (objects.length > 0) enforceMetadef(caller, "add_metadef_object", null);
    if (Object.keys(properties).length > 0) enforceMetadef(caller, "add_metadef_property", null);
    if (tags.length > 0) enforceMetadef(caller, "add_metadef_tag", null);
    for (const fields of resource_type_associations) this.#associate(row, fields);
    for (const fields of objects) this.#insertObject(row, fields);
    for (const [name, schema] of Object.entries(properties)) this.#insertProperty(row, name, schema);
    for (const { name } of tags) this.#insertTag(row, name);
  }

  // Objects are looked up in a namespace whose absence is told in other words than the rest.
  #ofObject(caller: Caller, namespace: string, rule: string): t.NamespaceRow {
    const row = this.#namespaces.get(caller, namespace);
    enforceMetadef(caller, rule, row);
    return row;
  }

  #of(caller: Caller, namespace: string, rule: string): t.NamespaceRow {
    const row = this.#namespaces.find(caller, namespace);
    enforceMetadef(caller, rule, row);
    return row;
  }

  listObjects(
    caller: Caller,
    namespace: string,
    query: Omit<ContentQuery, "marker"> & { marker: string | null },
  ) {
    const row = this.#ofObject(caller, namespace, "get_metadef_objects");
    const marker = query.marker === null ? null : this.#object(row, query.marker);
    const target = { project_id: row.owner, visibility: row.visibility };
    if (!caller.allows("get_metadef_object", target)) return [];
    return this.#store.listObjects(row.id, { ...query, marker });
  }

  showObject(caller: Caller, namespace: string, name: string): t.ObjectRow {
    return this.#object(this.#ofObject(caller, namespace, "get_metadef_object"), name);
  }

  createObject(caller: Caller, namespace: string, fields: ObjectFields): t.ObjectRow {
    return this.#insertObject(this.#ofObject(caller, namespace, "add_metadef_object"), fields);
  }

  updateObject(caller: Caller, namespace: string, name: string, fields: ObjectFields): t.ObjectRow {
    const row = this.#ofObject(caller, namespace, "modify_metadef_object");
    const object = this.#object(row, name);
    if (fields.name !== name) this.#refuseDuplicate("object", row, fields.name);
    return (
      this.#store.objects.update(object.id, { ...objectColumns(fields), updated_at: this.#now() }) ?? object
    );
  }

  deleteObject(caller: Caller, namespace: string, name: string): void {
    const row = this.#ofObject(caller, namespace, "delete_metadef_object");
    const object = this.#object(row, name);
    if (row.protected) throw new ProtectedDefinition("object", name);
    this.#store.objects.remove(object.id);
  }

  deleteObjects(caller: Caller, namespace: string): void {
    const row = this.#of(caller, namespace, "delete_metadef_namespace");
    requireUnprotected(row);
    this.#store.objects.removeWhere(eq(t.objects.namespace_id, row.id));
  }

  listProperties(caller: Caller, namespace: string): t.PropertyRow[] {
    return this.#store.listProperties(this.#of(caller, namespace, "get_metadef_properties").id);
  }

  /** @param resourceType when given, `name` begins with that association's prefix */
  showProperty(caller: Caller, namespace: string, name: string, resourceType: string | null): t.PropertyRow {
    const row = this.#of(caller, namespace, "get_metadef_property");
    if (!resourceType) return this.#property(row, name);
    enforceMetadef(caller, "get_metadef_resource_type", row);
    const association = this.#store
      .associationsOf([row.id])
      .get(row.id)
      ?.find((entry) => entry.name === resourceType);
    if (!association) {
      throw new NotFound(
        `The metadata definition resource-type association of resource-type=${resourceType} to namespace=${namespace}, was not found.`,
      );
    }
    const { prefix } = association;
    if (prefix && name.startsWith(prefix)) return this.#property(row, name.slice(prefix.length));
    throw new NotFound(
      `Property ${name} does not start with the expected resource type association prefix of '${prefix ?? "None"}'.`,
    );
  }

  createProperty(caller: Caller, namespace: string, name: string, schema: t.PropertySchema): t.PropertyRow {
    return this.#insertProperty(this.#of(caller, namespace, "add_metadef_property"), name, schema);
  }

  updateProperty(
    caller: Caller,
    namespace: string,
    name: string,
    newName: string,
    schema: t.PropertySchema,
  ): t.PropertyRow {
    const row = this.#of(caller, namespace, "modify_metadef_property");
    const property = this.#property(row, name);
    if (newName !== name) this.#refuseDuplicate("property", row, newName);
    const changes = { name: newName, json_schema: schema, updated_at: this.#now() };
    return this.#store.properties.update(property.id, changes) ?? property;
  }

  deleteProperty(caller: Caller, namespace: string, name: string): void {
    const row = this.#of(caller, namespace, "remove_metadef_property");
    const property = this.#property(row, name);
    if (row.protected) throw new ProtectedDefinition("property", name);
    this.#store.properties.remove(property.id);
  }

  deleteProperties(caller: Caller, namespace: string): void {
    const row = this.#of(caller, namespace, "delete_metadef_namespace");
    requireUnprotected(row);
    this.#store.properties.removeWhere(eq(t.properties.namespace_id, row.id));
  }

  listTags(
    caller: Caller,
    namespace: string,
    query: Omit<ContentQuery, "marker"> & { marker: string | null },
  ) {
    const row = this.#of(caller, namespace, "get_metadef_tags");
    const marker = query.marker === null ? null : this.#tag(row, query.marker);
    return this.#store.listTags(row.id, { ...query, marker });
  }

  showTag(caller: Caller, namespace: string, name: string): t.TagRow {
    return this.#tag(this.#of(caller, namespace, "get_metadef_tag"), name);
  }

  createTag(caller: Caller, namespace: string, name: string): t.TagRow {
    return this.#insertTag(this.#of(caller, namespace, "add_metadef_tag"), name);
  }

  /** @param append keep the tags that are there; else these replace them */
  createTags(caller: Caller, namespace: string, names: readonly string[], append: boolean): t.TagRow[] {
    const row = this.#of(caller, namespace, "add_metadef_tags");
    return this.#store.db.transaction(() => {
      if (!append && names.length > 0) this.#store.tags.removeWhere(eq(t.tags.namespace_id, row.id));
      return names.map((name) => this.#insertTag(row, name));
    });
  }

  renameTag(caller: Caller, namespace: string, name: string, newName: string): t.TagRow {
    const row = this.#of(caller, namespace, "modify_metadef_tag");
    const tag = this.#tag(row, name);
    const other = this.#store.tag(row.id, newName);
    if (other && other.id !== tag.id) throw new DuplicateContent("tag", newName, namespace);
    return this.#store.tags.update(tag.id, { name: newName, updated_at: this.#now() }) ?? tag;
  }

  deleteTag(caller: Caller, namespace: string, name: string): void {
    const row = this.#of(caller, namespace, "delete_metadef_tag");
    const tag = this.#tag(row, name);
    if (row.protected) throw new ProtectedDefinition("tag", name);
    this.#store.tags.remove(tag.id);
  }

  deleteTags(caller: Caller, namespace: string): void {
    const row = this.#of(caller, namespace, "delete_metadef_namespace");
    enforceMetadef(caller, "delete_metadef_tags", row);
    requireUnprotected(row);
    this.#store.tags.removeWhere(eq(t.tags.namespace_id, row.id));
  }

  listResourceTypes(caller: Caller): t.ResourceTypeRow[] {
    enforceMetadef(caller, "list_metadef_resource_types", null);
    return this.#store.resourceTypes.list();
  }

  listAssociations(caller: Caller, namespace: string): t.AssociationRow[] {
    const row = this.#of(caller, namespace, "list_metadef_resource_types");
    const target = { project_id: row.owner, visibility: row.visibility };
    if (!caller.allows("get_metadef_resource_type", target)) return [];
    return this.#store.associationsOf([row.id]).get(row.id) ?? [];
  }

  /** A resource type nobody knows yet is made. @throws DuplicateAssociation */
  createAssociation(caller: Caller, namespace: string, fields: AssociationFields): t.AssociationRow {
    const row = this.#of(caller, namespace, "add_metadef_resource_type_association");
    return this.#store.db.transaction(() => this.#associate(row, fields));
  }

  deleteAssociation(caller: Caller, namespace: string, name: string): void {
    const row = this.#of(caller, namespace, "remove_metadef_resource_type_association");
    const found = this.#store
      .associationsOf([row.id])
      .get(row.id)
      ?.some((entry) => entry.name === name);
    const type = this.#store.resourceType(name);
    if (!found || !type) throw new NotFound(`Failed to find resource type ${name} to delete`);
    if (row.protected) throw new ProtectedDefinition("resource-type-association", name);
    this.#store.removeAssociation(row.id, type.id);
  }

  #associate(row: t.NamespaceRow, fields: AssociationFields): t.AssociationRow {
    const now = this.#now();
    const type =
      this.#store.resourceType(fields.name) ??
      this.#store.resourceTypes.insert({ name: fields.name, created_at: now, updated_at: now });
    const present = this.#store.associationsOf([row.id]).get(row.id) ?? [];
    if (present.some(({ name }) => name === fields.name))
      throw new DuplicateAssociation(fields.name, row.namespace);
    const association = {
      namespace_id: row.id,
      prefix: fields.prefix ?? null,
      properties_target: fields.properties_target ?? null,
      created_at: now,
      updated_at: now,
    };
    this.#store.insertAssociation({ ...association, resource_type_id: type.id });
    return { ...association, name: fields.name };
  }

  #insertObject(row: t.NamespaceRow, fields: ObjectFields): t.ObjectRow {
    this.#refuseDuplicate("object", row, fields.name);
    return this.#store.objects.insert({ namespace_id: row.id, ...objectColumns(fields), ...this.#stamps() });
  }

  #insertProperty(row: t.NamespaceRow, name: string, schema: t.PropertySchema): t.PropertyRow {
    this.#refuseDuplicate("property", row, name);
    return this.#store.properties.insert({
      namespace_id: row.id,
      name,
      json_schema: schema,
      ...this.#stamps(),
    });
  }

  #insertTag(row: t.NamespaceRow, name: string): t.TagRow {
    this.#refuseDuplicate("tag", row, name);
    return this.#store.tags.insert({ namespace_id: row.id, name, ...this.#stamps() });
  }

  #refuseDuplicate(kind: Content, row: t.NamespaceRow, name: string): void {
    if (this.#store[kind](row.id, name)) throw new DuplicateContent(kind, name, row.namespace);
  }

  #object(row: t.NamespaceRow, name: string): t.ObjectRow {
    return this.#store.object(row.id, name) ?? notFound("object", name, row);
  }

  #property(row: t.NamespaceRow, name: string): t.PropertyRow {
    return this.#store.property(row.id, name) ?? notFound("property", name, row);
  }

  #tag(row: t.NamespaceRow, name: string): t.TagRow {
    return this.#store.tag(row.id, name) ?? notFound("tag", name, row);
  }

  #stamps() {
    const now = this.#now();
    return { created_at: now, updated_at: now };
  }

  #now(): string {
    return toMoment(this.#namespaces.clock.now());
  }
}

function notFound(kind: Content, name: string, row: t.NamespaceRow): never {
  throw new ContentNotFound(kind, name, row.namespace);
}

function objectColumns(fields: ObjectFields) {
  return {
    name: fields.name,
    description: fields.description ?? null,
    required: fields.required ?? null,
    json_schema: fields.properties ?? {},
  };
}
