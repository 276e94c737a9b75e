// What other services may ask the identity service. Token validation has its own key, in `http/auth.ts`.

import { peerKey } from "../core/peers.ts";
import type { TokenFacts } from "../http/auth.ts";

/** A user and the scope of a token it might have. Names are looked up in the domain `default` unless one is named. */
export interface SubjectRef {
  /** Name or id, and so are the others. */
  user: string;
  userDomain?: string;
  project?: string;
  projectDomain?: string;
  domain?: string;
  system?: boolean;
}

export interface IdentityPublic {
  /** Null when there is no such project. A domain is not a project here. */
  project(id: string): { id: string; name: string; domainId: string; enabled: boolean } | null;
  user(id: string): { id: string; name: string; domainId: string; enabled: boolean } | null;
  /** Project ids, in the order of their names: for reports over all projects. */
  projectIds(): string[];
  /**
   * A token for one of the cloud's own users (`nova`, `glance`, ...) in project `service`, as OpenStack's services get
   * one from their configuration.
   */
  serviceToken(userName: string): string;
  /**
   * Limits of a project for what one service counts (`image`), by the resource's name: the project's own, else the
   * registered one. A resource without a registered limit is absent.
   */
  limits(serviceType: string, projectId: string): Readonly<Record<string, number>>;
  /**
   * What a token of this user would say. For the cloud's own use: no password is asked for.
   * @throws NotFound, Conflict when the user could not get such a token
   */
  subject(ref: SubjectRef): TokenFacts;
  /**
   * Who holds an EC2 key pair, with the rights of a token got by it.
   * @param check whether the request was signed with that secret
   * @returns null for an unknown access key and for a signature that is not the secret's
   */
  ec2Holder(access: string, check: (secret: string) => boolean): TokenFacts | null;
}

export const identityPublic = peerKey<IdentityPublic>("key", "identity");
