import { describe, expect, test } from "bun:test";
import { libvirtSection } from "./config.ts";
import { libvirtHosts, whereabouts } from "./hosts.ts";
import { configWith } from "./testing/live-context.ts";

function hosts(values: Record<string, string>) {
  return libvirtHosts(configWith(values)(libvirtSection), "machine");
}

test("without settings there is this machine", () => {
  expect(hosts({})).toEqual([{ name: "machine", address: "qemu:///system" }]);
  expect(hosts({ LIBVIRT_URI: "qemu:///session" })).toEqual([
    { name: "machine", address: "qemu:///session" },
  ]);
});

test("COMPUTE_HOSTS names them all", () => {
  expect(hosts({ COMPUTE_HOSTS: "c01=qemu:///system  c02=qemu+ssh://root@c02/system?keyfile=/k" })).toEqual([
    { name: "c01", address: "qemu:///system" },
    { name: "c02", address: "qemu+ssh://root@c02/system?keyfile=/k" },
  ]);
});

test.each([
  ["c01", "NAME=URI"],
  ["=qemu:///system", "NAME=URI"],
  ["c01=nonsense", "not a libvirt URI"],
  ["../x=qemu:///system", "cannot be the name"],
  ["c01=qemu:///system c01=qemu:///session", "comes twice"],
])("%s is refused", (text, reason) => {
  expect(() => hosts({ COMPUTE_HOSTS: text })).toThrow(reason);
});

describe("where a host is", () => {
  test.each([
    ["qemu:///system", { local: true, ssh: false, address: null }],
    ["qemu+unix:///system?socket=/x", { local: true, ssh: false, address: null }],
    ["qemu+ssh://root@c02.example.com/system", { local: false, ssh: true, address: "c02.example.com" }],
    ["qemu+tcp://10.0.0.9/system", { local: false, ssh: false, address: "10.0.0.9" }],
    ["qemu+tcp://localhost/system", { local: true, ssh: false, address: null }],
  ])("%s", (uri, where) => {
    expect(whereabouts(uri)).toEqual(where);
  });
});
