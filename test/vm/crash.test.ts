// The cloud's process is killed while real guests are made, given network cards and removed. Afterwards the machine holds what
// the cloud's rows say and nothing else; guests that ran go on running. Same needs as acceptance.test.ts, without ssh.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describeWith, file, isRoot, program } from "../support/requires.ts";
import { ROOT, run, Stack } from "../support/stack.ts";

const MANIFEST = join(ROOT, "build/guest/manifest.json");
const NEEDS = [
  isRoot,
  file("/var/run/libvirt/libvirt-sock", "a running libvirtd (scripts/hypervisor start --install)"),
  file(MANIFEST, "the guest image (scripts/build-guest)"),
  program("virsh"),
  program("dnsmasq"),
  program("nft"),
];
const SERVERS = 3;
/** While networks are made, while disks are, while QEMU starts. */
const SPAWN_MOMENTS_MS = [120, 450, 900];
const DESTROY_MOMENTS_MS = [40, 150, 400];

interface Server {
  id: string;
  status: string;
  "OS-EXT-STS:task_state": string | null;
}

interface Port {
  id: string;
  device_id: string;
  device_owner: string;
}

/** HTTP as the demo user. */
class Api {
  #base: string;
  #token: string;

  private constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  static async of(stack: Stack): Promise<Api> {
    const env = stack.demoEnv as Record<string, string>;
    const domain = { id: "default" };
    const user = { name: "demo", domain, password: env["OS_PASSWORD"] };
    const answer = await fetch(`${env["OS_AUTH_URL"]}/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        auth: {
          identity: { methods: ["password"], password: { user } },
          scope: { project: { name: "demo", domain } },
        },
      }),
    });
    return new Api(
      env["OS_AUTH_URL"]!.replace("/identity/v3", ""),
      answer.headers.get("x-subject-token") ?? "",
    );
  }

  ask(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.#base + path, {
      method,
      headers: { "x-auth-token": this.#token, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async servers(): Promise<Server[]> {
    return (await this.json<{ servers: Server[] }>("GET", "/compute/v2.1/servers/detail")).servers;
  }

  async ports(): Promise<Port[]> {
    const { ports } = await this.json<{ ports: Port[] }>("GET", "/network/v2.0/ports");
    return ports.filter(({ device_owner }) => device_owner.startsWith("compute:"));
  }
}

describeWith("real guests and a cloud that is killed", NEEDS, () => {
  let stack: Stack;
  let api: Api;
  let imageRef: string;
  let network: string;
  /** Everything this test ever made, by UUID. */
  const made = new Set<string>();
  const taps = new Set<string>();

  const lines = async (...command: string[]) => {
    const { status, stdout, stderr } = await run(command);
    // pgrep's way to say that there is none.
    if (status !== 0 && command[0] !== "pgrep") throw new Error(`${command.join(" ")}: ${stderr}`);
    return stdout
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  };

  async function killed(work: Promise<unknown>[], delayMs: number): Promise<void> {
    // What is not answered was not acknowledged.
    const answered = Promise.allSettled(work);
    await Bun.sleep(delayMs);
    await stack.kill();
    await answered;
    await restarted();
  }

  async function restarted(): Promise<void> {
    const former = stack;
    stack = await Stack.up({ state: former.state, args: ["--driver", "libvirt"] });
    api = await Api.of(stack);
  }

  async function create(name: string): Promise<string> {
    const server = { name, flavorRef: "1", imageRef, networks: [{ uuid: network }] };
    const answer = await api.json<{ server: { id: string } }>("POST", "/compute/v2.1/servers", { server });
    made.add(answer.server.id);
    return answer.server.id;
  }

  async function settled(): Promise<Server[]> {
    let servers: Server[] = [];
    await until(
      async () => {
        servers = await api.servers();
        return servers.every((server) => server["OS-EXT-STS:task_state"] === null);
      },
      () => JSON.stringify(servers),
    );
    for (const { id } of servers) made.add(id);
    return servers;
  }

  const remove = (servers: readonly { id: string }[]) =>
    servers.map(({ id }) => api.ask("DELETE", `/compute/v2.1/servers/${id}`));

  async function cardsOf(uuid: string): Promise<{ tap: string; mac: string }[]> {
    const rows = (await lines("virsh", "-q", "domiflist", uuid)).map((line) => line.split(/\s+/));
    return rows.map((row) => ({ tap: row[0]!, mac: row[4]! }));
  }

  /** Domains, folders, processes and cards are those of these servers, each once. */
  async function expectOnly(servers: readonly Server[]): Promise<void> {
    const ids = servers.map(({ id }) => id).sort();
    const domains = (await lines("virsh", "-q", "list", "--all", "--uuid")).filter((uuid) => made.has(uuid));
    expect(domains.sort()).toEqual(ids);
    const names = readdirSync(join(stack.state, "instances"));
    expect(names.filter((name) => /^[0-9a-f]{8}-.*/.test(name)).sort()).toEqual(ids);
    expect(names.filter((name) => /^instance-/.test(name))).toHaveLength(ids.length);
    const cached = readdirSync(join(stack.state, "instances/_base"));
    expect(cached.filter((name) => name.endsWith(".part"))).toEqual([]);
    for (const uuid of made) {
      const processes = await lines("pgrep", "-f", `qemu-system.*-uuid ${uuid}`);
      expect([uuid, processes.length]).toEqual([uuid, ids.includes(uuid) ? 1 : 0]);
    }
    const ports = await api.ports();
    expect(ports.filter(({ device_id }) => !ids.includes(device_id))).toEqual([]);
    const links = (await lines("ip", "-o", "link")).map((line) => line.split(": ")[1]!.split("@")[0]!);
    const present = new Set<string>();
    for (const id of ids) {
      const cards = await cardsOf(id);
      expect(cards).toHaveLength(ports.filter(({ device_id }) => device_id === id).length);
      for (const { tap } of cards) {
        taps.add(tap);
        present.add(tap);
      }
    }
    expect(links.filter((name) => taps.has(name)).sort()).toEqual([...present].sort());
  }

  beforeAll(async () => {
    stack = await Stack.up({ args: ["--driver", "libvirt"] });
    api = await Api.of(stack);
    const { name } = JSON.parse(readFileSync(MANIFEST, "utf8")) as { name: string };
    await until(async () => {
      const path = `/image/v2/images?name=${name}&status=active`;
      const { images } = await api.json<{ images: { id: string }[] }>("GET", path);
      imageRef = images[0]?.id ?? "";
      return images.length === 1;
    });
    const path = "/network/v2.0/networks?name=private";
    network = (await api.json<{ networks: { id: string }[] }>("GET", path)).networks[0]!.id;
  }, 120_000);

  afterAll(async () => {
    if (!stack) return;
    await stack[Symbol.asyncDispose]();
    rmSync(stack.state, { recursive: true, force: true });
  }, 120_000);

  test.each(SPAWN_MOMENTS_MS.map((moment, i) => [moment, DESTROY_MOMENTS_MS[i]!]))(
    "killed %d ms after creates and %d ms after deletes",
    async (afterCreate, afterDelete) => {
      await killed(
        Array.from({ length: SERVERS }, (_, i) => create(`s${i}`)),
        afterCreate,
      );
      const servers = await settled();
      expect(servers.map(({ status }) => status).filter((status) => status !== "ACTIVE")).toEqual([]);
      await expectOnly(servers);

      await killed(remove(servers), afterDelete);
      // Deletes that came before they were heard are asked for again.
      const left = (await api.servers()).filter((server) => server["OS-EXT-STS:task_state"] === null);
      await Promise.all(remove(left));
      await until(async () => (await api.servers()).length === 0);
      await expectOnly([]);
    },
    120_000,
  );

  test("CP-54 a guest runs on; a card that was being attached is there for all, or for nobody", async () => {
    const id = await create("stays");
    const servers = await settled();
    expect(servers.map(({ status }) => status)).toEqual(["ACTIVE"]);
    await expectOnly(servers);
    const [process] = await lines("pgrep", "-f", `qemu-system.*-uuid ${id}`);
    for (const moment of [20, 120]) {
      const interfaceAttachment = { net_id: network };
      await killed(
        [api.ask("POST", `/compute/v2.1/servers/${id}/os-interface`, { interfaceAttachment })],
        moment,
      );
      await until(
        async () => {
          const ports = (await api.ports()).filter(({ device_id }) => device_id === id);
          return ports.length === (await cardsOf(id)).length;
        },
        () => `the cards of ${id}`,
      );
      await expectOnly(await settled());
    }
    expect(await lines("pgrep", "-f", `qemu-system.*-uuid ${id}`)).toEqual([process!]);
  }, 120_000);

  test("a volume that was being attached, or detached: the guest, the server and the volume agree", async () => {
    const [server] = await api.servers();
    const id = server!.id;
    // A guest that still boots does not let go of devices.
    const log = join(stack.state, "instances", id, "console.log");
    await until(async () => /EXT4-fs \(vda1\): mounted/.test(readFileSync(log, "latin1")));
    const created = await api.json<{ volume: { id: string } }>("POST", "/volume/v3/volumes", {
      volume: { size: 1 },
    });
    const volumeId = created.volume.id;
    const volume = async () => {
      const answer = await api.json<{ volume: { status: string } }>("GET", `/volume/v3/volumes/${volumeId}`);
      return answer.volume.status;
    };
    const attachments = `/compute/v2.1/servers/${id}/os-volume_attachments`;
    await until(async () => (await volume()) === "available");
    for (const [verb, moment] of [
      ["attach", 15],
      ["attach", 90],
      ["detach", 15],
      ["attach", 40],
      ["detach", 90],
    ] as const) {
      const wanted = verb === "attach" ? "in-use" : "available";
      if ((await volume()) === wanted) continue;
      const work =
        verb === "attach"
          ? api.ask("POST", attachments, { volumeAttachment: { volumeId } })
          : api.ask("DELETE", `${attachments}/${volumeId}`);
      await killed([work], moment);
      let seen = "";
      await until(
        async () => {
          const status = await volume();
          const disks = (await lines("virsh", "-q", "domblklist", id)).filter((line) =>
            line.includes(volumeId),
          );
          const { volumeAttachments } = await api.json<{ volumeAttachments: unknown[] }>("GET", attachments);
          seen = `${verb} ${moment}: ${status}, ${disks.length} disks, ${volumeAttachments.length} attachments`;
          const expected = { "in-use": 1, available: 0 }[status];
          return disks.length === expected && volumeAttachments.length === expected;
        },
        () => seen,
      );
    }
    if ((await volume()) === "in-use") await api.ask("DELETE", `${attachments}/${volumeId}`);
    await until(async () => (await volume()) === "available");
    expect((await api.ask("DELETE", `/volume/v3/volumes/${volumeId}`)).status).toBe(202);
    await until(async () => (await api.ask("GET", `/volume/v3/volumes/${volumeId}`)).status === 404);
  }, 180_000);

  test("CP-20 after down and up the server is SHUTOFF; it starts, and is deleted", async () => {
    expect((await stack.cli("down")).status).toBe(0);
    const [uuid] = (await lines("virsh", "-q", "list", "--all", "--uuid")).filter((id) => made.has(id));
    expect(uuid).toBeUndefined();
    await restarted();
    await until(async () => (await settled()).every(({ status }) => status === "SHUTOFF"));
    const servers = await api.servers();
    expect(servers).toHaveLength(1);
    for (const { id } of servers) {
      const answer = await api.ask("POST", `/compute/v2.1/servers/${id}/action`, { "os-start": null });
      expect(answer.status).toBe(202);
    }
    await until(async () => (await settled()).every(({ status }) => status === "ACTIVE"));
    await expectOnly(servers);
    await Promise.all(remove(servers));
    await until(async () => (await api.servers()).length === 0);
    await expectOnly([]);
  }, 120_000);
});

async function until(done: () => Promise<boolean>, last = () => ""): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`still waiting for: ${done} ${last()}`);
    await Bun.sleep(200);
  }
}
