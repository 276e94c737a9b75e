// Keystone's notifications, in CADF's form or the basic one (`[DEFAULT] notification_format`). Authority:
// keystone/notifications.py of Zed, pycadf 3.1 (event.py, cadftaxonomy.py).

import type { ServiceContext } from "../core/service.ts";
import type { Route } from "../http/api.ts";
import type { Call, Reply } from "../http/call.ts";
import { answered, type RouteNotice } from "../http/notices.ts";

type Notifying = Pick<ServiceContext, "notify" | "notificationFormat" | "clock" | "ids">;

/** pycadf's words for a resource of Keystone's (`CADF_TYPE_MAP`). */
const TARGETS: Readonly<Record<string, string>> = {
  group: "data/security/group",
  project: "data/security/project",
  role: "data/security/role",
  user: "data/security/account/user",
  domain: "data/security/domain",
  region: "data/security/region",
  endpoint: "data/security/endpoint",
  service: "data/security/service",
  policy: "data/security/policy",
  "OS-TRUST:trust": "data/security/credential",
  "OS-OAUTH1:consumer": "data/security/account",
  application_credential: "data/security/credential",
};

/** Collection in the path → resource type, and the key of the body. */
const RESOURCES: Readonly<Record<string, readonly [type: string, key: string]>> = {
  users: ["user", "user"],
  groups: ["group", "group"],
  projects: ["project", "project"],
  tenants: ["project", "tenant"],
  domains: ["domain", "domain"],
  roles: ["role", "role"],
  regions: ["region", "region"],
  services: ["service", "service"],
  endpoints: ["endpoint", "endpoint"],
  policies: ["policy", "policy"],
  credentials: ["credential", "credential"],
  trusts: ["OS-TRUST:trust", "trust"],
  consumers: ["OS-OAUTH1:consumer", "consumer"],
  application_credentials: ["application_credential", "application_credential"],
};

const OPERATIONS: Readonly<Record<string, string>> = {
  POST: "created",
  PATCH: "updated",
  PUT: "updated",
  DELETE: "deleted",
};

const GRANT = /^\/v3\/(?:OS-INHERIT\/)?(projects|domains)\/:\w+\/(users|groups)\/:\w+\/roles\/:\w+/;
const MEMBER = /^\/v3\/groups\/:\w+\/users\/:\w+$/;
/** A collection, or one of it: not what associates one resource with another. */
const COLLECTION =
  /^\/(?:v3\/(?:OS-TRUST\/|OS-OAUTH1\/|users\/:\w+\/(?=application))?|v2\.0\/(?:OS-KSADM\/)?)([A-Za-z_-]+)(\/:\w+)?$/;

/** What a route of the API tells the world. */
export function identityNotice(context: Notifying, route: Route): RouteNotice | null {
  const { method, path } = route;
  if (path === "/v3/auth/tokens" && method === "POST") {
    return {
      after: (call, reply) => authenticated(context, call, reply),
      failed: (call) => authenticationNotice(context, call, null, "failure"),
    };
  }
  if (GRANT.test(path)) return { after: (call) => granted(context, call, method === "PUT") };
  if (MEMBER.test(path)) {
    if (method !== "PUT" && method !== "DELETE") return null;
    return { after: (call) => memberChanged(context, call, method === "PUT") };
  }
  const operation = OPERATIONS[method];
  const [, collection = "", one] = COLLECTION.exec(path) ?? [];
  const resource = RESOURCES[collection];
  if (!operation || !resource || (one === undefined) !== (method === "POST")) return null;
  const [type, key] = resource;
  return {
    after(call, reply) {
      const made = method === "POST" ? answered(reply)?.[key] : null;
      const id = made ? (made as { id?: unknown }).id : call.path.split("/").at(-1);
      if (typeof id === "string") changed(context, call, type, operation, decodeURIComponent(id), {});
    },
  };
}

function changed(
  context: Notifying,
  call: Call,
  type: string,
  operation: string,
  id: string,
  actor: object,
): void {
  const payload = () =>
    context.notificationFormat === "basic"
      ? { resource_info: id, ...actor, request_id: call.requestId }
      : cadf(
          context,
          call,
          `${operation}.${type}`,
          { typeURI: TARGETS[type] ?? "unknown", id },
          {
            resource_info: id,
          },
        );
  context.notify(call.context, `identity.${type}.${operation}`, payload);
}

/** `added_to` and `removed_from`: the group is what changes. */
function memberChanged(context: Notifying, call: Call, added: boolean): void {
  const [group, , user] = call.path.split("/").slice(-3) as [string, string, string];
  const actor = { actor_id: user, actor_type: "user", actor_operation: added ? "added" : "removed" };
  changed(context, call, "group", "updated", group, actor);
}

/** Sent as CADF whatever the format is (CadfRoleAssignmentNotificationWrapper). */
function granted(context: Notifying, call: Call, created: boolean): void {
  const operation = created ? "created" : "deleted";
  const words = call.path.split("/");
  const after = (name: string) => words[words.indexOf(name) + 1];
  const scope = words.includes("projects") ? "project" : "domain";
  const actor = words.includes("users") ? "user" : "group";
  context.notify(call.context, `identity.role_assignment.${operation}`, () =>
    cadf(
      context,
      call,
      `${operation}.role_assignment`,
      { typeURI: TARGETS["user"]!, id: context.ids.hex() },
      {
        [scope]: after(`${scope}s`),
        [actor]: after(`${actor}s`),
        inherited_to_projects: words.includes("OS-INHERIT"),
        role: after("roles"),
      },
    ),
  );
}

/** Sent as CADF whatever the format is (CadfNotificationWrapper). */
function authenticated(context: Notifying, call: Call, reply: Reply): void {
  const token = answered(reply)?.["token"] as { user?: { id: string; name: string } } | undefined;
  authenticationNotice(context, call, token?.user ?? null, "success");
}

/** @param user null when it is not known who it was */
function authenticationNotice(
  context: Notifying,
  call: Call,
  user: { id: string; name: string } | null,
  outcome: "success" | "failure",
): void {
  context.notify(call.context, "identity.authenticate", () => {
    const target = { typeURI: TARGETS["user"]!, id: context.ids.hex() };
    const event = cadf(context, call, "authenticate", target, {}, outcome);
    if (!user) return event;
    return {
      ...event,
      initiator: { ...event.initiator, id: user.id, user_id: user.id, username: user.name },
    };
  });
}

function cadf(
  { clock, ids }: Notifying,
  call: Call,
  action: string,
  target: { typeURI: string; id: string },
  more: object,
  outcome: "success" | "failure" = "success",
) {
  const { context } = call;
  return {
    typeURI: "http://schemas.dmtf.org/cloud/audit/1.0/event",
    eventType: "activity",
    id: ids.uuid(),
    eventTime: `${new Date(clock.now()).toISOString().slice(0, 23)}000+0000`,
    action,
    outcome,
    observer: { typeURI: "service/security", id: ids.hex() },
    initiator: {
      typeURI: TARGETS["user"]!,
      id: context.userId ?? ids.hex(),
      ...(context.userId === null ? {} : { user_id: context.userId }),
      ...(context.userName === null ? {} : { username: context.userName }),
      ...(context.projectId === null ? {} : { project_id: context.projectId }),
      ...(context.domainId === null ? {} : { domain_id: context.domainId }),
      request_id: call.requestId,
      ...(context.globalRequestId === null ? {} : { global_request_id: context.globalRequestId }),
      host: { address: call.remoteAddress, agent: call.header("user-agent") ?? "" },
    },
    target,
    ...more,
  };
}
