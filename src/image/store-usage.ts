// The SQL of what a project uses (`_image_get_*_by_owner` in glance/db/sqlalchemy/api.py of Zed).

import { and, eq, exists, inArray, ne, notInArray, or, type SQL, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../db/open.ts";
import type { ImageStore } from "./store.ts";
import { imageProperties, images } from "./tables.ts";

export class Usage {
  #db: ProjectDatabase;
  #store: ImageStore;

  constructor(store: ImageStore) {
    this.#store = store;
    this.#db = store.db;
  }

  storedBytes(owner: string): number {
    return this.#store.storedBytes(owner, null);
  }

  /** Of images that are staged, and of those that are being copied to other stores. */
  stagedBytes(owner: string): number {
    const staged = or(inArray(images.status, ["uploading", "importing"]), this.#copying());
    return this.#sum(sql`coalesce(sum(${images.size}), 0)`, owner, staged);
  }

  images(owner: string): number {
    return this.#sum(sql`count(*)`, owner, notInArray(images.status, ["killed", "deleted"]));
  }

  /** On their way in, in any form. */
  uploading(owner: string): number {
    return this.#sum(
      sql`count(*)`,
      owner,
      or(inArray(images.status, ["saving", "uploading", "importing"]), this.#copying()),
    );
  }

  #copying(): SQL {
    const importing = this.#db.orm
      .select({ one: sql`1` })
      .from(imageProperties)
      .where(
        and(
          eq(imageProperties.image_id, images.id),
          eq(imageProperties.name, "os_glance_importing_to_stores"),
          eq(imageProperties.deleted, false),
          ne(imageProperties.value, ""),
        ),
      );
    return and(ne(images.status, "killed"), exists(importing))!;
  }

  #sum(what: SQL, owner: string, where: SQL | undefined): number {
    const row = this.#db.orm
      .select({ total: what as SQL<number> })
      .from(images)
      .where(and(eq(images.owner, owner), eq(images.deleted, false), where))
      .get();
    return row?.total ?? 0;
  }
}
