// Accounts and containers in swift.db. All statements are prepared once.

import type { Database } from "bun:sqlite";
import type { ProjectDatabase } from "../../db/open.ts";
import type { AccountRow, ContainerRow } from "../tables.ts";

/** Header name in lower case → value as on the wire. */
export type Metadata = Record<string, string>;

export class AccountStore {
  #account;
  #accountById;
  #container;
  #containerById;
  #insertAccount;
  #setAccount;
  #insertContainer;
  #setContainer;
  #deleteContainer;
  #deleteAccount;
  #addToContainer;
  #addToAccount;
  #anyObject;
  #renameAccount;
  #accountsBetween;
  #firstContainer;

  constructor(db: ProjectDatabase) {
    const raw: Database = db.raw;
    this.#account = raw.query<AccountRow, [string]>("SELECT * FROM account WHERE name = ?");
    this.#accountById = raw.query<AccountRow, [number]>("SELECT * FROM account WHERE id = ?");
    this.#container = raw.query<ContainerRow, [number, string]>(
      "SELECT * FROM container WHERE account_id = ? AND name = ?",
    );
    this.#containerById = raw.query<ContainerRow, [number]>("SELECT * FROM container WHERE id = ?");
    this.#insertAccount = raw.query<AccountRow, [string, number, number, string]>(
      "INSERT INTO account (name, created_at, put_timestamp, metadata) VALUES (?, ?, ?, ?) RETURNING *",
    );
    this.#setAccount = raw.query<null, [number, string, number]>(
      "UPDATE account SET put_timestamp = ?, metadata = ? WHERE id = ?",
    );
    this.#insertContainer = raw.query<ContainerRow, [number, string, number, number, string]>(
      "INSERT INTO container (account_id, name, created_at, put_timestamp, metadata) VALUES (?, ?, ?, ?, ?) RETURNING *",
    );
    this.#setContainer = raw.query<null, [number, string, number]>(
      "UPDATE container SET put_timestamp = ?, metadata = ? WHERE id = ?",
    );
    this.#deleteContainer = raw.query<null, [number]>("DELETE FROM container WHERE id = ?");
    this.#deleteAccount = raw.query<null, [number]>("DELETE FROM account WHERE id = ?");
    this.#addToContainer = raw.query<null, [number, number, number]>(
      "UPDATE container SET object_count = object_count + ?, bytes_used = bytes_used + ? WHERE id = ?",
    );
    this.#addToAccount = raw.query<null, [number, number, number, number]>(
      "UPDATE account SET container_count = container_count + ?, object_count = object_count + ?, bytes_used = bytes_used + ? WHERE id = ?",
    );
    this.#anyObject = raw.query<{ one: number }, [number]>(
      "SELECT 1 AS one FROM object WHERE container_id = ? LIMIT 1",
    );
    this.#renameAccount = raw.query<null, [string, number]>("UPDATE account SET name = ? WHERE id = ?");
    this.#accountsBetween = raw.query<AccountRow, [string, string]>(
      "SELECT * FROM account WHERE name >= ? AND name < ? ORDER BY name",
    );
    this.#firstContainer = raw.query<ContainerRow, [number]>(
      "SELECT * FROM container WHERE account_id = ? ORDER BY name LIMIT 1",
    );
  }

  account(name: string): AccountRow | null {
    return this.#account.get(name);
  }

  accountById(id: number): AccountRow | null {
    return this.#accountById.get(id);
  }

  container(accountId: number, name: string): ContainerRow | null {
    return this.#container.get(accountId, name);
  }

  containerById(id: number): ContainerRow | null {
    return this.#containerById.get(id);
  }

  insertAccount(name: string, timestamp: number, metadata: Metadata): AccountRow {
    return this.#insertAccount.get(name, timestamp, timestamp, JSON.stringify(metadata))!;
  }

  setAccount(id: number, putTimestamp: number, metadata: Metadata): void {
    this.#setAccount.run(putTimestamp, JSON.stringify(metadata), id);
  }

  deleteAccount(id: number): void {
    this.#deleteAccount.run(id);
  }

  insertContainer(accountId: number, name: string, timestamp: number, metadata: Metadata): ContainerRow {
    return this.#insertContainer.get(accountId, name, timestamp, timestamp, JSON.stringify(metadata))!;
  }

  setContainer(id: number, putTimestamp: number, metadata: Metadata): void {
    this.#setContainer.run(putTimestamp, JSON.stringify(metadata), id);
  }

  deleteContainer(id: number): void {
    this.#deleteContainer.run(id);
  }

  addToContainer(id: number, objects: number, bytes: number): void {
    this.#addToContainer.run(objects, bytes, id);
  }

  addToAccount(id: number, containers: number, objects: number, bytes: number): void {
    this.#addToAccount.run(containers, objects, bytes, id);
  }

  hasObjects(containerId: number): boolean {
    return this.#anyObject.get(containerId) !== null;
  }

  renameAccount(id: number, name: string): void {
    this.#renameAccount.run(name, id);
  }

  /** Accounts from one name to before another. */
  accountsBetween(from: string, to: string): AccountRow[] {
    return this.#accountsBetween.all(from, to);
  }

  firstContainer(accountId: number): ContainerRow | null {
    return this.#firstContainer.get(accountId);
  }
}
