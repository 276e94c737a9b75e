import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { FakeClock } from "../../core/clock.ts";
import { objectCloud, swiftAs } from "../testing.ts";

const hmac = (digest: string, key: string, text: string) =>
  createHmac(digest, key).update(text).digest("hex");

test("OB-29 temporary URLs: every digest, expiry, method, prefix, address, file name", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({ clock });
  const demo = await swiftAs(cloud);
  const nobody = await swiftAs(cloud, null);
  await demo.put("c");
  await demo.put("c/dir/o", "data", { "x-object-meta-secret": "1", "x-object-meta-public-a": "2" });
  await demo.ask("POST", "", { headers: { "x-account-meta-temp-url-key": "key" } });
  const path = `/v1/${demo.account}/c/dir/o`;
  const expires = Math.floor(clock.now() / 1000) + 60;
  const url = (digest: string, method: string, key = "key") =>
    `${path}?temp_url_sig=${hmac(digest, key, `${method}\n${expires}\n${path}`)}&temp_url_expires=${expires}`;

  for (const digest of ["sha256", "sha512"]) {
    const got = await nobody.raw("GET", url(digest, "GET"));
    expect([got.status, got.text]).toEqual([200, "data"]);
    expect(got.headers.get("content-disposition")).toBe(`attachment; filename="o"; filename*=UTF-8''o`);
    expect([got.headers.get("x-object-meta-secret"), got.headers.get("x-object-meta-public-a")]).toEqual([
      null,
      "2",
    ]);
  }
  expect((await nobody.raw("HEAD", url("sha256", "GET"))).status).toBe(200);
  expect((await nobody.raw("PUT", url("sha256", "GET"))).status).toBe(401);
  expect((await nobody.raw("PUT", url("sha256", "PUT"), { body: "new" })).status).toBe(201);
  const inline = await nobody.raw("GET", `${url("sha256", "GET")}&inline`);
  expect([inline.text, inline.headers.get("content-disposition")]).toEqual(["new", "inline"]);
  const named = await nobody.raw("GET", `${url("sha256", "GET")}&filename=x%22y`);
  expect(named.headers.get("content-disposition")).toBe(
    `attachment; filename="x%22y"; filename*=UTF-8''x%22y`,
  );
  const wrong = await nobody.raw("GET", url("sha256", "GET", "other"));
  expect([wrong.status, wrong.text]).toEqual([401, "401 Unauthorized: Temp URL invalid\n"]);

  // Signed with the container's key it reaches only that container.
  await demo.ask("POST", "c", { headers: { "x-container-meta-temp-url-key-2": "ckey" } });
  expect((await nobody.raw("GET", url("sha256", "GET", "ckey"))).status).toBe(200);

  const prefixSig = hmac("sha256", "key", `GET\n${expires}\nprefix:/v1/${demo.account}/c/dir/`);
  const prefixed = (object: string) =>
    `/v1/${demo.account}/c/${object}?temp_url_sig=${prefixSig}&temp_url_expires=${expires}&temp_url_prefix=dir/`;
  expect((await nobody.raw("GET", prefixed("dir/o"))).status).toBe(200);
  expect((await nobody.raw("GET", prefixed("other"))).status).toBe(401);

  const rangeSig = hmac("sha256", "key", `ip=198.51.100.0/24\nGET\n${expires}\n${path}`);
  const ranged = `${path}?temp_url_sig=${rangeSig}&temp_url_expires=${expires}&temp_url_ip_range=198.51.100.0/24`;
  expect((await nobody.raw("GET", ranged, { address: "198.51.100.7" })).status).toBe(200);
  expect((await nobody.raw("GET", ranged, { address: "203.0.113.7" })).status).toBe(401);

  await clock.advance(61_000);
  expect((await nobody.raw("GET", url("sha256", "GET"))).status).toBe(401);
});

test("OB-30 a signed form uploads files and sends the browser on", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({ clock });
  const demo = await swiftAs(cloud);
  const nobody = await swiftAs(cloud, null);
  await demo.put("c");
  await demo.ask("POST", "", { headers: { "x-account-meta-temp-url-key": "key" } });
  const path = `/v1/${demo.account}/c/up/`;
  const expires = String(Math.floor(clock.now() / 1000) + 60);
  const post = (fields: Record<string, string>, files: Record<string, string>) => {
    const parts = [
      ...Object.entries(fields).map(
        ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      ),
      ...Object.entries(files).map(
        ([name, data], i) =>
          `--b\r\nContent-Disposition: form-data; name="file${i}"; filename="${name}"\r\nContent-Type: text/x\r\n\r\n${data}\r\n`,
      ),
      "--b--\r\n",
    ];
    return nobody.raw("POST", path, {
      headers: { "content-type": "multipart/form-data; boundary=b" },
      body: parts.join(""),
    });
  };
  const redirect = "http://example.com/done";
  const fields = (maxSize: string, maxCount: string) => ({
    redirect,
    max_file_size: maxSize,
    max_file_count: maxCount,
    expires,
    signature: hmac("sha256", "key", [path, redirect, maxSize, maxCount, expires].join("\n")),
  });
  const done = await post(fields("10", "2"), { "a.txt": "hello", b: "there" });
  expect([done.status, done.headers.get("location")]).toEqual([303, `${redirect}?status=201&message=`]);
  expect(await demo.names("c")).toEqual(["up/a.txt", "up/b"]);
  expect((await demo.ask("HEAD", "c/up/a.txt")).headers.get("content-type")).toBe("text/x");
  const large = await post(fields("3", "2"), { large: "hello" });
  expect([large.status, large.text]).toEqual([400, "FormPost: max_file_size exceeded"]);
  const many = await post(fields("10", "1"), { m1: "1", m2: "2" });
  expect(many.headers.get("location")).toBe(`${redirect}?status=400&message=max%20file%20count%20exceeded`);
  const forged = await post({ ...fields("10", "2"), max_file_size: "1000" }, { f: "x" });
  expect([forged.status, forged.text]).toEqual([401, "FormPost: Invalid Signature"]);
  expect(await demo.names("c")).toEqual(["up/a.txt", "up/b", "up/m1"]);
});
