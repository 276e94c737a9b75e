// Consistency groups: groups under their former name, of a type of their own. Authority: cinder/api/contrib/consistencygroups.py
// and cgsnapshots.py, cinder/volume/group_types.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Cinder } from "../cinder.ts";
import type { GroupTypeRow } from "../tables-groups.ts";

/** Made by Cinder's own migrations; the groups of this type are consistency groups. */
export const LEGACY_TYPE = "default_cgsnapshot_type";
const DESCRIPTION = "Default group type for migrating cgsnapshot";
const SPECS = { consistent_group_snapshot_enabled: "<is> True" };

/** The type of consistency groups, which is made when it is missing. */
export function legacyType(cinder: Cinder): GroupTypeRow {
  const { groups } = cinder.store;
  return cinder.transaction(() => {
    const known = groups.typeByName(LEGACY_TYPE);
    if (known) return known;
    const row = groups.types.insert({
      id: cinder.newId(),
      name: LEGACY_TYPE,
      description: DESCRIPTION,
      is_public: true,
    });
    groups.specs.set(row.id, SPECS);
    return row;
  });
}

export function isLegacy({ store }: Cinder, typeId: string): boolean {
  return store.groups.types.get(typeId)?.name === LEGACY_TYPE;
}

/** @param nameOrId of a group's type. @throws Invalid for consistency groups */
export function refuseLegacy(cinder: Cinder, nameOrId: string): void {
  const type = cinder.store.groups.types.get(nameOrId) ?? cinder.store.groups.typeByName(nameOrId);
  if (type?.name !== LEGACY_TYPE) return;
  throw new Invalid(
    `Group_type ${type.id} is reserved for migrating CGs to groups. Migrated group can only be operated by CG APIs.`,
  );
}
