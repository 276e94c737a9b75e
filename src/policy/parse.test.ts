import { expect, test } from "bun:test";
import { makeContext, type RequestContext } from "../core/context.ts";
import { type Check, compile, NEVER } from "./compile.ts";
import { parseRule, type Target } from "./parse.ts";

const MEMBER: Partial<RequestContext> = {
  userId: "u1",
  projectId: "p1",
  userDomainId: "d1",
  roles: ["member", "reader"],
};
const ADMIN: Partial<RequestContext> = { ...MEMBER, roles: ["admin"], isAdmin: true };

const NAMED: Record<string, string> = {
  admin_api: "is_admin:True",
  owner: "project_id:%(project_id)s",
};

function allows(rule: unknown, who: Partial<RequestContext>, target: Target = {}): boolean {
  const reference = (name: string): Check => {
    const text = NAMED[name];
    return text === undefined ? NEVER : compile(parseRule(text), reference);
  };
  return compile(parseRule(rule), reference)(target, makeContext({ requestId: "req-1", ...who }));
}

type Case = readonly [rule: unknown, who: Partial<RequestContext>, target: Target, allowed: boolean];

const OWN = { project_id: "p1", user_id: "u1" };
const FOREIGN = { project_id: "p2", user_id: "u2" };

const CASES: Record<string, readonly Case[]> = {
  "PO-01 the nested lists of 2013: the outer is OR, the inner AND, an empty one always": [
    [[], MEMBER, FOREIGN, true],
    [[["role:admin"]], MEMBER, OWN, false],
    [[["role:admin"]], ADMIN, OWN, true],
    [[["is_admin:True"], ["project_id:%(project_id)s"]], MEMBER, OWN, true],
    [[["is_admin:True"], ["project_id:%(project_id)s"]], MEMBER, FOREIGN, false],
    [[["role:member", "project_id:%(project_id)s"]], MEMBER, OWN, true],
    [[["role:member", "project_id:%(project_id)s"]], MEMBER, FOREIGN, false],
    [["role:admin", "role:member"], MEMBER, OWN, true],
    [[[]], ADMIN, OWN, false],
    [[[], ["role:member"]], MEMBER, OWN, true],
  ],
  "PO-02 who is an administrator": [
    [[["rule:admin_api"]], ADMIN, {}, true],
    [[["rule:admin_api"]], MEMBER, {}, false],
    ["is_admin:1", ADMIN, {}, false],
  ],
  "PO-03 the owner, by an attribute of the target": [
    ["rule:owner", MEMBER, OWN, true],
    ["rule:owner", MEMBER, FOREIGN, false],
    ["rule:owner", MEMBER, {}, false],
    ["user_id:%(target.user.id)s", MEMBER, { target: { user: { id: "u1" } } }, true],
    ["user_id:%(target.user.id)s", MEMBER, { target: { user: null } }, false],
    ["user_id:%(target.user.id)s", MEMBER, { "target.user.id": "u1" }, true],
  ],
  "PO-09 every kind of check": [
    ["role:MEMBER", MEMBER, {}, true],
    ["role:%(role_name)s", MEMBER, { role_name: "Member" }, true],
    ["role:%(role_name)s", MEMBER, {}, false],
    ["rule:no_such_rule", ADMIN, {}, false],
    ["field:networks:shared=True", MEMBER, { shared: true }, true],
    ["field:networks:shared=True", MEMBER, { shared: false }, false],
    ["field:networks:shared=True", MEMBER, {}, false],
    ["field:networks:router:external=True", MEMBER, { "router:external": true }, true],
    ["field:ports:device_owner=~^network:", MEMBER, { device_owner: "network:dhcp" }, true],
    ["field:ports:device_owner=~^network:", MEMBER, { device_owner: "compute:nova" }, false],
    ["tenant_id:%(tenant_id)s", MEMBER, { tenant_id: "p1" }, true],
    ["tenant:%(tenant_id)s", MEMBER, { tenant_id: "p1" }, true],
    ["user_id:u1", MEMBER, {}, true],
    ["nobody_knows_this:x", ADMIN, {}, false],
    ["None:%(domain_id)s", MEMBER, { domain_id: null }, true],
    ["None:%(domain_id)s", MEMBER, { domain_id: "d1" }, false],
    ["'public':%(visibility)s", MEMBER, { visibility: "public" }, true],
    ["True:%(shared)s", MEMBER, { shared: true }, true],
    ["domain_id:%(target.domain_id)s", { domainId: "d1" }, { target: { domain_id: "d1" } }, true],
    ["token.domain.id:%(domain_id)s", { domainId: "d1" }, { domain_id: "d1" }, true],
    ["token.project.domain.id:%(d)s", { projectDomainId: "d1" }, { d: "d1" }, true],
    ["system_scope:all", { systemScope: "all" }, {}, true],
    ["system_scope:all", MEMBER, {}, false],
    ["user_domain_id:%(d)s", MEMBER, { d: "d1" }, true],
    ["project_id:%(a)s-%(b)s", { projectId: "x-y" }, { a: "x", b: "y" }, true],
  ],
  "the words and, or, not and brackets": [
    ["", MEMBER, {}, true],
    ["@", MEMBER, {}, true],
    ["!", ADMIN, {}, false],
    ["role:admin or role:member", MEMBER, {}, true],
    ["role:admin and role:member", MEMBER, {}, false],
    ["not role:admin", MEMBER, {}, true],
    ["not not role:member", MEMBER, {}, true],
    ["not role:admin and not role:member", MEMBER, {}, false],
    ["role:reader or role:admin and role:nobody", MEMBER, {}, true],
    ["(role:reader or role:admin) and role:nobody", MEMBER, {}, false],
    ["((role:reader)and(role:member))", MEMBER, {}, false],
    ["( role:reader ) AND ( not role:admin )", MEMBER, {}, true],
    [
      "(role:admin and project_id:%(project_id)s) or (role:member and user_id:%(user_id)s)",
      MEMBER,
      OWN,
      true,
    ],
    ["role:nobody or not role:admin and role:member", MEMBER, {}, true],
    ["role:member and not (role:admin or role:nobody)", MEMBER, {}, true],
    ["NOT role:admin Or role:nobody", MEMBER, {}, true],
    ["  role:member  ", MEMBER, {}, true],
    [null, MEMBER, {}, true],
  ],
};

for (const [name, cases] of Object.entries(CASES)) {
  test(name, () => {
    for (const [rule, who, target, allowed] of cases) {
      expect({ rule, target, allowed: allows(rule, who, target) }).toEqual({ rule, target, allowed });
    }
  });
}

const NONSENSE: readonly unknown[] = [
  "role:admin or",
  "or role:admin",
  "(role:admin",
  "role:admin)",
  "role:admin role:member",
  "not",
  "admin",
  "field:networks",
  "()",
  "   ",
  "'role:member'",
  "ro(le:member",
  "'a':'b'",
  "field:ports:device_owner=~(",
  7,
  { role: "admin" },
  [7],
  [[["role:admin"]]],
];

for (const rule of NONSENSE) {
  test(`no rule: ${JSON.stringify(rule)}`, () => {
    expect(() => parseRule(rule)).toThrow();
  });
}

test("names a rule uses are no door to JavaScript's own properties", () => {
  for (const name of ["__proto__", "constructor", "toString", "constructor.name", "__proto__.x"]) {
    expect(allows(`user_id:%(${name})s`, MEMBER)).toBe(false);
    expect(allows(`${name}:x`, MEMBER)).toBe(false);
  }
});
