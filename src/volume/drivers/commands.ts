// Programs of the host that drivers run: with limits, and ended when the service stops.

import { CloudError } from "../../core/errors.ts";

export interface RunOptions {
  signal?: AbortSignal;
  /** What a program that reads untrusted data may use at most. */
  limits?: { addressSpaceBytes: number; cpuSeconds: number };
  /** Variables besides the path. */
  env?: Readonly<Record<string, string>>;
}

/** Runs a program and answers its standard output. @throws CommandFailed */
export type Runner = (command: readonly string[], options?: RunOptions) => Promise<string>;

/** A program that ended with an error, or is not there. */
export class CommandFailed extends CloudError {
  readonly exitCode: number | null;
  readonly complaint: string;

  constructor(command: readonly string[], exitCode: number | null, complaint: string) {
    super("unavailable", `${command[0]} failed: ${complaint || `exit status ${exitCode}`}`);
    this.exitCode = exitCode;
    this.complaint = complaint;
  }
}

const OUTPUT_MAX = 1 << 20;
const COMPLAINT_MAX = 2000;

export const runCommand: Runner = async (command, options = {}) => {
  options.signal?.throwIfAborted();
  const { limits } = options;
  const argv = limits
    ? ["prlimit", `--as=${limits.addressSpaceBytes}`, `--cpu=${limits.cpuSeconds}`, "--", ...command]
    : [...command];
  let child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  try {
    child = Bun.spawn(argv, {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...options.env, PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
    });
  } catch (error) {
    throw new CommandFailed(command, null, String((error as Error).message));
  }
  const kill = () => child.kill("SIGKILL");
  options.signal?.addEventListener("abort", kill, { once: true });
  try {
    const [output, complaint, exitCode] = await Promise.all([
      readAll(child.stdout, OUTPUT_MAX),
      readAll(child.stderr, COMPLAINT_MAX),
      child.exited,
    ]);
    options.signal?.throwIfAborted();
    if (exitCode !== 0) throw new CommandFailed(command, exitCode, complaint.trim());
    return output;
  } finally {
    options.signal?.removeEventListener("abort", kill);
  }
};

/** Reads to the end and keeps the beginning. */
async function readAll(stream: ReadableStream<Uint8Array>, max: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (size < max) chunks.push(chunk.subarray(0, max - size));
    size += chunk.length;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** True when the program can be run. */
export function hasProgram(name: string): boolean {
  return Bun.which(name) !== null;
}
