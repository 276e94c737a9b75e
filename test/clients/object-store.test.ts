// The object store's own clients, unmodified, against the compiled cloud: swift, openstack, rclone, s3cmd, aws and boto.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program, type Requirement } from "../support/requires.ts";
import { run, Stack } from "../support/stack.ts";

/** Its customary port is used, because s3cmd knows no path in front of a bucket; so it has an address of its own. */
const HOST = `127.${10 + (process.pid % 200)}.${1 + (Date.now() % 250)}.1`;
const NAMES = ["plain", "with blank", "ümlaut/ἀρχή", "a//b", "100%25", "+&=?#;'\"", "..dots..", "tab\tin it"];

let stack: Stack;
let scratch: string;
let account: string;
/** A file to put somewhere. */
let small: string;

async function start(): Promise<void> {
  if (stack) return;
  scratch = mkdtempSync(join(tmpdir(), "stack-objects-"));
  stack = await Stack.up({
    args: [...["--host", HOST, "--classic-ports"], ...["--set", "ENABLED_SERVICES=key,swift"]],
  });
  small = join(scratch, "small");
  writeFileSync(small, "small data");
  account = `AUTH_${(await stack.demo("openstack", "token", "issue", "-f", "value", "-c", "project_id")).trim()}`;
}

afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

const swift = (...args: string[]) => stack.demo("swift", ...args);
const md5 = (path: string) => createHash("md5").update(readFileSync(path)).digest("hex");
/** `Container Count: 1` of a `swift stat`. */
const field = (text: string, name: string) =>
  new RegExp(`^\\s*${name}:(.*)$`, "mi").exec(text)?.[1]?.trim() ?? null;

function tree(root: string, names: readonly string[]): string[] {
  return names.map((name, i) => {
    const path = join(root, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, randomBytes(i * 37));
    return path;
  });
}

describeWith("the swift client", [program("swift"), program("openstack")], () => {
  beforeAll(start, 180_000);

  test("OB-01 OB-02 OB-03 OB-04 OB-15 accounts and containers", async () => {
    expect(await swift("post", "middleware-test")).toBe("");
    expect((await swift("list")).split("\n")).toContain("middleware-test");
    const stat = await swift("stat", "-v");
    expect(field(stat, "Account")).toBe(account);
    expect(field(stat, "StorageURL")).toBe(`http://${HOST}:8080/v1/${account}`);
    for (const name of ["Containers", "Objects", "Bytes", "X-Timestamp", "Content-Type"])
      expect([name, field(stat, name)]).not.toEqual([name, null]);
    expect(field(stat, "Accept-Ranges")).toBe("bytes");
    const container = await swift("stat", "middleware-test");
    for (const name of ["Read ACL", "Write ACL", "Sync To", "Sync Key"])
      expect([name, field(container, name)]).toEqual([name, ""]);
    expect(field(container, "Container")).toBe("middleware-test");
    const shown = JSON.parse(
      await stack.demo("openstack", "object", "store", "account", "show", "-f", "json"),
    );
    expect(shown["Account"]).toBe(account);
  }, 180_000);

  test("OB-05 OB-07 OB-08 upload, details, download, delete", async () => {
    const folder = join(scratch, "up");
    tree(folder, ["a.txt", "sub/b", "sub/deeper/c"]);
    const said = await run(["swift", "upload", "c", "up"], { env: stack.demoEnv, cwd: scratch });
    expect(said.stdout.trim().split("\n").sort()).toEqual(["up/a.txt", "up/sub/b", "up/sub/deeper/c"]);
    await swift("post", "-m", "Orig-Filename:b", "c", "up/sub/b");
    const stat = await swift("stat", "c", "up/sub/b");
    expect(field(stat, "Content Length")).toBe("37");
    expect(field(stat, "ETag")).toBe(md5(join(folder, "sub/b")));
    expect(field(stat, "Meta Orig-Filename")).toBe("b");
    expect(field(stat, "Last Modified")).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(field(await swift("stat", "c", "up/a.txt"), "Meta Mtime")).toMatch(/^\d+\.\d+$/);
    await swift("download", "-o", join(scratch, "back"), "c", "up/sub/deeper/c");
    expect(md5(join(scratch, "back"))).toBe(md5(join(folder, "sub/deeper/c")));
    expect((await swift("delete", "c", "up/a.txt")).trim()).toBe("up/a.txt");
    expect((await swift("list", "c")).trim().split("\n")).toEqual(["up/sub/b", "up/sub/deeper/c"]);
    await swift("delete", "c");
    expect((await swift("list")).split("\n")).not.toContain("c");
  }, 180_000);

  test("OB-06 a file in segments, dynamic and static", async () => {
    const path = join(scratch, "segments");
    writeFileSync(path, randomBytes(1_000_000));
    for (const [container, kind] of [
      ["dynamic", []],
      ["static", ["--use-slo"]],
    ] as const) {
      await swift("upload", ...kind, "-S", "300000", "--object-name", "o", container, path);
      expect((await swift("list", `${container}_segments`)).trim().split("\n")).toHaveLength(4);
      expect(field(await swift("stat", container, "o"), "Content Length")).toBe("1000000");
      await swift("download", "-o", join(scratch, "whole"), container, "o");
      expect(md5(join(scratch, "whole"))).toBe(md5(path));
      await swift("delete", container, "o");
      expect((await swift("list", `${container}_segments`)).trim()).toBe("");
    }
  }, 180_000);

  test("OB-09 metadata of accounts, containers and objects", async () => {
    await swift("post", "--meta", "Colour:red");
    await swift("post", "--meta", "allow-dev:198.51.100.12", "meta");
    await swift("upload", "--object-name", "o", "meta", small);
    await swift("post", "--meta", "Size:large", "meta", "o");
    expect(field(await swift("stat"), "Meta Colour")).toBe("red");
    expect(field(await swift("stat", "meta"), "Meta Allow-Dev")).toBe("198.51.100.12");
    expect(field(await swift("stat", "meta", "o"), "Meta Size")).toBe("large");
    await stack.demo("openstack", "container", "set", "--property", "allow-dev=192.0.2.1", "meta");
    expect(field(await swift("stat", "meta"), "Meta Allow-Dev")).toBe("192.0.2.1");
  }, 180_000);

  test("OB-10 OB-11 OB-12 OB-13 access by list, by referrer, by role", async () => {
    await swift("post", "acl");
    await swift("upload", "--object-name", "o", "acl", small);
    const url = `http://${HOST}:8080/v1/${account}`;
    const asAdmin = (...args: string[]) =>
      run(["swift", "--os-storage-url", url, ...args], { env: stack.adminEnv, cwd: scratch });
    expect((await asAdmin("list", "acl")).status).toBe(1);
    await swift("post", "-r", "admin:admin", "acl");
    expect((await asAdmin("list", "acl")).stdout.trim()).toBe("o");
    expect((await asAdmin("upload", "--object-name", "p", "acl", small)).status).toBe(1);
    await swift("post", "-w", "admin:admin", "acl");
    expect((await asAdmin("upload", "--object-name", "p", "acl", small)).status).toBe(0);
    const stat = await swift("stat", "acl");
    expect([field(stat, "Read ACL"), field(stat, "Write ACL")]).toEqual(["admin:admin", "admin:admin"]);
    expect((await fetch(`${url}/acl/o`)).status).toBe(401);
    await swift("post", "-r", ".r:*", "acl");
    expect((await fetch(`${url}/acl/o`)).status).toBe(200);
    expect((await fetch(`${url}/acl`)).status).toBe(401);
    await swift("post", "-r", ".r:*,.rlistings", "acl");
    expect((await (await fetch(`${url}/acl`)).text()).split("\n")).toContain("o");
    await stack.admin("openstack", "role", "add", "--user", "admin", "--project", "admin", "ResellerAdmin");
    expect((await asAdmin("post", "acl-admin")).status).toBe(0);
    expect((await swift("list")).split("\n")).toContain("acl-admin");
  }, 300_000);

  test("OB-14 the client logs in again when its token has ended", async () => {
    const script = `
import os, swiftclient
from keystoneauth1 import session
from keystoneauth1.identity import v3
e = os.environ
conn = swiftclient.Connection(authurl=e["OS_AUTH_URL"], user=e["OS_USERNAME"], key=e["OS_PASSWORD"], auth_version="3",
    os_options={"project_name": e["OS_PROJECT_NAME"], "user_domain_id": "default", "project_domain_id": "default"})
conn.put_container("resilient")
first = conn.token
auth = v3.Password(e["OS_AUTH_URL"], username=e["OS_USERNAME"], password=e["OS_PASSWORD"], user_domain_id="default",
    project_name=e["OS_PROJECT_NAME"], project_domain_id="default")
s = session.Session(auth=auth)
s.delete(e["OS_AUTH_URL"] + "/auth/tokens", headers={"X-Subject-Token": first})
conn.post_container("resilient", {"X-Container-Meta-Said": "again"})
print(conn.token != first, conn.head_container("resilient")["x-container-meta-said"])
`;
    const { stdout, stderr } = await run(["/usr/bin/python3", "-c", script], { env: stack.demoEnv });
    expect([stdout.trim(), stderr]).toEqual(["True again", ""]);
  }, 180_000);

  test("OB-16 everything said by flags: tenant:user and the old identity API", async () => {
    const { status, stdout, stderr } = await run(
      [
        "swift",
        ...[`--os-auth-url=http://${HOST}:5000/v2.0/`, "--os-region-name=RegionOne"],
        ...["--os-username=demo:demo", `--os-password=${stack.demoEnv["OS_PASSWORD"]}`],
        ...["--auth-version=2", "list", "middleware-test"],
      ],
      { env: { PATH: process.env["PATH"], LANG: "C.UTF-8" } },
    );
    expect([status, stdout, stderr]).toEqual([0, "", ""]);
  }, 180_000);

  test("OB-29 OB-32 OB-33 a signed address, the largest object, the entity tag", async () => {
    await swift("post", "--meta", "Temp-URL-Key:key");
    await swift("upload", "--object-name", "o", "signed", small);
    const path = (await swift("tempurl", "GET", "60", `/v1/${account}/signed/o`, "key")).trim();
    expect(await (await fetch(`http://${HOST}:8080${path}`)).text()).toBe("small data");
    const { stdout } = await run(["swift", "capabilities"], { env: stack.demoEnv });
    expect(stdout).toContain("max_file_size: 5368709122");
    const wrong = await run(
      ["swift", "upload", "--object-name", "o", "-H", `ETag: ${"0".repeat(32)}`, "signed", small],
      {
        env: stack.demoEnv,
      },
    );
    expect(wrong.stderr).toContain("422 Unprocessable Entity");
  }, 180_000);

  test("names of every kind come back as they went", async () => {
    const root = join(scratch, "names");
    const files = tree(root, NAMES);
    for (const [i, name] of NAMES.entries()) {
      await swift("upload", "--object-name", name, "names", files[i]!);
      await swift("download", "-o", join(scratch, "back"), "names", name);
      expect([name, md5(join(scratch, "back"))]).toEqual([name, md5(files[i]!)]);
    }
    const listed = JSON.parse(await stack.demo("openstack", "object", "list", "names", "-f", "json")) as {
      Name: string;
    }[];
    expect(listed.map(({ Name }) => Name).sort()).toEqual([...NAMES].sort());
  }, 300_000);

  test("OB-03 OB-14 10,000 files in one command, and their list", async () => {
    const root = join(scratch, "many");
    mkdirSync(root);
    for (let i = 0; i < 10_000; i++) writeFileSync(join(root, `f${i}`), `file ${i}`);
    const uploaded = await run(["swift", "upload", "-q", "--object-name", "m", "many", root], {
      env: stack.demoEnv,
      timeoutMs: 600_000,
    });
    expect([uploaded.status, uploaded.stderr]).toEqual([0, ""]);
    expect((await swift("list", "many")).trim().split("\n")).toHaveLength(10_000);
    const stat = await swift("stat", "many");
    const bytes = Array.from({ length: 10_000 }, (_, i) => `file ${i}`.length).reduce((a, b) => a + b);
    expect([field(stat, "Objects"), field(stat, "Bytes")]).toEqual(["10000", String(bytes)]);
    await swift("delete", "-q", "many");
    expect(field(await swift("stat"), "Objects")).not.toBe("10000");
  }, 900_000);
});

const LARGE: Requirement = {
  met: process.env["STACK_LARGE_TESTS"] === "1",
  reason: "writes 12 GiB; STACK_LARGE_TESTS=1 runs it",
};

describeWith("a file beyond the largest object", [program("swift"), LARGE], () => {
  beforeAll(start, 180_000);

  test("OB-06 OB-32 6 GiB go up as segments and come back", async () => {
    const path = join(scratch, "six");
    writeFileSync(path, randomBytes(1 << 20));
    truncateSync(path, 6 * 2 ** 30);
    await swift("upload", "--use-slo", "-S", String(2 ** 30), "--object-name", "six", "large", path);
    expect(field(await swift("stat", "large", "six"), "Content Length")).toBe(String(6 * 2 ** 30));
    const back = join(scratch, "six.back");
    await swift("download", "-o", back, "large", "six");
    expect(statSync(back).size).toBe(6 * 2 ** 30);
    expect((await run(["cmp", path, back], { timeoutMs: 600_000 })).status).toBe(0);
    await swift("delete", "large");
  }, 1_800_000);
});

describeWith("rclone over Swift's API", [program("rclone"), program("openstack")], () => {
  beforeAll(start, 180_000);
  const rclone = (...args: string[]) =>
    stack.demo("rclone", "--config", "/dev/null", "--swift-env-auth", ...args);

  test("a folder with names of every kind goes up, is compared, and comes back", async () => {
    const root = join(scratch, "rclone");
    tree(
      root,
      NAMES.filter((name) => !name.includes("//")),
    );
    await rclone("mkdir", ":swift:rclone");
    await rclone("copy", root, ":swift:rclone/dir");
    await rclone("check", root, ":swift:rclone/dir");
    await rclone("copy", ":swift:rclone/dir", join(scratch, "rclone.back"));
    await rclone("check", join(scratch, "rclone.back"), ":swift:rclone/dir");
    await rclone("purge", ":swift:rclone");
  }, 300_000);
});

interface Keys {
  access: string;
  secret: string;
}

let keys: Keys | null = null;
async function keyPair(): Promise<Keys> {
  await start();
  keys ??= JSON.parse(await stack.demo("openstack", "ec2", "credentials", "create", "-f", "json")) as Keys;
  return keys;
}

describeWith("rclone over the S3 API", [program("rclone"), program("openstack")], () => {
  beforeAll(keyPair, 180_000);

  test("a folder, and a file in parts", async () => {
    const { access, secret } = keys!;
    const rclone = (...args: string[]) =>
      stack.demo(
        ...["rclone", "--config", "/dev/null", "--s3-provider", "Other", "--s3-access-key-id", access],
        ...["--s3-secret-access-key", secret, "--s3-endpoint", `http://${HOST}:8080`],
        ...["--s3-chunk-size", "5M", "--s3-upload-cutoff", "6M", ...args],
      );
    const root = join(scratch, "rclone-s3");
    tree(
      root,
      NAMES.filter((name) => !name.includes("//")),
    );
    writeFileSync(join(root, "large"), randomBytes(12_000_000));
    await rclone("mkdir", ":s3:rclone-s3");
    await rclone("copy", root, ":s3:rclone-s3/dir");
    await rclone("check", root, ":s3:rclone-s3/dir");
    await rclone("copy", ":s3:rclone-s3/dir", ":s3:rclone-s3/copy");
    await rclone("check", root, ":s3:rclone-s3/copy");
    await rclone("copy", ":s3:rclone-s3/copy", join(scratch, "rclone-s3.back"));
    expect(md5(join(scratch, "rclone-s3.back/large"))).toBe(md5(join(root, "large")));
    await rclone("purge", ":s3:rclone-s3");
  }, 300_000);
});

describeWith("s3cmd", [program("s3cmd"), program("openstack")], () => {
  beforeAll(keyPair, 180_000);

  for (const version of ["2", "4"]) {
    test(`buckets, objects, copies, parts and ACLs with signature version ${version}`, async () => {
      const { access, secret } = keys!;
      const config = join(scratch, `s3cfg${version}`);
      writeFileSync(
        config,
        [
          "[default]",
          `access_key = ${access}`,
          `secret_key = ${secret}`,
          `host_base = ${HOST}:8080`,
          `host_bucket = ${HOST}:8080`,
          "use_https = False",
          "bucket_location = us-east-1",
          `signature_v2 = ${version === "2" ? "True" : "False"}`,
        ].join("\n"),
      );
      const s3cmd = (...args: string[]) => stack.demo("s3cmd", "-c", config, "--no-progress", ...args);
      const bucket = `s3://s3cmd-v${version}`;
      const small = join(scratch, "s3 small ü");
      const large = join(scratch, "s3large");
      writeFileSync(small, "small data");
      writeFileSync(large, randomBytes(7_000_000));
      await s3cmd("mb", bucket);
      expect(await s3cmd("ls")).toContain(bucket);
      await s3cmd("put", "--add-header=x-amz-meta-colour:red", small, `${bucket}/dir/small ü`);
      await s3cmd("put", "--multipart-chunk-size-mb=5", large, `${bucket}/large`);
      expect(await s3cmd("ls", "-r", bucket)).toContain(`${bucket}/dir/small ü`);
      const info = await s3cmd("info", `${bucket}/dir/small ü`);
      expect(info).toContain("x-amz-meta-colour: red");
      await s3cmd("cp", `${bucket}/dir/small ü`, `${bucket}/copy`);
      const back = join(scratch, `s3back${version}`);
      await s3cmd("get", `${bucket}/copy`, back);
      expect(readFileSync(back, "utf8")).toBe("small data");
      await s3cmd("get", "--force", `${bucket}/large`, back);
      expect(md5(back)).toBe(md5(large));
      await s3cmd("setacl", "--acl-public", bucket);
      expect(await s3cmd("info", bucket)).toContain("*anon*: READ");
      const signed = (await s3cmd("signurl", `${bucket}/copy`, "+60")).trim();
      expect(await (await fetch(signed)).text()).toBe("small data");
      await s3cmd("del", "-r", "--force", bucket);
      await s3cmd("rb", bucket);
    }, 300_000);
  }
});

describeWith("aws s3", [program("aws"), program("openstack")], () => {
  beforeAll(keyPair, 180_000);

  test("copy, list, synchronise, move, remove", async () => {
    const { access, secret } = keys!;
    const env = {
      ...stack.demoEnv,
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_DEFAULT_REGION: "us-east-1",
    };
    const aws = async (...args: string[]) => {
      const command = ["aws", "--endpoint-url", `http://${HOST}:8080`, "s3", ...args];
      const outcome = await run(command, { env });
      expect([command.join(" "), outcome.status, outcome.stderr]).toEqual([command.join(" "), 0, ""]);
      return outcome.stdout;
    };
    const root = join(scratch, "aws");
    tree(root, ["a b", "sub/é", "+"]);
    writeFileSync(join(root, "large"), randomBytes(17_000_000));
    await aws("mb", "s3://aws-test");
    await aws("cp", "--only-show-errors", "--recursive", root, "s3://aws-test/x/");
    expect(await aws("ls", "--recursive", "s3://aws-test/")).toContain("x/sub/é");
    await aws("sync", "--only-show-errors", "s3://aws-test/x", `${root}.back`);
    expect(md5(join(`${root}.back`, "large"))).toBe(md5(join(root, "large")));
    expect(readdirSync(`${root}.back`).sort()).toEqual(["+", "a b", "large", "sub"]);
    await aws("mv", "--only-show-errors", "s3://aws-test/x/large", "s3://aws-test/y");
    await aws("rb", "--force", "s3://aws-test");
  }, 180_000);
});

const BOTO: Requirement = {
  met: Bun.spawnSync(["/usr/bin/python3", "-c", "import boto3"]).exitCode === 0,
  reason: "needs python3-boto3",
};

describeWith("boto3", [BOTO, program("openstack")], () => {
  beforeAll(keyPair, 180_000);

  test("versions, deleting many, parts that are too small, a bad signature", async () => {
    const { access, secret } = keys!;
    const script = `
import boto3, sys
from botocore.config import Config
from botocore.exceptions import ClientError
def client(version, secret=${JSON.stringify(secret)}):
    return boto3.client("s3", endpoint_url="http://${HOST}:8080", aws_access_key_id=${JSON.stringify(access)},
        aws_secret_access_key=secret, region_name="us-east-1",
        config=Config(signature_version=version, s3={"addressing_style": "path"}, retries={"max_attempts": 0}))
def refused(call, **args):
    try: call(**args)
    except ClientError as e: return e.response["Error"]["Code"]
for version in ("s3v4",):
    s, b = client(version), "boto-" + version
    s.create_bucket(Bucket=b)
    print(refused(s.create_bucket, Bucket=b), refused(s.get_object, Bucket=b, Key="no"))
    s.put_bucket_versioning(Bucket=b, VersioningConfiguration={"Status": "Enabled"})
    one = s.put_object(Bucket=b, Key="k", Body=b"one", Metadata={"a_b": "c"})["VersionId"]
    s.put_object(Bucket=b, Key="k", Body=b"two")
    marker = s.delete_object(Bucket=b, Key="k")
    print(marker["DeleteMarker"], refused(s.get_object, Bucket=b, Key="k"))
    old = s.get_object(Bucket=b, Key="k", VersionId=one)
    print(old["Body"].read(), old["Metadata"])
    s.delete_object(Bucket=b, Key="k", VersionId=marker["VersionId"])
    print(s.get_object(Bucket=b, Key="k")["Body"].read())
    up = s.create_multipart_upload(Bucket=b, Key="m")["UploadId"]
    parts = [{"PartNumber": n, "ETag": s.upload_part(Bucket=b, Key="m", UploadId=up, PartNumber=n, Body=b"x")["ETag"]} for n in (1, 2)]
    print(refused(s.complete_multipart_upload, Bucket=b, Key="m", UploadId=up, MultipartUpload={"Parts": parts}))
    s.abort_multipart_upload(Bucket=b, Key="m", UploadId=up)
    all = s.list_object_versions(Bucket=b)
    gone = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in all["Versions"] + all.get("DeleteMarkers", [])]
    print(s.delete_objects(Bucket=b, Delete={"Objects": gone}).get("Errors"))
    s.delete_bucket(Bucket=b)
    print(refused(client(version, "wrong").list_buckets))
`;
    const { stdout, stderr } = await run(["/usr/bin/python3", "-c", script], { env: stack.demoEnv });
    const each = [
      "BucketAlreadyOwnedByYou NoSuchKey",
      "True NoSuchKey",
      "b'one' {'a_b': 'c'}",
      "b'two'",
      "EntityTooSmall",
      "None",
      "SignatureDoesNotMatch",
    ];
    expect([stderr, stdout.trim().split("\n")]).toEqual(["", each]);
  }, 300_000);
});
