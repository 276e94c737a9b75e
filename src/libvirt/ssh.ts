// A transport through `ssh HOST`, where virt-ssh-helper or nc connects to the daemon's unix socket.
// Facts: libvirt 9.0.0, src/rpc/virnetsocket.c (virNetSocketNewConnectSSH), virnetclient.c (virNetClientSSHHelperCommand).

import { ConnectError } from "./errors.ts";
import type { Transport, TransportHandlers } from "./socket.ts";
import type { SshTarget } from "./uri.ts";

/** How much of what ssh says on its standard error is kept for the error message. */
const complaintMax = 2048;

/** One word for a POSIX shell, whatever it contains. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What the other host runs. Exported for its test. */
export function remoteCommand({ proxy, netcat, socket, name }: SshTarget): string {
  const nc = quoted(netcat);
  const connect = `-U ${quoted(socket)}`;
  // Without -q0 some nc stay when their input has ended; those that know it complain about the missing number.
  const knowsQ = `${nc} -q 2>&1 | grep "requires an argument" >/dev/null`;
  const viaNetcat = `if ${knowsQ}; then exec ${nc} -q0 ${connect}; else exec ${nc} ${connect}; fi`;
  const viaHelper = `exec virt-ssh-helper ${quoted(name)}`;
  const script = {
    netcat: viaNetcat,
    native: viaHelper,
    auto: `if command -v virt-ssh-helper >/dev/null 2>&1; then ${viaHelper}; else ${viaNetcat}; fi`,
  }[proxy];
  return `sh -c ${quoted(script)}`;
}

/** The command line. ssh never asks anything, because nobody is there to answer. Exported for its test. */
export function sshCommand(target: SshTarget): string[] {
  const { program, port, user, keyFile, knownHostsFile, verify, host } = target;
  const options = ["-T", "-e", "none", "-o", "BatchMode=yes"];
  if (port !== null) options.push("-p", String(port));
  if (user !== null) options.push("-l", user);
  if (keyFile !== null) options.push("-i", keyFile);
  if (knownHostsFile !== null) options.push("-o", `UserKnownHostsFile=${knownHostsFile}`);
  if (!verify) options.push("-o", "StrictHostKeyChecking=no");
  return [program, ...options, "--", host, remoteCommand(target)];
}

/**
 * Starts ssh. It answers as soon as the program runs: whether ssh gets through shows with the first reply, and
 * `closed` then has what ssh said. Throws ConnectError when there is no such program.
 */
export async function openSsh(target: SshTarget, handlers: TransportHandlers): Promise<Transport> {
  return new SshTransport(target, handlers);
}

class SshTransport implements Transport {
  readonly #program: string;
  readonly #handlers: TransportHandlers;
  readonly #child: ReturnType<typeof start>;
  readonly #chunks: Uint8Array[] = [];
  #queuedBytes = 0;
  #sending: Promise<void> = Promise.resolve();
  #writeError: string | null = null;
  #complaint = "";
  #over = false;

  constructor(target: SshTarget, handlers: TransportHandlers) {
    this.#program = target.program;
    this.#handlers = handlers;
    this.#child = start(sshCommand(target));
    Promise.all([this.#child.exited, this.#receive(), this.#listenToComplaints()]).then(
      ([status]) => this.#exited(status),
      (error) => this.#end(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #receive(): Promise<void> {
    for await (const chunk of this.#child.stdout) if (!this.#over) this.#handlers.data(chunk);
  }

  async #listenToComplaints(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stderr) {
      this.#complaint = (this.#complaint + decoder.decode(chunk, { stream: true })).slice(-complaintMax);
    }
  }

  #exited(status: number): void {
    const clean = status === 0 && this.#writeError === null;
    const reason = this.#complaint.trim() || this.#writeError || `status ${status}`;
    this.#end(clean ? null : new Error(`${this.#program}: ${reason}`));
  }

  #end(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#chunks.length = 0;
    this.#queuedBytes = 0;
    this.#child.kill();
    this.#handlers.closed(error);
  }

  write(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#chunks.push(Uint8Array.prototype.slice.call(bytes));
    this.#queuedBytes += bytes.length;
    if (this.#chunks.length === 1) this.#sending = this.#send();
  }

  async #send(): Promise<void> {
    try {
      for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
        await this.#child.stdin.write(chunk);
        await this.#child.stdin.flush();
        if (this.#over) return;
        this.#queuedBytes -= chunk.length;
        this.#chunks.shift();
      }
    } catch (error) {
      // ssh reads no more, so it is about to end, and then it has said why.
      this.#writeError ??= error instanceof Error ? error.message : String(error);
    }
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  drained(): Promise<void> {
    return this.#sending;
  }

  close(): void {
    this.#end(null);
  }
}

function start(command: string[]) {
  try {
    return Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectError(`cannot run ${command[0]}: ${reason}`, { cause });
  }
}
