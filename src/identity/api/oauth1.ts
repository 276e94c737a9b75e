// /v3/OS-OAUTH1 and a user's access tokens

import { isoMicrosZ } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply, text } from "../../http/call.ts";
import { AuthenticationFailed, EntityNotFound, ForbiddenQuietly, NotFoundHere } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { ConsumerFields } from "../oauth1.ts";
import { parseAuthorization, type SignedRequest } from "../oauth1-signature.ts";
import type { AccessTokenRow } from "../tables.ts";
import { actsByDelegation, callerOf, enforce, requireSameId } from "./requests.ts";
import { authorizeRequestToken, createConsumer, updateConsumer } from "./schemas.ts";
import { accessTokenView, collection, consumerView, roleView } from "./views.ts";

/** The request as it was signed. @throws ValidationFailed without an OAuth header */
export function signedRequest(call: Call): SignedRequest {
  return {
    method: call.method,
    url: `${call.baseUrl}${call.path}`,
    query: call.query,
    parameters: parseAuthorization(call.header("authorization")),
  };
}

export function oauth1Routes(identity: Identity): Route[] {
  const { oauth1, store } = identity;

  function listConsumers(call: Call): Reply {
    const shown = oauth1.consumers().map((row) => consumerView(call, row));
    return json(200, collection(call, "consumers", shown));
  }

  function createConsumerHandler(call: Call): Reply {
    const { consumer } = call.body as { consumer: ConsumerFields };
    return json(201, { consumer: consumerView(call, oauth1.createConsumer(consumer), true) });
  }

  function showConsumer(call: Call): Reply {
    return json(200, { consumer: consumerView(call, oauth1.consumer(call.param("consumer_id"))) });
  }

  function updateConsumerHandler(call: Call): Reply {
    const { consumer } = call.body as { consumer: ConsumerFields };
    const id = call.param("consumer_id");
    requireSameId(consumer, id);
    return json(200, { consumer: consumerView(call, oauth1.updateConsumer(id, consumer)) });
  }

  function deleteConsumer(call: Call): Reply {
    oauth1.deleteConsumer(call.param("consumer_id"));
    return empty(204);
  }

  function createRequestToken(call: Call): Reply {
    const row = oauth1.createRequestToken(signedRequest(call), call.header("requested-project-id"));
    return form(row.id, row.request_secret, row.expires_at);
  }

  function createAccessToken(call: Call): Reply {
    const row = oauth1.createAccessToken(signedRequest(call));
    return form(row.id, row.access_secret, row.expires_at);
  }

  function authorize(call: Call): Reply {
    enforce(call, "identity:authorize_request_token");
    const { roles } = call.body as { roles: { id?: string; name?: string }[] };
    const caller = callerOf(call, identity);
    if (actsByDelegation(call, identity)) {
      throw new ForbiddenQuietly("Cannot authorize a request token with a token issued via delegation.");
    }
    const verifier = oauth1.authorize(call.param("request_token_id"), caller.user.id, roles);
    return json(200, { token: { oauth_verifier: verifier } });
  }

  function listAccessTokens(call: Call): Reply {
    enforce(call, "identity:list_access_tokens");
    refuseDelegation(call);
    const shown = oauth1.accessTokensOf(call.param("user_id")).map((row) => accessTokenView(call, row));
    return json(200, collection(call, "access_tokens", shown));
  }

  function showAccessToken(call: Call): Reply {
    enforce(call, "identity:get_access_token");
    refuseDelegation(call);
    return json(200, { access_token: accessTokenView(call, target(call)) });
  }

  function deleteAccessToken(call: Call): Reply {
    enforce(call, "identity:delete_access_token");
    refuseDelegation(call);
    oauth1.deleteAccessToken(call.param("user_id"), call.param("access_token_id"));
    return empty(204);
  }

  function listRoles(call: Call): Reply {
    enforce(call, "identity:list_access_token_roles");
    const shown = store.rolesWithIds(target(call).role_ids).map((row) => roleView(call, row));
    return json(200, collection(call, "roles", shown));
  }

  function showRole(call: Call): Reply {
    enforce(call, "identity:get_access_token_role");
    const token = oauth1.accessToken(call.param("access_token_id"));
    if (token.authorizing_user_id !== call.param("user_id"))
      throw new AuthenticationFailed("User IDs do not match");
    const roleId = call.param("role_id");
    const role = token.role_ids.includes(roleId) ? store.roles.get(roleId) : null;
    if (!role) throw new EntityNotFound("role", roleId);
    return json(200, { role: roleView(call, role) });
  }

  function target(call: Call): AccessTokenRow {
    const row = oauth1.accessToken(call.param("access_token_id"));
    if (row.authorizing_user_id !== call.param("user_id")) throw new NotFoundHere("Could not find: None.");
    return row;
  }

  function refuseDelegation(call: Call): void {
    if (!actsByDelegation(call, identity)) return;
    throw new ForbiddenQuietly("Cannot manage OAuth access tokens with a token issued via delegation.");
  }

  const consumer = "/v3/OS-OAUTH1/consumers/:consumer_id";
  const tokens = "/v3/users/:user_id/OS-OAUTH1/access_tokens";
  const token = `${tokens}/:access_token_id`;
  const asks = (rule: string) => ({ handlerAsks: [`identity:${rule}`] });
  return [
    {
      method: "GET",
      path: "/v3/OS-OAUTH1/consumers",
      handler: listConsumers,
      access: "identity:list_consumers",
    },
    {
      method: "POST",
      path: "/v3/OS-OAUTH1/consumers",
      handler: createConsumerHandler,
      access: "identity:create_consumer",
      body: createConsumer,
    },
    { method: "GET", path: consumer, handler: showConsumer, access: "identity:get_consumer" },
    {
      method: "PATCH",
      path: consumer,
      handler: updateConsumerHandler,
      access: "identity:update_consumer",
      body: updateConsumer,
    },
    { method: "DELETE", path: consumer, handler: deleteConsumer, access: "identity:delete_consumer" },
    // Signed by the consumer instead of a token.
    { method: "POST", path: "/v3/OS-OAUTH1/request_token", handler: createRequestToken, access: "public" },
    { method: "POST", path: "/v3/OS-OAUTH1/access_token", handler: createAccessToken, access: "public" },
    {
      method: "PUT",
      path: "/v3/OS-OAUTH1/authorize/:request_token_id",
      handler: authorize,
      access: asks("authorize_request_token"),
      body: authorizeRequestToken,
    },
    { method: "GET", path: tokens, handler: listAccessTokens, access: asks("list_access_tokens") },
    { method: "GET", path: token, handler: showAccessToken, access: asks("get_access_token") },
    { method: "DELETE", path: token, handler: deleteAccessToken, access: asks("delete_access_token") },
    { method: "GET", path: `${token}/roles`, handler: listRoles, access: asks("list_access_token_roles") },
    {
      method: "GET",
      path: `${token}/roles/:role_id`,
      handler: showRole,
      access: asks("get_access_token_role"),
    },
  ];
}

function form(id: string, secret: string, expiresAtMs: number | null): Reply {
  const expiry = expiresAtMs === null ? "" : `&oauth_expires_at=${isoMicrosZ(expiresAtMs)}`;
  return text(201, `oauth_token=${id}&oauth_token_secret=${secret}${expiry}`, {
    "content-type": "application/x-www-form-urlencoded",
  });
}
