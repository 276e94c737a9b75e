// Numbers of images: EC2 knows them as `ami-00000001`.

import type { ProjectDatabase } from "../../db/open.ts";

export class Ec2Ids {
  #find;
  #add;

  constructor(db: ProjectDatabase) {
    this.#find = db.raw.query<{ id: number }, [string]>("SELECT id FROM s3_images WHERE uuid = ?");
    this.#add = db.raw.query<{ id: number }, [string]>(
      `INSERT INTO s3_images (uuid, created_at) VALUES (?, strftime('%Y-%m-%d %H:%M:%S', 'now'))
         ON CONFLICT (uuid) DO UPDATE SET uuid = excluded.uuid RETURNING id`,
    );
  }

  /** The image gets its number when it is first asked for. */
  ofImage(uuid: string | null, kind: "ami" | "aki" | "ari"): string | null {
    if (uuid === null || uuid === "") return null;
    const row = this.#find.get(uuid) ?? this.#add.get(uuid);
    return row ? ec2Id(kind, row.id) : null;
  }
}

export function ec2Id(kind: string, id: number): string {
  return `${kind}-${id.toString(16).padStart(8, "0")}`;
}
