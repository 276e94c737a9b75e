import { describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "./connection.ts";
import { ConnectError } from "./errors.ts";
import { remoteCommand, sshCommand } from "./ssh.ts";
import { rejection } from "./testing/connected.ts";
import { FakeServer } from "./testing/fake-server.ts";
import { parseUri, type SshTarget } from "./uri.ts";

function target(uri: string): SshTarget {
  const parsed = parseUri(uri, {}).target;
  if (parsed.transport !== "ssh") throw new Error(parsed.transport);
  return parsed;
}

describe("the command line", () => {
  test("options come before --, so that no host name is taken for one", () => {
    const uri = "qemu+ssh://root@-oProxyCommand=x:22/system?keyfile=/k&known_hosts=/h&no_verify=1&socket=/s";
    expect(sshCommand(target(uri)).slice(0, -1)).toEqual([
      ..."ssh -T -e none -o BatchMode=yes -p 22 -l root -i /k -o UserKnownHostsFile=/h".split(" "),
      ..."-o StrictHostKeyChecking=no -- -oProxyCommand=x".split(" "),
    ]);
  });

  test("the helper, nc, or what there is", () => {
    const base = target("qemu+ssh://h/system");
    expect(remoteCommand({ ...base, proxy: "native" })).toBe(
      `sh -c 'exec virt-ssh-helper '\\''qemu:///system'\\'''`,
    );
    expect(remoteCommand(base)).toStartWith(
      "sh -c 'if command -v virt-ssh-helper >/dev/null 2>&1; then exec",
    );
  });

  // What the other side's login shell makes of it; `nc` here prints its arguments.
  test.each(["/var/run/libvirt/libvirt-sock", "/tmp/with space", "/tmp/it's; touch /tmp/x", "/tmp/$HOME"])(
    "the socket's path %p arrives as one word",
    async (socket) => {
      const folder = mkdtempSync(join(tmpdir(), "fake-nc-"));
      const netcat = join(folder, "n c");
      writeFileSync(netcat, `#!/bin/sh\nfor word; do echo "[$word]"; done\n`);
      chmodSync(netcat, 0o755);
      const command = remoteCommand({ ...target("qemu+ssh://h/system"), proxy: "netcat", netcat, socket });
      const { stdout } = Bun.spawnSync(["sh", "-c", command]);
      rmSync(folder, { recursive: true });
      expect(stdout.toString()).toBe(`[-U]\n[${socket}]\n`);
    },
  );
});

/** A program that is called as ssh and runs the script instead. */
function fakeSsh(script: string): { command: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), "fake-ssh-"));
  const command = join(folder, "ssh");
  writeFileSync(command, script);
  chmodSync(command, 0o755);
  return { command, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** Does what `ssh HOST nc -U PATH` does. */
function bridgeTo(path: string): string {
  return `#!${process.execPath}
const socket = await Bun.connect({ unix: ${JSON.stringify(path)}, socket: {
  data: (_, chunk) => { process.stdout.write(chunk); },
  close: () => process.exit(0),
  drain: () => process.stdin.resume(),
} });
let rest = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  rest = Buffer.concat([rest, chunk]);
  while (rest.length > 0) {
    const taken = socket.write(rest);
    rest = rest.subarray(Math.max(0, taken));
    if (rest.length > 0) await Bun.sleep(1);
  }
}
socket.end();
`;
}

describe("the transport", () => {
  test("calls go through it, large ones too, and the program ends with the connection", async () => {
    using server = new FakeServer();
    using ssh = fakeSsh(bridgeTo(server.path));
    server.on("domainDefineXMLFlags", ({ xml }) => ({
      dom: { name: String(xml.length), uuid: "00000000-0000-0000-0000-000000000000", id: -1 },
    }));
    server.on("domainGetXMLDesc", () => ({ xml: "y".repeat(1_000_000) }));
    const connection = await connect(`qemu+ssh://h/system?command=${ssh.command}`);
    const dom = await connection.domainDefineXMLFlags("x".repeat(1_000_000));
    expect(dom.name).toBe("1000000");
    expect((await connection.domainGetXMLDesc(dom)).length).toBe(1_000_000);
    await connection.close();
    await server.client.until(({ closed }) => closed);
  });

  test("the daemon goes away", async () => {
    using server = new FakeServer();
    using ssh = fakeSsh(bridgeTo(server.path));
    const connection = await connect(`qemu+ssh://h/system?command=${ssh.command}`);
    server.client.disconnect();
    expect((await connection.closed).message).toBe("the server closed the connection");
  });

  test("what ssh says is in the error", async () => {
    using ssh = fakeSsh(`#!/bin/sh\necho "Permission denied (publickey)." >&2\nexit 255\n`);
    const error = await rejection(connect(`qemu+ssh://h/system?command=${ssh.command}`));
    expect((error as Error).message).toContain("Permission denied (publickey).");
  });

  test("no ssh at all", async () => {
    const error = await rejection(connect("qemu+ssh://h/system?command=/nonexistent/ssh"));
    expect(error).toBeInstanceOf(ConnectError);
    expect((error as Error).message).toContain("/nonexistent/ssh");
  });
});
