import { expect, test } from "bun:test";
import { testInstance, testVif } from "../../testing/metadata.ts";
import { MetadataTree, PASSWORD, type TreeOptions } from "./tree.ts";

const OPTIONS: TreeOptions = { dhcpDomain: "novalocal", vendorData: {}, flatInjected: false };

function reader(tree: MetadataTree) {
  return (path: string): string | null => {
    const item = tree.lookup(path);
    if (item === null || item === PASSWORD) return null;
    return typeof item.body === "string" ? item.body : new TextDecoder().decode(item.body);
  };
}

test("EC2's tree, version by version", () => {
  const read = reader(new MetadataTree(testInstance(), OPTIONS));
  const versions =
    "1.0\n2007-01-19\n2007-03-01\n2007-08-29\n2007-10-10\n2007-12-15\n2008-02-01\n2008-09-01\n2009-04-04\nlatest";
  expect(read("/")).toBe(versions);
  expect(read("/ec2/")).toBe(versions);
  expect(read("/latest")).toBe("meta-data/\nuser-data");
  expect(read("/1.0/meta-data/")).toBe(
    "ami-id\nami-launch-index\nami-manifest-path\nhostname\ninstance-id\nlocal-ipv4\npublic-keys/\nreservation-id\nsecurity-groups",
  );
  expect(read("/2009-04-04/meta-data/")).toBe(
    [
      "ami-id",
      "ami-launch-index",
      "ami-manifest-path",
      "block-device-mapping/",
      "hostname",
      "instance-action",
      "instance-id",
      "instance-type",
      "kernel-id",
      "local-hostname",
      "local-ipv4",
      "placement/",
      "public-hostname",
      "public-ipv4",
      "public-keys/",
      "ramdisk-id",
      "reservation-id",
      "security-groups",
    ].join("\n"),
  );
  expect(read("/2006-01-01/meta-data/")).toBeNull();
  expect(read("/latest/meta-data/instance-id")).toBe("i-00000001");
  expect(read("/latest/meta-data/hostname")).toBe("test.novalocal");
  expect(read("/latest/meta-data/local-ipv4")).toBe("10.0.0.5");
  expect(read("/latest/meta-data/public-ipv4")).toBe("172.24.4.7");
  expect(read("/latest/meta-data/ami-launch-index")).toBe("0");
  expect(read("/latest/meta-data/security-groups")).toBe("default\nweb");
  expect(read("/latest/meta-data/placement/availability-zone")).toBe("nova");
  expect(read("/latest/meta-data/block-device-mapping/")).toBe("ami\nebs0\nephemeral0\nroot\nswap");
  expect(read("/latest/meta-data/block-device-mapping/swap")).toBe("/dev/vdc");
  expect(read("/latest/meta-data/public-keys/")).toBe("0=mykey");
  expect(read("/latest/meta-data/public-keys/0/")).toBe("openssh-key");
  expect(read("/latest/meta-data/public-keys/0/openssh-key")).toBe("ssh-rsa AAAA Generated-by-Nova");
  expect(read("//latest/./user-data")).toContain("Extra user data here");
  for (const wrong of [
    "nosuch",
    "hostname/x",
    "security-groups/default",
    "public-keys/0/_name",
    "constructor",
  ]) {
    expect(read(`/latest/meta-data/${wrong}`)).toBeNull();
  }
});

test("a server without key, user data, image and floating address", () => {
  const bare = testInstance({
    keyName: null,
    keyData: null,
    keypair: null,
    userData: null,
    ec2: { instanceId: "i-00000002", imageId: null, kernelId: null, ramdiskId: null },
    vifs: [],
  });
  const read = reader(new MetadataTree(bare, { ...OPTIONS, dhcpDomain: "", address: "10.0.0.9" }));
  expect(read("/latest")).toBe("meta-data/");
  expect(read("/latest/user-data")).toBeNull();
  expect(read("/latest/meta-data/ami-id")).toBe("None");
  expect(read("/latest/meta-data/public-ipv4")).toBe("");
  expect(read("/latest/meta-data/local-ipv4")).toBe("10.0.0.9");
  expect(read("/latest/meta-data/hostname")).toBe("test");
  expect(read("/latest/meta-data/public-keys")).toBeNull();
  expect(read("/openstack/latest/user_data")).toBeNull();
  expect(read("/openstack/latest/network_data.json")).toBe("{}");
  const { keys, public_keys } = JSON.parse(read("/openstack/latest/meta_data.json") ?? "");
  expect([keys, public_keys]).toEqual([undefined, undefined]);
});

test("OpenStack's tree, version by version", () => {
  const tree = new MetadataTree(testInstance(), { ...OPTIONS, vendorData: { org: "acme" } });
  const read = reader(tree);
  expect(read("/openstack")).toBe(
    "2012-08-10\n2013-04-04\n2013-10-17\n2015-10-15\n2016-06-30\n2016-10-06\n2017-02-22\n2018-08-27\n2020-10-14\nlatest",
  );
  expect(read("/openstack/2012-08-10")).toBe("meta_data.json\nuser_data");
  expect(read("/openstack/latest/")).toBe(
    "meta_data.json\nuser_data\npassword\nvendor_data.json\nnetwork_data.json\nvendor_data2.json",
  );
  expect(read("/openstack/2012-08-10/vendor_data.json")).toBeNull();
  expect(read("/openstack/1999-01-01/meta_data.json")).toBeNull();
  expect(tree.lookup("/openstack/latest/password")).toBe(PASSWORD);
  expect(tree.lookup("/openstack/2012-08-10/password")).toBeNull();
  expect(tree.lookup("/openstack/latest/meta_data.json")).toMatchObject({ type: "application/json" });
  expect(JSON.parse(read("/openstack/latest/vendor_data.json") ?? "")).toEqual({ org: "acme" });
  expect(JSON.parse(read("/openstack/latest/vendor_data2.json") ?? "")).toEqual({ static: { org: "acme" } });
});

test("MD-06 MD-12 what meta_data.json holds", () => {
  const read = reader(
    new MetadataTree(
      testInstance({
        vifs: [testVif({ tag: "front" })],
        taggedDisks: [{ tag: "db", volumeId: "v-1", bus: "scsi" }],
      }),
      OPTIONS,
    ),
  );
  const folsom = JSON.parse(read("/openstack/2012-08-10/meta_data.json") ?? "");
  expect(folsom).toEqual({
    uuid: "83679162-1378-4288-a2d4-70e13ec132aa",
    meta: { role: "webservers", essential: "false" },
    public_keys: { mykey: "ssh-rsa AAAA Generated-by-Nova" },
    keys: [{ name: "mykey", type: "ssh", data: "ssh-rsa AAAA Generated-by-Nova" }],
    hostname: "test.novalocal",
    name: "test",
    launch_index: 0,
    availability_zone: "nova",
  });
  const { random_seed, ...latest } = JSON.parse(read("/openstack/latest/meta_data.json") ?? "");
  expect(Buffer.from(random_seed, "base64")).toHaveLength(512);
  expect(latest).toEqual({
    ...folsom,
    project_id: "f7ac731cc11f40efbc03a9f9e1d1d21f",
    devices: [
      {
        type: "nic",
        mac: "fa:16:3e:00:00:01",
        bus: "none",
        address: "none",
        tags: ["front"],
        vf_trusted: false,
      },
      { type: "disk", serial: "v-1", bus: "scsi", address: "none", tags: ["db"] },
    ],
    dedicated_cpus: [],
  });
});

test("MD-18 the network: by DHCP, or with its addresses", () => {
  const data = (vif = testVif()) =>
    JSON.parse(
      reader(new MetadataTree(testInstance({ vifs: [vif] }), OPTIONS))(
        "/openstack/latest/network_data.json",
      ) ?? "",
    );
  const link = {
    id: "tap4e0c8f5a-00",
    vif_id: "4e0c8f5a-0000-4000-8000-000000000001",
    type: "bridge",
    ethernet_mac_address: "fa:16:3e:00:00:01",
  };
  const common = {
    id: "network0",
    link: "tap4e0c8f5a-00",
    network_id: "4e0c8f5a-0000-4000-8000-000000000002",
  };
  const services = [{ type: "dns", address: "10.0.0.1" }];
  expect(data()).toEqual({
    links: [{ ...link, mtu: null }],
    networks: [{ ...common, type: "ipv4_dhcp" }],
    services,
  });
  const routes = [{ destination: "192.168.0.0/16", nexthop: "10.0.0.254" }];
  expect(data(testVif({}, { dhcp: false, routes }))).toEqual({
    links: [{ ...link, mtu: 1500 }],
    networks: [
      {
        ...common,
        type: "ipv4",
        ip_address: "10.0.0.5",
        netmask: "255.255.255.0",
        routes: [
          { network: "0.0.0.0", netmask: "0.0.0.0", gateway: "10.0.0.1" },
          { network: "192.168.0.0", netmask: "255.255.0.0", gateway: "10.0.0.254" },
        ],
        services,
      },
    ],
    services,
  });
  const six = { address: "fd00::5", version: 6, cidr: "fd00::/64", gateway: "fd00::1", dns: [] } as const;
  const slaac = data(testVif({}, { ...six, dns: [], ipv6AddressMode: "slaac" }));
  expect(slaac.networks[0]).toMatchObject({
    type: "ipv6_slaac",
    netmask: "ffff:ffff:ffff:ffff::",
    routes: [{ network: "::", netmask: "::", gateway: "fd00::1" }],
  });
});

test("MD-20 guests on a network without DHCP are given /etc/network/interfaces when that is wanted", () => {
  const injected = { ...OPTIONS, flatInjected: true };
  const files = new MetadataTree(
    testInstance({ vifs: [testVif({}, { dhcp: false })] }),
    injected,
  ).configDriveFiles([]);
  const metaData = JSON.parse(new TextDecoder().decode(files["openstack/latest/meta_data.json"]));
  expect(metaData.network_config).toEqual({ name: "network_config", content_path: "/content/0000" });
  expect(new TextDecoder().decode(files["openstack/content/0000"])).toEndWith(
    [
      "auto lo",
      "iface lo inet loopback",
      "",
      "auto eth0",
      "iface eth0 inet static",
      "    hwaddress ether fa:16:3e:00:00:01",
      "    address 10.0.0.5",
      "    netmask 255.255.255.0",
      "    broadcast 10.0.0.255",
      "    gateway 10.0.0.1",
      "    dns-nameservers 10.0.0.1",
      "",
    ].join("\n"),
  );
  const withDhcp = new MetadataTree(testInstance(), injected).configDriveFiles([]);
  expect(withDhcp["openstack/content/0000"]).toBeUndefined();
});

test("MD-11 MD-13 files of a config drive", () => {
  const tree = new MetadataTree(testInstance(), {
    ...OPTIONS,
    adminPassword: "geheim",
    injectedFiles: [
      { path: "/etc/network/interfaces", contents: new TextEncoder().encode("one") },
      { path: "known_hosts", contents: new TextEncoder().encode("two") },
    ],
  });
  const skipped = "1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01".split(
    " ",
  );
  const files = tree.configDriveFiles(skipped);
  const paths = Object.keys(files);
  expect(paths.filter((path) => path.startsWith("ec2/"))).toEqual([
    "ec2/2009-04-04/user-data",
    "ec2/2009-04-04/meta-data.json",
    "ec2/latest/user-data",
    "ec2/latest/meta-data.json",
  ]);
  expect(paths.filter((path) => /2012-08-10|content/.test(path))).toEqual([
    "openstack/2012-08-10/meta_data.json",
    "openstack/2012-08-10/user_data",
    "openstack/content/0000",
    "openstack/content/0001",
  ]);
  expect(paths.filter((path) => path.startsWith("openstack/latest"))).toEqual([
    "openstack/latest/meta_data.json",
    "openstack/latest/user_data",
    "openstack/latest/vendor_data.json",
    "openstack/latest/network_data.json",
    "openstack/latest/vendor_data2.json",
  ]);
  const text = (path: string) => new TextDecoder().decode(files[path]);
  expect(JSON.parse(text("openstack/latest/meta_data.json"))).toMatchObject({
    files: [
      { path: "/etc/network/interfaces", content_path: "/content/0000" },
      { path: "known_hosts", content_path: "/content/0001" },
    ],
    admin_pass: "geheim",
  });
  expect(text("openstack/content/0001")).toBe("two");
  expect(JSON.parse(text("ec2/latest/meta-data.json"))).toEqual({
    "ami-id": "ami-00000001",
    "ami-launch-index": 0,
    "ami-manifest-path": "FIXME",
    "block-device-mapping": {
      ami: "vda",
      root: "/dev/vda",
      ephemeral0: "/dev/vdb",
      swap: "/dev/vdc",
      ebs0: "/dev/vdd",
    },
    hostname: "test.novalocal",
    "instance-action": "none",
    "instance-id": "i-00000001",
    "instance-type": "m1.tiny",
    "kernel-id": "aki-00000002",
    "local-hostname": "test.novalocal",
    "local-ipv4": "10.0.0.5",
    placement: { "availability-zone": "nova" },
    "public-hostname": "test.novalocal",
    "public-ipv4": "172.24.4.7",
    "public-keys": { "0": { _name: "0=mykey", "openssh-key": "ssh-rsa AAAA Generated-by-Nova" } },
    "ramdisk-id": "ari-00000003",
    "reservation-id": "r-iru5qm4m",
    "security-groups": ["default", "web"],
  });
});
