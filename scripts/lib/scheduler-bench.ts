// How long a scheduling decision takes, and what so large a cloud costs: 10,000 simulated hosts with 100,000 servers,
// which are put into the tables directly. Prints figures; asserts nothing.
//   bun run scripts/lib/scheduler-bench.ts [HOSTS [SERVERS]]

import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { ServiceContext, ServiceDeclaration } from "../../src/core/service.ts";
import { novaScheduler } from "../../src/scheduler/index.ts";
import { declarations } from "../../src/services.ts";
import { type TestCloud, testCloud } from "../../src/testing/cloud.ts";

const HOSTS = Number(process.argv[2] ?? 10_000);
const SERVERS = Number(process.argv[3] ?? 100_000);
const DECISIONS = 100;
const WINDOWS = ["key", "g-api", "placement-api", "n-api", "n-cond", "n-sch", "n-cpu"];
const LATEST = { "x-openstack-nova-api-version": "2.93" };

const decisions: number[] = [];
/** The same without the time that other processes had the machine. */
const processor: number[] = [];

/** The scheduler with a stopwatch on each message it handles. */
const timedScheduler: ServiceDeclaration = {
  ...novaScheduler,
  create(context) {
    const { bus } = context;
    const timed: Pick<typeof bus, "consume"> = {
      consume(topic, consumer) {
        const handlers = Object.fromEntries(
          Object.entries(consumer.handlers).map(([name, handler]) => [
            name,
            async (...args: Parameters<typeof handler>) => {
              const startedAt = performance.now();
              const before = process.cpuUsage();
              await handler(...args);
              const { user, system } = process.cpuUsage(before);
              decisions.push(performance.now() - startedAt);
              processor.push((user + system) / 1000);
            },
          ]),
        );
        return bus.consume(topic, { ...consumer, handlers });
      },
    };
    const watched = Object.create(bus, { consume: { value: timed.consume } });
    return novaScheduler.create(
      Object.create(context, { bus: { value: proxied(bus, watched) } }) as ServiceContext,
    );
  },
};

/** Private fields want their own object: everything but `consume` goes to the real one. */
function proxied<T extends object>(real: T, over: Partial<T>): T {
  return new Proxy(real, {
    get(target, name) {
      const value = name === "consume" ? Reflect.get(over, name) : Reflect.get(target, name);
      return typeof value === "function" && name !== "consume" ? value.bind(target) : value;
    },
  });
}

function row(name: string, value: string, remark = ""): void {
  console.log(`${name.padEnd(52)} ${value.padStart(18)}  ${remark}`.trimEnd());
}

const percentile = (numbers: number[], p: number) =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor((numbers.length * p) / 100))] ??
  Number.NaN;

const rssMib = () => process.memoryUsage.rss() / 2 ** 20;

async function seconds(work: () => Promise<unknown> | unknown): Promise<string> {
  const startedAt = performance.now();
  await work();
  return `${((performance.now() - startedAt) / 1000).toFixed(2)} s`;
}

/** One server's rows in a table, again for each of many servers. Columns named in `own` get a value of their own. */
function multiply(
  cloud: TestCloud,
  project: string,
  table: string,
  where: string,
  own: Record<string, (n: number) => string | number>,
): void {
  const [model] = cloud.sql(project, `SELECT * FROM ${table} WHERE ${where} LIMIT 1`) as Record<
    string,
    unknown
  >[];
  if (!model) return;
  const columns = Object.keys(model).filter((name) => name !== "id");
  const fixed = columns.map((name) => model[name]);
  const sql = `INSERT INTO ${table} (${columns.map((name) => `"${name}"`).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
  cloud.sql(project, "BEGIN");
  for (let n = 0; n < SERVERS; n++) {
    const values = columns.map((name, i) => own[name]?.(n) ?? fixed[i]);
    cloud.sql(project, sql, ...(values as string[]));
  }
  cloud.sql(project, "COMMIT");
}

/** The simulated hypervisors' own books: a guest for every server. */
function makeGuests(cloud: TestCloud): void {
  const db = new Database(join(cloud.paths.at("instances"), "fake-hypervisors.db"));
  const [model] = db.query<{ guest: string }, []>("SELECT guest FROM guests LIMIT 1").all();
  if (!model) throw new Error("no guest to copy");
  const put = db.query("INSERT OR IGNORE INTO guests (host, uuid, guest) VALUES (?, ?, ?)");
  const rows = cloud.sql("nova", "SELECT uuid, host FROM instances WHERE deleted = 0") as {
    uuid: string;
    host: string;
  }[];
  db.transaction(() => {
    for (const { uuid, host } of rows)
      put.run(host, uuid, JSON.stringify({ ...JSON.parse(model.guest), uuid, host }));
  })();
  db.close();
}

async function boot(cloud: TestCloud, imageId: string): Promise<string> {
  const server = { name: "b", imageRef: imageId, flavorRef: "1", networks: "none" };
  const nova = await cloud.as("n-api");
  const { id } = (await nova.post("/v2.1/servers", { server }, LATEST)).body.server;
  for (;;) {
    const { status, fault } = (await nova.get(`/v2.1/servers/${id}`, LATEST)).body.server;
    if (status === "ACTIVE") return id;
    if (status === "ERROR") throw new Error(fault.message);
    await Bun.sleep(0);
  }
}

const before = rssMib();
let cloud!: TestCloud;
row(
  `start with ${HOSTS} hosts`,
  await seconds(async () => {
    cloud = await testCloud({
      declarations: declarations.map((one) => (one.window === "n-sch" ? timedScheduler : one)),
      windows: WINDOWS,
      settings: {
        NUMBER_FAKE_NOVA_COMPUTE: String(HOSTS),
        QUOTA_INSTANCES: "-1",
        QUOTA_CORES: "-1",
        QUOTA_RAM: "-1",
        SCHEDULER_FILTERS:
          process.env["FILTERS"] ?? novaScheduler.sections[0]!.keys["SCHEDULER_FILTERS"]!.default,
      },
    });
  }),
);
// Nobody reads it here, and it keeps every line.
cloud.log.book.setLevel("n-sch", "WARNING");
row("memory", `${(rssMib() - before).toFixed(0)} MiB`);
const images = await cloud.as("g-api");
const imageId = (await images.post("/v2/images", { name: "i", disk_format: "raw", container_format: "bare" }))
  .body.id as string;
await images.put(`/v2/images/${imageId}/file`, new Uint8Array(4096), {
  "content-type": "application/octet-stream",
});
const first = await boot(cloud, imageId);
row("first decision, with caches to be filled", `${decisions[0]!.toFixed(1)} ms`);

row(
  `${SERVERS} servers put into the tables`,
  await seconds(() => {
    const uuids = Array.from({ length: SERVERS }, () => crypto.randomUUID());
    const uuid = (n: number) => uuids[n]!;
    const nodes = cloud.sql("nova", "SELECT host, uuid FROM compute_nodes ORDER BY id") as {
      host: string;
      uuid: string;
    }[];
    const host = (n: number) => nodes[n % nodes.length]!.host;
    multiply(cloud, "nova", "instances", `uuid = '${first}'`, { uuid, host, node: host });
    for (const table of ["instance_extra", "request_specs"])
      multiply(cloud, "nova", table, `instance_uuid = '${first}'`, { instance_uuid: uuid });
    multiply(cloud, "placement", "consumers", `uuid = '${first}'`, { uuid });
    const providers = new Map(
      (
        cloud.sql("placement", "SELECT id, uuid FROM resource_providers") as { id: number; uuid: string }[]
      ).map((provider) => [provider.uuid, provider.id]),
    );
    const provider = (n: number) => providers.get(nodes[n % nodes.length]!.uuid)!;
    for (const { resource_class_id } of cloud.sql(
      "placement",
      `SELECT DISTINCT resource_class_id FROM allocations WHERE consumer_id = '${first}'`,
    ) as { resource_class_id: number }[]) {
      multiply(
        cloud,
        "placement",
        "allocations",
        `consumer_id = '${first}' AND resource_class_id = ${resource_class_id}`,
        {
          consumer_id: uuid,
          resource_provider_id: provider,
        },
      );
    }
    const each = Math.floor(SERVERS / nodes.length);
    cloud.sql(
      "nova",
      `UPDATE compute_nodes SET vcpus_used = vcpus_used + ${each}, running_vms = running_vms + ${each}, free_ram_mb = free_ram_mb - ${512 * each}`,
    );
  }),
);
await cloud.cloud.stopService("n-cpu");
makeGuests(cloud);
row("start of n-cpu, which looks after all of them", await seconds(() => cloud.cloud.startService("n-cpu")));
row(
  "restart of placement, n-api, n-cond, n-sch",
  await seconds(async () => {
    for (const window of ["placement-api", "n-api", "n-cond", "n-sch"])
      await cloud.cloud.restartService(window);
  }),
);
cloud.log.book.setLevel("n-sch", "WARNING");
decisions.length = 0;
processor.length = 0;
const whole: number[] = [];
for (let i = 0; i < DECISIONS; i++) {
  const startedAt = performance.now();
  await boot(cloud, imageId);
  whole.push(performance.now() - startedAt);
}
row("first decision after it", `${decisions[0]!.toFixed(1)} ms`);
row(
  `decision, median of ${DECISIONS}`,
  `${percentile(decisions, 50).toFixed(2)} ms`,
  `p99 ${percentile(decisions, 99).toFixed(2)} ms; aim: under 10 ms`,
);
row(
  "... its processor time, median",
  `${percentile(processor, 50).toFixed(2)} ms`,
  `p99 ${percentile(processor, 99).toFixed(2)} ms`,
);
row(
  "POST to ACTIVE, median",
  `${percentile(whole, 50).toFixed(1)} ms`,
  `p99 ${percentile(whole, 99).toFixed(1)} ms`,
);
Bun.gc(true);
row("memory, with the databases in memory too", `${(rssMib() - before).toFixed(0)} MiB`);
await cloud[Symbol.asyncDispose]();
