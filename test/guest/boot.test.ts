// The guest image in plain QEMU, emulated: what a cloud and its users rely on. Needs scripts/build-guest's results.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configDrive, guestDirectory, keyPair, Machine, overlay, run, until, whyNot } from "./machine.ts";

const reason = await whyNot();
if (reason) console.log(`guest tests skipped: ${reason}`);

const bootSeconds = 120;
const login = /test login: /;
let directory: string;
let key: { path: string; publicKey: string };
let machine: Machine | undefined;

/** meta_data.json as Nova sends it, shortened. */
const metaData = (more: Record<string, unknown> = {}) => ({
  uuid: "83679162-1378-4288-a2d4-70e13ec132aa",
  name: "Test",
  hostname: "test.novalocal",
  availability_zone: "nova",
  launch_index: 0,
  public_keys: { mykey: `${key.publicKey}\n` },
  keys: [{ name: "mykey", type: "ssh", data: `${key.publicKey}\n` }],
  ...more,
});

describe.skipIf(reason !== undefined)("guest", () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "guest-test."));
    key = await keyPair(directory);
  });
  afterEach(async () => {
    await machine?.stop();
    machine = undefined;
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("manifest names what is there", async () => {
    const manifest = await Bun.file(join(guestDirectory, "manifest.json")).json();
    expect(manifest.default_user).toBe("cirros");
    expect(manifest.built_from.map((entry: { package: string }) => entry.package)).toContain(
      "busybox-static",
    );
    const formats: string[] = [];
    for (const entry of manifest.files) {
      const content = await Bun.file(join(guestDirectory, entry.file)).bytes();
      expect(content.length).toBe(entry.size);
      expect(createHash("md5").update(content).digest("hex")).toBe(entry.md5);
      expect(createHash("sha512").update(content).digest("hex")).toBe(entry.sha512);
      formats.push(`${entry.disk_format}/${entry.container_format}`);
    }
    expect(formats).toEqual(["qcow2/bare", "aki/aki", "ari/ari", "ami/ami"]);
  });

  test("config drive: login, keys, name, files, user data, grown root, hot plug, power button", async () => {
    const drive = join(directory, "config-2");
    await configDrive(drive, {
      "latest/meta_data.json": JSON.stringify(
        metaData({ files: [{ path: "/etc/injected \u00e9.txt", content_path: "/content/0000" }] }),
      ),
      "latest/user_data": "#!/bin/sh\necho user data of $(hostname)\n",
      "content/0000": "injected\n",
    });
    machine = await Machine.start({ diskGb: 2, configDrive: drive });
    const text = await machine.shows(login, bootSeconds);
    expect(text).toContain("udhcpc: started");
    expect(text).toContain("Sending discover...");
    expect(text).toMatch(/Lease of 169\.254\.169\.20 obtained/);
    expect(text).toContain("found datasource (configdrive, local)");
    expect(text).toContain("=== datasource: configdrive local ===");
    expect(text).toContain("instance-id: 83679162-1378-4288-a2d4-70e13ec132aa");
    expect(text).toContain("user data of test\n");
    expect(text).toContain("login as 'cirros' user. default password: 'gocubsgo'. use 'sudo' for root.");
    expect(text).toMatch(/GROWROOT: CHANGED/);

    await machine.type("cirros\n");
    await machine.shows(/Password: /, 20);
    await machine.type("gocubsgo\n");
    await machine.shows(/Password: [\s\S]*\$ /, 20);
    await machine.type("sudo id -un\n");
    await machine.shows(/\nroot\n/, 20);

    const guest = (command: string) => machine!.ssh(key.path, command);
    expect(await guest("hostname; id -un; sudo id -un")).toBe("test\ncirros\nroot\n");
    expect(await machine.ssh(key.path, "id -un", "root")).toBe("root\n");
    expect(await guest("cat '/etc/injected \u00e9.txt' /var/log/user-data.log")).toBe(
      "injected\nuser data of test\n",
    );
    // The user may ping; under another name the program that has root for it gives root up.
    expect(await guest("ping -c 1 -w 5 169.254.169.2")).toContain("1 packets received");
    expect(await guest("ls -l /bin/ping6 /bin/traceroute | awk '{ print $NF }'")).toBe("bbsuid\nbbsuid\n");
    expect(
      await guest("ln -s /bin/bbsuid sh && ./sh -c 'id -u; head -c 1 /etc/shadow || id -un'; rm sh"),
    ).toBe("1000\ncirros\n");
    const rootMb = Number(await guest("df -m / | awk 'END { print $2 }'"));
    expect(rootMb).toBeGreaterThan(1900);
    expect(await guest("grep -c vdb /proc/partitions || true")).toBe("0\n");

    const volume = join(directory, "volume");
    await run("qemu-img", "create", "-q", "-f", "raw", volume, "64M");
    await machine.ask("blockdev-add", { driver: "file", "node-name": "volume", filename: volume });
    await machine.ask("device_add", {
      driver: "virtio-blk-pci",
      id: "disk1",
      drive: "volume",
      serial: "0123456789abcdef0123",
    });
    await until("vdb in /proc/partitions", 20, async () =>
      / 65536 vdb\n/.test(await guest("cat /proc/partitions")),
    );
    // What Tempest does with a volume, and what the serial number is for.
    await guest(
      "sudo mkfs -t ext4 /dev/vdb && sudo mount /dev/disk/by-id/virtio-0123456789abcdef0123 /mnt && sudo umount /mnt",
    );
    await machine.ask("device_del", { id: "disk1" });
    await until("vdb gone", 20, async () => !(await guest("cat /proc/partitions")).includes("vdb"));

    const pressed = Date.now();
    await machine.ask("system_powerdown");
    await machine.ended(10);
    console.log(`power button to power off: ${Date.now() - pressed} ms`);
  }, 180_000);

  test("metadata service: keys and user data once an instance, host keys and data survive resets", async () => {
    let pathsSeen: string[] = [];
    const answers: Record<string, string> = {
      "/2009-04-04/meta-data/instance-id": "i-00000001",
      "/2009-04-04/user-data": "#!/bin/sh\necho run >>/root/runs\n",
      "/openstack/latest/meta_data.json": JSON.stringify(metaData()),
    };
    const service = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        const { pathname } = new URL(request.url);
        pathsSeen.push(pathname);
        if (request.method === "POST") answers[pathname] = await request.text();
        const body = answers[pathname];
        return new Response(body ?? "not found", { status: body ? 200 : 404 });
      },
    });
    try {
      machine = await Machine.start({ diskGb: 1, metadataPort: service.port! });
      const first = await machine.shows(login, bootSeconds);
      expect(first).toContain("checking http://169.254.169.254/2009-04-04/instance-id");
      expect(first).toMatch(/successful after 1\/20 tries: up [0-9.]+\. iid=i-00000001/);
      expect(first).toContain("=== datasource: ec2 net ===");
      expect(pathsSeen).toContain("/openstack/latest/meta_data.json");

      const guest = (command: string) => machine!.ssh(key.path, command);
      const address = "http://169.254.169.254";
      expect(await guest(`curl -s ${address}/2009-04-04/meta-data/instance-id`)).toBe("i-00000001");
      expect(await guest(`curl -s -X POST -d secret ${address}/openstack/2013-10-17/password`)).toBe(
        "secret",
      );
      expect(answers["/openstack/2013-10-17/password"]).toBe("secret");
      expect(await guest("sudo cat /root/runs")).toBe("run\n");
      const hostKeys = await guest("sudo cat /etc/dropbear/host-keys");
      await guest("sudo sh -c 'echo kept >/root/kept; sync /root/kept'");
      pathsSeen = [];
      await machine.ask("system_reset");
      await machine.shows(login, bootSeconds, 2);
      expect(await guest("sudo cat /root/kept /root/runs")).toBe("kept\nrun\n");
      expect(await guest("sudo cat /etc/dropbear/host-keys")).toBe(hostKeys);

      // A server made from a snapshot of this disk: another id, so everything is done again.
      answers["/2009-04-04/meta-data/instance-id"] = "i-00000002";
      // ssh may see the connection end before the command's status.
      await guest("sudo reboot").catch(() => {});
      await machine.shows(login, bootSeconds, 3);
      expect(await guest("sudo cat /root/runs")).toBe("run\nrun\n");
      expect(await guest("sudo cat /etc/dropbear/host-keys")).not.toBe(hostKeys);
    } finally {
      await service.stop(true);
    }
  }, 300_000);

  test("q35, e1000 and a SATA disk start the kernel that has their drivers", async () => {
    const drive = join(directory, "config-2.q35");
    await configDrive(drive, { "latest/meta_data.json": JSON.stringify(metaData()) });
    machine = await Machine.start({
      machine: "q35",
      diskGb: 1,
      diskBus: "ide",
      nicModel: "e1000",
      configDrive: drive,
    });
    const text = await machine.shows(login, bootSeconds);
    expect(text).toMatch(/=== datasource: configdrive local ===/);
    expect(await machine.ssh(key.path, "uname -r; ls /sys/class/net; df / | awk 'END { print $1 }'")).toMatch(
      /^\S+[0-9]-amd64\neth0\nlo\n\/dev\/sda1\n$/,
    );
  }, 180_000);

  test("kernel, ramdisk and root file system boot without a boot loader; a network without DHCP", async () => {
    const drive = join(directory, "config-2.ami");
    const link = { id: "tap0", ethernet_mac_address: "fa:16:3e:01:02:03", type: "bridge", mtu: null };
    const files = {
      "latest/meta_data.json": JSON.stringify(metaData()),
      // A network without DHCP, as Nova describes it.
      "latest/network_data.json": JSON.stringify({
        links: [link],
        networks: [
          {
            ...{
              id: "network0",
              type: "ipv4",
              link: "tap0",
              ip_address: "169.254.169.20",
              netmask: "255.255.255.0",
            },
            routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "169.254.169.2" }],
          },
        ],
        services: [{ type: "dns", address: "169.254.169.3" }],
      }),
    };
    await configDrive(drive, files, "vfat");
    const disk = join(directory, "ami");
    await overlay(join(guestDirectory, "guest-root.img"), "raw", disk, 1);
    machine = await Machine.start({
      settings: [
        ["-kernel", join(guestDirectory, "guest-vmlinuz")],
        ["-initrd", join(guestDirectory, "guest-initrd")],
        ["-append", "root=/dev/vda console=tty0 console=ttyS0"],
        ["-drive", `file=${disk},if=virtio,format=qcow2`],
        ["-drive", `file=${drive},if=virtio,format=raw,readonly=on`],
      ],
    });
    const text = await machine.shows(login, bootSeconds);
    expect(text).toContain("eth0: set up from the config drive");
    expect(text).not.toContain("Sending discover");
    const guest = (command: string) => machine!.ssh(key.path, command);
    expect(await guest("df -m / | awk 'END { print ($2 > 900), $1 }'")).toBe("1 /dev/vda\n");
    expect(await guest("ip route | head -n 1; cat /etc/resolv.conf")).toBe(
      "default via 169.254.169.2 dev eth0 \nnameserver 169.254.169.3\n",
    );
  }, 180_000);

  test("without DHCP and metadata it still comes to the login prompt", async () => {
    machine = await Machine.start({ diskGb: 1, unplugged: true });
    const text = await machine.shows(/cirros login: /, bootSeconds);
    expect(text.match(/Sending discover\.\.\./g)!.length).toBeGreaterThanOrEqual(3);
    expect(text).toContain("No lease, forking to background");
    expect(text).toContain("wget: can't connect to remote host (169.254.169.254): Network is unreachable");
    expect(text).toMatch(/failed 20\/20: up [0-9.]+\. request failed/);
    expect(text).toContain("=== datasource: none ===");
  }, 180_000);
});
