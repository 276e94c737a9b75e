// Over real sockets: what a client may do with a connection.

import { expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { dataFiles, md5, noise, objectCloud, type Swift, served, swiftAs } from "./testing.ts";

async function open(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** All that comes back until the peer closes. */
function rest(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(text));
  });
}

/** Resolves when `text` has arrived. */
function until(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve) => {
    let got = "";
    const more = (chunk: Buffer) => {
      got += chunk.toString("latin1");
      if (!got.includes(text)) return;
      socket.off("data", more);
      resolve(got);
    };
    socket.on("data", more);
  });
}

const head = (swift: Swift, method: string, path: string, ...headers: string[]) =>
  [`${method} /v1/${swift.account}/${path} HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n");
const token = (swift: Swift) => `X-Auth-Token: ${swift.token}`;

test("names over the wire keep every byte; large objects come back whole and in parts", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  for (const name of ["a//b", "a/../b", "%2F%25", "..", "%C3%BC"]) {
    const socket = await open(server.port);
    socket.write(
      `${head(swift, "PUT", `c/${name}`, token(swift), "Content-Length: 1", "Connection: close")}x`,
    );
    expect(await rest(socket)).toStartWith("HTTP/1.1 201 Created\r\n");
  }
  expect((await swift.names("c")).sort()).toEqual(["..", "/%", "a/../b", "a//b", "ü"]);

  const data = noise(3_000_000);
  await swift.put("c/large", data);
  const url = `http://127.0.0.1:${server.port}/v1/${swift.account}/c/large`;
  const headers = { "x-auth-token": swift.token! };
  const whole = await fetch(url, { headers });
  expect(md5(new Uint8Array(await whole.arrayBuffer()))).toBe(md5(data));
  const part = await fetch(url, { headers: { ...headers, range: "bytes=1000000-1999999" } });
  expect(part.status).toBe(206);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(data.slice(1_000_000, 2_000_000));
});

test("a chunked upload; one without any length is refused", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  const chunked = await open(server.port);
  chunked.write(head(swift, "PUT", "c/o", token(swift), "Transfer-Encoding: chunked", "Connection: close"));
  chunked.write("5\r\nhello\r\n");
  chunked.write("6\r\n world\r\n0\r\n\r\n");
  expect(await rest(chunked)).toStartWith("HTTP/1.1 201 Created\r\n");
  expect((await swift.ask("GET", "c/o")).text).toBe("hello world");
  // What trails the last chunk is read and counts for nothing, as in Swift.
  const trailing = await open(server.port);
  trailing.write(
    head(
      swift,
      "PUT",
      "c/t",
      token(swift),
      "Transfer-Encoding: chunked",
      "Trailer: X-Object-Meta-Late",
      "Connection: close",
    ),
  );
  trailing.write(`5\r\nhello\r\n0\r\nX-Object-Meta-Late: yes\r\nEtag: ${"0".repeat(32)}\r\n\r\n`);
  expect(await rest(trailing)).toStartWith("HTTP/1.1 201 Created\r\n");
  const late = await swift.ask("HEAD", "c/t");
  expect([late.headers.get("content-length"), late.headers.get("x-object-meta-late")]).toEqual(["5", null]);
  const none = await open(server.port);
  none.write(head(swift, "PUT", "c/p", token(swift), "Connection: close"));
  const answer = await rest(none);
  expect(answer).toStartWith("HTTP/1.1 411 Length Required\r\n");
  expect(answer).toEndWith("Missing Content-Length header.");
});

test("100-continue comes when the body is wanted, and a refused upload is never sent", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  const length = ["Content-Length: 5", "Expect: 100-continue"];
  const good = await open(server.port);
  good.write(head(swift, "PUT", "c/o", token(swift), ...length, "Connection: close"));
  expect(await until(good, "\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  good.write("hello");
  expect(await rest(good)).toStartWith("HTTP/1.1 201 Created\r\n");
  const refusals: [string, string[], string][] = [
    ["c/o", [], "401 Unauthorized"],
    ["none/o", [token(swift)], "404 Not Found"],
  ];
  for (const [path, headers, status] of refusals) {
    const bad = await open(server.port);
    bad.write(head(swift, "PUT", path, ...headers, ...length));
    expect(await rest(bad)).toStartWith(`HTTP/1.1 ${status}\r\n`);
  }
});

test("the head of an answer is Swift's: a 204 has a length, a connection that stays open is not mentioned", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  await swift.put("c/o", "data");
  const socket = await open(server.port);
  const names = async (method: string, path: string, ...headers: string[]) => {
    const answer = until(socket, "\r\n\r\n");
    socket.write(head(swift, method, path, token(swift), ...headers));
    const lines = (await answer).split("\r\n\r\n")[0]!.split("\r\n");
    return [lines[0], ...lines.slice(1).map((line) => line.split(":")[0]!.toLowerCase())].sort();
  };
  expect(await names("GET", "c/o")).toEqual([
    "HTTP/1.1 200 OK",
    ...[
      "accept-ranges",
      "content-length",
      "content-type",
      "date",
      "etag",
      "last-modified",
      "x-openstack-request-id",
    ],
    ...["x-timestamp", "x-trans-id"],
  ]);
  expect(await names("DELETE", "c/o")).toEqual([
    "HTTP/1.1 204 No Content",
    ...["content-length", "content-type", "date", "x-openstack-request-id", "x-trans-id"],
  ]);
  expect(await names("HEAD", "c", "Connection: close")).toContain("connection");
  socket.destroy();
});

test("a client that goes away in the middle of an upload leaves nothing", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  const socket = await open(server.port);
  socket.write(head(swift, "PUT", "c/o", token(swift), "Content-Length: 10000000"));
  socket.write(noise(500_000));
  while (dataFiles(cloud).length === 0) await Bun.sleep(1);
  socket.destroy();
  while (dataFiles(cloud).length > 0) await Bun.sleep(1);
  while (cloud.sql("swift", "SELECT 1 FROM stray_file").length > 0) await Bun.sleep(1);
  expect((await swift.ask("GET", "c/o")).status).toBe(404);
  while (!cloud.log.lines.some((line) => line.text.includes(" 499 "))) await Bun.sleep(1);
});

test("a client that sends nothing for too long: 408, and nothing is left", async () => {
  await using cloud = await objectCloud({
    rc: "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]\n[app:proxy-server]\nclient_timeout = 0.1\n",
  });
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  const socket = await open(server.port);
  socket.write(head(swift, "PUT", "c/o", token(swift), "Content-Length: 10000000"));
  socket.write(noise(200_000));
  expect(await rest(socket)).toStartWith("HTTP/1.1 408 Request Timeout\r\n");
  while (dataFiles(cloud).length > 0) await Bun.sleep(1);
});

test("a download goes on as it began while the object is overwritten and deleted", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  const data = noise(20_000_000);
  await swift.put("c/o", data);
  const response = await fetch(`http://127.0.0.1:${server.port}/v1/${swift.account}/c/o`, {
    headers: { "x-auth-token": swift.token! },
  });
  const reader = response.body!.getReader();
  const first = await reader.read();
  await swift.put("c/o", noise(100_000, 2));
  await swift.ask("DELETE", "c/o");
  const parts = [first.value!];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
  }
  expect(md5(Buffer.concat(parts))).toBe(md5(data));
  while (dataFiles(cloud).length > 0) await Bun.sleep(1);
});

test("many at once: every count is exact", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  const url = `http://127.0.0.1:${server.port}/v1/${swift.account}/c`;
  const ask = (method: string, name: string, body?: Uint8Array) =>
    fetch(`${url}/${name}`, { method, headers: { "x-auth-token": swift.token! }, body: body as BodyInit });
  await Promise.all(
    Array.from({ length: 120 }, async (_, i) => {
      // Ten names are fought for.
      const name = `o${i % 40}`;
      const put = await ask("PUT", name, noise(i % 3 === 0 ? 70_000 : i, i + 1));
      expect(put.status).toBe(201);
      if (i % 5 === 0) await ask("DELETE", name);
    }),
  );
  const listing = (await swift.ask("GET", "c?format=json")).json as { bytes: number }[];
  const { headers } = await swift.ask("HEAD", "c");
  expect(Number(headers.get("x-container-object-count"))).toBe(listing.length);
  expect(Number(headers.get("x-container-bytes-used"))).toBe(
    listing.reduce((sum, { bytes }) => sum + bytes, 0),
  );
});

test("an upload that is refused while it is being sent: the client can write on and then read why", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await using server = await served(cloud);
  await swift.put("c");
  const size = 20_000_000;
  const refusals: [string, string[], string][] = [
    ["c/o", [`Content-Length: ${size}`], "401 Unauthorized"],
    ["c/o", ["Transfer-Encoding: chunked"], "401 Unauthorized"],
    ["none/o", [token(swift), `Content-Length: ${size}`], "404 Not Found"],
    [
      "c/o",
      [token(swift), `Content-Length: ${size}`, `X-Object-Meta-A: ${"x".repeat(300)}`],
      "400 Bad Request",
    ],
  ];
  for (const [path, headers, status] of refusals) {
    const socket = await open(server.port);
    const failed = new Promise<void>((_, reject) => socket.once("error", reject));
    const chunked = headers[0]!.startsWith("Transfer-Encoding");
    socket.pause();
    socket.write(head(swift, "PUT", path, ...headers));
    const sent = (async () => {
      for (let left = size; left > 0; left -= 1_000_000) {
        const piece = noise(1_000_000);
        if (chunked) socket.write(`${piece.length.toString(16)}\r\n`);
        await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
        if (chunked) socket.write("\r\n");
      }
      if (chunked) socket.write("0\r\n\r\n");
    })();
    await Promise.race([sent, failed]);
    socket.resume();
    expect(await rest(socket)).toStartWith(`HTTP/1.1 ${status}\r\n`);
  }
}, 20_000);
