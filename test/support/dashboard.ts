// A cloud of its own and a browser that looks at its dashboard.

import { Browser, type Page } from "./browser.ts";
import { Stack } from "./stack.ts";
import { tokenByPassword } from "./token.ts";

export class Dashboard implements AsyncDisposable {
  readonly stack: Stack;
  readonly browser: Browser;
  /** Where everything is by path, without a closing slash. */
  readonly base: string;
  /** The administrator's. */
  readonly token: string;
  #cookies: { admin?: string; demo?: string } = {};

  private constructor(stack: Stack, browser: Browser, base: string, token: string) {
    this.stack = stack;
    this.browser = browser;
    this.base = base;
    this.token = token;
  }

  /** With the simulated driver and generated passwords. */
  static async start(): Promise<Dashboard> {
    const [stack, browser] = await Promise.all([Stack.up(), Browser.start()]);
    const base = stack.adminEnv["OS_AUTH_URL"]!.replace(/\/identity\/v3$/, "");
    const { token } = await tokenByPassword(`${base}/identity/v3`, "admin", stack.adminEnv["OS_PASSWORD"]!);
    return new Dashboard(stack, browser, base, token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
    await this.stack[Symbol.asyncDispose]();
  }

  /** As it was generated. */
  passwordOf(user: "admin" | "demo"): string {
    return (user === "demo" ? this.stack.demoEnv : this.stack.adminEnv)["OS_PASSWORD"]!;
  }

  /** Asks an API as any client would. @throws Error for a refusal */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: { "x-auth-token": this.token, "content-type": "application/json", ...headers },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
    return (/^[[{]/.test(text) ? JSON.parse(text) : text) as any;
  }

  /** A public image of a few bytes. Resolves to its id. */
  async makeImage(name: string): Promise<string> {
    const fields = { name, disk_format: "raw", container_format: "bare", visibility: "public" };
    const { id } = await this.ask("POST", "/image/v2/images", fields);
    const headers = { "content-type": "application/octet-stream" };
    await this.ask("PUT", `/image/v2/images/${id}/file`, "a disk", headers);
    return id;
  }

  /** A new tab with the user's session; every tab of a user has the same one. */
  async signIn(user: "admin" | "demo"): Promise<Page> {
    this.#cookies[user] ??= await this.#cookieOf(user);
    const page = await this.browser.page();
    await page.setCookie(this.base, this.#cookies[user]);
    return page;
  }

  /** A new tab, through the login page, with a session of its own. Ends on the overview. */
  async signInWith(user: string, password: string): Promise<Page> {
    const page = await this.browser.page();
    await page.goto(`${this.base}/`);
    await page.waitFor("document.querySelector('#user')");
    await page.fill("#user", user);
    await page.fill("#password", password);
    await page.click("Sign In");
    await page.waitForText("Overview");
    return page;
  }

  async #cookieOf(user: "admin" | "demo"): Promise<string> {
    const answer = await fetch(`${this.base}/dashboard/api/session`, {
      method: "POST",
      body: JSON.stringify({ user, password: this.passwordOf(user) }),
      headers: { "content-type": "application/json", "x-requested-with": "XMLHttpRequest" },
    });
    return answer.headers.get("set-cookie")!;
  }

  /** Goes to a page by its address and waits for words on it. */
  async open(page: Page, path: string, words: string): Promise<void> {
    await page.goto(`${this.base}/dashboard${path}`);
    await page.waitForText(words);
  }
}

/** An expression: whether a row of the table holds all these words. */
export function rowWith(...words: string[]): string {
  return `[...document.querySelectorAll("tbody tr")].some((row) => ${JSON.stringify(words)}.every((word) => row.innerText.includes(word)))`;
}

/** Clicks what a row offers, in its menu when it has no button of its own for it. */
export async function act(page: Page, row: string, label: string): Promise<void> {
  await page.waitFor(rowWith(row));
  const inMenu = await page.evaluate<boolean>(`(() => {
    const row = [...document.querySelectorAll("tbody tr")].find((one) => one.innerText.includes(${JSON.stringify(row)}));
    const buttons = [...row.querySelectorAll("button")];
    const button = buttons.find((one) => one.textContent === ${JSON.stringify(label)});
    (button ?? buttons.at(-1)).click();
    return !button;
  })()`);
  if (inMenu) await page.click(label);
}

/** Presses a dialog's main button and waits for what is said then. */
export async function submit(page: Page, said: string): Promise<void> {
  await page.evaluate("document.querySelector('dialog[open] footer button:last-child').click()");
  await page.waitForText(said);
  await page.waitFor("!document.querySelector('dialog')");
}
