// The openstack client in one process (`identity-shell.py`), for tests of many commands.

import { expect } from "bun:test";
import { join } from "node:path";

/** Debian's own, which has the client's modules. */
export const PYTHON = "/usr/bin/python3";

/** The client in one process, with the administrator's credentials unless a command names others. */
export class Shell {
  #child;
  #lines: AsyncIterator<string>;

  constructor(env: Record<string, string | undefined>, cwd: string) {
    this.#child = Bun.spawn([PYTHON, join(import.meta.dir, "identity-shell.py")], {
      env,
      cwd,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.#lines = linesOf(this.#child.stdout);
  }

  async run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
    this.#child.stdin.write(`${JSON.stringify(args)}\n`);
    this.#child.stdin.flush();
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the client ended");
    const [status, stdout, stderr] = JSON.parse(value) as [number, string, string];
    return { status, stdout, stderr };
  }

  /** What it prints; it must not fail. */
  async text(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...args);
    if (status !== 0) throw new Error(`openstack ${args.join(" ")}: ${status} ${stderr}${stdout}`);
    return stdout;
  }

  /** A command that prints nothing when all is well. */
  async silent(...args: string[]): Promise<void> {
    expect([args, await this.text(...args)]).toEqual([args, ""]);
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a command shows has a shape of its own
  async json(...args: string[]): Promise<any> {
    return JSON.parse(await this.text(...args, "-f", "json"));
  }

  /** One column of a list. */
  async column(name: string, ...args: string[]): Promise<string[]> {
    return (await this.text(...args, "-f", "value", "-c", name)).split("\n").filter((line) => line !== "");
  }

  /** How it is refused. */
  async refusal(...args: string[]): Promise<string> {
    const { status, stderr, stdout } = await this.run(...args);
    if (status === 0) throw new Error(`openstack ${args.join(" ")} was not refused: ${stdout}`);
    return stderr.trim();
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#child.exited;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(
    new TextDecoderStream() as never,
  ) as unknown as AsyncIterable<string>) {
    rest += chunk;
    let end = rest.indexOf("\n");
    while (end >= 0) {
      yield rest.slice(0, end);
      rest = rest.slice(end + 1);
      end = rest.indexOf("\n");
    }
  }
}
