// Debian's openstack client with every noun of the identity service, against the compiled cloud.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, file, program } from "../support/requires.ts";
import { Stack } from "../support/stack.ts";
import { PYTHON, Shell } from "./identity-shell.ts";

setDefaultTimeout(120_000);

const HEX = /^[0-9a-f]{32}$/;

describeWith(
  "the openstack client's identity commands",
  [program("openstack"), file(PYTHON, "Debian's Python")],
  () => {
    let stack: Stack;
    let shell: Shell;
    let demo: Shell;
    const text = (...args: string[]) => shell.text(...args);
    const json = (...args: string[]) => shell.json(...args);
    const silent = (...args: string[]) => shell.silent(...args);
    const names = (...args: string[]) => shell.column("Name", ...args);
    const refusal = (...args: string[]) => shell.refusal(...args);
    /** Options with which a command acts as somebody else. */
    const as = (user: string, password: string, project?: string) => [
      ...["--os-username", user, "--os-password", password],
      ...(project === undefined ? [] : ["--os-project-name", project]),
    ];
    const write = (name: string, content: unknown) => {
      const path = join(stack.state, name);
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
      return path;
    };

    beforeAll(async () => {
      stack = await Stack.up();
      shell = new Shell(stack.adminEnv, stack.state);
      demo = new Shell(stack.demoEnv, stack.state);
    }, 60_000);
    afterAll(async () => {
      await shell?.end();
      await demo?.end();
      await stack?.[Symbol.asyncDispose]();
    });

    test("domain", async () => {
      const made = await json("domain", "create", "--description", "D", "lab");
      expect(made).toEqual({
        id: expect.stringMatching(HEX),
        name: "lab",
        description: "D",
        enabled: true,
        options: {},
        tags: [],
      });
      expect((await names("domain", "list")).sort()).toEqual(["Default", "lab"]);
      expect(await names("domain", "list", "--name", "lab")).toEqual(["lab"]);
      await silent("domain", "set", "--name", "lab2", "--disable", "lab");
      expect(await json("domain", "show", "lab2")).toMatchObject({ id: made.id, enabled: false });
      await silent("domain", "set", "--enable", "--immutable", "lab2");
      expect(await refusal("domain", "delete", "lab2")).toContain("immutable");
      await silent("domain", "set", "--no-immutable", "lab2");
      expect(await refusal("domain", "delete", "lab2")).toMatch(/Cannot delete a domain that is enabled/);
      await silent("domain", "set", "--disable", "lab2");
      await silent("domain", "delete", "lab2");
      expect(await refusal("domain", "show", "lab2")).toBe("No domain with a name or ID of 'lab2' exists.");
    });

    test("project: tree, tags, options", async () => {
      const top = await json("project", "create", "--description", "T", "--tag", "red", "top");
      expect(top).toEqual({
        description: "T",
        domain_id: "default",
        enabled: true,
        id: expect.stringMatching(HEX),
        is_domain: false,
        name: "top",
        options: {},
        parent_id: "default",
        tags: ["red"],
      });
      expect(await json("project", "create", "--parent", "top", "middle")).toMatchObject({
        parent_id: top.id,
      });
      await text("project", "create", "--parent", "middle", "leaf");
      expect(await names("project", "list", "--parent", "top")).toEqual(["middle"]);
      const shown = await json("project", "show", "--children", "top");
      expect(Object.keys(shown.subtree)).toHaveLength(1);
      expect((await json("project", "show", "--parents", "leaf")).parents).toBeDefined();
      await silent("project", "set", "--tag", "blue", "--property", "color=green", "middle");
      expect(await json("project", "show", "middle")).toMatchObject({ tags: ["blue"], color: "green" });
      expect(await names("project", "list", "--tags", "red")).toEqual(["top"]);
      expect((await names("project", "list", "--tags-any", "red,blue")).sort()).toEqual(["middle", "top"]);
      expect(await names("project", "list", "--not-tags-any", "red,blue")).not.toContain("top");
      await silent("project", "set", "--remove-tag", "blue", "middle");
      await silent("project", "set", "--disable", "leaf");
      expect((await json("project", "show", "leaf")).enabled).toBe(false);
      expect(await refusal("project", "delete", "middle")).toMatch(/cannot (be )?delete/i);
      for (const name of ["leaf", "middle", "top"]) await silent("project", "delete", name);
      expect(await names("project", "list")).not.toContain("top");
    });

    test("ID-08 ID-36 user: options, lists, its own password", async () => {
      const made = await json("user", "create", "--domain", "default", "--password", "000000", "nova2");
      expect(made).toEqual({
        domain_id: "default",
        enabled: true,
        id: expect.stringMatching(HEX),
        name: "nova2",
        options: {},
        password_expires_at: null,
      });
      const options = [
        "--ignore-lockout-failure-attempts",
        "--ignore-password-expiry",
        "--enable-lock-password",
        "--enable-multi-factor-auth",
        "--multi-factor-auth-rule",
        "password,totp",
      ];
      await silent("user", "set", "--email", "n@example.com", "--description", "N", ...options, "nova2");
      expect(await json("user", "show", "nova2")).toMatchObject({
        email: "n@example.com",
        description: "N",
        options: {
          ignore_lockout_failure_attempts: true,
          ignore_password_expiry: true,
          lock_password: true,
          multi_factor_auth_enabled: true,
          multi_factor_auth_rules: [["password", "totp"]],
        },
      });
      await text("role", "add", "--user", "nova2", "--project", "demo", "member");
      // One method of the two is not enough.
      expect(await refusal(...as("nova2", "000000", "demo"), "token", "issue")).toBe(
        "Not all required auth rules were satisfied: [['password', 'totp']]",
      );
      await silent("user", "set", "--disable-multi-factor-auth", "nova2");
      // The command asks the environment who it is for, whatever the options say.
      const own = { OS_USERNAME: "nova2", OS_PASSWORD: "000000", OS_PROJECT_NAME: "demo" };
      const self = new Shell({ ...stack.adminEnv, ...own }, stack.state);
      const change = ["user", "password", "set", "--original-password", "000000", "--password", "fresh"];
      expect(await self.refusal(...change)).toContain("due to password policy disallowing password changes");
      await silent("user", "set", "--disable-lock-password", "nova2");
      await self.silent(...change);
      await self.end();
      expect(await refusal(...as("nova2", "000000", "demo"), "token", "issue")).toMatch(/401/);
      const issued = await json(...as("nova2", "fresh", "demo"), "token", "issue");
      expect(issued.user_id).toBe(made.id);
      expect(await names("user", "list", "--project", "demo")).toContain("nova2");
      expect(await names("user", "list", "--domain", "default")).toContain("nova2");
      const [row] = (await json("user", "list", "--long")).filter(
        (user: { Name: string }) => user.Name === "nova2",
      );
      expect(row).toMatchObject({ ID: made.id, Domain: "default", Email: "n@example.com", Enabled: true });
      await silent("user", "set", "--disable", "nova2");
      expect(await refusal(...as("nova2", "fresh", "demo"), "token", "issue")).toMatch(/401/);
      expect(await text("user", "create", "--or-show", "nova2", "-f", "value", "-c", "id")).toContain(
        made.id,
      );
      await silent("user", "delete", "nova2");
      expect(await refusal("user", "show", "nova2")).toContain("nova2");
    });

    test("group", async () => {
      const made = await json("group", "create", "--description", "G", "crew");
      expect(made).toEqual({
        description: "G",
        domain_id: "default",
        id: expect.stringMatching(HEX),
        name: "crew",
      });
      await silent("group", "add", "user", "crew", "demo");
      expect(await text("group", "contains", "user", "crew", "demo")).toBe("demo in group crew\n");
      expect(await names("group", "list", "--user", "demo")).toEqual(["crew"]);
      expect(await names("user", "list", "--group", "crew")).toEqual(["demo"]);
      await silent("group", "remove", "user", "crew", "demo");
      expect((await shell.run("group", "contains", "user", "crew", "demo")).stderr).toBe(
        "demo not in group crew\n",
      );
      await silent("group", "set", "--name", "crew2", "crew");
      expect((await json("group", "show", "crew2")).id).toBe(made.id);
      await silent("group", "delete", "crew2");
      expect(await names("group", "list")).toEqual([]);
    });

    test("role: of a domain, implied, inherited, immutable; assignments", async () => {
      const made = await json("role", "create", "--description", "R", "operator");
      expect(made).toEqual({
        description: "R",
        domain_id: null,
        id: expect.stringMatching(HEX),
        name: "operator",
        options: {},
      });
      await text("domain", "create", "far");
      expect(await json("role", "create", "--domain", "far", "local")).toMatchObject({ name: "local" });
      expect(await names("role", "list", "--domain", "far")).toEqual(["local"]);
      expect(await names("role", "list")).not.toContain("local");
      await text("implied", "role", "create", "--implied-role", "reader", "operator");
      const implied = await json("implied", "role", "list");
      expect(
        implied.map((row: Record<string, string>) => [row["Prior Role Name"], row["Implied Role Name"]]),
      ).toEqual(
        expect.arrayContaining([
          ["operator", "reader"],
          ["admin", "member"],
        ]),
      );
      await text("user", "create", "--password", "x", "worker");
      await silent("role", "add", "--user", "worker", "--project", "demo", "operator");
      await silent("role", "add", "--user", "worker", "--project", "admin", "--inherited", "member");
      await silent("role", "add", "--user", "worker", "--domain", "default", "operator");
      await silent("role", "add", "--user", "worker", "--system", "all", "reader");
      const listed = await json("role", "assignment", "list", "--user", "worker", "--names");
      const shown = listed
        .map((row: Record<string, unknown>) => [
          ...[row["Role"], row["User"], row["Project"], row["Domain"], row["System"]],
          row["Inherited"],
        ])
        .sort();
      expect(shown).toEqual(
        [
          ["member@", "worker@Default", "admin@Default", "", "", true],
          ["operator@", "worker@Default", "", "Default", "", false],
          ["operator@", "worker@Default", "demo@Default", "", "", false],
          ["reader@", "worker@Default", "", "", "all", false],
        ]
          .map((row) => row.map((cell) => (typeof cell === "string" ? cell.replace(/@$/, "") : cell)))
          .sort(),
      );
      const effective = await json(
        ...["role", "assignment", "list", "--user", "worker", "--project", "demo", "--effective", "--names"],
      );
      expect(effective.map((row: Record<string, string>) => row["Role"]).sort()).toEqual([
        "operator",
        "reader",
      ]);
      await silent("role", "remove", "--user", "worker", "--project", "demo", "operator");
      expect(await json("role", "assignment", "list", "--user", "worker", "--project", "demo")).toEqual([]);
      await silent("role", "set", "--immutable", "operator");
      expect(await refusal("role", "delete", "operator")).toContain("immutable");
      await silent("role", "set", "--no-immutable", "operator");
      await silent("role", "set", "--name", "operators", "operator");
      expect(await json("role", "show", "operators")).toMatchObject({ id: made.id, description: "R" });
      await silent("implied", "role", "delete", "--implied-role", "reader", "operators");
      await silent("role", "delete", "operators");
      await silent("user", "delete", "worker");
      await silent("domain", "set", "--disable", "far");
      await silent("domain", "delete", "far");
    });

    test("trust", async () => {
      // By id: an ordinary user may not look for users and roles by name.
      const id = async (noun: string, name: string) => (await json(noun, "show", name)).id as string;
      const [trustor, trustee, project] = [
        await id("user", "demo"),
        await id("user", "admin"),
        await id("project", "demo"),
      ];
      const trust = await demo.json(
        ...["trust", "create", "--project", project, "--role", await id("role", "member"), "--impersonate"],
        ...[trustor, trustee],
      );
      expect(trust).toMatchObject({
        trustor_user_id: trustor,
        trustee_user_id: trustee,
        project_id: project,
        impersonation: true,
        deleted_at: null,
        redelegation_count: 0,
        roles: "member",
      });
      expect(await shell.column("ID", "trust", "list")).toEqual([trust.id]);
      expect((await demo.json("trust", "show", trust.id)).id).toBe(trust.id);
      const trusted = new Shell(
        {
          ...stack.adminEnv,
          OS_TRUST_ID: trust.id,
          OS_PROJECT_NAME: undefined,
          OS_PROJECT_DOMAIN_ID: undefined,
        },
        stack.state,
      );
      try {
        expect(await trusted.json("token", "issue")).toMatchObject({ user_id: trustor, project_id: project });
      } finally {
        await trusted.end();
      }
      await demo.silent("trust", "delete", trust.id);
      expect(await shell.column("ID", "trust", "list")).toEqual([]);
    });

    test("credential, EC2 credentials", async () => {
      const made = await json("credential", "create", "--type", "cert", "demo", "blob one");
      expect(made).toMatchObject({ type: "cert", blob: "blob one", project_id: null });
      // The client always sends whose it is and its type, which Keystone has refused since its fixes of 2026.
      const set = ["credential", "set", "--user", "demo", "--type", "cert", "--data", "blob two", made.id];
      expect(await refusal(...set)).toContain("('type', 'user_id' were unexpected)");
      expect((await json("credential", "show", made.id)).blob).toBe("blob one");
      expect(await shell.column("ID", "credential", "list", "--type", "cert")).toEqual([made.id]);
      await silent("credential", "delete", made.id);
      const keys = await demo.json("ec2", "credentials", "create");
      expect([HEX.test(keys.access), HEX.test(keys.secret)]).toEqual([true, true]);
      const [row] = await demo.json("ec2", "credentials", "list");
      expect(row).toEqual({
        Access: keys.access,
        Secret: keys.secret,
        "Project ID": keys.project_id,
        "User ID": keys.user_id,
      });
      expect(await demo.json("ec2", "credentials", "show", keys.access)).toMatchObject({
        secret: keys.secret,
      });
      await demo.silent("ec2", "credentials", "delete", keys.access);
      expect(await demo.json("ec2", "credentials", "list")).toEqual([]);
    });

    test("application credential, access rule", async () => {
      const rules = write("rules.json", [{ service: "image", method: "GET", path: "/v2/images" }]);
      const made = await demo.json(
        ...["application", "credential", "create", "--secret", "s3cret", "--role", "member"],
        ...["--expiration", "2037-01-01T00:00:00", "--description", "A", "--access-rules", rules, "robot"],
      );
      expect(made).toMatchObject({
        name: "robot",
        secret: "s3cret",
        description: "A",
        roles: "member",
        unrestricted: false,
        expires_at: expect.stringMatching(/^2037-01-01T00:00:00/),
      });
      expect(await demo.column("Name", "application", "credential", "list")).toEqual(["robot"]);
      expect(await demo.json("application", "credential", "show", "robot")).toMatchObject({ id: made.id });
      const [rule] = await demo.json("access", "rule", "list");
      expect(rule).toMatchObject({ Service: "image", Method: "GET", Path: "/v2/images" });
      expect(await demo.json("access", "rule", "show", rule.ID)).toMatchObject({ path: "/v2/images" });
      const { OS_AUTH_URL } = stack.demoEnv;
      const robot = new Shell(
        {
          PATH: process.env["PATH"],
          HOME: stack.state,
          OS_AUTH_URL,
          OS_AUTH_TYPE: "v3applicationcredential",
          OS_APPLICATION_CREDENTIAL_ID: made.id,
          OS_APPLICATION_CREDENTIAL_SECRET: "s3cret",
          OS_IDENTITY_API_VERSION: "3",
          OS_REGION_NAME: "RegionOne",
        },
        stack.state,
      );
      try {
        expect(await robot.json("image", "list")).toEqual(expect.any(Array));
        expect(await robot.refusal("flavor", "list")).toMatch(/401|authentication/i);
        expect(await robot.refusal("application", "credential", "create", "child")).toMatch(/401|403/);
      } finally {
        await robot.end();
      }
      expect(await demo.refusal("access", "rule", "delete", rule.ID)).toMatch(/still in use|1 of 1/);
      await demo.silent("application", "credential", "delete", "robot");
      await demo.silent("access", "rule", "delete", rule.ID);
      expect(await demo.json("access", "rule", "list")).toEqual([]);
    });

    test("consumer, request token, access token", async () => {
      const consumer = await json("consumer", "create", "--description", "C");
      expect(consumer).toEqual({
        description: "C",
        id: expect.stringMatching(HEX),
        secret: expect.stringMatching(HEX),
      });
      await silent("consumer", "set", "--description", "C2", consumer.id);
      expect(await json("consumer", "show", consumer.id)).toEqual({ description: "C2", id: consumer.id });
      expect(await json("consumer", "list")).toEqual([{ ID: consumer.id, Description: "C2" }]);
      const key = ["--consumer-key", consumer.id, "--consumer-secret", consumer.secret];
      const request: { id: string; secret: string } = await json(
        "request",
        "token",
        "create",
        ...key,
        "--project",
        "admin",
      );
      expect(request.id).toMatch(HEX);
      const { oauth_verifier: verifier } = await json(
        ...["request", "token", "authorize", "--request-key", request.id, "--role", "admin"],
      );
      const access = await json(
        ...["access", "token", "create", ...key, "--request-key", request.id],
        ...["--request-secret", request.secret, "--verifier", verifier],
      );
      expect(access).toMatchObject({ id: expect.stringMatching(HEX), secret: expect.any(String) });
      await silent("consumer", "delete", consumer.id);
      expect(await json("consumer", "list")).toEqual([]);
    });

    test("ID-16 region, service, endpoint; a project's endpoints", async () => {
      const region = await json(
        "region",
        "create",
        "--description",
        "R",
        "--parent-region",
        "RegionOne",
        "RegionTwo",
      );
      expect(region).toEqual({
        enabled: true,
        region: "RegionTwo",
        description: "R",
        parent_region: "RegionOne",
      });
      await silent("region", "set", "--description", "R2", "RegionTwo");
      expect((await json("region", "show", "RegionTwo")).description).toBe("R2");
      expect(await shell.column("Region", "region", "list", "--parent-region", "RegionOne")).toEqual([
        "RegionTwo",
      ]);
      const service = await json("service", "create", "--name", "mynova", "--description", "S", "mycompute");
      expect(service).toEqual({
        id: expect.stringMatching(HEX),
        name: "mynova",
        type: "mycompute",
        enabled: true,
        description: "S",
      });
      await silent("service", "set", "--name", "nova3", "mynova");
      expect((await json("service", "show", "nova3")).id).toBe(service.id);
      expect(await names("service", "list", "--long")).toContain("nova3");
      const url = "http://controller:8774/v2.1";
      // By the service's name, and by its type.
      const first = await json("endpoint", "create", "--region", "RegionTwo", "nova3", "public", url);
      expect(first).toEqual({
        enabled: true,
        id: expect.stringMatching(HEX),
        interface: "public",
        region: "RegionTwo",
        region_id: "RegionTwo",
        service_id: service.id,
        service_name: "nova3",
        service_type: "mycompute",
        url,
      });
      const second = await json("endpoint", "create", "--region", "RegionTwo", "mycompute", "admin", url);
      expect(second).toMatchObject({ interface: "admin", service_id: service.id });
      await silent("endpoint", "set", "--disable", "--url", `${url}/x`, second.id);
      expect(await json("endpoint", "show", second.id)).toMatchObject({ enabled: false, url: `${url}/x` });
      const own = await json("endpoint", "list", "--service", "nova3", "--interface", "public");
      expect(own).toHaveLength(1);
      expect(own[0]).toMatchObject({ ID: first.id, Region: "RegionTwo", URL: url, Enabled: true });
      await silent("endpoint", "add", "project", first.id, "invisible_to_admin");
      expect(await shell.column("ID", "endpoint", "list", "--project", "invisible_to_admin")).toEqual([
        first.id,
      ]);
      expect(await shell.column("ID", "endpoint", "list", "--endpoint", first.id)).toHaveLength(1);
      await silent("endpoint", "remove", "project", first.id, "invisible_to_admin");
      await silent("endpoint", "delete", first.id, second.id);
      await silent("service", "delete", "nova3");
      await silent("region", "delete", "RegionTwo");
      expect(await shell.column("Region", "region", "list")).toEqual(["RegionOne"]);
    });

    test("endpoint group", async () => {
      const filters = write("filters.json", { interface: "public" });
      const made = await json("endpoint", "group", "create", "--description", "E", "open", filters);
      expect(made).toEqual({
        id: expect.stringMatching(HEX),
        name: "open",
        description: "E",
        filters: { interface: "public" },
      });
      await silent("endpoint", "group", "add", "project", "open", "demo");
      expect(await shell.column("Name", "endpoint", "group", "list", "--project", "demo")).toEqual(["open"]);
      expect(await shell.column("Name", "endpoint", "group", "list", "--endpointgroup", "open")).toEqual([
        "demo",
      ]);
      const catalog = await demo.json("catalog", "show", "image");
      expect(catalog.endpoints.map((endpoint: { interface: string }) => endpoint.interface)).toEqual([
        "public",
      ]);
      await silent("endpoint", "group", "remove", "project", "open", "demo");
      await silent("endpoint", "group", "set", "--name", "opened", "open");
      expect((await json("endpoint", "group", "show", "opened")).id).toBe(made.id);
      await silent("endpoint", "group", "delete", "opened");
      expect(await json("endpoint", "group", "list")).toEqual([]);
    });

    test("registered limit, limit", async () => {
      const registered = await json(
        ...[
          "registered",
          "limit",
          "create",
          "--service",
          "nova",
          "--default-limit",
          "10",
          "--description",
          "L",
        ],
        "widgets",
      );
      expect(registered).toMatchObject({
        resource_name: "widgets",
        default_limit: 10,
        description: "L",
        region_id: null,
      });
      const limit = await json(
        ...["limit", "create", "--project", "demo", "--service", "nova", "--resource-limit", "4", "widgets"],
      );
      expect(limit).toMatchObject({ resource_name: "widgets", resource_limit: 4 });
      expect(await json("limit", "set", "--resource-limit", "5", limit.id)).toMatchObject({
        resource_limit: 5,
      });
      // A token for a project lists that project's limits alone.
      expect((await demo.json("limit", "list", "--resource-name", "widgets"))[0]).toMatchObject({
        "Resource Limit": 5,
      });
      expect(await json("limit", "list", "--resource-name", "widgets")).toEqual([]);
      expect((await json("limit", "show", limit.id)).id).toBe(limit.id);
      expect(await json("registered", "limit", "list", "--resource-name", "widgets")).toHaveLength(1);
      await silent("limit", "delete", limit.id);
      expect(await json("registered", "limit", "set", "--default-limit", "11", registered.id)).toMatchObject({
        default_limit: 11,
      });
      expect((await json("registered", "limit", "show", registered.id)).default_limit).toBe(11);
      await silent("registered", "limit", "delete", registered.id);
    });

    test("policy", async () => {
      const made = await json("policy", "create", "--type", "application/json", write("p.json", '{"a": []}'));
      expect(made).toMatchObject({ type: "application/json", rules: '{"a": []}' });
      await silent("policy", "set", "--rules", write("q.json", '{"b": []}'), made.id);
      expect((await json("policy", "show", made.id)).rules).toBe('{"b": []}');
      expect(await shell.column("ID", "policy", "list")).toEqual([made.id]);
      await silent("policy", "delete", made.id);
    });

    test("ID-39 identity provider, mapping, federation protocol, service provider", async () => {
      const rules = write("mapping.json", [
        { local: [{ user: { name: "{0}" } }], remote: [{ type: "UserName" }] },
      ]);
      expect(await json("mapping", "create", "--rules", rules, "m")).toMatchObject({ id: "m" });
      expect(await shell.column("ID", "mapping", "list")).toEqual(["m"]);
      await silent("mapping", "set", "--rules", rules, "m");
      expect((await json("mapping", "show", "m")).rules[0].remote).toEqual([{ type: "UserName" }]);
      const provider = await json(
        ...[
          "identity",
          "provider",
          "create",
          "--remote-id",
          "r",
          "--description",
          "P",
          "--domain",
          "default",
          "idp",
        ],
      );
      expect(provider).toMatchObject({ id: "idp", remote_ids: ["r"], domain_id: "default", enabled: true });
      await silent("identity", "provider", "set", "--disable", "idp");
      expect(await json("identity", "provider", "show", "idp")).toMatchObject({
        enabled: false,
        description: "P",
      });
      expect(await shell.column("ID", "identity", "provider", "list")).toEqual(["idp"]);
      const of = ["--identity-provider", "idp"];
      const protocol = await json("federation", "protocol", "create", ...of, "--mapping", "m", "saml2");
      expect(protocol).toEqual({ id: "saml2", identity_provider: "idp", mapping: "m" });
      expect(await json("federation", "protocol", "list", ...of)).toEqual([{ id: "saml2", mapping: "m" }]);
      await text("federation", "protocol", "set", ...of, "--mapping", "m", "saml2");
      expect(await json("federation", "protocol", "show", ...of, "saml2")).toMatchObject({
        id: "saml2",
        mapping: "m",
      });
      await silent("federation", "protocol", "delete", ...of, "saml2");
      await silent("identity", "provider", "delete", "idp");
      await silent("mapping", "delete", "m");
      const urls = ["--auth-url", "https://far/auth", "--service-provider-url", "https://far/sp"];
      expect(await json("service", "provider", "create", ...urls, "far")).toMatchObject({
        id: "far",
        enabled: true,
      });
      await silent("service", "provider", "set", "--description", "F", "far");
      expect((await json("service", "provider", "show", "far")).description).toBe("F");
      expect(await shell.column("ID", "service", "provider", "list")).toEqual(["far"]);
      await silent("service", "provider", "delete", "far");
      // Who has logged in from elsewhere would see its projects so; everybody sees its own.
      expect((await demo.column("Name", "federation", "project", "list")).sort()).toEqual([
        "demo",
        "invisible_to_admin",
      ]);
      expect(await demo.column("Name", "federation", "domain", "list")).toEqual([]);
    });

    test("ID-24 ID-34 a token of v2.0 on another service; its tenant is a project", async () => {
      const { OS_AUTH_URL = "", OS_PASSWORD: password } = stack.demoEnv;
      const base = OS_AUTH_URL.replace(/\/identity\/v3$/, "");
      const credentials = { passwordCredentials: { username: "demo", password }, tenantName: "demo" };
      for (const side of ["identity", "identity_admin"]) {
        const answer = await fetch(`${base}/${side}/v2.0/tokens`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ auth: credentials }),
        });
        const { access } = (await answer.json()) as {
          access: { token: { id: string; tenant: { id: string } } };
        };
        const { id: token, tenant } = access.token;
        expect((await json("project", "show", "demo")).id).toBe(tenant.id);
        const servers = await fetch(`${base}/compute/v2/${tenant.id}/servers`, {
          headers: { "x-auth-token": token },
        });
        expect([servers.status, await servers.json()]).toEqual([200, { servers: [] }]);
        const other = await fetch(`${base}/compute/v2/${"0".repeat(32)}/servers`, {
          headers: { "x-auth-token": token },
        });
        expect(other.status).toBe(400);
      }
      // Either word does.
      const { OS_PROJECT_NAME: name, ...rest } = stack.demoEnv;
      const tenant = new Shell({ ...rest, OS_TENANT_NAME: name }, stack.state);
      expect((await tenant.json("token", "issue")).project_id).toMatch(HEX);
      await tenant.end();
    });

    test("token, catalog, versions, configuration", async () => {
      const token = await json("token", "issue");
      expect(token).toEqual({
        id: expect.stringMatching(/^gAAAA/),
        expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/),
        project_id: expect.stringMatching(HEX),
        user_id: expect.stringMatching(HEX),
      });
      const scoped = ["--os-auth-type", "token", "--os-token", token.id];
      await silent("token", "revoke", token.id);
      expect(await refusal(...scoped, "token", "issue")).toMatch(/404|401|expected|unexpected/i);
      const identity = await json("catalog", "show", "keystone");
      expect(identity).toMatchObject({ type: "identity", name: "keystone" });
      const urls = identity.endpoints.map((endpoint: { interface: string; url: string }) => [
        endpoint.interface,
        new URL(endpoint.url).pathname,
      ]);
      expect(urls.sort()).toEqual([
        ["admin", "/identity_admin"],
        ["internal", "/identity"],
        ["public", "/identity"],
      ]);
      expect(await shell.column("Type", "catalog", "list")).toContain("image");
      const versions = await json("versions", "show", "--service", "identity");
      expect(versions.map((row: Record<string, string>) => row["Version"])).toEqual(
        expect.arrayContaining(["3.14"]),
      );
      expect(await json("configuration", "show")).toMatchObject({
        username: "admin",
        identity_api_version: "3",
      });
    });
  },
);
