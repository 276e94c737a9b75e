import { expect, test } from "bun:test";
import { checkSignature, parseAuthorization, signature } from "./oauth1-signature.ts";

// RFC 5849, section 1.2: requests of the photo printer.
const CONSUMER_SECRET = "kd94hf93k423kf44";

test("the request for token credentials of RFC 5849", () => {
  const request = {
    method: "POST",
    url: "https://photos.example.net/token",
    query: new URLSearchParams(),
    parameters: {
      realm: "Photos",
      oauth_consumer_key: "dpf43f3p2l4k3l03",
      oauth_token: "hh5s93j4hdidpola",
      oauth_signature_method: "HMAC-SHA1",
      oauth_timestamp: "137131201",
      oauth_nonce: "walatlh",
      oauth_verifier: "hfdp7dh39dks9884",
    },
  };
  expect(signature(request, CONSUMER_SECRET, "hdhd0244k9j7ao03")).toBe("gKgrFCywp7rO0OXSjdot/IHF7IU=");
});

const RESOURCE = {
  method: "GET",
  url: "http://photos.example.net/photos",
  query: new URLSearchParams("file=vacation.jpg&size=original"),
  parameters: {
    realm: "Photos",
    oauth_consumer_key: "dpf43f3p2l4k3l03",
    oauth_token: "nnch734d00sl2jdk",
    oauth_signature_method: "HMAC-SHA1",
    oauth_timestamp: "137131202",
    oauth_nonce: "chapoH",
    oauth_signature: "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
  },
};
const TOKEN_SECRET = "pfkkdhi9sl3r4s00";

test("the request for a protected resource of RFC 5849", () => {
  expect(signature(RESOURCE, CONSUMER_SECRET, TOKEN_SECRET)).toBe(RESOURCE.parameters.oauth_signature);
  expect(() => checkSignature(RESOURCE, CONSUMER_SECRET, TOKEN_SECRET)).not.toThrow();
});

test("a wrong secret, method, address, query or parameter is refused", () => {
  const changed = (parameters: Record<string, string>) => ({
    ...RESOURCE,
    parameters: { ...RESOURCE.parameters, ...parameters },
  });
  const wrong = [
    { ...RESOURCE, method: "POST" },
    { ...RESOURCE, url: "http://photos.example.net/secrets" },
    { ...RESOURCE, query: new URLSearchParams("file=vacation.jpg&size=small") },
    changed({ oauth_nonce: "y" }),
    changed({ oauth_signature_method: "PLAINTEXT" }),
    changed({ oauth_signature: "" }),
  ];
  for (const request of wrong) expect(() => checkSignature(request, CONSUMER_SECRET, TOKEN_SECRET)).toThrow();
  expect(() => checkSignature(RESOURCE, "x", TOKEN_SECRET)).toThrow();
  expect(() => checkSignature(RESOURCE, CONSUMER_SECRET, "")).toThrow();
});

test("the Authorization header", () => {
  expect(parseAuthorization('OAuth realm="Photos",\n  oauth_token="a%20b", oauth_x="%zz", bad')).toEqual({
    realm: "Photos",
    oauth_token: "a b",
    oauth_x: "%zz",
  });
  expect(() => parseAuthorization(null)).toThrow("No Authorization headers found");
  expect(() => parseAuthorization("Basic eDp5")).toThrow();
});
