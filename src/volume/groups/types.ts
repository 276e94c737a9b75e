// Group types and their specs. Authority: cinder/volume/group_types.py of Zed.

import { Invalid, NotFound } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import type { Caller } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import {
  GroupSpecNotFound,
  GroupTypeExists,
  GroupTypeInUse,
  GroupTypeNotFound,
  GroupTypeNotFoundByName,
} from "../errors-groups.ts";
import type { Pairs } from "../store/pairs.ts";
import type { GroupTypeRow } from "../tables-groups.ts";

type Specs = Readonly<Record<string, string | null>>;

/** Private types are the administrators'. */
function isVisible({ context }: Caller, row: GroupTypeRow): boolean {
  return context.isAdmin || row.is_public;
}

export function listGroupTypes(cinder: Cinder, caller: Caller, isPublic: boolean | null): GroupTypeRow[] {
  return cinder.store.groups.types
    .list()
    .filter((row) => isVisible(caller, row) && (isPublic === null || row.is_public === isPublic));
}

/** @throws GroupTypeNotFound */
export function getGroupType(cinder: Cinder, caller: Caller, id: string): GroupTypeRow {
  // No setting names a default.
  if (id === "default") throw new NotFound("Default group type can not be found.");
  const row = cinder.store.groups.types.get(id);
  if (!row || !isVisible(caller, row)) throw new GroupTypeNotFound(id);
  return row;
}

/** By id or name. @throws GroupTypeNotFound, GroupTypeNotFoundByName */
export function findGroupType(cinder: Cinder, caller: Caller, nameOrId: string): GroupTypeRow {
  const byId = isUuidLike(nameOrId) ? cinder.store.groups.types.get(nameOrId) : null;
  const row = byId ?? cinder.store.groups.typeByName(nameOrId);
  if (row && isVisible(caller, row)) return row;
  throw isUuidLike(nameOrId) ? new GroupTypeNotFound(nameOrId) : new GroupTypeNotFoundByName(nameOrId);
}

export interface NewGroupType {
  name: string;
  description: string | null;
  isPublic: boolean;
  specs: Specs;
}

export function createGroupType(
  cinder: Cinder,
  { name, description, isPublic, specs }: NewGroupType,
): GroupTypeRow {
  return cinder.transaction(() => {
    if (cinder.store.groups.typeByName(name)) throw new GroupTypeExists(name);
    const row = cinder.store.groups.types.insert({
      id: cinder.newId(),
      name,
      description,
      is_public: isPublic,
    });
    cinder.store.groups.specs.set(row.id, specs);
    return row;
  });
}

export function updateGroupType(
  cinder: Cinder,
  caller: Caller,
  id: string,
  changes: { name: string | null; description: string | null; isPublic: boolean | null },
): GroupTypeRow {
  const { name, description, isPublic } = changes;
  if (name !== null && name !== "" && name.trim() === "")
    throw new Invalid("Group type name can not be empty.");
  if (name === null && description === null && isPublic === null) {
    throw new Invalid("Specify group type name, description or a combination thereof.");
  }
  return cinder.transaction(() => {
    const row = getGroupType(cinder, caller, id);
    const same = name === null ? null : cinder.store.groups.typeByName(name);
    if (name !== null && same && same.id !== id) throw new GroupTypeExists(name);
    const changed = cinder.store.groups.types.update(id, {
      ...(name ? { name } : {}),
      ...(description === null ? {} : { description }),
      ...(isPublic === null ? {} : { is_public: isPublic }),
    });
    return changed ?? row;
  });
}

export function deleteGroupType(cinder: Cinder, caller: Caller, id: string): void {
  cinder.transaction(() => {
    getGroupType(cinder, caller, id);
    if (cinder.store.groups.isTypeUsed(id)) throw new GroupTypeInUse();
    cinder.store.groups.removeType(id);
  });
}

export function groupSpecs(cinder: Cinder, caller: Caller, id: string): Pairs {
  return cinder.store.groups.specs.of(getGroupType(cinder, caller, id).id);
}

export function setGroupSpecs(cinder: Cinder, caller: Caller, id: string, specs: Specs): void {
  cinder.transaction(() => {
    getGroupType(cinder, caller, id);
    cinder.store.groups.specs.set(id, specs);
  });
}

export function removeGroupSpec(cinder: Cinder, caller: Caller, id: string, key: string): void {
  cinder.transaction(() => {
    getGroupType(cinder, caller, id);
    if (!cinder.store.groups.specs.remove(id, key)) throw new GroupSpecNotFound(id, key);
  });
}
