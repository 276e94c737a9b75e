// `nova` and `glance` as the courses use them: their own commands and pipelines, through a shell, with links to the
// binary. The commands are those of the guides, word for word, where a name stands for what they leave open.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../support/stack.ts";
import { ProgramShell, rowsOf } from "./shell.ts";

const SECONDS = 1000;
const HOSTS = ["cloud.example.com", "c01.example.com", "c02.example.com"];
const IMAGE_BYTES = 65_536;

setDefaultTimeout(60 * SECONDS);

let folder: string;
let stack: Stack;
let shell: ProgramShell;
const sh = (script: string, options: Parameters<ProgramShell["sh"]>[1] = {}) => shell.sh(script, options);
const folsom = (script: string) => sh(script, { env: { STACK_CLIENT_RELEASE: "folsom" } });

/** `export A=b` lines. */
function exported(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name, value]) => [name!, value!]),
  );
}

function headOf(table: string): string[] {
  const line = table.split("\n").find((text) => text.startsWith("|")) ?? "";
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const propertiesOf = (table: string) => Object.fromEntries(rowsOf(table)) as Record<string, string>;

/** Waits for a server to be in a state that `nova list` shows. */
async function until(server: string, status: string): Promise<void> {
  const state = async () => (await sh(`nova list --all-tenants | awk '/ ${server} / {print $6}'`)).trim();
  for (let tries = 0; (await state()) !== status; tries++) {
    if (tries > 60) throw new Error(`${server} is ${await state()}, not ${status}`);
    await Bun.sleep(200);
  }
}

async function untilVolume(name: string, status: string): Promise<void> {
  const state = async () => (await sh(`nova volume-list | awk '/ ${name} / {print $4}'`)).trim();
  for (let tries = 0; (await state()) !== status; tries++) {
    if (tries > 60) throw new Error(`${name} is ${await state()}, not ${status}`);
    await Bun.sleep(200);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stack-programs-"));
  const settings = [
    "GLANCE_V1=True",
    "GLANCE_SHOW_MULTIPLE_LOCATIONS=True",
    "GLANCE_IMPORT_ALLOWED_HOSTS=127.0.0.1",
    "GLANCE_IMPORT_ALLOWED_PORTS=",
    `FAKE_HOSTS=${HOSTS.map((host) => `${host}:16:65536`).join(" ")}`,
    "QUOTA_CORES=-1",
    "QUOTA_RAM=-1",
  ];
  // The images are the tests' own.
  const own = [...settings, "GUEST_IMAGE_DIR=/nonexistent"];
  stack = await Stack.up({ args: own.flatMap((setting) => ["--set", setting]) });
  shell = new ProgramShell(stack.state, folder);
  shell.env = exported(await shell.sh("$STACK openrc admin --v2"));
  for (const file of [
    "cirros-0.3.0-x86_64-disk.img",
    "cirros-0.3.2-x86_64-disk.img",
    "precise-server-cloudimg-amd64-disk1.img",
  ]) {
    // The simulated driver asks for a qcow2 that is one: its magic, version 2, an empty size.
    const header = Buffer.alloc(IMAGE_BYTES);
    header.writeUInt32BE(0x514649fb, 0);
    header.writeUInt32BE(2, 4);
    header.writeUInt32BE(16, 20);
    header.writeBigUInt64BE(1_048_576n, 24);
    writeFileSync(join(folder, file), header);
  }
});

afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe("glance", () => {
  test("IM-01 CL-11 the upload of the first guide, property by property", async () => {
    const text = await sh(
      "glance image-create --name NimbulaTest --is-public true --container-format bare --disk-format qcow2 < cirros-0.3.0-x86_64-disk.img",
    );
    const { id, owner, checksum, created_at, updated_at, ...rest } = propertiesOf(text);
    expect(rest).toEqual({
      container_format: "bare",
      deleted: "False",
      deleted_at: "None",
      disk_format: "qcow2",
      is_public: "True",
      min_disk: "0",
      min_ram: "0",
      name: "NimbulaTest",
      protected: "False",
      size: String(IMAGE_BYTES),
      status: "active",
      virtual_size: "1048576",
    });
    expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect([id, owner, checksum]).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    expect(text).toContain(`| size             | ${IMAGE_BYTES} `);
  });

  test("IM-03 `=` and blanks, true and True, a name with a blank", async () => {
    const text = await sh(
      "glance image-create --name='cirros image' --is-public=true --container-format=bare --disk-format=qcow2 < cirros-0.3.0-x86_64-disk.img",
    );
    expect(propertiesOf(text)).toMatchObject({ name: "cirros image", is_public: "True", status: "active" });
  });

  test("IM-02 --progress: a line for the bar, then the table", async () => {
    const text = await sh(
      'glance image-create --name "cirros-0.3.2-x86_64" --disk-format qcow2 --container-format bare --is-public True --progress < cirros-0.3.2-x86_64-disk.img',
    );
    expect(text).toStartWith("\n+--");
    expect(propertiesOf(text)["status"]).toBe("active");
  });

  test("IM-06 add, of the time before", async () => {
    const text = await sh(
      'glance add name="Ubuntu12.04-amd64" is_public=true container_format=ovf disk_format=qcow2 < precise-server-cloudimg-amd64-disk1.img',
    );
    expect(text).toMatch(/^Added new image with ID: [0-9a-f-]{36}\n$/);
    expect(await sh("glance image-list | grep Ubuntu")).toContain("| ovf              |");
  });

  test("IM-07 image-list and a pipeline", async () => {
    expect(headOf(await sh("glance image-list"))).toEqual([
      "ID",
      "Name",
      "Disk Format",
      "Container Format",
      "Size",
      "Status",
    ]);
    expect(rowsOf(await sh("glance image-list | grep 'cirros'; true")).length + 1).toBe(2);
  });

  test("IM-08 index and details", async () => {
    const index = (await sh("glance index")).split("\n");
    expect(index[0]).toBe(
      "ID                                   Name                           Disk Format          Container Format     Size          ",
    );
    expect(index[1]).toBe([36, 30, 20, 20, 14].map((width) => "-".repeat(width)).join(" "));
    expect(index.filter((line) => line.includes("qcow2"))).toHaveLength(4);
    const details = await sh("glance details");
    expect(details.match(/^={80}$/gm)).toHaveLength(5);
    expect(details).toContain("Public: Yes\nProtected: No\nName: NimbulaTest\nStatus: active\n");
  });

  test("IM-09 image-show: own properties come first", async () => {
    const kernel = "37f6a1e3-810b-481b-8ef5-d5ac16e6b3ca";
    await sh(`glance image-update NimbulaTest --property kernel_id=${kernel}`);
    const names = rowsOf(await sh("glance image-show NimbulaTest")).map(([name]) => name);
    expect(names.slice(0, 2)).toEqual(["Property 'kernel_id'", "checksum"]);
  });

  test("IM-11 image-update keeps properties unless they are purged", async () => {
    const own = async (script: string) =>
      rowsOf(await sh(script))
        .filter(([name]) => name!.startsWith("Property"))
        .map(([name]) => name);
    await sh("glance image-update NimbulaTest --property hw_disk_bus=scsi --property hw_vif_model=e1000");
    expect(await own("glance image-update NimbulaTest --min-ram 64 --property a=b")).toEqual([
      "Property 'a'",
      "Property 'hw_disk_bus'",
      "Property 'hw_vif_model'",
      "Property 'kernel_id'",
    ]);
    expect(await own("glance image-update NimbulaTest --purge-props --property c=d")).toEqual([
      "Property 'c'",
    ]);
  });

  test("IM-14 --os-image-api-version=2 shows where the data is", async () => {
    const id = (await sh("glance image-list | awk '/ NimbulaTest / {print $2}'")).trim();
    const text = await sh(`glance --os-image-api-version=2 image-show ${id}`);
    expect(propertiesOf(text)["locations"]).toContain("file://");
    expect(headOf(await sh("glance --os-image-api-version=2 image-list"))).toEqual(["ID", "Name"]);
  });

  test("IM-17 IM-10 a protected image stays; image-delete says nothing", async () => {
    await sh("glance image-update 'cirros image' --is-protected True");
    const refused = await sh("glance image-delete 'cirros image'");
    expect(refused).toContain("403 Forbidden");
    expect(refused).toContain(": Unable to delete image cirros image\n");
    await sh("glance image-update 'cirros image' --is-protected False");
    expect(await sh("glance image-delete 'cirros image'")).toBe("");
    const gone = await shell.try("glance image-show 'cirros image'");
    expect([gone.status, gone.stderr]).toEqual([1, "No image with a name or ID of 'cirros image' exists.\n"]);
  });

  test("IM-04 IM-19 --copy-from returns at once; the data comes later", async () => {
    const data = await Bun.file(join(folder, "cirros-0.3.2-x86_64-disk.img")).bytes();
    const release = Promise.withResolvers<void>();
    // Half of it at once, the rest when it is told to.
    async function* slowly() {
      yield data.slice(0, IMAGE_BYTES / 2);
      await release.promise;
      yield data.slice(IMAGE_BYTES / 2);
    }
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 60,
      fetch: ({ method }) => new Response(method === "GET" ? (slowly() as never) : data),
    });
    const url = `http://127.0.0.1:${server.port}/cirros-0.3.2-x86_64-disk.img`;
    const text = await sh(
      `glance image-create --name="copied" --disk-format=qcow2 --container-format=bare --is-public=true --copy-from ${url}`,
    );
    expect(propertiesOf(text)).toMatchObject({
      status: "queued",
      checksum: "None",
      size: String(IMAGE_BYTES),
      virtual_size: "None",
    });
    const status = async () => (await sh("glance image-list | grep ' copied '")).split("|")[6]!.trim();
    for (let tries = 0; (await status()) !== "saving" && tries < 60; tries++) await Bun.sleep(100);
    expect(await status()).toBe("saving");
    release.resolve();
    for (let tries = 0; (await status()) !== "active" && tries < 60; tries++) await Bun.sleep(100);
    expect(await status()).toBe("active");
    await sh("glance image-delete copied");
  });

  test("members: who else may use an image", async () => {
    const tenant = (await sh("keystone tenant-list | awk '/ demo / {print $2}'")).trim();
    const id = (await sh("glance image-list | awk '/ NimbulaTest / {print $2}'")).trim();
    await sh(`glance image-update ${id} --is-public False`);
    expect(await sh(`glance member-create ${id} ${tenant} --can-share`)).toBe("");
    expect(await sh(`glance member-list --image-id ${id}`)).toContain(`| ${id} | ${tenant} | True      |\n`);
    expect(await sh(`glance image-members ${id}`)).toBe(`${tenant} *\n\n(*: Can share image)\n`);
    expect(await sh(`glance member-images ${tenant}`)).toContain(`${id} *\n`);
    expect(await sh(`glance member-delete ${id} ${tenant}`)).toBe("");
    await sh(`glance image-update ${id} --is-public True`);
  });

  test("update and show by their old names; delete asks, --force does not", async () => {
    const id = (
      await sh(
        "glance add name=old is_public=false disk_format=raw container_format=bare os=linux < /dev/null",
      )
    )
      .trim()
      .split(" ")
      .pop();
    expect(await sh(`glance update ${id} name=older os=unix`)).toBe(`Updated image ${id}\n`);
    expect(await sh(`glance show ${id}`)).toMatch(/^Name: older$/m);
    expect(await sh(`glance show ${id}`)).toMatch(/^Property 'os': unix$/m);
    expect((await shell.try(`glance delete ${id}`)).stdout).toBe(`Not deleting image ${id}\n`);
    expect(await sh(`glance --force delete ${id}`)).toBe("");
    expect(await sh("glance index name=older | grep -c older || true")).toBe("0\n");
  });

  test("image-download, to a file and through a pipe", async () => {
    await sh(
      "glance image-download NimbulaTest --file copy.img && cmp copy.img cirros-0.3.0-x86_64-disk.img",
    );
    await sh("glance image-download NimbulaTest | cmp - cirros-0.3.0-x86_64-disk.img");
  });

  test("the cache: queued, cached, deleted", async () => {
    expect(await sh("glance-cache-manage list-cached")).toBe("No cached images.\n");
    const id = (await sh("glance image-list | awk '/ NimbulaTest / {print $2}'")).trim();
    expect(await sh(`glance-cache-manage queue-image ${id}`)).toBe(""); // not confirmed
    expect(await sh(`glance-cache-manage -v -f queue-image ${id} | head -1`)).toBe(
      `Queued image ${id} for caching\n`,
    );
    let cached = "";
    for (let tries = 0; !cached.includes(id) && tries < 60; tries++) {
      await Bun.sleep(100);
      cached = await sh("glance-cache-manage list-cached");
    }
    expect(cached).toStartWith("Found 1 cached images...\n+--");
    expect(rowsOf(cached)[0]![0]).toBe(id);
    expect(await sh("glance-cache-manage list-queued")).toBe("No queued images.\n");
    expect(await sh(`glance-cache-manage -f delete-cached-image ${id}`)).toBe("");
    expect(await sh("glance-cache-manage -f -v delete-all-cached-images | head -1")).toBe(
      "Deleted 0 cached images\n",
    );
    const wrong = await shell.try("glance-cache-manage queue-image abc");
    expect([wrong.status, wrong.stdout]).toEqual([1, "Image ID 'abc' is not a valid UUID.\n"]);
    expect((await shell.try("glance-cache-manage nonsense")).stderr).toBe("Unknown command: nonsense\n");
  });

  test("IM-15 help: the verbs, the options of one", async () => {
    const help = await sh("glance help");
    for (const verb of ["image-create", "image-list", "add", "index", "details", "member-create"]) {
      expect(help).toMatch(new RegExp(`^    ${verb} `, "m"));
    }
    const create = await sh("glance help image-create");
    for (const option of ["--name", "--copy-from", "--is-public", "--property", "--human-readable"]) {
      expect(create).toContain(option);
    }
  });
});

describe("nova, as the guides of Folsom show it", () => {
  const boot =
    "IMAGE=$(nova image-list | awk '/Ubuntu12.04/ {print $2}'); nova boot --flavor 2 --key_name xae --image $IMAGE bosh-cli";

  test("a key, a server, and its list", async () => {
    await sh("nova keypair-add xae > xae.priv");
    expect(await sh("head -1 xae.priv")).toBe("-----BEGIN RSA PRIVATE KEY-----\n");
    await folsom(boot);
    await until("bosh-cli", "ACTIVE");
    expect(await folsom("nova list")).toMatch(
      new RegExp(
        [
          String.raw`^\+-{38}\+-{10}\+-{8}\+-+\+`,
          String.raw`\| ID {35}\| Name     \| Status \| Networks +\|`,
          String.raw`\+-{38}\+-{10}\+-{8}\+-+\+`,
          String.raw`\| [0-9a-f-]{36} \| bosh-cli \| ACTIVE \| private=[\d.]+ \|`,
          String.raw`\+-{38}\+-{10}\+-{8}\+-+\+`,
          "$",
        ].join("\n"),
      ),
    );
  });

  test("CL-09 CL-10 None, a dash, nothing; Python's repr, JSON", async () => {
    await sh("nova boot --image=NimbulaTest --flavor=1 smallimage --meta description='Small test image'");
    await until("smallimage", "ACTIVE");
    const old = propertiesOf(await folsom("nova show smallimage"));
    expect(old).toMatchObject({
      "OS-EXT-STS:task_state": "None",
      key_name: "None",
      accessIPv4: "",
      security_groups: "[{u'name': u'default'}]",
      metadata: "{u'description': u'Small test image'}",
      flavor: "m1.tiny (1)",
    });
    const newer = propertiesOf(await sh("nova show smallimage"));
    expect(newer).toMatchObject({
      "OS-EXT-STS:task_state": "-",
      key_name: "-",
      accessIPv4: "",
      security_groups: "default",
      metadata: '{"description": "Small test image"}',
    });
    const [task] = rowsOf(await sh("nova list")).filter(([, name]) => name === "smallimage");
    expect(task!.slice(2, 5)).toEqual(["ACTIVE", "-", "Running"]);
    expect(await folsom("nova floating-ip-create public")).toContain("| None        | None     | public |");
  });

  test("CL-10 the fault of a server that no host can take", async () => {
    await sh("nova flavor-create xxl.super 11 512000 10 64");
    await sh("nova boot --flavor 11 --image NimbulaTest test-instance");
    await until("test-instance", "ERROR");
    const fault = async (script: typeof sh) =>
      propertiesOf(await script("nova show test-instance"))["fault"]!;
    expect(await fault(folsom)).toMatch(
      /^\{u'message': u'No valid host was found\.[^']*', u'code': 500, (u'details': .*)?u'created': u'[\dT:-]+Z'\}$/,
    );
    // Icehouse breaks a traceback into rows.
    expect(await fault(sh)).toMatch(/^\{"message": "No valid host was found\.[^"]*", "code": 500, /);
    await sh("nova delete test-instance");
  });

  test("CL-11 each program's way to write a moment", async () => {
    const nova = propertiesOf(await sh("nova show smallimage"));
    expect([nova["created"], nova["updated"]].join()).toMatch(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,?){2}$/);
    expect(propertiesOf(await sh("glance image-show NimbulaTest"))["created_at"]).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
    );
    expect(propertiesOf(await stack.admin("cinder", "create", "1"))["created_at"]).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/,
    );
    expect(await sh("nova-manage service list | tail -1")).toMatch(/ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d *\n$/);
    expect(await stack.admin("openstack", "compute", "service", "list", "-f", "value")).toMatch(
      /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000$/m,
    );
  });

  test("CL-17 --poll: a line that counts, then that it is finished", async () => {
    const text = await sh("nova boot --flavor 1 --image NimbulaTest --poll polled");
    expect(text).toMatch(
      /\n(\rServer building\.\.\. \d+% complete)*\rServer building\.\.\. 100% complete\nFinished\n$/,
    );
    expect(await folsom("nova resize polled 4 --poll")).toMatch(
      /^(\rInstance resizing\.\.\. \d+% complete)*\rInstance resizing\.\.\. 100% complete\nFinished\n$/,
    );
    await sh("nova resize-confirm polled");
    await until("polled", "ACTIVE");
    expect(await sh("nova reboot --poll polled")).toMatch(/\rServer rebooting\.\.\.\nFinished\n$/);
    await sh("nova delete polled");
  });

  test("security groups", async () => {
    await sh("nova secgroup-add-rule default tcp 22 22 0.0.0.0/0");
    expect(await folsom("nova secgroup-add-rule default icmp -1 -1 0.0.0.0/0")).toBe(
      `+-------------+-----------+---------+-----------+--------------+
| IP Protocol | From Port | To Port | IP Range  | Source Group |
+-------------+-----------+---------+-----------+--------------+
| icmp        | -1        | -1      | 0.0.0.0/0 |              |
+-------------+-----------+---------+-----------+--------------+
`,
    );
    const rules = rowsOf(await folsom("nova secgroup-list-rules default"));
    expect(rules.filter(([, , , range]) => range !== "").map(([protocol]) => protocol)).toEqual([
      "icmp",
      "tcp",
    ]);
    expect(await folsom('nova secgroup-create global_http "allow web traffic from the internet"')).toBe(
      `+-------------+-------------------------------------+
| Name        | Description                         |
+-------------+-------------------------------------+
| global_http | allow web traffic from the internet |
+-------------+-------------------------------------+
`,
    );
    await sh("nova secgroup-add-rule global_http tcp 80 80 0.0.0.0/0");
    expect(rowsOf(await sh("nova secgroup-add-rule global_http tcp 443 443 0.0.0.0/0"))).toEqual([
      ["tcp", "443", "443", "0.0.0.0/0", ""],
    ]);
    expect(rowsOf(await folsom("nova secgroup-list-rules global_http")).map(([, from]) => from)).toEqual([
      "80",
      "443",
    ]);
    await sh('nova secgroup-create cluster "the servers of a cluster"');
    expect(rowsOf(await sh("nova secgroup-add-group-rule cluster global_http tcp 22 22"))).toEqual([
      ["tcp", "22", "22", "", "global_http"],
    ]);
    await sh(
      "nova secgroup-delete-group-rule --ip_proto tcp --from_port 22 --to_port 22 cluster global_http",
    );
    await sh("nova secgroup-delete-rule global_http tcp 443 443 0.0.0.0/0");
    expect(headOf(await sh("nova secgroup-list"))).toEqual(["Id", "Name", "Description"]);
    expect(headOf(await folsom("nova secgroup-list"))).toEqual(["Name", "Description"]);
    expect(headOf(await sh("nova secgroup-list --all-tenants"))).toContain("Tenant_ID");
    expect(await sh("nova add-secgroup bosh-cli global_http")).toBe("");
    expect(propertiesOf(await sh("nova show bosh-cli"))["security_groups"]).toContain("global_http");
    expect(await sh("nova remove-secgroup bosh-cli global_http")).toBe("");
    await sh("nova secgroup-delete cluster");
  });

  test("addresses: taken, given to a server, taken away, given back", async () => {
    const address = (await sh("nova floating-ip-create | awk '/public/ {print $2}'")).trim();
    expect(headOf(await folsom("nova floating-ip-list"))).toEqual(["Ip", "Instance Id", "Fixed Ip", "Pool"]);
    expect(await sh(`nova add-floating-ip bosh-cli ${address}`)).toBe("");
    expect(await sh("nova list | grep bosh-cli")).toContain(`, ${address} |`);
    expect(await sh(`nova remove-floating-ip bosh-cli ${address}`)).toBe("");
    expect(await sh(`nova floating-ip-delete ${address}`)).toBe("");
    expect(rowsOf(await sh("nova floating-ip-pool-list"))).toEqual([["public"]]);
    expect(headOf(await sh("nova floating-ip-bulk-list"))).toEqual([
      "project_id",
      "address",
      "instance_uuid",
      "pool",
      "interface",
    ]);
  });

  test("names for addresses", async () => {
    await sh("nova dns-create-public-domain example.org");
    await sh("nova dns-create 172.24.4.1 www example.org");
    const entry = [["172.24.4.1", "www", "example.org"]];
    expect(rowsOf(await sh("nova dns-list example.org --name www"))).toEqual(entry);
    expect(rowsOf(await sh("nova dns-list example.org --ip 172.24.4.1"))).toEqual(entry);
    expect(rowsOf(await sh("nova dns-domains"))).toEqual([["example.org", "public", "-", "-"]]);
    await sh("nova dns-delete example.org www && nova dns-delete-domain example.org");
  });

  test("volumes", async () => {
    await sh("nova volume-create --display-name test 1");
    await untilVolume("test", "available");
    const id = (await sh("nova volume-list | awk '/ test / {print $2}'")).trim();
    const server = (await sh("nova list | awk '/ bosh-cli / {print $2}'")).trim();
    expect(await sh(`nova volume-attach ${server} ${id} auto`)).toBe(
      `+----------+--------------------------------------+
| Property | Value                                |
+----------+--------------------------------------+
| device   | /dev/vdb                             |
| id       | ${id} |
| serverId | ${server} |
| volumeId | ${id} |
+----------+--------------------------------------+
`,
    );
    await untilVolume("test", "in-use");
    expect(await sh("nova volume-list | grep ' test '")).toContain(`| ${server} |`);
    expect(await sh(`nova volume-detach ${server} ${id}`)).toBe("");
    await untilVolume("test", "available");
    expect(await sh(`nova volume-delete test`)).toBe("");
  });

  test("a volume to boot from, in both grammars", async () => {
    await sh(
      "glance image-create --name tiny --disk-format raw --container-format bare --file /bin/true > /dev/null",
    );
    const image = (await sh("nova image-list | awk '/ tiny / {print $2}'")).trim();
    await sh(`nova volume-create --image-id ${image} --display-name root 1`);
    await untilVolume("root", "available");
    const id = (await sh("nova volume-list | awk '/ root / {print $2}'")).trim();
    const text = await sh(
      `nova boot --flavor 2 --key-name xae --block-device-mapping vda=${id}:::0 boot-from-vol-test`,
    );
    expect(propertiesOf(text)["image"]).toBe("Attempt to boot from volume - no image supplied");
    await until("boot-from-vol-test", "ACTIVE");
    await sh("nova delete boot-from-vol-test");
    await sh(
      `nova boot --flavor 2 --block-device source=image,id=${image},dest=volume,size=1,shutdown=preserve,bootindex=0 myInstanceFromVolume`,
    );
    await until("myInstanceFromVolume", "ACTIVE");
    await sh("nova delete myInstanceFromVolume && glance image-delete tiny");
  });

  test("everything else that can be said to `boot`", async () => {
    await sh("ssh-keygen -q -t rsa -N '' -f id_rsa && nova keypair-add --pub-key id_rsa.pub demo-key");
    await sh("nova keypair-add --pub_key id_rsa.pub KEY_NAME && nova keypair-delete KEY_NAME");
    expect(rowsOf(await sh("nova keypair-list")).map(([name]) => name)).toEqual(["demo-key", "xae"]);
    writeFileSync(join(folder, "cloudinit.file"), "#cloud-config\n");
    const net = (await sh("nova network-list | awk '/ private / {print $2}'")).trim();
    await sh(
      `nova boot --flavor m1.tiny --image cirros-0.3.2-x86_64 --nic net-id=${net} --security-group default --key-name demo-key demo-instance1`,
    );
    const made = await sh(
      "nova boot --config-drive=true --image NimbulaTest --key-name xae --flavor 1 --user-data ./cloudinit.file myinstance --file /etc/banner=cloudinit.file --meta role=webservers --meta essential=false --hint group=none-such || true",
    );
    expect(made).toBe("");
    const second = propertiesOf(
      await sh(
        "nova boot --config-drive=true --image NimbulaTest --key-name xae --flavor 1 --user-data ./cloudinit.file myinstance --file /etc/banner=cloudinit.file --meta role=webservers --meta essential=false",
      ),
    );
    expect(second["config_drive"]).toBe("True");
    expect(JSON.parse(second["metadata"]!)).toEqual({ role: "webservers", essential: "false" });
    expect(second["adminPass"]).toMatch(/^\S{12}$/);
    await until("demo-instance1", "ACTIVE");
    await until("myinstance", "ACTIVE");
    await sh("nova boot --flavor 1 --image NimbulaTest --num-instances 2 many");
    expect(await sh("nova list | grep -c ' many-'")).toBe("2\n");
    await sh("nova delete many-1 many-2 demo-instance1");
  });

  test("states, and how they are changed", async () => {
    for (const [command, status] of [
      ["nova stop bosh-cli", "SHUTOFF"],
      ["nova start bosh-cli", "ACTIVE"],
      ["nova reset-state bosh-cli", "ERROR"],
      ["nova reset-state --active bosh-cli", "ACTIVE"],
      ["nova pause bosh-cli", "PAUSED"],
      ["nova unpause bosh-cli", "ACTIVE"],
      ["nova suspend bosh-cli", "SUSPENDED"],
      ["nova resume bosh-cli", "ACTIVE"],
      ["nova reboot bosh-cli", "ACTIVE"],
      ["nova reboot --hard bosh-cli", "ACTIVE"],
      ["nova lock bosh-cli", "ACTIVE"],
      ["nova unlock bosh-cli", "ACTIVE"],
    ] as const) {
      expect(await sh(command)).toBe("");
      await until("bosh-cli", status);
    }
    await sh("nova rename bosh-cli bosh-cli2 && nova rename bosh-cli2 bosh-cli");
    expect(await sh("nova console-log bosh-cli | head -1")).not.toBe("");
    expect(headOf(await sh("nova get-vnc-console bosh-cli novnc"))).toEqual(["Type", "Url"]);
    expect(rowsOf(await sh("nova diagnostics bosh-cli")).map(([name]) => name)).toContain("vda_read_req");
  });

  test("moves to another host", async () => {
    const id = (await sh("nova list | awk '/ bosh-cli / {print $2}'")).trim();
    const host = async () => propertiesOf(await sh(`nova show ${id}`))["OS-EXT-SRV-ATTR:host"]!;
    const [first = "", second = ""] = HOSTS.filter((name) => name !== "cloud.example.com");
    const target = (await host()) === second ? first : second;
    expect(await sh(`nova live-migration --block-migrate ${id} ${target}`)).toBe("");
    for (let tries = 0; (await host()) !== target && tries < 60; tries++) await Bun.sleep(200);
    expect(await sh(`nova list --host ${target} --all-tenants`)).toContain(id);
    await until("bosh-cli", "ACTIVE");
  });

  test("snapshots, and images as the compute API lists them", async () => {
    await sh("nova image-create --poll bosh-cli mon-snapshot");
    const images = await folsom("nova image-list");
    expect(headOf(images)).toEqual(["ID", "Name", "Status", "Server"]);
    const server = (await sh("nova list | awk '/ bosh-cli / {print $2}'")).trim();
    expect(images).toContain(`| mon-snapshot        | ACTIVE | ${server} |`);
    const shown = propertiesOf(await sh("nova image-show mon-snapshot"));
    expect(shown).toMatchObject({
      "metadata image_type": "snapshot",
      "metadata instance_uuid": server,
      "metadata image_location": "snapshot",
      status: "ACTIVE",
    });
    expect(await sh("nova image-meta mon-snapshot set a=b && nova image-meta mon-snapshot delete a")).toBe(
      "",
    );
    expect(await sh("nova image-delete mon-snapshot")).toBe("");
    const pipeline = "nova image-list | egrep cirros | egrep -v \"kernel|ramdisk\" | awk '{print $2}'";
    expect(await sh(pipeline)).toMatch(/^[0-9a-f-]{36}\n$/);
    const IMAGE_ID = (await sh(pipeline)).trim();
    await sh(`nova boot --flavor 1 --image ${IMAGE_ID} scheduler-test`);
    await until("scheduler-test", "ACTIVE");
    expect(await sh("nova delete scheduler-test")).toBe("");
  });

  test("flavors, hosts, zones, quotas, limits, usage, networks", async () => {
    const flavors = "ID Name Memory_MB Disk Ephemeral Swap VCPUs RXTX_Factor Is_Public".split(" ");
    expect(headOf(await sh("nova flavor-list"))).toEqual(flavors);
    expect(headOf(await folsom("nova flavor-list"))).toEqual([...flavors, "extra_specs"]);
    expect(await folsom("nova flavor-list | grep m1.tiny")).toContain("| 1.0         | True      | {} ");
    expect((await sh("nova help | grep flavor.")).split("\n").length).toBeGreaterThan(6);
    expect(headOf(await sh("nova host-list"))).toEqual(["host_name", "service", "zone"]);
    const rows = rowsOf(await sh("nova host-describe c01.example.com"));
    expect(rows.slice(0, 3).map(([host, project]) => [host, project])).toEqual([
      ["c01.example.com", "(total)"],
      ["c01.example.com", "(used_now)"],
      ["c01.example.com", "(used_max)"],
    ]);
    expect(await sh("nova availability-zone-list")).toContain("| | |- nova-compute    | enabled :-) 20");
    expect(headOf(await sh("nova quota-show"))).toEqual(["Quota", "Limit"]);
    expect(headOf(await sh("nova absolute-limits"))).toEqual(["Name", "Value"]);
    const usage = await folsom("nova usage-list --start 2013-06-25 --end 2013-07-24");
    expect(usage).toStartWith("Usage from 2013-06-25 to 2013-07-24:\n");
    expect(headOf(await folsom("nova usage-list"))).toEqual([
      "Tenant ID",
      "Instances",
      "RAM MB-Hours",
      "CPU Hours",
      "Disk GB-Hours",
    ]);
    expect(headOf(await sh("nova network-list"))).toEqual(["ID", "Label", "Cidr"]);
    expect(headOf(await sh("nova net-list"))).toEqual(["ID", "Label", "CIDR"]);
    expect(await sh("nova credentials")).toContain("| User Credentials |");
    expect(await sh("nova endpoints")).toContain("| publicURL ");
    expect(await sh("nova list-extensions | grep -c os-")).not.toBe("0\n");
  });

  test("what Nova has lost is asked for all the same, and told", async () => {
    for (const command of [
      "nova cloudpipe-list",
      "nova agent-list",
      "nova cell-show cell1",
      "nova x509-get-root-cert",
      "nova baremetal-node-list",
      "nova baremetal-node-create --pm_address=1.2.3.4 --pm_user=ipmi --pm_password=ipmi $(hostname -f) 1 512 10 aa:bb:cc:dd:ee:ff",
    ]) {
      const outcome = await shell.try(command);
      expect([command, outcome.status, outcome.stderr]).toEqual([
        command,
        1,
        expect.stringMatching(/^ERROR: .* \(HTTP (400|410|501)\)/),
      ]);
    }
  });

  test("errors and wrong usage", async () => {
    const missing = await shell.try("nova show nonsuch");
    expect([missing.status, missing.stderr]).toEqual([
      1,
      "ERROR: No server with a name or ID of 'nonsuch' exists.\n",
    ]);
    const usage = await shell.try("nova show");
    expect([usage.status, usage.stderr]).toEqual([
      2,
      "usage: nova show [--minimal] <server>\nerror: too few arguments\nTry 'nova help show' for more information.\n",
    ]);
    const denied = await shell.try("nova --password wrong list");
    expect([denied.status, denied.stderr]).toEqual([1, "ERROR: Invalid OpenStack Nova credentials.\n"]);
    const debug = await shell.try("nova --debug list");
    expect(debug.stderr).toContain("REQ: curl -i -X GET ");
    expect(debug.stderr).toContain("RESP: [200] ");
    expect(debug.stderr).not.toContain(shell.env["OS_PASSWORD"]!);
    expect(await sh("nova --timings list | tail -2")).toMatch(/^\| Total +\| \d+\.\d+ +\|\n/);
  });
});
