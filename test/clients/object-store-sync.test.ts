// Round trips with programs that keep two places equal, objects beyond the largest size, ACLs of S3's own, and the rings,
// against the compiled cloud.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program, type Requirement } from "../support/requires.ts";
import { BINARY, run, Stack } from "../support/stack.ts";

/** Its customary port is used, because s3cmd knows no path in front of a bucket; so it has an address of its own. */
const HOST = `127.${20 + (process.pid % 200)}.${1 + (Date.now() % 250)}.2`;
const FILES = 10_000;
const NAMES = [
  "plain",
  "with blank",
  "ümlaut/ἀρχή",
  "100%25",
  "+&=?#;'\"",
  "..dots..",
  "tab\tin it",
  "日本/語",
];
const RC = [
  "disable_all_services",
  "enable_service key swift",
  "SWIFT_REPLICAS=2",
  "[[post-config|/etc/swift/proxy-server.conf]]",
  "[filter:s3api]",
  "s3_acl = true",
].join("\n");

let stack: Stack;
let scratch: string;
let url: string;

async function start(): Promise<void> {
  if (stack) return;
  scratch = mkdtempSync(join(tmpdir(), "stack-sync-"));
  const rc = join(scratch, "stackrc");
  writeFileSync(rc, RC);
  stack = await Stack.up({ args: ["--host", HOST, "--classic-ports", "--rc", rc] });
  const project = (await stack.demo("openstack", "token", "issue", "-f", "value", "-c", "project_id")).trim();
  url = `http://${HOST}:8080/v1/AUTH_${project}`;
}

afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

const swift = (...args: string[]) => stack.demo("swift", ...args);
const field = (text: string, name: string) =>
  new RegExp(`^\\s*${name}:(.*)$`, "mi").exec(text)?.[1]?.trim() ?? null;

/** Many small files in folders of a thousand, some of them with names of every kind. @returns bytes in all */
function manyFiles(root: string): number {
  let bytes = 0;
  const write = (name: string, content: string) => {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), content);
    bytes += Buffer.byteLength(content);
  };
  for (const name of NAMES) write(`names/${name}`, `what is in ${name}`);
  for (let i = NAMES.length; i < FILES; i++) write(`d${i % 10}/f${i}`, `file ${i}`);
  return bytes;
}

/** Each file's name and content, in one sum. */
function treeSum(root: string): { files: number; sum: string } {
  const hash = createHash("sha256");
  const names = (readdirSync(root, { recursive: true, withFileTypes: true }) as import("node:fs").Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
  for (const name of names) hash.update(`${name}\0`).update(readFileSync(join(root, name)));
  return { files: names.length, sum: hash.digest("hex") };
}

const TOOLS = [program("swift"), program("openstack")];

describeWith("10,000 files", [...TOOLS, program("rclone")], () => {
  beforeAll(start, 180_000);

  test("OB-05 OB-08 OB-14 swift upload, rclone check, swift download", async () => {
    const root = join(scratch, "many");
    const bytes = manyFiles(root);
    const before = treeSum(root);
    const options = { env: stack.demoEnv, timeoutMs: 600_000 };
    const up = await run(["swift", "upload", "-q", "many", "."], { ...options, cwd: root });
    expect([up.status, up.stderr]).toEqual([0, ""]);
    const stat = await swift("stat", "many");
    expect([field(stat, "Objects"), field(stat, "Bytes")]).toEqual([String(FILES), String(bytes)]);
    const rclone = (...args: string[]) =>
      run(["rclone", "--config", "/dev/null", "--swift-env-auth", ...args], options);
    expect((await rclone("check", root, ":swift:many")).status).toBe(0);

    // One side goes on, the other follows: what was added, changed and removed, and nothing else.
    writeFileSync(join(root, "d1/f11"), "another content");
    rmSync(join(root, "d2/f12"));
    writeFileSync(join(root, "names/new ü"), "new");
    const synced = await rclone("sync", "--stats-one-line", "-v", root, ":swift:many");
    expect(synced.status).toBe(0);
    expect(synced.stderr).toMatch(/ d1\/f11: Copied/);
    expect(synced.stderr.match(/: Copied/g)).toHaveLength(2);
    expect(synced.stderr).toMatch(/ d2\/f12: Deleted/);
    expect((await rclone("check", root, ":swift:many")).status).toBe(0);

    const back = join(scratch, "many.back");
    const down = await run(["swift", "download", "-q", "-D", back, "many"], options);
    expect([down.status, down.stderr]).toEqual([0, ""]);
    const after = treeSum(root);
    expect(treeSum(back)).toEqual(after);
    expect(after.files).toBe(before.files);
    await swift("delete", "-q", "many");
  }, 900_000);
});

describeWith("beyond the largest object", [...TOOLS, program("curl")], () => {
  beforeAll(start, 180_000);

  test("OB-06 OB-32 more than 6 GiB as segments come back whole, from any place; one object of them is refused", async () => {
    const piece = 256 * 2 ** 20;
    const count = 25;
    const path = join(scratch, "piece");
    writeFileSync(path, randomBytes(piece));
    await swift("upload", "--object-name", "piece", "large_segments", path);
    await swift("post", "large");
    const token = (await stack.demo("openstack", "token", "issue", "-f", "value", "-c", "id")).trim();
    const headers = { "x-auth-token": token };
    const manifest = Array.from({ length: count }, () => ({ path: "/large_segments/piece" }));
    const put = await fetch(`${url}/large/six?multipart-manifest=put`, {
      method: "PUT",
      headers,
      body: JSON.stringify(manifest),
    });
    expect(put.status).toBe(201);
    expect(field(await swift("stat", "large", "six"), "Content Length")).toBe(String(piece * count));
    const whole = await run(
      [
        ...["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download}"],
        ...["-H", `X-Auth-Token: ${token}`, `${url}/large/six`],
      ],
      { timeoutMs: 300_000 },
    );
    expect(whole.stdout).toBe(`200 ${piece * count}`);
    const bytes = readFileSync(path);
    const at = piece * 20 - 5; // beyond what 32 bits can count, over the end of a segment
    const part = await fetch(`${url}/large/six`, { headers: { ...headers, range: `bytes=${at}-${at + 9}` } });
    expect([part.status, part.headers.get("content-range")]).toEqual([
      206,
      `bytes ${at}-${at + 9}/${piece * count}`,
    ]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(
      Buffer.concat([bytes.subarray(piece - 5), bytes.subarray(0, 5)]),
    );
    const copied = await fetch(`${url}/large/copy`, {
      method: "PUT",
      headers: { ...headers, "x-copy-from": "/large/six" },
    });
    expect(copied.status).toBe(413);
    const one = join(scratch, "one");
    writeFileSync(one, "");
    truncateSync(one, 5_368_709_123);
    const refused = await run(
      [
        ...["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_upload}"],
        ...["-H", `X-Auth-Token: ${token}`, "-T", one, `${url}/large/one`],
      ],
      { timeoutMs: 60_000 },
    );
    expect(refused.stdout).toBe("413 0");
    await swift("delete", "large");
    await swift("delete", "large_segments");
  }, 600_000);
});

interface Keys {
  access: string;
  secret: string;
}

async function keysOf(ask: (...command: string[]) => Promise<string>): Promise<Keys> {
  return JSON.parse(await ask("openstack", "ec2", "credentials", "create", "-f", "json")) as Keys;
}

const BOTO: Requirement = {
  met: Bun.spawnSync(["/usr/bin/python3", "-c", "import boto3"]).exitCode === 0,
  reason: "needs python3-boto3",
};

describeWith("S3 with ACLs of its own", [...TOOLS, program("s3cmd"), program("aws"), BOTO], () => {
  let config: string;
  let keys: Keys;
  beforeAll(async () => {
    await start();
    keys = await keysOf((...command) => stack.demo(...command));
    config = join(scratch, "s3cfg");
    writeFileSync(
      config,
      [
        ...["[default]", `access_key = ${keys.access}`, `secret_key = ${keys.secret}`],
        ...[`host_base = ${HOST}:8080`, `host_bucket = ${HOST}:8080`, "use_https = False"],
        "bucket_location = us-east-1",
      ].join("\n"),
    );
  }, 180_000);
  const s3cmd = (...args: string[]) => stack.demo("s3cmd", "-c", config, "--no-progress", ...args);

  test("s3cmd sync there and back, and setacl", async () => {
    // This client changes a tab in a name.
    const root = join(scratch, "s3");
    mkdirSync(join(root, "deep/er"), { recursive: true });
    for (const name of NAMES.filter((one) => !/[/\t]/.test(one)))
      writeFileSync(join(root, name), `in ${name}`);
    writeFileSync(join(root, "deep/er/large"), randomBytes(12_000_000));
    await s3cmd("mb", "s3://s3sync");
    await s3cmd("sync", "--multipart-chunk-size-mb=5", `${root}/`, "s3://s3sync/x/");
    expect(await s3cmd("sync", `${root}/`, "s3://s3sync/x/")).not.toContain("upload:");
    rmSync(join(root, "plain"));
    expect(await s3cmd("sync", "--delete-removed", `${root}/`, "s3://s3sync/x/")).toContain(
      "s3://s3sync/x/plain",
    );
    const back = join(scratch, "s3.back");
    mkdirSync(back);
    await s3cmd("sync", "s3://s3sync/x/", `${back}/`);
    expect(treeSum(back)).toEqual(treeSum(root));

    await s3cmd("setacl", "--acl-public", "s3://s3sync/x/deep/er/large");
    expect(await s3cmd("info", "s3://s3sync/x/deep/er/large")).toContain("*anon*: READ");
    await s3cmd("setacl", "--acl-grant=read:admin:admin", "s3://s3sync/x/with blank");
    expect(await s3cmd("info", "s3://s3sync/x/with blank")).toContain("admin:admin: READ");
    await s3cmd("setacl", "--acl-private", "s3://s3sync/x/deep/er/large");
    expect(await s3cmd("info", "s3://s3sync/x/deep/er/large")).not.toContain("*anon*");
    await s3cmd("setacl", "--acl-public", "s3://s3sync");
    expect(await s3cmd("info", "s3://s3sync")).toContain("*anon*: READ");
    await s3cmd("del", "-r", "--force", "s3://s3sync");
    await s3cmd("rb", "s3://s3sync");
  }, 300_000);

  test("aws s3api and boto: who was granted something may do that, and nothing else", async () => {
    const admin = await keysOf((...command) => stack.admin(...command));
    const script = `
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
def client(access, secret):
    return boto3.client("s3", endpoint_url="http://${HOST}:8080", aws_access_key_id=access, aws_secret_access_key=secret,
        region_name="us-east-1", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}))
def code(call, **args):
    try: return call(**args)["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as e: return e.response["Error"]["Code"]
s = client(${JSON.stringify(keys.access)}, ${JSON.stringify(keys.secret)})
s.create_bucket(Bucket="acls", ACL="public-read")
s.put_object(Bucket="acls", Key="o", Body=b"data", ACL="private")
def grants(acl): return sorted((g["Grantee"].get("ID", g["Grantee"].get("URI", "").split("/")[-1]), g["Permission"]) for g in acl["Grants"])
print(grants(s.get_bucket_acl(Bucket="acls")), grants(s.get_object_acl(Bucket="acls", Key="o")))
print(s.put_object_acl(Bucket="acls", Key="o", GrantRead="id=admin:admin")["ResponseMetadata"]["HTTPStatusCode"], grants(s.get_object_acl(Bucket="acls", Key="o")))
policy = s.get_object_acl(Bucket="acls", Key="o")
policy["Grants"].append({"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}, "Permission": "READ_ACP"})
print(code(s.put_object_acl, Bucket="acls", Key="o", AccessControlPolicy={"Owner": policy["Owner"], "Grants": policy["Grants"]}), grants(s.get_object_acl(Bucket="acls", Key="o")))
print(code(s.put_object_acl, Bucket="acls", Key="o", AccessControlPolicy={"Owner": {"ID": "somebody"}, "Grants": []}), s.get_object(Bucket="acls", Key="o")["Body"].read())
`;
    const { stdout, stderr } = await run(["/usr/bin/python3", "-c", script], { env: stack.demoEnv });
    expect([stderr, stdout.trim().split("\n")]).toEqual([
      "",
      [
        "[('AllUsers', 'READ'), ('demo:demo', 'FULL_CONTROL')] [('demo:demo', 'FULL_CONTROL')]",
        "200 [('admin:admin', 'READ')]",
        "200 [('AuthenticatedUsers', 'READ_ACP'), ('admin:admin', 'READ')]",
        "AccessDenied b'data'",
      ],
    ]);
    const aws = (key: Keys, ...args: string[]) =>
      run(["aws", "--endpoint-url", `http://${HOST}:8080`, "s3api", ...args], {
        env: {
          ...stack.demoEnv,
          AWS_ACCESS_KEY_ID: key.access,
          AWS_SECRET_ACCESS_KEY: key.secret,
          AWS_DEFAULT_REGION: "us-east-1",
        },
      });
    const acl = await aws(keys, "get-bucket-acl", "--bucket", "acls");
    expect(JSON.parse(acl.stdout)).toMatchObject({ Owner: { ID: "demo:demo" } });
    // The other's keys are for another account: the bucket is not there.
    expect((await aws(admin, "get-bucket-acl", "--bucket", "acls")).stderr).toContain("NoSuchBucket");
  }, 300_000);
});

describeWith("the rings", TOOLS, () => {
  beforeAll(start, 180_000);

  test("OB-34 OB-39 swift-ring-builder by its own name, in the folder of the rings", async () => {
    const link = join(scratch, "swift-ring-builder");
    symlinkSync(BINARY, link);
    const folder = join(stack.state, "etc/swift");
    const ringBuilder = async (...args: string[]) => {
      const outcome = await run(
        [...(BINARY.endsWith("/stack") ? [link] : [BINARY, "swift-ring-builder"]), ...args],
        {
          env: { PATH: process.env["PATH"] },
          cwd: folder,
        },
      );
      expect([args.join(" "), outcome.status, outcome.stderr]).toEqual([args.join(" "), 0, ""]);
      return outcome.stdout;
    };
    expect(
      readdirSync(folder)
        .filter((name) => /ring|builder/.test(name))
        .sort(),
    ).toEqual([
      ...["account.builder", "account.ring.gz", "container.builder", "container.ring.gz"],
      ...["object.builder", "object.ring.gz"],
    ]);
    expect(await ringBuilder("object.builder")).toContain(
      "512 partitions, 2.000000 replicas, 1 regions, 2 zones, 2 devices",
    );
    for (const kind of ["account", "container", "object"]) {
      await ringBuilder(`${kind}.builder`, "add", "r1z3-127.0.0.3:6230/d3", "1");
      await ringBuilder(`${kind}.builder`, "remove", "127.0.0.1");
    }
    for (const kind of ["account", "container", "object"])
      expect(await ringBuilder(`${kind}.builder`, "rebalance")).toContain(
        "Reassigned 512 (100.00%) partitions.",
      );
    expect(await ringBuilder("object.builder")).not.toContain("127.0.0.1:");
    expect((await stack.cli("restart", "swift")).status).toBe(0);
    const path = join(scratch, "after");
    writeFileSync(path, randomBytes(200_000));
    await swift("upload", "--object-name", "after", "rings", path);
    const devices = readdirSync(join(stack.state, "swift")).sort();
    expect(devices).toContain("d3");
    await swift("download", "-o", `${path}.back`, "rings", "after");
    expect(readFileSync(`${path}.back`)).toEqual(readFileSync(path));
  }, 180_000);
});
