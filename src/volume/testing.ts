// What the tests of this service share: a cloud with identity, images and block storage.

import {
  type Answer,
  type ApiClient,
  type TestCloud,
  type TestCloudOptions,
  testCloud,
} from "../testing/cloud.ts";

export const LATEST = { "openstack-api-version": "volume 3.70" };
export const version = (minor: number) => ({ "openstack-api-version": `volume 3.${minor}` });

const TRIES = 3000;
const QUICK_TRIES = 200;

// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
type Body = any;

export interface VolumeCloud extends TestCloud {
  /** The block storage API as the administrator, in project admin; and as an ordinary user. */
  admin: ApiClient;
  demo: ApiClient;
  images: ApiClient;
  /** `POST /volumes` with 1 GB besides `body`; the volume's id. */
  create(body?: Record<string, unknown>, client?: ApiClient): Promise<string>;
  /** The same, `available`. */
  volume(body?: Record<string, unknown>, client?: ApiClient): Promise<string>;
  snapshot(volumeId: string, body?: Record<string, unknown>): Promise<string>;
  /** `GET /volumes/ID` as the administrator, newest version. */
  show(id: string): Promise<Body>;
  act(id: string, action: string, args?: unknown, client?: ApiClient): Promise<Answer>;
  /** Waits for a status. Fails at once when it is an error and that was not expected. */
  settled(id: string, ...statuses: string[]): Promise<Body>;
  snapshotSettled(id: string, ...statuses: string[]): Promise<Body>;
  gone(path: string): Promise<void>;
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** An active image with these bytes. */
  image(data: Uint8Array, fields?: Record<string, unknown>): Promise<string>;
  stop(window: string): Promise<void>;
  start(window: string): Promise<void>;
}

/** @param options `settings` may name another driver than `fake` */
export async function volumeCloud(options: TestCloudOptions = {}): Promise<VolumeCloud> {
  const cloud = await testCloud({
    windows: ["key", "g-api", "c-api", "c-sch", "c-vol"],
    ...options,
    settings: { CINDER_DRIVER: "fake", ...options.settings },
  });
  const admin = await cloud.as("c-api");
  const demo = await cloud.as("c-api", "demo");
  const images = await cloud.as("g-api");

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let i = 0; i < TRIES; i++) {
      if (await condition()) return;
      await Bun.sleep(i < QUICK_TRIES ? 0 : 1);
    }
    throw new Error(`waited for ${what} in vain`);
  }

  async function reached(path: string, name: string, statuses: string[]): Promise<Body> {
    let body: Body;
    await until(`${path} to be ${statuses.join(" or ")}`, async () => {
      const answer = await admin.get(path, LATEST);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      body = answer.body[name];
      if (body.status.startsWith("error") && !statuses.includes(body.status)) {
        throw new Error(`${path} is ${body.status}`);
      }
      return statuses.includes(body.status);
    });
    return body;
  }

  async function create(body: Record<string, unknown> = {}, client = admin): Promise<string> {
    const answer = await client.post("/v3/volumes", { volume: { size: 1, ...body } }, LATEST);
    if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
    return answer.body.volume.id;
  }

  const settled = (id: string, ...statuses: string[]) => reached(`/v3/volumes/${id}`, "volume", statuses);
  const snapshotSettled = (id: string, ...statuses: string[]) =>
    reached(`/v3/snapshots/${id}`, "snapshot", statuses);

  return Object.assign(cloud, {
    admin,
    demo,
    images,
    until,
    create,
    settled,
    snapshotSettled,
    async volume(body: Record<string, unknown> = {}, client = admin) {
      const id = await create(body, client);
      await settled(id, "available");
      return id;
    },
    async snapshot(volumeId: string, body: Record<string, unknown> = {}) {
      const answer = await admin.post("/v3/snapshots", { snapshot: { volume_id: volumeId, ...body } });
      if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
      await snapshotSettled(answer.body.snapshot.id, "available");
      return answer.body.snapshot.id;
    },
    async show(id: string) {
      return (await admin.get(`/v3/volumes/${id}`, LATEST)).body.volume;
    },
    act: (id: string, action: string, args: unknown = null, client = admin) =>
      client.post(`/v3/volumes/${id}/action`, { [action]: args }, LATEST),
    gone: (path: string) =>
      until(`${path} to be gone`, async () => (await admin.get(path, LATEST)).status === 404),
    async image(data: Uint8Array, fields: Record<string, unknown> = {}) {
      const made = await images.post("/v2/images", {
        name: "cirros",
        disk_format: "raw",
        container_format: "bare",
        ...fields,
      });
      const type = { "content-type": "application/octet-stream" };
      const sent = await images.put(`/v2/images/${made.body.id}/file`, data, type);
      if (sent.status !== 204) throw new Error(`${sent.status} ${sent.text}`);
      return made.body.id as string;
    },
    stop: (window: string) => cloud.cloud.stopService(window),
    start: (window: string) => cloud.cloud.startService(window),
  });
}
