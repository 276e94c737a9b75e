// The identity service's programs as the courses use them: their own commands and pipelines, through a shell, with links
// to the compiled binary.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, isRoot, program } from "../support/requires.ts";
import { BINARY, Stack } from "../support/stack.ts";
import { ProgramShell, rowsOf, withoutIds } from "./shell.ts";

const ADMIN_TOKEN = "5d2b8ab0c9f14c3e8a77";
const SECONDS = 1000;

/** Where v2.0 is, from what `stack openrc` says. */
async function v2(shell: ProgramShell): Promise<string> {
  return /^export OS_AUTH_URL=(.*)$/m.exec(await shell.sh("$STACK openrc admin --v2"))![1]!;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "stack-programs-"));
}

describe("an installation by the book: nobody is there yet", () => {
  let folder: string;
  let stack: Stack;
  let shell: ProgramShell;
  const sh = (script: string) => shell.sh(script);

  beforeAll(async () => {
    folder = newFolder();
    const settings = ["ENABLED_SERVICES=key", "KEYSTONE_BOOTSTRAP=False", `SERVICE_TOKEN=${ADMIN_TOKEN}`];
    stack = await Stack.up({ args: settings.flatMap((setting) => ["--set", setting]) });
    shell = new ProgramShell(stack.state, folder);
    shell.env = { OS_SERVICE_TOKEN: ADMIN_TOKEN, OS_SERVICE_ENDPOINT: await v2(shell) };
  }, 60 * SECONDS);
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test("ID-01 the static token administers before any user exists", async () => {
    expect(await sh("keystone user-list")).toBe("\n");
    const refused = await shell.try("keystone user-list", { env: { OS_SERVICE_TOKEN: "other" } });
    expect([refused.status, refused.stderr]).toEqual([1, "Invalid OpenStack Identity credentials.\n"]);
  });

  test("ID-07 CL-08 CL-12 user-create", async () => {
    const text = await sh("keystone user-create --name=admin --pass=admin1 --email=admin@xxx.com");
    expect(withoutIds(text)).toBe(
      `+----------+----------------------------------+
| Property |              Value               |
+----------+----------------------------------+
|  email   |          admin@xxx.com           |
| enabled  |               True               |
|    id    | id1............................. |
|   name   |              admin               |
| username |              admin               |
+----------+----------------------------------+
`,
    );
  });

  test("ID-10 role-create", async () => {
    expect(withoutIds(await sh("keystone role-create --name=admin"))).toBe(
      `+----------+----------------------------------+
| Property |              Value               |
+----------+----------------------------------+
|    id    | id1............................. |
|   name   |              admin               |
+----------+----------------------------------+
`,
    );
  });

  test("ID-04 tenant-create, with a description and without", async () => {
    expect(withoutIds(await sh('keystone tenant-create --name=admin --description="Admin Tenant"'))).toBe(
      `+-------------+----------------------------------+
|   Property  |              Value               |
+-------------+----------------------------------+
| description |           Admin Tenant           |
|   enabled   |               True               |
|      id     | id1............................. |
|     name    |              admin               |
+-------------+----------------------------------+
`,
    );
    const plain = rowsOf(await sh("keystone tenant-create --name=demo"));
    expect(plain.map(([name]) => name)).toEqual(["description", "enabled", "id", "name"]);
    expect(plain[0]).toEqual(["description", ""]);
  });

  test("ID-11 CL-14 user-role-add says nothing; _member_ is there of itself", async () => {
    expect(await sh("keystone user-role-add --user=admin --tenant=admin --role=admin")).toBe("");
    expect(await sh("keystone user-role-add --user=admin --role=_member_ --tenant=admin")).toBe("");
  });

  test("ID-33 ID-34 service accounts: a user, the tenant service, the role admin", async () => {
    await sh('keystone tenant-create --name=service --description="Service Tenant"');
    for (const name of ["glance", "nova", "neutron"]) {
      await sh(`keystone user-create --name=${name} --pass=${name}1 --email=${name}@xxx.com`);
      await sh(`keystone user-role-add --user=${name} --tenant=service --role=admin`);
    }
    const tenant = (await sh("keystone tenant-list | awk '/ service / { print $2 }'")).trim();
    expect(tenant).toMatch(/^[0-9a-f]{32}$/);
    const roles = await sh(`keystone user-role-list --user nova --tenant-id ${tenant}`);
    expect(rowsOf(roles).map(([, name, , where]) => [name, where])).toEqual([["admin", tenant]]);
  });

  test("ID-14 service-create", async () => {
    const command =
      'keystone service-create --name=keystone --type=identity --description="OpenStack Identity"';
    expect(withoutIds(await sh(command))).toBe(
      `+-------------+----------------------------------+
|   Property  |              Value               |
+-------------+----------------------------------+
| description |        OpenStack Identity        |
|   enabled   |               True               |
|      id     | id1............................. |
|     name    |             keystone             |
|     type    |             identity             |
+-------------+----------------------------------+
`,
    );
  });

  test("ID-15 CL-13 endpoint-create, the service found by awk", async () => {
    const text = await sh(
      "keystone endpoint-create --service-id=$(keystone service-list | awk '/ identity / {print $2}')  --publicurl=http://controller:5000/v2.0  --internalurl=http://controller:5000/v2.0 --adminurl=http://controller:35357/v2.0",
    );
    const shown = withoutIds(text);
    expect(shown).toContain("|   adminurl  |   http://controller:35357/v2.0   |\n");
    expect(shown).toContain("| internalurl |   http://controller:5000/v2.0    |\n");
    expect(shown).toContain("|    region   |            regionOne             |\n");
    const serviceId = (await sh("keystone service-list | awk '/ identity / {print $2}'")).trim();
    expect(text).toContain(`|  service_id | ${serviceId} |\n`);
  });

  test("ID-02 ID-17 the endpoints as they were entered, over HTTP", async () => {
    await sh('keystone service-create --name=nova --type=compute   --description="OpenStack Compute"');
    await sh(
      "keystone endpoint-create   --service-id=$(keystone service-list | awk '/ compute / {print $2}')   --publicurl=http://controller:8774/v2/%\\(tenant_id\\)s   --internalurl='http://controller:8774/v2/$(tenant_id)s'   --adminurl=http://controller:8774/v2/%\\(tenant_id\\)s",
    );
    const text = await sh(
      'curl -s $OS_SERVICE_ENDPOINT/endpoints -H "x-auth-token: $OS_SERVICE_TOKEN" | python3 -m json.tool',
    );
    const compute = JSON.parse(text).endpoints.find((e: { publicurl: string }) =>
      e.publicurl.includes("8774"),
    );
    expect(compute).toMatchObject({
      publicurl: "http://controller:8774/v2/%(tenant_id)s",
      internalurl: "http://controller:8774/v2/$(tenant_id)s",
      adminurl: "http://controller:8774/v2/%(tenant_id)s",
      region: "regionOne",
      service_id: (await sh("keystone service-list | awk '/ compute / {print $2}'")).trim(),
    });
  });

  test("ID-13 ID-18 CL-07 lists of services and endpoints", async () => {
    const services = await sh("keystone service-list");
    expect(
      services
        .split("\n")[1]!
        .split("|")
        .map((cell) => cell.trim()),
    ).toEqual(["", "id", "name", "type", "description", ""]);
    expect(rowsOf(services).map(([, name, type, text]) => [name, type, text])).toEqual([
      ["keystone", "identity", "OpenStack Identity"],
      ["nova", "compute", "OpenStack Compute"],
    ]);
    expect(services).toContain(" |   nova   | compute  | OpenStack Compute  |\n");
    const head = (await sh("keystone endpoint-list | sed -n 2p")).split("|").map((cell) => cell.trim());
    expect(head).toEqual(["", "id", "region", "publicurl", "internalurl", "adminurl", ""]);
    expect(await sh("keystone endpoint-list | grep 35357")).toContain(
      "| regionOne |       http://controller:5000/v2.0       |",
    );
  });

  test("ID-19 a service is taken out of the cloud; deleting says nothing", async () => {
    await sh('keystone service-create --name quantum --type network --description "OpenStack Networking"');
    await sh(
      "keystone endpoint-create --service-id $(keystone service-list | awk '/ network / {print $2}') --publicurl http://controller:9696/ --adminurl http://controller:9696/  --internalurl http://controller:9696/",
    );
    expect(await sh("keystone endpoint-list | grep 9696")).toContain(" http://controller:9696/ ");
    expect(await sh("keystone endpoint-delete $(keystone endpoint-list | awk '/9696/ {print $2}')")).toBe("");
    expect(
      await sh("keystone service-delete $(keystone service-list | grep quantum | awk '{print $2}')"),
    ).toBe("");
    expect(await sh("keystone endpoint-list | grep 9696 || true")).toBe("");
    expect(await sh("keystone service-list | grep -c quantum || true")).toBe("0\n");
  });

  test("ID-05 a tenant that is not enabled lets nobody in", async () => {
    const text = await sh("keystone tenant-create --name=off --enabled false");
    expect(rowsOf(text)).toContainEqual(["enabled", "False"]);
    await sh(
      "keystone user-create --name=guest --pass=guest1 && keystone user-role-add --user=guest --tenant=off --role=_member_",
    );
    const login =
      "keystone --os-username=guest --os-password=guest1 --os-tenant-name=off --os-auth-url=$URL token-get";
    const env = { OS_SERVICE_TOKEN: "", URL: shell.env["OS_SERVICE_ENDPOINT"], OS_SERVICE_ENDPOINT: "" };
    const refused = await shell.try(login, { env });
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("(HTTP 401)")]);
    await sh("keystone tenant-update --enabled true off");
    expect((await shell.try(login, { env })).status).toBe(0);
  });

  test("ID-06 ID-21 as the user that was made: a token, the users", async () => {
    const env = { OS_SERVICE_TOKEN: "", URL: shell.env["OS_SERVICE_ENDPOINT"], OS_SERVICE_ENDPOINT: "" };
    const as = "keystone --os-username=admin --os-password=admin1 --os-auth-url=$URL";
    // The address in the catalog is the course's; here the service is elsewhere.
    await sh("keystone endpoint-delete $(keystone endpoint-list | awk '/35357/ {print $2}')");
    const unscoped = await shell.sh(`${as} token-get`, { env });
    expect(rowsOf(unscoped).map(([name]) => name)).toEqual(["expires", "id", "user_id"]);
    const scoped = await shell.sh(`${as} --os-tenant-name=admin token-get`, { env });
    expect(rowsOf(scoped).map(([name]) => name)).toEqual(["expires", "id", "tenant_id", "user_id"]);
    const users = await shell.sh(`${as} user-list`, { env });
    expect(
      users
        .split("\n")[1]!
        .split("|")
        .map((cell) => cell.trim()),
    ).toEqual(["", "id", "name", "enabled", "email", ""]);
    expect(rowsOf(users).map(([, name, enabled, email]) => [name, enabled, email])).toEqual([
      ["admin", "True", "admin@xxx.com"],
      ["glance", "True", "glance@xxx.com"],
      ["guest", "True", ""],
      ["neutron", "True", "neutron@xxx.com"],
      ["nova", "True", "nova@xxx.com"],
    ]);
  });
});

describe("a cloud that stands", () => {
  let folder: string;
  let stack: Stack;
  let shell: ProgramShell;
  let url: string;
  const sh = (script: string) => shell.sh(script);
  const exported = async (command: string) =>
    Object.fromEntries(
      [...(await shell.sh(command)).matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name, value]) => [
        name!,
        value!,
      ]),
    );

  beforeAll(async () => {
    folder = newFolder();
    stack = await Stack.up({ args: ["--set", "SERVICE_TOKEN=ADMIN"] });
    shell = new ProgramShell(stack.state, folder);
    url = await v2(shell);
    shell.env = await exported("$STACK openrc admin --v2");
  }, 60 * SECONDS);
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test("ID-29 ID-32 the variables of Folsom, read by source; a flag wins over them", async () => {
    const { OS_PASSWORD } = shell.env;
    const creds = `export OS_NO_CACHE=1
export SERVICE_TOKEN=ADMIN
export OS_TENANT_NAME=admin
export OS_USERNAME=admin
export OS_PASSWORD=${OS_PASSWORD}
export OS_AUTH_URL="${url}/"
`;
    writeFileSync(join(folder, "creds"), creds);
    const env = Object.fromEntries(Object.keys(shell.env).map((name) => [name, undefined]));
    const tenants = await shell.sh(". ./creds; keystone tenant-list", { env });
    expect(rowsOf(tenants).map(([, name]) => name)).toContain("admin");
    const wrong = await shell.try(". ./creds; keystone --os-password wrong tenant-list", { env });
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining("(HTTP 401)")]);
  });

  test("ID-30 ID-31 openrc files: one that asks, one in clear, each with the region", async () => {
    const clear = await exported("$STACK openrc demo --v2");
    expect(Object.keys(clear).sort()).toEqual(
      [
        "OS_AUTH_URL",
        "OS_IDENTITY_API_VERSION",
        "OS_NO_CACHE",
        "OS_PASSWORD",
        "OS_REGION_NAME",
        "OS_TENANT_NAME",
        "OS_USERNAME",
      ].sort(),
    );
    const { OS_PASSWORD: password, OS_REGION_NAME: region } = clear;
    const file = await sh("$STACK openrc demo --v2 --prompt");
    expect(file).not.toContain(password!);
    expect(file).toContain(`export OS_REGION_NAME=${region}\n`);
    expect(file).toContain("read -s OS_PASSWORD_INPUT\nexport OS_PASSWORD=$OS_PASSWORD_INPUT\n");
    writeFileSync(join(folder, "demo-openrc.sh"), file);
    const out = await shell.sh("source demo-openrc.sh; keystone token-get | awk '/ tenant_id / {print $4}'", {
      shell: "bash",
      env: Object.fromEntries(Object.keys(shell.env).map((name) => [name, undefined])),
      stdin: `${password}\n`,
    });
    const tenantId = /^export OS_TENANT_ID=(\w+)$/m.exec(file)![1];
    expect(out).toBe(`Please enter your OpenStack Password: \n${tenantId}\n`);
    const v3 = await sh("$STACK openrc demo --prompt");
    expect(v3).toContain(`export OS_PROJECT_ID=${tenantId}\n`);
  });

  test("ID-03 ID-09 ID-12 tenants, roles, and who has which where", async () => {
    const line = await sh("keystone tenant-list | grep demo");
    expect(line).toMatch(/^\| [0-9a-f]{32} \| +demo +\| +True +\|\n$/);
    expect(rowsOf(await sh("keystone role-list")).map(([, name]) => name)).toEqual(
      expect.arrayContaining(["admin", "member", "reader"]),
    );
    const tenant = (await sh("keystone tenant-list | awk '/ service / {print $2}'")).trim();
    const user = (await sh("keystone user-list | awk '/ glance / {print $2}'")).trim();
    const roles = rowsOf(await sh(`keystone user-role-list --tenant-id ${tenant} --user-id ${user}`));
    expect(roles.map(([, name, userId, tenantId]) => [name, userId, tenantId])).toContainEqual([
      "admin",
      user,
      tenant,
    ]);
  });

  describeWith("over HTTP", [program("curl"), program("jq")], () => {
    const request = `curl -s -X POST $URL/tokens -d '{"auth": {"passwordCredentials": {"username":"demo", "password":"'$PW'"}, "tenantName":"demo"}}' -H "Content-type: application/json"`;
    test("ID-22 ID-23 a token and its catalog, and the token in a variable", async () => {
      const env = { URL: url, PW: shell.env["OS_PASSWORD"] };
      const { access } = JSON.parse(await shell.sh(`${request} | jq .`, { env }));
      expect(access).toMatchObject({
        token: { id: expect.any(String), expires: expect.stringMatching(/Z$/) },
        user: { name: "demo" },
        serviceCatalog: expect.arrayContaining([expect.objectContaining({ type: "compute" })]),
      });
      const status = `TOKEN=\`${request} | jq -r .access.token.id\`; curl -s -o /dev/null -w '%{http_code}' -H "X-Auth-Token: $TOKEN" $URL/tenants`;
      expect(await shell.sh(status, { env })).toBe("200");
    });

    test("ID-24 the token on another service", async () => {
      const env = { URL: url, PW: shell.env["OS_PASSWORD"] };
      const servers = `A=\`${request}\`
TOKEN=$(echo "$A" | jq -r .access.token.id)
COMPUTE=$(echo "$A" | jq -r '.access.serviceCatalog[] | select(.type == "compute_legacy").endpoints[0].publicURL')
echo $COMPUTE | grep -q /v2/$(echo "$A" | jq -r .access.token.tenant.id)
curl -s -H "X-Auth-Token: $TOKEN" $COMPUTE/servers | jq -c .`;
      expect(await shell.sh(servers, { env })).toBe('{"servers":[]}\n');
    });
  });

  test("ID-17 ID-37 catalog: a table for each service, its addresses filled in", async () => {
    const tenant = (await sh("keystone token-get | awk '/ tenant_id / {print $4}'")).trim();
    const whole = await sh("keystone catalog");
    const services = [...whole.matchAll(/^Service: (\S+)$/gm)].map(([, type]) => type);
    expect(services).toEqual(expect.arrayContaining(["identity", "image", "compute", "volumev3"]));
    const volume = await sh("keystone catalog --service volumev3");
    expect(volume.split("\n")[0]).toBe("Service: volumev3");
    const rows = Object.fromEntries(rowsOf(volume) as [string, string][]);
    expect(Object.keys(rows)).toEqual(["adminURL", "id", "internalURL", "publicURL", "region"]);
    expect(rows["publicURL"]).toEndWith(`/volume/v3/${tenant}`);
    expect(await sh("keystone endpoint-get --service volumev3")).toContain(
      `| volumev3.publicURL | ${rows["publicURL"]} |`,
    );
    expect((await shell.try("keystone catalog --force-new-token")).status).toBe(2);
    expect(await sh("keystone --force-new-token --insecure catalog --service none")).toBe("");
  });

  test("ID-38 CL-14 db_sync and the like say nothing and may be repeated, also under su", async () => {
    const script =
      "keystone-manage db_sync && keystone-manage --config-dir etc/ db_sync && keystone-manage db_sync --expand";
    for (let i = 0; i < 2; i++)
      expect(await shell.try(script)).toEqual({ status: 0, stdout: "", stderr: "" });
    if (isRoot.met) {
      const su = await shell.try('su -s /bin/sh -c "keystone-manage db_sync" $(id -un)');
      expect(su).toEqual({ status: 0, stdout: "", stderr: "" });
    }
    expect((await shell.try("keystone-manage db_sync --check")).status).toBe(0);
    expect(
      (await shell.try("keystone-manage db_sync --check", { env: { STACK_STATE: join(folder, "none") } }))
        .status,
    ).toBe(2);
    const both = await shell.try("keystone-manage db_sync --check --expand");
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining("not allowed with argument")]);
  });

  test("ID-26 token_flush from cron, its log beside", async () => {
    const log = join(folder, "keystone-tokenflush.log");
    const entry = `@hourly keystone-manage token_flush >${log} 2>&1`;
    await sh(
      `TOKEN=$(keystone token-get | awk '/ id / {print $4}'); curl -s -X DELETE -H "X-Auth-Token: $TOKEN" ${url}/tokens/$TOKEN`,
    );
    const count = "mysql keystone -N -B -e 'select count(*) from revocation_event'";
    // An event of long ago, which no token can be asked about any more.
    await sh(
      "mysql keystone -e \"insert into revocation_event (audit_id, issued_before, revoked_at) values ('old', 1, 1)\"",
    );
    const before = Number(await sh(count));
    await sh(entry.replace("@hourly ", ""));
    expect(readFileSync(log, "utf8")).toBe("");
    expect(Number(await sh(count))).toBe(before - 1);
  });

  test("fernet_rotate reaches the running cloud; a token lives as long as its key", async () => {
    const token = (await sh("keystone token-get | awk '/ id / {print $4}'")).trim();
    const status = async () => (await fetch(`${url}/tenants`, { headers: { "x-auth-token": token } })).status;
    const keys = () => readdirSync(join(stack.state, "fernet-keys")).sort();
    expect(keys()).toEqual(["0", "1"]);
    expect(await status()).toBe(200);
    await sh("keystone-manage fernet_rotate --keystone-user $(id -un) --keystone-group $(id -gn)");
    expect([keys(), await status()]).toEqual([["0", "1", "2"], 200]);
    const newer = (await sh("keystone token-get | awk '/ id / {print $4}'")).trim();
    await sh("keystone-manage fernet_rotate");
    expect([keys(), await status()]).toEqual([["0", "2", "3"], 401]);
    const answer = await fetch(`${url}/tenants`, { headers: { "x-auth-token": newer } });
    expect(answer.status).toBe(200);
    await sh("keystone token-get");
    for (const name of keys()) expect(statSync(join(stack.state, "fernet-keys", name)).mode & 0o077).toBe(0);
  });

  test("MG-01 keystone-manage bootstrap goes past the API: the way back in after a lost password", async () => {
    await sh("keystone user-password-update --pass forgotten admin");
    expect((await shell.try("keystone token-get")).status).toBe(1);
    for (let i = 0; i < 2; i++) {
      expect(
        await shell.try(
          "keystone-manage bootstrap --bootstrap-password found --bootstrap-region-id RegionTwo --bootstrap-public-url http://controller:5000/v3/",
        ),
      ).toEqual({ status: 0, stdout: "", stderr: "" });
    }
    shell.env["OS_PASSWORD"] = "found";
    expect((await exported("$STACK openrc admin --v2"))["OS_PASSWORD"]).toBe("found");
    expect(await sh("keystone endpoint-list | grep -c RegionTwo")).toBe("1\n");
    const missing = await shell.try("keystone-manage bootstrap");
    expect([missing.status, missing.stdout]).toEqual([
      1,
      "ERROR: Either --bootstrap-password argument or OS_BOOTSTRAP_PASSWORD must be set.\n",
    ]);
  });

  test("MG-05 CL-16 the SQL shell of the guides", async () => {
    const statements = `CREATE DATABASE keystone;
GRANT ALL PRIVILEGES ON keystone.* TO 'keystone'@'localhost' IDENTIFIED BY 'keystone1';
GRANT ALL PRIVILEGES ON keystone.* TO 'keystone'@'%' IDENTIFIED BY 'keystone1';
exit
select 'never reached';
`;
    for (const command of ["mysql -u root -p", "mysql -uroot -p000000", "$STACK mysql -u root -p000000"]) {
      expect((await shell.sh(command, { stdin: statements })).replaceAll(/\d\.\d\d sec/g, "0.00 sec")).toBe(
        `Query OK, 1 row affected (0.00 sec)
Query OK, 0 rows affected (0.00 sec)
Query OK, 0 rows affected (0.00 sec)
`,
      );
    }
    const select =
      "use keystone; select name, description from project where name = 'invisible_to_admin'; select null";
    expect((await sh(`mysql -u root -psecret -e "${select}"`)).replaceAll(/\d\.\d\d sec/g, "0.00 sec")).toBe(
      `Database changed
+--------------------+-------------+
| name               | description |
+--------------------+-------------+
| invisible_to_admin |             |
+--------------------+-------------+
1 row in set (0.00 sec)
+------+
| null |
+------+
| NULL |
+------+
1 row in set (0.00 sec)
`,
    );
  });

  test("ID-28 the schema of the identity service can be seen", async () => {
    const tables = (await sh("mysql keystone -e 'show tables'")).split("\n");
    expect(tables[1]).toMatch(/^\| Tables_in_keystone +\|$/);
    for (const table of TABLES_OF_ICEHOUSE)
      expect(tables.map((row) => row.slice(2, -1).trim())).toContain(table);
    expect(tables.at(-2)).toMatch(/^\d+ rows in set \(\d\.\d\d sec\)$/);
    expect(await sh("mysql keystone -e 'describe role'")).toMatch(
      /^\| id +\| text +\| NO +\| PRI \| NULL +\|/m,
    );
  });

  test("the other verbs: users, tenants, roles", async () => {
    await sh("keystone user-create --name=eve --pass=eve1 --tenant=demo");
    expect(await sh("keystone user-update --email eve@xxx.com --enabled true eve")).toBe(
      "User has been updated.\n",
    );
    expect(await sh("keystone user-update eve")).toBe("User not updated, no arguments present.\n");
    const eve = Object.fromEntries(rowsOf(await sh("keystone user-get eve")) as [string, string][]);
    expect(eve).toMatchObject({ email: "eve@xxx.com", enabled: "True", name: "eve", username: "eve" });
    expect(eve["tenantId"]).toBe((await sh("keystone tenant-list | awk '/ demo / {print $2}'")).trim());
    expect(rowsOf(await sh("keystone user-list --tenant demo")).map(([, name]) => name)).toContain("eve");
    expect(await sh("keystone user-password-update --pass eve2 eve")).toBe("");
    const as = "keystone --os-username eve --os-tenant-name demo --os-password";
    expect(await sh(`${as} eve2 password-update --new-password eve3`)).toBe(
      "You should update the password you are using to authenticate to match your new password\n",
    );
    expect((await shell.try(`${as} eve2 token-get`)).status).toBe(1);
    await sh(`${as} eve3 token-get`);
    expect(await sh("keystone user-delete eve")).toBe("");

    await sh("keystone tenant-create --name lab --description one");
    expect(await sh("keystone tenant-update lab")).toBe("Tenant not updated, no arguments present.\n");
    expect(await sh("keystone tenant-update --description two --name labs lab")).toBe("");
    expect(rowsOf(await sh("keystone tenant-get labs"))).toEqual(
      expect.arrayContaining([
        ["description", "two"],
        ["name", "labs"],
      ]),
    );
    expect(await sh("keystone tenant-delete labs")).toBe("");

    await sh("keystone role-create --name observer");
    expect(rowsOf(await sh("keystone role-get observer"))).toContainEqual(["name", "observer"]);
    await sh("keystone user-role-add --user demo --role observer --tenant demo");
    expect(await sh("keystone user-role-remove --user demo --role observer --tenant demo")).toBe("");
    expect(await sh("keystone role-delete observer")).toBe("");
    expect(await sh("keystone role-list | grep -c observer || true")).toBe("0\n");
  });

  test("the other verbs: EC2 credentials, discover, bootstrap", async () => {
    const made = rowsOf(await sh("keystone ec2-credentials-create"));
    expect(made.map(([name]) => name)).toEqual(["access", "secret", "tenant_id", "trust_id", "user_id"]);
    const [access, secret] = [made[0]![1]!, made[1]![1]!];
    expect(rowsOf(await sh("keystone ec2-credentials-list"))).toContainEqual(["admin", access, secret]);
    expect(rowsOf(await sh(`keystone ec2-credentials-get --access ${access}`))).toContainEqual([
      "secret",
      secret,
    ]);
    const gone = "keystone ec2-credentials-delete --access";
    expect(await sh(`${gone} ${access}`)).toBe("Credential has been deleted.\n");
    expect(await sh(`${gone} ${access}`)).toStartWith("Unable to delete credential: ");
    const found = await sh("keystone discover");
    expect(found).toStartWith(`Keystone found at ${url}\n    - supports version v2.0 (`);
    expect(found).toContain("        - and OS-KSADM: OpenStack Keystone Admin\n");
    const nobody = await shell.try("keystone --os-auth-url http://127.0.0.1:1 discover");
    expect(nobody.stdout).toBe("No Keystone-compatible endpoint found\n");

    await sh("keystone bootstrap --user-name first --role-name chief --tenant-name base --pass one");
    const first = "keystone --os-username first --os-password one --os-tenant-name base user-role-list";
    // The role gives no right to look; that the user can log in is what was asked.
    expect((await shell.try(first)).stderr).toContain("(HTTP 403)");
  });

  describeWith("at a terminal", [program("script")], () => {
    const typed = async (command: string, input: string) =>
      (await shell.sh(`script -qec '${command}' /dev/null`, { stdin: input })).replaceAll("\r", "");

    test("a password that is missing is asked for", async () => {
      const { OS_PASSWORD } = shell.env;
      const out = await typed("env -u OS_PASSWORD keystone tenant-list", `${OS_PASSWORD}\n`);
      expect(out).toContain("OS Password: ");
      expect(out).toContain("|       admin        |");
    });

    test("MG-05 the SQL shell greets, prompts, shows boxes and goes with exit", async () => {
      const out = await typed("mysql -u root", "use keystone\nselect 1;\nselect\n2;\nnonsense;\nexit\n");
      expect(out).toContain("Welcome to the MariaDB monitor.  Commands end with ; or \\g.\n");
      expect(out).toContain("MariaDB [(none)]> ");
      expect(out).toContain("Database changed\n");
      expect(out).toContain("MariaDB [keystone]> ");
      expect(out).toMatch(
        /\+---\+\n\| 1 \|\n\+---\+\n\| {1,2}1 \|\n\+---\+\n1 row in set \(\d\.\d\d sec\)\n\n/,
      );
      expect(out).toContain("    -> ");
      expect(out).toContain("ERROR 1064 (42000)");
      expect(out).toEndWith("Bye\n");
    });
  });

  test("CL-02 CL-03 CL-04 version, help and debug of the program by its link", async () => {
    expect(await sh("keystone --version")).toMatch(/^\d+(\.\d+)+\n$/);
    expect(await sh("keystone -h")).toContain("\n    user-role-add         ");
    const { stderr } = await shell.try("keystone --debug role-get admin");
    expect(stderr).toMatch(/REQ: curl -i -X GET http:\S+\/OS-KSADM\/roles\/admin /);
    expect(stderr).toMatch(/RESP: \[200\] .*\nRESP BODY: \{"role":/);
  });

  test("CL-15 an unknown name is an error; CL-07 nova-manage has bare columns", async () => {
    const nobody = await shell.try("keystone user-delete nobody");
    expect([nobody.status, nobody.stderr]).toEqual([1, "No user with a name or ID of 'nobody' exists.\n"]);
    expect(await sh("nova-manage service list")).toMatch(/^nova-compute +\S+ +nova +enabled +:-\) +\d{4}-/m);
  });
});

const TABLES_OF_ICEHOUSE =
  "assignment credential domain endpoint group migrate_version policy project region role service token trust trust_role user user_group_membership".split(
    " ",
  );

describe("before a cloud was ever started", () => {
  let folder: string;
  let shell: ProgramShell;
  beforeAll(() => {
    folder = newFolder();
    shell = new ProgramShell(join(folder, "state"), folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("ID-38 db_sync makes keystone.db, bootstrap fills it, and the cloud goes on from there", async () => {
    await shell.sh("keystone-manage --config-dir etc/ db_sync");
    expect(existsSync(join(folder, "state", "keystone.db"))).toBe(true);
    expect(statSync(join(folder, "state")).mode & 0o777).toBe(0o700);
    expect(
      (await shell.try("keystone-manage bootstrap", { env: { OS_BOOTSTRAP_PASSWORD: "mine" } })).status,
    ).toBe(0);
    await shell.sh("$STACK up --detach --port 0 --driver fake");
    try {
      const login = 'eval "$($STACK openrc admin --v2)"';
      expect(await shell.sh(`${login}; echo $OS_PASSWORD`)).toBe("mine\n");
      const tenants = await shell.sh(`${login}; keystone tenant-list`);
      expect(rowsOf(tenants).map(([, name]) => name)).toEqual(["admin", "service"]);
      expect(await shell.sh(`${login}; keystone user-list | grep -c ' nova '`)).toBe("1\n");
    } finally {
      await shell.sh("$STACK down");
    }
  }, 60_000);

  test("MG-02 the schema of every service, once and again, without a word", async () => {
    const elsewhere = { STACK_STATE: join(folder, "schemas") };
    const script =
      "for i in 1 2; do keystone-manage db_sync && glance-manage db_sync && nova-manage db sync && nova-manage api_db sync && cinder-manage db sync || exit 1; done";
    expect(await shell.try(script, { env: elsewhere })).toEqual({ status: 0, stdout: "", stderr: "" });
    const made = await shell.sh("mysql -N -B -e 'show databases'", { env: elsewhere });
    expect(made.split("\n")).toEqual(expect.arrayContaining(["cinder", "glance", "keystone", "nova"]));
    expect(await shell.sh("mysql nova -N -B -e 'show tables'", { env: elsewhere })).toMatch(/^instances$/m);
    await shell.sh("$STACK up --detach --port 0 --driver fake && $STACK down", { env: elsewhere });
    expect((await shell.try("cinder-manage nonsense")).status).toBe(2);
  }, 60_000);

  test("ID-27 pki_setup writes an authority and a certificate that it has signed", async () => {
    if (Bun.which("openssl") === null) return;
    const ssl = join(folder, "ssl");
    const setup = `keystone-manage pki_setup --keystone-user $(id -un) --keystone-group $(id -gn) --ssl-dir ${ssl}`;
    expect(await shell.sh(setup)).toBe("");
    expect(await shell.sh(`openssl verify -CAfile ${ssl}/certs/ca.pem ${ssl}/certs/signing_cert.pem`)).toBe(
      `${ssl}/certs/signing_cert.pem: OK\n`,
    );
    expect(await shell.sh(`openssl rsa -in ${ssl}/private/signing_key.pem -check -noout`)).toContain("ok");
    expect(await shell.sh(setup)).toStartWith("The following cert files already exist, use --rebuild");
    expect(await shell.sh(`${setup} --rebuild`)).toBe("");
    expect(await shell.sh(`chmod -R o-rwx ${ssl}; ls ${ssl}`)).toBe("certs\nprivate\n");
  });

  test("create_jws_keypair writes into the current folder, and over nothing", async () => {
    await shell.sh("keystone-manage create_jws_keypair");
    expect(readFileSync(join(folder, "public.pem"), "utf8")).toStartWith("-----BEGIN PUBLIC KEY-----\n");
    expect(statSync(join(folder, "private.pem")).mode & 0o777).toBe(0o600);
    const again = await shell.try("keystone-manage create_jws_keypair");
    expect([again.status, again.stderr]).toEqual([1, `Private key ${folder}/private.pem already exists\n`]);
    await shell.sh("keystone-manage create_jws_keypair --force");
  });

  test("what is wrong is told, without a stack", async () => {
    const cases: [string, number, RegExp][] = [
      ["keystone-manage", 2, /too few arguments/],
      ["keystone-manage nonsense", 2, /invalid choice: 'nonsense'/],
      ["keystone-manage mapping_purge", 1, /^At least one option must be provided\n$/],
      ["keystone-manage saml_idp_metadata", 1, /no SAML identity provider/],
      [`STACK_STATE=${folder}/no keystone-manage fernet_rotate`, 1, /key_repository does not exist/],
      [`STACK_STATE=${folder}/no mysql -e 'show databases'`, 1, /there is no cloud in/],
      ["mysql --nonsense", 2, /unknown option '--nonsense'/],
      ["nova-manage nonsense list", 2, /nova-manage service list/],
    ];
    for (const [command, status, message] of cases) {
      const outcome = await shell.try(command);
      expect([command, outcome.status, outcome.stderr]).toEqual([
        command,
        status,
        expect.stringMatching(message),
      ]);
      expect(outcome.stderr).not.toContain("    at ");
    }
    expect(
      (await shell.try("keystone-manage doctor", { env: { KEYSTONE_PASSWORD_REGEX: "(" } })).status,
    ).toBe(1);
  });
});

describeWith("on the customary ports", [isRoot, program("unshare"), program("curl"), program("ip")], () => {
  let folder: string;
  let shell: ProgramShell;
  beforeAll(() => {
    folder = newFolder();
    shell = new ProgramShell(join(folder, "state"), folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const alone = (script: string) => shell.sh(`unshare -n sh -ec '${script}'`);

  test("ID-38 ID-22 keystone-all is one process on both ports, with nothing but what was put there", async () => {
    const out = await alone(`ip link set lo up
keystone-manage --config-dir etc/ db_sync
keystone-all --config-dir etc/ --set SERVICE_TOKEN=ADMIN > all.log 2>&1 &
until curl -s -o /dev/null http://127.0.0.1:35357/v2.0; do sleep 0.1; done
export SERVICE_TOKEN=ADMIN SERVICE_ENDPOINT=http://127.0.0.1:35357/v2.0
keystone user-list
keystone tenant-create --name=one >/dev/null
curl -s -H "X-Auth-Token: ADMIN" http://127.0.0.1:5000/v2.0/tenants?name=one
kill $!
wait`);
    expect(out).toStartWith("\n{");
    expect(JSON.parse(out.trim())).toMatchObject({ tenant: { name: "one" } });
  }, 60_000);

  test("keystone-all goes to the background as the whole cloud does", async () => {
    const out = await alone(`ip link set lo up
export STACK_STATE=${folder}/detached
keystone-all --detach --set SERVICE_TOKEN=ADMIN >/dev/null
$STACK status --json
SERVICE_TOKEN=ADMIN SERVICE_ENDPOINT=http://127.0.0.1:35357/v2.0 keystone service-list
$STACK down >/dev/null`);
    const { services } = JSON.parse(out.slice(0, out.lastIndexOf("}") + 1));
    expect(services.map((service: { window: string }) => service.window)).toEqual(["key"]);
    expect(out.slice(out.lastIndexOf("}") + 1).trim()).toBe("");
  }, 60_000);

  test("ID-20 the endpoints of a new cloud", async () => {
    const out = await alone(`ip link set lo up
export STACK_STATE=${folder}/whole
$STACK up --detach --driver fake >/dev/null
eval "$($STACK openrc admin --v2)"
keystone endpoint-list
$STACK down >/dev/null`);
    const rows = rowsOf(out).map(([, , publicUrl, internalUrl, adminUrl]) => [
      publicUrl,
      internalUrl,
      adminUrl,
    ]);
    const all = (at: string) => [at, at, at].map((rest) => `http://127.0.0.1:${rest}`);
    expect(rows).toContainEqual(["5000", "5000", "35357"].map((port) => `http://127.0.0.1:${port}`));
    expect(rows).toContainEqual(all("9292"));
    expect(rows).toContainEqual(all("8774/v2.1"));
    expect(rows).toContainEqual(all("8776/v3/$(project_id)s"));
    expect(rows).toContainEqual(all("8080/v1/AUTH_$(project_id)s"));
  }, 60_000);
});

test("the programs start without loading the cloud", async () => {
  const started = Bun.nanoseconds();
  const child = Bun.spawn([BINARY, "keystone", "--version"], { stdout: "ignore" });
  await child.exited;
  const { cpuTime } = child.resourceUsage()!;
  expect(Bun.nanoseconds()).toBeGreaterThan(started);
  // Time on the processor, which others on the machine do not lengthen much.
  expect(Number(cpuTime.total) / 1000).toBeLessThan(100);
});
