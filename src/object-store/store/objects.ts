// Objects and their data in swift.db. All statements are prepared once.

import type { ProjectDatabase } from "../../db/open.ts";
import type { ObjectRow } from "../tables.ts";

/** An object with its data: inline bytes, or the name of a file. */
export interface StoredObject {
  data_id: number;
  created_at: number;
  content_type: string;
  delete_at: number | null;
  /** Of the row a listing shows. */
  listed_size: number;
  listed_etag: string;
  data_timestamp: number;
  /** Of the data. */
  size: number;
  etag: string;
  metadata: string;
  file: string | null;
  data: Uint8Array | null;
}

export interface NewData {
  dataTimestamp: number;
  size: number;
  etag: string;
  /** JSON. */
  metadata: string;
  file: string | null;
  data: Uint8Array | null;
}

/** Where an object stands in the order of the index. */
export interface ObjectKey {
  container_id: number;
  name: string;
}

export interface ExpiredRow {
  account: string;
  container: string;
  container_id: number;
  name: string;
  delete_at: number;
}

const COLUMNS = `o.data_id, o.created_at, o.content_type, o.delete_at, o.size AS listed_size,
  o.etag AS listed_etag, d.data_timestamp, d.size, d.etag, d.metadata, d.file`;

export class ObjectStore {
  #get;
  #head;
  #row;
  #upsert;
  #update;
  #insertData;
  #setMetadata;
  #deleteRow;
  #deleteData;
  #fileOf;
  #addStray;
  #removeStray;
  #strays;
  #expired;
  #keysAfter;
  #whereabouts;
  #first;

  constructor(db: ProjectDatabase) {
    const { raw } = db;
    const from =
      "FROM object o JOIN object_data d ON d.id = o.data_id WHERE o.container_id = ? AND o.name = ?";
    this.#get = raw.query<StoredObject, [number, string]>(`SELECT ${COLUMNS}, d.data ${from}`);
    this.#head = raw.query<StoredObject, [number, string]>(`SELECT ${COLUMNS}, NULL AS data ${from}`);
    this.#row = raw.query<ObjectRow, [number, string]>(
      "SELECT * FROM object WHERE container_id = ? AND name = ?",
    );
    this.#upsert = raw.query<null, [number, string, number, number, string, string, number, number | null]>(
      `INSERT INTO object (container_id, name, created_at, size, content_type, etag, data_id, delete_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (container_id, name) DO UPDATE SET created_at = excluded.created_at, size = excluded.size,
         content_type = excluded.content_type, etag = excluded.etag, data_id = excluded.data_id,
         delete_at = excluded.delete_at`,
    );
    this.#update = raw.query<null, [number, string, number | null, number, string]>(
      "UPDATE object SET created_at = ?, content_type = ?, delete_at = ? WHERE container_id = ? AND name = ?",
    );
    this.#insertData = raw.query<
      { id: number },
      [number, number, string, string, string | null, Uint8Array | null]
    >(
      "INSERT INTO object_data (data_timestamp, size, etag, metadata, file, data) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    );
    this.#setMetadata = raw.query<null, [string, number]>("UPDATE object_data SET metadata = ? WHERE id = ?");
    this.#deleteRow = raw.query<null, [number, string]>(
      "DELETE FROM object WHERE container_id = ? AND name = ?",
    );
    this.#deleteData = raw.query<null, [number]>("DELETE FROM object_data WHERE id = ?");
    this.#fileOf = raw.query<{ file: string | null }, [number]>("SELECT file FROM object_data WHERE id = ?");
    this.#addStray = raw.query<null, [string]>("INSERT OR IGNORE INTO stray_file (file) VALUES (?)");
    this.#removeStray = raw.query<null, [string]>("DELETE FROM stray_file WHERE file = ?");
    this.#strays = raw.query<{ file: string }, []>("SELECT file FROM stray_file");
    this.#expired = raw.query<ExpiredRow, [number, number]>(
      `SELECT a.name AS account, c.name AS container, o.container_id, o.name, o.delete_at
       FROM object o JOIN container c ON c.id = o.container_id JOIN account a ON a.id = c.account_id
       WHERE o.delete_at IS NOT NULL AND o.delete_at <= ? ORDER BY o.delete_at LIMIT ?`,
    );
    this.#keysAfter = raw.query<ObjectKey, [number, string, number]>(
      `SELECT container_id, name FROM object WHERE (container_id, name) > (?, ?)
       ORDER BY container_id, name LIMIT ?`,
    );
    this.#first = raw.query<ObjectRow, [number, number]>(
      "SELECT * FROM object WHERE container_id = ? ORDER BY name LIMIT ?",
    );
    this.#whereabouts = raw.query<{ account: string; container: string }, [number]>(
      `SELECT a.name AS account, c.name AS container FROM container c JOIN account a ON a.id = c.account_id
       WHERE c.id = ?`,
    );
  }

  get(containerId: number, name: string): StoredObject | null {
    return this.#get.get(containerId, name);
  }

  /** Without the bytes. */
  head(containerId: number, name: string): StoredObject | null {
    return this.#head.get(containerId, name);
  }

  row(containerId: number, name: string): ObjectRow | null {
    return this.#row.get(containerId, name);
  }

  put(row: ObjectRow): void {
    this.#upsert.run(
      row.container_id,
      row.name,
      row.created_at,
      row.size,
      row.content_type,
      row.etag,
      row.data_id,
      row.delete_at,
    );
  }

  touch(containerId: number, name: string, createdAt: number, type: string, deleteAt: number | null): void {
    this.#update.run(createdAt, type, deleteAt, containerId, name);
  }

  insertData(data: NewData): number {
    return this.#insertData.get(
      data.dataTimestamp,
      data.size,
      data.etag,
      data.metadata,
      data.file,
      data.data,
    )!.id;
  }

  setMetadata(dataId: number, metadata: string): void {
    this.#setMetadata.run(metadata, dataId);
  }

  deleteRow(containerId: number, name: string): void {
    this.#deleteRow.run(containerId, name);
  }

  /** Returns the file that nothing needs now, which is noted as stray. */
  deleteData(dataId: number): string | null {
    const file = this.#fileOf.get(dataId)?.file ?? null;
    this.#deleteData.run(dataId);
    if (file !== null) this.#addStray.run(file);
    return file;
  }

  addStray(file: string): void {
    this.#addStray.run(file);
  }

  removeStray(file: string): void {
    this.#removeStray.run(file);
  }

  strays(): string[] {
    return this.#strays.all().map((row) => row.file);
  }

  expired(nowSeconds: number, limit: number): ExpiredRow[] {
    return this.#expired.all(nowSeconds, limit);
  }

  /** Every object in turn, for the auditor. */
  keysAfter(after: ObjectKey, limit: number): ObjectKey[] {
    return this.#keysAfter.all(after.container_id, after.name, limit);
  }

  whereabouts(containerId: number): { account: string; container: string } | null {
    return this.#whereabouts.get(containerId);
  }

  /** The first objects of a container. */
  first(containerId: number, limit: number): ObjectRow[] {
    return this.#first.all(containerId, limit);
  }
}
