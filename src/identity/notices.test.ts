import { expect, test } from "bun:test";
import { FakeClock } from "../core/clock.ts";
import { countingIds } from "../core/ids.ts";
import type { Route } from "../http/api.ts";
import { identityNotice } from "./notices.ts";

const context = { notify: () => {}, notificationFormat: "cadf", clock: new FakeClock(), ids: countingIds() };
const told = (method: Route["method"], path: string) =>
  identityNotice(context, {
    method,
    path,
    handler: () => ({ status: 200, headers: {}, body: null }),
    access: "public",
  }) !== null;

test("resources are told of, in both versions", () => {
  expect(told("POST", "/v3/users")).toBe(true);
  expect(told("DELETE", "/v3/users/:user_id")).toBe(true);
  expect(told("POST", "/v3/OS-TRUST/trusts")).toBe(true);
  expect(told("POST", "/v3/users/:user_id/application_credentials")).toBe(true);
  expect(told("PUT", "/v2.0/tenants/:tenant_id")).toBe(true);
  expect(told("POST", "/v2.0/OS-KSADM/services")).toBe(true);
  expect(told("PUT", "/v3/projects/:project_id/users/:user_id/roles/:role_id")).toBe(true);
  expect(told("PUT", "/v3/groups/:group_id/users/:user_id")).toBe(true);
});

test("taking an endpoint out of a project does not say that the endpoint is gone", () => {
  expect(told("DELETE", "/v3/OS-EP-FILTER/projects/:project_id/endpoints/:endpoint_id")).toBe(false);
  expect(told("DELETE", "/v3/system/users/:user_id/roles/:role_id")).toBe(false);
  expect(told("PUT", "/v3/policies/:policy_id/OS-ENDPOINT-POLICY/endpoints/:endpoint_id")).toBe(false);
  expect(told("POST", "/v3/users/:user_id/password")).toBe(false);
});
