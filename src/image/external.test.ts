import { expect, test } from "bun:test";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ExternalAddresses, type ExternalOptions, isForbiddenAddress } from "./external.ts";

const DEFAULTS: ExternalOptions = {
  allowedSchemes: ["http", "https"],
  disallowedSchemes: [],
  allowedHosts: [],
  disallowedHosts: [],
  allowedPorts: ["80", "443"],
  disallowedPorts: [],
};

test.each([
  "127.0.0.1",
  "127.8.9.1",
  "0.0.0.0",
  "169.254.169.254",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "fe80::1",
  "febf::1",
  "ff02::1",
  "::ffff:127.0.0.1",
  "::ffff:a9fe:a9fe",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
])("%s is out of bounds", (address) => {
  expect(isForbiddenAddress(address)).toBe(true);
});

test.each([
  "10.0.0.1",
  "192.168.1.1",
  "8.8.8.8",
  "2001:db8::1",
  "::ffff:8.8.8.8",
  "fec0::1",
  "64:ff9b::808:808",
])("%s is not", (address) => {
  expect(isForbiddenAddress(address)).toBe(false);
});

test.each([
  "http://127.0.0.1/",
  "http://127.1/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://localhost/",
  "http://169.254.169.254/latest/meta-data",
  "http://0/",
  "ftp://example.org/",
  "file:///etc/passwd",
  "http://example.org:22/",
  "http://",
  "nonsense",
  "",
])("%p may not be fetched", async (url) => {
  await expect(new ExternalAddresses(DEFAULTS).check(url)).rejects.toThrow();
});

test("an address that does not resolve is found out when it is fetched", async () => {
  const external = new ExternalAddresses(DEFAULTS);
  await external.check("http://no-such-host.invalid/x");
  await expect(external.open("http://no-such-host.invalid/x")).rejects.toThrow(
    "failed to resolve external host",
  );
});

async function withServer<T>(listener: RequestListener, work: (port: number) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function read(data: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("a host on the list may be a loopback address; redirections are checked anew", async () => {
  const external = new ExternalAddresses({ ...DEFAULTS, allowedHosts: ["127.0.0.1"], allowedPorts: [] });
  const listener: RequestListener = (request, response) => {
    if (request.url === "/away") response.writeHead(302, { location: "http://localhost/secret" }).end();
    else if (request.url === "/on") response.writeHead(301, { location: "/data" }).end();
    else if (request.url === "/data") response.end(`data for ${request.headers.host}`);
    else response.writeHead(404).end();
  };
  await withServer(listener, async (port) => {
    const remote = await external.open(`http://127.0.0.1:${port}/on`);
    expect(await read(remote.data)).toBe(`data for 127.0.0.1:${port}`);
    expect(remote.sizeBytes).toBe(`data for 127.0.0.1:${port}`.length);
    await expect(external.open(`http://127.0.0.1:${port}/away`)).rejects.toThrow("host not allowed");
    await expect(external.open(`http://127.0.0.1:${port}/none`)).rejects.toThrow("HTTP Error 404: Not Found");
  });
});
