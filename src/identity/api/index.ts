// The Identity API, v3 and v2.0, as one app on both of Keystone's ports.
//
// Ledger (against Keystone 22, Zed, with its security fixes of 2026; v2.0 against Newton; checked 2026-11-20)
//   Differs on purpose: tokens are Fernet tokens with a payload of our own, so they cannot be exchanged with a Keystone
//   that shares the keys; v2.0, which Keystone removed in Queens, is served because the courses use it; its catalog
//   shows this service with `/v2.0`, where Newton had it as it was entered, and both of its sides serve every route: only
//   the list of tenants differs; the role names `_member_` and `Member` find the role `member`; TOTP is on, which
//   Keystone leaves to its configuration; a password hash is argon2id; an application credential goes with its project
//   and with each of its roles; credentials are stored as they are, not encrypted.
//   Not here: logging in by federation (identity providers, mappings, protocols and service providers are kept and shown,
//   the methods are refused; no SAML metadata, assertions or web single sign-on), LDAP behind a domain's configuration,
//   PKI tokens and their certificates (410, as in Zed).

import { timingSafeEqual } from "node:crypto";
import { adminContext } from "../../core/context.ts";
import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import { tokenUse } from "../../http/auth.ts";
import type { Call } from "../../http/call.ts";
import { withNotices } from "../../http/notices.ts";
import type { FetchApp } from "../../http/server.ts";
import { EC2_METHOD } from "../ec2-tokens.ts";
import { AuthenticationFailed, ForbiddenQuietly } from "../errors.ts";
import type { Identity } from "../manager.ts";
import { identityNotice } from "../notices.ts";
import { applicationCredentialRoutes } from "./application-credentials.ts";
import { authRoutes } from "./auth.ts";
import { readBody } from "./bodies.ts";
import { endpointRoutes, regionRoutes, serviceRoutes } from "./catalog.ts";
import { credentialRoutes } from "./credentials.ts";
import { discoveryRoutes } from "./discovery.ts";
import { domainRoutes } from "./domains.ts";
import { ec2TokenRoutes } from "./ec2-tokens.ts";
import { endpointFilterRoutes } from "./endpoint-filters.ts";
import { fault } from "./faults.ts";
import { federationRoutes } from "./federation.ts";
import { grantRoutes } from "./grants.ts";
import { groupRoutes } from "./groups.ts";
import { limitRoutes } from "./limits.ts";
import { oauth1Routes } from "./oauth1.ts";
import { oauth2Routes } from "./oauth2.ts";
import { policyRoutes } from "./policies.ts";
import { projectTagRoutes } from "./project-tags.ts";
import { projectRoutes } from "./projects.ts";
import { revocationRoutes } from "./revocations.ts";
import { roleAssignmentRoutes } from "./role-assignments.ts";
import { roleRoutes } from "./roles.ts";
import { trustRoutes } from "./trusts.ts";
import { userRoutes } from "./users.ts";
import { v2Routes } from "./v2/index.ts";

export function identityRoutes(identity: Identity): Route[] {
  return [
    ...discoveryRoutes(),
    ...revocationRoutes(identity),
    ...authRoutes(identity),
    ...userRoutes(identity),
    ...groupRoutes(identity),
    ...roleRoutes(identity),
    ...roleAssignmentRoutes(identity),
    ...domainRoutes(identity),
    ...projectRoutes(identity),
    ...projectTagRoutes(identity),
    ...grantRoutes(identity),
    ...regionRoutes(identity),
    ...serviceRoutes(identity),
    ...endpointRoutes(identity),
    ...endpointFilterRoutes(identity),
    ...policyRoutes(identity),
    ...credentialRoutes(identity),
    ...applicationCredentialRoutes(identity),
    ...trustRoutes(identity),
    ...oauth1Routes(identity),
    ...oauth2Routes(identity),
    ...limitRoutes(identity),
    ...federationRoutes(identity),
    ...ec2TokenRoutes(identity),
    ...v2Routes(identity),
  ];
}

export function identityApi(context: ServiceContext, identity: Identity): FetchApp {
  return createApi({
    context,
    routes: withNotices(identityRoutes(identity), (route) => identityNotice(context, route)),
    fault,
    readBody,
    headers: { vary: "X-Auth-Token" },
    authenticate: (call) => authenticate(call, identity, context.secrets.serviceToken),
  });
}

/**
 * A token, or the static SERVICE_TOKEN, which may do everything and is nobody.
 * @throws AuthenticationFailed, ForbiddenQuietly for a token that an EC2 signature was exchanged for
 */
function authenticate(call: Call, identity: Identity, serviceToken: string): void {
  const token = call.header("x-auth-token");
  if (!token) throw new AuthenticationFailed("no token");
  if (sameText(token, serviceToken)) {
    const { requestId, remoteAddress } = call;
    call.context = { ...adminContext(requestId), isServiceToken: true, remoteAddress };
    return;
  }
  const known = identity.tokens.known(token, tokenUse(call, ["identity"]));
  if (!known) throw new AuthenticationFailed("the token is not valid");
  if (known.view.payload.methods.includes(EC2_METHOD)) {
    throw new ForbiddenQuietly("EC2 credential tokens cannot be used for authorization.");
  }
  const { requestId, globalRequestId, remoteAddress } = call.context;
  call.context = { ...known.facts, requestId, globalRequestId, remoteAddress };
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && x.length > 0 && timingSafeEqual(x, y);
}
