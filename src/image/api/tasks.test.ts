import { expect, test } from "bun:test";
import type { ApiClient } from "../../testing/cloud.ts";
import { imageCloud, reason } from "../testing.ts";

async function ended(client: ApiClient, id: string) {
  for (;;) {
    const { body } = await client.get(`/v2/tasks/${id}`);
    if (body.status === "success" || body.status === "failure") return body;
    await Bun.sleep(2);
  }
}

test("the import of before 2018: a task makes an image from an address", async () => {
  using web = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) =>
      request.url.endsWith("/ok") ? new Response("the data") : new Response("no", { status: 404 }),
  });
  await using cloud = await imageCloud({
    settings: { GLANCE_IMPORT_ALLOWED_HOSTS: "127.0.0.1", GLANCE_IMPORT_ALLOWED_PORTS: `${web.port}` },
  });
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  const input = {
    import_from: `${web.url}ok`,
    import_from_format: "raw",
    image_properties: { name: "made", disk_format: "raw", container_format: "bare", os_type: "linux" },
  };
  expect((await demo.post("/v2/tasks", { type: "import", input })).status).toBe(403);
  const made = await admin.post("/v2/tasks", { type: "import", input });
  expect(made.status).toBe(201);
  expect(made.headers.get("location")).toBe(`/v2/tasks/${made.body.id}`);
  expect(made.body).toMatchObject({ type: "import", status: "pending", input, message: "", result: null });
  const task = await ended(admin, made.body.id);
  expect(task.status).toBe("success");
  const image = (await admin.get(`/v2/images/${task.result.image_id}`)).body;
  expect(image).toMatchObject({ name: "made", status: "active", size: 8, os_type: "linux" });
  expect((await admin.get("/v2/tasks?type=import")).body.tasks).toHaveLength(1);

  const failing = await admin.post("/v2/tasks", {
    type: "import",
    input: { ...input, import_from: `${web.url}no` },
  });
  expect(await ended(admin, failing.body.id)).toMatchObject({
    status: "failure",
    message: expect.stringContaining("404"),
  });
  const { image_properties, ...without } = input;
  const incomplete = await admin.post("/v2/tasks", { type: "import", input: without });
  expect((await ended(admin, incomplete.body.id)).message).toBe(
    "Input does not contain 'image_properties' field",
  );
  expect((await admin.get("/v2/images")).body.images).toHaveLength(1);
});

test("tasks that are refused at once", async () => {
  await using cloud = await imageCloud();
  const admin = await cloud.as("g-api");
  const from = (import_from: string) => ({ type: "import", input: { import_from } });
  for (const [body, why] of [
    [{ input: {} }, "Task 'type' is required"],
    [{ type: "import" }, "Task 'input' is required"],
    [{ type: "import", input: null }, "Task 'input' is required"],
    [{ type: "export", input: {} }, "Provided object does not match schema 'task'"],
    [{ type: "api_image_import", input: {} }, "are made by the import of an image only"],
    [from("file:///etc/passwd"), "File based imports are not allowed."],
    [from("ftp://example.com/x"), "The given uri is not valid."],
    [from("http://127.0.0.1/x"), "URI for legacy import task does not pass filtering: http://127.0.0.1/x"],
    [from("http://169.254.169.254/"), "does not pass filtering"],
  ] as const) {
    const answer = await admin.post("/v2/tasks", body);
    expect(answer.status).toBe(400);
    expect(reason(answer.text)).toContain(why);
  }
  expect((await admin.get("/v2/tasks")).body.tasks).toEqual([]);
});
