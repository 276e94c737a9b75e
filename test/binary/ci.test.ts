// What a CI job uses: a cloud for one command, filled by a seed, beside others, with logs when it fails; and the jobs of
// docs/ci.md, whose `run` lines are executed as they stand there.

import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY, ROOT, run } from "../support/stack.ts";

const folder = mkdtempSync(join(tmpdir(), "stack-ci-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SEED = `
projects: [{ name: course, quota: { cores: 5, volumes: 7, floatingip: 3 } }]
users: [{ name: ann, password: secret, project: course }]
flavors: [{ name: small, ram: 128, vcpus: 1, disk: 1, properties: { a: b } }]
images: [{ name: tiny, size: 65536 }]
networks: [{ name: net, project: course, subnets: [{ cidr: 10.77.0.0/24, name: sub }] }]
routers: [{ name: out, project: course, external: public, subnets: [sub] }]
security_groups: [{ name: web, project: course, rules: [{ protocol: tcp, ports: "80:81", from: 0.0.0.0/0 }] }]
servers: [{ name: web1, project: course, user: ann, flavor: small, image: tiny, networks: [net], security_groups: [web] }]
volumes: [{ name: data, project: course, size: 1, attach: web1 }]
containers: [{ name: docs, project: course, objects: [{ name: a/b.txt, text: hello }] }]
`;
const env = { PATH: process.env["PATH"], HOME: folder };
const stack = (args: string[], cwd = folder) => run([BINARY, ...args], { env, cwd });

/** Asks the cloud of the command without a client: the shell has curl. */
const ASK = `
token() { curl -s -D- -o /dev/null "$OS_AUTH_URL/auth/tokens" -H 'content-type: application/json' -d "{\\"auth\\":{\\"identity\\":{\\"methods\\":[\\"password\\"],\\"password\\":{\\"user\\":{\\"name\\":\\"$OS_USERNAME\\",\\"domain\\":{\\"id\\":\\"default\\"},\\"password\\":\\"$OS_PASSWORD\\"}}},\\"scope\\":{\\"project\\":{\\"name\\":\\"$OS_PROJECT_NAME\\",\\"domain\\":{\\"id\\":\\"default\\"}}}}}" | sed -n 's/^x-subject-token: //Ip' | tr -d '\\r'; }
base=\${OS_AUTH_URL%/identity/v3}
curl -s -H "x-auth-token: $(token)" "$base/compute/v2.1/servers/detail?all_tenants=1"
`;

describe("in CI", () => {
  test("a seed makes a cloud hold what it says, once; a wrong one is told before a cloud starts", async () => {
    writeFileSync(join(folder, "cloud.yaml"), SEED);
    const twice = `"${BINARY}" seed cloud.yaml > again.txt; ${ASK}`;
    const seeded = await stack(["run", "--driver", "fake", "--seed", "cloud.yaml", "--", "sh", "-c", twice]);
    expect(seeded.status).toBe(0);
    expect(seeded.stderr).toContain("made server web1");
    const [server] = JSON.parse(seeded.stdout).servers;
    expect(server).toMatchObject({ name: "web1", status: "ACTIVE" });
    expect(server.addresses.net[0].addr).toStartWith("10.77.0.");
    expect(server["os-extended-volumes:volumes_attached"]).toHaveLength(1);
    const again = readFileSync(join(folder, "again.txt"), "utf8");
    expect(again).not.toContain("made ");
    expect(again.match(/ is there/g)).toHaveLength(10);
    writeFileSync(join(folder, "wrong.yaml"), "servers: [{ name: x }]");
    const wrong = await stack(["run", "--seed", "wrong.yaml", "--", "true"]);
    expect([wrong.status, wrong.stderr]).toEqual([
      1,
      "stack: wrong.yaml: servers[0]: 'flavor' is a required property\n",
    ]);
  }, 60_000);

  test("clouds beside each other; the status is the command's; its failure leaves an archive of logs", async () => {
    const [one, other] = await Promise.all([
      stack(["run", "--driver", "fake", "--", "sh", "-c", 'echo $OS_AUTH_URL; test -n "$STACK_STATE"']),
      stack([
        "run",
        "--driver",
        "fake",
        "--logs",
        "logs.tar.gz",
        "--",
        "sh",
        "-c",
        "echo $OS_AUTH_URL; exit 3",
      ]),
    ]);
    expect([one.status, other.status]).toEqual([0, 3]);
    expect(one.stdout).not.toBe(other.stdout);
    expect(other.stderr).toContain("the logs of the cloud are in logs.tar.gz");
    const names = (await run(["tar", "tzf", join(folder, "logs.tar.gz")])).stdout;
    for (const name of ["log/nova/nova-api.log", "log/keystone/keystone.log", "status.json"])
      expect(names).toContain(name);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("stack-run-"))).toEqual([]);
  }, 60_000);

  test("the jobs of the manual", async () => {
    const manual = readFileSync(join(ROOT, "docs/ci.md"), "utf8");
    const blocks = [...manual.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) =>
      Bun.YAML.parse(match[1]!),
    );
    const [example, github, gitlab] = blocks as [object, Github, Gitlab];
    const desk = join(folder, "job");
    mkdirSync(join(desk, "ci"), { recursive: true });
    mkdirSync(join(desk, "images"), { recursive: true });
    writeFileSync(join(desk, "ci/stack"), readFileSync(BINARY), { mode: 0o755 });
    writeFileSync(join(desk, "ci/cloud.yaml"), SEED);
    writeFileSync(
      join(desk, "ci/tests.sh"),
      `${ASK.trimEnd()} | grep -q web1 && echo '<testsuite tests="1"/>' > junit.xml\n`,
    );
    const { parseSeed } = await import("../../src/seed/document.ts");
    expect(Object.keys(parseSeed(Bun.YAML.stringify(example), "docs/ci.md"))).toHaveLength(12);
    const job = (script: string) =>
      run(["bash", "-ec", script], {
        cwd: desk,
        env: {
          ...env,
          PATH: `${desk}:${process.env["PATH"]}`,
          RUNNER_TEMP: desk,
          GITHUB_PATH: join(desk, "path"),
        },
      });
    for (const step of github.jobs.cloud.steps.filter(({ run: line }) => line && !line.startsWith("pip"))) {
      const done = await job(step.run!);
      expect([step.name, done.status, done.stderr.includes("Error")]).toEqual([step.name!, 0, false]);
    }
    expect(existsSync(join(desk, "junit.xml"))).toBe(true);
    rmSync(join(desk, "junit.xml"));
    for (const line of gitlab.integration.script) expect((await job(line)).status).toBe(0);
    expect(existsSync(join(desk, "junit.xml"))).toBe(true);
  }, 60_000);
});

interface Github {
  jobs: { cloud: { steps: { name?: string; run?: string }[] } };
}
interface Gitlab {
  integration: { script: string[] };
}
