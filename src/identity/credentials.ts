// Secrets kept for users by type: EC2 key pairs, TOTP seeds, certificates. Authority: keystone/api/credentials.py and
// the OS-EC2 part of keystone/api/users.py.

import { createHash } from "node:crypto";
import type { Ids } from "../core/ids.ts";
import {
  AuthenticationFailed,
  DuplicateEntry,
  EntityNotFound,
  MissingAttribute,
  ValidationFailed,
} from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { CredentialRow } from "./tables.ts";
import type { Delegation } from "./tokens/payload.ts";

export interface CredentialFields {
  user_id: string;
  type: string;
  blob: string;
  project_id?: string | null;
  [other: string]: unknown;
}

/** An EC2 key pair: what is inside the blob of a credential of type `ec2`. */
export interface Ec2Credential {
  userId: string;
  projectId: string | null;
  access: string;
  secret: string;
  trustId: string | null;
  applicationCredentialId: string | null;
  accessTokenId: string | null;
}

const EC2 = "ec2";

/** Keys of an EC2 blob that bind it to a delegation: never changed. */
const BOUND_KEYS = ["trust_id", "app_cred_id", "access_token_id", "access_id"];

export class Credentials {
  #store: IdentityStore;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; ids: Ids }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  get(id: string): CredentialRow {
    const row = this.#store.credentials.get(id);
    if (!row) throw new EntityNotFound("credential", id);
    return row;
  }

  list(filter: { user_id?: string; type?: string } = {}): CredentialRow[] {
    return this.#store.credentials.match(filter);
  }

  /** An EC2 credential's id is made from its access key. @throws ValidationFailed, MissingAttribute, DuplicateEntry */
  create(fields: CredentialFields, delegation: Delegation | null): CredentialRow {
    const { id: _id, links: _links, user_id, project_id, type, blob, ...extra } = fields;
    let text = blob;
    let id = this.#ids.hex();
    if (type.toLowerCase() === EC2) {
      const inner = parseEc2Blob(blob);
      id = hashAccessKey(String(inner["access"]));
      if (delegation) text = JSON.stringify({ ...inner, [boundKey(delegation)]: delegation.id });
    }
    return this.#insert({ id, user_id, project_id: project_id ?? null, type, blob: text, extra });
  }

  /** Only the blob can be changed. */
  update(id: string, blob: string): CredentialRow {
    const before = this.get(id);
    if (before.type.toLowerCase() === EC2) {
      const [was, is] = [JSON.parse(before.blob) as Record<string, unknown>, parseEc2Blob(blob)];
      for (const key of BOUND_KEYS) {
        if (was[key] !== is[key]) throw new ValidationFailed(`${key} can not be updated for credential`);
      }
    }
    return this.#store.credentials.update(id, { blob })!;
  }

  /** @throws EntityNotFound */
  delete(id: string): void {
    if (!this.#store.credentials.remove(id)) throw new EntityNotFound("credential", id);
  }

  /** A new key pair. @throws EntityNotFound */
  createEc2(userId: string, projectId: string, trustId: string | null): Ec2Credential {
    if (!this.#store.users.get(userId)) throw new EntityNotFound("user", userId);
    if (!this.#store.projects.get(projectId)) throw new EntityNotFound("project", projectId);
    const blob = { access: this.#ids.hex(), secret: this.#ids.hex(), trust_id: trustId };
    const row = this.#insert({
      id: hashAccessKey(blob.access),
      user_id: userId,
      project_id: projectId,
      type: EC2,
      blob: JSON.stringify(blob),
      extra: {},
    });
    return ec2Of(row);
  }

  /** @throws EntityNotFound for the user */
  ec2OfUser(userId: string): Ec2Credential[] {
    if (!this.#store.users.get(userId)) throw new EntityNotFound("user", userId);
    return this.list({ user_id: userId, type: EC2 }).map(ec2Of);
  }

  /** @throws EntityNotFound, AuthenticationFailed when it is a credential of another type */
  ec2(access: string): Ec2Credential {
    const row = this.get(hashAccessKey(access));
    if (row.type !== EC2) throw new AuthenticationFailed("EC2 access key not found");
    return ec2Of(row);
  }

  deleteEc2(access: string): void {
    this.ec2(access);
    this.delete(hashAccessKey(access));
  }

  #insert(row: CredentialRow): CredentialRow {
    if (this.#store.credentials.get(row.id)) {
      throw new DuplicateEntry("credential", `Duplicate entry found with ID ${row.id}`);
    }
    return this.#store.credentials.insert(row);
  }
}

export function hashAccessKey(access: string): string {
  return createHash("sha256").update(access).digest("hex");
}

function ec2Of(row: CredentialRow): Ec2Credential {
  const blob = JSON.parse(row.blob) as Record<string, string | null | undefined>;
  return {
    userId: row.user_id,
    projectId: row.project_id,
    access: blob["access"] ?? "",
    secret: blob["secret"] ?? "",
    trustId: blob["trust_id"] ?? null,
    applicationCredentialId: blob["app_cred_id"] ?? null,
    accessTokenId: blob["access_token_id"] ?? null,
  };
}

function boundKey(delegation: Delegation): string {
  if (delegation.by === "trust") return "trust_id";
  return delegation.by === "application_credential" ? "app_cred_id" : "access_token_id";
}

function parseEc2Blob(blob: string): Record<string, unknown> {
  let inner: unknown;
  try {
    inner = JSON.parse(blob);
  } catch (cause) {
    throw new ValidationFailed("Invalid blob in credential", { cause });
  }
  if (
    typeof inner !== "object" ||
    inner === null ||
    Array.isArray(inner) ||
    Object.keys(inner).length === 0
  ) {
    throw new MissingAttribute("blob", "credential");
  }
  const fields = inner as Record<string, unknown>;
  if (fields["access"] === null || fields["access"] === undefined) {
    throw new MissingAttribute("access", "credential");
  }
  return fields;
}
