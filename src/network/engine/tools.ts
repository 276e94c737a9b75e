// The programs that change the host: ip, nft, dnsmasq. Nothing goes through a shell.

import { messageOf } from "../../core/errors.ts";

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export class CommandFailed extends Error {
  override name = "CommandFailed";
  readonly outcome: Outcome;

  constructor(argv: readonly string[], outcome: Outcome) {
    super(`${argv.join(" ")}: ${outcome.stderr.trim() || `exit status ${outcome.code}`}`);
    this.outcome = outcome;
  }
}

/** Where these programs are when the path of an ordinary user does not name their folders. */
const FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";
const NEEDED = ["ip", "nft", "dnsmasq"] as const;

export class HostTools {
  #path: string;
  #found = new Map<string, string>();

  constructor(path = process.env["PATH"] ?? "") {
    this.#path = path === "" ? FOLDERS : `${path}:${FOLDERS}`;
  }

  /** Programs that are not there. */
  missing(): string[] {
    return NEEDED.filter((name) => this.find(name) === null);
  }

  find(name: string): string | null {
    let found = this.#found.get(name);
    if (found === undefined) {
      found = Bun.which(name, { PATH: this.#path }) ?? "";
      this.#found.set(name, found);
    }
    return found === "" ? null : found;
  }

  /** @throws CommandFailed */
  async run(argv: readonly string[], input?: string): Promise<string> {
    const outcome = await this.attempt(argv, input);
    if (outcome.code !== 0) throw new CommandFailed(argv, outcome);
    return outcome.stdout;
  }

  /** The same, where failing is an answer. */
  async attempt(argv: readonly string[], input?: string): Promise<Outcome> {
    const [name = "", ...rest] = argv;
    try {
      const child = Bun.spawn([this.find(name) ?? name, ...rest], {
        stdin: input === undefined ? "ignore" : new TextEncoder().encode(input),
        stdout: "pipe",
        stderr: "pipe",
        // Its own group: an interrupt at the terminal is not for it.
        detached: true,
        env: { PATH: this.#path, LC_ALL: "C" },
      });
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, stdout, stderr };
    } catch (error) {
      return { code: 127, stdout: "", stderr: messageOf(error) };
    }
  }
}
