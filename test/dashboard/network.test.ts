// Floating addresses and the rules of security groups as the courses make them in the dashboard, and that the APIs then
// say the same.

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { chromium } from "../support/browser.ts";
import { act, Dashboard, rowWith, submit } from "../support/dashboard.ts";
import { describeWith } from "../support/requires.ts";

describeWith("networking in the dashboard", [chromium], () => {
  let all: Dashboard;
  beforeAll(async () => {
    all = await Dashboard.start();
  });
  afterEach(() => all.browser.closePages());
  afterAll(() => all?.[Symbol.asyncDispose]());

  test("FI-11 an address is allocated to the project, associated on either page, dissociated, released", async () => {
    const image = await all.makeImage("small");
    const { server } = await all.ask("POST", "/compute/v2.1/servers", {
      server: { name: "reachable", flavorRef: "1", imageRef: image },
    });
    const floatingIps = async () => (await all.ask("GET", "/network/v2.0/floatingips")).floatingips;
    const addresses = async () =>
      Object.values((await all.ask("GET", `/compute/v2.1/servers/${server.id}`)).server.addresses)
        .flat()
        .map((one) => (one as { addr: string }).addr);
    const page = await all.signIn("admin");
    const floatingPage = (text: string) => all.open(page, "/project/floating_ips", text);
    const disassociate = async (address: string) => {
      await floatingPage(address);
      await act(page, address, "Disassociate");
      await page.waitForText("The address is free again.");
      await page.waitFor(rowWith(address, "Down"));
      expect(await addresses()).not.toContain(address);
    };
    const inTheInstancesRow = async (address: string) => {
      await all.open(page, "/project/instances", "reachable");
      await page.waitFor(rowWith("reachable", address));
    };

    await all.open(page, "/project/instances", "reachable");
    await page.waitFor(rowWith("reachable", "Active"));
    await floatingPage("This project has no floating IPs yet.");
    await page.click("Allocate IP To Project");
    await page.waitForText("Pool");
    await submit(page, "An address was allocated.");
    const [{ floating_ip_address: address }] = await floatingIps();
    await page.waitFor(rowWith(address, "public", "Down"));

    // On the page of the addresses.
    await act(page, address, "Associate");
    await page.waitForText("Port to be associated");
    const port = await page.evaluate<string>(
      "[...document.querySelector('[name=port]').options].find((one) => one.text.startsWith('reachable: ')).value",
    );
    await page.choose("[name=port]", port);
    await submit(page, "Associated.");
    await page.waitFor(rowWith(address, "reachable", "Active"));
    expect(await addresses()).toContain(address);
    await inTheInstancesRow(address);
    await disassociate(address);

    // On the page of the instances.
    await all.open(page, "/project/instances", "reachable");
    await act(page, "reachable", "Associate Floating IP");
    await page.waitForText("Port to be associated");
    await page.choose("[name=address]", (await floatingIps())[0].id);
    await page.choose("[name=port]", port);
    await submit(page, "Associated.");
    expect(await addresses()).toContain(address);
    await inTheInstancesRow(address);
    await disassociate(address);

    await act(page, address, "Release Floating IP");
    await submit(page, "Released 1 floating IP.");
    await page.waitForText("This project has no floating IPs yet.");
    expect(await floatingIps()).toEqual([]);
    const again = await all.ask("POST", "/compute/v2.1/os-floating-ips", { pool: "public" });
    expect(again.floating_ip.ip).toBe(address);
    expect(page.complaints).toEqual([]);
  });

  test("SG-21 the rule dialog: SSH from anywhere by CIDR; all of ICMP, ingress", async () => {
    const page = await all.signIn("demo");
    await all.open(page, "/project/security_groups", "default");
    await act(page, "default", "Manage Rules");
    await page.waitForText("Egress");
    await page.click("Add Rule");
    await page.choose("[name=rule]", "ssh");
    await page.choose("[name=remote]", "cidr");
    await page.fill("[name=cidr]", "0.0.0.0/0");
    await submit(page, "The rule was added.");
    await page.waitFor(rowWith("Ingress", "TCP", "22", "0.0.0.0/0"));
    await page.click("Add Rule");
    await page.choose("[name=rule]", "ping");
    await page.choose("[name=direction]", "ingress");
    await submit(page, "The rule was added.");
    await page.waitFor(rowWith("Ingress", "ICMP", "Any", "0.0.0.0/0"));
    const { projects } = await all.ask("GET", "/identity/v3/projects?name=demo");
    const { security_groups: groups } = await all.ask(
      "GET",
      `/network/v2.0/security-groups?name=default&project_id=${projects[0].id}`,
    );
    const rule = { direction: "ingress", ethertype: "IPv4", remote_ip_prefix: "0.0.0.0/0" };
    for (const wanted of [
      { ...rule, protocol: "tcp", port_range_min: 22, port_range_max: 22 },
      { ...rule, protocol: "icmp", port_range_min: null, port_range_max: null },
    ]) {
      expect(groups[0].security_group_rules).toContainEqual(expect.objectContaining(wanted));
    }
    expect(page.complaints).toEqual([]);
  });
});
