import { afterAll, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect } from "./connection.ts";
import { ConnectError } from "./errors.ts";
import { SendQueue } from "./send-queue.ts";
import { rejection } from "./testing/connected.ts";
import { FakeServer } from "./testing/fake-server.ts";
import { ManualTimers } from "./testing/manual-timers.ts";

const admission = Uint8Array.of(1);

async function hostnameOf(server: FakeServer, uri: string): Promise<string> {
  server.on("connectGetHostname", () => ({ hostname: "fake" }));
  const connection = await connect(uri, { timers: new ManualTimers() });
  const hostname = await connection.connectGetHostname();
  await connection.close();
  return hostname;
}

describe("unix and TCP", () => {
  test("the socket of a driver's own daemon is preferred when it exists", async () => {
    using server = new FakeServer();
    const runtime = dirname(server.path);
    const folder = join(runtime, "libvirt");
    const environment = { XDG_RUNTIME_DIR: runtime };
    mkdirSync(folder);
    symlinkSync(server.path, join(folder, "libvirt-sock"));
    await (await connect("qemu:///session", { environment })).close();
    renameSync(join(folder, "libvirt-sock"), join(folder, "virtqemud-sock"));
    writeFileSync(join(folder, "libvirt-sock"), "not a socket");
    await (await connect("qemu:///session", { environment })).close();
    expect(server.clients.length).toBe(2);
  });

  test("TCP", async () => {
    using server = new FakeServer({ tcp: {} });
    expect(await hostnameOf(server, `qemu+tcp://127.0.0.1:${server.port}/system`)).toBe("fake");
  });

  test("nobody there", async () => {
    const error = await rejection(connect("qemu+unix:///system?socket=/nonexistent/sock"));
    expect(error).toBeInstanceOf(ConnectError);
    expect((error as Error).message).toBe("/nonexistent/sock: Failed to connect (ENOENT)");
    using server = new FakeServer({ tcp: {} });
    const { port } = server;
    server.stop();
    const refused = await rejection(connect(`qemu+tcp://127.0.0.1:${port}/system`));
    expect((refused as Error).message).toBe(`127.0.0.1:${port}: Failed to connect (ECONNREFUSED)`);
  });
});

const openssl = Bun.which("openssl");
if (openssl === null) console.warn("skipped: TLS tests need the openssl program to make certificates");

/** A folder as `pkipath` wants it: a CA, a server's certificate for these names, a client's. */
function makeCertificates(names = "DNS:localhost,IP:127.0.0.1"): string {
  const folder = mkdtempSync(join(tmpdir(), "fake-pki-"));
  function run(...args: string[]): void {
    const { exitCode, stderr } = Bun.spawnSync([openssl ?? "", ...args], { cwd: folder, stderr: "pipe" });
    if (exitCode !== 0) throw new Error(stderr.toString());
  }
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const constraint = ["-addext", "basicConstraints=critical,CA:TRUE"];
  run("req", "-x509", ...key, "-keyout", "cakey.pem", "-out", "cacert.pem", "-subj", "/CN=CA", ...constraint);
  for (const role of ["server", "client"]) {
    run(
      "req",
      ...key.slice(0, 5),
      "-keyout",
      `${role}key.pem`,
      "-out",
      `${role}.csr`,
      "-subj",
      `/CN=${role}`,
    );
    writeFileSync(join(folder, "ext"), `subjectAltName=${names}\n`);
    const signer = [
      "-CA",
      "cacert.pem",
      "-CAkey",
      "cakey.pem",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      "ext",
    ];
    run("x509", "-req", "-in", `${role}.csr`, "-out", `${role}cert.pem`, ...signer);
  }
  return folder;
}

describe.skipIf(openssl === null)("TLS", () => {
  const pki = openssl === null ? "" : makeCertificates();
  const read = (name: string) => readFileSync(join(pki, name), "utf8");
  const tls =
    openssl === null
      ? {}
      : { cert: read("servercert.pem"), key: read("serverkey.pem"), ca: read("cacert.pem") };
  afterAll(() => {
    if (pki !== "") rmSync(pki, { recursive: true });
  });
  const strict = { ...tls, requestCert: true, rejectUnauthorized: true };

  test("both sides show certificates, and the server admits the client", async () => {
    using server = new FakeServer({ tcp: { tls: strict }, greeting: admission });
    for (const host of ["127.0.0.1", "localhost"]) {
      expect(await hostnameOf(server, `qemu+tls://${host}:${server.port}/system?pkipath=${pki}`)).toBe(
        "fake",
      );
    }
  });

  test("large messages", async () => {
    using server = new FakeServer({ tcp: { tls: strict }, greeting: admission });
    server.on("domainDefineXMLFlags", ({ xml }) => ({
      dom: { name: xml.slice(0, 3_000_000), uuid: zero, id: -1 },
    }));
    const zero = "00000000-0000-0000-0000-000000000000";
    const connection = await connect(`qemu+tls://localhost:${server.port}/system?pkipath=${pki}`);
    expect((await connection.domainDefineXMLFlags("x".repeat(4_000_000))).name.length).toBe(3_000_000);
    await connection.close();
  });

  test("a server that does not admit the client", async () => {
    using server = new FakeServer({ tcp: { tls: strict }, greeting: Uint8Array.of(0) });
    const error = await rejection(connect(`qemu+tls://127.0.0.1:${server.port}/system?pkipath=${pki}`));
    expect(error).toBeInstanceOf(ConnectError);
    expect((error as Error).message).toContain("did not accept this client");
  });

  test("a server that says nothing is left when the time is over", async () => {
    using server = new FakeServer({ tcp: { tls: strict } });
    const timers = new ManualTimers();
    const failed = rejection(
      connect(`qemu+tls://127.0.0.1:${server.port}/system?pkipath=${pki}`, { timers }),
    );
    while (server.clients.length === 0) await new Promise(setImmediate);
    timers.advance(10_000);
    expect(await failed).toMatchObject({ message: expect.stringContaining("no connection within 10000 ms") });
    await server.client.until(({ closed }) => closed);
  });

  test("a certificate that nobody signed is refused, unless no_verify=1", async () => {
    const other = makeCertificates();
    try {
      using server = new FakeServer({ tcp: { tls }, greeting: admission });
      const uri = `qemu+tls://127.0.0.1:${server.port}/system?pkipath=${other}`;
      const error = await rejection(connect(uri));
      expect(error).toBeInstanceOf(ConnectError);
      expect((error as Error).message).toContain("TLS:");
      expect(await hostnameOf(server, `${uri}&no_verify=1`)).toBe("fake");
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  test.each(["127.0.0.1", "localhost"])("so is one that does not name %s", async (host) => {
    const other = makeCertificates("DNS:elsewhere,IP:127.0.0.2");
    try {
      const [cert, key] = ["servercert.pem", "serverkey.pem"].map((name) =>
        readFileSync(join(other, name), "utf8"),
      );
      using server = new FakeServer({ tcp: { tls: { cert, key } }, greeting: admission });
      const error = await rejection(connect(`qemu+tls://${host}:${server.port}/system?pkipath=${other}`));
      expect(error).toBeInstanceOf(ConnectError);
      expect((error as Error).message).toContain("TLS:");
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  test("a missing CA is named", async () => {
    const error = await rejection(connect("qemu+tls://127.0.0.1:1/system?pkipath=/nonexistent"));
    expect((error as Error).message).toBe("TLS needs /nonexistent/cacert.pem, which cannot be read");
  });
});

describe("send queue", () => {
  test("keeps the order when the socket takes bytes in pieces", async () => {
    const random = [3, 0, 5, -1, 100, 2, 0, 7];
    let room = 0;
    const taken: number[] = [];
    const queue = new SendQueue((bytes) => {
      const count = Math.min(bytes.length, room);
      room -= Math.max(0, count);
      taken.push(...bytes.subarray(0, Math.max(0, count)));
      return count;
    });
    const shared = new Uint8Array(4);
    for (let i = 0; i < 20; i += 1) {
      shared.fill(i);
      queue.push(shared);
      room = random[i % random.length] ?? 0;
      if (i % 3 === 0) queue.flush();
    }
    let drained = false;
    const end = queue.drained().then(() => {
      drained = true;
    });
    expect(queue.bytes).toBeGreaterThan(0);
    expect(drained).toBe(false);
    room = 1000;
    queue.flush();
    await end;
    expect(queue.bytes).toBe(0);
    expect(taken).toEqual(Array.from({ length: 80 }, (_, at) => Math.floor(at / 4)));
  });

  test("a closed queue takes nothing and lets nobody wait", async () => {
    const queue = new SendQueue(() => 0);
    queue.push(Uint8Array.of(1));
    const waiting = queue.drained();
    queue.close();
    await waiting;
    queue.push(Uint8Array.of(1));
    queue.flush();
    await queue.drained();
    expect(queue.bytes).toBe(0);
  });
});
