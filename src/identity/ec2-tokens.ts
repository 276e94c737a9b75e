// Tokens for the holders of EC2 key pairs, for the EC2 and S3 services which check signatures here.
// Authority: keystone/api/_shared/EC2_S3_Resource.py.

import type { Clock } from "../core/clock.ts";
import { parseIso } from "../core/times.ts";
import type { Credentials, Ec2Credential } from "./credentials.ts";
import { AuthenticationFailed, EntityNotFound } from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { Delegation } from "./tokens/payload.ts";
import type { IssuedToken, TokenProvider } from "./tokens/provider.ts";

/** What such a token says of how it was got; the identity service itself does not take it as authorization. */
export const EC2_METHOD = "ec2credential";

export class Ec2Tokens {
  #store: IdentityStore;
  #credentials: Credentials;
  #tokens: TokenProvider;
  #clock: Clock;
  #ttlMs: number;

  constructor(parts: {
    store: IdentityStore;
    credentials: Credentials;
    tokens: TokenProvider;
    clock: Clock;
    /** How long after its time stamp a signature is taken. */
    ttlMinutes: number;
  }) {
    this.#store = parts.store;
    this.#credentials = parts.credentials;
    this.#tokens = parts.tokens;
    this.#clock = parts.clock;
    this.#ttlMs = parts.ttlMinutes * 60_000;
  }

  /**
   * @param check throws when the signature is not that of the secret
   * @param timestamp when it was signed, where the request says so
   * @throws EntityNotFound for an unknown access key, AuthenticationFailed
   */
  issue(access: string, check: (secret: string) => void, timestamp: string | undefined): IssuedToken {
    const credential = this.#credentials.ec2(access);
    check(credential.secret);
    this.#checkTime(timestamp);
    const { userId, projectId } = credential;
    if (projectId === null || !this.#store.projects.get(projectId))
      throw new EntityNotFound("project", `${projectId}`);
    return this.#tokens.issue({
      userId: this.#actor(credential) ?? userId,
      methods: [EC2_METHOD],
      scope: { kind: "project", projectId },
      delegation: delegationOf(credential),
    });
  }

  #checkTime(timestamp: string | undefined): void {
    if (timestamp === undefined) return;
    const ms = parseIso(timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (ms === null) throw new AuthenticationFailed("Credential timestamp is invalid");
    if (this.#clock.now() > ms + this.#ttlMs) throw new AuthenticationFailed("Credential is expired");
  }

  /** A trust's token is its trustee's. */
  #actor({ trustId }: Ec2Credential): string | null {
    return trustId === null ? null : (this.#store.trusts.get(trustId)?.trustee_user_id ?? null);
  }
}

function delegationOf(credential: Ec2Credential): Delegation | undefined {
  const { trustId, applicationCredentialId, accessTokenId } = credential;
  if (trustId !== null) return { by: "trust", id: trustId };
  if (applicationCredentialId !== null) return { by: "application_credential", id: applicationCredentialId };
  return accessTokenId === null ? undefined : { by: "access_token", id: accessTokenId };
}
