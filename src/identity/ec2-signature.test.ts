// Signatures recorded from python-keystoneclient 5.0, contrib/ec2/utils.py, Ec2Signer.

import { expect, test } from "bun:test";
import { checkEc2Signature, checkS3Signature, ec2Signature, type SignedEc2Request } from "./ec2-signature.ts";

const BASE: SignedEc2Request = {
  access: "access",
  signature: "",
  verb: "GET",
  host: "10.0.0.1:8773",
  path: "/services/Cloud",
  params: {},
  headers: {},
  bodyHash: "",
};
const MOMENT = { Action: "DescribeInstances", Timestamp: "2013-02-27T17:39:31Z" };
const CREDENTIAL = "access/20130227/regionOne/ec2/aws4_request";

const RECORDED: [version: string, request: Partial<SignedEc2Request>, signature: string][] = [
  ["0", { params: { ...MOMENT, SignatureVersion: "0" } }, "AO67DLfjTaz0C4GAVlck09s9Y/A="],
  ["1", { params: { ...MOMENT, SignatureVersion: "1", b: "2", A: "1" } }, "LKkL3kv+vD+JgOHecUuWHqfKG/c="],
  [
    "2",
    {
      params: {
        ...MOMENT,
        SignatureVersion: "2",
        SignatureMethod: "HmacSHA256",
        "Filter.1.Name": "a b*~",
      },
    },
    "vCtKLjC3cxXRoZvYwesffP+rCxOKdjRpqrGYc44g068=",
  ],
  [
    "4 in a header",
    {
      verb: "POST",
      headers: {
        Host: "10.0.0.1:8773",
        "X-Amz-Date": "20130227T173931Z",
        "Content-Type": "application/x-www-form-urlencoded",
        Authorization: `AWS4-HMAC-SHA256 Credential=${CREDENTIAL},SignedHeaders=content-type;host;x-amz-date,Signature=x`,
      },
      bodyHash: "ab".repeat(32),
    },
    "12da80f75668643e16b66746ba94f86459f3077c5e41e3efad635ceb153db1f5",
  ],
  [
    "4 in the query",
    {
      params: {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": CREDENTIAL,
        "X-Amz-Date": "20130227T173931Z",
        "X-Amz-SignedHeaders": "host",
        Action: "DescribeInstances",
        Version: "2013-02-01",
      },
      headers: { Host: "10.0.0.1:8773" },
      bodyHash: "e3".repeat(32),
    },
    "9a5381f75b4b5f8cfa26e303de45da6eaecd61481dc3f45ea21492a9137e709b",
  ],
];

for (const [version, part, signature] of RECORDED) {
  test(`EC2 signature, version ${version}`, () => {
    const request = { ...BASE, ...part, signature };
    expect(ec2Signature(request, "secret")).toBe(signature);
    expect(() => checkEc2Signature(request, "secret")).not.toThrow();
    expect(() => checkEc2Signature(request, "other")).toThrow();
    expect(() => checkEc2Signature({ ...request, signature: "" }, "secret")).toThrow();
  });
}

test("a host signed without its port is taken", () => {
  const request = { ...BASE, host: "10.0.0.1", params: { ...MOMENT, SignatureVersion: "2" } };
  const signature = ec2Signature(request, "secret");
  expect(() => checkEc2Signature({ ...request, host: "10.0.0.1:8773", signature }, "secret")).not.toThrow();
});

test("an unknown form is refused", () => {
  const refused = (part: Partial<SignedEc2Request>) =>
    expect(() => checkEc2Signature({ ...BASE, signature: "x", ...part }, "secret")).toThrow();
  refused({});
  refused({ params: { SignatureVersion: "9" } });
  refused({ headers: { Authorization: "AWS4-HMAC-SHA256 nonsense" } });
  refused({
    headers: {
      Authorization: `AWS4-HMAC-SHA256 Credential=${CREDENTIAL},SignedHeaders=host,Signature=x`,
      "X-Amz-Date": "20990101T000000Z",
    },
  });
});

// The examples of Amazon's S3 documentation: "Signing and authenticating REST requests" (version 2) and "Signature
// calculations for the Authorization header" (version 4).
test("S3 signatures, versions 2 and 4", () => {
  const token2 = Buffer.from(
    "GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/awsexamplebucket1/photos/puppy.jpg",
  ).toString("base64url");
  const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  expect(() => checkS3Signature(token2, "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=", secret)).not.toThrow();
  expect(() => checkS3Signature(token2, "qgk2+6Sv9/oM7G3qLEjTH1a1l1h=", secret)).toThrow(
    "requires authentication",
  );
  const token4 = Buffer.from(
    "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
  ).toString("base64url");
  const secret4 = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  expect(() =>
    checkS3Signature(token4, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", secret4),
  ).not.toThrow();
  expect(() =>
    checkS3Signature(Buffer.from("AWS4-HMAC-SHA256\nx").toString("base64url"), "x", secret),
  ).toThrow();
});
