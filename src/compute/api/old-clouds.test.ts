// A cloud whose ceiling is that of the old labs: what newer versions took away really works there.

import { expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import { LATEST, type ServerCloud, serverCloud } from "../../testing/server-cloud.ts";

const CEILING = { COMPUTE_API_MAX_MICROVERSION: "2.1" };

const oldCloud = (): Promise<ServerCloud> => serverCloud({ settings: CEILING, networks: true });

test("the ceiling is published, and a request above it is refused", async () => {
  await using cloud = await oldCloud();
  const { version } = (await cloud.nova.get("/v2.1/")).body;
  expect([version.min_version, version.version]).toEqual(["2.1", "2.1"]);
  expect((await cloud.nova.get("/v2.1/servers", LATEST)).status).toBe(406);
  expect((await cloud.nova.get("/v2.1/servers", { "x-openstack-nova-api-version": "latest" })).status).toBe(
    200,
  );
});

test("certificates: the cloud's own authority signs a key pair for the user", async () => {
  await using cloud = await oldCloud();
  const root = (await cloud.nova.get("/v2.1/os-certificates/root")).body.certificate;
  expect(root.private_key).toBeNull();
  const made = await cloud.nova.post("/v2.1/os-certificates", {});
  expect(made.status).toBe(200);
  const authority = new X509Certificate(root.data);
  const mine = new X509Certificate(made.body.certificate.data);
  expect(authority.ca).toBe(true);
  expect(mine.ca).toBe(false);
  expect(mine.checkIssued(authority)).toBe(true);
  expect(mine.verify(authority.publicKey)).toBe(true);
  expect(made.body.certificate.private_key).toStartWith("-----BEGIN RSA PRIVATE KEY-----");
  expect(statSync(cloud.paths.at("CA", "ca.pem")).mode & 0o777).toBe(0o600);
  const other = await cloud.nova.get("/v2.1/os-certificates/mine");
  expect(other.status).toBe(501);
  expect(other.text).toContain("Only root certificate can be retrieved.");
  // The authority is that of the state folder: it outlives the service.
  await cloud.stop("n-api");
  await cloud.start("n-api");
  expect((await cloud.nova.get("/v2.1/os-certificates/root")).body.certificate.data).toBe(root.data);
});

test("above the ceiling of its time os-certificates is gone", async () => {
  await using cloud = await serverCloud();
  expect((await cloud.nova.get("/v2.1/os-certificates/root")).status).toBe(410);
  expect((await cloud.nova.post("/v2.1/os-certificates", {})).status).toBe(410);
});

test("images, networks, floating addresses, security groups, hosts, files and server-side keys", async () => {
  await using cloud = await oldCloud();
  const { nova } = cloud;
  const images = (await nova.get("/v2.1/images/detail")).body.images;
  expect(images.map((image: { name: string }) => image.name)).toContain("cirros");
  expect((await nova.get(`/v2.1/images/${images[0].id}/metadata`)).status).toBe(200);
  expect((await nova.get("/v2.1/os-hosts")).body.hosts.length).toBeGreaterThan(0);
  const networks = (await nova.get("/v2.1/os-networks")).body.networks;
  expect(networks.length).toBeGreaterThan(0);
  const pools = (await nova.get("/v2.1/os-floating-ip-pools")).body.floating_ip_pools;
  expect(pools.length).toBeGreaterThan(0);

  const group = (
    await nova.post("/v2.1/os-security-groups", { security_group: { name: "web", description: "d" } })
  ).body.security_group;
  const rule = await nova.post("/v2.1/os-security-group-rules", {
    security_group_rule: {
      parent_group_id: group.id,
      ip_protocol: "tcp",
      from_port: 80,
      to_port: 80,
      cidr: "0.0.0.0/0",
    },
  });
  expect(rule.status).toBe(200);

  const key = (await nova.post("/v2.1/os-keypairs", { keypair: { name: "mine" } })).body.keypair;
  expect(key.private_key).toContain("PRIVATE KEY");

  const made = await nova.post("/v2.1/servers", {
    server: {
      name: "old",
      imageRef: cloud.imageId,
      flavorRef: "1",
      key_name: "mine",
      networks: [{ uuid: networks[0].id }],
      personality: [{ path: "/etc/banner", contents: btoa("welcome") }],
      security_groups: [{ name: "web" }],
    },
  });
  expect(made.status).toBe(202);
  const id = made.body.server.id;
  let server = made.body.server;
  await cloud.until("the server", async () => {
    server = (await nova.get(`/v2.1/servers/${id}`)).body.server;
    return server.status !== "BUILD";
  });
  expect(server.status).toBe("ACTIVE");
  const address = (await nova.post("/v2.1/os-floating-ips", { pool: pools[0].name })).body.floating_ip;
  const added = await nova.post(`/v2.1/servers/${id}/action`, { addFloatingIp: { address: address.ip } });
  expect(added.status).toBe(202);
  expect((await nova.get(`/v2.1/os-floating-ips/${address.id}`)).body.floating_ip.instance_id).toBe(id);
  const web = (await nova.get(`/v2.1/os-security-groups/${group.id}`)).body.security_group;
  expect(web).toMatchObject({ name: "web", description: "d", rules: [{ from_port: 80, to_port: 80 }] });
  expect((await nova.get(`/v2.1/servers/${id}/os-security-groups`)).body.security_groups).toEqual([web]);
  expect((await nova.get(`/v2.1/servers/${id}/diagnostics`)).status).toBe(200);
});

test("os-volumes_boot is /servers by another name, os-baremetal-nodes knows no nodes", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  expect((await cloud.nova.get(`/v2.1/os-volumes_boot/${id}`)).body.server.id).toBe(id);
  expect((await cloud.nova.get("/v2.1/os-volumes_boot/detail")).body.servers.length).toBe(1);
  expect((await cloud.nova.post(`/v2.1/os-volumes_boot/${id}/action`, { pause: null })).status).toBe(202);
  expect((await cloud.nova.get("/v2.1/os-baremetal-nodes")).status).toBe(501);
  expect((await cloud.nova.get("/v2.1/os-baremetal-nodes", LATEST)).status).toBe(404);
  const refused = await cloud.nova.post("/v2.1/os-baremetal-nodes", {});
  expect([refused.status, refused.body.badRequest.message]).toEqual([
    400,
    "Command Not supported. Please use Ironic command node-create to perform this action.",
  ]);
});
