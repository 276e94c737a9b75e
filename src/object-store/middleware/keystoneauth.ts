// keystoneauth: who may do what. The operators of a project own its account; others get in by ACL; a referrer ACL
// lets anybody read. Authority: swift/common/middleware/keystoneauth.py.

import type { TokenFacts } from "../../http/auth.ts";
import { type Acl, cleanAcl, parseAcl, referrerAllowed } from "../acl.ts";
import { answer, type SwiftReply } from "../answers.ts";
import { type BuiltinFilter, type Conf, confText } from "../pipeline/contract.ts";
import { challenge } from "../proxy/challenge.ts";
import type { Authorize, SwiftRequest } from "../request.ts";
import { isTrue, listFromCsv } from "../wire.ts";
import { prefixOf, prefixOptions, resellerPrefixes } from "./reseller-prefixes.ts";

const DOMAIN_SYSMETA = "x-account-sysmeta-project-domain-id";
const DOMAIN_HEADER = "x-account-project-domain-id";
const UNKNOWN_DOMAIN = "_unknown";

/** DevStack's operators, with the names the member role has had. */
const OPERATORS = "admin, swiftoperator, member, _member_";

interface Rules {
  /** `AUTH_` */
  prefixes: readonly string[];
  operators: ReadonlyMap<string, ReadonlySet<string>>;
  /** Where there are any, an operator gets in only together with a service of such a role. */
  services: ReadonlyMap<string, ReadonlySet<string>>;
  readers: ReadonlyMap<string, ReadonlySet<string>>;
}

export const keystoneauth: BuiltinFilter = {
  name: "keystoneauth",
  factory(next, conf, tools) {
    const rules = readRules(conf);
    const resellerAdmin = confText(conf, "reseller_admin_role", "ResellerAdmin").toLowerCase();
    const systemReaders = new Set(
      listFromCsv(conf.get("system_reader_roles")).map((role) => role.toLowerCase()),
    );
    const allowOverrides = isTrue(confText(conf, "allow_overrides", "t"));
    const defaultDomain = confText(conf, "default_domain_id", "default");
    const namesAllowed = isTrue(confText(conf, "allow_names_in_acls", "true"));
    const { log } = tools;

    const isOwn = (account: string, projectId: string | null) =>
      projectId !== null && rules.prefixes.some((prefix) => prefix + projectId === account);

    /** Notes in a new account which domain its project belongs to: names in ACLs count only in the default domain. */
    function noteDomain(request: SwiftRequest, identity: TokenFacts): void {
      const { entity, headers, method } = request;
      if (!entity?.account || entity.object || (entity.container && method !== "PUT")) return;
      if ((method !== "PUT" && method !== "POST") || headers.has(DOMAIN_SYSMETA)) return;
      const known = accountDomain(request);
      const own = isOwn(entity.account, identity.projectId);
      const domain = own ? identity.projectDomainId : null;
      if (!known.exists) headers.set(DOMAIN_SYSMETA, own ? (domain ?? "") : UNKNOWN_DOMAIN);
      else if (known.domain === null && domain === defaultDomain) headers.set(DOMAIN_SYSMETA, domain);
      else if (known.domain === UNKNOWN_DOMAIN && own) headers.set(DOMAIN_SYSMETA, domain ?? "");
    }

    function accountDomain(request: SwiftRequest): { exists: boolean; domain: string | null } {
      const { exists, sysmeta } = tools.accountInfo(request);
      return { exists, domain: sysmeta["project-domain-id"] ?? null };
    }

    function namesCount(request: SwiftRequest, identity: TokenFacts): boolean {
      if (!namesAllowed) return false;
      if (identity.userDomainId && identity.userDomainId !== defaultDomain) return false;
      if (identity.projectDomainId && identity.projectDomainId !== defaultDomain) return false;
      if (isOwn(request.entity?.account ?? "", identity.projectId)) return true;
      const { exists, domain } = accountDomain(request);
      return exists && (domain === null || domain === defaultDomain);
    }

    function authorize(identity: TokenFacts, request: SwiftRequest): SwiftReply | null {
      const { env, method, entity } = request;
      env.swiftOwner = false;
      if (method === "OPTIONS") return null;
      if (!entity) return answer(404);
      const acl = parseAcl(request.acl);
      const account = entity.account ?? "";
      noteDomain(request, identity);
      const roles = new Set(identity.roles);
      if (roles.has(resellerAdmin)) {
        log.debug(request, `User ${identity.projectId} has reseller admin authorizing`);
        env.swiftOwner = true;
        return null;
      }
      const reads = method === "GET" || method === "HEAD";
      if (reads && intersects(systemReaders, roles)) return null;
      if (!entity.container && method === "DELETE") return denied(request);
      if (acl.groups.length > 0 && matchesAcl(acl.groups, identity, namesCount(request, identity)))
        return null;
      const byReferrer = authorizeUnconfirmed(request, acl);
      if (byReferrer === true) return null;
      if (!isOwn(account, identity.projectId)) {
        log.debug(request, `tenant mismatch: ${account} != ${identity.projectId}`);
        return denied(request);
      }
      const prefix = prefixOf(rules.prefixes, account) ?? "";
      const services = rules.services.get(prefix);
      const served = !services?.size || env.serviceRoles.some((role) => services.has(role));
      if (served && intersects(rules.operators.get(prefix), roles)) {
        env.swiftOwner = true;
        return null;
      }
      if (reads && intersects(rules.readers.get(prefix), roles)) return null;
      if (byReferrer !== null) return denied(request);
      const listed = new Set(acl.groups.map((group) => group.toLowerCase()));
      return intersects(listed, roles) ? null : denied(request);
    }

    const authorizeAnonymous: Authorize = (request) => {
      if (!request.entity) return answer(404);
      if (request.method === "OPTIONS") return null;
      if (prefixOf(rules.prefixes, request.entity.account ?? "") === null) return denied(request);
      return authorizeUnconfirmed(request, parseAcl(request.acl)) ? null : denied(request);
    };

    return async function keystoneauthApp(request) {
      const { env } = request;
      if (allowOverrides && env.authorizeOverride) {
        log.debug(request, "Authorizing from an overriding middleware (i.e: tempurl)");
        return next(request);
      }
      const { identity } = env;
      if (identity) {
        env.remoteUser = identity.projectName ?? identity.userName ?? "";
        env.authorize = (asked) => authorize(identity, asked);
        if (identity.roles.includes(resellerAdmin)) env.resellerRequest = true;
      } else {
        env.authorize = authorizeAnonymous;
      }
      env.cleanAcl = cleanAcl;
      const reply = await next(request);
      const domain = reply.headers[DOMAIN_SYSMETA];
      if (domain) reply.headers[DOMAIN_HEADER] = domain;
      return reply;
    };
  },
};

/** Without an identity: true allowed, false denied, null cannot say. */
function authorizeUnconfirmed(request: SwiftRequest, acl: Acl): boolean | null {
  const { syncKey, headers, entity } = request;
  if (syncKey && headers.get("x-container-sync-key") === syncKey && headers.has("x-timestamp")) return true;
  if (!referrerAllowed(request.header("referer"), acl.referrers)) return null;
  return entity?.object != null || acl.groups.includes(".rlistings");
}

/** Does the ACL name `project:user`, either by id, by name, or `*`? */
function matchesAcl(groups: readonly string[], identity: TokenFacts, byName: boolean): boolean {
  const projects = [identity.projectId, "*", ...(byName ? [identity.projectName] : [])];
  const users = [identity.userId, "*", ...(byName ? [identity.userName] : [])];
  return projects.some((project) => users.some((user) => groups.includes(`${project}:${user}`)));
}

function denied(request: SwiftRequest): SwiftReply {
  return request.env.remoteUser !== null ? answer(403) : answer(401, challenge(request));
}

function intersects(a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): boolean {
  for (const role of a ?? []) if (b.has(role)) return true;
  return false;
}

function readRules(conf: Conf): Rules {
  const prefixes = resellerPrefixes(conf);
  const table = (name: string, fallback: string) =>
    new Map(
      [...prefixOptions(conf, prefixes, name, fallback)].map(
        ([prefix, text]) => [prefix, new Set(listFromCsv(text).map((role) => role.toLowerCase()))] as const,
      ),
    );
  return {
    prefixes,
    operators: table("operator_roles", OPERATORS),
    services: table("service_roles", ""),
    readers: table("project_reader_roles", ""),
  };
}
