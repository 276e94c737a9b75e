import { describe, expect, test } from "bun:test";
import { LibvirtUriError, parseUri, type Target } from "./uri.ts";

const home = { HOME: "/home/demo" };

function target(uri: string, environment = home): Target {
  return parseUri(uri, environment).target;
}

describe("unix sockets", () => {
  test.each<[string, ...string[]]>([
    ["qemu:///system", "/var/run/libvirt/virtqemud-sock", "/var/run/libvirt/libvirt-sock"],
    ["qemu+unix:///system", "/var/run/libvirt/virtqemud-sock", "/var/run/libvirt/libvirt-sock"],
    ["qemu:///session", "/home/demo/.cache/libvirt/virtqemud-sock", "/home/demo/.cache/libvirt/libvirt-sock"],
    ["qemu:///system?mode=direct", "/var/run/libvirt/virtqemud-sock"],
    ["qemu:///system?mode=legacy", "/var/run/libvirt/libvirt-sock"],
    ["qemu+unix:///system?socket=/tmp/a+b%20c", "/tmp/a+b c"],
    ["lxc:///system", "/var/run/libvirt/virtlxcd-sock", "/var/run/libvirt/libvirt-sock"],
  ])("%s", (uri, ...paths) => {
    expect(target(uri)).toEqual({ transport: "unix", paths });
  });

  test("the session's folder comes from XDG_RUNTIME_DIR, XDG_CACHE_HOME, HOME, in this order", () => {
    const environment = { XDG_RUNTIME_DIR: "/run/user/1000", XDG_CACHE_HOME: "/cache", HOME: "/home/demo" };
    const paths = (uri: string, given: object) => parseUri(uri, given).target;
    const uri = "qemu:///session?mode=legacy";
    expect(paths(uri, environment)).toMatchObject({ paths: ["/run/user/1000/libvirt/libvirt-sock"] });
    expect(paths(uri, { ...environment, XDG_RUNTIME_DIR: "" })).toMatchObject({
      paths: ["/cache/libvirt/libvirt-sock"],
    });
    expect(() => paths(uri, {})).toThrow(LibvirtUriError);
  });
});

describe("TCP and TLS", () => {
  test.each([
    ["qemu+tcp://host/system", "tcp", "host", 16_509],
    ["qemu+tcp:///system", "tcp", "localhost", 16_509],
    ["qemu+TCP://10.0.0.1:99/system", "tcp", "10.0.0.1", 99],
    ["qemu+tcp://[fe80::1]:99/system", "tcp", "fe80::1", 99],
    ["qemu+tls://host/system", "tls", "host", 16_514],
    ["qemu://host/system", "tls", "host", 16_514],
  ] as const)("%s", (uri, transport, host, port) => {
    expect(target(uri)).toMatchObject({ transport, host, port });
  });

  test("certificates are in libvirt's places, or all in pkipath", () => {
    expect(target("qemu+tls://h/system")).toEqual({
      transport: "tls",
      host: "h",
      port: 16_514,
      caFile: "/etc/pki/CA/cacert.pem",
      certFile: "/etc/pki/libvirt/clientcert.pem",
      keyFile: "/etc/pki/libvirt/private/clientkey.pem",
      verify: true,
    });
    expect(target("qemu+tls://h/system?pkipath=/p&no_verify=1")).toMatchObject({
      caFile: "/p/cacert.pem",
      certFile: "/p/clientcert.pem",
      keyFile: "/p/clientkey.pem",
      verify: false,
    });
  });
});

describe("ssh", () => {
  test("defaults", () => {
    expect(target("qemu+ssh://host/system")).toEqual({
      transport: "ssh",
      host: "host",
      port: null,
      user: null,
      program: "ssh",
      keyFile: null,
      knownHostsFile: null,
      verify: true,
      proxy: "auto",
      netcat: "nc",
      socket: "/var/run/libvirt/libvirt-sock",
      name: "qemu:///system",
    });
  });

  test("everything given", () => {
    const uri =
      "qemu+ssh://root%40x@host:2222/system?socket=/s&keyfile=/k&known_hosts=/h&no_verify=1&no_tty=1&netcat=/bin/nc&command=/bin/ssh";
    expect(target(uri)).toMatchObject({
      host: "host",
      port: 2222,
      user: "root@x",
      program: "/bin/ssh",
      keyFile: "/k",
      knownHostsFile: "/h",
      verify: false,
      proxy: "netcat",
      netcat: "/bin/nc",
      socket: "/s",
    });
  });

  test("a given netcat or socket rules the helper out; a session needs it", () => {
    expect(target("qemu+ssh://h/system?netcat=ncat")).toMatchObject({ proxy: "netcat" });
    expect(target("qemu+ssh://h/session")).toMatchObject({ proxy: "native", name: "qemu:///session" });
    expect(target("qemu+ssh://h/session?socket=/s")).toMatchObject({ proxy: "netcat", socket: "/s" });
  });
});

describe("what the daemon is asked to open", () => {
  test.each([
    ["qemu:///system", "qemu:///system"],
    ["qemu+ssh://u@host:1/system?keyfile=/k", "qemu:///system"],
    ["qemu+unix:///system?SOCKET=/s;mode=legacy", "qemu:///system"],
    ["qemu+tcp://h/system?extra=a%26b", "qemu:///system?extra=a%26b"],
    ["qemu+tcp://h/system?name=test:///default", "test:///default"],
    ["test:///default", "test:///default"],
  ])("%s: %s", (uri, name) => {
    expect(parseUri(uri, home).name).toBe(name);
  });
});

test.each([
  "",
  "qemu",
  "/var/run/libvirt/libvirt-sock",
  "qemu:/system",
  "qemu+unix://host/system",
  "qemu+libssh2://host/system",
  "qemu+tcp://host:0/system",
  "qemu+tcp://host:65536/system",
  "qemu+tcp://host:x/system",
  "qemu+tls://host/system?no_verify=yes",
  "qemu+tls://host/system?tls_priority=NORMAL",
  "qemu+tcp://host/system?auth=sasl.gssapi",
  "qemu:///system?mode=both",
  "qemu:///system?socket=%zz",
  "qemu+ssh://host/system?proxy=socat",
  "qemu+ssh://host/system?proxy=native&netcat=nc",
  "qemu+ssh://host/session?proxy=netcat",
])("%p is refused", (uri) => {
  expect(() => parseUri(uri, home)).toThrow(LibvirtUriError);
});
