import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import type { TestCloud } from "../../testing/cloud.ts";
import { addUser, objectCloud, swiftAs } from "../testing.ts";
import { code, element, type S3Ask, signedAs } from "./testing.ts";

const RC = [
  "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]",
  "[filter:s3api]",
  "s3_acl = true",
  "check_bucket_owner = true",
  "min_segment_size = 1",
];
const TEMPAUTH = [
  "[filter:tempauth]",
  "user_test_owner = one .admin",
  "user_test_other = two .admin",
  "user_test_guest = three",
  "[pipeline:main]",
  "pipeline = catch_errors gatekeeper listing_formats s3api tempauth copy slo versioned_writes symlink proxy-server",
];

interface Users {
  owner: S3Ask;
  /** Another owner of the same account. */
  other: S3Ask;
  /** Has nothing but a signature. */
  guest: S3Ask;
  /** Without one. */
  nobody(method: string, path: string): Promise<number>;
}

async function acls(rc: string[] = []): Promise<{ cloud: TestCloud; users: Users }> {
  const clock = new FakeClock();
  const cloud = await objectCloud({ clock, rc: [...RC, ...rc, ...TEMPAUTH].join("\n") });
  const nobody = await swiftAs(cloud, null);
  const as = (name: string, key: string) => signedAs(nobody, `test:${name}`, key, clock);
  return {
    cloud,
    users: {
      owner: as("owner", "one"),
      other: as("other", "two"),
      guest: as("guest", "three"),
      nobody: async (method, path) => (await nobody.raw(method, `/v1/AUTH_test/${path}`)).status,
    },
  };
}

const grants = (text: string) =>
  [...text.matchAll(/<Grant>.*?<(?:ID|URI)>([^<]*)<.*?<Permission>(\w+)<.*?<\/Grant>/g)].map(
    ([, grantee, permission]) => `${grantee!.split("/").at(-1)} ${permission}`,
  );

test("s3_acl: what nothing was said of is its owner's alone", async () => {
  const { cloud, users } = await acls();
  await using _ = cloud;
  const { owner, other, guest, nobody } = users;
  expect((await owner("PUT", "/bucket")).status).toBe(200);
  expect((await owner("PUT", "/bucket/o", { body: "data" })).status).toBe(200);
  const acl = await owner("GET", "/bucket?acl");
  expect([element(acl, "ID"), grants(acl.text)]).toEqual(["test:owner", ["test:owner FULL_CONTROL"]]);
  for (const [method, path] of [
    ["GET", "/bucket"],
    ["HEAD", "/bucket"],
    ["GET", "/bucket/o"],
    ["PUT", "/bucket/p"],
    ["DELETE", "/bucket/o"],
    ["DELETE", "/bucket"],
    ["GET", "/bucket?acl"],
    ["GET", "/bucket/o?acl"],
    ["GET", "/bucket?location"],
    ["GET", "/bucket?uploads"],
    ["POST", "/bucket/m?uploads"],
  ] as const) {
    expect([method, path, (await other(method, path)).status]).toEqual([method, path, 403]);
  }
  expect(code(await other("PUT", "/bucket"))).toBe("BucketAlreadyExists");
  expect(code(await owner("PUT", "/bucket"))).toBe("BucketAlreadyOwnedByYou");
  // Who may not make buckets is not told which there are.
  expect(code(await guest("PUT", "/bucket"))).toBe("AccessDenied");
  expect(element(await other("GET", "/"), "Name")).toBeUndefined();
  expect(element(await owner("GET", "/"), "Name")).toBe("bucket");
  expect(await nobody("GET", "bucket/o")).toBe(401);
  expect((await owner("GET", "/bucket/o")).text).toBe("data");
});

test("s3_acl: canned ACLs, by header, of buckets and objects", async () => {
  const { cloud, users } = await acls();
  await using _ = cloud;
  const { owner, other, guest } = users;
  const canned = (name: string) => ({ headers: { "x-amz-acl": name } });
  await owner("PUT", "/bucket", canned("public-read-write"));
  expect((await guest("PUT", "/bucket/theirs", { body: "x", ...canned("bucket-owner-read") })).status).toBe(
    200,
  );
  expect(grants((await guest("GET", "/bucket/theirs?acl")).text)).toEqual([
    "test:owner READ",
    "test:guest FULL_CONTROL",
  ]);
  expect((await owner("GET", "/bucket/theirs")).text).toBe("x");
  expect((await other("GET", "/bucket/theirs")).status).toBe(403);
  expect((await owner("GET", "/bucket/theirs?acl")).status).toBe(403);
  for (const [name, expected] of [
    ["private", ["test:guest FULL_CONTROL"]],
    ["public-read", ["AllUsers READ", "test:guest FULL_CONTROL"]],
    ["public-read-write", ["AllUsers READ", "AllUsers WRITE", "test:guest FULL_CONTROL"]],
    ["authenticated-read", ["AuthenticatedUsers READ", "test:guest FULL_CONTROL"]],
    ["bucket-owner-full-control", ["test:guest FULL_CONTROL", "test:owner FULL_CONTROL"]],
    ["log-delivery-write", ["LogDelivery WRITE", "LogDelivery READ_ACP", "test:guest FULL_CONTROL"]],
  ] as const) {
    expect((await guest("PUT", "/bucket/theirs?acl", canned(name))).status).toBe(200);
    expect([name, grants((await guest("GET", "/bucket/theirs?acl")).text)]).toEqual([name, [...expected]]);
  }
  expect((await guest("GET", "/bucket/theirs")).text).toBe("x");
  expect((await owner("PUT", "/bucket?acl", canned("public-read"))).status).toBe(200);
  expect((await guest("GET", "/bucket")).status).toBe(200);
  expect((await guest("PUT", "/bucket/more", { body: "x" })).status).toBe(403);
  expect(code(await owner("PUT", "/bucket?acl", canned("everybody")))).toBe("InvalidArgument");
});

test("s3_acl: grants by header and by document; the owner stays", async () => {
  const { cloud, users } = await acls();
  await using _ = cloud;
  const { owner, other, guest } = users;
  await owner("PUT", "/bucket");
  await owner("PUT", "/bucket/o", {
    body: "data",
    headers: { "content-type": "text/x", "x-amz-meta-colour": "red", "x-amz-grant-read": 'id="test:guest"' },
  });
  expect((await guest("GET", "/bucket/o")).text).toBe("data");
  expect((await guest("GET", "/bucket/o?acl")).status).toBe(403);
  const all = "http://acs.amazonaws.com/groups/global/AllUsers";
  const given = { "x-amz-grant-read-acp": `uri="${all}"`, "x-amz-grant-write-acp": 'id="test:other"' };
  expect((await owner("PUT", "/bucket/o?acl", { headers: given })).status).toBe(200);
  const now = await guest("GET", "/bucket/o?acl");
  expect(grants(now.text)).toEqual(["AllUsers READ_ACP", "test:other WRITE_ACP"]);
  const kept = await owner("GET", "/bucket/o");
  expect([kept.text, kept.headers.get("content-type"), kept.headers.get("x-amz-meta-colour")]).toEqual([
    "data",
    "text/x",
    "red",
  ]);
  // The document of one bucket, with another grantee, is put as it was given.
  const document = (await owner("GET", "/bucket?acl")).text;
  const shared = document.replace(
    "</AccessControlList>",
    `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>test:other</ID></Grantee><Permission>WRITE</Permission></Grant></AccessControlList>`,
  );
  expect((await owner("PUT", "/bucket?acl", { body: shared })).status).toBe(200);
  expect((await other("PUT", "/bucket/p", { body: "x" })).status).toBe(200);
  expect((await other("GET", "/bucket")).status).toBe(403);
  for (const [body, expected] of [
    [document.replaceAll("test:owner", "test:other"), "AccessDenied"],
    [document.replace("FULL_CONTROL", "EVERYTHING"), "MalformedACLError"],
    [document.replace("AccessControlPolicy", "Policy"), "MalformedACLError"],
    [shared.replace('"CanonicalUser"><ID>test:other<', '"AmazonCustomerByEmail"><ID>a@b<'), "NotImplemented"],
    [undefined, "MissingSecurityHeader"],
  ] as const) {
    const got = await owner("PUT", "/bucket?acl", body === undefined ? {} : { body });
    expect([body, code(got)]).toEqual([body, expected]);
  }
  const both = await owner("PUT", "/bucket?acl", { body: document, headers: { "x-amz-acl": "private" } });
  expect(code(both)).toBe("UnexpectedContent");
  const mixed = { "x-amz-acl": "private", "x-amz-grant-read": 'id="x"' };
  expect(code(await owner("PUT", "/bucket?acl", { headers: mixed }))).toBe("InvalidRequest");
  for (const [grantee, expected] of [
    ["emailAddress=a@b", "NotImplemented"],
    ["uri=http://nowhere", "InvalidArgument"],
    ["name=x", "InvalidArgument"],
    ["x", "InvalidRequest"],
  ] as const) {
    const got = await owner("PUT", "/bucket?acl", { headers: { "x-amz-grant-read": grantee } });
    expect([grantee, code(got)]).toEqual([grantee, expected]);
  }
});

test("s3_acl: parts, copies, many deletes, versions ask for the right that Amazon's do", async () => {
  const { cloud, users } = await acls();
  await using _ = cloud;
  const { owner, guest } = users;
  await owner("PUT", "/bucket");
  await owner("PUT", "/bucket/secret", { body: "secret" });
  await owner("PUT", "/shared", { headers: { "x-amz-grant-write": 'id="test:guest"' } });
  const source = { "x-amz-copy-source": "/bucket/secret" };
  expect(code(await guest("PUT", "/shared/copy", { headers: source }))).toBe("AccessDenied");
  expect((await owner("PUT", "/shared/copy", { headers: source })).status).toBe(200);

  const begun = await guest("POST", "/shared/large?uploads", { headers: { "x-amz-acl": "public-read" } });
  const upload = element(begun, "UploadId")!;
  const part = `/shared/large?partNumber=1&uploadId=${upload}`;
  expect(code(await guest("PUT", part, { headers: source }))).toBe("AccessDenied");
  const etag = (await guest("PUT", part, { body: "part" })).headers.get("etag");
  const done = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
  expect(code(await guest("GET", `/shared/large?uploadId=${upload}`))).toBe("AccessDenied");
  expect((await owner("GET", `/shared/large?uploadId=${upload}`)).status).toBe(200);
  const completed = await guest("POST", `/shared/large?uploadId=${upload}`, { body: done });
  expect(completed.status).toBe(200);
  expect(grants((await guest("GET", "/shared/large?acl")).text)).toEqual([
    "AllUsers READ",
    "test:guest FULL_CONTROL",
  ]);
  const listedTag = async () =>
    /<Key>large<.*?<ETag>([^<]*)</.exec((await owner("GET", "/shared")).text)?.[1];
  const before = await listedTag();
  expect(before).toEndWith('-1"');
  expect((await guest("PUT", "/shared/large?acl", { headers: { "x-amz-acl": "private" } })).status).toBe(200);
  expect([(await guest("GET", "/shared/large")).text, await listedTag()]).toEqual(["part", before]);
  expect((await owner("GET", "/shared/large")).status).toBe(403);

  const doomed = (key: string) => `<Delete><Object><Key>${key}</Key></Object></Delete>`;
  const remove = (ask: S3Ask, path: string, key: string) =>
    ask("POST", `${path}?delete`, {
      body: doomed(key),
      headers: { "content-md5": new Bun.CryptoHasher("md5").update(doomed(key)).digest("base64") },
    });
  expect(element(await remove(guest, "/bucket", "secret"), "Code")).toBe("AccessDenied");
  expect(element(await remove(guest, "/shared", "large"), "Key")).toBe("large");
  const versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  expect(code(await guest("PUT", "/bucket?versioning", { body: versioning }))).toBe("AccessDenied");
  expect((await owner("PUT", "/bucket?versioning", { body: versioning })).status).toBe(200);
  expect((await owner("DELETE", "/shared/copy")).status).toBe(204);
  expect((await owner("DELETE", "/shared")).status).toBe(204);
});

test("s3_acl: what came through Swift has no owner: nobody's, or everybody's", async () => {
  for (const [option, status] of [
    ["allow_no_owner = false", 403],
    ["allow_no_owner = true", 200],
  ] as const) {
    const { cloud, users } = await acls([option]);
    await using _ = cloud;
    const nobody = await swiftAs(cloud, null);
    const login = await nobody.raw("GET", "/auth/v1.0", {
      headers: { "x-auth-user": "test:owner", "x-auth-key": "one" },
    });
    const headers = { "x-auth-token": login.headers.get("x-auth-token")! };
    await nobody.raw("PUT", "/v1/AUTH_test/plain", { headers });
    expect([option, (await users.guest("GET", "/plain")).status]).toEqual([option, status]);
  }
});

test("s3_acl: projects of the identity service are told apart by user", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({ clock, rc: RC.join("\n") });
  const nobody = await swiftAs(cloud, null);
  const admin = await cloud.as("key");
  await addUser(cloud, { name: "mate", project: "demo", role: "member" });
  const asUser = async (name: string) => {
    const key = await cloud.as("key", name, "demo");
    const { id } = (await admin.get(`/v3/users?name=${name}`)).body.users[0];
    const { account } = await swiftAs(cloud, "demo");
    const made = await key.post(`/v3/users/${id}/credentials/OS-EC2`, {
      tenant_id: account.slice("AUTH_".length),
    });
    const { access, secret } = made.body.credential;
    return signedAs(nobody, access, secret, clock);
  };
  const [demo, mate] = [await asUser("demo"), await asUser("mate")];
  expect((await demo("PUT", "/bucket")).status).toBe(200);
  expect((await mate("GET", "/bucket")).status).toBe(403);
  const given = { "x-amz-grant-read": 'id="demo:mate"' };
  expect((await demo("PUT", "/bucket?acl", { headers: given })).status).toBe(200);
  expect((await mate("GET", "/bucket")).status).toBe(200);
  expect((await (await swiftAs(cloud)).raw("GET", "/info")).json.s3api.s3_acl).toBe(true);
});
