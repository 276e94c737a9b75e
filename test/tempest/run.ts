// Runs Debian's Tempest against the compiled cloud: tempest.api with the simulated driver, tempest.scenario with real
// servers of libvirt and the guest of scripts/build-guest.
//   bun run test/tempest/run.ts [REGEX]            default: the smoke set of the six services
//   bun run test/tempest/run.ts --record SERVICE   all of tempest.api.SERVICE; keeps its figures in results.tsv
//   bun run test/tempest/run.ts --record scenario  what is listed below, likewise; takes half an hour without KVM
// Prints each failure; writes `build/tempest/counts` (passed, failed, skipped) for scripts/test. A failure named in
// known-failures.txt counts as skipped, with its reason printed; one that no longer fails must be taken off the list.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run, Stack } from "../support/stack.ts";
import { COMPLIANCE, type GuestFacts, type TempestFacts, tempestConf } from "./conf.ts";

const SERVICES = ["identity", "image", "compute", "network", "volume", "object_storage"];
const SMOKE = `^tempest\\.api\\.(${SERVICES.join("|")})\\..*\\bsmoke\\b`;
const HOSTS = 3;
/** More than there are cores: whenever it deletes a subnet, Tempest's network client sleeps for ten seconds. */
const WORKERS = process.env["TEMPEST_WORKERS"] ?? "6";
const VOLUME_BACKENDS = ["alpha", "beta"];
/** What needs servers that one can log in to. */
const REAL = [
  "scenario\\.test_network_basic_ops",
  "scenario\\.test_security_groups_basic_ops",
  "scenario\\.test_server_basic_ops",
  "scenario\\.test_network_advanced_server_ops",
  "scenario\\.test_network_v6",
];
const GUEST = process.env["GUEST_DIR"] ?? join(ROOT, "build", "guest");
const RESULTS = join(import.meta.dir, "results.tsv");
const WORKSPACE = process.env["TEMPEST_WORKSPACE"] ?? join(ROOT, "build", "tempest");

interface Result {
  id: string;
  outcome: "ok" | "FAILED" | "SKIPPED";
  reason: string;
}

if (Bun.which("tempest") === null) {
  console.log("skipped: tempest: needs Debian's package tempest");
  process.exit(0);
}
rmSync(WORKSPACE, { recursive: true, force: true });
mkdirSync(WORKSPACE, { recursive: true });
const recorded = process.argv[2] === "--record" ? process.argv[3] : undefined;
const regex = recorded === undefined ? (process.argv[2] ?? SMOKE) : packageOf(recorded);
const results = await withCloud(regex, /scenario|attach_interfaces/.test(regex));
if (recorded !== undefined) record(recorded, results);
process.exit(report(results) ? 0 : 1);

function packageOf(service: string): string {
  if (service === "scenario") return `^tempest\\.(${REAL.join("|")})\\.`;
  return `^tempest\\.api\\.${service}\\.`;
}

/** @param real servers are virtual machines */
async function withCloud(regex: string, real: boolean): Promise<Result[]> {
  // What the tests would fetch from the web.
  using web = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(new Uint8Array(1 << 20)),
  });
  const port = freePort();
  const rc = join(WORKSPACE, "stackrc");
  writeFileSync(rc, settings(port, web.port!));
  const driver = real ? ["--driver", "libvirt", "--set", `GUEST_IMAGE_DIR=${GUEST}`] : ["--driver", "fake"];
  await using stack = await Stack.up({ args: ["--port", String(port), "--rc", rc, ...driver] });
  const home = join(WORKSPACE, "work");
  const env = { ...process.env, HOME: WORKSPACE };
  await must(["tempest", "init", home], env);
  writeFileSync(
    join(home, "etc", "tempest.conf"),
    tempestConf({ ...(await facts(stack, web.url.href, real)), imageV1: regex.includes("image") }),
  );
  const startedAt = Date.now();
  const outcome = await run(["tempest", "run", "--regex", regex, "--concurrency", real ? "1" : WORKERS], {
    cwd: home,
    env,
    timeoutMs: (real ? 75 : 25) * 60_000,
  });
  writeFileSync(join(WORKSPACE, "output.txt"), outcome.stdout + outcome.stderr);
  const rows = parse(outcome.stdout);
  console.log(`tempest: ${rows.length} results in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
  if (rows.length === 0) throw new Error(`tempest ran nothing: ${outcome.stdout}${outcome.stderr}`);
  return rows;
}

function freePort(): number {
  using listener = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  return listener.port!;
}

/** A realm of one cluster, this one; images may come from this host; passwords are watched over as `conf.ts` says. */
function settings(port: number, webPort: number): string {
  return `
NUMBER_FAKE_NOVA_COMPUTE=${HOSTS}
DEBUG=False
GLANCE_V1=True
GLANCE_ENABLED_IMPORT_METHODS=glance-direct,web-download,copy-image,glance-download
GLANCE_SHOW_MULTIPLE_LOCATIONS=True
GLANCE_ENABLED_BACKENDS=file:file,second:file,web:http
GLANCE_IMPORT_ALLOWED_HOSTS=127.0.0.1,does-not.exist
GLANCE_IMPORT_ALLOWED_PORTS=80,${webPort}
SWIFT_SYNC_INTERVAL=5
KEYSTONE_LOCKOUT_FAILURE_ATTEMPTS=${COMPLIANCE.lockoutAttempts}
KEYSTONE_LOCKOUT_DURATION=${COMPLIANCE.lockoutSeconds}
KEYSTONE_UNIQUE_LAST_PASSWORD_COUNT=${COMPLIANCE.lastPasswords}
CINDER_ENABLED_BACKENDS=${VOLUME_BACKENDS.map((name) => `file:${name}`).join(",")}
[[post-config|container-sync-realms.conf]]
[realm1]
key = realm key
cluster_name1 = http://127.0.0.1:${port}/object-store/v1/
`;
}

async function facts(stack: Stack, webUrl: string, real: boolean): Promise<Omit<TempestFacts, "imageV1">> {
  const image = async (name: string) => {
    const file = join(stack.state, `${name}.raw`);
    writeFileSync(file, new Uint8Array(1 << 20));
    const args = ["--public", "--disk-format", "raw", "--container-format", "bare", "--file", file, name];
    return (await stack.admin("openstack", "image", "create", ...args, "-f", "value", "-c", "id")).trim();
  };
  const imageRef = real ? await guestImage(stack) : await image("tempest");
  const imageRefAlt = real ? imageRef : await image("tempest-alt");
  const publicNetworkId = (
    await stack.admin("openstack", "network", "show", "public", "-f", "value", "-c", "id")
  ).trim();
  const extensions = await stack.admin(
    "openstack",
    "extension",
    "list",
    "--network",
    "-f",
    "value",
    "-c",
    "Alias",
  );
  const catalog = JSON.parse(await stack.admin("openstack", "catalog", "show", "object-store", "-f", "json"));
  const swift: string = catalog.endpoints.find((e: { interface: string }) => e.interface === "public").url;
  const info = await (await fetch(`${swift.replace(/\/v1\/.*$/, "")}/info`)).json();
  return {
    authUrl: stack.adminEnv["OS_AUTH_URL"]!,
    adminPassword: stack.adminEnv["OS_PASSWORD"]!,
    imageRef,
    imageRefAlt,
    webImage: `${webUrl}image.raw`,
    publicNetworkId,
    networkExtensions: extensions.trim().split("\n"),
    objectStoreApis: Object.keys(info as object).filter((name) => name !== "swift"),
    hosts: real ? 1 : HOSTS,
    ...(real ? { guest: guestFacts() } : {}),
    volumeBackends: VOLUME_BACKENDS,
  };
}

/** The id of the image that the cloud has made of the guest. */
async function guestImage(stack: Stack): Promise<string> {
  const { name } = JSON.parse(readFileSync(join(GUEST, "manifest.json"), "utf8")) as { name: string };
  const shown = async () =>
    JSON.parse(await stack.admin("openstack", "image", "list", "--name", name, "--long", "-f", "json"))[0] as
      | { ID: string; Status: string }
      | undefined;
  const endMs = Date.now() + 90_000;
  for (;;) {
    const found = await shown();
    if (found?.Status === "active") return found.ID;
    if (Date.now() > endMs) throw new Error(`no image ${name}: run scripts/build-guest`);
    await Bun.sleep(500);
  }
}

function guestFacts(): GuestFacts {
  return { user: "cirros", password: "gocubsgo", imageFile: join(GUEST, "guest.qcow2") };
}

async function must(command: string[], env: Record<string, string | undefined>): Promise<void> {
  const outcome = await run(command, { env });
  if (outcome.status !== 0) throw new Error(`${command.join(" ")}: ${outcome.stderr}${outcome.stdout}`);
}

/** `{0} tempest.api.x.Class.test[id-...] [0.1s] ... ok` */
function parse(output: string): Result[] {
  const rows: Result[] = [];
  for (const [, id, outcome, reason] of output.matchAll(
    /^\{\d+\} (\S.*?)(?: \[[\d.]+s\])? \.\.\. (ok|FAILED|SKIPPED)(?:: (.*))?$/gm,
  )) {
    rows.push({ id: id!, outcome: outcome as Result["outcome"], reason: reason ?? "" });
  }
  return rows;
}

/** True when nothing failed that is not on the list. */
function report(rows: Result[]): boolean {
  const known = knownFailures();
  let [passed, failed, skipped] = [0, 0, 0];
  for (const { id, outcome, reason } of rows) {
    const name = id.replace(/\[.*$/, "").replace(/^setUpClass \((.*)\)$/, "$1");
    const excuse = known.get(name);
    if (outcome === "ok") {
      passed++;
      if (excuse !== undefined) {
        failed++;
        console.log(`passes now, take it off known-failures.txt: ${name}`);
      }
    } else if (outcome === "SKIPPED") {
      skipped++;
      console.log(`skipped: ${name}: ${reason}`);
    } else if (excuse !== undefined) {
      skipped++;
      console.log(`known failure: ${name}: ${excuse}`);
    } else {
      failed++;
      console.log(`FAILED: ${name} (see build/tempest/output.txt)`);
    }
  }
  writeFileSync(join(WORKSPACE, "counts"), `${passed} ${failed} ${skipped}\n`);
  console.log(`tempest: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0;
}

/** Keeps `SERVICE<tab>PASSED<tab>FAILED<tab>SKIPPED` of a service's whole package. */
function record(service: string, rows: Result[]): void {
  const count = (outcome: Result["outcome"]) => rows.filter((row) => row.outcome === outcome).length;
  const kept = readFileSync(RESULTS, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(`${service}\t`));
  kept.push([service, count("ok"), count("FAILED"), count("SKIPPED")].join("\t"));
  writeFileSync(RESULTS, `${kept.sort().join("\n")}\n`);
}

/** Lines `TEST<blank>REASON`; `#` starts a comment. */
function knownFailures(): Map<string, string> {
  const text = readFileSync(join(import.meta.dir, "known-failures.txt"), "utf8");
  return new Map(
    text
      .split("\n")
      .filter((line) => line.trim() !== "" && !line.startsWith("#"))
      .map((line) => [line.split(/\s/)[0]!, line.slice(line.search(/\s/)).trim()] as const),
  );
}
