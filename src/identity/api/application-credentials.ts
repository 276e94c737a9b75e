// /v3/users/{id}/application_credentials and /access_rules

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { ApplicationCredentialFields } from "../application-credentials.ts";
import { isDelegated } from "../auth-methods.ts";
import { ActionForbidden, ForbiddenQuietly } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { TokenView } from "../tokens/view.ts";
import { callerOf, enforce, exact } from "./requests.ts";
import { createApplicationCredential } from "./schemas.ts";
import { accessRuleView, applicationCredentialView, collection } from "./views.ts";

export function applicationCredentialRoutes(identity: Identity): Route[] {
  const { applicationCredentials, store } = identity;

  function listCredentials(call: Call): Reply {
    enforce(call, "identity:list_application_credentials");
    refuseOtherDelegation(call);
    const found = applicationCredentials.listOfUser(call.param("user_id"), exact(call, "name"));
    const shown = found.map((credential) => applicationCredentialView(call, credential));
    return json(200, collection(call, "application_credentials", shown));
  }

  async function createCredential(call: Call): Promise<Reply> {
    enforce(call, "identity:create_application_credential");
    const { application_credential: fields } = call.body as {
      application_credential: ApplicationCredentialFields;
    };
    const caller = refuseOtherDelegation(call);
    refuseRestricted(caller);
    const { userId, projectId } = call.context;
    if (userId === null || userId !== call.param("user_id")) {
      throw new ActionForbidden("Cannot create an application credential for another user.");
    }
    const made = await applicationCredentials.create(userId, projectId, caller.roles, fields);
    return json(201, { application_credential: applicationCredentialView(call, made, made.secret) });
  }

  function showCredential(call: Call): Reply {
    enforceOn(call, "identity:get_application_credential");
    refuseOtherDelegation(call);
    const found = applicationCredentials.get(call.param("application_credential_id"));
    return json(200, { application_credential: applicationCredentialView(call, found) });
  }

  function deleteCredential(call: Call): Reply {
    enforceOn(call, "identity:delete_application_credential");
    refuseRestricted(refuseOtherDelegation(call));
    applicationCredentials.delete(call.param("application_credential_id"));
    return empty(204);
  }

  /** The owner is the credential's, whatever user the path names. */
  function enforceOn(call: Call, rule: string): void {
    const row = store.applicationCredentials.get(call.param("application_credential_id"));
    const owner = row ? { user_id: row.user_id } : {};
    call.enforce(rule, { ...call.params(), ...owner, target: owner });
  }

  function listRules(call: Call): Reply {
    enforceOnUser(call, "identity:list_access_rules");
    refuseOtherDelegation(call);
    const filter = {
      service: exact(call, "service"),
      path: exact(call, "path"),
      method: exact(call, "method"),
    };
    const shown = applicationCredentials
      .rulesOfUser(call.param("user_id"), filter)
      .map((row) => accessRuleView(call, row));
    return json(200, collection(call, "access_rules", shown));
  }

  function showRule(call: Call): Reply {
    enforceOnUser(call, "identity:get_access_rule");
    refuseOtherDelegation(call);
    return json(200, {
      access_rule: accessRuleView(call, applicationCredentials.rule(call.param("access_rule_id"))),
    });
  }

  function deleteRule(call: Call): Reply {
    enforceOnUser(call, "identity:delete_access_rule");
    refuseOtherDelegation(call);
    applicationCredentials.deleteRule(call.param("access_rule_id"));
    return empty(204);
  }

  function enforceOnUser(call: Call, rule: string): void {
    const user = store.users.get(call.param("user_id"));
    enforce(call, rule, user ? { user } : {});
  }

  /** @throws ForbiddenQuietly for rights that were handed on otherwise than by an application credential */
  function refuseOtherDelegation(call: Call): TokenView {
    const caller = callerOf(call, identity);
    const { methods } = caller.payload;
    if (!methods.includes("application_credential") && (caller.trust || isDelegated(methods))) {
      throw new ForbiddenQuietly("Cannot manage application credentials with a token issued via delegation.");
    }
    return caller;
  }

  /** @throws ActionForbidden for one that was not made to manage others */
  function refuseRestricted({ applicationCredential }: TokenView): void {
    if (!applicationCredential || applicationCredential.row.unrestricted) return;
    throw new ActionForbidden(
      "Using method 'application_credential' is not allowed for managing additional application credentials.",
    );
  }

  const all = "/v3/users/:user_id/application_credentials";
  const rules = "/v3/users/:user_id/access_rules";
  return [
    {
      method: "GET",
      path: all,
      handler: listCredentials,
      access: { handlerAsks: ["identity:list_application_credentials"] },
    },
    {
      method: "POST",
      path: all,
      handler: createCredential,
      access: { handlerAsks: ["identity:create_application_credential"] },
      body: createApplicationCredential,
    },
    {
      method: "GET",
      path: `${all}/:application_credential_id`,
      handler: showCredential,
      access: { handlerAsks: ["identity:get_application_credential"] },
    },
    {
      method: "DELETE",
      path: `${all}/:application_credential_id`,
      handler: deleteCredential,
      access: { handlerAsks: ["identity:delete_application_credential"] },
    },
    {
      method: "GET",
      path: rules,
      handler: listRules,
      access: { handlerAsks: ["identity:list_access_rules"] },
    },
    {
      method: "GET",
      path: `${rules}/:access_rule_id`,
      handler: showRule,
      access: { handlerAsks: ["identity:get_access_rule"] },
    },
    {
      method: "DELETE",
      path: `${rules}/:access_rule_id`,
      handler: deleteRule,
      access: { handlerAsks: ["identity:delete_access_rule"] },
    },
  ];
}
