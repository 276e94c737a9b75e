// What the tests of the compute service and the scheduler share: a cloud with everything that servers need.

import { novaApi, novaCompute, novaConductor } from "../compute/index.ts";
import type { ServiceDeclaration } from "../core/service.ts";
import { keystone } from "../identity/index.ts";
import { glanceApiService } from "../image/index.ts";
import { neutron, novaNetwork } from "../network/index.ts";
import { placement } from "../placement/index.ts";
import { novaScheduler } from "../scheduler/index.ts";
import { cinderApi, cinderScheduler, cinderVolume } from "../volume/index.ts";
import { type ApiClient, type TestCloud, type TestCloudOptions, testCloud } from "./cloud.ts";
import { type TestVolumes, testVolumeService } from "./test-volumes.ts";

export const LATEST = { "x-openstack-nova-api-version": "2.93" };
const OCTETS = { "content-type": "application/octet-stream" };
const TRIES = 3000;
const QUICK_TRIES = 200;

// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
type Body = any;

export interface ServerCloud extends TestCloud {
  /** The compute API, as the administrator. */
  nova: ApiClient;
  images: ApiClient;
  imageId: string;
  /** POST /servers with a name, the image, m1.tiny and no network besides `body`; the server's id. */
  boot(body?: Record<string, unknown>): Promise<string>;
  /** The same, ACTIVE. */
  server(body?: Record<string, unknown>): Promise<string>;
  /** `GET /servers/ID` with the latest version. */
  show(id: string): Promise<Body>;
  act(id: string, action: string, args?: unknown): Promise<{ status: number; body: Body; headers: Headers }>;
  /** When it has no task and one of these statuses. Fails at once when it is ERROR and that was not expected. */
  settled(id: string, ...statuses: string[]): Promise<Body>;
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  gone(id: string): Promise<void>;
  /** The only row of a query on nova's database, or what it counts. */
  row(statement: string, ...parameters: string[]): Body;
  /** Stops and starts a window. */
  stop(window: string): Promise<void>;
  start(window: string): Promise<void>;
}

/** @param options `networks`: with the network services, their books only; `api`: in place of nova-api; `volumes`:
 * the block storage service's, or the real one */
export async function serverCloud(
  options: TestCloudOptions & {
    networks?: boolean;
    api?: ServiceDeclaration;
    volumes?: TestVolumes | "real";
  } = {},
): Promise<ServerCloud> {
  const declarations = [
    keystone,
    glanceApiService,
    placement,
    ...(options.networks ? [novaNetwork, neutron] : []),
    ...volumeServices(options.volumes),
    options.api ?? novaApi,
    novaConductor,
    novaScheduler,
    novaCompute,
  ];
  const cloud = await testCloud({ declarations, ...options });
  const nova = await cloud.as("n-api");
  const images = await cloud.as("g-api");
  const imageId = await activeImage(images);

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let i = 0; i < TRIES; i++) {
      if (await condition()) return;
      await Bun.sleep(i < QUICK_TRIES ? 0 : 1);
    }
    throw new Error(`waited for ${what} in vain`);
  }

  async function show(id: string): Promise<Body> {
    const answer = await nova.get(`/v2.1/servers/${id}`, LATEST);
    if (answer.status !== 200) throw new Error(`${id}: ${answer.status} ${answer.text}`);
    return answer.body.server;
  }

  async function settled(id: string, ...statuses: string[]): Promise<Body> {
    let server: Body;
    await until(`${id} to be ${statuses.join(" or ")}`, async () => {
      server = await show(id);
      if (server.status === "ERROR" && !statuses.includes("ERROR")) {
        throw new Error(`${id} is in ERROR: ${JSON.stringify(server.fault)}`);
      }
      return server["OS-EXT-STS:task_state"] === null && statuses.includes(server.status);
    });
    return server;
  }

  async function boot(body: Record<string, unknown> = {}): Promise<string> {
    const server = { name: "web", imageRef: imageId, flavorRef: "1", networks: "none", ...body };
    const answer = await nova.post("/v2.1/servers", { server }, LATEST);
    if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
    return answer.body.server.id;
  }

  return Object.assign(cloud, {
    nova,
    images,
    imageId,
    boot,
    until,
    show,
    settled,
    async server(body: Record<string, unknown> = {}) {
      const id = await boot(body);
      await settled(id, "ACTIVE");
      return id;
    },
    act: (id: string, action: string, args: unknown = null) =>
      nova.post(`/v2.1/servers/${id}/action`, { [action]: args }, LATEST),
    gone: (id: string) =>
      until(`${id} to be gone`, async () => (await nova.get(`/v2.1/servers/${id}`)).status === 404),
    row: (statement: string, ...parameters: string[]) => cloud.sql("nova", statement, ...parameters)[0],
    stop: (window: string) => cloud.cloud.stopService(window),
    start: (window: string) => cloud.cloud.startService(window),
  });
}

function volumeServices(volumes: TestVolumes | "real" | undefined): ServiceDeclaration[] {
  if (volumes === undefined) return [];
  return volumes === "real" ? [cinderApi, cinderScheduler, cinderVolume] : [testVolumeService(volumes)];
}

async function activeImage(images: ApiClient): Promise<string> {
  const made = await images.post("/v2/images", {
    name: "cirros",
    disk_format: "raw",
    container_format: "bare",
    visibility: "public",
    os_distro: "cirros",
  });
  const id = made.body.id as string;
  await images.put(`/v2/images/${id}/file`, new Uint8Array(4096), OCTETS);
  return id;
}
