// The dashboard as a user sees it: a browser, the compiled program, the simulated driver.

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { chromium, type Page } from "../support/browser.ts";
import { Dashboard, rowWith } from "../support/dashboard.ts";
import { describeWith } from "../support/requires.ts";

describeWith("the dashboard", [chromium], () => {
  let all: Dashboard;
  beforeAll(async () => {
    all = await Dashboard.start();
  });
  afterEach(() => all.browser.closePages());
  afterAll(() => all?.[Symbol.asyncDispose]());

  test("the bare port leads to the login page; wrong credentials are refused in words", async () => {
    const page = await all.browser.page();
    await page.goto(`${all.base}/`);
    await page.waitForText("Sign in");
    expect(await page.evaluate("location.pathname")).toBe("/dashboard/auth/login");
    await page.fill("#user", "admin");
    await page.fill("#password", "wrong");
    await page.click("Sign In");
    await page.waitForText("Invalid credentials.");
    await page.fill("#password", all.passwordOf("admin"));
    await page.press("Enter");
    await page.waitForText("Overview");
    expect(await page.evaluate("document.cookie")).toBe("");
  });

  test("HZ-02 an administrator has the pages of the cloud, an end user those of the project", async () => {
    const groupsOf = (page: Page) =>
      page.evaluate<string[]>("[...document.querySelectorAll('nav h2')].map((one) => one.textContent)");
    const admin = await all.signInWith("admin", all.passwordOf("admin"));
    expect(await groupsOf(admin)).toEqual(["Project", "Network", "Cloud", "Identity"]);
    const demo = await all.signInWith("demo", all.passwordOf("demo"));
    expect(await groupsOf(demo)).toEqual(["Project", "Network"]);
    expect(await demo.evaluate("document.querySelector('.window-bar') === null")).toBe(true);
    await all.open(demo, "/admin/services", "No such page");
    expect([...admin.complaints, ...demo.complaints]).toEqual([]);
    await all.open(demo, "/nonsense", "No such page");
  });

  test("every service is shown as running; one can be stopped and started again", async () => {
    const page = await all.signIn("admin");
    await all.open(page, "/admin/services", "openstack-dashboard");
    const rows = await page.evaluate<string[]>(
      "[...document.querySelectorAll('tbody tr')].map((row) => row.cells[0].innerText.trim() + ' ' + row.cells[2].innerText.trim())",
    );
    const { services } = JSON.parse((await all.stack.cli("status", "--json")).stdout);
    expect(rows).toEqual(services.map((one: { window: string }) => `${one.window} Running`));

    const stateOf = (state: string) =>
      `[...document.querySelectorAll("tbody tr")].some((row) => /^g-api\\s/.test(row.innerText) && row.innerText.includes("${state}"))`;
    const inRow = (label: string) =>
      `[...document.querySelectorAll("tbody tr")].find((row) => /^g-api\\s/.test(row.innerText)).querySelectorAll("button").forEach((one) => { if (one.innerText === "${label}") one.click(); })`;
    await page.evaluate(inRow("Stop"));
    await page.waitForText("Stop g-api?");
    await page.click("Stop Service");
    await page.waitFor(stateOf("Stopped"));
    await page.waitForText("2!$ g-api");
    const status = JSON.parse((await all.stack.cli("status", "--json")).stdout);
    expect(status.services[1]).toMatchObject({ window: "g-api", state: "stopped" });
    await page.evaluate(inRow("Start"));
    await page.waitFor(stateOf("Running"));
    expect(page.complaints).toEqual([]);
  });

  test("a server made by the API appears, becomes active, and its console can be read", async () => {
    const image = await all.makeImage("disk");
    const page = await all.signIn("admin");
    await all.open(page, "/project/instances", "This project has no instances yet.");
    const { server } = await all.ask("POST", "/compute/v2.1/servers", {
      server: { name: "made-by-api", flavorRef: "1", imageRef: image },
    });
    await all.open(page, "/project/instances", "made-by-api");
    await page.waitForText("Active");
    await page.waitForText("Running");
    const { addresses } = (await all.ask("GET", `/compute/v2.1/servers/${server.id}`)).server;
    await page.waitForText((Object.values(addresses)[0] as { addr: string }[])[0]!.addr);

    await page.click("Stop");
    await page.waitForText("Stop made-by-api?");
    await page.click("Stop Instance");
    await page.waitForText("Shutoff");
    await page.click("Start");
    await page.waitForText("Active");

    await page.click("made-by-api");
    await page.waitForText("Availability Zone");
    await page.click("Log");
    await page.waitFor("document.querySelector('pre.log')?.innerText.includes('made-by-api login:')");
    expect(page.complaints).toEqual([]);
  });

  test("an instance launched from the dialog", async () => {
    await all.makeImage("for-launch");
    const page = await all.signIn("demo");
    await all.open(page, "/project/instances", "This project has no instances yet.");
    await page.click("Launch Instance");
    await page.waitForText("Instance Boot Source");
    await page.click("Launch");
    await page.waitForText("This field is required.");
    await page.fill("[name=name]", "from-the-dialog");
    await page.click("Launch");
    await page.waitForText("Launching from-the-dialog.");
    await page.waitFor("document.querySelector('tbody')?.innerText.includes('Active')");
    expect(page.complaints).toEqual([]);
  });

  test("a log line is seen as it is written, and its request followed through all windows", async () => {
    const page = await all.signIn("admin");
    await all.open(page, "/admin/logs?window=n-api", "Starting nova-api");
    const id = crypto.randomUUID();
    const answer = await fetch(`${all.base}/compute/v2.1/servers/${id}`, {
      headers: { "x-auth-token": all.token },
    });
    expect(answer.status).toBe(404);
    const line = `[...document.querySelectorAll(".log .line")].find((one) => one.innerText.includes("${id}"))`;
    await page.waitFor(line);
    const request = answer.headers.get("x-openstack-request-id");
    await page.evaluate(`${line}.querySelector("a.request").click()`);
    await page.waitFor(`document.querySelector(".chip")?.innerText.includes("${request}")`);
    await page.waitFor(line);
    expect(await page.evaluate("location.search")).toBe(`?request=${request}`);
    expect(page.complaints).toEqual([]);
  });

  test("HZ-03 the project switcher re-scopes everything", async () => {
    const page = await all.signIn("admin");
    await all.open(page, "/project/instances", "made-by-api");
    const demo = await page.evaluate<string>(
      "[...document.querySelectorAll('.project-switcher option')].find((one) => one.text === 'demo').value",
    );
    await page.choose(".project-switcher select", demo);
    await page.waitForText("from-the-dialog");
    expect(await page.text()).not.toContain("made-by-api");
    await all.open(page, "/project", "Project demo");
    expect(page.complaints).toEqual([]);
  });

  test("HZ-04 gauges of the quotas; a usage report for a time, as a table and as CSV", async () => {
    const page = await all.signIn("admin");
    const downloaded = await page.keepDownloads();
    await all.open(page, "/project", "VCPU-Hours");
    const { absolute } = (await all.ask("GET", "/compute/v2.1/limits")).limits;
    const gauges = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.gauge svg')].map((one) => one.getAttribute('aria-label'))",
    );
    expect(gauges).toContain(
      `Instances: Used ${absolute.totalInstancesUsed} of ${absolute.maxTotalInstances}`,
    );
    expect(gauges).toContain(`VCPUs: Used ${absolute.totalCoresUsed} of ${absolute.maxTotalCores}`);
    await page.waitForText("made-by-api");
    await page.click("Download CSV Summary");
    const csv = await downloaded("usage.csv");
    expect(csv).toStartWith("Usage Report For Period:,");
    expect(csv).toMatch(/^made-by-api,1,512,1,[\d.]+,\d+,active\r$/m);
    await page.evaluate(`(() => {
      for (const field of document.querySelectorAll("input[type=date]")) {
        field.value = "2013-02-27";
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    })()`);
    await page.click("Submit");
    await page.waitForText("Nothing was used in this time.");
    expect(page.complaints).toEqual([]);
  });

  test("HZ-14 a key pair's private key is downloaded once; an imported one shows its fingerprint", async () => {
    const page = await all.signIn("admin");
    const downloaded = await page.keepDownloads();
    await all.open(page, "/project/key_pairs", "You have no key pairs yet.");
    await page.click("Create Key Pair");
    await page.fill("[name=name]", "made-here");
    await page.evaluate("document.querySelector('dialog form').requestSubmit()");
    await page.waitForText("made-here.pem was downloaded");
    const pem = await downloaded("made-here.pem");
    expect(pem).toStartWith("-----BEGIN ");

    const publicKey = `ssh-rsa ${(await all.ask("GET", "/compute/v2.1/os-keypairs/made-here")).keypair.public_key.split(" ")[1]} me`;
    await page.click("Import Key Pair");
    await page.waitForText("Public Key");
    await page.fill("[name=name]", "imported");
    await page.fill("[name=key]", publicKey);
    await page.evaluate("document.querySelector('dialog form').requestSubmit()");
    await page.waitForText("imported was imported.");
    const { fingerprint } = (await all.ask("GET", "/compute/v2.1/os-keypairs/imported")).keypair;
    await page.waitForText(fingerprint);

    await page.click("Choose imported");
    await page.click("Delete Key Pairs (1)");
    await page.waitForText("Delete 1 key pair?");
    await page.evaluate("document.querySelector('dialog footer .danger').click()");
    await page.waitForText("Deleted 1 key pair.");
    expect(page.complaints).toEqual([]);
  });

  test("HZ-24 hypervisors: one row per host, with what it has and what is used", async () => {
    const page = await all.signIn("admin");
    await all.open(page, "/admin/hypervisors", "VCPU Usage");
    const rows = await page.evaluate<string[][]>(
      "[...document.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))",
    );
    const { hypervisors } = await all.ask("GET", "/compute/v2.1/os-hypervisors/detail");
    expect(rows.map((row) => [row[0], row[1], row[4], row[7]])).toEqual(
      hypervisors.map((one: Record<string, number>) => [
        one["hypervisor_hostname"],
        one["hypervisor_type"],
        `${one["vcpus_used"]} of ${one["vcpus"]}`,
        String(one["running_vms"]),
      ]),
    );
    expect(page.complaints).toEqual([]);
  });

  test("HZ-34 rows are chosen, a red button asks, the names are read back, a message tells", async () => {
    for (const name of ["old-1", "old-2", "kept"]) await all.makeImage(name);
    const page = await all.signIn("admin");
    await all.open(page, "/project/images", "old-1");
    await page.click("Choose old-1");
    await page.click("Choose old-2");
    await page.click("Delete Images (2)");
    await page.waitForText("Delete 2 images?");
    expect(await page.evaluate("document.querySelector('dialog .names').innerText")).toBe("old-1\nold-2");
    expect(await page.text()).toContain("This cannot be undone.");
    await page.press("Escape");
    await page.waitFor("!document.querySelector('dialog')");
    expect(await page.text()).toContain("old-1");
    await page.click("Delete Images (2)");
    await page.waitForText("Delete 2 images?");
    await page.click("Delete Images");
    await page.waitForText("Deleted 2 images.");
    await page.waitFor("!document.querySelector('tbody').innerText.includes('old-1')");
    expect(await page.text()).toContain("kept");
    expect(page.complaints).toEqual([]);
  });

  test("a page that somebody uploaded cannot act as the one who is signed in", async () => {
    const { project } = (
      await all.ask("GET", "/identity/v3/auth/tokens", undefined, { "x-subject-token": all.token })
    ).token;
    const account = `/object-store/v1/AUTH_${project.id}`;
    await all.ask("PUT", `${account}/www`, "", { "x-container-read": ".r:*" });
    const script = `fetch("/dashboard/api/session", { headers: { "x-requested-with": "XMLHttpRequest" } })
      .then((answer) => answer.text()).then((text) => { document.title = "stolen " + text; }, () => { document.title = "nothing"; });`;
    await all.ask("PUT", `${account}/www/trap.html`, `<title>trap</title><script>${script}</script>`, {
      "content-type": "text/html",
    });
    const page = await all.signIn("admin");
    await page.goto(`${all.base}${account}/www/trap.html`);
    await page.waitFor("document.title === 'nothing' || document.title.startsWith('stolen')");
    expect(await page.evaluate("document.title")).toBe("nothing");
  });

  const PAGES: [string, string][] = [
    ["/project", "Instances"],
    ["/project/instances", "made-by-api"],
    ["/project/volumes", "with-a-long-name"],
    ["/project/volumes?tab=snapshots", "There are no volume snapshots yet."],
    ["/project/images", "kept"],
    ["/project/key_pairs", "made-here"],
    ["/project/containers", "www"],
    ["/project/containers/www", "trap.html"],
    ["/project/api_access", "object-store"],
    ["/project/networks", "private"],
    ["/project/security_groups", "default"],
    ["/project/floating_ips", "Floating IPs"],
    ["/admin/services", "keystone"],
    ["/admin/logs?window=key", "Starting keystone"],
    ["/admin/instances", "from-the-dialog"],
    ["/admin/volumes", "with-a-long-name"],
    ["/admin/hypervisors", "fake"],
    ["/admin/flavors", "m1.tiny"],
    ["/identity", "service"],
    ["/identity/users", "glance"],
  ];

  test("every page is drawn without scrolling sideways, wide and narrow; each control has a name", async () => {
    const name = "a-volume-with-a-long-name-for-the-customers-backups-2026";
    await all.ask("POST", "/volume/v3/volumes", { volume: { name, size: 1 } });
    const page = await all.signIn("admin");
    for (const [path, words] of PAGES) {
      await all.open(page, path, words);
      for (const width of [1280, 400]) {
        await page.resize(width, 800);
        const tooWide = await page.evaluate<string[]>(
          `[document.querySelector("main"), ...document.querySelectorAll("main .table-frame")]
            .filter((one) => one.scrollWidth > one.clientWidth)
            .map((one) => one.outerHTML.slice(0, 200))`,
        );
        expect([width, path, tooWide]).toEqual([width, path, []]);
      }
      const nameless = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll("button, a, input, select, textarea")]
        .filter((one) => !(one.getAttribute("aria-label") ?? [...(one.labels ?? [])].map((label) => label.textContent).join("") ?? "").trim() && !one.textContent.trim())
        .map((one) => one.outerHTML)`);
      expect([path, nameless]).toEqual([path, []]);
    }
    expect(page.complaints).toEqual([]);
  });

  const WITHOUT: [string, string[]][] = [
    [
      "n-api",
      [
        "/project",
        "/project/instances",
        "/project/key_pairs",
        "/admin/instances",
        "/admin/hypervisors",
        "/admin/flavors",
      ],
    ],
    ["g-api", ["/project/images"]],
    ["c-api", ["/project", "/project/volumes", "/project/volumes?tab=snapshots", "/admin/volumes"]],
    ["q-svc", ["/project", "/project/networks", "/project/security_groups", "/project/floating_ips"]],
    ["swift", ["/project/containers", "/project/containers/www"]],
  ];

  test("where a service is stopped each of its pages says so, and goes on when it runs again", async () => {
    const page = await all.signIn("admin");
    const control = async (verb: "start" | "stop") => {
      for (const [window] of WITHOUT) expect((await all.stack.cli(verb, window)).status).toBe(0);
    };
    await control("stop");
    try {
      for (const [window, paths] of WITHOUT) {
        for (const path of paths) await all.open(page, path, `The ${window} service is not available.`);
      }
      await all.open(page, "/project", "5 services not running: g-api, q-svc, c-api, n-api, swift");
      await all.open(page, "/project/images", "The g-api service is not available.");
    } finally {
      await control("start");
    }
    await page.click("Try again");
    await page.waitForText("kept");
    expect(await page.text()).not.toContain("is not available");
  });

  test("an instance can be launched while the volume and network services are away: what they have is not offered", async () => {
    const page = await all.signIn("demo");
    for (const window of ["q-svc", "c-api"]) await all.stack.cli("stop", window);
    try {
      await all.open(page, "/project/instances", "from-the-dialog");
      await page.click("Launch Instance");
      await page.waitForText("The q-svc service is not available.");
      await page.waitForText("The c-api service is not available.");
      await page.fill("[name=name]", "without-networks");
      await page.click("Launch");
      await page.waitForText("Launching without-networks.");
    } finally {
      for (const window of ["q-svc", "c-api"]) await all.stack.cli("start", window);
    }
    await page.waitFor(rowWith("without-networks", "Active"));
  });

  test("signing out ends the session", async () => {
    const page = await all.signInWith("demo", all.passwordOf("demo"));
    // Nothing is under way any more.
    await page.waitFor(
      "[...document.querySelectorAll('.gauges')].every((one) => one.children.length > 0) && document.querySelector('[aria-busy=false]')",
    );
    await page.click("button.user");
    await page.click("Sign out");
    await page.waitForText("Sign in");
    await page.goto(`${all.base}/dashboard/project/instances`);
    await page.waitFor("location.pathname === '/dashboard/auth/login'");
    expect(await page.evaluate("new URLSearchParams(location.search).get('next')")).toBe(
      "/project/instances",
    );
    expect(page.complaints).toEqual([]);
  });
});
