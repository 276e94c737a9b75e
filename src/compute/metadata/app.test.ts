import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import type { Service, ServiceContext, ServiceDeclaration } from "../../core/service.ts";
import { type NetworkPublic, networkPublic } from "../../network/public.ts";
import { type Answer, testCloud } from "../../testing/cloud.ts";
import { testVif } from "../../testing/metadata.ts";
import { NovaStore } from "../store.ts";
import type { InstanceRow } from "../tables.ts";
import { configDriveFiles, configDriveImage } from "./config-drive.ts";
import { metadata } from "./index.ts";

const UUID = "83679162-1378-4288-a2d4-70e13ec132aa";
const PROJECT = "f7ac731cc11f40efbc03a9f9e1d1d21f";
const SECRET = "metadata1";

/** The network service as far as metadata asks it, and beside it what a compute service would have written. */
function network(prepare: (store: NovaStore, context: ServiceContext) => void): ServiceDeclaration {
  return {
    window: "n-net",
    program: "nova-network",
    project: "nova",
    summary: "",
    requires: [],
    sections: [],
    migrations: metadata.migrations ?? [],
    logFile: "nova/nova-network.log",
    create(context): Service {
      return {
        async start() {
          void context.bus;
          prepare(new NovaStore(context.db), context);
          const known: Partial<NetworkPublic> = {
            instanceByAddress: (address) => (address === "10.0.0.5" ? UUID : null),
            vifsOf: (uuids) => new Map(uuids.map((uuid) => [uuid, [testVif()]])),
            securityGroupsOf: () => [{ id: "1", name: "default" }],
          };
          context.peers.provide(networkPublic, known as NetworkPublic);
        },
        async stop() {},
      };
    },
  };
}

const flavor = { name: "m1.tiny" } as never;

async function metadataCloud(changes: Partial<InstanceRow> = {}) {
  let store: NovaStore | null = null;
  let context: ServiceContext | null = null;
  const cloud = await testCloud({
    declarations: [
      network((nova, its) => {
        [store, context] = [nova, its];
        nova.insertInstance(
          {
            uuid: UUID,
            created_at: 0,
            project_id: PROJECT,
            display_name: "test",
            hostname: "test",
            launch_index: 0,
            reservation_id: "r-iru5qm4m",
            key_name: "mykey",
            key_data: "ssh-rsa AAAA",
            image_ref: "image-1",
            root_device_name: "/dev/vda",
            user_data: Buffer.from("#!/bin/sh\necho hello\n").toString("base64"),
            availability_zone: "nova",
            ...changes,
          },
          (id) => `instance-${id}`,
        );
        nova.extra.insert({
          instance_uuid: UUID,
          flavor: { cur: flavor, old: null, new: null },
          keypairs: [{ name: "mykey", publicKey: "ssh-rsa AAAA", fingerprint: "", type: "ssh" }],
        });
        nova.setMetadata(UUID, { role: "webservers" });
      }),
      metadata,
    ],
    settings: { NEUTRON_METADATA_PROXY_SHARED_SECRET: SECRET },
  });
  const ask = async (
    path: string,
    init: { method?: string; headers?: Record<string, string>; body?: string; from?: string } = {},
  ): Promise<Answer> => {
    const { from = "10.0.0.5", ...rest } = init;
    const response = await cloud.cloud
      .app("n-api-meta")
      .fetch(new Request(`http://169.254.169.254${path}`, rest), { target: path, remoteAddress: from });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: null };
  };
  if (!store || !context) throw new Error("the network service did not start");
  return Object.assign(cloud, { ask, store: store as NovaStore, context: context as ServiceContext });
}

const signed = (id: string, secret = SECRET) => ({
  "x-instance-id": id,
  "x-tenant-id": PROJECT,
  "x-instance-id-signature": createHmac("sha256", secret).update(id).digest("hex"),
});

test("MD-01 EC2's metadata as plain text", async () => {
  await using cloud = await metadataCloud();
  const id = await cloud.ask("/2009-04-04/meta-data/instance-id");
  expect([id.status, id.text, id.headers.get("content-type")]).toEqual([
    200,
    "i-00000001",
    "text/plain; charset=UTF-8",
  ]);
  expect((await cloud.ask("/latest/meta-data/ami-id")).text).toBe("ami-00000001");
  expect((await cloud.ask("/latest/meta-data/public-keys/0/openssh-key")).text).toBe("ssh-rsa AAAA");
  expect((await cloud.ask("/latest/meta-data/instance-type")).text).toBe("m1.tiny");
  expect((await cloud.ask("/latest/meta-data/security-groups")).text).toBe("default");
  expect((await cloud.ask("/latest/meta-data/block-device-mapping/root")).text).toBe("/dev/vda");
  expect((await cloud.ask("/", { from: "192.0.2.1" })).text).toStartWith("1.0\n2007-01-19\n");
});

test("MD-03 who asks is known by the source address", async () => {
  await using cloud = await metadataCloud();
  expect((await cloud.ask("/latest/meta-data/hostname")).text).toBe("test.novalocal");
  const stranger = await cloud.ask("/latest/meta-data/hostname", { from: "10.0.0.6" });
  expect([stranger.status, stranger.headers.get("content-type"), stranger.text]).toEqual([
    404,
    "text/plain; charset=UTF-8",
    "404 Not Found\n\nThe resource could not be found.\n\n   ",
  ]);
  const html = await cloud.ask("/latest/meta-data/nosuch", { headers: { accept: "*/*" } });
  expect(html.text).toBe(
    "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  The resource could not be found.<br /><br />\n\n\n\n </body>\n</html>",
  );
  const json = await cloud.ask("/latest/meta-data/nosuch", { headers: { accept: "application/json" } });
  expect(JSON.parse(json.text)).toEqual({
    message: "The resource could not be found.<br /><br />\n\n\n",
    code: "404 Not Found",
    title: "Not Found",
  });
  cloud.store.instances.update({ uuid: UUID }, { deleted: 1 });
  expect((await cloud.ask("/latest/meta-data/hostname")).status).toBe(404);
});

test("MD-04 a proxy signs the server's id with the shared secret", async () => {
  await using cloud = await metadataCloud();
  const from = "127.0.0.1";
  const path = "/openstack/latest/meta_data.json";
  const good = await cloud.ask(path, { from, headers: signed(UUID) });
  expect(good.headers.get("content-type")).toBe("application/json");
  expect(JSON.parse(good.text)).toMatchObject({ uuid: UUID, meta: { role: "webservers" } });
  const forged = await cloud.ask(path, { from, headers: signed(UUID, "metadata2") });
  expect([forged.status, forged.text]).toEqual([
    403,
    "403 Forbidden\n\nInvalid proxy request signature.\n\n   ",
  ]);
  const unsigned = await cloud.ask(path, { headers: { "x-instance-id": UUID, "x-tenant-id": PROJECT } });
  expect([unsigned.status, unsigned.text]).toEqual([
    400,
    "400 Bad Request\n\nX-Instance-ID-Signature header is missing from request.\n\n   ",
  ]);
  const other = await cloud.ask(path, { from, headers: { ...signed(UUID), "x-tenant-id": "other" } });
  expect(other.status).toBe(404);
  const unknown = "00000000-0000-4000-8000-000000000000";
  expect((await cloud.ask(path, { from, headers: signed(unknown) })).status).toBe(404);
});

test("MD-05 user data in both trees", async () => {
  await using cloud = await metadataCloud();
  for (const path of ["/latest/user-data", "/openstack/latest/user_data"]) {
    expect((await cloud.ask(path)).text).toBe("#!/bin/sh\necho hello\n");
  }
});

test("a guest posts its password once", async () => {
  await using cloud = await metadataCloud();
  const path = "/openstack/latest/password";
  const none = await cloud.ask(path);
  expect([none.status, none.text]).toEqual([200, ""]);
  const long = await cloud.ask(path, { method: "POST", body: "x".repeat(1021) });
  expect([long.status, long.text]).toEqual([400, "400 Bad Request\n\nRequest is too large.\n\n   "]);
  expect((await cloud.ask(path, { method: "PUT", body: "x" })).text).toContain(
    "GET and POST only are supported.",
  );
  const password = "abc".repeat(200);
  expect((await cloud.ask(path, { method: "POST", body: password })).status).toBe(200);
  expect((await cloud.ask(path)).text).toBe(password);
  expect((await cloud.ask(path, { method: "POST", body: "other" })).status).toBe(409);
  expect(cloud.store.systemMetadataOf(UUID)).toMatchObject({
    password_0: password.slice(0, 255),
    password_3: "",
  });
});

test("MD-07 MD-14 a config drive with files, as CD or as FAT disk", async () => {
  await using cloud = await metadataCloud();
  const { context } = cloud;
  const order = {
    adminPassword: "geheim",
    injectedFiles: [{ path: "/etc/motd", contents: Buffer.from("hello").toString("base64") }],
  };
  const files = configDriveFiles(context, UUID, order);
  expect(new TextDecoder().decode(files["openstack/content/0000"])).toBe("hello");
  const metaData = JSON.parse(new TextDecoder().decode(files["openstack/latest/meta_data.json"]));
  expect(metaData).toMatchObject({
    admin_pass: "geheim",
    files: [{ path: "/etc/motd", content_path: "/content/0000" }],
  });
  const cd = await configDriveImage(context, UUID, "iso9660", order);
  expect(new TextDecoder().decode(cd.subarray(0x8028, 0x8030))).toBe("config-2");
  const disk = await configDriveImage(context, UUID, "vfat", order);
  expect(disk.length).toBe(64 * 2 ** 20);
});
