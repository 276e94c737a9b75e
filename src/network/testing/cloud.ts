// A cloud with network services, and helpers to make resources and to put servers on its networks. It keeps the books
// only; or it plumbs for real, in a slot that no other uses.

import type { Clock } from "../../core/clock.ts";
import { adminContext, type RequestContext } from "../../core/context.ts";
import { type ApiClient, type TestCloud, testCloud } from "../../testing/cloud.ts";
import { networkEngine } from "../engine/public.ts";
import { type NetworkParts, networkParts } from "../parts.ts";
import { type NetworkPublic, type NetworkRequest, networkPublic, type Vif } from "../public.ts";

export interface NetworkServer {
  uuid: string;
  vifs: Vif[];
}

export interface NetworkCloudOptions {
  slot?: number;
  settings?: Record<string, string>;
  /** A stackrc. */
  rc?: string;
  windows?: readonly string[];
  clock?: Clock;
}

export class NetworkCloud implements AsyncDisposable {
  readonly test: TestCloud;
  readonly admin: ApiClient;
  readonly projectId: string;
  #servers = 0;

  private constructor(test: TestCloud, admin: ApiClient, projectId: string) {
    this.test = test;
    this.admin = admin;
    this.projectId = projectId;
  }

  /** @param options.slot 90 to 99, another one in every test file: plumbs for real */
  static async start(options: NetworkCloudOptions = {}): Promise<NetworkCloud> {
    const plumbed = options.slot !== undefined;
    const test = await testCloud({
      windows: options.windows ?? ["key", "n-net", "q-svc"],
      ...(options.rc === undefined ? {} : { rc: options.rc }),
      ...(options.clock ? { clock: options.clock } : {}),
      ...(plumbed ? { machine: { privileged: true, slot: options.slot } } : {}),
      settings: { NETWORK_PLUMBING: plumbed ? "on" : "off", ...options.settings },
    });
    await test.cloud.peers.get(networkEngine).settled();
    const admin = await test.as("q-svc");
    const [network] = (await admin.get("/v2.0/networks?name=public")).body.networks;
    return new NetworkCloud(test, admin, network.project_id);
  }

  get context(): RequestContext {
    return { ...adminContext("req-test"), projectId: this.projectId };
  }

  /** A server's cards, plugged in. @param projectId whose; the administrator's when absent */
  async server(
    hostname: string,
    request: NetworkRequest = "auto",
    projectId = this.projectId,
  ): Promise<NetworkServer> {
    const network = this.network;
    const uuid = `00000000-0000-4000-8000-${String(++this.#servers).padStart(12, "0")}`;
    const instance = { uuid, hostname, projectId, availabilityZone: "nova", host: "testhost" };
    const context = { ...this.context, projectId };
    const vifs = await network.allocateForInstance(context, instance, request, []);
    await network.plug(context, instance, vifs);
    return { uuid, vifs };
  }

  get network(): NetworkPublic {
    return this.test.cloud.peers.get(networkPublic);
  }

  /** The rules themselves. */
  get parts(): NetworkParts {
    return this.test.cloud.peers.get(networkParts);
  }

  async deleteServer({ uuid }: NetworkServer): Promise<void> {
    await this.network.deallocateForInstance(this.context, uuid);
    await this.settled();
  }

  /** The network service's log lines. */
  logged(window = "n-net"): string {
    return this.test.log.book
      .lines(window)
      .map((line) => line.text)
      .join("\n");
  }

  settled(): Promise<void> {
    return this.test.cloud.peers.get(networkEngine).settled();
  }

  /** Makes a resource of the Network API: `make("networks", { name: "net1" })`. */
  async make(collection: string, fields: Record<string, unknown>) {
    const name = collection.replaceAll("-", "_").replace(/s$/, "");
    const made = await this.admin.post(`/v2.0/${collection}`, { [name]: fields });
    if (made.status !== 201) throw new Error(`${collection}: ${made.status} ${made.text}`);
    return made.body[name];
  }

  async externalNetwork(): Promise<string> {
    return (await this.admin.get("/v2.0/networks?name=public")).body.networks[0].id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.test.cloud.stopServices();
    await this.test.cloud.cleanup();
    await this.test[Symbol.asyncDispose]();
  }
}
