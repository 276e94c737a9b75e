// A guest in a plain QEMU without any cloud: its console as text, QMP, ssh, a config drive. For the tests of this folder.
// Authority: QEMU's qemu-system-x86_64(1) and qmp-spec; Nova's user guide for the config drive's layout.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Where scripts/build-guest has put its results. */
export const guestDirectory = resolve(process.env["GUEST_DIR"] ?? join(import.meta.dir, "../../build/guest"));

/** Why the guest cannot be run here, or undefined. */
export async function whyNot(): Promise<string | undefined> {
  if (!(await Bun.file(join(guestDirectory, "manifest.json")).exists()))
    return `no guest in ${guestDirectory}: run scripts/build-guest`;
  for (const tool of ["qemu-system-x86_64", "qemu-img", "ssh", "ssh-keygen", "mformat", "mcopy"])
    if (!Bun.which(tool)) return `no ${tool}`;
  return undefined;
}

/** Runs a command; throws with its output when it fails. */
export async function run(...command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}: ${out}${err}`);
  return out;
}

/** Asks again until the answer is neither undefined nor false; throws after `seconds`. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T> | T,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false && answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await Bun.sleep(50);
  }
}

/** A qcow2 of `sizeGb` on top of an image. */
export async function overlay(
  image: string,
  format: "qcow2" | "raw",
  path: string,
  sizeGb: number,
): Promise<void> {
  await run(..."qemu-img create -q -f qcow2 -F".split(" "), format, "-b", image, path, `${sizeGb}G`);
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/**
 * Makes a config drive of `files`, path below openstack/ to content: in Nova's usual format, ISO 9660, when the host can make one;
 * else, or when asked for, in its other one, vfat of 64 MB.
 */
export async function configDrive(
  path: string,
  files: Record<string, string>,
  format?: "vfat",
): Promise<void> {
  const tree = `${path}.d`;
  for (const [name, content] of Object.entries(files))
    await Bun.write(join(tree, "openstack", name), content);
  const mkisofs = Bun.which("genisoimage") ?? Bun.which("xorrisofs");
  if (mkisofs && format !== "vfat") {
    await run(mkisofs, "-quiet", "-J", "-R", "-V", "config-2", "-o", path, tree);
    return;
  }
  await run("mformat", "-i", path, "-C", "-T", "131072", "-h", "255", "-s", "63", "-v", "config-2", "::");
  await run("mcopy", "-i", path, "-s", join(tree, "openstack"), "::/");
}

export interface MachineOptions {
  /** "pc" unless said. */
  machine?: string;
  memoryMb?: number;
  /** Size of the root disk, an overlay of guest.qcow2; left out when `settings` bring their own disk. */
  diskGb?: number;
  nicModel?: string;
  diskBus?: "virtio" | "ide";
  configDrive?: string;
  /** Port on 127.0.0.1 that answers the guest at 169.254.169.254:80. Without it nothing answers there. */
  metadataPort?: number;
  /** The interface's cable leads nowhere: no DHCP, no metadata, no ssh. */
  unplugged?: boolean;
  /** More options of QEMU with their values. */
  settings?: [string, string][];
}

export class Machine {
  private constructor(
    readonly directory: string,
    readonly sshPort: number,
    private readonly child: Bun.Subprocess,
    private readonly qmp: Socket,
  ) {}

  private answers: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  /** Names of the QMP events so far. */
  readonly events: string[] = [];

  /** Starts QEMU; resolves when it runs, which is long before the guest is up. */
  static async start(options: MachineOptions): Promise<Machine> {
    const directory = await mkdtemp(join(tmpdir(), "guest-test."));
    const sshPort = await freePort();
    // The guest's network is 169.254.169.0/24 so that QEMU itself can play the metadata service; nothing else is reachable.
    let net = `user,id=net0,restrict=on,net=169.254.169.0/24,dhcpstart=169.254.169.20,hostfwd=tcp:127.0.0.1:${sshPort}-:22`;
    if (options.metadataPort)
      net += `,guestfwd=tcp:169.254.169.254:80-cmd:${process.execPath} ${join(import.meta.dir, "forward.ts")} ${options.metadataPort}`;
    if (options.unplugged) net = "hubport,hubid=1,id=net0";
    const at = (name: string) => join(directory, name);
    const settings: [string, string][] = [
      ["-machine", `${options.machine ?? "pc"},accel=tcg`],
      ["-cpu", "qemu64"],
      ["-m", `${options.memoryMb ?? 128}`],
      ["-display", "none"],
      ["-vga", "std"],
      ["-chardev", `socket,id=console,path=${at("console")},server=on,wait=off,logfile=${at("console.log")}`],
      ["-serial", "chardev:console"],
      ["-qmp", `unix:${at("qmp")},server=on,wait=off`],
      ["-netdev", net],
      ["-device", `${options.nicModel ?? "virtio-net-pci"},netdev=net0,mac=fa:16:3e:01:02:03`],
      ...(options.settings ?? []),
    ];
    if (options.diskGb) {
      await overlay(join(guestDirectory, "guest.qcow2"), "qcow2", at("disk"), options.diskGb);
      settings.push(["-drive", `file=${at("disk")},if=${options.diskBus ?? "virtio"},format=qcow2`]);
    }
    if (options.configDrive) settings.push(["-cdrom", options.configDrive]);
    const child = Bun.spawn(["qemu-system-x86_64", "-nodefaults", ...settings.flat()], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
    });
    const socket = await until("QMP", 10, () => {
      if (child.exitCode !== null) throw new Error("QEMU did not start");
      return new Promise<Socket | undefined>((done) => {
        const socket = connect(join(directory, "qmp"), () => done(socket));
        socket.on("error", () => done(undefined));
      });
    });
    const machine = new Machine(directory, sshPort, child, socket);
    machine.listen();
    await machine.ask("qmp_capabilities");
    return machine;
  }

  private listen(): void {
    let text = "";
    this.qmp.on("data", (data) => {
      text += data.toString();
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        const message = JSON.parse(line) as { event?: string; return?: unknown; error?: { desc: string } };
        if (message.event) this.events.push(message.event);
        else if (message.error) this.answers.shift()?.reject(new Error(message.error.desc));
        else if ("return" in message) this.answers.shift()?.resolve(message.return);
      }
    });
  }

  /** One QMP command. */
  ask(execute: string, args: Record<string, unknown> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.answers.push({ resolve, reject });
      this.qmp.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  async console(): Promise<string> {
    return (await Bun.file(join(this.directory, "console.log")).text()).replaceAll("\r", "");
  }

  /** Types on the serial console. */
  type(text: string): Promise<void> {
    return new Promise((done, fail) => {
      const socket = connect(join(this.directory, "console"), () => socket.end(text, () => done()));
      socket.on("error", fail);
    });
  }

  /** Waits until the console has shown `pattern` `times` times; returns the whole console. */
  async shows(pattern: RegExp, seconds = 60, times = 1): Promise<string> {
    const all = new RegExp(pattern.source, `${pattern.flags.replace("g", "")}g`);
    try {
      return await until(`${pattern} on the console`, seconds, async () => {
        const text = await this.console();
        return (text.match(all)?.length ?? 0) >= times ? text : undefined;
      });
    } catch (error) {
      throw new Error(`${error}; it ends with:\n${(await this.console()).slice(-2000)}`);
    }
  }

  /** Runs a command in the guest, as cirros unless said. */
  ssh(key: string, command: string, user = "cirros"): Promise<string> {
    const options = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
      "ConnectTimeout=20",
      "IdentitiesOnly=yes",
    ];
    return run(
      "ssh",
      ...options.flatMap((option) => ["-o", option]),
      "-i",
      key,
      "-p",
      `${this.sshPort}`,
      `${user}@127.0.0.1`,
      command,
    );
  }

  /** Resolves when QEMU has ended by itself. */
  async ended(seconds: number): Promise<void> {
    await until("QEMU's end", seconds, () => this.child.exitCode !== null);
  }

  /** Ends QEMU and removes its files; may be called twice. */
  async stop(): Promise<void> {
    this.qmp.destroy();
    this.child.kill("SIGKILL");
    await this.child.exited;
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A new key pair: path of the private key and the public line. */
export async function keyPair(directory: string): Promise<{ path: string; publicKey: string }> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, "key");
  await run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path);
  return { path, publicKey: (await Bun.file(`${path}.pub`).text()).trim() };
}
