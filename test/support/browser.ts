// A browser for tests: Debian's chromium without a window, told what to do over the DevTools protocol.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program, type Requirement } from "./requires.ts";

export const chromium: Requirement = program("chromium");

const FLAGS = [
  "--headless",
  "--no-sandbox", // the tests run as root
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];

type Json = Record<string, unknown>;
type Pending = { resolve(value: Json): void; reject(reason: Error): void };

export class Browser implements AsyncDisposable {
  #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  #profile: string;
  #socket: WebSocket;
  #pending = new Map<number, Pending>();
  #pages = new Map<string, Page>();
  #downloads = new Map<string, string>();
  #downloaded = new Map<string, PromiseWithResolvers<void>>();
  #count = 0;

  private constructor(child: Bun.Subprocess<"ignore", "ignore", "pipe">, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(String(data)) as Json));
  }

  static async start(): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), "stack-browser-"));
    const child = Bun.spawn(["chromium", ...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
      env: { ...process.env, HOME: profile },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const socket = new WebSocket(await devToolsAddress(child.stderr));
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", () => reject(new Error("chromium does not talk")));
    });
    return new Browser(child, profile, socket);
  }

  /** A new tab, with cookies and storage of its own. */
  async page(options: { width?: number; height?: number; dark?: boolean } = {}): Promise<Page> {
    const { browserContextId } = await this.send("Target.createBrowserContext");
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, String(browserContextId), String(sessionId));
    this.#pages.set(String(sessionId), page);
    await page.prepare({ width: 1280, height: 800, dark: false, ...options });
    return page;
  }

  /** Closes every tab: one that nobody looks at any more still asks for news. */
  async closePages(): Promise<void> {
    const pages = [...this.#pages.values()];
    this.#pages.clear();
    await Promise.all(pages.map((page) => page.close()));
  }

  send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
    });
  }

  /** Resolves when a file of this name is complete. */
  downloaded(name: string): Promise<void> {
    return this.#download(name).promise;
  }

  #download(name: string): PromiseWithResolvers<void> {
    let known = this.#downloaded.get(name);
    if (!known) {
      known = Promise.withResolvers();
      this.#downloaded.set(name, known);
    }
    return known;
  }

  /** A new folder that goes with the browser. */
  folder(): string {
    return mkdtempSync(join(this.#profile, "folder-"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.send("Browser.close").catch(() => {});
    await this.#child.exited;
    this.#socket.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }

  #take(message: Json): void {
    const params = message["params"] as Json | undefined;
    if (message["method"] === "Browser.downloadWillBegin" && params) {
      this.#downloads.set(String(params["guid"]), String(params["suggestedFilename"]));
    } else if (message["method"] === "Browser.downloadProgress" && params?.["state"] === "completed") {
      this.#download(this.#downloads.get(String(params["guid"])) ?? "").resolve();
    }
    const pending = this.#pending.get(Number(message["id"]));
    if (!pending) {
      this.#pages.get(String(message["sessionId"]))?.take(String(message["method"]), params ?? {});
      return;
    }
    this.#pending.delete(Number(message["id"]));
    const error = message["error"] as { message: string } | undefined;
    if (error) pending.reject(new Error(error.message));
    else pending.resolve(message["result"] as Json);
  }
}

const DEFAULT_WAIT_MS = 15_000;

export class Page {
  /** What the page complained of: exceptions, console errors, violations of its security policy. */
  readonly complaints: string[] = [];
  #browser: Browser;
  #context: string;
  #session: string;

  constructor(browser: Browser, context: string, session: string) {
    this.#browser = browser;
    this.#context = context;
    this.#session = session;
  }

  async prepare({ width, height, dark }: { width: number; height: number; dark: boolean }): Promise<void> {
    await this.#send("Page.enable");
    await this.#send("Runtime.enable");
    await this.#send("Log.enable");
    await this.resize(width, height);
    const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
    await this.#send("Emulation.setEmulatedMedia", { features });
  }

  async resize(width: number, height: number): Promise<void> {
    const options = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.#send("Emulation.setDeviceMetricsOverride", options);
  }

  async close(): Promise<void> {
    await this.#browser.send("Target.disposeBrowserContext", { browserContextId: this.#context });
  }

  /** @param url whose cookie it is @param header as in a `Set-Cookie` */
  async setCookie(url: string, header: string): Promise<void> {
    const [pair = "", ...attributes] = header.split("; ");
    const [name, value] = pair.split("=");
    const path = attributes.find((one) => one.startsWith("Path="))?.slice("Path=".length) ?? "/";
    const options = { httpOnly: attributes.includes("HttpOnly"), sameSite: "Strict" };
    await this.#send("Network.setCookie", { url, name, value, path, ...options });
  }

  take(method: string, params: Json): void {
    if (method === "Runtime.exceptionThrown") {
      const { exceptionDetails: details } = params as {
        exceptionDetails: { text: string; exception?: { description?: string } };
      };
      this.complaints.push(details.exception?.description ?? details.text);
    } else if (method === "Log.entryAdded") {
      const { entry } = params as { entry: { level: string; text: string; url?: string } };
      if (entry.level === "error") this.complaints.push(`${entry.text} ${entry.url ?? ""}`.trim());
    } else if (method === "Runtime.consoleAPICalled" && params["type"] === "error") {
      const values = params["args"] as { value?: unknown; description?: string }[];
      this.complaints.push(values.map(({ value, description }) => String(value ?? description)).join(" "));
    }
  }

  async goto(url: string): Promise<void> {
    await this.#send("Page.navigate", { url });
    await this.waitFor("document.readyState === 'complete'");
  }

  /** The value of a JavaScript expression, awaited. @throws what it throws */
  async evaluate<T = unknown>(expression: string): Promise<T> {
    const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails } = (await this.#send("Runtime.evaluate", options)) as {
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Resolves when the expression holds: looked at again after every change of the document. */
  async waitFor(expression: string, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    const holds = await this.evaluate<boolean>(`new Promise((resolve) => {
      const look = () => { if (${expression}) done(true); };
      const done = (value) => { observer.disconnect(); removeEventListener("load", look); clearTimeout(timer); resolve(value); };
      const observer = new MutationObserver(look);
      const timer = setTimeout(() => done(false), ${timeoutMs});
      observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
      addEventListener("load", look);
      document.addEventListener("readystatechange", look);
      look();
    })`);
    if (!holds) throw new Error(`not so after ${timeoutMs} ms: ${expression}\n${await this.text()}`);
  }

  /** Resolves when the words can be read on the page. */
  waitForText(words: string, timeoutMs?: number): Promise<void> {
    return this.waitFor(`document.body?.innerText.includes(${JSON.stringify(words)})`, timeoutMs);
  }

  /** What can be read on the page. */
  text(): Promise<string> {
    return this.evaluate("document.body?.innerText ?? ''");
  }

  /** Types into a field as a user would, in place of what is there. Waits until it is there, as the next two do. */
  async fill(selector: string, value: string): Promise<void> {
    await this.#waitForField(selector);
    await this.evaluate(`(() => {
      const field = document.querySelector(${JSON.stringify(selector)});
      field.focus();
      field.select?.();
    })()`);
    await this.#send("Input.insertText", { text: value });
  }

  /** Chooses a file of this machine in a file field. */
  async upload(selector: string, path: string): Promise<void> {
    await this.#waitForField(selector);
    const expression = `document.querySelector(${JSON.stringify(selector)})`;
    const { result } = (await this.#send("Runtime.evaluate", { expression })) as {
      result: { objectId: string };
    };
    await this.#send("DOM.setFileInputFiles", { objectId: result.objectId, files: [path] });
  }

  /** Chooses in a select by value. */
  async choose(selector: string, value: string): Promise<void> {
    await this.#waitForField(selector);
    await this.evaluate(`(() => {
      const field = document.querySelector(${JSON.stringify(selector)});
      field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event("change", { bubbles: true }));
    })()`);
  }

  /**
   * Clicks the first button, link, tab or box that is called so, in the uppermost dialog first; or what the selector
   * finds. Waits until it is there.
   */
  async click(target: string): Promise<void> {
    const find = `(() => {
      const named = ${JSON.stringify(target)};
      const words = (element) => {
        const copy = element.cloneNode(true);
        for (const picture of copy.querySelectorAll("[aria-hidden=true]")) picture.remove();
        return (element.getAttribute("aria-label") ?? copy.textContent).trim();
      };
      const found = [...document.querySelectorAll("button, a, input")].filter(
        (element) => element.getClientRects().length > 0 && !element.disabled && words(element) === named,
      );
      const top = [...document.querySelectorAll("dialog[open]")].at(-1);
      const element = found.find((one) => top?.contains(one)) ?? found[0];
      if (element) return element;
      try { return document.querySelector(named); } catch { return null; }
    })()`;
    await this.waitFor(find);
    await this.evaluate(`${find}.click()`);
  }

  async press(key: string): Promise<void> {
    const codes: Record<string, number> = { Tab: 9, Enter: 13, Escape: 27, ArrowDown: 40, ArrowUp: 38 };
    const event = { key, code: key, windowsVirtualKeyCode: codes[key] ?? 0 };
    await this.#send("Input.dispatchKeyEvent", {
      type: "keyDown",
      ...event,
      ...(key === "Enter" ? { text: "\r" } : {}),
    });
    await this.#send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  /** Lets this tab download. Returns what reads a file by its name, once all of it is there. */
  async keepDownloads(): Promise<(name: string) => Promise<string>> {
    const folder = this.#browser.folder();
    const options = { behavior: "allow", downloadPath: folder, eventsEnabled: true };
    await this.#browser.send("Browser.setDownloadBehavior", { ...options, browserContextId: this.#context });
    return async (name) => {
      await this.#browser.downloaded(name);
      return Bun.file(join(folder, name)).text();
    };
  }

  async screenshot(path: string): Promise<void> {
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    await Bun.write(path, Buffer.from(String(data), "base64"));
  }

  #waitForField(selector: string): Promise<void> {
    return this.waitFor(`document.querySelector(${JSON.stringify(selector)})`);
  }

  #send(method: string, params: Json = {}): Promise<Json> {
    return this.#browser.send(method, params, this.#session);
  }
}

async function devToolsAddress(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let said = "";
  const decoder = new TextDecoder();
  const reader = stderr.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`chromium did not start: ${said}`);
    said += decoder.decode(value, { stream: true });
    const found = /DevTools listening on (\S+)/.exec(said);
    if (!found) continue;
    // What it says later is read, so that it never waits for us.
    void (async () => {
      while (!(await reader.read()).done);
    })();
    return found[1]!;
  }
}
