// No route of any service shows or changes another project's things. One project owns one of everything; a member of
// another tries every route with every identifier. Afterwards all is as it was.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { routesOf } from "../../src/http/api.ts";
import { type ApiClient, TEST_PASSWORD, type TestCloud, testCloud } from "../../src/testing/cloud.ts";
import { leaks } from "../../src/testing/tenancy-walk.ts";
import { APIS, headersFor } from "./apis.ts";

const MARK = "ours-4f1c";

const ACTIONS: readonly unknown[] = [
  { "os-start": null },
  { "os-stop": null },
  { reboot: { type: "HARD" } },
  { pause: null },
  { suspend: null },
  { lock: null },
  { shelve: null },
  { rescue: null },
  { resize: { flavorRef: "2" } },
  { rebuild: { imageRef: "5e8e5957-649f-477b-9e5b-f1f75b21c03c" } },
  { createImage: { name: "taken" } },
  { forceDelete: null },
  { "os-resetState": { state: "error" } },
  { "os-getConsoleOutput": {} },
  { addSecurityGroup: { name: "default" } },
  { "os-extend": { new_size: 9 } },
  { "os-reserve": null },
  { "os-begin_detaching": null },
  { "os-set_bootable": { bootable: true } },
  { "os-update_readonly_flag": { readonly: true } },
  { "os-reset_status": { status: "error" } },
  { "os-force_delete": null },
];

/** Where the owner sees each of them. */
interface Thing {
  window: string;
  path: string;
  id: string;
}

let cloud: TestCloud;
let ids: string[];
let intruder: string;
const things: Thing[] = [];
const before = new Map<string, string>();

/** Its token is remembered by the cloud. */
const owner = (window: string): Promise<ApiClient> => cloud.as(window, "owner", "owner");

/** Makes one thing and remembers it. `wrapper` is the key around it in the answer. */
async function make(
  window: string,
  path: string,
  wrapper: string,
  fields: object,
  at = path,
): Promise<string> {
  const answer = await (await owner(window)).post(path, wrapper === "" ? fields : { [wrapper]: fields });
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  const made = wrapper === "" ? answer.body : answer.body[wrapper];
  const id = String(made.id ?? made.name);
  things.push({ window, path: `${at}/${id}`, id });
  return id;
}

const view = async ({ window, path }: Thing) => (await (await owner(window)).get(path)).text;

async function settle(thing: Thing, done: RegExp): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    const text = await view(thing);
    if (done.test(text)) return;
    if (/"status":\s*"(ERROR|error)"/.test(text)) throw new Error(`${thing.path}: ${text}`);
    await Bun.sleep(5);
  }
  throw new Error(`${thing.path} never became ${done}: ${await view(thing)}`);
}

beforeAll(async () => {
  cloud = await testCloud();
  const admin = await cloud.as("key");
  const projectId = (await admin.post("/v3/projects", { project: { name: "owner" } })).body.project.id;
  const user = { name: "owner", password: TEST_PASSWORD };
  const userId = (await admin.post("/v3/users", { user })).body.user.id;
  const roles = (await admin.get("/v3/roles?name=member")).body.roles;
  await admin.put(`/v3/projects/${projectId}/users/${userId}/roles/${roles[0].id}`);
  intruder = await cloud.token("demo");

  const credential = { type: "x", blob: MARK, user_id: userId };
  await make("key", "/v3/credentials", "credential", credential);
  const application = `/v3/users/${userId}/application_credentials`;
  await make("key", application, "application_credential", { name: MARK });
  const image = { name: MARK, disk_format: "raw", container_format: "bare" };
  const imageId = await make("g-api", "/v2/images", "", image);
  const type = { "content-type": "application/octet-stream" };
  await (await owner("g-api")).put(`/v2/images/${imageId}/file`, MARK, type);
  const networkId = await make("q-svc", "/v2.0/networks", "network", { name: MARK });
  const subnet = { name: MARK, network_id: networkId, ip_version: 4, cidr: "10.77.0.0/24" };
  await make("q-svc", "/v2.0/subnets", "subnet", subnet);
  const portId = await make("q-svc", "/v2.0/ports", "port", { name: MARK, network_id: networkId });
  await make("q-svc", "/v2.0/routers", "router", { name: MARK });
  const groupId = await make("q-svc", "/v2.0/security-groups", "security_group", { name: MARK });
  const rule = { security_group_id: groupId, direction: "ingress", description: MARK };
  await make("q-svc", "/v2.0/security-group-rules", "security_group_rule", rule);
  await make("n-api", "/v2.1/os-keypairs", "keypair", { name: MARK });
  await make("n-api", "/v2.1/os-server-groups", "server_group", { name: MARK, policies: ["affinity"] });
  if (APIS.includes("c-api")) {
    const volumeId = await make("c-api", `/v3/${projectId}/volumes`, "volume", { name: MARK, size: 1 });
    await settle(things.at(-1)!, /"status":\s*"available"/);
    const snapshot = { name: MARK, volume_id: volumeId };
    await make("c-api", `/v3/${projectId}/snapshots`, "snapshot", snapshot);
    await settle(things.at(-1)!, /"status":\s*"available"/);
  }
  const server = { name: MARK, flavorRef: "1", imageRef: imageId, networks: [{ port: portId }] };
  await make("n-api", "/v2.1/servers", "server", server);
  await settle(things.at(-1)!, /"status":\s*"ACTIVE"/);
  for (const thing of things) before.set(thing.path, await view(thing));
  ids = [...new Set([...things.map(({ id }) => id), projectId, userId])];
}, 60_000);
afterAll(() => cloud[Symbol.asyncDispose]());

describe.each([...APIS])("%s", (window) => {
  test("shows nothing of another project", async () => {
    const routes = routesOf(cloud.cloud.app(window));
    const headers = headersFor(window);
    expect(
      await leaks({ cloud, window, routes, headers, intruder, mark: MARK, ids, bodies: ACTIONS }),
    ).toEqual([]);
  }, 300_000);
});

test("nothing of the owner's changed", async () => {
  expect(things.length).toBeGreaterThan(11);
  for (const thing of things) {
    const was = before.get(thing.path)!;
    expect(was).toContain(thing.id);
    expect(await view(thing)).toBe(was);
  }
});
