import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createImage, imageCloud, noise, OCTETS, PATCH, reason, uploadImage } from "../testing.ts";

function md5(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("md5").update(bytes).digest("hex");
}

/** A body whose next piece is sent only when it is asked for. */
function source() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return { body: readable, writer: writable.getWriter() };
}

test.each([0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_001])(
  "upload and download of %d bytes",
  async (length) => {
    await using cloud = await imageCloud();
    const demo = await cloud.as("g-api", "demo");
    const bytes = noise(length);
    const id = await uploadImage(demo, bytes);
    const image = (await demo.get(`/v2/images/${id}`)).body;
    expect(image).toMatchObject({
      status: "active",
      size: length,
      virtual_size: length,
      checksum: md5(bytes),
      os_hash_algo: "sha512",
      os_hash_value: new Bun.CryptoHasher("sha512").update(bytes).digest("hex"),
      stores: "file",
    });
    const file = cloud.paths.at("images", id);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    const answer = await cloud.cloud.app("g-api").fetch(
      new Request(`http://127.0.0.1/v2/images/${id}/file`, {
        headers: { "x-auth-token": await cloud.token("demo") },
      }),
      { target: `/v2/images/${id}/file` },
    );
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(answer.headers.get("content-md5")).toBe(md5(bytes));
    expect(answer.headers.get("content-length")).toBe(String(length));
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  },
);

test("an image without data answers 204", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  expect((await demo.get(`/v2/images/${id}/file`)).status).toBe(204);
});

test.each([
  ["bytes=0-3", "bytes 0-3/10", "0123"],
  ["bytes=4-", "bytes 4-9/10", "456789"],
  ["bytes=-3", "bytes 7-9/10", "789"],
  ["bytes=-99", "bytes 0-9/10", "0123456789"],
  ["bytes=8-99", "bytes 8-9/10", "89"],
])("range %s", async (range, shown, text) => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await uploadImage(demo, "0123456789");
  const answer = await demo.get(`/v2/images/${id}/file`, { range });
  expect(answer.status).toBe(206);
  expect(answer.headers.get("content-range")).toBe(shown);
  expect(answer.text).toBe(text);
});

test.each([
  [
    "bytes=10-",
    416,
    "Invalid start position in Range header. Start position MUST be in the inclusive range [0, 9].",
  ],
  ["bytes=5-4", 416, "Invalid Range header."],
  ["lines=1-2", 416, "Invalid Range header."],
  ["bytes=-", 416, "Invalid Range header."],
  ["bytes=0-1,3-4", 400, "Requests with multiple ranges are not supported in Glance."],
])("range %s is refused", async (range, status, text) => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await uploadImage(demo, "0123456789");
  const answer = await demo.get(`/v2/images/${id}/file`, { range });
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(text);
});

test("queued, saving, active; a second upload meanwhile is a conflict", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const { body, writer } = source();
  const upload = demo.put(`/v2/images/${id}/file`, body, OCTETS);
  await writer.write(noise(100_000));
  const status = async () => (await demo.get(`/v2/images/${id}`)).body.status;
  while ((await status()) === "queued");
  expect(await status()).toBe("saving");
  const second = await demo.put(`/v2/images/${id}/file`, "other", OCTETS);
  expect([second.status, reason(second.text)]).toEqual([
    409,
    "Image status transition from saving to saving is not allowed",
  ]);
  await writer.close();
  expect((await upload).status).toBe(204);
  expect(await status()).toBe("active");
  const third = await demo.put(`/v2/images/${id}/file`, "other", OCTETS);
  expect(reason(third.text)).toBe("Image status transition from active to saving is not allowed");
});

test("an upload that breaks off leaves nothing: the image is queued again", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const { body, writer } = source();
  const upload = demo.put(`/v2/images/${id}/file`, body, OCTETS);
  await writer.write(noise(3 << 20));
  expect(readdirSync(cloud.paths.at("images"))).toEqual([`${id}.part`]);
  await writer.abort(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
  expect((await upload).status).toBe(400);
  expect((await demo.get(`/v2/images/${id}`)).body).toMatchObject({
    status: "queued",
    size: null,
    checksum: null,
  });
  expect(readdirSync(cloud.paths.at("images"))).toEqual([]);
  expect((await demo.put(`/v2/images/${id}/file`, "data", OCTETS)).status).toBe(204);
});

test("an image that is deleted while its data comes in is gone", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const { body, writer } = source();
  const upload = demo.put(`/v2/images/${id}/file`, body, OCTETS);
  await writer.write(noise(100_000));
  while ((await demo.get(`/v2/images/${id}`)).body.status === "queued");
  expect((await demo.delete(`/v2/images/${id}`)).status).toBe(204);
  await writer.close();
  expect((await upload).status).toBe(410);
  expect(readdirSync(cloud.paths.at("images"))).toEqual([]);
});

test("after a crash: interrupted uploads are queued again, stray files are gone, whole images stay", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const whole = await uploadImage(demo, "data");
  const cut = await createImage(demo);
  const lost = await createImage(demo);
  const stray = "99999999-2222-3333-4444-555555555555";
  cloud.sql("glance", "UPDATE images SET status = 'saving', size = 5 WHERE id = ?", cut);
  cloud.sql("glance", "UPDATE images SET status = 'uploading', size = 5 WHERE id = ?", lost);
  for (const name of [`${cut}.part`, stray]) writeFileSync(cloud.paths.at("images", name), "half");
  writeFileSync(cloud.paths.at("staging", stray), "half");
  await cloud.cloud.restartService("g-api");
  const after = await cloud.as("g-api", "demo");
  for (const id of [cut, lost]) {
    expect((await after.get(`/v2/images/${id}`)).body).toMatchObject({ status: "queued", size: null });
  }
  expect(readdirSync(cloud.paths.at("images"))).toEqual([whole]);
  expect(readdirSync(cloud.paths.at("staging"))).toEqual([]);
  expect((await after.get(`/v2/images/${whole}/file`)).text).toBe("data");
});

test("stopping the service ends uploads, and leaves nothing of them", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const { body, writer } = source();
  const upload = demo.put(`/v2/images/${id}/file`, body, OCTETS);
  await writer.write(noise(100_000));
  while (!existsSync(cloud.paths.at("images", `${id}.part`))) await Bun.sleep(1);
  const stopped = cloud.cloud.stopService("g-api");
  writer.write(noise(10)).catch(() => {});
  await stopped;
  expect((await upload).status).toBe(400);
  await cloud.cloud.startService("g-api");
  expect((await demo.get(`/v2/images/${id}`)).body.status).toBe("queued");
  expect(readdirSync(cloud.paths.at("images"))).toEqual([]);
});

test("IM-10 a deleted image's data goes at once; who has it open reads on", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await uploadImage(demo, "0123456789");
  const file = await Bun.file(cloud.paths.at("images", id)).slice(0, 10);
  const reader = file.stream().getReader();
  expect((await demo.delete(`/v2/images/${id}`)).status).toBe(204);
  expect(readdirSync(cloud.paths.at("images"))).toEqual([]);
  await reader.cancel();
  expect((await demo.get("/v2/images")).body.images).toEqual([]);
});

test("data that is not what it is said to be, or is dangerous, is refused", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const qcow2 = new Uint8Array(1024);
  qcow2.set(Buffer.from("514649fb00000003", "hex"));
  const id = await createImage(demo, { disk_format: "raw" });
  const refused = await demo.put(`/v2/images/${id}/file`, qcow2, OCTETS);
  expect(refused.status).toBe(415);
  expect(refused.text).toContain("Image disk_format raw does not match stream data qcow2");
  expect((await demo.get(`/v2/images/${id}`)).body.status).toBe("queued");
  qcow2[15] = 1; // a backing file
  const other = await createImage(demo, { disk_format: "qcow2" });
  const dangerous = await demo.put(`/v2/images/${other}/file`, qcow2, OCTETS);
  expect(dangerous.status).toBe(415);
  expect(dangerous.text).toContain("Image failed safety checks: qcow2 image has a backing file");
  expect(readdirSync(cloud.paths.at("images"))).toEqual([]);
});

test("formats, media type, size and quota are checked before anything is kept", async () => {
  await using cloud = await imageCloud({
    settings: { GLANCE_IMAGE_SIZE_CAP: "2M", GLANCE_USER_STORAGE_QUOTA: "1M" },
  });
  const demo = await cloud.as("g-api", "demo");
  const bare = (await demo.post("/v2/images", { name: "x" })).body.id;
  const missing = await demo.put(`/v2/images/${bare}/file`, "data", OCTETS);
  expect([missing.status, reason(missing.text)]).toEqual([
    400,
    "Properties disk_format, container_format must be set prior to saving data.",
  ]);
  const id = await createImage(demo);
  expect((await demo.put(`/v2/images/${id}/file`, "data", { "content-type": "text/plain" })).status).toBe(
    415,
  );
  expect((await demo.put(`/v2/images/${id}/file`, "data")).status).toBe(415);
  const large = await demo.put(`/v2/images/${id}/file`, noise(3 << 20), OCTETS);
  expect([large.status, reason(large.text)]).toEqual([
    413,
    "The incoming image is too large: The provided image is too large.",
  ]);
  const over = await demo.put(`/v2/images/${id}/file`, noise(1_100_000), OCTETS);
  expect(over.status).toBe(413);
  expect(over.text).toContain("Image exceeds the storage quota");
  const { body, writer } = source();
  const chunked = demo.put(`/v2/images/${id}/file`, body, OCTETS);
  writer.write(noise(1_100_000)).catch(() => {});
  expect((await chunked).status).toBe(413);
  expect((await demo.get(`/v2/images/${id}`)).body.status).toBe("queued");
  expect(readdirSync(cloud.paths.at("images"))).toEqual([]);
});

test("another project's image takes no data from me", async () => {
  await using cloud = await imageCloud();
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(admin, { visibility: "public" });
  const answer = await demo.put(`/v2/images/${id}/file`, "data", OCTETS);
  expect([answer.status, reason(answer.text)]).toEqual([
    403,
    `Not allowed to upload image data for image ${id}`,
  ]);
});

test("IM-14 locations are shown and changed where the operator allows it", async () => {
  await using cloud = await imageCloud({
    settings: { GLANCE_SHOW_MULTIPLE_LOCATIONS: "True", GLANCE_SHOW_IMAGE_DIRECT_URL: "True" },
  });
  const demo = await cloud.as("g-api", "demo");
  const id = await uploadImage(demo, "data");
  const image = (await demo.get(`/v2/images/${id}`)).body;
  const url = `file://${cloud.paths.at("images", id)}`;
  expect(image.locations).toEqual([{ url, metadata: { store: "file" } }]);
  expect(image.direct_url).toBe(url);
  const other = await createImage(demo);
  const change = (value: unknown) =>
    demo.patch(`/v2/images/${other}`, JSON.stringify([{ op: "add", path: "/locations/-", value }]), PATCH);
  for (const bad of [url, "file:///etc/passwd", "gopher://x", "http://127.0.0.1/x"]) {
    const answer = await change({ url: bad, metadata: {} });
    expect([answer.status, reason(answer.text)]).toEqual([400, "Invalid location"]);
  }
  const last = await demo.patch(
    `/v2/images/${id}`,
    JSON.stringify([{ op: "remove", path: "/locations/0" }]),
    PATCH,
  );
  expect(last.text).toContain("Cannot remove last location in the image.");
});
