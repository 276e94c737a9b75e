// Whether a project named by a client exists. Authority: nova/api/openstack/identity.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Peers } from "../../core/peers.ts";
import { identityPublic } from "../../identity/public.ts";

/** @throws Invalid (400) */
export type ProjectCheck = (projectId: string) => void;

/** With `acceptAny` nothing is checked, as in 2013. While the identity service is stopped the answer is yes. */
export function projectCheck(peers: Peers, acceptAny: boolean): ProjectCheck {
  return (projectId) => {
    if (acceptAny) return;
    const identity = peers.find(identityPublic);
    if (identity && !identity.project(projectId))
      throw new Invalid(`Project ID ${projectId} is not a valid project.`);
  };
}
