// A cloud that plumbs for real, in a slot that no other uses, with helpers to put servers on its networks.

import { adminContext, type RequestContext } from "../../core/context.ts";
import { type ApiClient, type TestCloud, testCloud } from "../../testing/cloud.ts";
import { networkEngine } from "../engine/public.ts";
import { type NetworkRequest, networkPublic, type Vif } from "../public.ts";

export interface PlumbedServer {
  uuid: string;
  vifs: Vif[];
}

export class PlumbedCloud implements AsyncDisposable {
  readonly test: TestCloud;
  readonly admin: ApiClient;
  readonly projectId: string;
  #servers = 0;

  private constructor(test: TestCloud, admin: ApiClient, projectId: string) {
    this.test = test;
    this.admin = admin;
    this.projectId = projectId;
  }

  /** @param slot 90 to 99, another one in every test file */
  static async start(slot: number, settings: Record<string, string> = {}): Promise<PlumbedCloud> {
    const test = await testCloud({
      windows: ["key", "n-net", "q-svc"],
      machine: { privileged: true, slot },
      settings,
    });
    const admin = await test.as("q-svc");
    const [network] = (await admin.get("/v2.0/networks?name=public")).body.networks;
    return new PlumbedCloud(test, admin, network.project_id);
  }

  get context(): RequestContext {
    return { ...adminContext("req-test"), projectId: this.projectId };
  }

  /** A server's cards, plugged in. */
  async server(hostname: string, request: NetworkRequest = "auto"): Promise<PlumbedServer> {
    const network = this.test.cloud.peers.get(networkPublic);
    const uuid = `00000000-0000-4000-8000-0000000000${String(++this.#servers).padStart(2, "0")}`;
    const { projectId } = this;
    const instance = { uuid, hostname, projectId, availabilityZone: "nova", host: "testhost" };
    const vifs = await network.allocateForInstance(this.context, instance, request, []);
    await network.plug(this.context, instance, vifs);
    return { uuid, vifs };
  }

  async deleteServer({ uuid }: PlumbedServer): Promise<void> {
    await this.test.cloud.peers.get(networkPublic).deallocateForInstance(this.context, uuid);
    await this.settled();
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
