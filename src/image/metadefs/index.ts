// Metadata definitions: what properties images, flavors, servers and volumes may carry, and what they mean.

import type { Clock } from "../../core/clock.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import type { Caller } from "../access.ts";
import { Hidden } from "../errors.ts";
import { MetadefContents } from "./contents.ts";
import { NamespaceHidden } from "./errors.ts";
import { enforceMetadef, Namespaces } from "./namespaces.ts";
import { MetadefStore } from "./store.ts";
import type { NamespaceRow } from "./tables.ts";

export class Metadefs {
  readonly namespaces: Namespaces;
  readonly contents: MetadefContents;

  constructor(db: ProjectDatabase, clock: Clock) {
    this.namespaces = new Namespaces(new MetadefStore(db), clock);
    this.contents = new MetadefContents(this.namespaces);
  }

  /** A namespace to be shown with everything in it. @throws NamespaceNotFound, Hidden, Forbidden */
  show(caller: Caller, name: string): NamespaceRow {
    let row: NamespaceRow;
    try {
      row = this.namespaces.get(caller, name);
    } catch (error) {
      throw error instanceof NamespaceHidden ? new Hidden() : error;
    }
    enforceMetadef(caller, "get_metadef_namespace", row);
    enforceMetadef(caller, "list_metadef_resource_types", row);
    enforceMetadef(caller, "get_metadef_objects", row);
    enforceMetadef(caller, "get_metadef_properties", row);
    enforceMetadef(caller, "get_metadef_tags", row);
    return row;
  }
}
