// Backup and recovery: the operations guide's own way with dumps, `stack backup` and `stack restore`, and snapshots. Each
// test destroys a cloud and brings it back.

import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CloudApi } from "../../src/cli/cloud-api.ts";
import { ProgramShell } from "../programs/shell.ts";
import { program } from "../support/requires.ts";
import { ROOT, Stack } from "../support/stack.ts";

const SEED = `
projects: [{ name: course, quota: { cores: 5 } }]
users: [{ name: ann, password: ann1, project: course }]
flavors: [{ name: small, ram: 128, vcpus: 1, disk: 1 }]
images: [{ name: tiny, size: 65536 }]
keypairs: [{ name: mine, user: ann, public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2zgz0ThoYfyZzrcvT5aDQ0x1DfmD8CGTTBn0X3y1Bq a@b" }]
servers: [{ name: web, project: course, user: ann, flavor: small, image: tiny, key: mine }]
volumes: [{ name: data, project: course, size: 1, attach: web }]
containers: [{ name: docs, project: course, objects: [{ name: a.txt, text: hello }, { name: big.bin, file: big.bin }] }]
`;

async function seeded(): Promise<Stack> {
  const folder = join(process.env["TMPDIR"] ?? "/tmp", `stack-seed-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "seed.yaml"), SEED);
  writeFileSync(join(folder, "big.bin"), new Uint8Array(300_000).fill(7));
  try {
    return await Stack.up({ args: ["--seed", join(folder, "seed.yaml")] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function shellOf(stack: Stack): ProgramShell {
  // Not part of the cloud, so a restore leaves it.
  const folder = join(stack.state, "labs", "desk");
  mkdirSync(folder, { recursive: true });
  const shell = new ProgramShell(stack.state, folder);
  writeFileSync(join(folder, "bin", "stack"), `#!/bin/sh\nexec "$STACK" "$@"\n`, { mode: 0o755 });
  shell.env = stack.adminEnv;
  delete shell.env["PATH"];
  return shell;
}

/** What the seed made, as its users see it; asked without a client, for it is asked often. */
async function contents(stack: Stack): Promise<unknown> {
  const authUrl = stack.adminEnv["OS_AUTH_URL"]!;
  const password = stack.adminEnv["OS_PASSWORD"]!;
  const who = { authUrl, user: "admin", project: "admin", password, region: "RegionOne" };
  const admin = await CloudApi.login(who);
  const ann = await CloudApi.login({ ...who, user: "ann", project: "course", password: "ann1" });
  const { servers } = (await admin.ask("compute", "GET", "/servers/detail?all_tenants=1")).body;
  const { volumes } = (await ann.ask("volumev3", "GET", "/volumes/detail")).body;
  const { images } = (await admin.ask("image", "GET", "/v2/images")).body;
  const { limits } = (await ann.ask("compute", "GET", "/limits")).body;
  return {
    servers: servers.map(({ id, name, status, addresses }: Named) => ({ id, name, status, addresses })),
    volumes: volumes.map(({ id, name, status, attachments }: Named) => ({ id, name, status, attachments })),
    images: images.map(({ id, status, checksum }: Named) => ({ id, status, checksum })),
    cores: limits.absolute.maxTotalCores,
    keys: (await ann.ask("compute", "GET", "/os-keypairs")).body.keypairs.length,
    small: (await ann.ask("object-store", "GET", "/docs/a.txt")).body,
    large: (await ann.ask("object-store", "GET", "/docs/big.bin")).headers.get("etag"),
  };
}

type Named = Record<string, unknown>;

describe("backup and recovery", () => {
  test("BK-01 BK-02 BK-04 dumps of one and of all databases, the daily script, a second copy of the images", async () => {
    await using stack = await seeded();
    const shell = shellOf(stack);
    await shell.sh("mysqldump --opt nova > nova.sql; mysqldump --opt --all-databases > openstack.sql");
    const nova = readFileSync(join(shell.folder, "nova.sql"), "utf8");
    expect(nova).toContain("INSERT INTO `instances`");
    expect(nova).not.toContain("Current Database: `cinder`");
    const all = readFileSync(join(shell.folder, "openstack.sql"), "utf8");
    for (const name of ["keystone", "glance", "nova", "cinder"]) expect(all).toContain(`USE \`${name}\`;`);
    expect((await shell.try("mysqldump nowhere")).stderr).toContain("Unknown database 'nowhere'");

    const old = join(shell.folder, "backups", "mysql-old.sql.gz");
    mkdirSync(join(shell.folder, "backups"));
    writeFileSync(old, "");
    utimesSync(old, new Date(0), new Date(0));
    // The guide's script; files older than a week are told by their change time, which no test can set, so once more by
    // the time of their contents.
    const script = `
      backup_dir="${shell.folder}/backups"
      filename="\${backup_dir}/mysql-\`hostname\`-\`eval date +%Y%m%d\`.sql.gz"
      mysqldump --opt --all-databases | gzip > $filename
      find $backup_dir -ctime +7 -type f -delete
      ls $backup_dir | wc -l
      find $backup_dir -mtime +7 -type f -delete
      gunzip -c $filename | grep -c 'CREATE DATABASE'`;
    expect((await shell.sh(script)).split("\n").map(Number).slice(0, 2)).toEqual([2, 6]);
    expect(existsSync(old)).toBe(false);
    expect(readdirSync(join(shell.folder, "backups"))[0]).toMatch(/^mysql-.+-\d{8}\.sql\.gz$/);

    const copy = program("rsync").met ? "rsync -az" : "cp -a";
    await shell.sh(
      `mkdir copy; ${copy} "$STACK_STATE/images/" copy/; diff -r "$STACK_STATE/images" copy/images 2>/dev/null || diff -r "$STACK_STATE/images" copy`,
    );
  }, 120_000);

  test("BK-05 BK-06 a lost schema and its settings, service by service, from dumps", async () => {
    await using stack = await seeded();
    const shell = shellOf(stack);
    const before = await contents(stack);
    const services = {
      nova: "n-api n-api-meta n-cond n-sch n-cpu n-novnc n-net q-svc",
      cinder: "c-api c-sch c-vol c-bak",
      glance: "g-api",
      keystone: "key",
    };
    await shell.sh(
      "mkdir -p bk; cp -a $STACK_STATE/etc bk/; for d in nova cinder glance keystone; do mysqldump --opt $d > bk/$d.sql; done",
    );
    for (const [name, windows] of Object.entries(services)) {
      await shell.sh(`
        stack stop ${windows}
        rm -f $STACK_STATE/${name}.db* $STACK_STATE/etc/${name}/*
        ${name}-manage db${name === "keystone" || name === "glance" ? "_" : " "}sync
        mysql ${name} < bk/${name}.sql > /dev/null
        mv $STACK_STATE/etc/${name} $STACK_STATE/etc/${name}.orig
        cp -a bk/etc/${name} $STACK_STATE/etc/
        stack start ${windows}`);
      expect(await contents(stack)).toEqual(before);
    }
    const listed = await shell.sh("nova-manage service list");
    expect(listed).toContain(":-)");
    expect(listed).not.toContain("XXX");
  }, 300_000);

  test("BK-03 BK-11 the services without object and volume data; a controller rebuilt from it with its guests untouched", async () => {
    await using stack = await seeded();
    const shell = shellOf(stack);
    const before = await contents(stack);
    await shell.sh("stack backup control.tar.gz --control");
    const names = (await shell.sh("tar tzf control.tar.gz")).split("\n").map((name) => name.split("/")[1]);
    for (const kept of ["etc", "nova.db", "glance.db", "cinder.db", "keystone.db", "images", "fernet-keys"])
      expect(names).toContain(kept);
    for (const left of ["instances", "volumes", "swift", "log"]) expect(names).not.toContain(left);
    await stack.kill();
    await shell.sh("cd $STACK_STATE; rm -rf *.db *.db-wal *.db-shm images fernet-keys etc secrets.json");
    const restored = await shell.try("stack restore control.tar.gz");
    expect(restored.stdout).toStartWith("restored the cloud of ");
    await shell.sh("stack up --detach --port 0 --driver fake > /dev/null");
    await using again = await Stack.adopt(stack.state);
    expect(await contents(again)).toEqual(before);
  }, 120_000);

  test("BK-10 a backup before a reboot; the smoke test after it; the whole cloud on another machine", async () => {
    await using stack = await seeded();
    const shell = shellOf(stack);
    const before = await contents(stack);
    await shell.sh("stack backup cloud.tar.gz");
    expect((await shell.try("stack restore cloud.tar.gz")).stderr).toContain("there is a cloud in");
    await stack.kill();
    await shell.sh("stack up --detach --port 0 --driver fake");
    await using booted = await Stack.adopt(stack.state);
    await booted.admin("openstack", "image", "list");
    await booted.admin("nova", "list");
    await booted.admin("swift", "stat");
    expect(await contents(booted)).toEqual(before);
    // Another state directory is another machine.
    const other = join(stack.state, "labs", "desk", "other");
    await shell.sh(
      `stack restore cloud.tar.gz --state ${other}; stack up --detach --port 0 --driver fake --state ${other}`,
    );
    await using moved = await Stack.adopt(other);
    expect(await contents(moved)).toEqual(before);
    expect((await shell.try("stack restore bin/stack --state /nowhere/x")).status).toBe(1);
  }, 180_000);

  test("BK-07 builders and rings are in every backup; lost ones come back, and with them the place of every object", async () => {
    await using stack = await seeded();
    const shell = shellOf(stack);
    const before = await contents(stack);
    // An administrator's ring: what nobody could make again.
    await shell.sh(`
      cd $STACK_STATE/etc/swift
      swift-ring-builder object.builder add r1z1-127.0.0.1:6210/precious 100
      swift-ring-builder object.builder remove d0
      swift-ring-builder object.builder pretend_min_part_hours_passed
      swift-ring-builder object.builder rebalance
      cd -; cp -a $STACK_STATE/etc/swift rings; stack backup control.tar.gz --control`);
    await stack.kill();
    await shell.sh(`
      rm -rf $STACK_STATE/etc/swift
      stack restore control.tar.gz --replace
      for f in account container object; do cmp rings/$f.builder $STACK_STATE/etc/swift/$f.builder; cmp rings/$f.ring.gz $STACK_STATE/etc/swift/$f.ring.gz; done
      stack up --detach --port 0 --driver fake`);
    await using again = await Stack.adopt(stack.state);
    expect(await contents(again)).toEqual(before);
    expect(await shell.sh("swift-ring-builder $STACK_STATE/etc/swift/object.builder")).toContain("precious");
  }, 120_000);

  test("BK-08 the order of an upgrade: each service stopped, dumped, migrated, started, looked at", async () => {
    await using stack = await seeded();
    const shell = shellOf(stack);
    const steps = [
      ["key", "keystone", "keystone-manage db_sync", "openstack token issue"],
      ["g-api", "glance", "glance-manage db_sync", "openstack image list"],
      ["placement-api", "placement", "true", "openstack catalog show placement"],
      ["n-api n-cond n-sch n-cpu", "nova", "nova-manage db sync", "nova list --all-tenants"],
      ["n-net q-svc", "nova", "true", "openstack network list"],
      ["c-api c-sch c-vol", "cinder", "cinder-manage db sync", "cinder list --all-tenants"],
    ];
    for (const [windows, database, migrate, look] of steps) {
      await shell.sh(`
        stack stop ${windows}
        mysqldump --opt ${database} > ${database}.sql
        ${migrate}
        stack start ${windows}
        ${look}`);
    }
    const { services } = JSON.parse(await shell.sh("stack status --json"));
    expect(services.filter(({ state }: { state: string }) => state !== "running")).toEqual([]);
  }, 180_000);

  test("BK-09 the table of releases is in the manual", () => {
    const manual = readFileSync(join(ROOT, "docs/backup.md"), "utf8");
    for (const release of [
      "Austin",
      "Bexar",
      "Cactus",
      "Diablo",
      "Essex",
      "Folsom",
      "Grizzly",
      "Icehouse",
      "Juno",
    ])
      expect(manual).toContain(release);
  });

  test("a snapshot brings everything back in seconds, again and again, and through a crash", async () => {
    await using stack = await seeded();
    const shell = shellOf(stack);
    const before = await contents(stack);
    expect(await shell.sh("stack snapshot save clean")).toStartWith("saved clean: ");
    expect((await shell.try("stack snapshot save clean")).stderr).toContain("there is a snapshot clean");
    for (const destroy of [
      'stack sql "delete from nova.instances"; rm -rf $STACK_STATE/fernet-keys',
      'stack sql "drop table cinder.volume_attachment"; rm -rf $STACK_STATE/images $STACK_STATE/volumes $STACK_STATE/etc; stack stop key',
    ]) {
      await shell.sh(destroy);
      await shell.sh("stack snapshot restore clean");
      expect(await contents(stack)).toEqual(before);
    }
    // Cut short after the files were made ready: the next start ends it.
    await stack.kill();
    await shell.sh(`
      cd $STACK_STATE; mkdir restoring; cp snapshots/clean/state/*.db restoring/
      echo '{"entries":["nova.db","cinder.db","glance.db","keystone.db","placement.db","swift.db"],"whole":false}' > restoring.json
      rm nova.db*; mv restoring/nova.db .
      stack up --detach --port 0 --driver fake`);
    await using again = await Stack.adopt(stack.state);
    expect(await contents(again)).toEqual(before);
    expect(existsSync(join(stack.state, "restoring"))).toBe(false);
    expect(JSON.parse(await shell.sh("stack snapshot list --json"))[0].name).toBe("clean");
    await shell.sh("stack snapshot delete clean");
    expect(await shell.sh("stack snapshot list")).toBe("");
    expect((await shell.try("stack snapshot restore ../../etc")).stderr).toContain("there is no snapshot");
  }, 180_000);
});
