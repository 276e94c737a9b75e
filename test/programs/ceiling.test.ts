// The ceiling of the compute API decides what of 2013 is left for clients that ask for the newest version; the `nova` of the
// time asks for none, and has it all. And what the programs' documentation says of their verbs.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { ROOT, run, Stack } from "../support/stack.ts";
import { ProgramShell } from "./shell.ts";

const SECONDS = 1000;
setDefaultTimeout(60 * SECONDS);

interface Cloud {
  stack: Stack;
  shell: ProgramShell;
  folder: string;
  compute: string;
  token: string;
}

async function cloudOf(settings: readonly string[]): Promise<Cloud> {
  const folder = mkdtempSync(join(tmpdir(), "stack-programs-"));
  const stack = await Stack.up({ args: settings.flatMap((setting) => ["--set", setting]) });
  const shell = new ProgramShell(stack.state, folder);
  const text = await shell.sh("$STACK openrc admin --v2");
  shell.env = Object.fromEntries(
    [...text.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name, value]) => [name!, value!]),
  );
  const { OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_TENANT_NAME } = shell.env;
  const answer = await fetch(`${OS_AUTH_URL}/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      auth: {
        tenantName: OS_TENANT_NAME,
        passwordCredentials: { username: OS_USERNAME, password: OS_PASSWORD },
      },
    }),
  });
  const token = ((await answer.json()) as { access: { token: { id: string } } }).access.token.id;
  return { stack, shell, folder, compute: OS_AUTH_URL!.replace(/\/identity.*$/, "/compute/v2.1"), token };
}

async function end({ stack, folder }: Cloud): Promise<void> {
  await stack[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}

/** @returns status and body */
async function ask(cloud: Cloud, version: string, path: string, body?: unknown) {
  const answer = await fetch(`${cloud.compute}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      "x-auth-token": cloud.token,
      "content-type": "application/json",
      "x-openstack-nova-api-version": version,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads it compares
  return { status: answer.status, body: (await answer.json()) as any };
}

async function activeServer({ shell }: Cloud, name: string): Promise<string> {
  await shell.sh(
    `head -c 4096 /dev/urandom | glance image-create --name tiny --is-public true --container-format bare --disk-format raw > /dev/null && nova boot --flavor 1 --image tiny --poll ${name} > /dev/null`,
  );
  return (await shell.sh(`nova list | awk '/ ${name} / {print $2}'`)).trim();
}

describeWith("the ceiling", [program("openstack"), program("nova")], () => {
  let newest: Cloud;
  let old: Cloud;
  beforeAll(async () => {
    [newest, old] = await Promise.all([cloudOf([]), cloudOf(["COMPUTE_API_MAX_MICROVERSION=2.35"])]);
  });
  afterAll(async () => {
    await Promise.all([end(newest), end(old)]);
  });

  test.each([
    ["2.35", "2.36", "/images"],
    ["2.35", "2.36", "/os-networks"],
    ["2.35", "2.36", "/os-security-groups"],
    ["2.35", "2.36", "/os-floating-ips"],
    ["2.42", "2.43", "/os-hosts"],
  ])("CL-18 until %s, and from %s no more: %s", async (last, first, path) => {
    expect((await ask(newest, last, path)).status).toBe(200);
    expect((await ask(newest, first, path)).status).toBe(404);
    expect((await ask(old, "2.35", path)).status).toBe(200);
  });

  test("CL-18 the flavor of a server, diagnostics, files, keys", async () => {
    const id = await activeServer(newest, "one");
    const flavor = async (version: string) =>
      Object.keys((await ask(newest, version, `/servers/${id}`)).body.server.flavor);
    expect(await flavor("2.46")).toEqual(["id", "links"]);
    expect(await flavor("2.47")).toContain("original_name");
    const diagnostics = async (version: string) =>
      (await ask(newest, version, `/servers/${id}/diagnostics`)).body;
    expect(await diagnostics("2.47")).toHaveProperty("vda_read_req");
    expect(await diagnostics("2.48")).toHaveProperty("cpu_details");
    const image = (await newest.shell.sh("nova image-list | awk '/ tiny / {print $2}'")).trim();
    const server = {
      name: "filed",
      imageRef: image,
      flavorRef: "1",
      networks: "none",
      personality: [{ path: "/etc/banner", contents: btoa("welcome") }],
    };
    expect((await ask(newest, "2.56", "/servers", { server })).status).toBe(202);
    expect((await ask(newest, "2.57", "/servers", { server })).status).toBe(400);
    const made = await ask(newest, "2.91", "/os-keypairs", { keypair: { name: "a" } });
    expect(made.body.keypair.private_key).toContain("PRIVATE KEY");
    expect((await ask(newest, "2.92", "/os-keypairs", { keypair: { name: "b" } })).status).toBe(400);
  });

  test("CL-18 a low ceiling is published, and a client of today keeps to it", async () => {
    const version = async (cloud: Cloud) => (await ask(cloud, "2.1", "/")).body.version.version;
    expect([await version(newest), await version(old)]).toEqual([expect.stringMatching(/^2\.9\d$/), "2.35"]);
    expect((await ask(old, "2.36", "/servers")).status).toBe(406);
    // Debian's nova asks for the newest version that both know.
    const key = async (cloud: Cloud) => run(["nova", "keypair-add", "today"], { env: cloud.stack.adminEnv });
    expect((await key(newest)).stdout).not.toContain("PRIVATE KEY");
    expect((await key(old)).stdout).toContain("PRIVATE KEY");
    expect((await run(["nova", "host-list"], { env: newest.stack.adminEnv })).status).not.toBe(0);
    await activeServer(old, "two");
    writeFileSync(join(old.folder, "banner"), "welcome\n");
    const boot = [
      "nova",
      "boot",
      "--flavor",
      "1",
      "--image",
      "tiny",
      "--file",
      `/etc/banner=${old.folder}/banner`,
      "three",
    ];
    const booted = await run(boot, { env: old.stack.adminEnv });
    expect([booted.status, booted.stderr]).toEqual([0, expect.not.stringContaining("ERROR")]);
  });

  test("glance on a cloud that has only version 2 of the image API", async () => {
    const { shell } = newest;
    const sh = (script: string) => shell.sh(script);
    writeFileSync(join(newest.folder, "data"), "some data that is no disk");
    const text = await sh(
      "glance image-create --name v2 --is-public true --is-protected True --container-format bare --disk-format raw --min-ram 64 --property os=linux < data",
    );
    for (const row of [
      "is_public        | True ",
      "protected        | True ",
      "min_ram          | 64 ",
      "status           | active ",
      "deleted          | False ",
      "Property 'os'    | linux ",
    ]) {
      expect(text).toContain(`| ${row}`);
    }
    expect(text).toMatch(/\| created_at {7}\| \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d +\|/);
    const refused = await sh("glance image-delete v2");
    expect(refused).toContain("403 Forbidden");
    const updated = await sh("glance image-update v2 --is-protected False --purge-props --property a=b");
    expect(updated).toContain("| Property 'a'     | b ");
    expect(updated).not.toContain("Property 'os'");
    expect(await sh("glance image-download v2 | cmp - data && glance index name=v2 | grep -c raw")).toBe(
      "1\n",
    );
    const tenant = (await sh("keystone tenant-list | awk '/ demo / {print $2}'")).trim();
    await sh(`glance image-update v2 --is-public False && glance member-create v2 ${tenant}`);
    const id = (await sh("glance image-list | awk '/ v2 / {print $2}'")).trim();
    expect(await sh(`glance member-list --image-id ${id}`)).toContain(tenant);
    const member = await shell.try(`glance member-list --tenant-id ${tenant}`);
    expect([member.status, member.stderr]).toEqual([1, expect.stringContaining("version 1 of its API")]);
    expect(await sh("glance image-delete v2")).toBe("");
    const added = await sh("glance add name=old disk_format=raw container_format=bare os=linux < data");
    const old = added.trim().split(" ").pop();
    expect(await sh(`glance update ${old} name=older os=unix`)).toBe(`Updated image ${old}\n`);
    expect(await sh(`glance show ${old}`)).toMatch(/^Name: older$[\s\S]*^Property 'os': unix$/m);
    await sh(`glance -f delete ${old}`);
  });

  test("CL-18 the nova of the time has it all, whatever the ceiling", async () => {
    for (const { shell } of [newest, old]) {
      for (const verb of [
        "image-list",
        "network-list",
        "secgroup-list",
        "floating-ip-list",
        "host-list",
        "diagnostics $(nova list | awk '/ACTIVE/ {print $2}' | head -1)",
        "keypair-add of-the-time",
      ]) {
        expect(await shell.sh(`nova ${verb}`)).not.toBe("");
      }
      expect(await shell.sh("nova show $(nova list | awk '/ACTIVE/ {print $2}' | head -1)")).toContain(
        "m1.tiny (1)",
      );
    }
  });
});

describe("the verbs", () => {
  const docs = readFileSync(join(ROOT, "docs/programs.md"), "utf8");
  const listed = (heading: string) =>
    new RegExp(`^\`\`\`verbs ${heading}\n([^\`]*)^\`\`\``, "m").exec(docs)![1]!.trim().split(/\s+/).sort();

  test("CL-19 help prints every verb, and the documentation names them all", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-programs-"));
    const shell = new ProgramShell(folder, folder);
    const helped = async (command: string) => {
      const rows = [...(await shell.sh(command)).matchAll(/^ {4}([a-z][a-z0-9-]*)(?: |$)/gm)];
      return rows.map(([, name]) => name!).filter((name) => name !== "help" && name !== "bash-completion");
    };
    try {
      expect((await helped("nova help")).sort()).toEqual(listed("nova"));
      expect((await helped("glance help")).sort()).toEqual(listed("glance"));
      expect((await helped("glance --os-image-api-version 2 help")).sort()).toEqual(listed("glance 2"));
      expect(listed("nova").length).toBeGreaterThan(158);
      for (const verb of await helped("keystone help")) {
        const [noun, ...rest] = verb.split("-");
        expect(docs).toMatch(new RegExp(`\`${noun}(-[a-z0-9-]*)?[^\`]*${rest.at(-1) ?? ""}`));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
