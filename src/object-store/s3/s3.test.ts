import { expect, test } from "bun:test";
import { createHash, createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import { FakeClock } from "../../core/clock.ts";
import type { TestCloud } from "../../testing/cloud.ts";
import { addUser, objectCloud, type Swift, swiftAs } from "../testing.ts";
import { amzDate, code, element, hmac, type S3Ask, sign, signedAs, signingKey } from "./testing.ts";
import { parseXml, XmlSyntaxError } from "./xml.ts";

const EMPTY = createHash("sha256").digest("hex");
const HOST = "127.0.0.1";

interface S3 {
  access: string;
  secret: string;
  clock: FakeClock;
  swift: Swift;
  /** Signed in the header, version 4. */
  ask: S3Ask;
}

async function s3As(cloud: TestCloud, clock: FakeClock, user = "demo"): Promise<S3> {
  const key = await cloud.as("key", user, user === "demo" ? "demo" : undefined);
  const swift = { ...(await swiftAs(cloud, user)), token: null };
  const admin = await cloud.as("key");
  const users = (await admin.get(`/v3/users?name=${user}`)).body.users;
  const made = await key.post(`/v3/users/${users[0].id}/credentials/OS-EC2`, {
    tenant_id: swift.account.slice("AUTH_".length),
  });
  const { access, secret } = made.body.credential;
  const nobody = await swiftAs(cloud, null);
  return {
    access,
    secret,
    clock,
    swift,
    ask: signedAs(nobody, access, secret, clock),
  };
}

async function made(): Promise<{ cloud: TestCloud; s3: S3; clock: FakeClock }> {
  const clock = new FakeClock();
  const cloud = await objectCloud({ clock });
  return { cloud, clock, s3: await s3As(cloud, clock) };
}

test("buckets and objects are Swift's containers and objects", async () => {
  const { cloud, s3 } = await made();
  await using _ = cloud;
  const swift = await swiftAs(cloud);
  expect((await s3.ask("PUT", "/pictures")).status).toBe(200);
  expect(await swift.names("")).toEqual(["pictures"]);
  const put = await s3.ask("PUT", "/pictures/a%20b", {
    body: "data",
    headers: { "x-amz-meta-taken_in": "Cologne", "content-type": "text/x" },
  });
  expect([put.status, put.headers.get("etag")]).toEqual([200, '"8d777f385d3dfec8815d20f7496026dc"']);
  const seen = await swift.ask("GET", "pictures/a%20b");
  expect([seen.text, seen.headers.get("content-type"), seen.headers.get("x-object-meta-taken%5fin")]).toEqual(
    ["data", "text/x", "Cologne"],
  );
  const got = await s3.ask("GET", "/pictures/a%20b", { headers: { range: "bytes=1-2" } });
  expect([got.status, got.text, got.headers.get("content-range")]).toEqual([206, "at", "bytes 1-2/4"]);
  const head = await s3.ask("HEAD", "/pictures/a%20b", { headers: { range: "bytes=0-0" } });
  expect([head.status, head.headers.get("content-length")]).toEqual([206, "1"]);
  const listed = await s3.ask("GET", "/pictures");
  expect([element(listed, "Key"), element(listed, "Size"), element(listed, "ID")]).toEqual([
    "a b",
    "4",
    "demo:demo",
  ]);
  expect(element(await s3.ask("GET", "/"), "Name")).toBe("pictures");
  expect(code(await s3.ask("DELETE", "/pictures"))).toBe("BucketNotEmpty");
  expect((await s3.ask("DELETE", "/pictures/a%20b")).status).toBe(204);
  expect((await s3.ask("DELETE", "/pictures")).status).toBe(204);
  expect((await swift.raw("GET", "/info")).json.s3api).toMatchObject({
    max_bucket_listing: 1000,
    s3_acl: false,
  });
});

test("refusals are Amazon's", async () => {
  const { cloud, s3, clock } = await made();
  await using _ = cloud;
  await s3.ask("PUT", "/bucket");
  for (const [method, target, expected, headers, body] of [
    ["PUT", "/bucket", "BucketAlreadyOwnedByYou", {}],
    ["PUT", "/Bad_Name", "InvalidBucketName", {}],
    ["PUT", "/192.168.0.1", "InvalidBucketName", {}],
    ["GET", "/missing", "NoSuchBucket", {}],
    ["GET", "/bucket/no", "NoSuchKey", {}],
    ["GET", "/missing/no", "NoSuchBucket", {}],
    ["PUT", "/missing/no", "NoSuchBucket", {}, "x"],
    ["GET", "/bucket?max-keys=-1", "InvalidArgument", {}],
    ["GET", "/bucket?encoding-type=x", "InvalidArgument", {}],
    ["GET", "/bucket?policy", "NotImplemented", {}],
    ["PATCH", "/bucket", "MethodNotAllowed", {}],
    ["PUT", "/bucket/o", "InvalidDigest", { "content-md5": "x" }, "x"],
    ["PUT", "/bucket/o", "BadDigest", { "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" }, "x"],
    ["PUT", "/bucket/o", "NotImplemented", { "if-none-match": "*" }, "x"],
    ["PUT", "/bucket/o", "InvalidStorageClass", { "x-amz-storage-class": "COLD" }, "x"],
    ["PUT", `/bucket/${"k".repeat(1025)}`, "KeyTooLongError", {}, "x"],
    ["PUT", "/bucket?versioning", "MalformedXML", {}, "<VersioningConfiguration"],
    ["POST", "/bucket?delete", "MalformedXML", { "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" }, ""],
    ["PUT", "/bucket/o?partNumber=1&uploadId=none", "NoSuchUpload", {}, "x"],
    ["PUT", "/bucket/o?partNumber=0&uploadId=none", "InvalidArgument", {}, "x"],
  ] as const) {
    const got = await s3.ask(method, target, { headers, ...(body === undefined ? {} : { body }) });
    const wanted = target === "/bucket?delete" ? "MissingRequestBodyError" : expected;
    expect([method, target, code(got)]).toEqual([method, target, wanted]);
  }
  const wrong = await s3As(cloud, clock);
  expect(code(await { ...wrong }.ask("GET", "/bucket", { payload: EMPTY.replace(/^./, "0") }))).toBe("200");
  const stranger = await swiftAs(cloud, null);
  const authorization = "AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/s3/aws4_request";
  const refused = await stranger.raw("GET", "/bucket", {
    headers: { authorization, "x-amz-date": amzDate(clock) },
  });
  expect(refused.status).toBe(403);
  await clock.advance(1000);
  const late = new FakeClock();
  late.advance(-3_600_000);
  expect(code(await (await s3As(cloud, late)).ask("GET", "/bucket"))).toBe("RequestTimeTooSkewed");
});

test("a signature that is not the secret's, and a bucket of somebody else", async () => {
  const { cloud, s3, clock } = await made();
  await using _ = cloud;
  await s3.ask("PUT", "/mine");
  await addUser(cloud, { name: "eve", project: "evil", role: "member" });
  const admin = await s3As(cloud, clock, "admin");
  expect(code(await admin.ask("GET", "/mine"))).toBe("NoSuchBucket");
  const forged = { ...s3, secret: "forged" };
  const nobody = await swiftAs(cloud, null);
  const v2 = (secret: string) => {
    const date = new Date(clock.now()).toUTCString();
    const signature = createHmac("sha1", secret).update(`GET\n\n\n${date}\n/mine`).digest("base64");
    return nobody.raw("GET", "/mine", { headers: { date, authorization: `AWS ${s3.access}:${signature}` } });
  };
  expect(code(await v2(forged.secret))).toBe("SignatureDoesNotMatch");
  expect((await v2(s3.secret)).status).toBe(200);
});

test("presigned addresses of both versions, until they expire", async () => {
  const { cloud, s3, clock } = await made();
  await using _ = cloud;
  const nobody = await swiftAs(cloud, null);
  await s3.ask("PUT", "/bucket");
  await s3.ask("PUT", "/bucket/o", { body: "signed" });
  const scope = `${amzDate(clock).slice(0, 8)}/us-east-1/s3/aws4_request`;
  const query = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${encodeURIComponent(`${s3.access}/${scope}`)}`,
    `X-Amz-Date=${amzDate(clock)}`,
    "X-Amz-Expires=60",
    "X-Amz-SignedHeaders=host",
    "response-content-type=text%2Fz",
  ].join("&");
  const { signature } = sign(s3.secret, clock, [
    "GET",
    "/bucket/o",
    query,
    `host:${HOST}`,
    "",
    "host",
    "UNSIGNED-PAYLOAD",
  ]);
  const four = () =>
    nobody.raw("GET", `/bucket/o?${query}&X-Amz-Signature=${signature}`, { headers: { host: HOST } });
  const got = await four();
  expect([got.status, got.text, got.headers.get("content-type")]).toEqual([200, "signed", "text/z"]);
  const expires = Math.floor(clock.now() / 1000) + 60;
  const old = createHmac("sha1", s3.secret).update(`GET\n\n\n${expires}\n/bucket/o`).digest("base64");
  const two = () =>
    nobody.raw(
      "GET",
      `/bucket/o?AWSAccessKeyId=${s3.access}&Expires=${expires}&Signature=${encodeURIComponent(old)}`,
    );
  expect((await two()).text).toBe("signed");
  await clock.advance(62_000);
  for (const late of [await four(), await two()])
    expect([code(late), element(late, "Message")]).toEqual(["AccessDenied", "Request has expired"]);
});

test("a body in signed chunks, each of which must fit, and with trailing check sums", async () => {
  const { cloud, s3, clock } = await made();
  await using _ = cloud;
  const swift = await swiftAs(cloud);
  await s3.ask("PUT", "/bucket");
  const parts = ["first chunk ", "second"];
  const data = parts.join("");
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(data));
  const announce = (payload: string) => ({
    payload,
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": String(data.length),
      ...(payload.endsWith("TRAILER") ? { "x-amz-trailer": "x-amz-checksum-crc32" } : {}),
    },
  });
  /** The seed of the chunks is the signature of the request, which covers no part of the body. */
  const chunked = async (payload: string, spoil: (body: string) => string) => {
    const { headers } = announce(payload);
    const all: Record<string, string> = {
      ...headers,
      host: HOST,
      "x-amz-date": amzDate(clock),
      "x-amz-content-sha256": payload,
    };
    const names = Object.keys(all).sort();
    const { signature, scope } = sign(s3.secret, clock, [
      ...["PUT", "/bucket/o", ""],
      ...names.map((name) => `${name}:${all[name]}`),
      ...["", names.join(";"), payload],
    ]);
    let previous = signature;
    const seal = (algorithm: string, hashes: string[]) => {
      const text = [algorithm, amzDate(clock), scope, previous, ...hashes].join("\n");
      previous = hmac(signingKey(s3.secret, scope), text).toString("hex");
      return previous;
    };
    const sha = (text: string) => createHash("sha256").update(text).digest("hex");
    const signed = payload.startsWith("STREAMING-AWS4");
    let body = "";
    for (const part of [...parts, ""]) {
      const extension = signed
        ? `;chunk-signature=${seal("AWS4-HMAC-SHA256-PAYLOAD", [EMPTY, sha(part)])}`
        : "";
      body += `${part.length.toString(16)}${extension}\r\n${part}${part === "" ? "" : "\r\n"}`;
    }
    if (payload.endsWith("TRAILER")) {
      const trailer = `x-amz-checksum-crc32:${crc.toString("base64")}`;
      body += `${trailer}\r\n`;
      if (signed)
        body += `x-amz-trailer-signature:${seal("AWS4-HMAC-SHA256-TRAILER", [sha(`${trailer}\n`)])}\r\n`;
    }
    body += "\r\n";
    return s3.ask("PUT", "/bucket/o", { headers, payload, body: spoil(body) });
  };
  for (const payload of [
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
  ]) {
    const put = await chunked(payload, (body) => body);
    expect([payload, code(put)]).toEqual([payload, "200"]);
    const stored = await swift.ask("GET", "bucket/o");
    expect([stored.text, stored.headers.get("content-encoding")]).toEqual([data, null]);
    await swift.ask("DELETE", "bucket/o");
    const spoilt = await chunked(payload, (body) => body.replace("second", "Second"));
    const expected = payload.startsWith("STREAMING-AWS4") ? "SignatureDoesNotMatch" : "BadDigest";
    expect([payload, code(spoilt)]).toEqual([payload, expected]);
    expect(code(await chunked(payload, (body) => body.slice(0, 15)))).toMatch(
      /RequestTimeout|IncompleteBody/,
    );
    expect((await swift.ask("GET", "bucket/o")).status).toBe(404);
  }
  const whole = await s3.ask("PUT", "/bucket/o", { body: data, payload: EMPTY });
  expect(code(whole)).toBe("BadDigest");
});

test("an upload in parts, copied, listed, completed twice, and given up", async () => {
  const { cloud, s3 } = await made();
  await using _ = cloud;
  await s3.ask("PUT", "/bucket");
  const begin = async () =>
    element(
      await s3.ask("POST", "/bucket/big?uploads", {
        headers: { "x-amz-meta-a": "b", "content-type": "a/b" },
      }),
      "UploadId",
    )!;
  const id = await begin();
  const large = new Uint8Array(5_242_880);
  const etags: string[] = [];
  for (const [i, body] of [large, "tail"].entries()) {
    const put = await s3.ask("PUT", `/bucket/big?partNumber=${i + 1}&uploadId=${id}`, { body });
    etags.push(put.headers.get("etag")!);
  }
  const parts = await s3.ask("GET", `/bucket/big?uploadId=${id}`);
  expect([...parts.text.matchAll(/<Size>(\d+)</g)].map(([, size]) => size)).toEqual(["5242880", "4"]);
  expect(element(await s3.ask("GET", "/bucket?uploads"), "UploadId")).toBe(id);
  const order = (numbers: number[]) =>
    `<CompleteMultipartUpload>${numbers.map((n) => `<Part><PartNumber>${n}</PartNumber><ETag>${etags[n - 1]}</ETag></Part>`).join("")}</CompleteMultipartUpload>`;
  const complete = (numbers: number[]) =>
    s3.ask("POST", `/bucket/big?uploadId=${id}`, { body: order(numbers) });
  expect(code(await complete([2, 1]))).toBe("InvalidPartOrder");
  const done = await complete([1, 2]);
  expect(element(done, "ETag")).toMatch(/^"[0-9a-f]{32}-2"$/);
  expect((await complete([1, 2])).text).toBe(done.text);
  const head = await s3.ask("HEAD", "/bucket/big");
  expect([
    head.headers.get("content-length"),
    head.headers.get("content-type"),
    head.headers.get("x-amz-meta-a"),
  ]).toEqual(["5242884", "a/b", "b"]);
  expect(head.headers.get("etag")).toBe(element(done, "ETag")!);
  const matching = await s3.ask("GET", "/bucket/big", {
    headers: { "if-match": head.headers.get("etag")!, range: "bytes=-4" },
  });
  expect([matching.status, matching.text]).toEqual([206, "tail"]);
  expect(element(await s3.ask("GET", "/bucket?prefix=big"), "ETag")).toBe(head.headers.get("etag")!);
  const second = await begin();
  await s3.ask("PUT", `/bucket/big?partNumber=1&uploadId=${second}`, { body: "x" });
  expect((await s3.ask("DELETE", `/bucket/big?uploadId=${second}`)).status).toBe(204);
  expect((await s3.ask("DELETE", "/bucket/big")).status).toBe(204);
  const swift = await swiftAs(cloud);
  expect(await swift.names("bucket+segments")).toEqual([]);
  expect((await s3.ask("DELETE", "/bucket")).status).toBe(204);
  expect(await swift.names("")).toEqual([]);
});

test("ACLs of buckets are Swift's", async () => {
  const { cloud, s3 } = await made();
  await using _ = cloud;
  const swift = await swiftAs(cloud);
  const nobody = await swiftAs(cloud, null);
  await s3.ask("PUT", "/bucket", { headers: { "x-amz-acl": "public-read" } });
  await s3.ask("PUT", "/bucket/o", { body: "open" });
  expect((await nobody.ask("GET", "bucket/o")).text).toBe("open");
  expect((await swift.ask("HEAD", "bucket")).headers.get("x-container-read")).toBe(".r:*,.rlistings");
  const acl = await s3.ask("GET", "/bucket?acl");
  expect([...acl.text.matchAll(/<Permission>(\w+)</g)].map(([, permission]) => permission)).toEqual([
    "FULL_CONTROL",
    "READ",
  ]);
  expect((await s3.ask("PUT", "/bucket?acl", { headers: { "x-amz-acl": "private" } })).status).toBe(200);
  expect((await nobody.ask("GET", "bucket/o")).status).toBe(401);
  expect((await s3.ask("PUT", "/bucket?acl", { body: acl.text })).status).toBe(200);
  expect((await nobody.ask("GET", "bucket/o")).status).toBe(200);
  expect(code(await s3.ask("PUT", "/bucket?acl", { body: "<x/>" }))).toBe("MalformedACLError");
  expect(code(await s3.ask("PUT", "/bucket?acl"))).toBe("MissingSecurityHeader");
  expect(code(await s3.ask("PUT", "/bucket/o?acl", { body: acl.text }))).toBe("NotImplemented");
});

test("users of tempauth have their keys too", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({
    clock,
    rc: [
      "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]",
      "[filter:tempauth]",
      "user_test_tester = testing .admin",
      "[pipeline:main]",
      "pipeline = catch_errors listing_formats s3api tempauth slo proxy-server",
    ].join("\n"),
  });
  const nobody = await swiftAs(cloud, null);
  const ask = (method: string, path: string, key: string) => {
    const date = new Date(clock.now()).toUTCString();
    const signature = createHmac("sha1", key).update(`${method}\n\n\n${date}\n${path}`).digest("base64");
    return nobody.raw(method, path, { headers: { date, authorization: `AWS test:tester:${signature}` } });
  };
  expect((await ask("PUT", "/bucket", "testing")).status).toBe(200);
  expect(element(await ask("GET", "/", "testing"), "ID")).toBe("test:tester");
  expect(code(await ask("GET", "/", "wrong"))).toBe("SignatureDoesNotMatch");
});

test("nothing a client sends is the server's error", async () => {
  const { cloud, s3 } = await made();
  await using _ = cloud;
  await s3.ask("PUT", "/bucket");
  await s3.ask("PUT", "/bucket/o", { body: "data" });
  const queries = [
    ...[
      "",
      "?acl",
      "?delete",
      "?location",
      "?logging",
      "?uploads",
      "?versioning",
      "?versions",
      "?tagging",
      "?torrent",
    ],
    ...[
      "?uploadId=",
      "?uploadId=x%00y",
      "?partNumber=x&uploadId=%FF",
      "?partNumber=1",
      "?versionId=%FF",
      "?versionId=1.5",
    ],
    ...[
      "?list-type=2&continuation-token=%FF%FE",
      "?list-type=x",
      "?max-keys=1e9",
      "?max-parts=-1&uploadId=x",
      "?marker=%00",
    ],
    ...[
      "?versions&key-marker=a&version-id-marker=null",
      "?versions&version-id-marker=x",
      "?prefix=%FF&delimiter=%FF",
    ],
  ];
  const headers: Record<string, string>[] = [
    {},
    { "x-amz-copy-source": "bucket/o?versionId=%FF" },
    { "x-amz-copy-source": "/bucket/o", "x-amz-copy-source-range": "bytes=5-1" },
    { "x-amz-copy-source": "%00/%FF" },
    { range: "bytes=9-1", "if-match": '"', "content-type": "\u00ff" },
    { "x-amz-acl": "nonsense", "content-length": "x", "x-amz-date": "never" },
    { "x-amz-decoded-content-length": "-1", "content-encoding": "aws-chunked" },
  ];
  for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE"]) {
    for (const path of [
      "/",
      "/bucket",
      "/bucket/o",
      "/bucket/%FF",
      "/bucket/a%00b",
      "/%F0%9F%98%80",
      "/bucket//../x",
    ]) {
      for (const query of queries) {
        for (const extra of headers) {
          const body = method === "PUT" || method === "POST" ? "<a>&#0;</a>" : undefined;
          const { status } = await s3.ask(method, path + query, {
            headers: extra,
            ...(body ? { body } : {}),
          });
          if (status >= 500 && status !== 501)
            throw new Error(`${method} ${path}${query} ${JSON.stringify(extra)}: ${status}`);
        }
      }
    }
  }
}, 60_000);

test("documents are read strictly and whole", () => {
  const root = parseXml(
    `<?xml version="1.0"?><!-- x --><a:Delete xmlns:a="y"><Object><Key>&lt;&#65;&amp;<![CDATA[<raw>]]></Key></Object><Quiet/></a:Delete>`,
  );
  expect(root.name).toBe("Delete");
  expect(root.children.map(({ name }) => name)).toEqual(["Object", "Quiet"]);
  expect(root.children[0]!.children[0]!.text).toBe("<A&<raw>");
  for (const bad of [
    "",
    "text",
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<a>&nbsp;</a>",
    "<a>&#xD800;</a>",
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "<a".repeat(100),
    "<a>".repeat(100),
  ])
    expect(() => parseXml(bad)).toThrow(XmlSyntaxError);
});
