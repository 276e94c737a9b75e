// A server as tests of the metadata want it.

import type { MetadataInstance } from "../compute/metadata/facts.ts";
import type { Vif } from "../network/public.ts";

export function testVif(changes: Partial<Vif> = {}, address: Partial<Vif["addresses"][number]> = {}): Vif {
  return {
    id: "4e0c8f5a-0000-4000-8000-000000000001",
    macAddress: "fa:16:3e:00:00:01",
    networkId: "4e0c8f5a-0000-4000-8000-000000000002",
    networkName: "private",
    addresses: [
      {
        address: "10.0.0.5",
        version: 4,
        cidr: "10.0.0.0/24",
        gateway: "10.0.0.1",
        dns: ["10.0.0.1"],
        floating: ["172.24.4.7"],
        subnetId: "4e0c8f5a-0000-4000-8000-000000000003",
        ...address,
      },
    ],
    mtu: 1500,
    bridge: "br100",
    tapName: "tap4e0c8f5a-00",
    status: "ACTIVE",
    tag: null,
    ownedByServer: true,
    ...changes,
  };
}

export function testInstance(changes: Partial<MetadataInstance> = {}): MetadataInstance {
  const publicKey = "ssh-rsa AAAA Generated-by-Nova";
  return {
    uuid: "83679162-1378-4288-a2d4-70e13ec132aa",
    projectId: "f7ac731cc11f40efbc03a9f9e1d1d21f",
    displayName: "test",
    hostname: "test",
    launchIndex: 0,
    reservationId: "r-iru5qm4m",
    availabilityZone: "nova",
    flavorName: "m1.tiny",
    ec2: {
      instanceId: "i-00000001",
      imageId: "ami-00000001",
      kernelId: "aki-00000002",
      ramdiskId: "ari-00000003",
    },
    keyName: "mykey",
    keyData: publicKey,
    keypair: { name: "mykey", publicKey, type: "ssh" },
    userData: new TextEncoder().encode("#!/bin/bash\necho 'Extra user data here'\n"),
    metadata: { role: "webservers", essential: "false" },
    password: null,
    securityGroups: ["default", "web"],
    vifs: [testVif()],
    blockDeviceMapping: {
      ami: "vda",
      root: "/dev/vda",
      ephemeral0: "/dev/vdb",
      swap: "/dev/vdc",
      ebs0: "/dev/vdd",
    },
    taggedDisks: [],
    ...changes,
  };
}
