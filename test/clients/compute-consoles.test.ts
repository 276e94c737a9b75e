// Consoles as users open them: the clients print a URL, a browser shows the guest's screen at it, a token opens one
// console. With simulated guests, and with a real one where libvirt and the guest image are.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Browser, chromium } from "../support/browser.ts";
import { describeWith, file, isRoot, program } from "../support/requires.ts";
import { ROOT, Stack } from "../support/stack.ts";

const CLIENTS = [program("openstack"), program("nova")];
const MANIFEST = join(ROOT, "build/guest/manifest.json");

async function until(condition: () => Promise<boolean>, seconds: number, what: string): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited for ${what} in vain`);
    await Bun.sleep(100);
  }
}

/** Different colours on the page's canvas; 0 while there is none. */
const COLOURS = `(() => {
  const canvas = document.querySelector("#screen canvas");
  if (!canvas || canvas.width === 0) return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
})()`;

describeWith("consoles of simulated servers", [...CLIENTS, chromium], () => {
  let stack: Stack;
  const openstack = (...args: string[]) => stack.demo("openstack", ...args);

  beforeAll(async () => {
    stack = await Stack.up();
    const image = join(stack.state, "image.raw");
    writeFileSync(image, new Uint8Array(1 << 16));
    await stack.admin(
      ...["openstack", "image", "create", "--public", "--disk-format", "raw", "--container-format", "bare"],
      ...["--file", image, "tiny"],
    );
    await openstack(
      ...["server", "create", "--image", "tiny", "--flavor", "m1.tiny", "--wait"],
      "demo-instance3",
    );
  }, 120_000);
  afterAll(() => stack[Symbol.asyncDispose]());

  test("CV-01 the console log, whole and its end", async () => {
    const whole = await openstack("console", "log", "show", "demo-instance3");
    expect(whole.split("\n").length).toBeGreaterThan(10);
    const tail = await stack.demo("nova", "console-log", "--length", "3", "demo-instance3");
    expect(tail.trimEnd().split("\n").length).toBe(3);
    expect(whole.trimEnd()).toEndWith(tail.trimEnd());
  }, 60_000);

  test("CV-04 CV-09 nova get-vnc-console prints type and URL; a browser sees the screen there", async () => {
    const table = await stack.demo("nova", "get-vnc-console", "demo-instance3", "novnc");
    expect(table).toMatch(/\|\s*Type\s*\|\s*Url\s*\|/i);
    const url = /\| novnc\s*\| (http:\/\/\S+)/.exec(table)![1]!;
    expect(url).toMatch(/\/novnc\/vnc_lite\.html\?path=novnc%2F%3Ftoken%3D[0-9a-f-]{36}$/);
    await using browser = await Browser.start();
    const page = await browser.page();
    await page.goto(url);
    await until(
      async () => (await page.evaluate<string>("document.body.dataset.state ?? ''")) === "connected",
      20,
      "the page to connect",
    );
    await until(async () => (await page.evaluate<number>(COLOURS)) >= 2, 20, "a picture");
    expect(await page.evaluate<string>("document.getElementById('status').textContent")).toContain(
      "instance-",
    );

    const used = url.replace(/[0-9a-f-]{36}$/, "00000000-0000-4000-8000-000000000000");
    await page.goto(used);
    await until(
      async () => (await page.evaluate<string>("document.body.dataset.state ?? ''")) === "disconnected",
      20,
      "the page to be refused",
    );
  }, 120_000);

  test("CV-05 the Java console is of the past: refused by name", async () => {
    const outcome = stack.demo("nova", "get-vnc-console", "demo-instance3", "xvpvnc");
    expect(outcome).rejects.toThrow("Unavailable console type xvpvnc");
    await outcome.catch(() => {});
  }, 60_000);

  test("the serial console's URL is a WebSocket that talks", async () => {
    const url = (
      await openstack("console", "url", "show", "--serial", "demo-instance3", "-f", "value", "-c", "url")
    ).trim();
    expect(url).toStartWith("ws://");
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = new WebSocket(url, ["binary"]);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => resolve(new TextDecoder().decode(data as ArrayBuffer));
    socket.onclose = ({ reason }) => reject(new Error(reason));
    expect(await promise).toContain("\r\n");
    socket.close();
  }, 60_000);
});

describeWith(
  "the console of a real server",
  [
    ...CLIENTS,
    chromium,
    isRoot,
    file("/var/run/libvirt/libvirt-sock", "a running libvirtd (scripts/hypervisor start --install)"),
    file(MANIFEST, "the guest image (scripts/build-guest)"),
  ],
  () => {
    test("CV-10 a browser sees what the guest draws, without any network", async () => {
      await using stack = await Stack.up({ args: ["--driver", "libvirt"] });
      const image = JSON.parse(readFileSync(MANIFEST, "utf8")).name as string;
      const status = async () =>
        (
          await stack.demo("openstack", "image", "list", "-f", "value", "-c", "Name", "-c", "Status")
        ).includes(`${image} active`);
      await until(status, 60, "the image");
      await stack.demo(
        ...["openstack", "server", "create", "--image", image, "--flavor", "m1.tiny", "--wait"],
        "vm",
      );
      const url = (
        await stack.demo(
          ...["openstack", "console", "url", "show", "--novnc", "vm", "-f", "value", "-c", "url"],
        )
      ).trim();
      await using browser = await Browser.start();
      const page = await browser.page();
      await page.goto(url);
      await until(async () => (await page.evaluate<number>(COLOURS)) >= 2, 60, "the guest's screen");
      expect(await page.evaluate<string>("document.getElementById('status').textContent")).toContain(
        "instance-",
      );
      await stack.demo("openstack", "server", "delete", "--wait", "vm");
    }, 240_000);
  },
);
