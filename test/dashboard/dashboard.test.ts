// The dashboard as a user sees it: a browser, the compiled program, the simulated driver.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { Browser, chromium, type Page } from "../support/browser.ts";
import { describeWith } from "../support/requires.ts";
import { Stack } from "../support/stack.ts";

const PASSWORD = "secret";

describeWith("the dashboard", [chromium], () => {
  let stack: Stack;
  let browser: Browser;
  /** Where everything is by path, without a closing slash. */
  let base: string;
  let token: string;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([
      Stack.up({ args: ["--set", `ADMIN_PASSWORD=${PASSWORD}`] }),
      Browser.start(),
    ]);
    base = stack.adminEnv["OS_AUTH_URL"]!.replace(/\/identity\/v3$/, "");
    token = await tokenOf("admin");
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await stack?.[Symbol.asyncDispose]();
  });

  async function tokenOf(user: string): Promise<string> {
    const domain = { id: "default" };
    const answer = await fetch(`${base}/identity/v3/auth/tokens`, {
      method: "POST",
      body: JSON.stringify({
        auth: {
          identity: { methods: ["password"], password: { user: { name: user, domain, password: PASSWORD } } },
          scope: { project: { name: user, domain } },
        },
      }),
      headers: { "content-type": "application/json" },
    });
    return answer.headers.get("x-subject-token")!;
  }

  /** Asks an API as any client would. */
  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: { "x-auth-token": token, "content-type": "application/json", ...headers },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
    return (text.startsWith("{") ? JSON.parse(text) : text) as any;
  }

  async function signIn(user: string, options: Parameters<Browser["page"]>[0] = {}): Promise<Page> {
    const page = await browser.page(options);
    await page.goto(`${base}/`);
    await page.waitFor("document.querySelector('#user')");
    await page.fill("#user", user);
    await page.fill("#password", PASSWORD);
    await page.click("Sign In");
    await page.waitForText("Overview");
    return page;
  }

  async function open(page: Page, path: string, words: string): Promise<void> {
    await page.goto(`${base}/dashboard${path}`);
    await page.waitForText(words);
  }

  async function makeImage(name: string): Promise<string> {
    const fields = { name, disk_format: "raw", container_format: "bare", visibility: "public" };
    const { id } = await ask("POST", "/image/v2/images", fields);
    const headers = { "content-type": "application/octet-stream" };
    await ask("PUT", `/image/v2/images/${id}/file`, "a disk", headers);
    return id;
  }

  test("the bare port leads to the login page; wrong credentials are refused in words", async () => {
    const page = await browser.page();
    await page.goto(`${base}/`);
    await page.waitForText("Sign in");
    expect(await page.evaluate("location.pathname")).toBe("/dashboard/auth/login");
    await page.fill("#user", "admin");
    await page.fill("#password", "wrong");
    await page.click("Sign In");
    await page.waitForText("Invalid credentials.");
    await page.fill("#password", PASSWORD);
    await page.press("Enter");
    await page.waitForText("Overview");
    expect(await page.evaluate("document.cookie")).toBe("");
  });

  test("HZ-02 an administrator has the pages of the cloud, an end user those of the project", async () => {
    const groupsOf = (page: Page) =>
      page.evaluate<string[]>("[...document.querySelectorAll('nav h2')].map((one) => one.textContent)");
    const admin = await signIn("admin");
    expect(await groupsOf(admin)).toEqual(["Project", "Network", "Cloud", "Identity"]);
    const demo = await signIn("demo");
    expect(await groupsOf(demo)).toEqual(["Project", "Network"]);
    expect(await demo.evaluate("document.querySelector('.window-bar') === null")).toBe(true);
    await open(demo, "/admin/services", "No such page");
    expect([...admin.complaints, ...demo.complaints]).toEqual([]);
  });

  test("every service is shown as running; one can be stopped and started again", async () => {
    const page = await signIn("admin");
    await open(page, "/admin/services", "openstack-dashboard");
    const rows = await page.evaluate<string[]>(
      "[...document.querySelectorAll('tbody tr')].map((row) => row.cells[0].innerText.trim() + ' ' + row.cells[2].innerText.trim())",
    );
    const { services } = JSON.parse((await stack.cli("status", "--json")).stdout);
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
    const status = JSON.parse((await stack.cli("status", "--json")).stdout);
    expect(status.services[1]).toMatchObject({ window: "g-api", state: "stopped" });
    await page.evaluate(inRow("Start"));
    await page.waitFor(stateOf("Running"));
    expect(page.complaints).toEqual([]);
  });

  test("a server made by the API appears, becomes active, and its console can be read", async () => {
    const image = await makeImage("disk");
    const page = await signIn("admin");
    await open(page, "/project/instances", "This project has no instances yet.");
    const { server } = await ask("POST", "/compute/v2.1/servers", {
      server: { name: "made-by-api", flavorRef: "1", imageRef: image },
    });
    await open(page, "/project/instances", "made-by-api");
    await page.waitForText("Active");
    await page.waitForText("Running");
    const { addresses } = (await ask("GET", `/compute/v2.1/servers/${server.id}`)).server;
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
    await makeImage("for-launch");
    const page = await signIn("demo");
    await open(page, "/project/instances", "This project has no instances yet.");
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
    const page = await signIn("admin");
    await open(page, "/admin/logs?window=n-api", "Starting nova-api");
    const id = crypto.randomUUID();
    const answer = await fetch(`${base}/compute/v2.1/servers/${id}`, { headers: { "x-auth-token": token } });
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
    const page = await signIn("admin");
    await open(page, "/project/instances", "made-by-api");
    const demo = await page.evaluate<string>(
      "[...document.querySelectorAll('.project-switcher option')].find((one) => one.text === 'demo').value",
    );
    await page.choose(".project-switcher select", demo);
    await page.waitForText("from-the-dialog");
    expect(await page.text()).not.toContain("made-by-api");
    await open(page, "/project", "Project demo");
    expect(page.complaints).toEqual([]);
  });

  test("HZ-04 gauges of the quotas; a usage report for a time, as a table and as CSV", async () => {
    const page = await signIn("admin");
    const downloaded = await page.keepDownloads();
    await open(page, "/project", "VCPU-Hours");
    const { absolute } = (await ask("GET", "/compute/v2.1/limits")).limits;
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
    const page = await signIn("admin");
    const downloaded = await page.keepDownloads();
    await open(page, "/project/key_pairs", "You have no key pairs yet.");
    await page.click("Create Key Pair");
    await page.fill("[name=name]", "made-here");
    await page.evaluate("document.querySelector('dialog form').requestSubmit()");
    await page.waitForText("made-here.pem was downloaded");
    const pem = await downloaded("made-here.pem");
    expect(pem).toStartWith("-----BEGIN ");

    const publicKey = `ssh-rsa ${(await ask("GET", "/compute/v2.1/os-keypairs/made-here")).keypair.public_key.split(" ")[1]} me`;
    await page.click("Import Key Pair");
    await page.waitForText("Public Key");
    await page.fill("[name=name]", "imported");
    await page.fill("[name=key]", publicKey);
    await page.evaluate("document.querySelector('dialog form').requestSubmit()");
    await page.waitForText("imported was imported.");
    const { fingerprint } = (await ask("GET", "/compute/v2.1/os-keypairs/imported")).keypair;
    await page.waitForText(fingerprint);

    await page.click("Choose imported");
    await page.click("Delete Key Pairs (1)");
    await page.waitForText("Delete 1 key pair?");
    await page.evaluate("document.querySelector('dialog footer .danger').click()");
    await page.waitForText("Deleted 1 key pair.");
    expect(page.complaints).toEqual([]);
  });

  test("HZ-24 hypervisors: one row per host, with what it has and what is used", async () => {
    const page = await signIn("admin");
    await open(page, "/admin/hypervisors", "VCPU Usage");
    const rows = await page.evaluate<string[][]>(
      "[...document.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))",
    );
    const { hypervisors } = await ask("GET", "/compute/v2.1/os-hypervisors/detail");
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
    for (const name of ["old-1", "old-2", "kept"]) await makeImage(name);
    const page = await signIn("admin");
    await open(page, "/project/images", "old-1");
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
      await ask("GET", "/identity/v3/auth/tokens", undefined, { "x-subject-token": token })
    ).token;
    const account = `/object-store/v1/AUTH_${project.id}`;
    await ask("PUT", `${account}/www`, "", { "x-container-read": ".r:*" });
    const script = `fetch("/dashboard/api/session", { headers: { "x-requested-with": "XMLHttpRequest" } })
      .then((answer) => answer.text()).then((text) => { document.title = "stolen " + text; }, () => { document.title = "nothing"; });`;
    await ask("PUT", `${account}/www/trap.html`, `<title>trap</title><script>${script}</script>`, {
      "content-type": "text/html",
    });
    const page = await signIn("admin");
    await page.goto(`${base}${account}/www/trap.html`);
    await page.waitFor("document.title === 'nothing' || document.title.startsWith('stolen')");
    expect(await page.evaluate("document.title")).toBe("nothing");
  });

  const PAGES: [string, string][] = [
    ["/project", "Instances"],
    ["/project/instances", "made-by-api"],
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
    ["/admin/hypervisors", "fake"],
    ["/admin/flavors", "m1.tiny"],
    ["/identity", "service"],
    ["/identity/users", "glance"],
  ];

  test("every page is drawn at 400 pixels without scrolling sideways, each control has a name", async () => {
    const page = await signIn("admin", { width: 400, height: 800 });
    for (const [path, words] of PAGES) {
      await open(page, path, words);
      const wide = await page.evaluate<number>("document.querySelector('main').scrollWidth");
      expect([path, wide <= 400]).toEqual([path, true]);
      const nameless = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll("button, a, input, select, textarea")]
        .filter((one) => !(one.getAttribute("aria-label") ?? [...(one.labels ?? [])].map((label) => label.textContent).join("") ?? "").trim() && !one.textContent.trim())
        .map((one) => one.outerHTML)`);
      expect([path, nameless]).toEqual([path, []]);
    }
    expect(page.complaints).toEqual([]);
  });

  test("signing out ends the session", async () => {
    const page = await signIn("demo");
    await page.waitFor("document.querySelectorAll('.gauge').length > 3"); // nothing is under way
    await page.click("button.user");
    await page.click("Sign out");
    await page.waitForText("Sign in");
    await page.goto(`${base}/dashboard/project/instances`);
    await page.waitFor("location.pathname === '/dashboard/auth/login'");
    expect(await page.evaluate("new URLSearchParams(location.search).get('next')")).toBe(
      "/project/instances",
    );
    expect(page.complaints).toEqual([]);
  });
});
