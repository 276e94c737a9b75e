// OAuth 1.0a: a consumer asks for a token, a user authorizes it with some roles, the consumer exchanges it for one that
// lasts. Authority: keystone/oauth1 and keystone/api/os_oauth1.py.

import { randomInt } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import {
  AuthenticationFailed,
  EntityNotFound,
  MissingAttribute,
  NotFoundHere,
  ValidationFailed,
} from "./errors.ts";
import { checkSignature, type SignedRequest } from "./oauth1-signature.ts";
import type { RoleResolver } from "./roles.ts";
import type { IdentityStore } from "./store.ts";
import type { AccessTokenRow, ConsumerRow, RequestTokenRow } from "./tables.ts";
import type { TokenProvider } from "./tokens/provider.ts";

export interface ConsumerFields {
  id?: string;
  description?: string | null;
  [other: string]: unknown;
}

/** keystone.conf [oauth1] request_token_duration and access_token_duration. */
const REQUEST_TOKEN_MS = 28_800_000;
const ACCESS_TOKEN_MS = 86_400_000;

const VERIFIER_CHARS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const VERIFIER_LENGTH = 8;

export class OAuth1 {
  #store: IdentityStore;
  #resolver: RoleResolver;
  #tokens: TokenProvider;
  #clock: Clock;
  #ids: Ids;

  constructor(parts: {
    store: IdentityStore;
    resolver: RoleResolver;
    tokens: TokenProvider;
    clock: Clock;
    ids: Ids;
  }) {
    this.#store = parts.store;
    this.#resolver = parts.resolver;
    this.#tokens = parts.tokens;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
  }

  /** @throws NotFoundHere */
  consumer(id: string): ConsumerRow {
    const row = this.#store.consumers.get(id);
    if (!row) throw new NotFoundHere("Consumer not found");
    return row;
  }

  consumers(): ConsumerRow[] {
    return this.#store.consumers.list();
  }

  createConsumer(fields: ConsumerFields): ConsumerRow {
    const { id: _id, links: _links, description, secret: _secret, ...extra } = fields;
    return this.#store.consumers.insert({
      id: this.#ids.hex(),
      secret: this.#ids.hex(),
      description: description ?? null,
      extra,
    });
  }

  updateConsumer(id: string, fields: ConsumerFields): ConsumerRow {
    const before = this.consumer(id);
    const { id: _id, links: _links, description, ...extra } = fields;
    return this.#store.consumers.update(id, {
      ...(description === undefined ? {} : { description }),
      ...(Object.keys(extra).length === 0 ? {} : { extra: { ...before.extra, ...extra } }),
    })!;
  }

  /** Its tokens end with it. */
  deleteConsumer(id: string): void {
    this.consumer(id);
    this.#store.db.transaction(() => {
      this.#store.consumers.remove(id);
      this.#tokens.revokeMatching({ consumer_id: id });
    });
  }

  /** @throws MissingAttribute, EntityNotFound, NotFoundHere, AuthenticationFailed */
  createRequestToken(request: SignedRequest, projectId: string | null): RequestTokenRow {
    const consumerId = required(request, "oauth_consumer_key");
    if (!projectId) throw new MissingAttribute("Requested-Project-Id", "request");
    if (!this.#store.projects.get(projectId)) throw new EntityNotFound("project", projectId);
    checkSignature(request, this.consumer(consumerId).secret, "");
    const now = this.#clock.now();
    this.#store.pruneRequestTokens(now);
    return this.#store.requestTokens.insert({
      id: this.#ids.hex(),
      request_secret: this.#ids.hex(),
      requested_project_id: projectId,
      consumer_id: consumerId,
      expires_at: now + REQUEST_TOKEN_MS,
    });
  }

  /** @returns the verifier, which the user hands to the consumer */
  authorize(requestTokenId: string, userId: string, roles: { id?: string; name?: string }[]): string {
    const row = this.#requestToken(requestTokenId);
    const held = this.#resolver.effective(userId, { kind: "project", projectId: row.requested_project_id });
    const roleIds = roles.map(({ id, name }) => {
      const role = held.find((candidate) => candidate.id === id || candidate.name === name);
      if (!role) throw new AuthenticationFailed("authorizing user does not have role required");
      return role.id;
    });
    const verifier = Array.from(
      { length: VERIFIER_LENGTH },
      () => VERIFIER_CHARS[randomInt(VERIFIER_CHARS.length)],
    ).join("");
    this.#store.requestTokens.update(row.id, { authorizing_user_id: userId, role_ids: roleIds, verifier });
    return verifier;
  }

  /** Exchanges an authorized request token. */
  createAccessToken(request: SignedRequest): AccessTokenRow {
    const consumerId = required(request, "oauth_consumer_key");
    const tokenId = required(request, "oauth_token");
    const verifier = required(request, "oauth_verifier");
    const row = this.#requestToken(tokenId);
    const consumer = this.#store.consumers.get(consumerId);
    if (!consumer || row.consumer_id !== consumerId)
      throw new AuthenticationFailed("not this consumer's token");
    if (row.verifier !== verifier)
      throw new AuthenticationFailed("Provided verifier does not match stored verifier");
    checkSignature(request, consumer.secret, row.request_secret);
    const userId = row.authorizing_user_id;
    if (userId === null)
      throw new AuthenticationFailed("Request Token does not have an authorizing user id.");
    return this.#store.db.transaction(() => {
      this.#store.requestTokens.remove(row.id);
      return this.#store.accessTokens.insert({
        id: this.#ids.hex(),
        access_secret: this.#ids.hex(),
        authorizing_user_id: userId,
        project_id: row.requested_project_id,
        role_ids: row.role_ids ?? [],
        consumer_id: consumerId,
        expires_at: this.#clock.now() + ACCESS_TOKEN_MS,
      });
    });
  }

  /** The token a request to the identity service is signed with. @throws AuthenticationFailed */
  authenticate(request: SignedRequest): AccessTokenRow {
    const tokenId = required(request, "oauth_token");
    const row = this.accessToken(tokenId);
    if (row.expires_at !== null && row.expires_at < this.#clock.now()) {
      throw new AuthenticationFailed("Access token is expired");
    }
    const consumer = this.#store.consumers.get(request.parameters["oauth_consumer_key"] ?? "");
    if (!consumer || consumer.id !== row.consumer_id)
      throw new AuthenticationFailed("not this consumer's token");
    checkSignature(request, consumer.secret, row.access_secret);
    return row;
  }

  /** @throws NotFoundHere */
  accessToken(id: string): AccessTokenRow {
    const row = this.#store.accessTokens.get(id);
    if (!row) throw new NotFoundHere("Access token not found");
    return row;
  }

  accessTokensOf(userId: string): AccessTokenRow[] {
    return this.#store.accessTokens.match({ authorizing_user_id: userId });
  }

  deleteAccessToken(userId: string, id: string): void {
    if (this.accessToken(id).authorizing_user_id !== userId)
      throw new AuthenticationFailed("User IDs do not match");
    this.#store.db.transaction(() => {
      this.#store.accessTokens.remove(id);
      this.#tokens.revokeMatching({ access_token_id: id });
    });
  }

  #requestToken(id: string): RequestTokenRow {
    const row = this.#store.requestTokens.get(id);
    if (!row) throw new NotFoundHere("Request token not found");
    if (row.expires_at !== null && row.expires_at < this.#clock.now()) {
      throw new AuthenticationFailed("Request token is expired");
    }
    return row;
  }
}

function required({ parameters }: SignedRequest, name: string): string {
  const value = parameters[name];
  if (!value) throw new MissingAttribute(name, "request");
  if (value.length > 255) throw new ValidationFailed(`${name} is too long`);
  return value;
}
