// The client against a server that answers as the clouds of the transcripts did.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keystoneManage } from "../keystone-manage/index.ts";
import { CLIENT_VERSION, keystone, verbs } from "./index.ts";

const TENANTS = [
  { id: "0174d8c2400b456b95697fbd943fc74e", name: "admin", enabled: true },
  { id: "b571884d294948dfb504361ab2515f4f", name: "xae", enabled: true },
  { id: "dbb31293d2a14d1b9f9f2ed35276bde3", name: "service", enabled: true },
];
const USER_ID = "bf80afa1387442369fd0977523084f65";
const ROLES = [
  { id: "116ba0ed34e54baabf42f7473b2d69e7", name: "admin" },
  { id: "bc73016ab3614c9e9ce13cfe0c6a9690", name: "KeystoneAdmin" },
];
const TWINS = [
  { id: "1", name: "twin" },
  { id: "2", name: "twin" },
];

interface Seen {
  method: string;
  path: string;
  body: unknown;
  token: string | null;
}

const seen: Seen[] = [];
let server: ReturnType<typeof Bun.serve>;
let base = "";

function answer(method: string, path: string, body: { auth?: Record<string, unknown> } | null): Response {
  const ok = (json: unknown) => Response.json(json);
  const missing = () =>
    Response.json(
      { error: { message: `Could not find: ${path}`, code: 404, title: "Not Found" } },
      { status: 404 },
    );
  if (path === "/v2.0/tokens") {
    const { passwordCredentials, tenantName, tenantId } = body?.auth ?? {};
    if ((passwordCredentials as { password?: string } | undefined)?.password === "wrong") {
      const error = { message: "The request you have made requires authentication.", code: 401 };
      return Response.json({ error }, { status: 401, headers: { "x-openstack-request-id": "req-1" } });
    }
    const scoped = tenantName ?? tenantId;
    const endpoint = { id: "e", region: "RegionOne", publicURL: base, internalURL: base, adminURL: base };
    return ok({
      access: {
        token: { id: "tok", expires: "2013-02-28T17:39:31Z", ...(scoped ? { tenant: TENANTS[0] } : {}) },
        user: { id: USER_ID, name: "admin" },
        serviceCatalog: scoped ? [{ type: "identity", name: "keystone", endpoints: [endpoint] }] : [],
      },
    });
  }
  if (path === "/v2.0/tenants") return ok({ tenants: TENANTS });
  if (path === `/v2.0/tenants/${TENANTS[0]!.id}`) return ok({ tenant: TENANTS[0] });
  if (path === `/v2.0/users/${USER_ID}`) return ok({ user: { id: USER_ID, name: "admin" } });
  if (path === "/v2.0/users" && method === "GET") return ok({ users: TWINS });
  if (path.endsWith("/roles")) return ok({ roles: ROLES });
  if (path === "/v2.0/endpoints") return ok({ endpoints: [] });
  return missing();
}

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const text = await request.text();
      const body = text === "" ? null : JSON.parse(text);
      seen.push({ method: request.method, path: pathname, body, token: request.headers.get("x-auth-token") });
      if (pathname.startsWith("/moved")) {
        return new Response(null, { status: 305, headers: { location: pathname.replace("/moved", "") } });
      }
      return answer(request.method, pathname, body);
    },
  });
  base = `http://127.0.0.1:${server.port}/v2.0`;
});
afterAll(() => server.stop(true));

async function run(argv: string[], env: Record<string, string> = {}) {
  seen.length = 0;
  const said = { out: "", err: "", status: -1 };
  said.status = await keystone(argv, {
    env,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return said;
}

const creds = () => ({ OS_AUTH_URL: base, OS_USERNAME: "admin", OS_PASSWORD: "pw", OS_TENANT_NAME: "admin" });

describe("layouts", () => {
  test("ID-03 tenant-list, cell by cell", async () => {
    expect((await run(["tenant-list"], creds())).out).toBe(
      `+----------------------------------+---------+---------+
|                id                |   name  | enabled |
+----------------------------------+---------+---------+
| 0174d8c2400b456b95697fbd943fc74e |  admin  |   True  |
| dbb31293d2a14d1b9f9f2ed35276bde3 | service |   True  |
| b571884d294948dfb504361ab2515f4f |   xae   |   True  |
+----------------------------------+---------+---------+
`,
    );
  });

  test("ID-12 user-role-list, by the ids", async () => {
    const args = ["user-role-list", "--tenant-id", TENANTS[0]!.id, "--user-id", USER_ID];
    expect((await run(args, creds())).out).toBe(
      `+----------------------------------+---------------+----------------------------------+----------------------------------+
|                id                |      name     |             user_id              |            tenant_id             |
+----------------------------------+---------------+----------------------------------+----------------------------------+
| bc73016ab3614c9e9ce13cfe0c6a9690 | KeystoneAdmin | bf80afa1387442369fd0977523084f65 | 0174d8c2400b456b95697fbd943fc74e |
| 116ba0ed34e54baabf42f7473b2d69e7 |     admin     | bf80afa1387442369fd0977523084f65 | 0174d8c2400b456b95697fbd943fc74e |
+----------------------------------+---------------+----------------------------------+----------------------------------+
`,
    );
  });

  test("ID-21 token-get, scoped, not, and wrapped", async () => {
    const scoped = await run(["token-get"], creds());
    expect(scoped.out).toBe(
      `+-----------+----------------------------------+
|  Property |              Value               |
+-----------+----------------------------------+
|  expires  |       2013-02-28T17:39:31Z       |
|     id    |               tok                |
| tenant_id | 0174d8c2400b456b95697fbd943fc74e |
|  user_id  | bf80afa1387442369fd0977523084f65 |
+-----------+----------------------------------+
`,
    );
    const unscoped = await run(["token-get", "--wrap", "16"], { ...creds(), OS_TENANT_NAME: "" });
    expect(unscoped.out).toContain("| user_id  | bf80afa138744236 |\n|          | 9fd0977523084f65 |\n");
    expect(unscoped.out).not.toContain("tenant_id");
  });

  test("an empty list is an empty line", async () => {
    expect((await run(["endpoint-list"], creds())).out).toBe("\n");
  });
});

describe("who is asking", () => {
  test.each([
    [{}, "Expecting an auth URL via either --os-auth-url or env[OS_AUTH_URL]"],
    [
      { OS_AUTH_URL: "u" },
      "Expecting authentication method via\n  either a service token, --os-token or env[OS_SERVICE_TOKEN], \n  credentials, --os-username or env[OS_USERNAME]",
    ],
    [
      { OS_AUTH_URL: "u", OS_PASSWORD: "p" },
      "Expecting a username provided via either --os-username or env[OS_USERNAME]",
    ],
    [
      { OS_AUTH_URL: "u", OS_USERNAME: "n" },
      "Expecting a password provided via either --os-password, env[OS_PASSWORD], or prompted response",
    ],
    [
      { OS_SERVICE_TOKEN: "t" },
      "Expecting an endpoint provided via either --os-endpoint or env[OS_SERVICE_ENDPOINT]",
    ],
    [{ SERVICE_ENDPOINT: "e" }, "Expecting a token provided via either --os-token or env[OS_SERVICE_TOKEN]"],
    [
      { OS_AUTH_URL: "http://127.0.0.1:1/v2.0", OS_USERNAME: "n", OS_PASSWORD: "p" },
      "Authorization Failed: Unable to establish connection to http://127.0.0.1:1/v2.0/tokens",
    ],
  ])("without enough: %p", async (env, message) => {
    expect(await run(["tenant-list"], env)).toEqual({ status: 1, out: "", err: `${message}\n` });
  });

  test("ID-01 a static token and its endpoint, by variables old and new; credentials are passed over", async () => {
    for (const [token, endpoint] of [
      ["OS_SERVICE_TOKEN", "OS_SERVICE_ENDPOINT"],
      ["SERVICE_TOKEN", "SERVICE_ENDPOINT"],
    ]) {
      const said = await run(["tenant-list"], { [token!]: "ADMIN", [endpoint!]: `${base}/` });
      expect([said.status, seen.map((call) => [call.path, call.token])]).toEqual([
        0,
        [["/v2.0/tenants", "ADMIN"]],
      ]);
    }
    const both = await run(["tenant-list"], {
      ...creds(),
      OS_SERVICE_TOKEN: "ADMIN",
      OS_SERVICE_ENDPOINT: base,
    });
    expect(both.out).toStartWith("WARNING: Bypassing authentication using a token & endpoint");
  });

  test("ID-29 the variables of Folsom: a slash at the end, a static token without an endpoint", async () => {
    const env = { ...creds(), OS_NO_CACHE: "1", SERVICE_TOKEN: "ADMIN", OS_AUTH_URL: `${base}/` };
    const said = await run(["tenant-list"], env);
    expect([said.status, said.err]).toEqual([0, ""]);
    expect(seen[0]).toMatchObject({ path: "/v2.0/tokens", body: { auth: { tenantName: "admin" } } });
  });

  test("ID-32 a flag wins over its variable, in either spelling", async () => {
    for (const flag of ["--os-password=wrong", "--os_password=wrong"]) {
      expect((await run([flag, "tenant-list"], creds())).err).toBe(
        "The request you have made requires authentication. (HTTP 401) (Request-ID: req-1)\n",
      );
    }
    await run(["--os-tenant-id", "t-1", "tenant-list"], creds());
    expect(seen[0]!.body).toMatchObject({ auth: { tenantId: "t-1" } });
  });

  test("ID-34 OS_PROJECT_NAME and OS_PROJECT_ID say the same as the tenant's", async () => {
    const { OS_TENANT_NAME: _, ...env } = creds();
    await run(["tenant-list"], { ...env, OS_PROJECT_NAME: "xae" });
    expect(seen[0]!.body).toMatchObject({ auth: { tenantName: "xae" } });
    await run(["tenant-list"], { ...env, OS_PROJECT_ID: "p-1" });
    expect(seen[0]!.body).toMatchObject({ auth: { tenantId: "p-1" } });
  });

  test("ID-06 without a tenant, what needs one is done in one of the user's own", async () => {
    const said = await run(["--os-tenant-name=", "user-list"], creds());
    expect(said.status).toBe(0);
    expect(seen.map((call) => call.path)).toEqual([
      "/v2.0/tokens",
      "/v2.0/tenants",
      "/v2.0/tokens",
      "/v2.0/users",
    ]);
    expect(seen[2]!.body).toEqual({ auth: { token: { id: "tok" }, tenantId: TENANTS[0]!.id } });
  });

  test("without a tenant, the list of tenants is of one's own", async () => {
    expect((await run(["--os-tenant-name=", "tenant-list"], creds())).status).toBe(0);
    expect(seen.map((call) => call.path)).toEqual(["/v2.0/tokens", "/v2.0/tenants"]);
  });

  test("CL-05 every call authenticates, whatever is said about a cache", async () => {
    for (const args of [["--os-cache"], ["--force-new-token"], ["--stale-duration", "5"], ["--no-cache"]]) {
      expect((await run([...args, "tenant-list"], { ...creds(), OS_NO_CACHE: "1" })).status).toBe(0);
      expect(seen[0]!.path).toBe("/v2.0/tokens");
    }
  });
});

describe("what is said", () => {
  test("CL-15 by name or id; nobody and several are errors", async () => {
    expect((await run(["tenant-get", "admin"], creds())).out).toContain(TENANTS[0]!.id);
    expect((await run(["tenant-get", TENANTS[0]!.id], creds())).out).toContain(
      "|   name   |              admin               |",
    );
    expect(await run(["user-get", "nobody"], creds())).toEqual({
      status: 1,
      out: "",
      err: "No user with a name or ID of 'nobody' exists.\n",
    });
    expect((await run(["user-get", "twin"], creds())).err).toBe(
      "Multiple user matches found for 'twin', use an ID to be more specific.\n",
    );
  });

  test("CL-04 --debug shows request and answer, and no token", async () => {
    const { err } = await run(["--debug", "tenant-list"], creds());
    expect(err).toStartWith(`DEBUG:keystoneclient.session:REQ: curl -i -X GET ${base}/tenants -H "Accept`);
    expect(err).toContain('-H "X-Auth-Token: {SHA1}');
    expect(err).toContain(`RESP BODY: ${JSON.stringify({ tenants: TENANTS })}`);
    expect(err).not.toContain('"pw"');
  });

  test("a redirect is followed with the same method", async () => {
    const said = await run(["token-get"], { ...creds(), OS_AUTH_URL: base.replace("/v2.0", "/moved/v2.0") });
    expect([said.status, seen.map((call) => `${call.method} ${call.path}`)]).toEqual([
      0,
      ["POST /moved/v2.0/tokens", "POST /v2.0/tokens"],
    ]);
  });

  test("CL-02 the version is a plain number", async () => {
    expect(await run(["--version"])).toEqual({ status: 0, out: `${CLIENT_VERSION}\n`, err: "" });
    expect(CLIENT_VERSION).toMatch(/^\d+(\.\d+)+$/);
  });

  test("CL-03 help of all and of one; every verb has its own", async () => {
    const whole = (await run(["-h"])).out;
    expect(whole).toStartWith("usage: keystone [--version] [--debug] [--os-username <auth-user-name>]\n");
    expect((await run(["help"])).out).toBe(whole);
    expect((await run([])).out).toBe(whole);
    for (const { name } of verbs) {
      expect(whole).toMatch(new RegExp(`^    ${name}( |$)`, "m"));
      expect((await run(["help", name])).out).toStartWith(`usage: keystone ${name}`);
    }
    expect((await run(["help", "user-get"])).out).toBe(
      `usage: keystone user-get <user>

Display user details.

Arguments:
  <user>  Name or ID of user to display.
`,
    );
    expect(await run(["help", "nonsense"])).toMatchObject({
      status: 1,
      err: "'nonsense' is not a valid subcommand\n",
    });
  });

  test("wrong command lines end with 2", async () => {
    for (const [args, message] of [
      [["user-create"], "keystone user-create: error: argument --name is required"],
      [["user-get"], "keystone user-get: error: too few arguments"],
      [["user-list", "--nope"], "keystone: error: unrecognized arguments: --nope"],
      [["--debug"], "keystone: error: too few arguments"],
      [["--timeout", "x", "user-list"], "keystone: error: argument --timeout: x must be a float"],
    ] as const) {
      const said = await run([...args], creds());
      expect([said.status, said.err.trimEnd().split("\n").at(-1)]).toEqual([2, message]);
    }
    expect((await run(["nonsense"])).err).toContain(
      "argument <subcommand>: invalid choice: 'nonsense' (choose",
    );
  });

  test("every verb of the client of 2014 is there", async () => {
    const { out } = await run(["bash-completion"]);
    const words = out.trim().split(" ");
    for (const verb of VERBS_OF_2014) expect(words).toContain(verb);
  });
});

const VERBS_OF_2014 =
  "catalog ec2-credentials-create ec2-credentials-delete ec2-credentials-get ec2-credentials-list endpoint-create endpoint-delete endpoint-get endpoint-list password-update role-create role-delete role-get role-list service-create service-delete service-get service-list tenant-create tenant-delete tenant-get tenant-list tenant-update token-get user-create user-delete user-get user-list user-password-update user-role-add user-role-list user-role-remove user-update discover bootstrap help".split(
    " ",
  );

test("CL-06 TLS: the authority's file, or --insecure; without either the certificate is refused", async () => {
  if (Bun.which("openssl") === null) return;
  const folder = mkdtempSync(join(tmpdir(), "stack-tls-"));
  const quiet = { env: {}, out: () => {}, err: () => {} };
  try {
    expect(await keystoneManage(["ssl_setup", "--ssl-dir", folder], quiet)).toBe(0);
    const tls = {
      cert: readFileSync(join(folder, "certs", "keystone.pem"), "utf8"),
      key: readFileSync(join(folder, "private", "keystonekey.pem"), "utf8"),
    };
    const secure = Bun.serve({
      port: 0,
      tls,
      fetch: async (request) =>
        answer(request.method, new URL(request.url).pathname, (await request.json()) as never),
    });
    try {
      const env = { ...creds(), OS_AUTH_URL: `https://localhost:${secure.port}/v2.0` };
      expect((await run(["token-get"], env)).err).toBe(
        `Authorization Failed: SSL exception connecting to https://localhost:${secure.port}/v2.0/tokens\n`,
      );
      expect((await run(["--insecure", "token-get"], env)).status).toBe(0);
      const ca = join(folder, "certs", "ca.pem");
      expect((await run(["--os-cacert", ca, "token-get"], env)).err).toBe("");
      expect((await run(["token-get"], { ...env, OS_CACERT: ca })).status).toBe(0);
    } finally {
      await secure.stop(true);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
