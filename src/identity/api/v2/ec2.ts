// /v2.0/users/{id}/credentials/OS-EC2. Authority: keystone/contrib/ec2/controllers.py of Newton.

import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { EntityNotFound, ForbiddenQuietly } from "../../errors.ts";
import type { Identity } from "../../manager.ts";
import { refuseDelegation } from "../requests.ts";
import { createEc2Credential } from "../schemas.ts";
import { ec2Fields } from "../views.ts";

const NO_DELEGATION = "Delegated tokens cannot access credentials directly";

export function ec2Routes(identity: Identity): Route[] {
  const { credentials, users } = identity;

  function listCredentials(call: Call): Reply {
    const userId = owner(call);
    return json(200, { credentials: credentials.ec2OfUser(userId).map(ec2Fields) });
  }

  function createCredential(call: Call): Reply {
    const userId = owner(call);
    users.get(userId);
    const { tenant_id: projectId } = call.body as { tenant_id?: unknown };
    if (typeof projectId !== "string") throw new EntityNotFound("project", String(projectId ?? "None"));
    return json(200, { credential: ec2Fields(credentials.createEc2(userId, projectId, null)) });
  }

  function showCredential(call: Call): Reply {
    return json(200, { credential: ec2Fields(target(call)) });
  }

  function deleteCredential(call: Call): Reply {
    credentials.deleteEc2(target(call).access);
    return empty(204);
  }

  /** The user of the path: the caller, unless an administrator asks. */
  function owner(call: Call): string {
    const userId = call.param("user_id");
    if (!call.allows("admin_required") && call.context.userId !== userId) {
      throw new ForbiddenQuietly("Token belongs to another user");
    }
    refuseDelegation(call, identity, NO_DELEGATION);
    return userId;
  }

  function target(call: Call) {
    const userId = owner(call);
    users.get(userId);
    const credential = credentials.ec2(call.param("credential_id"));
    if (credential.userId !== userId && !call.allows("admin_required")) {
      throw new ForbiddenQuietly("Credential belongs to another user");
    }
    return credential;
  }

  const all = "/v2.0/users/:user_id/credentials/OS-EC2";
  const access = { handlerAsks: ["admin_required"] };
  return [
    { method: "GET", path: all, handler: listCredentials, access },
    { method: "POST", path: all, handler: createCredential, access, body: createEc2Credential },
    { method: "GET", path: `${all}/:credential_id`, handler: showCredential, access },
    { method: "DELETE", path: `${all}/:credential_id`, handler: deleteCredential, access },
  ];
}
