// Metadata and tags of servers. Authority: nova/compute/api.py, nova/api/openstack/compute/server_{metadata,tags}.py.

import type { RequestContext } from "../../core/context.ts";
import { Invalid, NotFound } from "../../core/errors.ts";
import { pyRepr } from "../../core/python.ts";
import type { Nova } from "../nova.ts";
import { checkAllowed } from "../states.ts";
import type { InstanceRow } from "../tables.ts";
import { checkRequest } from "./access.ts";
import { checkMetadata } from "./checks.ts";

/** The metadata as it is afterwards. */
export function updateMetadata(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  values: Record<string, string>,
  replace: boolean,
): Record<string, string> {
  checkRequest(context, instance, "updateMetadata");
  const merged = replace ? values : { ...nova.store.metadataOf(instance.uuid), ...values };
  checkMetadata(nova, context, merged);
  nova.store.db.transaction(() => {
    nova.store.setMetadata(instance.uuid, merged);
    nova.store.updateInstance(instance.uuid, {}, nova.now());
  });
  return merged;
}

export function deleteMetadata(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  key: string,
): void {
  if (nova.store.metadata.count({ instance_uuid: instance.uuid, key }) === 0) {
    throw new NotFound("Metadata item was not found");
  }
  checkRequest(context, instance, "deleteMetadata");
  nova.store.db.transaction(() => {
    nova.store.metadata.delete({ instance_uuid: instance.uuid, key });
    nova.store.updateInstance(instance.uuid, {}, nova.now());
  });
}

/** nova/objects/instance.py */
export const MAX_TAGS = 50;
/** nova/objects/tag.py */
const MAX_TAG_LENGTH = 60;

export function setTags(
  nova: Nova,
  instance: InstanceRow,
  names: readonly string[],
  request: "updateTags" | "deleteTags" = "updateTags",
): string[] {
  checkAllowed(instance, request);
  nova.store.setTags(instance.uuid, names);
  return nova.store.tagsOf(instance.uuid);
}

/** True when it is new. */
export function addTag(nova: Nova, instance: InstanceRow, tag: string): boolean {
  checkAllowed(instance, "updateTag");
  const wrong = wrongTag(tag);
  if (wrong !== null) {
    throw new Invalid(
      `Tag '${tag}' is invalid. It must be a non empty string without characters '/' and ','. Validation error message: ${wrong}`,
    );
  }
  const tags = nova.store.tagsOf(instance.uuid);
  if (tags.length >= MAX_TAGS) {
    throw new Invalid(`The number of tags exceeded the per-server limit ${MAX_TAGS}`);
  }
  if (tags.includes(tag)) return false;
  nova.store.tags.insert({ resource_id: instance.uuid, tag });
  return true;
}

/** In the words of Python's jsonschema; null when nothing is wrong. */
function wrongTag(tag: string): string | null {
  if (tag === "") return "'' is too short";
  if ([...tag].length > MAX_TAG_LENGTH) return `${pyRepr(tag)} is too long`;
  return /^[^,/]*$/.test(tag) ? null : `${pyRepr(tag)} does not match '^[^,/]*$'`;
}

export function removeTag(nova: Nova, instance: InstanceRow, tag: string): void {
  checkAllowed(instance, "deleteTag");
  if (nova.store.tags.delete({ resource_id: instance.uuid, tag }) === 0) {
    throw new NotFound(`Instance ${instance.uuid} has no tag '${tag}'`);
  }
}

export interface ServerUpdate {
  name?: string;
  description?: string | null;
  hostname?: string;
  accessIPv4?: string;
  accessIPv6?: string;
  diskConfig?: boolean;
}

/** `PUT /servers/ID`: a locked server as well, in any state. */
export function updateServer(nova: Nova, instance: InstanceRow, wanted: ServerUpdate): InstanceRow {
  nova.store.updateInstance(
    instance.uuid,
    {
      ...(wanted.name === undefined ? {} : { display_name: wanted.name }),
      ...(wanted.description === undefined ? {} : { display_description: wanted.description }),
      ...(wanted.hostname === undefined ? {} : { hostname: wanted.hostname }),
      ...(wanted.accessIPv4 === undefined ? {} : { access_ip_v4: wanted.accessIPv4 }),
      ...(wanted.accessIPv6 === undefined ? {} : { access_ip_v6: wanted.accessIPv6 }),
      ...(wanted.diskConfig === undefined ? {} : { auto_disk_config: wanted.diskConfig }),
    },
    nova.now(),
  );
  return nova.store.instance(instance.uuid) ?? instance;
}
