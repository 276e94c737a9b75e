// What keystonemiddleware is to OpenStack: turns `X-Auth-Token` into a RequestContext. The identity service publishes
// a validator that answers from memory, so this costs microseconds and no disk read.

import type { RequestContext } from "../core/context.ts";
import { Unauthorized } from "../core/errors.ts";
import { type Peers, peerKey } from "../core/peers.ts";
import type { Call, Reply } from "./call.ts";
import { json } from "./call.ts";

/** Everything a token says about its holder. */
export type TokenFacts = Omit<RequestContext, "requestId" | "globalRequestId" | "remoteAddress">;

export interface TokenValidator {
  /** Null for a token that is unknown, expired or revoked. */
  validate(token: string): TokenFacts | null;
}

export const tokenValidator = peerKey<TokenValidator>("key", "token-validator");

/** No valid token was given. Rendered by `unauthorizedReply` for every service alike, as keystonemiddleware does. */
export class AuthenticationRequired extends Unauthorized {
  constructor() {
    super("The request you have made requires authentication.");
  }
}

export type Authenticate = (call: Call) => void;

/** @throws AuthenticationRequired; PeerUnavailable while the identity service is stopped */
export function authenticateByToken(peers: Peers): Authenticate {
  return (call) => {
    const token = call.header("x-auth-token");
    if (!token) throw new AuthenticationRequired();
    const facts = peers.get(tokenValidator).validate(token);
    if (!facts) throw new AuthenticationRequired();
    call.context = {
      ...facts,
      requestId: call.requestId,
      globalRequestId: call.context.globalRequestId,
      remoteAddress: call.remoteAddress,
    };
  };
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
