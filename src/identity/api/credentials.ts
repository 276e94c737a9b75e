// /v3/credentials and a user's EC2 key pairs

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { type CredentialFields, hashAccessKey } from "../credentials.ts";
import { EntityNotFound } from "../errors.ts";
import type { Identity } from "../manager.ts";
import { unjudged } from "./bodies.ts";
import {
  actsByDelegation,
  callerToken,
  enforce,
  exact,
  matchesInexactly,
  policyTarget,
  refuseDelegation,
} from "./requests.ts";
import { createCredential, createEc2Credential, updateCredential } from "./schemas.ts";
import { collection, credentialView, ec2View } from "./views.ts";

const NO_DELEGATION = "Delegated tokens cannot access credentials directly";

export function credentialRoutes(identity: Identity): Route[] {
  const { credentials, users, store, listLimit } = identity;

  /** Those that the caller may see one by one. */
  function listCredentials(call: Call): Reply {
    enforce(
      call,
      "identity:list_credentials",
      call.context.systemScope ? {} : { credential: { user_id: call.context.userId } },
    );
    const delegated = actsByDelegation(call, identity);
    const rows = credentials
      .list({ user_id: exact(call, "user_id"), type: exact(call, "type") })
      .filter((row) => matchesInexactly(call, row, ["user_id", "type"]))
      .filter(
        (row) =>
          !delegated && call.allows("identity:get_credential", policyTarget(call, { credential: row })),
      );
    const shown = rows.map((row) => credentialView(call, row));
    return json(200, collection(call, "credentials", shown, listLimit));
  }

  function createCredentialHandler(call: Call): Reply {
    enforce(call, "identity:create_credential", { credential: unjudged(call, "credential") });
    const { credential } = call.body as { credential: CredentialFields };
    refuseDelegation(call, identity, NO_DELEGATION);
    const delegation = callerToken(call, identity)?.payload.delegation ?? null;
    return json(201, { credential: credentialView(call, credentials.create(credential, delegation)) });
  }

  function showCredential(call: Call): Reply {
    enforceOn(call, "identity:get_credential");
    const row = credentials.get(call.param("credential_id"));
    refuseDelegation(call, identity, NO_DELEGATION);
    return json(200, { credential: credentialView(call, row) });
  }

  function updateCredentialHandler(call: Call): Reply {
    enforceOn(call, "identity:update_credential");
    const { credential } = call.body as { credential: { blob: string } };
    const { id } = credentials.get(call.param("credential_id"));
    refuseDelegation(call, identity, NO_DELEGATION);
    return json(200, { credential: credentialView(call, credentials.update(id, credential.blob)) });
  }

  function deleteCredential(call: Call): Reply {
    enforceOn(call, "identity:delete_credential");
    const { id } = credentials.get(call.param("credential_id"));
    refuseDelegation(call, identity, NO_DELEGATION);
    credentials.delete(id);
    return empty(204);
  }

  function enforceOn(call: Call, rule: string): void {
    const credential = store.credentials.get(call.param("credential_id"));
    enforce(call, rule, credential ? { credential } : {});
  }

  function listEc2(call: Call): Reply {
    enforce(call, "identity:ec2_list_credentials");
    refuseDelegation(call, identity, NO_DELEGATION);
    const shown = credentials.ec2OfUser(call.param("user_id")).map((row) => ec2View(call, row));
    return json(200, collection(call, "credentials", shown));
  }

  function createEc2(call: Call): Reply {
    const userId = call.param("user_id");
    enforce(call, "identity:ec2_create_credential", { credential: { user_id: userId } });
    const { tenant_id: projectId } = call.body as { tenant_id?: unknown };
    users.get(userId);
    if (typeof projectId !== "string") throw new EntityNotFound("project", String(projectId ?? "None"));
    refuseDelegation(call, identity, NO_DELEGATION);
    return json(201, { credential: ec2View(call, credentials.createEc2(userId, projectId, null)) });
  }

  function showEc2(call: Call): Reply {
    enforceOnEc2(call, "identity:ec2_get_credential");
    users.get(call.param("user_id"));
    const row = credentials.ec2(call.param("credential_id"));
    refuseDelegation(call, identity, NO_DELEGATION);
    return json(200, { credential: ec2View(call, row) });
  }

  function deleteEc2(call: Call): Reply {
    enforceOnEc2(call, "identity:ec2_delete_credential");
    users.get(call.param("user_id"));
    credentials.ec2(call.param("credential_id"));
    refuseDelegation(call, identity, NO_DELEGATION);
    credentials.deleteEc2(call.param("credential_id"));
    return empty(204);
  }

  /** An access key that does not exist is 404 for everybody. */
  function enforceOnEc2(call: Call, rule: string): void {
    enforce(call, rule, { credential: credentials.get(hashAccessKey(call.param("credential_id"))) });
  }

  const one = "/v3/credentials/:credential_id";
  const ec2 = "/v3/users/:user_id/credentials/OS-EC2";
  return [
    {
      method: "GET",
      path: "/v3/credentials",
      handler: listCredentials,
      access: { handlerAsks: ["identity:list_credentials", "identity:get_credential"] },
    },
    {
      method: "POST",
      path: "/v3/credentials",
      handler: createCredentialHandler,
      access: { handlerAsks: ["identity:create_credential"] },
      body: createCredential,
    },
    {
      method: "GET",
      path: one,
      handler: showCredential,
      access: { handlerAsks: ["identity:get_credential"] },
    },
    {
      method: "PATCH",
      path: one,
      handler: updateCredentialHandler,
      access: { handlerAsks: ["identity:update_credential"] },
      body: updateCredential,
    },
    {
      method: "DELETE",
      path: one,
      handler: deleteCredential,
      access: { handlerAsks: ["identity:delete_credential"] },
    },
    {
      method: "GET",
      path: ec2,
      handler: listEc2,
      access: { handlerAsks: ["identity:ec2_list_credentials"] },
    },
    {
      method: "POST",
      path: ec2,
      handler: createEc2,
      access: { handlerAsks: ["identity:ec2_create_credential"] },
      body: createEc2Credential,
    },
    {
      method: "GET",
      path: `${ec2}/:credential_id`,
      handler: showEc2,
      access: { handlerAsks: ["identity:ec2_get_credential"] },
    },
    {
      method: "DELETE",
      path: `${ec2}/:credential_id`,
      handler: deleteEc2,
      access: { handlerAsks: ["identity:ec2_delete_credential"] },
    },
  ];
}
