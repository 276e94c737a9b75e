// What other services may ask the identity service. Token validation has its own key, in `http/auth.ts`.

import { peerKey } from "../core/peers.ts";

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
}

export const identityPublic = peerKey<IdentityPublic>("key", "identity");
