// Starts the compiled ./stack as a user would, and runs programs against it.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dir, "../..");
export const BINARY = process.env["STACK_BINARY"] ?? join(ROOT, "stack");

export interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Never throws for a non-zero status: tests assert it. */
export async function run(
  command: string[],
  options: {
    env?: Record<string, string | undefined>;
    cwd?: string;
    stdin?: string | Uint8Array;
    timeoutMs?: number;
  } = {},
): Promise<Outcome> {
  const child = Bun.spawn(command, {
    cwd: options.cwd ?? tmpdir(),
    env: options.env ?? process.env,
    stdin: options.stdin === undefined ? "ignore" : new Blob([options.stdin as string]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.timeoutMs ?? 120_000,
  });
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, stdout, stderr };
}

export interface StackOptions {
  /** Further arguments of `stack up`. */
  args?: string[];
  env?: Record<string, string>;
  /** A state directory to go on with; a new one by default. */
  state?: string;
  /** Started through this: `setpriv ...`, for another user. */
  through?: string[];
  /** In place of the built binary. */
  binary?: string;
}

export class Stack implements AsyncDisposable {
  readonly state: string;
  /** What clients need, for the admin and the demo user. */
  readonly adminEnv: Record<string, string | undefined>;
  readonly demoEnv: Record<string, string | undefined>;
  #env: Record<string, string>;
  #keep: boolean;

  private constructor(
    state: string,
    admin: Record<string, string>,
    demo: Record<string, string>,
    options: StackOptions,
  ) {
    this.state = state;
    this.#env = options.env ?? {};
    const base = { PATH: process.env["PATH"], HOME: state, LANG: "C.UTF-8", STACK_STATE: state };
    this.adminEnv = { ...base, ...admin };
    this.demoEnv = { ...base, ...demo };
    this.#keep = options.state !== undefined;
  }

  /** `stack up --detach --port 0`, with the simulated driver unless `args` says otherwise. */
  static async up(options: StackOptions = {}): Promise<Stack> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing; run scripts/build`);
    const state = options.state ?? mkdtempSync(join(tmpdir(), "stack-it-"));
    const driver = options.args?.includes("--driver") ? [] : ["--driver", "fake"];
    const port = options.args?.includes("--port") ? [] : ["--port", "0"];
    const started = await run(
      [
        ...(options.through ?? []),
        options.binary ?? BINARY,
        ...["up", "--detach", ...port, ...driver, "--state", state, ...(options.args ?? [])],
      ],
      {
        env: { PATH: process.env["PATH"], ...options.env },
        cwd: state,
      },
    );
    if (started.status !== 0)
      throw new Error(`stack up failed (${started.status}): ${started.stderr}${started.stdout}`);
    const [admin, demo] = await Promise.all([openrc(state, "admin"), openrc(state, "demo")]);
    return new Stack(state, admin, demo, options);
  }

  /** A cloud that somebody else has started; its state directory stays. */
  static async adopt(state: string): Promise<Stack> {
    const [admin, demo] = await Promise.all([openrc(state, "admin"), openrc(state, "demo")]);
    return new Stack(state, admin, demo, { state });
  }

  /** `stack ARGS...` on this cloud, with the settings it was started with. */
  cli(...args: string[]): Promise<Outcome> {
    return run([BINARY, ...args], {
      env: { PATH: process.env["PATH"], STACK_STATE: this.state, ...this.#env },
    });
  }

  /** A client with the admin's credentials. Throws when it fails, with what it said. */
  async admin(...command: string[]): Promise<string> {
    return this.#client(this.adminEnv, command);
  }

  async demo(...command: string[]): Promise<string> {
    return this.#client(this.demoEnv, command);
  }

  pid(): number {
    return JSON.parse(readFileSync(join(this.state, "cloud.json"), "utf8")).pid as number;
  }

  /** Ends the process at once, as a crash would. */
  async kill(): Promise<void> {
    const pid = this.pid();
    process.kill(pid, "SIGKILL");
    while (existsSync(`/proc/${pid}`)) await Bun.sleep(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cli("down");
    if (!this.#keep) rmSync(this.state, { recursive: true, force: true });
  }

  async #client(env: Record<string, string | undefined>, command: string[]): Promise<string> {
    const outcome = await run(command, { env, cwd: this.state, timeoutMs: 300_000 });
    if (outcome.status !== 0) {
      throw new Error(
        `${command.join(" ")} ended with ${outcome.status}: ${outcome.stderr}${outcome.stdout}`,
      );
    }
    return outcome.stdout;
  }
}

async function openrc(state: string, user: string): Promise<Record<string, string>> {
  const { stdout, stderr, status } = await run([BINARY, "openrc", user, "--state", state]);
  if (status !== 0) throw new Error(`stack openrc failed: ${stderr}`);
  return Object.fromEntries(
    [...stdout.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [
      name!,
      value!.replace(/^'(.*)'$/, "$1"),
    ]),
  );
}
