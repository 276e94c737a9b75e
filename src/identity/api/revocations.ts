// /v3/OS-REVOKE/events, and what is left of PKI tokens: paths that answer 410.

import { parseIso } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { GoneForGood, ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import { revocationView, v3Url } from "./views.ts";

export function revocationRoutes({ tokens }: Identity): Route[] {
  function listEvents(call: Call): Reply {
    const since = call.query.get("since");
    const sinceMs = since === null ? 0 : parseIso(since);
    if (sinceMs === null) throw new ValidationFailed(`invalidate date format ${since}`);
    return json(200, {
      events: tokens.revocations.list(sinceMs).map(revocationView),
      links: { next: null, self: v3Url(call, "OS-REVOKE", "events"), previous: null },
    });
  }

  function gone(): Reply {
    throw new GoneForGood();
  }

  return [
    {
      method: "GET",
      path: "/v3/OS-REVOKE/events",
      handler: listEvents,
      access: "identity:list_revoke_events",
    },
    { method: "GET", path: "/v3/auth/tokens/OS-PKI/revoked", handler: gone, access: "public" },
    { method: "GET", path: "/v3/OS-SIMPLE-CERT/ca", handler: gone, access: "public" },
    { method: "GET", path: "/v3/OS-SIMPLE-CERT/certificates", handler: gone, access: "public" },
  ];
}
