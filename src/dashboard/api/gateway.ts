// The cloud's APIs for the pages: `/dashboard/cloud/compute/v2.1/servers` is `/compute/v2.1/servers` with the session's
// token. The token never reaches a script, and no byte of a body is copied on the way: the service reads and answers the
// browser's own connection.

import { PeerUnavailable, Unavailable } from "../../core/errors.ts";
import type { ServiceContext } from "../../core/service.ts";
import { supervisor } from "../../core/service.ts";
import { tokenValidator } from "../../http/auth.ts";
import type { Reply, RequestEnv } from "../../http/call.ts";
import { dispatch } from "../../http/server.ts";
import type { Sessions } from "../sessions.ts";
import { CLOUD, MOUNT } from "../wire.ts";
import { faultReply } from "./faults.ts";

/** No OPTIONS: the object store would answer a preflight for whomever a container's owner allows. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "COPY"]);

/** Should such an answer ever be opened as a page, it is nobody's. */
const HEADERS = { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" };

export class Gateway {
  #context: ServiceContext;
  #sessions: Sessions;

  constructor(context: ServiceContext, sessions: Sessions) {
    this.#context = context;
    this.#sessions = sessions;
  }

  /**
   * @param target below our mount point
   * @returns the service's answer, or why it was not asked
   */
  pass(request: Request, env: RequestEnv, target: string): Response | Promise<Response> | Reply {
    const { peers } = this.#context;
    const { incoming } = env;
    if (!METHODS.has(incoming?.method ?? request.method))
      return faultReply(405, "The method is not allowed.");
    try {
      const cookie = incoming ? (incoming.headers.cookie ?? null) : request.headers.get("cookie");
      const token = this.#sessions.token(cookie);
      if (token === null || !peers.get(tokenValidator).validate(token)) {
        return faultReply(401, "Your session has ended. Please sign in again.");
      }
      const beyond = target.slice(CLOUD.length);
      const found = peers.get(supervisor).route(beyond);
      if (!found || found.mount === "" || found.mount === MOUNT) return faultReply(404, "No such service.");
      const routed = { ...found, headers: HEADERS };
      if (incoming) {
        incoming.headers["x-auth-token"] = token;
        delete incoming.headers.cookie;
        return dispatch(routed, beyond, { method: request.method }, env);
      }
      const headers = new Headers(request.headers);
      headers.set("x-auth-token", token);
      headers.delete("cookie");
      const { method, body } = request;
      return dispatch(routed, beyond, { method, headers, body }, env);
    } catch (error) {
      if (error instanceof PeerUnavailable || error instanceof Unavailable) {
        return faultReply(503, error.message);
      }
      throw error;
    }
  }
}
