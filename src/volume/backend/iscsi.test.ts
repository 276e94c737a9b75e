// Volumes over iSCSI, by the real tgtd and initiators that need no kernel: QEMU's and libiscsi's.

import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describeWith, isRoot, program, type Requirement } from "../../../test/support/requires.ts";
import { runCommand } from "../drivers/commands.ts";
import { Tgt } from "../targets/tgt.ts";
import { LATEST, type VolumeCloud, volumeCloud } from "../testing.ts";

const qemuIscsi: Requirement = {
  met: existsSync("/usr/lib/x86_64-linux-gnu/qemu/block-iscsi.so"),
  reason: "needs the package qemu-block-extra",
};
const PREFIX = "iqn.2010-10.org.openstack:volume-";

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Nothing of it is left afterwards, the daemon included. */
async function exportingCloud(settings: Record<string, string> = {}) {
  const port = await freePort();
  const cloud = await volumeCloud({
    settings: {
      CINDER_DRIVER: "file",
      CINDER_TARGET_HELPER: "tgtadm",
      CINDER_TARGET_PORT: String(port),
      ...settings,
    },
  });
  const disposed = cloud[Symbol.asyncDispose].bind(cloud);
  const folder = cloud.paths.at("cinder");
  const tgt = new Tgt({ dir: folder, portal: `127.0.0.1:${port}` });
  return Object.assign(cloud, {
    port,
    tgt,
    /** Files in `volumes`. */
    exported: () => readdirSync(join(folder, "volumes")),
    async [Symbol.asyncDispose]() {
      await tgt.stop();
      await disposed();
    },
  });
}

const CONNECTOR = { host: "elsewhere", ip: "10.0.0.9", initiator: "iqn.1993-08.org.debian:01:abc" };

/** An attachment by a host elsewhere; what the host is told. */
async function attached(cloud: VolumeCloud, id: string, more: Record<string, unknown> = {}) {
  const body = { attachment: { volume_uuid: id, connector: { ...CONNECTOR, ...more } } };
  const answer = await cloud.admin.post("/v3/attachments", body, LATEST);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.attachment as { id: string; connection_info: Record<string, string> };
}

const detach = (cloud: VolumeCloud, id: string) => cloud.admin.delete(`/v3/attachments/${id}`, LATEST);

function urlOf(info: Record<string, string>, password = info["auth_password"]): string {
  return `iscsi://${info["auth_username"]}%${password}@${info["target_portal"]}/${info["target_iqn"]}/${info["target_lun"]}`;
}

describeWith("iSCSI", [isRoot, program("tgtd"), program("iscsi-ls"), program("qemu-io"), qemuIscsi], () => {
  test("VO-28 a volume is exported by tgt while a host elsewhere has it, and reads back what was written", async () => {
    await using cloud = await exportingCloud();
    const id = await cloud.volume({
      imageRef: await cloud.image(new TextEncoder().encode("bytes on the wire")),
    });
    const { id: attachmentId, connection_info: info } = await attached(cloud, id);
    expect(info).toEqual({
      driver_volume_type: "iscsi",
      target_discovered: false,
      target_portal: `127.0.0.1:${cloud.port}`,
      target_iqn: `${PREFIX}${id}`,
      target_lun: 1,
      volume_id: id,
      auth_method: "CHAP",
      auth_username: expect.stringMatching(/^[2-9A-Za-z]{20}$/),
      auth_password: expect.stringMatching(/^[2-9A-Za-z]{16}$/),
      encrypted: false,
      qos_specs: null,
      access_mode: "rw",
      cacheable: false,
      attachment_id: attachmentId,
    } as never);
    // One file for each volume, in tgt's own format, found by its include files.
    const file = readFileSync(cloud.paths.at("cinder", "volumes", `volume-${id}`), "utf8");
    expect(file).toContain(
      `<target ${PREFIX}${id}>\n    backing-store ${cloud.paths.root}/volumes/file/volume-${id}\n`,
    );
    expect(file).toContain(`incominguser ${info["auth_username"]} ${info["auth_password"]}`);
    expect(statSync(cloud.paths.at("cinder", "volumes", `volume-${id}`)).mode & 0o777).toBe(0o600);
    const conf = cloud.paths.at("cinder", "tgt");
    expect(readFileSync(join(conf, "targets.conf"), "utf8")).toBe(`include ${conf}/conf.d/*.conf\n`);
    expect(readFileSync(join(conf, "conf.d", "cinder_tgt.conf"), "utf8")).toBe(
      `include ${cloud.paths.at("cinder", "volumes")}/*\n`,
    );

    const url = urlOf(info);
    const copy = cloud.paths.at("copy.raw");
    await runCommand([
      "qemu-img",
      "dd",
      "-f",
      "raw",
      "-O",
      "raw",
      "bs=512",
      "count=1",
      `if=${url}`,
      `of=${copy}`,
    ]);
    expect(readFileSync(copy).subarray(0, 17).toString()).toBe("bytes on the wire");
    expect(await runCommand(["iscsi-ls", "-s", url.replace(/\/iqn.*/, "/")])).toContain(`${PREFIX}${id}`);
    await runCommand(["qemu-io", "-f", "raw", url, "-c", "write -P 0x5a 4096 512", "-c", "flush"]);
    const data = readFileSync(cloud.paths.at("volumes", "file", `volume-${id}`));
    expect(data.subarray(4096, 4608).every((byte) => byte === 0x5a)).toBe(true);
    const wrong = runCommand(["qemu-img", "info", urlOf(info, "AAAAaaaa22222222")]);
    expect(await wrong.catch((error) => error.message)).toContain("Failed to log in to target");

    await detach(cloud, attachmentId);
    await cloud.settled(id, "available");
    expect([cloud.exported(), await cloud.tgt.targets()]).toEqual([[], []]);
    // Another attachment, other credentials.
    const again = await attached(cloud, id, { multipath: true });
    expect(again.connection_info).toMatchObject({
      target_portals: [`127.0.0.1:${cloud.port}`],
      target_iqns: [`${PREFIX}${id}`],
      target_luns: [1],
    } as never);
    expect(again.connection_info["auth_password"]).not.toBe(info["auth_password"]);
  }, 60_000);

  test("VO-28 the older calls export as well, and a connector names its initiator", async () => {
    await using cloud = await exportingCloud({ CINDER_REPORT_DISCARD_SUPPORTED: "True" });
    const id = await cloud.volume();
    await cloud.act(id, "os-reserve");
    const refused = await cloud.act(id, "os-initialize_connection", { connector: { host: "elsewhere" } });
    expect([refused.status, refused.body.badRequest.message]).toEqual([
      400,
      "Invalid input received: Connector doesn't have required information: initiator",
    ]);
    const answer = await cloud.act(id, "os-initialize_connection", { connector: CONNECTOR });
    expect(answer.body.connection_info).toMatchObject({
      driver_volume_type: "iscsi",
      data: { target_iqn: `${PREFIX}${id}`, target_lun: 1, auth_method: "CHAP", discard: true },
    });
    expect(cloud.exported()).toEqual([`volume-${id}`]);
    await cloud.act(id, "os-terminate_connection", { connector: CONNECTOR });
    expect([cloud.exported(), (await cloud.show(id)).status]).toEqual([[], "available"]);
  }, 60_000);

  test("VO-28 exports outlive the service and the daemon, grow with the volume, and a volume nobody has goes", async () => {
    await using cloud = await exportingCloud();
    const [kept, left] = [await cloud.volume(), await cloud.volume()];
    const { id, connection_info: info } = await attached(cloud, kept);
    await cloud.admin.post(`/v3/attachments/${id}/action`, { "os-complete": null }, LATEST);
    await attached(cloud, left);
    await cloud.stop("c-vol");
    await cloud.tgt.stop();
    cloud.sql("cinder", "UPDATE volumes SET status = 'available' WHERE id = ?", left);
    await cloud.start("c-vol");
    expect(cloud.exported()).toEqual([`volume-${kept}`]);
    const size = async () =>
      Number(
        JSON.parse(await runCommand(["qemu-img", "info", "--output=json", urlOf(info)]))["virtual-size"],
      );
    expect(await size()).toBe(2 ** 30);
    await cloud.act(kept, "os-extend", { new_size: 2 });
    await cloud.settled(kept, "in-use");
    expect(await size()).toBe(2 ** 31);
  }, 60_000);

  test("VO-28 a port that is taken is said, and nothing listens anywhere else", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
    );
    try {
      await using cloud = await volumeCloud({ windows: ["key"] });
      const tgt = new Tgt({ dir: cloud.paths.dir("cinder"), portal: `127.0.0.1:${port}` });
      expect(await tgt.start().catch((error) => error.message)).toContain(
        `tgtd cannot listen on 127.0.0.1:${port}`,
      );
      expect(await tgt.stop()).toBe(false);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }, 60_000);
});

test("VO-28 without the package there is no service that would pretend", async () => {
  const missing = (name: string) => name !== "tgtd";
  const tgt = new Tgt({ dir: "/nonexistent", portal: "127.0.0.1:3260", installed: missing });
  expect(await tgt.start().catch((error) => error.message)).toContain(
    "CINDER_TARGET_HELPER is tgtadm, but tgtd cannot be found; Debian's package is tgt",
  );
});
