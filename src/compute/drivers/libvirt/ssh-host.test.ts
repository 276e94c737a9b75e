// A host behind ssh, with real guests: ssh is a script here that runs what sshd would run, on this machine. Same needs as
// live.test.ts, and virt-ssh-helper, which comes with libvirt.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ComputeDriver, GuestSpec } from "../driver.ts";
import { driverModule } from "./index.ts";
import { greeting, guestSpec, type LiveContext, liveContext, whyNotLive } from "./testing/live-context.ts";

const reason =
  (await whyNotLive()) ??
  (Bun.which("virt-ssh-helper") && Bun.which("bash") ? null : "no virt-ssh-helper or bash");
if (reason !== null) console.warn(`skipped: a libvirt host behind ssh: ${reason}`);

const MINUTE = 60_000;

/** `-W HOST:PORT` connects, anything else after `-- HOST` is for the shell. */
const SSH = `#!/bin/bash
while [ "$1" != -- ]; do [ "$1" = -W ] && to=$2; shift; done
if [ -n "$to" ]; then
  exec 3<>"/dev/tcp/\${to%:*}/\${to##*:}"
  cat <&3 & cat >&3; wait; exit
fi
shift 2
exec sh -c "$1"
`;

describe.skipIf(reason !== null)("a host behind ssh", () => {
  let here: LiveContext;
  let there: LiveContext;
  let c01: ComputeDriver;
  let c02: ComputeDriver;
  let guest: GuestSpec;

  beforeAll(async () => {
    if (reason !== null) return;
    here = liveContext({ COMPUTE_HOSTS: "c01=qemu:///system" });
    const ssh = join(here.context.stateDir, "ssh");
    writeFileSync(ssh, SSH, { mode: 0o700 });
    const uri = `qemu+ssh://root@127.0.0.1/system?command=${encodeURIComponent(ssh)}&proxy=native`;
    there = liveContext({ COMPUTE_HOSTS: `c02=${uri}` });
    c01 = driverModule.create(here.context, driverModule.hosts(here.context)[0]!);
    c02 = driverModule.create(there.context, driverModule.hosts(there.context)[0]!);
    await c01.init();
    await c02.init();
    guest = guestSpec({
      localDisks: [{ deviceName: "/dev/vdb", sizeMb: 16, guestFormat: null, kind: "ephemeral", bus: null }],
    });
  }, MINUTE);

  afterAll(async () => {
    if (reason !== null) return;
    try {
      await c01.destroy(guest, { keepDisks: false });
      await c02.destroy(guest, { keepDisks: false });
      await c02.close();
      expect(await driverModule.cleanup(there.context)).toEqual([]);
      await c01.close();
    } finally {
      here[Symbol.dispose]();
      there[Symbol.dispose]();
    }
  }, MINUTE);

  test(
    "a guest from spawn to snapshot",
    async () => {
      expect(await driverModule.probe(there.context)).toMatchObject({ usable: true });
      await c02.spawn(guest);
      expect((await c02.info(guest)).powerState).toBe("running");
      expect(await c02.list()).toHaveLength(1);
      for (;;) {
        const output = new TextDecoder().decode(await c02.consoleOutput(guest, 2 ** 20));
        if (/EXT4-fs \(vda1\): mounted/.test(output)) break;
        await Bun.sleep(50);
      }
      const screen = await c02.console(guest, "novnc");
      expect(screen?.host).toBe("127.0.0.1");
      expect(await greeting(screen?.port ?? 0)).toStartWith("RFB 003.008");
      const copy = await c02.snapshot(guest, "qcow2");
      let length = 0;
      for await (const piece of copy.data) length += piece.length;
      await copy.dispose();
      expect(length).toBe(copy.sizeBytes ?? 0);
      expect(length).toBeGreaterThan(10_000_000);
      expect(await c02.resources()).toMatchObject({ hypervisorHostname: "c02", hostIp: "127.0.0.1" });
    },
    MINUTE,
  );

  test(
    "it moves to a local host and back",
    async () => {
      for (const [from, to, folder] of [
        [c02, c01, here],
        [c01, c02, there],
      ] as const) {
        const transfer = await from.migrateDiskAndPowerOff(guest, to.migrationTarget(), 1, 0);
        await to.finishMigration(guest, transfer, true);
        await from.confirmMigration(guest, false);
        expect(await from.list()).toEqual([]);
        expect((await to.info(guest)).powerState).toBe("running");
        const disk = join(folder.context.instancesDir, guest.uuid, "disk");
        expect(existsSync(disk)).toBe(true);
        await to.powerOff(guest, 0);
        await Bun.$`qemu-img check -q -f qcow2 ${disk}`;
      }
      await c02.destroy(guest, { keepDisks: false });
      expect(existsSync(join(there.context.instancesDir, guest.uuid))).toBe(false);
    },
    MINUTE,
  );
});
