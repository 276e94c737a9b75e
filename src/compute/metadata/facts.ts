// What the metadata service tells a server about itself. Whoever has these facts of a server can serve the trees and
// make config drives.

import type { Vif } from "../../network/public.ts";

export interface MetadataInstance {
  uuid: string;
  projectId: string;
  displayName: string | null;
  hostname: string;
  launchIndex: number;
  reservationId: string | null;
  /** Of its host, or, before it has one, the one that was asked for. */
  availabilityZone: string | null;
  flavorName: string;
  /** EC2's names: `i-00000001`, `ami-00000001`. */
  ec2: { instanceId: string; imageId: string | null; kernelId: string | null; ramdiskId: string | null };
  keyName: string | null;
  keyData: string | null;
  /** As it was when the server was made; null for servers whose key pair is not on record. */
  keypair: { name: string; publicKey: string; type: string } | null;
  userData: Uint8Array | null;
  /** What users put on the server with `--meta`. */
  metadata: Record<string, string>;
  /** What the guest has posted; encrypted with its key. */
  password: string | null;
  securityGroups: readonly string[];
  vifs: readonly Vif[];
  /** `{"ami": "vda", "root": "/dev/vda", "ephemeral0": "/dev/vdb", "swap": "/dev/vdc", "ebs0": "/dev/vdd"}` */
  blockDeviceMapping: Record<string, string | null>;
  /** Volumes and disks with a tag. */
  taggedDisks: readonly { tag: string; volumeId: string | null; bus: string | null }[];
}

export interface MetadataSource {
  /** Null when there is no such server, or it is deleted. */
  instance(uuid: string): MetadataInstance | null;
  /** A password is kept once: `taken` when the server has one, `gone` when there is no such server any more. */
  savePassword(uuid: string, password: string): "saved" | "taken" | "gone";
}
