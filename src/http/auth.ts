// What keystonemiddleware is to OpenStack: turns `X-Auth-Token` into a RequestContext. The identity service publishes
// a validator that answers from memory, so this costs microseconds and no disk read.

import type { RequestContext } from "../core/context.ts";
import { Unauthorized } from "../core/errors.ts";
import { type Peers, peerKey } from "../core/peers.ts";
import type { Call, Reply } from "./call.ts";
import { json } from "./call.ts";

/** Everything a token says about its holder. */
export type TokenFacts = Omit<RequestContext, "requestId" | "globalRequestId" | "remoteAddress">;

/** The request a token is shown with, for the access rules of an application credential. */
export interface TokenUse {
  /** Of the service that is asked: `compute`. */
  serviceTypes: readonly string[];
  method: string;
  /** As below the service's mount point and as the client wrote it: a rule may name either. */
  paths: readonly string[];
}

export interface TokenValidator {
  /**
   * Null for a token that is unknown, expired or revoked, and for one whose access rules do not allow the use; without
   * a use, for every token that has access rules.
   */
  validate(token: string, use?: TokenUse): TokenFacts | null;
}

export const tokenValidator = peerKey<TokenValidator>("key", "token-validator");

/** No valid token was given. Rendered by `unauthorizedReply` for every service alike, as keystonemiddleware does. */
export class AuthenticationRequired extends Unauthorized {
  constructor() {
    super("The request you have made requires authentication.");
  }
}

export type Authenticate = (call: Call) => void;

/**
 * @param serviceTypes under which the service stands in the catalog
 * @throws AuthenticationRequired; PeerUnavailable while the identity service is stopped
 */
export function authenticateByToken(peers: Peers, serviceTypes: readonly string[]): Authenticate {
  return (call) => {
    const token = call.header("x-auth-token");
    if (!token) throw new AuthenticationRequired();
    const facts = peers.get(tokenValidator).validate(token, tokenUse(call, serviceTypes));
    if (!facts) throw new AuthenticationRequired();
    call.context = {
      ...facts,
      requestId: call.requestId,
      globalRequestId: call.context.globalRequestId,
      remoteAddress: call.remoteAddress,
    };
  };
}

export function tokenUse(call: Call, serviceTypes: readonly string[]): TokenUse {
  return { serviceTypes, method: call.method, paths: [call.path, call.mount + call.path] };
}

/** keystonemiddleware's `_do_401`: the same body whatever service was asked. */
export function unauthorizedReply(call: Call, identityUrl: string): Reply {
  const message = "The request you have made requires authentication.";
  return json(
    401,
    { error: { message, code: 401, title: "Unauthorized" } },
    { "www-authenticate": `Keystone uri="${identityUrl || call.baseUrl}"` },
  );
}
