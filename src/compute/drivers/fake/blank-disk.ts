// The smallest disk of each format, for snapshots of simulated guests whose disk has no data.

/** Raw: one sector. qcow2: header, refcount table and block of an empty disk (qemu's docs/interop/qcow2.txt, version 2). */
export function blankDisk(format: "raw" | "qcow2"): Uint8Array {
  if (format === "raw") return new Uint8Array(512);
  const cluster = 65_536;
  const disk = new Uint8Array(3 * cluster);
  const view = new DataView(disk.buffer);
  view.setUint32(0, 0x514649fb); // magic
  view.setUint32(4, 2); // version
  view.setUint32(20, 16); // cluster_bits
  view.setBigUint64(24, 0n); // size
  view.setUint32(36, 0); // l1_size
  view.setBigUint64(40, 0n); // l1_table_offset
  view.setBigUint64(48, BigInt(cluster)); // refcount_table_offset
  view.setUint32(56, 1); // refcount_table_clusters
  view.setBigUint64(cluster, BigInt(2 * cluster)); // the one refcount block
  for (let i = 0; i < 3; i++) view.setUint16(2 * cluster + 2 * i, 1);
  return disk;
}
