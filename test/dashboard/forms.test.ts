// What is done in the dashboard's forms, and that the APIs then say the same.

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { chromium } from "../support/browser.ts";
import { act, Dashboard, rowWith, submit } from "../support/dashboard.ts";
import { describeWith } from "../support/requires.ts";

describeWith("the dashboard's forms", [chromium], () => {
  let all: Dashboard;
  beforeAll(async () => {
    all = await Dashboard.start();
  });
  afterEach(() => all.browser.closePages());
  afterAll(() => all?.[Symbol.asyncDispose]());

  async function fileOf(name: string, content: string): Promise<string> {
    const path = join(all.browser.folder(), name);
    await Bun.write(path, content);
    return path;
  }

  test("HZ-11 HZ-12 an image is uploaded from a file, edited, protected, deleted", async () => {
    const page = await all.signIn("admin");
    await all.open(page, "/project/images", "Create Image");
    await page.click("Create Image");
    await page.fill("[name=name]", "from-a-file");
    await page.fill("[name=description]", "Made in a browser");
    await page.upload("[name=file]", await fileOf("disk.raw", "the bytes of a disk"));
    await page.choose("[name=format]", "raw");
    await page.fill("[name=minDisk]", "1");
    await page.fill("[name=minRam]", "64");
    await page.click("[name=public]");
    await submit(page, "The image from-a-file was created.");
    await page.waitFor(rowWith("from-a-file", "Active", "Public", "19 bytes"));
    const find = async () => (await all.ask("GET", "/image/v2/images?name=from-a-file")).images[0];
    expect(await find()).toMatchObject({
      status: "active",
      visibility: "public",
      protected: false,
      description: "Made in a browser",
      disk_format: "raw",
      min_disk: 1,
      min_ram: 64,
      os_hash_value: new Bun.CryptoHasher("sha512").update("the bytes of a disk").digest("hex"),
    });

    await act(page, "from-a-file", "Edit");
    await page.click("[name=public]");
    await page.click("[name=protected]");
    await submit(page, "Saved.");
    await page.waitFor(rowWith("from-a-file", "Private", "Yes"));
    expect(await find()).toMatchObject({ visibility: "private", protected: true });
    expect(await page.evaluate(rowWith("from-a-file", "Delete Image"))).toBe(false);

    await act(page, "from-a-file", "Edit");
    await page.click("[name=protected]");
    await submit(page, "Saved.");
    await page.waitFor(rowWith("from-a-file", "Delete Image"));
    await act(page, "from-a-file", "Delete Image");
    await page.waitForText("This cannot be undone.");
    await submit(page, "Deleted 1 image.");
    await page.waitFor(`!${rowWith("from-a-file")}`);
    expect(await find()).toBeUndefined();
    expect(page.complaints).toEqual([]);
  });

  test("HZ-09 volumes: created, attached, detached, snapshotted, several deleted at once", async () => {
    const image = await all.makeImage("small");
    await all.ask("POST", "/compute/v2.1/servers", {
      server: { name: "holder", flavorRef: "1", imageRef: image },
    });
    const page = await all.signIn("admin");
    await all.open(page, "/project/instances", "holder");
    await page.waitFor(rowWith("holder", "Active"));
    await all.open(page, "/project/volumes", "There are no volumes yet.");
    for (const [name, size] of [
      ["first", "1"],
      ["second", "2"],
    ] as const) {
      await page.click("Create Volume");
      await page.fill("[name=name]", name);
      await page.fill("[name=description]", `the ${name} one`);
      await page.fill("[name=size]", size);
      await submit(page, "Creating the volume.");
      await page.waitFor(rowWith(name, `${size} GiB`, "Available"));
    }
    const find = async (name: string) =>
      (await all.ask("GET", `/volume/v3/volumes/detail?name=${name}`)).volumes[0];
    expect(await find("second")).toMatchObject({ size: 2, description: "the second one" });

    await act(page, "first", "Attach");
    await page.fill("[name=device]", "/dev/vdc");
    await submit(page, "Attaching the volume.");
    await page.waitFor(rowWith("first", "In Use", "holder"));
    expect((await find("first")).attachments).toHaveLength(1);
    await act(page, "first", "Create Snapshot");
    await page.fill("[name=name]", "moment");
    await submit(page, "Creating the snapshot.");
    await page.click("Snapshots");
    await page.waitFor(rowWith("moment", "first", "Available"));
    await act(page, "moment", "Delete Snapshot");
    await submit(page, "Deleting 1 volume snapshot.");
    await page.waitFor(`!${rowWith("moment")}`);
    await page.click("Volumes");
    await act(page, "first", "Detach");
    await submit(page, "Detaching the volume.");
    await page.waitFor(rowWith("first", "Available"));
    await act(page, "second", "Extend Volume");
    await submit(page, "Extending the volume.");
    await page.waitFor(rowWith("second", "3 GiB", "Available"));

    await page.click("Choose all");
    await page.click("Delete Volumes (2)");
    await page.waitForText("This cannot be undone.");
    await submit(page, "Deleting 2 volumes.");
    await page.waitForText("There are no volumes yet.");
    expect(page.complaints).toEqual([]);
  });

  test("HZ-06 launching: every tab, the five boot sources, a new volume from an image", async () => {
    const page = await all.signIn("demo");
    await all.open(page, "/project/key_pairs", "You have no key pairs yet.");
    await page.click("Create Key Pair");
    await page.fill("[name=name]", "mine");
    await submit(page, "mine.pem was downloaded");
    await all.open(page, "/project/instances", "This project has no instances yet.");
    await page.click("Launch Instance");
    await page.fill("[name=name]", "on-a-volume");
    expect(await page.evaluate("document.querySelector('[name=count]').value")).toBe("1");
    expect(
      await page.evaluate("[...document.querySelector('[name=source]').options].map((one) => one.text)"),
    ).toEqual([
      "Boot from image",
      "Boot from snapshot",
      "Boot from volume",
      "Boot from image (creates a new volume)",
      "Boot from volume snapshot (creates a new volume)",
    ]);
    await page.choose("[name=source]", "image-volume");
    await page.fill("[name=size]", "2");
    await page.click("[name=deleteVolume]");
    await page.click("Access & Security");
    await page.choose("[name=keyPair]", "mine");
    await page.click("Networking");
    await page.waitForText("private");
    await page.click("Post-Creation");
    await page.fill("[name=userData]", "#!/bin/sh\necho grüezi");
    await page.evaluate("document.querySelector('dialog[open] footer button:last-child').click()");
    await page.waitForText("Launching on-a-volume.");
    await page.waitFor(rowWith("on-a-volume", "Active", "mine"));
    const query = "/compute/v2.1/servers/detail?all_tenants=1&name=on-a-volume";
    const headers = { "openstack-api-version": "compute 2.3" };
    const [server] = (await all.ask("GET", query, undefined, headers)).servers;
    expect(Buffer.from(server["OS-EXT-SRV-ATTR:user_data"], "base64").toString()).toBe(
      "#!/bin/sh\necho grüezi",
    );
    expect(server).toMatchObject({ image: "", key_name: "mine", security_groups: [{ name: "default" }] });
    const [attached] = server["os-extended-volumes:volumes_attached"];
    expect(attached.delete_on_termination).toBe(true);
    const { volume } = await all.ask("GET", `/volume/v3/volumes/${attached.id}`);
    expect(volume).toMatchObject({ size: 2, bootable: "true", status: "in-use" });
    expect(page.complaints).toEqual([]);
  });

  test("HZ-13 a security group is created, given a rule, and deleted; default stays", async () => {
    const page = await all.signIn("demo");
    await all.open(page, "/project/security_groups", "default");
    expect(await page.evaluate(rowWith("default", "Delete"))).toBe(false);
    await page.click("Create Security Group");
    await page.fill("[name=name]", "web");
    await page.fill("[name=description]", "What browsers need");
    await submit(page, "web was created.");
    await page.click("web");
    await page.waitForText("Egress");
    await page.click("Add Rule");
    await page.choose("[name=rule]", "tcp");
    await page.waitFor("document.querySelector('[name=from]')");
    await page.fill("[name=from]", "8000");
    await page.fill("[name=to]", "8010");
    await page.fill("[name=cidr]", "10.1.0.0/16");
    await submit(page, "8000 - 8010");
    const [group] = (await all.ask("GET", "/network/v2.0/security-groups?name=web")).security_groups;
    expect(group.description).toBe("What browsers need");
    expect(group.security_group_rules).toContainEqual(
      expect.objectContaining({
        direction: "ingress",
        protocol: "tcp",
        port_range_min: 8000,
        port_range_max: 8010,
        remote_ip_prefix: "10.1.0.0/16",
      }),
    );
    await act(page, "8000 - 8010", "Delete Rule");
    await submit(page, "Deleted 1 rule.");
    await page.waitFor(`!${rowWith("8000 - 8010")}`);
    await all.open(page, "/project/security_groups", "web");
    await act(page, "web", "Delete Security Group");
    await submit(page, "Deleted 1 security group.");
    expect((await all.ask("GET", "/network/v2.0/security-groups?name=web")).security_groups).toEqual([]);
    expect(page.complaints).toEqual([]);
  });

  test("HZ-15 a floating IP is allocated, associated with an instance, taken away and released", async () => {
    const image = await all.makeImage("tiny");
    const { server } = await all.ask("POST", "/compute/v2.1/servers", {
      server: { name: "reachable", flavorRef: "1", imageRef: image },
    });
    const page = await all.signIn("admin");
    await all.open(page, "/project/instances", "reachable");
    await page.waitFor(rowWith("reachable", "Active"));
    await all.open(page, "/project/floating_ips", "This project has no floating IPs yet.");
    await page.click("Allocate IP To Project");
    await page.waitForText("Pool");
    await submit(page, "An address was allocated.");
    await page.waitFor(rowWith("public", "Down"));
    await act(page, "public", "Associate");
    await page.waitForText("Port to be associated");
    const port = await page.evaluate<string>(
      "[...document.querySelector('[name=port]').options].find((one) => one.text.startsWith('reachable: ')).value",
    );
    await page.choose("[name=port]", port);
    await submit(page, "Associated.");
    await page.waitFor(rowWith("reachable", "Active"));
    const [ip] = (await all.ask("GET", "/network/v2.0/floatingips")).floatingips;
    const addresses = async () =>
      Object.values((await all.ask("GET", `/compute/v2.1/servers/${server.id}`)).server.addresses)
        .flat()
        .map((one) => (one as { addr: string }).addr);
    expect(await addresses()).toContain(ip.floating_ip_address);
    await act(page, ip.floating_ip_address, "Disassociate");
    await page.waitForText("The address is free again.");
    await page.waitFor(rowWith(ip.floating_ip_address, "Down"));
    expect(await addresses()).not.toContain(ip.floating_ip_address);
    await act(page, ip.floating_ip_address, "Release Floating IP");
    await submit(page, "Released 1 floating IP.");
    expect((await all.ask("GET", "/network/v2.0/floatingips")).floatingips).toEqual([]);
    expect(page.complaints).toEqual([]);
  });

  test("what can be done with an instance follows its state", async () => {
    const page = await all.signIn("admin");
    await all.open(page, "/project/instances", "reachable");
    const steps: [string, string, string][] = [
      ["Pause", "Pausing reachable.", "Paused"],
      ["Unpause", "Resuming reachable.", "Active"],
      ["Suspend", "Suspending reachable.", "Suspended"],
      ["Resume", "Resuming reachable.", "Active"],
      ["Lock", "Locking reachable.", "Locked"],
      ["Unlock", "Unlocking reachable.", "Active"],
    ];
    for (const [label, said, state] of steps) {
      await act(page, "reachable", label);
      await page.waitForText(said);
      await page.waitFor(rowWith("reachable", state));
    }
    await act(page, "reachable", "Resize");
    await page.waitForText("New Flavor");
    await submit(page, "Resizing reachable.");
    await page.waitFor(rowWith("reachable", "Verify Resize", "m1.small"));
    await act(page, "reachable", "Confirm Resize");
    await page.waitFor(rowWith("reachable", "Active", "m1.small"));
    await act(page, "reachable", "Create Snapshot");
    await page.waitForText("Snapshot Name");
    await submit(page, "Creating the image reachable-snapshot.");
    await all.open(page, "/project/images", "reachable-snapshot");
    await page.waitFor(rowWith("reachable-snapshot", "Snapshot", "Active"));
    await all.open(page, "/project/instances", "reachable");
    await act(page, "reachable", "Delete Instance");
    await submit(page, "Deleting reachable.");
    await page.waitFor(`!${rowWith("reachable")}`);
    expect(page.complaints).toEqual([]);
  });

  test("HZ-18 a network with its subnet, and one that the service refuses", async () => {
    const page = await all.signIn("demo");
    await all.open(page, "/project/networks", "private");
    const fill = async (cidr: string) => {
      await page.click("Create Network");
      await page.fill("[name=name]", "back");
      await page.click("Subnet");
      await page.fill("[name=subnetName]", "back-subnet");
      await page.fill("[name=cidr]", cidr);
      await page.fill("[name=gateway]", "10.9.0.254");
      await page.click("Subnet Detail");
      await page.fill("[name=pools]", "10.9.0.10,10.9.0.20");
      await page.fill("[name=dns]", "9.9.9.9");
      await page.fill("[name=routes]", "10.8.0.0/16,10.9.0.1");
    };
    await fill("10.9.0.0/24");
    await submit(page, "back was created.");
    await page.waitFor(rowWith("back", "10.9.0.0/24", "Active"));
    const [subnet] = (await all.ask("GET", "/network/v2.0/subnets?name=back-subnet")).subnets;
    expect(subnet).toMatchObject({
      cidr: "10.9.0.0/24",
      ip_version: 4,
      gateway_ip: "10.9.0.254",
      enable_dhcp: true,
      allocation_pools: [{ start: "10.9.0.10", end: "10.9.0.20" }],
      dns_nameservers: ["9.9.9.9"],
      host_routes: [{ destination: "10.8.0.0/16", nexthop: "10.9.0.1" }],
    });
    expect(page.complaints).toEqual([]);

    await fill("nonsense");
    await page.evaluate("document.querySelector('dialog[open] footer button:last-child').click()");
    await page.waitFor("document.querySelector('dialog .form-error')?.innerText.includes('nonsense')");
    await page.press("Escape");
    // Nothing is left of what was refused.
    expect((await all.ask("GET", "/network/v2.0/networks?name=back")).networks).toHaveLength(1);
    await act(page, "back", "Delete Network");
    await submit(page, "Deleted 1 network.");
    expect((await all.ask("GET", "/network/v2.0/networks?name=back")).networks).toEqual([]);
  });

  test("HZ-20 OB-42 containers and objects are in step with what any client does", async () => {
    const page = await all.signIn("admin");
    await all.open(page, "/project/containers", "This project has no containers yet.");
    await page.click("Create Container");
    await page.fill("[name=name]", "box");
    await submit(page, "box was created.");
    const { project } = (
      await all.ask("GET", "/identity/v3/auth/tokens", undefined, { "x-subject-token": all.token })
    ).token;
    const box = `/object-store/v1/AUTH_${project.id}/box`;
    await all.ask("PUT", `${box}/deep/down.txt`, "by a client");
    await page.click("box");
    await page.waitForText("deep/");
    await page.click("Upload Object");
    await page.upload("[name=file]", await fileOf("hello world.txt", "by a browser"));
    await submit(page, "Uploaded.");
    await page.waitFor(rowWith("hello world.txt", "12 bytes", "text/plain"));
    expect(await all.ask("GET", `${box}/hello%20world.txt`)).toBe("by a browser");
    const downloaded = await page.keepDownloads();
    await act(page, "hello world.txt", "Download");
    expect(await downloaded("hello world.txt")).toBe("by a browser");
    await act(page, "hello world.txt", "Delete Object");
    await submit(page, "Deleted 1 object.");
    await page.click("deep/");
    await page.waitForText("down.txt");
    expect(await all.ask("GET", `${box}?format=json`)).toMatchObject([{ name: "deep/down.txt" }]);
    expect(page.complaints).toEqual([]);

    await all.open(page, "/project/containers", "box");
    await act(page, "box", "Delete Container");
    await page.evaluate("document.querySelector('dialog[open] footer button:last-child').click()");
    await page.waitForText("There was a conflict when trying to complete your request.");
  });

  test("HZ-32 a user with a primary project signs in to it; the filter finds the row", async () => {
    const page = await all.signIn("admin");
    await all.open(page, "/identity", "invisible_to_admin");
    await page.click("Create Project");
    await page.fill("[name=name]", "lab");
    await submit(page, "lab was created.");
    const { id } = (await all.ask("GET", "/identity/v3/projects?name=lab")).projects[0];
    await all.open(page, "/identity/users", "glance");
    await page.click("Create User");
    await page.fill("[name=name]", "ada");
    await page.fill("[name=email]", "ada@example.org");
    await page.fill("[name=password]", "engine no. 1");
    await page.choose("[name=project]", id);
    await submit(page, "ada was created.");
    await page.fill("main .filter", "example.org");
    await page.waitFor("document.querySelectorAll('tbody tr').length === 1");
    await act(page, "ada", "Edit");
    await page.fill("[name=email]", "ada@example.net");
    await submit(page, "Saved.");
    await page.fill("main .filter", "");
    await page.waitFor(rowWith("ada", "ada@example.net"));
    const ada = await all.signInWith("ada", "engine no. 1");
    await ada.waitForText("Project lab");
    expect([...page.complaints, ...ada.complaints]).toEqual([]);
  });
});
