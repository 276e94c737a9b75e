// Debian's `glance` and `openstack image` against the compiled cloud: version 1 in the seeds' own words, version 2 verb by
// verb.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { Stack } from "../support/stack.ts";

const CLIENTS = [program("openstack"), program("glance"), program("script")];

/** Bytes that look like nothing in particular. */
const DATA = Buffer.alloc(300_000, "cirros 0.3.0 ");
const MD5 = createHash("md5").update(DATA).digest("hex");

/** `| name | value |` rows of a client's table. */
function table(text: string): Record<string, string> {
  const rows: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const m = /^\| (.*?) +\| (.*?) *\|$/.exec(line);
    if (m && m[1] !== "Property" && m[1] !== "Field") rows[m[1]!] = m[2]!;
  }
  return rows;
}

describeWith("the image clients", CLIENTS, () => {
  let stack: Stack;
  let web: ReturnType<typeof Bun.serve>;
  let release = () => {};

  beforeAll(async () => {
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    web = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        const headers = { "content-length": String(DATA.length) };
        if (request.method === "HEAD") return new Response(null, { headers });
        if (!request.url.endsWith("slow.img")) return new Response(DATA);
        const body = async function* () {
          yield DATA.subarray(0, 1000);
          await gate;
          yield DATA.subarray(1000);
        };
        return new Response(body() as never, { headers });
      },
    });
    const settings = {
      // No images but the tests' own, whether or not a guest was built on this machine.
      GUEST_IMAGE_DIR: "/nonexistent",
      GLANCE_V1: "True",
      GLANCE_ENABLED_BACKENDS: "file:file,objects:swift,web:http",
      GLANCE_SHOW_MULTIPLE_LOCATIONS: "True",
      GLANCE_IMPORT_ALLOWED_HOSTS: "127.0.0.1",
      GLANCE_IMPORT_ALLOWED_PORTS: String(web.port),
    };
    stack = await Stack.up({ args: Object.entries(settings).flatMap(([k, v]) => ["--set", `${k}=${v}`]) });
    writeFileSync(join(stack.state, "cirros.img"), DATA);
  }, 60_000);
  afterAll(async () => {
    release();
    web?.stop(true);
    await stack?.[Symbol.asyncDispose]();
  });

  // A client that finds standard input open takes it for data.
  const shell = (line: string) => stack.admin("sh", "-c", /[<|]/.test(line) ? line : `${line} <&-`);
  /** With a terminal, as a user has one. */
  const terminal = async (line: string) =>
    (await stack.admin("script", "-qec", line, "/dev/null")).replaceAll("\r", "");
  /** As the courses write it: `glance VERB ...` of 2012-2014. */
  const v1 = (line: string) => shell(`glance --os-image-api-version 1 ${line}`);
  const glance = (line: string) => shell(`glance ${line}`);
  const image = (line: string) => shell(`openstack image ${line}`);
  const url = (path = "") => `http://127.0.0.1:${web.port}/${path}`;
  const base = async () =>
    (
      await stack.admin(
        "sh",
        "-c",
        "openstack endpoint list --service glance --interface public -f value -c URL",
      )
    ).trim();
  const token = async () =>
    (await stack.admin("openstack", "token", "issue", "-f", "value", "-c", "id")).trim();

  test("IM-01 IM-02 upload from stdin, with its table and its progress bar", async () => {
    const made = await v1(
      "image-create --name NimbulaTest --is-public true --container-format bare --disk-format raw < cirros.img",
    );
    expect(table(made)).toMatchObject({
      checksum: MD5,
      container_format: "bare",
      deleted: "False",
      deleted_at: "None",
      disk_format: "raw",
      is_public: "True",
      min_disk: "0",
      min_ram: "0",
      name: "NimbulaTest",
      protected: "False",
      size: String(DATA.length),
      status: "active",
      virtual_size: String(DATA.length),
    });
    expect(table(made)["owner"]).toMatch(/^[0-9a-f]{32}$/);
    const options = "--container-format bare --disk-format raw --is-public True --progress";
    // The bar is drawn on a terminal only.
    const shown = await terminal(
      `glance --os-image-api-version 1 image-create --name cirros-0.3.2-x86_64 ${options} < cirros.img`,
    );
    expect(shown).toContain("[=============================>] 100%");
    expect(table(shown)["status"]).toBe("active");
    const modern = await terminal(
      "glance image-create --name modern --container-format bare --disk-format raw --progress --file cirros.img",
    );
    expect(modern).toContain("100%");
    expect(table(modern)).toMatchObject({
      status: "active",
      checksum: MD5,
      visibility: "shared",
    });
  }, 60_000);

  test("IM-03 = and blank both part options from values; a name may hold blanks", async () => {
    const made = await v1(
      "image-create --name='cirros image' --is-public=true --container-format=bare --disk-format=raw < cirros.img",
    );
    expect(table(made)).toMatchObject({ name: "cirros image", is_public: "True", status: "active" });
    const found = await v1("image-show 'cirros image'");
    expect(table(found)["checksum"]).toBe(MD5);
  }, 60_000);

  test("IM-04 an image is fetched from a URL: queued, saving, active", async () => {
    const made = await v1(
      `image-create --name=fetched --disk-format=raw --container-format=bare --is-public=true --copy-from ${url("slow.img")}`,
    );
    expect(table(made)).toMatchObject({
      status: "queued",
      checksum: "None",
      size: String(DATA.length),
      virtual_size: "None",
    });
    const status = async () => /\| fetched .*\| (\w+) +\|/.exec(await v1("image-list"))?.[1];
    await until(async () => (await status()) === "saving");
    release();
    await until(async () => (await status()) === "active");
    expect(table(await v1("image-show fetched"))["checksum"]).toBe(MD5);
    const imported = await glance(
      `image-create-via-import --name imported --disk-format raw --container-format bare --import-method web-download --uri ${url("x")}`,
    );
    const { id } = table(imported);
    await until(async () => table(await glance(`image-show ${id}`))["status"] === "active");
  }, 120_000);

  test("IM-05 a location is referred to, in version 1 and in version 2", async () => {
    const made = await v1(
      `image-create --name referred --disk-format raw --container-format bare --location ${url("there.img")}`,
    );
    expect(table(made)).toMatchObject({ status: "active", size: String(DATA.length), checksum: "None" });
    await v1("image-download referred --file back.img");
    expect(readFileSync(join(stack.state, "back.img")).equals(DATA)).toBeTrue();
    const { id } = table(await glance("image-create --name added --disk-format raw --container-format bare"));
    expect(await glance(`location-add ${id} --url ${url("added.img")}`)).toContain(url("added.img"));
    expect(table(await glance(`image-show ${id}`))["status"]).toBe("active");
  }, 60_000);

  test("IM-06 IM-08 what the client before 1.0 sent: add, index, details", async () => {
    // `glance add name=... is_public=true container_format=ovf disk_format=raw < FILE`
    const address = await base();
    const auth = { "x-auth-token": await token() };
    const added = await fetch(`${address}/v1/images`, {
      method: "POST",
      headers: {
        ...auth,
        "content-type": "application/octet-stream",
        "x-image-meta-name": "Ubuntu12.04-amd64",
        "x-image-meta-is_public": "true",
        "x-image-meta-container_format": "ovf",
        "x-image-meta-disk_format": "raw",
      },
      body: DATA,
    });
    expect(added.status).toBe(201);
    const listed = await v1("image-list");
    expect(listed).toMatch(/\| Ubuntu12\.04-amd64 +\| raw +\| ovf +\| 300000 +\| active/);
    const brief = (await (await fetch(`${address}/v1/images?limit=10`, { headers: auth })).json()) as {
      images: Record<string, unknown>[];
    };
    const of = (images: Record<string, unknown>[]) =>
      images.find(({ name }) => name === "Ubuntu12.04-amd64") ?? {};
    expect(Object.keys(of(brief.images)).sort()).toEqual([
      "checksum",
      "container_format",
      "disk_format",
      "id",
      "name",
      "size",
    ]);
    const details = (await (
      await fetch(`${address}/v1/images/detail?limit=10`, { headers: auth })
    ).json()) as typeof brief;
    expect(of(details.images)).toMatchObject({ is_public: true, status: "active", properties: {} });
  }, 60_000);

  test("IM-07 IM-25 the list, and the pipeline that picks the disk of an AMI triple", async () => {
    for (const [name, format] of [
      ["cirros-0.3.1-x86_64-uec-kernel", "aki"],
      ["cirros-0.3.1-x86_64-uec-ramdisk", "ari"],
      ["cirros-0.3.1-x86_64-uec", "ami"],
    ]) {
      await v1(
        `image-create --name ${name} --is-public true --container-format ${format} --disk-format ${format} < cirros.img`,
      );
    }
    const listed = await v1("image-list");
    expect(listed).toMatch(/\| ID +\| Name +\| Disk Format \| Container Format \| Size +\| Status +\|/);
    const pipeline = `image-list | egrep uec | egrep -v "kernel|ramdisk" | awk '{print $2}'`;
    const picked = (await v1(pipeline)).trim();
    expect(picked).toMatch(/^[0-9a-f-]{36}$/);
    expect((await glance(pipeline)).trim()).toBe(picked);
    expect((await image("list -f value -c ID --name cirros-0.3.1-x86_64-uec")).trim()).toBe(picked);
    expect(await v1("image-list | grep 'uec-kernel'")).toContain("aki");
    const long = await image("list --long -f value -c Name -c Size -c Checksum");
    expect(long).toContain(`cirros-0.3.1-x86_64-uec 300000 ${MD5}`.replace(/ (\d+) (\w+)$/, ""));
  }, 90_000);

  /** It takes whatever standard input is for new data, unless it is a terminal. */
  const update = (line: string) => terminal(`glance --os-image-api-version 1 image-update ${line}`);

  test("IM-09 IM-11 IM-13 IM-17 show, update with properties kept or purged, protection", async () => {
    await v1(
      "image-create --name mine --disk-format raw --container-format bare --property a=1 < cirros.img",
    );
    await update(
      "--property hw_disk_bus=scsi --property hw_cdrom_bus=ide --property hw_vif_model=e1000 mine",
    );
    const shown = await v1("image-show mine");
    expect(shown).toContain("Property 'hw_disk_bus'");
    expect(shown.indexOf("Property 'hw_vif_model'")).toBeLessThan(shown.indexOf("| checksum "));
    expect(table(shown)).toMatchObject({ "Property 'a'": "1", "Property 'hw_vif_model'": "e1000" });
    const purged = table(await update("mine --purge-props --property b=2 --min-disk 1 --name renamed"));
    expect(purged).toMatchObject({ name: "renamed", min_disk: "1", "Property 'b'": "2" });
    expect(purged["Property 'a'"]).toBeUndefined();
    expect(await update("renamed --human-readable --min-ram 64")).toContain("293kB");
    await update("renamed --is-protected True");
    expect(await v1("image-delete renamed")).toContain("Image is protected");
    await update("renamed --is-protected False");
    await v1("image-delete renamed");
    expect(await v1("image-list")).not.toContain("renamed");

    const { id } = JSON.parse(
      await image("create --file cirros.img --disk-format raw --property a=1 --tag x --private -f json own"),
    );
    await image("set --property hw_vif_model=e1000 --protected --min-ram 32 --name theirs own");
    const own = JSON.parse(await image(`show ${id} -f json`));
    expect(own).toMatchObject({
      name: "theirs",
      protected: true,
      min_ram: 32,
      tags: ["x"],
      visibility: "private",
    });
    expect(own.properties).toMatchObject({ a: "1", hw_vif_model: "e1000" });
    await image("unset --property a --tag x theirs");
    await expect(image("delete theirs")).rejects.toThrow("is protected and cannot be deleted");
    await image("set --unprotected theirs");
    await image("delete theirs");
  }, 120_000);

  test("IM-10 a deleted image is gone from the list", async () => {
    const { id } = table(
      await glance("image-create --name gone --file cirros.img --disk-format raw --container-format bare"),
    );
    await glance(`image-delete ${id}`);
    expect(await glance("image-list")).not.toContain(id!);
    await expect(glance(`image-show ${id}`)).rejects.toThrow("No image found with ID");
  }, 60_000);

  test("IM-12 formats that are not accepted are refused with the list of those that are", async () => {
    await expect(
      v1("image-create --name bad --disk-format floppy --container-format bare < cirros.img"),
    ).rejects.toThrow(/Invalid disk format .*floppy.* for image\./);
    for (const format of ["vhd", "vmdk", "raw", "qcow2", "vdi", "iso"]) {
      const { id } = table(
        await v1(
          `image-create --name f-${format} --disk-format ${format} --container-format ovf < cirros.img`,
        ),
      );
      expect(id).toBeDefined();
    }
  }, 90_000);

  test("IM-15 help of the program and of a verb", async () => {
    expect(await v1("help")).toMatch(/image-create +Create a new image\./);
    expect(await v1("help image-create")).toContain("--copy-from <IMAGE_URL>");
    // Version 2 asks the cloud for its schema.
    expect(await glance("help image-create")).toContain("--container-format <CONTAINER_FORMAT>");
  }, 60_000);

  test("IM-16 sharing: a private image is seen by its members", async () => {
    const { id } = table(
      await v1("image-create --name shared --disk-format raw --container-format bare < cirros.img"),
    );
    const demo = (
      await stack.admin("openstack", "project", "show", "demo", "-f", "value", "-c", "id")
    ).trim();
    const visible = async () =>
      (await stack.demo("glance", "--os-image-api-version", "1", "image-list")).includes(id!);
    expect(await visible()).toBeFalse();
    await v1(`member-create ${id} ${demo} --can-share`);
    expect(await v1(`member-list --image-id ${id}`)).toMatch(new RegExp(`${id} \\| ${demo} \\| True`));
    expect(await visible()).toBeTrue();
    await v1(`member-delete ${id} ${demo}`);
    expect(await visible()).toBeFalse();
    await image(`add project ${id} ${demo}`);
    await stack.demo("openstack", "image", "set", "--accept", id!);
    expect(await stack.demo("openstack", "image", "list", "--shared", "-f", "value", "-c", "ID")).toContain(
      id!,
    );
    await image(`remove project ${id} ${demo}`);
    await image("set --community shared");
    expect(
      await stack.demo("openstack", "image", "list", "--community", "-f", "value", "-c", "ID"),
    ).toContain(id!);
  }, 90_000);

  test("IM-18 IM-24 compute refuses a flavor that is too small, and lists images itself", async () => {
    const { id } = table(
      await v1(
        "image-create --name large --is-public true --min-ram 1024 --disk-format raw --container-format bare < cirros.img",
      ),
    );
    await expect(
      stack.admin(
        "openstack",
        "server",
        "create",
        "--image",
        id!,
        "--flavor",
        "m1.tiny",
        "--network",
        "private",
        "s",
      ),
    ).rejects.toThrow("Flavor's memory is too small for requested image");
    const compute = (
      await stack.admin(
        "openstack",
        "endpoint",
        "list",
        "--service",
        "nova",
        "--interface",
        "public",
        "-f",
        "value",
        "-c",
        "URL",
      )
    ).trim();
    const answer = await fetch(`${compute.replace(/\/%.*$/, "")}/images/detail`, {
      headers: { "x-auth-token": await token() },
    });
    const listed = (await answer.json()) as { images: { id: string; status: string; minRam: number }[] };
    expect(listed.images.find((one) => one.id === id)).toMatchObject({ status: "ACTIVE", minRam: 1024 });
  }, 60_000);

  test("IM-19 IM-20 IM-21 IM-22 states and the courses' SQL reports", async () => {
    const { id } = table(
      await v1(
        "image-create --name report --is-public true --disk-format raw --container-format bare --property distro=cirros < cirros.img",
      ),
    );
    const sql = async (statement: string) => {
      const { stdout, stderr, status } = await stack.cli("sql", statement);
      expect([status, stderr]).toEqual([0, ""]);
      return stdout;
    };
    expect(await sql(`select image_id, value from image_locations where image_id = '${id}'`)).toContain(
      `file://${stack.state}/images/${id}`,
    );
    expect(
      await sql(
        `select glance.images.id, glance.images.name, keystone.tenant.name, is_public from glance.images inner join keystone.tenant on glance.images.owner=keystone.tenant.id where glance.images.id = '${id}'`,
      ),
    ).toMatch(/report.*admin.*1/);
    expect(await sql(`select name, value from image_properties where image_id = '${id}'`)).toMatch(
      /distro.*cirros/,
    );
    await glance(`image-deactivate ${id}`);
    await expect(stack.demo("glance", "image-download", id!, "--file", "x")).rejects.toThrow("deactivated");
    await glance(`image-reactivate ${id}`);
    await v1(`image-delete ${id}`);
    expect(await sql(`select status, deleted from glance.images where id = '${id}'`)).toMatch(/deleted.*1/);
  }, 60_000);

  test("IM-14 IM-28 several stores: choice, copies, locations", async () => {
    const { id } = table(
      await glance(
        "image-create --name there --file cirros.img --disk-format raw --container-format bare --store objects",
      ),
    );
    expect(table(await glance(`image-show ${id}`))).toMatchObject({ stores: "objects", status: "active" });
    expect(await glance("stores-info")).toContain('"id": "objects"');
    await glance(`image-download ${id} --file back.img`);
    expect(readFileSync(join(stack.state, "back.img")).equals(DATA)).toBeTrue();
    await glance(`image-import ${id} --import-method copy-image --stores file`);
    await until(async () => table(await glance(`image-show ${id}`))["stores"] === "objects,file");
    const shown = await glance(`image-show ${id}`);
    expect(shown).toContain(`swift+config://objects/glance/${id}`);
    await glance(`stores-delete --store objects ${id}`);
    expect(table(await glance(`image-show ${id}`))["stores"]).toBe("file");
    // A server boots from data that lies in the object store.
    const other = table(
      await glance(
        "image-create --name boots --file cirros.img --disk-format raw --container-format bare --store objects",
      ),
    );
    const booted = await shell(
      `openstack server create --image ${other["id"]} --flavor m1.tiny --network private --wait -f value -c status from-objects`,
    );
    expect(booted).toContain("ACTIVE");
    await stack.admin("openstack", "server", "delete", "--wait", "from-objects");
  }, 120_000);

  test("staging and import, tasks, tags, members, metadata definitions, the cache", async () => {
    const { id } = table(
      await glance("image-create --name staged --disk-format raw --container-format bare"),
    );
    await glance(`image-stage ${id} --file cirros.img`);
    expect(table(await glance(`image-show ${id}`))["status"]).toBe("uploading");
    await glance(`image-import ${id} --import-method glance-direct`);
    await until(async () => table(await glance(`image-show ${id}`))["status"] === "active");
    expect(await glance(`image-tasks ${id}`)).toContain("success");
    await glance(`image-tag-update ${id} one`);
    expect(await glance("image-list --tag one")).toContain(id!);
    await glance(`image-tag-delete ${id} one`);
    expect(await glance("import-info")).toContain("copy-image");
    await glance(`cache-queue ${id}`);
    await until(async () => /\| cached /.test(await glance("cache-list")));
    await glance(`cache-delete ${id}`);
    await glance("cache-clear");
    writeFileSync(
      join(stack.state, "ns.json"),
      JSON.stringify({
        namespace: "Lab::One",
        visibility: "public",
        tags: [{ name: "t" }],
        properties: { p: { title: "P", type: "string" } },
      }),
    );
    await glance("md-namespace-import --file ns.json");
    expect(await glance("md-namespace-list")).toContain("Lab::One");
    expect(await glance("md-property-list Lab::One")).toContain("| p ");
    await glance("md-namespace-delete Lab::One");
  }, 180_000);

  test("uploads that are dangerous or not what they are said to be are refused in plain words", async () => {
    mkdirSync(join(stack.state, "bad"), { recursive: true });
    const header = Buffer.alloc(1024);
    header.write("QFI\xfb", "latin1");
    header.writeUInt32BE(3, 4);
    header.writeUInt32BE(512, 12);
    writeFileSync(join(stack.state, "bad", "backed.qcow2"), header);
    await expect(
      glance("image-create --name bad --disk-format qcow2 --container-format bare --file bad/backed.qcow2"),
    ).rejects.toThrow("qcow2 image has a backing file");
    writeFileSync(
      join(stack.state, "bad", "text.vmdk"),
      'CID=1\ncreateType="monolithicFlat"\nRW 1 FLAT "/etc/shadow" 0\n',
    );
    await expect(
      glance("image-create --name bad --disk-format vmdk --container-format bare --file bad/text.vmdk"),
    ).rejects.toThrow("vmdk image names external extents");
    header.writeUInt32BE(0, 12);
    header.writeUInt32BE(104, 100);
    writeFileSync(join(stack.state, "bad", "fine.qcow2"), header);
    await expect(
      glance("image-create --name bad --disk-format raw --container-format bare --file bad/fine.qcow2"),
    ).rejects.toThrow("Image disk_format raw does not match stream data qcow2");
    await expect(image("create --disk-format raw --file bad/fine.qcow2 bad")).rejects.toThrow("415");
  }, 60_000);
});

async function until(done: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`still waiting after ${seconds} s for: ${done}`);
    await Bun.sleep(200);
  }
}
